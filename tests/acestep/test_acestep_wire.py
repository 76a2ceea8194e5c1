"""The wire: one server's HTTP, bounded, its failures in our words."""

import pickle
import socket
import time
from contextlib import closing
from dataclasses import replace

import httpx
import pytest

from pipeline.acestep import wire as room
from pipeline.acestep.faults import Ailing, KeyRefused, NotAceStep, NotReached, Silent
from pipeline.acestep.wire import TRANSLATIONS, Wire, translated
from pipeline.errors import BandError, SettingsError
from tests.fakes.acestep_server import FakeAceStep, Reply
from tests.fakes.acestep_world import QUICK

# What httpx raises when it is used wrongly, by us and not by the world: those are bugs and stay visible.
OUR_MISTAKES = {
    httpx.HTTPStatusError,
    httpx.CookieConflict,
    httpx.StreamError,
    httpx.StreamConsumed,
    httpx.StreamClosed,
    httpx.ResponseNotRead,
    httpx.RequestNotRead,
}


def wire(url: str, key: str = "", transport: httpx.BaseTransport | None = None) -> Wire:
    deadlines = replace(QUICK, answer_s=0.3, connect_s=0.3)
    return Wire(url, key, deadlines, transport=transport, clock=time.monotonic)


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port: int = listener.getsockname()[1]
        return port


def test_every_failure_of_httpx_is_translated() -> None:
    exported = (getattr(httpx, name) for name in httpx.__all__)
    kinds = {one for one in exported if isinstance(one, type) and issubclass(one, Exception)}
    abstract = {one for one in kinds if any(other is not one and issubclass(other, one) for other in kinds)}

    assert set() == kinds - abstract - set(TRANSLATIONS) - OUR_MISTAKES


@pytest.mark.parametrize("kind", TRANSLATIONS)
def test_a_failure_is_raised_in_our_words(kind: type[Exception]) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise kind("secret detail")

    with (
        wire("http://127.0.0.1:1", transport=httpx.MockTransport(fail)) as band,
        pytest.raises(BandError) as caught,
    ):
        band.get("/health")

    assert TRANSLATIONS[kind][0] is type(caught.value)
    assert "http://127.0.0.1:1" in caught.value.message
    assert "secret" not in caught.value.message
    assert isinstance(caught.value.__cause__, kind)


def test_a_failure_nobody_has_heard_of_counts_as_silence() -> None:
    class FluxError(httpx.TransportError):
        pass

    assert Silent is type(translated(FluxError("?"), "http://127.0.0.1:1"))


def test_a_refused_connection_sent_nothing() -> None:
    with wire(f"http://127.0.0.1:{free_port()}") as band, pytest.raises(NotReached) as caught:
        band.post("/release_task", {})

    assert not caught.value.unknown_host


def test_an_unknown_host_is_told_apart_because_waiting_cannot_help() -> None:
    wrapped = httpx.ConnectError("no")
    wrapped.__cause__ = socket.gaierror(-2, "Name or service not known")

    fault = translated(wrapped, "http://nowhere.invalid")

    assert isinstance(fault, NotReached)
    assert fault.unknown_host
    assert "host name" in fault.hint


def test_a_server_that_sleeps_or_drips_is_silent(server: FakeAceStep) -> None:
    server.reply("/health", Reply(delay_s=5), Reply(body={"status": "ok"}, drip_s=0.05))

    with wire(server.url) as band:
        for _ in range(2):
            with pytest.raises(Silent, match="in time"):
                band.get("/health")


def test_a_server_that_hangs_up_is_silent(server: FakeAceStep) -> None:
    server.reply("/health", Reply(drop=True), Reply(body=b'{"status": "ok"}', cut=True))

    with wire(server.url) as band:
        for _ in range(2):
            with pytest.raises(Silent, match="broke off"):
                band.get("/health")


def test_an_answer_without_end_is_not_read_to_it(
    server: FakeAceStep, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.reply("/health", Reply(body=b"[" + b"1," * room.LONGEST_ANSWER))

    with wire(server.url) as band, pytest.raises(NotAceStep, match="without end"):
        band.get("/health", answer_s=20)


def test_the_key_travels_in_the_header_and_nowhere_else(server: FakeAceStep) -> None:
    with wire(server.url, "sk-hunter2") as band:
        band.post("/format_input", {"prompt": "piano"})

    (seen,) = server.seen
    assert "Bearer sk-hunter2" == seen.headers["authorization"]
    assert {"prompt": "piano"} == seen.body
    assert "hunter2" not in seen.target


def test_without_a_key_no_header_is_sent(server: FakeAceStep) -> None:
    with wire(server.url) as band:
        band.get("/health")

    assert "authorization" not in server.seen[0].headers


def test_a_key_that_the_server_repeats_is_blotted_out(server: FakeAceStep) -> None:
    server.reply("/health", Reply(401, {"detail": "sk-hunter2 is wrong"}))

    with wire(server.url, "sk-hunter2") as band, pytest.raises(KeyRefused) as caught:
        band.get("/health")

    assert "*** is wrong" == caught.value.reason


def test_a_key_that_is_a_word_of_the_answer_does_not_spoil_it(server: FakeAceStep) -> None:
    with wire(server.url, "status") as band:
        assert "ok" == band.get("/health")["status"]


@pytest.mark.parametrize("key", ["sk\nhunter2", "hunter2\u2603"])
def test_a_key_that_no_header_can_carry_is_refused_and_not_repeated(key: str) -> None:
    with pytest.raises(SettingsError) as caught:
        wire("http://127.0.0.1:1", key)

    assert "hunter2" not in caught.value.message + caught.value.hint


def test_a_proxy_in_the_environment_is_not_asked_for_loopback(
    server: FakeAceStep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")

    with wire(server.url) as band:
        assert {"status": "ok"}.items() <= band.get("/health").items()


def test_a_path_prefix_is_kept(server: FakeAceStep) -> None:
    server.reply("/ace/health", Reply(body={"status": "ok"}))

    with wire(f"{server.url}/ace/") as band:
        assert {"status": "ok"} == band.get("/health")


def test_a_fault_survives_a_journal() -> None:
    fault = pickle.loads(pickle.dumps(Ailing("it broke", hint="mend it", status=500)))  # noqa: S301 -- our own

    assert (Ailing, "it broke", "mend it") == (type(fault), fault.message, fault.hint)
