"""Every setting reaches the one that needs it: a marked value goes in, and the same value comes out."""

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from pipeline.acestep.player import Member
from pipeline.acestep.tunnel import Tunnel
from pipeline.brief import Brief
from pipeline.cli.watching import Silent
from pipeline.engine.desk import Order
from pipeline.engine.halt import Halt
from pipeline.errors import BandError
from pipeline.llm.limits import Price
from pipeline.settings.layers import dotted, leaves
from pipeline.settings.load import Assignment, Loaded, load
from pipeline.song import Severity
from pipeline.studio import Studio
from pipeline.wiring.days import calendar, notices
from pipeline.wiring.journal import database, seats
from pipeline.wiring.studios import _Studios
from pipeline.wiring.wires import real_wires
from tests.fakes.limits import LIMITS

ENVIRON = {
    "NANOGPT_API_KEY": "sk-nano-marked",
    "BASEMENT_KEY": "marked-band-key",
    "MARKED_URLS": "json://127.0.0.1:9105",
    "MARKED_PING": "http://127.0.0.1:9106/ping",
}

Read = Callable[[Studio], Any]


def _marked(limit: float) -> float:
    """A limit within the same bounds that is not the shipped one."""
    return limit * 0.75


def _limit(name: str) -> Read:
    return lambda studio: getattr(studio.house.limits, name)


# By setting: a value that is nobody's default, and where the finished studio must hold it.
MARKED: dict[str, tuple[Any, Read]] = {
    "llm.base_url": ("http://127.0.0.1:9101/v7", lambda studio: studio.writer._desk.endpoint.base_url),
    "llm.models": (["first/model", "second/model"], lambda studio: list(studio.writer._models)),
    "llm.attempts": (7, lambda studio: studio.writer._desk.limits.attempts),
    "llm.second_asks": (4, lambda studio: studio.house.second_asks),
    "llm.total_deadline": (1001.5, lambda studio: studio.writer._desk.limits.total_s),
    "llm.idle_deadline": (1002.5, lambda studio: studio.writer._desk.limits.idle_s),
    "llm.max_tokens": (1003, lambda studio: studio.writer._desk.limits.max_tokens),
    "llm.temperature": (0.625, lambda studio: studio.writer._desk.limits.temperature),
    "llm.reasoning_effort": ("xhigh", lambda studio: studio.writer._desk.limits.reasoning_effort),
    "llm.max_cost": (10.25, lambda studio: studio.writer._desk.limits.max_cost_usd),
    "acestep.audio_duration": (101.5, lambda studio: studio.house.playing.duration_s),
    "acestep.thinking": (False, lambda studio: studio.house.playing.thinking),
    "acestep.inference_steps": (102, lambda studio: studio.house.playing.inference_steps),
    "acestep.guidance_scale": (11.5, lambda studio: studio.house.playing.guidance_scale),
    "acestep.batch_size": (5, lambda studio: studio.house.playing.batch_size),
    "acestep.spare_takes": (13, lambda studio: studio.house.spare_takes),
    "acestep.audio_format": ("opus", lambda studio: studio.house.playing.audio_format),
    "acestep.vocal_language": ("ja", lambda studio: studio.house.playing.language),
    "acestep.time_signature": (6, lambda studio: studio.house.playing.time_signature),
    "acestep.connect_deadline": (501.5, lambda studio: studio.band._deadlines.connect_s),
    "acestep.start_deadline": (502.5, lambda studio: studio.band._deadlines.start_s),
    "acestep.submit_deadline": (503.5, lambda studio: studio.band._deadlines.submit_s),
    "acestep.busy_deadline": (504.5, lambda studio: studio.band._deadlines.busy_s),
    "acestep.answer_deadline": (505.5, lambda studio: studio.band._deadlines.answer_s),
    "acestep.download_deadline": (506.5, lambda studio: studio.band._deadlines.download_s),
    "acestep.poll_interval": (507.5, lambda studio: studio.band._deadlines.gap_s),
    "acestep.silent_deadline": (508.5, lambda studio: studio.band._deadlines.patience_s),
    "acestep.stall_deadline": (509.5, lambda studio: studio.band._deadlines.stall_s),
    "acestep.total_deadline": (510.5, lambda studio: studio.band._deadlines.wait_s),
    "acestep.handover_deadline": (511.5, lambda studio: studio.band._deadlines.handover_s),
    "taste": ("acoustic", lambda studio: studio.taste.name),
    "finish.artist": ("Night Kettle", lambda studio: studio.house.artist),
    "finish.album": ("Marked Album", lambda studio: studio.house.album),
    "finish.id3v23": (True, lambda studio: studio.tagger.id3v23),
    "finish.loudness": (-17.5, lambda studio: studio.house.loudness),
    **{f"listening.{name}": (_marked(value), _limit(name)) for name, value in asdict(LIMITS).items()},
}
# What does not come out as it went in has a test of its own below.
RESHAPED: dict[str, Any] = {
    "llm.prices": {"first/model": {"input": 21.5, "output": 22.5}},
    "acestep.servers": [
        {
            "url": "http://127.0.0.1:9102",
            "key_env": "BASEMENT_KEY",
            "name": "basement",
            "weight": 2.5,
            "max_duration": 111.5,
            "via": "ssh://me@127.0.0.1:9107",
            "start_command": "exit 23",
        },
        {"url": "http://127.0.0.1:9103"},
    ],
    "finish.cover": {"base_url": "http://127.0.0.1:9110/v1", "model": "marked-brush"},
    "listening.transcription": {"base_url": "http://127.0.0.1:9109/v1", "model": "marked-ear"},
    "acestep.start_servers": True,
    "acestep.load_deadline": 512.5,
    "engine.database_url": "postgresql://127.0.0.1:9108/marked",
    "engine.concurrency": 17,
    "engine.most_combinations": 4,
    "daily.themes": "marked.yaml",
    "daily.timezone": "Pacific/Kiritimati",
    "daily.notify": "always",
    "daily.notify_env": "MARKED_URLS",
    "daily.healthcheck_env": "MARKED_PING",
    "acestep.urls": [],  # the same in short: a test of its own below
    "rules": {"SP207": "error", "SP108": "off"},
    "prompts": "templates",
    "output": "songs",
}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with a template, words and settings of its own."""
    folder = tmp_path / "work"
    (folder / "templates").mkdir(parents=True)
    (folder / "templates" / "repair.j2").write_text("MARKED {{ fault }}{{ findings }}{{ left_out }}")
    (folder / "songpipe.yaml").write_text("{}\n")
    (folder / "marked.yaml").write_text("[a marked theme]\n")
    return folder


@pytest.fixture
def loaded(workspace: Path) -> Loaded:
    """Settings in which no value is the default's."""
    values = {name: value for name, (value, _) in MARKED.items()} | RESHAPED
    del values["acestep.urls"]
    return loaded_with(workspace, values)


@pytest.fixture
def studio(loaded: Loaded) -> Studio:
    """The real studio of those settings; nobody is asked anything."""
    return studio_of(loaded)


def studio_of(loaded: Loaded, *, rehearsal: bool = False) -> Studio:
    """The studio in which an order is made; its desk keeps its journal in a file, and nobody sits at it."""
    with ExitStack() as stack:
        studios = _Studios(lambda _: loaded, loaded, Silent(), Halt(), stack)
        return studios.studio_for(Order(Brief(text="a"), rehearsal=rehearsal))


def loaded_with(workspace: Path, values: dict[str, Any]) -> Loaded:
    return load(
        environ=ENVIRON,
        home=workspace.parent / "home",
        cwd=workspace,
        assignments=[f"{name}={json.dumps(value)}" for name, value in values.items()],
    )


def test_every_setting_there_is_has_a_marked_value_here(workspace: Path) -> None:
    settings = loaded_with(workspace, {}).settings.model_dump(mode="json")
    names = {dotted(path) for path, _ in leaves(settings | {"llm": settings["llm"] | {"prices": {}}})}

    assert set(MARKED) | set(RESHAPED) == names


def test_no_marked_value_is_the_default(workspace: Path) -> None:
    settings = loaded_with(workspace, {}).settings.model_dump(mode="json")
    defaults = {dotted(path): value for path, value in leaves(settings)}

    assert [] == [name for name, (value, _) in MARKED.items() if value == defaults[name]]


def test_a_setting_reaches_the_one_that_needs_it(studio: Studio) -> None:
    arrived = {name: read(studio) for name, (_, read) in MARKED.items()}

    assert {name: value for name, (value, _) in MARKED.items()} == arrived


def test_prices_reach_the_purse_by_model(studio: Studio) -> None:
    assert Price(21.5, 22.5) == studio.writer._desk.limits.prices["first/model"]


def members(band: Any) -> list[Member]:
    """The members of a pool."""
    return [player.member for player in band._players.values()]


def test_everything_said_of_a_server_reaches_the_pool(studio: Studio, loaded: Loaded) -> None:
    basement, other = members(studio.band)

    assert ("http://127.0.0.1:9102", "basement", "marked-band-key", 2.5, 111.5) == (
        basement.url,
        basement.name,
        basement.key,
        basement.weight,
        basement.max_duration_s,
    )
    assert isinstance(basement.access, Tunnel)
    assert "ssh://me@127.0.0.1:9107" == basement.access._via
    assert ("http://127.0.0.1:9103", "", None, None) == (other.url, other.key, other.access, other.start)
    assert [basement.identity, other.identity] == [one.identity for one in real_wires(loaded).band]


def test_a_server_is_started_by_its_command_and_only_when_the_settings_say_so(workspace: Path) -> None:
    server = {"url": "http://127.0.0.1:9", "start_command": "exit 23"}
    quiet = loaded_with(workspace, {"acestep.servers": [server]})
    eager = loaded_with(workspace, {"acestep.servers": [server], "acestep.start_servers": True})

    (member,) = real_wires(eager).band
    assert member.start is not None
    with pytest.raises(BandError, match="ended with code 23"):
        member.start(Silent())

    assert [None] == [one.start for one in real_wires(quiet).band]
    assert [True] == [one.start is not None for one in real_wires(quiet, start=True).band]  # doctor --start
    assert list((workspace / "output" / ".songpipe" / "servers").glob("*.log"))


def test_a_server_that_was_started_gets_the_time_of_the_settings(workspace: Path) -> None:
    servers = [{"url": "http://127.0.0.1:9", "start_command": "true"}]
    hurried = loaded_with(workspace, {"acestep.servers": servers, "acestep.load_deadline": 1})

    (member,) = real_wires(hurried, start=True).band
    assert member.start is not None
    with pytest.raises(BandError, match="did not come up within 1 s"):
        member.start(Silent())


def test_the_writer_gets_its_key_and_the_band_does_not(studio: Studio, workspace: Path) -> None:
    urls = loaded_with(workspace, {"acestep.urls": ["http://127.0.0.1:9104"]})
    (member,) = real_wires(urls).band

    assert ("sk-nano-marked", "NANOGPT_API_KEY") == (
        studio.writer._desk.endpoint.api_key,
        studio.writer._desk.endpoint.key_name,
    )
    assert ("http://127.0.0.1:9104", "") == (member.url, member.key)


def test_the_journal_lies_where_the_settings_say(loaded: Loaded, workspace: Path) -> None:
    found = database(loaded)

    assert (workspace / "songs" / ".songpipe", "postgresql://127.0.0.1:9108/marked") == (
        found.home,
        found.postgres,
    )
    assert None is database(loaded_with(workspace, {})).postgres


def test_the_environment_names_the_journal_too(workspace: Path) -> None:
    environ = {"SONGPIPE_DATABASE_URL": "postgresql://127.0.0.1:9109/other"}
    loaded = load(environ=environ, home=workspace, cwd=workspace)

    assert "postgresql://127.0.0.1:9109/other" == database(loaded).postgres


def test_as_many_songs_are_in_the_works_as_the_settings_say_or_the_servers_need(
    loaded: Loaded, workspace: Path
) -> None:
    two = loaded_with(workspace, {"acestep.urls": ["http://127.0.0.1:9104", "http://127.0.0.1:9105"]})

    assert (17, 8) == (seats(loaded), seats(two))


def test_the_days_have_the_themes_of_the_settings_and_the_workspaces_folder(
    loaded: Loaded, workspace: Path
) -> None:
    days = calendar(loaded, rehearsal=True)

    assert (["a marked theme"], workspace / "songs", True) == (
        [theme.text for theme in days.themes],
        days.output,
        days.rehearsal,
    )


def test_who_hears_of_the_song_of_the_day_stands_in_the_environment(loaded: Loaded) -> None:
    told = notices(loaded, lambda _: None)

    assert (("json://127.0.0.1:9105",), "http://127.0.0.1:9106/ping", "always") == (
        tuple(told.addresses),
        told.healthcheck,
        told.notify,
    )


def test_the_rules_get_their_severities(studio: Studio) -> None:
    assert {"SP207": Severity.ERROR, "SP108": None} == dict(studio.book.severities)


def test_the_rules_ban_every_artist_of_the_taste_and_its_other_names(studio: Studio) -> None:
    names = {name for artist in studio.taste.artists for name in (artist.name, *artist.aliases)}

    assert names
    assert names == set(studio.book.artists)


def test_templates_of_the_users_are_taken_file_by_file(studio: Studio) -> None:
    assert studio.templates.sources["repair.j2"].startswith("MARKED")
    assert "songwriter" in studio.templates.sources["system.j2"]


def test_everything_lands_in_the_output_folder(studio: Studio, loaded: Loaded, workspace: Path) -> None:
    songs = workspace / "songs"

    assert songs == studio.shelf.output
    assert songs / ".songpipe" / "replies" == studio.writer._store.folder


def test_words_of_the_workspace_go_before_the_packaged_ones(workspace: Path) -> None:
    words = workspace / "configs" / "words"
    words.mkdir(parents=True)
    (words / "openers.yaml").write_text("weak_openers: [purple kettle]\n")

    lexicon = studio_of(loaded_with(workspace, {})).book.lexicon

    assert [("purple", "kettle")] == list(lexicon.weak_openers.among(("a", "purple", "kettle")))
    assert [("broken", "heart")] == list(lexicon.cliches.among(("a", "broken", "heart")))


def test_a_song_of_no_fixed_length_is_written_for_a_full_one(workspace: Path) -> None:
    auto = loaded_with(workspace, {"acestep.audio_duration": "auto", "finish.album": None})
    house = studio_of(auto).house

    assert ("auto", 240.0, "") == (house.duration, house.playing.duration_s, house.album)


def test_a_fixed_length_is_the_houses(studio: Studio) -> None:
    assert 101.5 == studio.house.duration


def test_a_rehearsal_takes_neither_key_nor_address_of_the_settings(loaded: Loaded) -> None:
    studio = studio_of(loaded, rehearsal=True)
    (member,) = members(studio.band)

    assert "" == studio.writer._desk.endpoint.api_key == member.key
    assert ("rehearsal/songwriter",) == studio.writer._models
    assert member.url not in {"http://127.0.0.1:9102", "http://127.0.0.1:9103"}
    assert None is member.start
    assert studio.rehearsal


def test_orders_with_the_same_settings_share_a_studio_and_all_share_the_servers(workspace: Path) -> None:
    def loaded(assignments: Sequence[Assignment]) -> Loaded:
        return load(environ={}, home=workspace, cwd=workspace, assignments=assignments)

    with ExitStack() as stack:
        studios = _Studios(loaded, loaded([]), Silent(), Halt(), stack)
        plain, same, louder = (
            studios.studio_for(Order(Brief(text="a"), assignments=kept))
            for kept in ((), (), ("finish.artist=Night Kettle",))
        )

        assert plain is same
        assert plain.band is louder.band
        assert ("songpipe", "Night Kettle") == (plain.house.artist, louder.house.artist)


def test_a_transcription_model_is_reached_where_the_settings_say(studio: Studio) -> None:
    assert studio.scribe is not None
    assert "http://127.0.0.1:9109/v1" == studio.scribe._endpoint.base_url  # type: ignore[attr-defined]


def test_nobody_hears_words_unless_the_settings_name_a_model(workspace: Path) -> None:
    assert studio_of(loaded_with(workspace, {})).scribe is None
