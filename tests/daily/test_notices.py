"""Notices arrive as they should, never stop a song, and never give an address away."""

import base64
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.notices.healthcheck import ping
from pipeline.notices.messages import Message, addresses, send
from pipeline.notices.notices import Notices, Wanted
from pipeline.notices.patience import within
from tests.fakes.inbox import Inbox, Received

# apprise's e-mail service still tries Python's old imghdr; nothing of ours can help that.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

TOKEN = "7f3c-very-secret-token"


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with Inbox() as server:
        yield server


class Told:
    """Notices with everything they say, and the pauses they make."""

    def __init__(self, *places: str, healthcheck: str = "", notify: Wanted = "always") -> None:
        self.notes: list[str] = []
        self.pauses: list[float] = []
        self.notices = Notices(places, healthcheck, notify, self.notes.append, self.pauses.append)


def mailbox(inbox: Inbox) -> str:
    return f"json://127.0.0.1:{inbox.port}/{TOKEN}"


def messages(inbox: Inbox) -> list[Mapping[str, Any]]:
    return [json.loads(request.body) for request in inbox.received]


# -- the fake itself


def test_the_inbox_remembers_what_it_is_sent_and_answers_as_scripted() -> None:
    with Inbox([503]) as inbox:
        answers = [
            httpx.post(f"{inbox.url}/a?b=c", content="d").status_code,
            httpx.get(inbox.url).status_code,
        ]

    assert [503, 200] == answers
    assert [Received("POST", "/a?b=c", "d"), Received("GET", "/", "")] == inbox.received


# -- messages


def test_a_finished_song_is_told_with_its_title_and_its_file(inbox: Inbox, tmp_path: Path) -> None:
    song = tmp_path / "50% silence, ünd ?more.mp3"
    song.write_bytes(b"sound")
    told = Told(mailbox(inbox))

    told.notices.succeeded("Salt\n& <Rust>", "4:00 · <b>84</b> bpm\n/home/me/song.mp3", [song])

    (message,) = messages(inbox)
    assert ("Salt & <Rust>", "4:00 · <b>84</b> bpm\n/home/me/song.mp3", "success") == (
        message["title"],
        message["message"],
        message["type"],
    )
    assert [b"sound"] == [base64.b64decode(file["base64"]) for file in message["attachments"]]
    assert [] == told.notes


def test_a_file_that_a_service_does_not_take_does_not_keep_the_message_back(
    inbox: Inbox, tmp_path: Path
) -> None:
    told = Told(mailbox(inbox))

    told.notices.succeeded("Salt", "the body", [tmp_path / "gone.mp3"])

    assert ["the body"] == [message["message"] for message in messages(inbox)]
    assert [] == told.notes


def test_a_title_is_text_also_where_messages_are_web_pages(inbox: Inbox) -> None:
    told = Told(f"{mailbox(inbox)}?format=html")

    told.notices.failed("no song", "a <b>")

    assert ["a &lt;b&gt;"] == [message["message"].replace("&nbsp;", " ") for message in messages(inbox)]


def test_a_failure_is_told_as_one(inbox: Inbox) -> None:
    told = Told(mailbox(inbox))

    told.notices.failed("no song today", "the music server is down")

    (message,) = messages(inbox)
    assert ("no song today", "the music server is down", "failure") == (
        message["title"],
        message["message"],
        message["type"],
    )


@pytest.mark.parametrize(
    ("notify", "heard"),
    [("never", []), ("failure", ["bad"]), ("success", ["good"]), ("always", ["good", "bad"])],
)
def test_people_hear_of_what_they_want_to_hear(inbox: Inbox, notify: Wanted, heard: list[str]) -> None:
    told = Told(mailbox(inbox), notify=notify)

    told.notices.started()
    told.notices.succeeded("good", "x")
    told.notices.failed("bad", "x")

    assert heard == [message["title"] for message in messages(inbox)]


def test_one_dead_service_does_not_keep_the_others_from_hearing(inbox: Inbox) -> None:
    told = Told(f"json://127.0.0.1:9/{TOKEN}", mailbox(inbox), f"nonsense://{TOKEN}/x", TOKEN)

    told.notices.failed("title", "body")

    assert ["title"] == [message["title"] for message in messages(inbox)]
    assert [
        "notification 1 of 4 was not taken by JSON",
        "notification 3 of 4 has an address that apprise does not know",
        "notification 4 of 4 has an address that apprise does not know",
    ] == told.notes


def test_a_service_that_refuses_makes_a_note() -> None:
    with Inbox([403]) as inbox:
        told = Told(mailbox(inbox))
        told.notices.failed("title", "body")

    assert ["notification 1 of 1 was not taken by JSON"] == told.notes


def test_a_service_that_never_answers_is_left_behind() -> None:
    with Inbox([0]) as inbox:
        why = send(mailbox(inbox), Message("failure", "title", "body"), deadline_s=0.3)

    assert "was not taken within 0.3 s" == why


def test_half_characters_in_a_message_stop_nothing(inbox: Inbox) -> None:
    told = Told(mailbox(inbox), healthcheck=inbox.url)

    told.notices.failed("half \ud83d", "a \udce9 b")

    assert len(told.notes) <= 1
    assert any(request.path == "/fail" for request in inbox.received)


# -- addresses


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        (" ,, \n", ()),
        ("json://a/b", ("json://a/b",)),
        ("json://a, tgram://b/c", ("json://a", "tgram://b/c")),
        ("json://a,tgram://b/c,", ("json://a", "tgram://b/c")),
        ("json://a\ntgram://b\n", ("json://a", "tgram://b")),
        ("mailto://u:p@h?to=a@x.org,b@y.org ntfy://t", ("mailto://u:p@h?to=a@x.org,b@y.org", "ntfy://t")),
    ],
)
def test_addresses_lie_between_spaces_and_commas(text: str, found: tuple[str, ...]) -> None:
    assert found == addresses(text)


@given(st.lists(st.from_regex(r"[a-z]{2,8}://[\w.@:/?=&,-]{1,20}[\w]", fullmatch=True), max_size=5))
def test_addresses_written_one_after_another_are_found_again(some: list[str]) -> None:
    assert tuple(some) == addresses("\n".join(some))
    assert tuple(some) == addresses(" , ".join(some))


# -- the watchdog


def test_the_watchdog_hears_of_start_success_and_failure(inbox: Inbox) -> None:
    told = Told(healthcheck=f"{inbox.url}/ping/{TOKEN}/?create=1&x=a%2Fb", notify="never")

    told.notices.started()
    told.notices.succeeded("Salt", "4:00")
    told.notices.failed("no song", "the server is down")

    assert [
        Received("GET", f"/ping/{TOKEN}/start?create=1&x=a%2Fb", ""),
        Received("POST", f"/ping/{TOKEN}/?create=1&x=a%2Fb", "Salt\n4:00"),
        Received("POST", f"/ping/{TOKEN}/fail?create=1&x=a%2Fb", "no song\nthe server is down"),
    ] == inbox.received
    assert [] == told.notes


def test_a_ping_that_fails_once_is_tried_again(inbox: Inbox) -> None:
    inbox.statuses.append(502)
    told = Told(healthcheck=inbox.url)

    told.notices.started()

    assert ["/start", "/start"] == [request.path for request in inbox.received]
    assert ([], [1.0]) == (told.notes, told.pauses)


def test_a_ping_follows_a_watchdog_that_moved(inbox: Inbox) -> None:
    inbox.statuses.append(308)
    told = Told(healthcheck=inbox.url)

    told.notices.failed("no song", "why")

    assert Received("POST", "/moved", "no song\nwhy") == inbox.received[-1]
    assert [] == told.notes


@pytest.mark.parametrize(
    ("statuses", "asked", "why"),
    [([500, 503], 2, "it answered 503"), ([404], 1, "it answered 404; look at its address")],
)
def test_a_watchdog_that_does_not_listen_makes_a_note(statuses: list[int], asked: int, why: str) -> None:
    with Inbox(statuses) as inbox:
        told = Told(healthcheck=inbox.url)
        told.notices.started()

    assert asked == len(inbox.received)
    assert [f"the healthcheck did not hear of the start: {why}"] == told.notes


def test_a_watchdog_that_is_gone_makes_a_note() -> None:
    with Inbox() as inbox:
        pass
    told = Told(healthcheck=f"{inbox.url}/{TOKEN}")

    told.notices.succeeded("a", "b")

    assert ["the healthcheck did not hear of the success: it cannot be reached"] == told.notes


def test_a_watchdog_that_never_answers_is_left_behind() -> None:
    with Inbox([0, 0]) as inbox:
        why = ping(inbox.url, "start", "", lambda _: None, deadline_s=0.2)

    assert "it did not answer within 0.2 s" == why


@pytest.mark.parametrize(
    "address", [TOKEN, f"ftp://x/{TOKEN}", f"http://[{TOKEN}", "https://", f"http://a b/{TOKEN}"]
)
def test_an_address_that_is_none_makes_a_note_and_no_more(address: str) -> None:
    told = Told(healthcheck=address)

    told.notices.failed("a", "b")

    (note,) = told.notes
    assert note.startswith("the healthcheck did not hear of the failure: it")
    assert TOKEN not in note


def test_a_long_story_is_cut_to_what_a_watchdog_keeps(inbox: Inbox) -> None:
    told = Told(healthcheck=inbox.url)

    told.notices.failed("no song", "ü" * 20_000)

    assert len(inbox.received[0].body.encode()) <= 10_003  # the half character at the cut was replaced


# -- secrets, and quiet


def test_no_address_is_ever_told_or_logged(inbox: Inbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.NOTSET)
    inbox.statuses.extend([500, 500, 404, 500, 500])
    places = [
        f"jsons://user:{TOKEN}@127.0.0.1:9/{TOKEN}?key={TOKEN}",
        mailbox(inbox),
        f"tgram://{TOKEN}/{TOKEN}",
    ]
    told = Told(*places, healthcheck=f"http://u:{TOKEN}@127.0.0.1:{inbox.port}/{TOKEN}?key={TOKEN}")

    told.notices.started()
    told.notices.failed("title", "body")
    told.notices.succeeded("title", "body")

    assert len(told.notes) >= 5
    assert TOKEN not in "\n".join([*told.notes, caplog.text, repr(told.notices)])


def test_apprise_touches_no_network_when_loaded_and_prints_nothing_when_it_fails(
    quiet_environment: Mapping[str, str],
) -> None:
    program = """
import logging, sys
touched = []
reaching = {"socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"}
sys.addaudithook(lambda name, _: touched.append(name) if name in reaching else None)
import apprise
apprise.Apprise().add("json://127.0.0.1:9/x")
assert not touched, touched
logging.basicConfig(level=logging.DEBUG)
from pipeline.notices.notices import Notices
notes = []
told = Notices(["json://127.0.0.1:9/t"], "http://127.0.0.1:9/t", "always", notes.append, lambda _: None)
told.failed("a", "b")
assert 2 == len(notes), notes
"""

    child = subprocess.run(
        [sys.executable, "-c", program], env=quiet_environment, capture_output=True, text=True, check=False
    )

    assert (0, "", "") == (child.returncode, child.stdout, child.stderr)


def test_apprise_is_loaded_only_when_a_message_is_sent(quiet_environment: Mapping[str, str]) -> None:
    program = "import sys, pipeline.notices.notices; assert 'apprise' not in sys.modules"

    child = subprocess.run([sys.executable, "-c", program], env=quiet_environment, check=False)

    assert 0 == child.returncode


def test_a_service_that_hangs_does_not_keep_the_process(quiet_environment: Mapping[str, str]) -> None:
    program = (
        "import sys; from pipeline.notices.messages import Message, send;"
        "print(send(sys.argv[1], Message('failure', 'a', 'b'), deadline_s=2))"
    )

    with Inbox([0]) as inbox:
        child = subprocess.run(
            [sys.executable, "-c", program, f"{mailbox(inbox)}?rto=60"],  # apprise itself would wait a minute
            env=quiet_environment,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )

    assert (0, "was not taken within 2 s\n", "") == (child.returncode, child.stdout, child.stderr)


def test_patience_gives_results_and_raises_what_was_raised() -> None:
    def broken() -> int:
        raise OSError("broken")

    result = within(5, lambda: 3)
    with pytest.raises(OSError, match="broken"):
        within(5, broken)

    assert 3 == result
    assert os.getpid() == within(5, os.getpid)
