"""The wires: where the writer and the band are, and how they are reached."""

import hashlib
from contextlib import ExitStack
from dataclasses import dataclass, replace

from pipeline.acestep import starting
from pipeline.acestep.deadlines import Deadlines
from pipeline.acestep.glance import Glance, glance
from pipeline.acestep.pool import Member
from pipeline.acestep.tunnel import Tunnel
from pipeline.library.names import slug
from pipeline.llm.endpoint import Endpoint
from pipeline.llm.limits import Limits, Price
from pipeline.settings.addresses import is_in_the_house
from pipeline.settings.finishing import Cover
from pipeline.settings.hearing import Transcription
from pipeline.settings.keys import WRITER_VARIABLES
from pipeline.settings.load import Loaded
from pipeline.settings.model import Acestep, Llm, Server
from pipeline.studio import Watch
from pipeline.track import REHEARSAL_WRITER

_QUICK_S = 5.0  # for one look at a server that is being started


@dataclass(frozen=True, slots=True)
class Wires:
    """Where the writer and the band are in this run."""

    writer: Endpoint
    models: tuple[str, ...]
    limits: Limits
    band: tuple[Member, ...]
    are_rehearsal: bool = False


def real_wires(loaded: Loaded, *, start: bool = False) -> Wires:
    """Give the addresses and keys of the settings; with `start` servers that are down may be started."""
    llm = loaded.settings.llm
    variable = loaded.keys.writer_variable or WRITER_VARIABLES[1]
    endpoint = Endpoint(llm.base_url, loaded.keys.writer, variable, wants_key=llm.needs_key)
    may_start = start or loaded.settings.acestep.start_servers
    band = tuple(_member(loaded, server, start=may_start) for server in loaded.settings.acestep.band)
    return Wires(endpoint, llm.models, _limits(llm), band)


def scribe_endpoint(loaded: Loaded, model: Transcription) -> Endpoint:
    """Give the address and the key of the transcription model."""
    key, in_the_house = loaded.keys.of(model.key_env), is_in_the_house(model.base_url)
    return Endpoint(model.base_url, key, model.key_env, wants_key=not in_the_house)


def _member(loaded: Loaded, server: Server, *, start: bool) -> Member:
    """Translate a server of the settings; nothing is opened or asked yet."""
    access = Tunnel(server.via, server.url) if server.via else None
    key = loaded.keys.of(server.key_env)

    name = slug(server.label)
    if [slug(one.label) for one in loaded.settings.acestep.band].count(name) > 1:
        name += f"-{hashlib.sha256(server.identity.encode()).hexdigest()[:6]}"
    quick = replace(deadlines(loaded.settings.acestep), connect_s=_QUICK_S, answer_s=_QUICK_S)

    def is_up() -> bool:
        return glance(access.url() if access else server.url, key, quick) is Glance.UP

    def bring_up(watch: Watch) -> None:
        starting.start(
            server.start_command or "",
            server.via,
            is_up,
            watch,
            log=loaded.settings.output.absolute() / ".songpipe" / "servers" / f"{name}.log",
            patience_s=loaded.settings.acestep.load_deadline,
        )

    return Member(
        url=server.url,
        identity=server.identity,
        key=key,
        name=server.label,
        weight=server.weight,
        max_duration_s=server.max_duration,
        access=access,
        start=bring_up if start and server.start_command else None,
    )


def deadlines(acestep: Acestep) -> Deadlines:
    """Translate the settings of the band's wire."""
    return Deadlines(
        connect_s=acestep.connect_deadline,
        answer_s=acestep.answer_deadline,
        start_s=acestep.start_deadline,
        submit_s=acestep.submit_deadline,
        busy_s=acestep.busy_deadline,
        download_s=acestep.download_deadline,
        patience_s=acestep.silent_deadline,
        stall_s=acestep.stall_deadline,
        wait_s=acestep.total_deadline,
        gap_s=acestep.poll_interval,
        handover_s=acestep.handover_deadline,
    )


def cover_endpoint(loaded: Loaded, cover: Cover) -> Endpoint:
    """Give the server of the image model; the writer's key goes to the writer's server and to no other."""
    if not cover.variable:
        return real_wires(loaded).writer
    url = cover.base_url or loaded.settings.llm.base_url
    key = loaded.keys.of(cover.variable)
    return Endpoint(url, key, cover.variable, wants_key=not is_in_the_house(url))


def rehearsal_wires(stack: ExitStack) -> Wires:
    """Start the rehearsal studio for as long as the stack lives, and give its addresses."""
    from pipeline.rehearsal.studio import RehearsalStudio  # noqa: PLC0415 -- numpy and a web server, for rehearsals

    rehearsal = stack.enter_context(RehearsalStudio())
    free = Limits(prices={REHEARSAL_WRITER: Price(0.0, 0.0)})
    band = Member(url=rehearsal.band_url, identity=rehearsal.band_url, name="rehearsal")
    return Wires(Endpoint(rehearsal.writer_url), (REHEARSAL_WRITER,), free, (band,), are_rehearsal=True)


def _limits(llm: Llm) -> Limits:
    return Limits(
        attempts=llm.attempts,
        max_tokens=llm.max_tokens,
        temperature=llm.temperature,
        reasoning_effort=llm.reasoning_effort,
        total_s=llm.total_deadline,
        idle_s=llm.idle_deadline,
        max_cost_usd=llm.max_cost,
        prices={model: Price(price.input, price.output) for model, price in llm.prices.items()},
    )
