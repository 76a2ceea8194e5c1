"""Time: silence and slowness end when they should, and Ctrl-C is heard."""

import signal
import threading
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import httpx2
import pytest

from pipeline.llm.endpoint import Endpoint
from pipeline.llm.faults import Fault, Kind
from pipeline.llm.limits import Limits
from pipeline.llm.raw import RawStore
from pipeline.llm.relay import Relay
from pipeline.llm.writer import OpenAIWriter
from tests.fakes.nanogpt import PING, NanoGPT, Scripted, fails, frame, replies, says, streams
from tests.llm.conftest import ASKED, NOW, Build, Onlooker

SONG = "[Verse]\nslate roofs"


def drip(piece: bytes, seconds: float = 60.0, every: float = 0.05) -> Scripted:
    """Send the same piece again and again."""
    return Scripted((piece, every) * int(seconds / every))


def slow_frames() -> Scripted:
    return streams(*[frame({"content": "la "}), 0.05] * 1000)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(slow_frames(), id="slow chunks"),
        pytest.param(drip(PING), id="keep-alive comments"),
        pytest.param(drip(b"d"), id="one byte at a time"),
    ],
)
def test_the_total_deadline_cuts_whatever_keeps_coming(
    server: NanoGPT, build: Build, answer: Scripted
) -> None:
    server.script(answer, says(SONG))
    bench = build(["slow", "quick"], total_s=0.5, idle_s=10.0)
    started = time.monotonic()

    reply = bench.ask()

    assert (reply.model, reply.text) == ("quick", SONG)
    assert bench.outcomes == ["out of time", "ok"]
    assert time.monotonic() - started < 2.0


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(streams(frame({"content": "la"}), 30.0), id="silence in the middle"),
        pytest.param(drip(PING), id="only keep-alive comments"),
        pytest.param(Scripted((30.0,)), id="nothing at all"),
    ],
)
def test_silence_is_cut_and_the_model_is_asked_again(server: NanoGPT, build: Build, answer: Scripted) -> None:
    server.script(answer, says(SONG))
    bench = build(idle_s=0.3)
    started = time.monotonic()

    reply = bench.ask()

    assert reply.text == SONG
    assert bench.outcomes == ["stalled", "ok"]
    assert time.monotonic() - started < 2.0


def test_comments_between_the_chunks_do_no_harm(server: NanoGPT, build: Build) -> None:
    server.script(streams(PING, frame({"content": "a "}), PING, 0.05, PING, frame({"content": "b"}, "stop")))

    assert build().ask().text == "a b"


def test_a_reply_in_one_piece_may_take_longer_than_the_idle_limit(server: NanoGPT, build: Build) -> None:
    message = {"content": SONG}
    whole = replies({"choices": [{"message": message, "finish_reason": "stop"}]})
    server.script(streams(), Scripted((0.5, *whole.pieces), content_type="application/json"))

    assert build(idle_s=0.25).ask().text == SONG


def test_a_finished_reply_does_not_wait_for_a_server_that_never_says_goodbye(
    server: NanoGPT, build: Build
) -> None:
    server.script(streams(frame({"content": SONG}, "stop"), 30.0))
    bench = build(idle_s=0.3)

    assert bench.ask().text == SONG
    assert bench.outcomes == ["ok"]


def test_the_bill_is_not_waited_for_as_long_as_the_words(server: NanoGPT, build: Build) -> None:
    server.script(streams(frame({"content": SONG}, "stop"), 30.0))
    bench = build(idle_s=15.0, bill_s=0.2)
    started = time.monotonic()

    assert bench.ask().text == SONG
    assert time.monotonic() - started < 2.0
    assert Limits().bill_s == 5.0


def test_no_pause_begins_that_would_end_after_the_deadline(server: NanoGPT, build: Build) -> None:
    server.script(fails(429, retry_after="30"), says(SONG))
    bench = build(["a", "b"], total_s=10.0)

    assert bench.ask().model == "b"
    assert bench.slept == []


class Impatient(Onlooker):
    """Breaks off at the first word, with Ctrl-C or with a bug."""

    def __init__(self, reason: type[BaseException]) -> None:
        super().__init__()
        self.reason = reason

    def words(self, text: str) -> None:
        raise self.reason(text)


def test_ctrl_c_passes_keeps_what_came_and_leaves_no_thread(server: NanoGPT, build: Build) -> None:
    server.script(slow_frames())
    bench = build(["a", "b"])

    with pytest.raises(KeyboardInterrupt):
        bench.writer.ask(ASKED, watch=Impatient(KeyboardInterrupt))

    assert bench.outcomes == ["interrupted"]
    assert [part.read_text("utf-8") for part in bench.folder.glob("*.part")] == ["la "]
    assert "songpipe-writer" not in [thread.name for thread in threading.enumerate()]


def test_ctrl_c_is_heard_while_the_server_is_silent(server: NanoGPT, build: Build) -> None:
    server.script(streams(frame({"content": "la "}), 30.0))
    bench = build()
    main = threading.main_thread().ident or 0
    finger = threading.Timer(0.3, signal.pthread_kill, (main, signal.SIGINT))
    finger.start()

    with pytest.raises(KeyboardInterrupt):
        bench.ask()

    assert bench.outcomes == ["interrupted"]
    assert "songpipe-writer" not in [thread.name for thread in threading.enumerate()]


@pytest.mark.parametrize("reason", [ZeroDivisionError, BrokenPipeError, ValueError])
def test_a_failure_of_our_own_is_not_taken_for_one_of_the_server(
    server: NanoGPT, build: Build, reason: type[BaseException]
) -> None:
    server.script(says(SONG))

    with pytest.raises(reason):
        build(["a", "b"]).writer.ask(ASKED, watch=Impatient(reason))


def test_a_relay_hands_over_in_order_and_ends() -> None:
    relay = Relay(lambda: iter([1, 2, 3]), lambda: None, idle_s=1.0, deadline=9e9, clock=time.monotonic)

    assert list(relay) == [1, 2, 3]


def test_a_relay_cuts_a_reader_that_blocks() -> None:
    released = threading.Event()

    def block() -> Iterator[int]:
        yield 1
        released.wait(5)

    relay = Relay(block, released.set, idle_s=0.1, deadline=9e9, clock=time.monotonic)

    with pytest.raises(Fault) as told:
        list(relay)

    assert (told.value.kind, released.is_set()) == (Kind.STALLED, True)


def test_a_relay_ends_at_its_deadline_while_the_reader_blocks() -> None:
    released = threading.Event()

    def block() -> Iterator[int]:
        released.wait(5)
        yield 1

    started = time.monotonic()
    relay = Relay(block, released.set, idle_s=4.0, deadline=started + 0.2, clock=time.monotonic)

    with pytest.raises(Fault) as told:
        list(relay)

    assert (told.value.kind, released.is_set()) == (Kind.LATE, True)
    assert 0.2 <= time.monotonic() - started < 2.0


def test_a_relay_tells_lateness_from_silence() -> None:
    ticks = count()
    relay = Relay(
        lambda: iter(range(1000)), lambda: None, idle_s=1.0, deadline=9.0, clock=lambda: float(next(ticks))
    )

    with pytest.raises(Fault) as told:
        list(relay)

    assert told.value.kind is Kind.LATE


def test_a_bug_of_the_transport_comes_out_as_it_is(tmp_path: Path) -> None:
    def broken(request: httpx2.Request) -> httpx2.Response:
        raise ZeroDivisionError(request.url)

    store = RawStore(tmp_path, now=lambda: NOW)
    writer = OpenAIWriter(
        Endpoint("http://127.0.0.1:1/v1"), ("m",), store, transport=httpx2.MockTransport(broken)
    )

    with pytest.raises(ZeroDivisionError):
        writer.ask(ASKED, watch=Onlooker())
