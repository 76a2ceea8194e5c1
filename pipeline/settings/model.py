"""The settings as one checked value. The defaults stand in `configs/default.yaml`, and nowhere else."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from pipeline.brief import LANGUAGES, LONGEST_S, SHORTEST_S
from pipeline.settings.addresses import database_url, is_in_the_house, server_url, ssh_url
from pipeline.settings.finishing import Finish
from pipeline.settings.hearing import Listening
from pipeline.settings.keys import BAND_VARIABLE
from pipeline.settings.nearest import nearest
from pipeline.settings.section import UNSEEN, Command, ModelUrl, Section, Text, Variable
from pipeline.writing.rules import known_ids

_NAME = re.compile(r"[\w-]{1,80}")


def _language(code: str) -> str:
    if code.lower() not in LANGUAGES:
        raise ValueError("must be a language code that the music server knows, such as 'en', 'de' or 'ja'")
    return code.lower()


def _rule(name: str) -> str:
    if name not in known_ids():
        close = nearest(name, known_ids())
        raise ValueError(
            f"is no rule; the nearest is {close!r}" if close else "must be the id of a rule, like 'SP301'"
        )
    return name


def _severity(value: Any) -> Any:
    """Take `{severity: note}` for `note`: both spellings mean the same."""
    return value["severity"] if isinstance(value, dict) and set(value) == {"severity"} else value


def _taste(text: str) -> str:
    if not (_NAME.fullmatch(text) or (Path(text).is_absolute() and text.endswith((".yaml", ".yml")))):
        raise ValueError("must be the name of a taste, such as 'default', or the path of a .yaml file")
    return text


def _themes(text: str) -> str:
    if not (_NAME.fullmatch(text) or (Path(text).is_absolute() and text.endswith((".yaml", ".yml")))):
        raise ValueError("must be the name of a theme file, such as 'themes', or the path of a .yaml file")
    return text


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # what is no name at all is looked up as a path
        raise ValueError("must be a time zone such as 'Europe/Copenhagen'") from None
    return name


def _folder(path: Path) -> Path:
    if not path.is_absolute() or UNSEEN.search(str(path)):
        raise ValueError("must be the path of a folder")
    return path


BandUrl = Annotated[str, Field(max_length=2000), AfterValidator(server_url)]
SshUrl = Annotated[str, Field(max_length=2000), AfterValidator(ssh_url)]
DatabaseUrl = Annotated[str, Field(max_length=2000), AfterValidator(database_url)]
Folder = Annotated[Path, Field(strict=False), AfterValidator(_folder)]
Severity = Literal["error", "warning", "note", "off"]


class Price(Section):
    """What a model costs, in US dollars per million tokens."""

    input: Annotated[float, Field(ge=0, le=10_000)]
    output: Annotated[float, Field(ge=0, le=10_000)]


class Llm(Section):
    """The writer: an OpenAI-compatible server and the models to ask."""

    base_url: Annotated[ModelUrl, Field(description="base address of an OpenAI-compatible server")]
    models: Annotated[
        tuple[Text, ...],
        Field(strict=False, min_length=1, max_length=20, description="models to ask, in this order"),
    ]
    attempts: Annotated[int, Field(ge=1, le=10, description="tries per model before the next one is asked")]
    second_asks: Annotated[
        int, Field(ge=0, le=5, description="how often a faulty draft goes back to the model")
    ]
    total_deadline: Annotated[
        float, Field(ge=1, le=7200, description="seconds that a model gets for its answer, retries included")
    ]
    idle_deadline: Annotated[float, Field(ge=0.1, le=3600, description="seconds of silence inside a reply")]
    max_tokens: Annotated[
        int, Field(ge=256, le=1_000_000, description="tokens a reply may have, thinking included")
    ]
    temperature: Annotated[float, Field(ge=0, le=2, description="null: not sent")] | None
    reasoning_effort: (
        Annotated[
            Literal["none", "minimal", "low", "medium", "high", "xhigh"], Field(description="null: not sent")
        ]
        | None
    )
    max_cost: (
        Annotated[
            float, Field(ge=0, le=1000, description="US dollars for the words of a song; null: no limit")
        ]
        | None
    )
    prices: Annotated[
        dict[Text, Price], Field(description="US dollars per million tokens, by model, for `max_cost`")
    ]

    @property
    def needs_key(self) -> bool:
        """Whether the server is likely to ask for a key: those in the house do not."""
        return not is_in_the_house(self.base_url)


class Server(Section):
    """A music server that needs more than an address."""

    url: Annotated[BandUrl, Field(description="address of an ACE-Step server")]
    key_env: Annotated[Variable, Field(description="environment variable that holds its key")] = BAND_VARIABLE
    name: Annotated[Text, Field(description="what reports call it; its host and port by default")] | None = (
        None
    )
    weight: Annotated[
        float, Field(gt=0, le=1000, description="its speed beside the others, until it is measured")
    ] = 1.0
    max_duration: (
        Annotated[
            float, Field(ge=SHORTEST_S, le=LONGEST_S, description="seconds of the longest song it can play")
        ]
        | None
    ) = None
    via: Annotated[SshUrl, Field(description="ssh://user@host through which it is reached")] | None = None
    start_command: (
        Annotated[Command, Field(description="shell command that starts it, on the machine of `via` if set")]
        | None
    ) = None

    @property
    def label(self) -> str:
        """What reports call the server."""
        return self.name or urlsplit(self.url).netloc

    @property
    def identity(self) -> str:
        """What tells the server from all others, in every process and after every restart."""
        return f"{self.via} {self.url}" if self.via else self.url


class Acestep(Section):
    """The band: ACE-Step servers, and what is asked of them."""

    urls: Annotated[
        tuple[BandUrl, ...], Field(strict=False, max_length=200, description="addresses of ACE-Step servers")
    ]
    servers: Annotated[
        tuple[Server, ...],
        Field(strict=False, max_length=200, description="the same, each with more than an address"),
    ]
    start_servers: Annotated[
        bool, Field(description="run the `start_command` of a server that is down when a song needs one")
    ]
    load_deadline: Annotated[
        float, Field(ge=1, le=86_400, description="seconds that a started server gets to load its models")
    ]
    handover_deadline: Annotated[
        float, Field(ge=1, le=86_400, description="seconds without an answer before another server plays")
    ]
    audio_duration: (
        Annotated[
            float, Field(ge=SHORTEST_S, le=LONGEST_S, description="seconds; auto: as long as the words need")
        ]
        | Literal["auto"]
    )
    thinking: Annotated[bool, Field(description="let the server's language model plan the audio first")]
    inference_steps: Annotated[int, Field(ge=1, le=200, description="diffusion steps")]
    guidance_scale: Annotated[float, Field(ge=1, le=30, description="how closely to follow the prompt")]
    batch_size: Annotated[int, Field(ge=1, le=8, description="takes in one task")]
    spare_takes: Annotated[int, Field(ge=0, le=16, description="extra tasks that may replace failed ones")]
    audio_format: Annotated[
        Literal["mp3", "flac", "wav", "ogg", "opus"], Field(description="what the server is asked to send")
    ]
    vocal_language: Annotated[
        str, AfterValidator(_language), Field(description="language of the words when a brief names none")
    ]
    time_signature: Annotated[
        Literal[2, 3, 4, 6], Field(description="beats in a bar when a brief names none")
    ]
    connect_deadline: Annotated[float, Field(ge=0.1, le=600, description="seconds to reach a server")]
    start_deadline: Annotated[
        float, Field(ge=0, le=3600, description="seconds a server that refuses connections is asked again")
    ]
    submit_deadline: Annotated[float, Field(ge=1, le=7200, description="seconds for handing in a task")]
    busy_deadline: Annotated[
        float, Field(ge=0, le=86_400, description="seconds a server whose queue is full is asked again")
    ]
    answer_deadline: Annotated[float, Field(ge=0.1, le=3600, description="seconds for any other answer")]
    download_deadline: Annotated[float, Field(ge=1, le=7200, description="seconds for fetching one file")]
    poll_interval: Annotated[
        float, Field(ge=0.05, le=600, description="seconds between two looks at a server")
    ]
    silent_deadline: Annotated[float, Field(ge=1, le=86_400, description="seconds without any answer")]
    stall_deadline: Annotated[float, Field(ge=1, le=86_400, description="seconds without progress of a task")]
    total_deadline: Annotated[
        float, Field(ge=1, le=86_400, description="seconds for one wait, queue included")
    ]

    @model_validator(mode="after")
    def _one_list(self) -> "Acestep":
        if bool(self.urls) == bool(self.servers):
            raise ValueError("needs addresses in 'urls', or servers in 'servers', and not both")
        return self

    @property
    def band(self) -> tuple[Server, ...]:
        """Every music server, whichever way it was written down."""
        return self.servers or tuple(Server(url=url) for url in self.urls)


class Engine(Section):
    """Where the journal of all songs is kept, and how many are made at once."""

    database_url: (
        Annotated[DatabaseUrl, Field(description="postgresql://… of the journal; null: a file in the output")]
        | None
    )
    concurrency: (
        Annotated[int, Field(ge=1, le=1000, description="songs in the works; auto: as the servers need")]
        | Literal["auto"]
    )
    most_combinations: Annotated[
        int, Field(ge=1, le=100_000, description="songs that one `matrix:` of a brief file may make")
    ]


class Daily(Section):
    """The song of the day."""

    themes: Annotated[str, AfterValidator(_themes), Field(description="name or file of the themes")]
    timezone: Annotated[str, AfterValidator(_zone), Field(description="zone of the date")] | None
    notify: Annotated[
        Literal["never", "failure", "success", "always"], Field(description="when a message is sent")
    ]
    notify_env: Annotated[Variable, Field(description="environment variable with the apprise addresses")]
    healthcheck_env: Annotated[
        Variable, Field(description="environment variable with the healthcheck address")
    ]

    @property
    def secrets(self) -> tuple[str, ...]:
        """The environment variables whose values nobody may see."""
        return self.notify_env, self.healthcheck_env


class Settings(Section):
    """Everything that can be set."""

    llm: Llm
    acestep: Acestep
    taste: Annotated[str, AfterValidator(_taste), Field(description="name or file of the taste")]
    prompts: Annotated[Folder, Field(description="a folder of templates of your own, file by file")] | None
    rules: Annotated[
        dict[
            Annotated[str, AfterValidator(_rule)],
            Annotated[
                Severity, BeforeValidator(_severity, json_schema_input_type=Severity | dict[str, Severity])
            ],
        ],
        Field(description="another severity for a rule, by its id, or off"),
    ]
    listening: Annotated[Listening, Field(description="from where on a measure speaks against a take")]
    finish: Finish
    engine: Engine
    daily: Daily
    output: Annotated[Folder, Field(description="where the songs land")]

    @property
    def key_variables(self) -> tuple[str, ...]:
        """Name the environment variables with the keys of all servers but the writer's own.

        These are the music servers, the model that hears and the one that draws.
        """
        scribe, cover = self.listening.transcription, self.finish.cover
        others = (scribe.key_env if scribe else "", cover.variable if cover else "")
        return (*(server.key_env for server in self.acestep.band), *filter(None, others))
