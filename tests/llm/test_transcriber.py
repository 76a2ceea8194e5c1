"""The transcriber: right answers, odd ones, hostile ones and none, over real HTTP."""

import json
import math
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import BalanceEmpty, KeyRejected, ShelfError, WriterError
from pipeline.listening.alignment import Word, align
from pipeline.llm import transcriber
from pipeline.llm.endpoint import Endpoint
from pipeline.llm.faults import Fault
from pipeline.llm.pace import Pace
from pipeline.llm.transcriber import MOST_WORDS, Transcriber
from tests.fakes.scribe import (
    LINE_S,
    Reply,
    Scribe,
    fails,
    hears,
    hears_lines,
    hears_tokens,
    huge,
    page,
    replies,
    says,
    sung,
)
from tests.llm.conftest import KEY, NOW

LINES = (
    "I sold your teeth to pay the rent",
    "You inked insomnia on polished steel",
    "And never tell the river",
)
NONSENSE = ("Thank you for watching", "please subscribe to our channel")
MP3 = b"\xff\xfb\x90\x64" + bytes(2000)

Build = Callable[..., Transcriber]


@pytest.fixture
def server() -> Iterator[Scribe]:
    with Scribe() as running:
        yield running


@pytest.fixture
def take(tmp_path: Path) -> Path:
    file = tmp_path / "My Secret Title.mp3"
    file.write_bytes(MP3)
    return file


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def build(server: Scribe, slept: list[float]) -> Build:
    """Make a transcriber on the scripted server."""

    def make(
        *, key: str = KEY, base_url: str = "", deadline_s: float = 20.0, wants_key: bool = False
    ) -> Transcriber:
        endpoint = Endpoint(base_url or server.base_url, key, "SCRIBE_KEY", wants_key)
        pace = Pace(sleep=slept.append, now=lambda: NOW, jitter=lambda: 0.0)
        return Transcriber(endpoint, "whisper-1", deadline_s=deadline_s, pace=pace)

    return make


def test_it_sends_the_take_and_gives_the_words_with_their_times(
    server: Scribe, build: Build, take: Path
) -> None:
    server.script(hears(sung(LINES[:1], at_s=7.5)))

    words = build().words(take, "en")

    (upload,) = server.uploads
    assert ("/v1/audio/transcriptions", MP3) == (upload.path, upload.file)
    assert {
        "model": "whisper-1",
        "response_format": "verbose_json",
        "timestamp_granularities[]": "word",
        "language": "en",
    } == upload.form
    assert Word("I", 7.5, 7.9) == words[0]
    assert LINES[0].split() == [word.text for word in words]


def test_neither_the_title_nor_this_machine_is_told(server: Scribe, build: Build, take: Path) -> None:
    server.script(hears([]))

    build().words(take)

    (upload,) = server.uploads
    assert ("take.mp3", "audio/mpeg") == (upload.file_name, upload.file_type)
    assert {
        "host",
        "accept",
        "connection",
        "content-length",
        "content-type",
        "user-agent",
        "accept-encoding",
    } == {*upload.headers} - {"authorization"}
    assert "language" not in upload.form


@pytest.mark.parametrize(("language", "sent"), [("de", "de"), ("", None), ("unknown", None), ("yue", None)])
def test_only_a_language_that_servers_know_is_sent(
    server: Scribe, build: Build, take: Path, language: str, sent: str | None
) -> None:
    server.script(hears([]))

    build().words(take, language)

    assert sent == server.uploads[0].form.get("language")


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (b"fLaC", "take.flac", "audio/flac"),
        (b"RIFF\x00\x00\x00\x00WAVE", "take.wav", "audio/wav"),
        (b"OggS" + bytes(24) + b"OpusHead", "take.ogg", "audio/ogg"),
        (b"who knows", "take.mp3", "audio/mpeg"),
    ],
)
def test_the_kind_of_file_is_told_by_its_content(
    server: Scribe, build: Build, take: Path, head: bytes, name: str, kind: str
) -> None:
    server.script(hears([]))
    take.write_bytes(head)

    build().words(take)

    assert (name, kind) == (server.uploads[0].file_name, server.uploads[0].file_type)


# What came back, aligned with what was written.


def test_right_words_give_every_line_its_time(server: Scribe, build: Build, take: Path) -> None:
    server.script(hears(sung(LINES, at_s=4.0)))

    found = align(LINES, build().words(take))

    assert (4.0, 4.0 + LINE_S, 4.0 + 2 * LINE_S) == found.lines
    assert (4.0, 1.0) == (found.first_word_s, found.sung_share)


def test_shifted_words_shift_the_lines(server: Scribe, build: Build, take: Path) -> None:
    server.script(hears(sung(LINES, at_s=4.0, shift_s=2.5)))

    assert (6.5, 9.5, 12.5) == align(LINES, build().words(take)).lines


def test_missing_lines_are_missing(server: Scribe, build: Build, take: Path) -> None:
    server.script(hears(sung([LINES[0], LINES[2]], at_s=4.0)))

    found = align(LINES, build().words(take))

    assert (4.0, None, 7.0) == found.lines
    assert pytest.approx(2 / 3) == found.sung_share


def test_nonsense_gives_no_line_a_time(server: Scribe, build: Build, take: Path) -> None:
    server.script(hears(sung(NONSENSE)))

    assert (None, None, None) == align(LINES, build().words(take)).lines


# Servers with ways of their own.


def test_words_share_the_time_of_their_segment_when_nothing_better_is_told(
    server: Scribe, build: Build, take: Path
) -> None:
    server.script(hears_lines(["bring me rain", "夜の海"], at_s=10.0))

    words = build().words(take)

    assert ["bring", "me", "rain", "夜の海"] == [word.text for word in words]
    assert [10.0, 10.0 + 15 / 11, 10.0 + 21 / 11, 13.0] == pytest.approx([word.start_s for word in words])
    assert 13.0 == pytest.approx(words[2].end_s)


def test_words_inside_segments_are_found_and_their_tokens_joined(
    server: Scribe, build: Build, take: Path
) -> None:
    server.script(
        hears_tokens(
            [
                (" That", 0.16, 0.31),
                ("'s", 0.38, 0.49),
                (" ins", 0.5, 0.6),
                ("omnia.", 0.6, 0.9),
                (" Rain", 1.0, 1.2),
            ]
        )
    )

    assert (Word("That's", 0.16, 0.49), Word("insomnia.", 0.5, 0.9), Word("Rain", 1.0, 1.2)) == build().words(
        take
    )


def test_times_in_nanoseconds_are_told_from_seconds(server: Scribe, build: Build, take: Path) -> None:
    rows = [{"text": "la", "start": 2_000_000_000, "end": 3_500_000_000}]
    server.script(replies({"text": "la", "segments": rows}))

    assert (Word("la", 2.0, 3.5),) == build().words(take)


def test_numbers_may_be_strings_and_the_order_is_ours(server: Scribe, build: Build, take: Path) -> None:
    rows = [{"word": "two", "start": "2.5", "end": "3"}, {"word": "one", "start": 1, "end": 0.5}]
    server.script(replies({"text": "two one", "words": rows}))

    assert (Word("one", 1.0, 1.0), Word("two", 2.5, 3.0)) == build().words(take)


@pytest.mark.parametrize("silent", [says(""), says(" \n"), hears([]), replies({"segments": []})])
def test_hearing_nobody_is_an_answer(server: Scribe, build: Build, take: Path, silent: Reply) -> None:
    server.script(silent)

    assert () == build().words(take)


@pytest.mark.parametrize(
    "untimed",
    [
        pytest.param(says("I sold your teeth"), id="text only"),
        pytest.param(replies({"text": "la", "words": [{"word": "la"}]}), id="no times"),
        pytest.param(
            replies({"text": "la", "words": [{"word": "la", "start": -1, "end": 2}]}), id="before the start"
        ),
        pytest.param(
            Reply(b'{"text": "la", "words": [{"word": "la", "start": NaN, "end": Infinity}]}'),
            id="no numbers",
        ),
        pytest.param(
            replies({"text": "la", "words": [{"word": "la", "start": 90_000, "end": 90_001}]}), id="days"
        ),
        pytest.param(replies({"text": "la", "words": [None, 7, [], {"word": 7, "start": 1}]}), id="no rows"),
        pytest.param(replies({"text": "la", "words": {"0": "la"}, "segments": "la"}), id="no lists"),
    ],
)
def test_words_without_times_are_no_use_and_it_says_so(
    server: Scribe, build: Build, take: Path, untimed: Reply
) -> None:
    server.script(untimed)

    with pytest.raises(WriterError, match="tells no times of words") as told:
        build().words(take)

    assert "listening.transcription.model" in told.value.hint


# Faults.


def test_a_web_page_is_told_from_a_transcription(server: Scribe, build: Build, take: Path) -> None:
    server.script(page())

    with pytest.raises(WriterError, match="a web page came") as told:
        build().words(take)

    assert "listening.transcription.base_url" in told.value.hint


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"[1, 2]", "not what the API promises"),
        (b"null", "not what the API promises"),
        (b"WEBVTT", "not what the API promises"),
        (b"", "not what the API promises"),
        (b"[" * 100_000, "not what the API promises"),
        (b'{"words": [' + b"9" * 10_000 + b"]}", "not what the API promises"),
        (b"{}", "tells no times"),
        (b'{"error": {"message": "out of memory"}}', "out of memory"),
    ],
)
def test_what_is_no_answer_is_told_in_a_line(
    server: Scribe, build: Build, take: Path, body: bytes, words: str
) -> None:
    server.script(Reply(body), Reply(body))

    with pytest.raises(WriterError, match=words) as told:
        build().words(take)

    assert len(str(told.value)) < 400


def test_a_rejected_key_names_its_variable(server: Scribe, build: Build, take: Path) -> None:
    server.script(fails(401, f"key {KEY} is revoked"))

    with pytest.raises(KeyRejected, match="SCRIBE_KEY") as told:
        build().words(take)

    assert KEY not in "".join([told.value.hint, *traceback.format_exception(told.value)])


def test_without_the_key_that_is_wanted_nothing_is_sent(server: Scribe, build: Build, take: Path) -> None:
    with pytest.raises(KeyRejected, match="there is no key") as told:
        build(key="", wants_key=True).words(take)

    assert ("export SCRIBE_KEY=…", []) == (told.value.hint, server.uploads)


def test_a_key_that_comes_back_as_a_word_is_masked(server: Scribe, build: Build, take: Path) -> None:
    server.script(hears([{"word": KEY, "start": 1.0, "end": 2.0}]))

    assert (Word("[key]", 1.0, 2.0),) == build().words(take)


def test_an_empty_account_is_told(server: Scribe, build: Build, take: Path) -> None:
    server.script(fails(402, "no credit"))

    with pytest.raises(BalanceEmpty, match=r"holds too little: .*no credit"):
        build().words(take)


@pytest.mark.parametrize(
    "answer",
    [
        fails(404, "the model 'whisper-1' does not exist", "model_not_found"),
        fails(400, "response_format 'verbose_json' is not compatible with model 'gpt-4o-transcribe'"),
    ],
)
def test_a_model_that_will_not_do_is_told_with_its_setting(
    server: Scribe, build: Build, take: Path, answer: Reply
) -> None:
    server.script(answer)

    with pytest.raises(WriterError) as told:
        build().words(take)

    assert "set listening.transcription.model" in told.value.hint
    assert 1 == len(server.uploads)


def test_a_path_that_is_not_there_points_at_the_address(server: Scribe, build: Build, take: Path) -> None:
    with pytest.raises(WriterError, match="404") as told:
        build(base_url=server.base_url.removesuffix("/v1")).words(take)

    assert "/v1 at its end" in told.value.hint


@pytest.mark.parametrize(
    "passing", [fails(500, "oops"), fails(429, "busy"), Reply(b'{"text": ""}', hang_up=True)]
)
def test_what_passes_is_tried_once_more(
    server: Scribe, build: Build, take: Path, passing: Reply, slept: list[float]
) -> None:
    server.script(passing, hears(sung(["la"])))

    words = build().words(take)

    assert ["la"] == [word.text for word in words]
    assert [1.0] == slept
    assert [MP3, MP3] == [upload.file for upload in server.uploads]


def test_what_does_not_pass_ends_after_two_tries(server: Scribe, build: Build, take: Path) -> None:
    server.script(*[fails(500, "oops")] * 3)

    with pytest.raises(WriterError, match="oops") as told:
        build().words(take)

    assert 2 == len(server.uploads)
    assert "its words stay unmeasured" in told.value.hint


def test_a_server_that_asks_for_more_time_than_there_is_is_not_waited_for(
    server: Scribe, build: Build, take: Path, slept: list[float]
) -> None:
    server.script(fails(429, "later", retry_after="3600"))

    with pytest.raises(WriterError, match="later"):
        build().words(take)

    assert ([], 1) == (slept, len(server.uploads))


def test_a_server_that_is_not_there_is_told(build: Build, take: Path) -> None:
    with Scribe() as gone:
        address = gone.base_url

    with pytest.raises(WriterError, match="no connection") as told:
        build(base_url=address).words(take)

    assert "check that the server runs" in told.value.hint


@pytest.mark.parametrize("slow", [Reply(b"{}", wait_s=30.0), Reply(b" " * 10_000, trickle_s=0.05)])
def test_a_slow_server_is_left_at_the_deadline(server: Scribe, build: Build, take: Path, slow: Reply) -> None:
    server.script(slow)

    with pytest.raises(WriterError, match="longer than its deadline"):
        build(deadline_s=0.4).words(take)


def test_an_endless_answer_is_cut_off(server: Scribe, build: Build, take: Path) -> None:
    server.script(huge(70_000_000))

    with pytest.raises(WriterError, match="not what the API promises"):
        build().words(take)


def test_a_flood_of_words_is_cut_off(server: Scribe, build: Build, take: Path) -> None:
    server.script(hears([{"word": "la " * 100, "start": 1.0, "end": 2.0}] * (MOST_WORDS + 100)))

    words = build().words(take)

    assert MOST_WORDS == len(words)
    assert 200 == max(len(word.text) for word in words)


@pytest.mark.parametrize(
    ("size", "status", "says_so"),
    [(26_000_000, 400, True), (26_000_000, 413, True), (2000, 413, True), (2000, 400, False)],
)
def test_a_file_that_is_too_large_is_named_as_the_reason(
    server: Scribe, build: Build, take: Path, size: int, status: int, says_so: bool
) -> None:
    with take.open("r+b") as file:
        file.truncate(size)
    server.script(fails(status, "no"))

    with pytest.raises(WriterError) as told:
        build().words(take)

    assert says_so == ("25 MB" in told.value.hint)
    assert says_so == (f"{size / 1e6:.0f} MB" in str(told.value))


def test_a_large_file_is_sent_all_the_same(server: Scribe, build: Build, take: Path) -> None:
    with take.open("r+b") as file:
        file.truncate(26_000_000)
    server.script(hears([]))

    build().words(take)

    assert 26_000_000 == len(server.uploads[0].file)


@pytest.mark.parametrize("name", ["gone.mp3", "."])
def test_a_file_that_is_not_there_is_a_fault_of_the_disk(build: Build, tmp_path: Path, name: str) -> None:
    with pytest.raises(ShelfError, match="is no file to listen to"):
        build().words(tmp_path / name)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["words", "segments", "text", "word", "start", "end", "error"]), inner
        )
    ),
    max_leaves=25,
)


@given(JSON)
def test_any_answer_is_words_or_a_fault(answer: Any) -> None:
    try:
        words = transcriber._read(json.loads(json.dumps(answer)))
    except Fault:
        return

    assert list(words) == sorted(words, key=lambda word: word.start_s)
    assert all(0.0 <= word.start_s <= word.end_s < math.inf and word.text.strip() for word in words)
