"""The sidecar holds everything about a track and gives it back."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.brief import Brief
from pipeline.errors import ShelfError
from pipeline.library import sidecar
from pipeline.library.document import schema
from pipeline.song import Finding, Section, Severity, Song, clean_line
from pipeline.take import Measures, Recording, Take
from pipeline.track import Attempt, Track, Words
from tests.fakes import tracks

CONTRACT = (
    "schema id title brief prompt lyrics sections hook writer findings repairs takes chosen_take "
    "file sidecar timings rehearsal"
)

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
LINE = TEXT.map(clean_line)
SUNG = LINE.filter(bool)
TAG = st.sampled_from(["Verse 1", "Chorus", "Bridge", "Drop"])
SECONDS = st.floats(0, 1e6)
LEVEL = st.floats(-120, 3) | st.just(-math.inf)
COUNT = st.integers(0, 10**9)
PLAIN: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e300, 1e300) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
METADATA = st.dictionaries(TEXT, PLAIN, max_size=3)


def several(of: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(of, max_size=2).map(tuple)


SONGS = st.builds(
    Song,
    prompt=LINE,
    sections=st.lists(st.builds(Section, tag=TAG, lines=several(SUNG)), min_size=1, max_size=3).map(tuple),
    title=LINE,
    bpm=st.none() | st.integers(30, 300),
    key=st.sampled_from(["", "A minor", "Eb major"]),
)
WORDS = st.builds(
    Words,
    song=SONGS,
    findings=several(st.builds(Finding, TEXT, st.sampled_from(Severity), TEXT, TEXT, st.none() | COUNT)),
    repairs=several(TEXT),
    model=TEXT,
    attempts=several(
        st.builds(Attempt, TEXT, TEXT, COUNT, COUNT, COUNT, st.none() | SECONDS, TEXT, SECONDS, TEXT)
    ),
    fallbacks=several(TEXT),
    prompts_hash=TEXT,
    drafts=several(TEXT),
    write_s=SECONDS,
)
TAKES = st.builds(
    Take,
    recording=st.builds(
        Recording, COUNT, COUNT, TEXT, TEXT, TEXT, TEXT, COUNT, TEXT, SECONDS, SECONDS, METADATA
    ),
    measures=st.none() | st.builds(Measures, SECONDS, COUNT, COUNT, LEVEL, LEVEL, st.booleans()),
    verdict=st.sampled_from(["pass", "warn", "fail"]),
    reasons=several(TEXT),
    parameters=METADATA,
    degraded=several(TEXT),
)
TRACKS = st.builds(
    Track,
    id=TEXT,
    brief=st.builds(Brief, text=TEXT.map("a {}".format), duration=st.sampled_from([None, "auto", 60.0])),
    words=WORDS,
    title=TEXT,
    language=TEXT,
    duration_s=SECONDS,
    takes=several(TAKES),
    chosen_take=COUNT,
    degraded=several(TEXT),
    made_at=TEXT,
    rehearsal=st.booleans(),
    parameters=METADATA,
    timings=st.dictionaries(TEXT, SECONDS, max_size=2),
    versions=st.dictionaries(TEXT, TEXT, max_size=2),
    file=TEXT,
    sidecar=TEXT,
    hashes=st.dictionaries(TEXT, TEXT, max_size=2),
)


@settings(max_examples=60, deadline=None)
@given(TRACKS)
def test_every_track_reads_back_as_it_was(track: Track) -> None:
    assert track == sidecar.parse(sidecar.text(track))


def test_the_keys_stand_in_the_order_of_the_contract() -> None:
    printed = list(sidecar.document(tracks.track()))
    kept = list(json.loads(sidecar.text(tracks.track())))

    assert CONTRACT.split() == printed[:17]
    assert [*printed, "hashes", "versions"] == kept


def test_the_document_holds_what_the_contract_names() -> None:
    finding = Finding("SP203", Severity.WARNING, "the line is weak", "sharpen it", 4)
    words = tracks.words(findings=(finding,), repairs=("a tag was closed",), fallbacks=("model-0 refused",))
    second = replace(tracks.take(2), verdict="warn", reasons=("too long",))

    told = sidecar.document(tracks.track(tracks.take(1), second, words=words))

    assert told["schema"] == "songpipe.song/1"
    assert told["brief"]["text"] == "insomnia trip-hop"
    assert told["sections"][0] == {
        "tag": "Verse 1",
        "hint": "whispered",
        "lines": ["The kettle counts the hours in a language made of steam"],
    }
    assert "Leave the porch light burning" in told["lyrics"]
    assert told["findings"] == [
        {
            "rule": "SP203",
            "severity": "warning",
            "line": 4,
            "message": "the line is weak",
            "hint": "sharpen it",
        }
    ]
    writer = told["writer"]
    assert ("maker/model-1", 1, ["model-0 refused"], 0.0123) == (
        writer["model"], writer["attempts"], writer["fallbacks"], writer["cost_usd"]
    )  # fmt: skip
    assert writer["usage"] == {"prompt_tokens": 900, "completion_tokens": 400, "reasoning_tokens": 20}
    assert writer["requests"][0]["request_id"] == "req-1"
    take = told["takes"][1]
    assert list(take)[:8] == "number seed server task_id file duration_s verdict reasons".split()  # noqa: SIM905
    assert (2, 8, "task-2", 60.0, "warn", ["too long"]) == (
        take["number"], take["seed"], take["task_id"], take["duration_s"], take["verdict"], take["reasons"]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("prompt", "opening"),
    [
        ("Dark folk. Opens with one bowed saw. Ends in noise.", "Opens with one bowed saw."),
        ("It begins with a dry a cappella; then drums", "It begins with a dry a cappella"),
        ("Starting from silence, a choir", "Starting from silence, a choir"),
        (
            "Kicks off with a slammed door; the song must hook the listener in the first 10 seconds. Folk.",
            "Kicks off with a slammed door",
        ),
        ("the song must hook the listener in the first 10 seconds", None),
        ("Dark folk, restarted hearts", None),
    ],
)
def test_the_hook_is_the_first_line_and_the_opening(prompt: str, opening: str | None) -> None:
    told = sidecar.document(tracks.track(words=tracks.words(replace(tracks.SONG, prompt=prompt))))

    assert told["hook"] == {"first_line": tracks.SONG.lines[0], "opening": opening}


def test_an_instrumental_has_no_first_line() -> None:
    told = sidecar.document(tracks.track(words=tracks.words(tracks.INSTRUMENTAL)))

    assert told["hook"]["first_line"] is None
    assert told["lyrics"] == "[Instrumental]"


def test_words_that_were_not_played_are_a_document_too() -> None:
    told = sidecar.document(tracks.track(takes=(), chosen_take=0))

    assert ([], "", "") == (told["takes"], told["file"], told["sidecar"])


def test_what_servers_sent_becomes_plain_json() -> None:
    nested: list[Any] = []
    for _ in range(200):
        nested = [nested]
    odd: dict[Any, Any] = {"nan": math.nan, "half": "\ud800", 7: (1, 2), "deep": nested}
    take = tracks.take()
    take = replace(take, recording=replace(take.recording, server_says=odd, task_id="t\udc80"))

    text = sidecar.text(tracks.track(take))

    told = json.loads(text)["takes"][0]
    assert (None, "?", [1, 2]) == (
        told["server_says"]["nan"],
        told["server_says"]["half"],
        told["server_says"]["7"],
    )
    assert told["task_id"] == "t?"
    assert "NaN" not in text
    assert sidecar.parse(text)


def test_a_later_version_may_add_keys() -> None:
    kept = json.loads(sidecar.text(tracks.track()))
    kept["mood"] = "blue"
    kept["takes"][0]["lufs"] = -14

    assert tracks.track() == sidecar.parse(json.dumps(kept))


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "JSON"),
        ("[]", "the file"),
        ("{}", "id: Field required"),
        ('{"schema": "songpipe.song/9"}', "songpipe.song/1"),
    ],
)
def test_a_strange_text_is_no_song_document(content: str, complaint: str) -> None:
    with pytest.raises(ShelfError, match="no song document") as told:
        sidecar.parse(content)

    assert complaint in told.value.hint


def test_words_that_are_not_clean_are_refused() -> None:
    kept = json.loads(sidecar.text(tracks.track()))
    kept["prompt"] = "two\nlines"

    with pytest.raises(ShelfError) as told:
        sidecar.parse(json.dumps(kept))

    assert "one clean line" in told.value.hint


def test_a_sidecar_is_read_with_paths_of_where_it_lies(tmp_path: Path) -> None:
    kept = sidecar.moved(tracks.track(), lambda name: Path(name).name or "a.mp3")
    (tmp_path / "a.song.json").write_text(sidecar.text(kept), encoding="utf-8")

    found = sidecar.load(tmp_path / "a.song.json")

    assert str(tmp_path / "a.mp3") == found.file
    assert str(tmp_path / "take-1.mp3") == found.takes[0].recording.file


@pytest.mark.parametrize("content", [b"\xff\xfe", b"{}", None])
def test_a_sidecar_that_cannot_be_read_is_named(content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "a.song.json"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(ShelfError, match=r"cannot read '.*a\.song\.json'"):
        sidecar.load(file)


def test_a_sidecar_that_points_elsewhere_is_refused(tmp_path: Path) -> None:
    kept = sidecar.moved(tracks.track(), lambda _: "../../secret.mp3")
    (tmp_path / "a.song.json").write_text(sidecar.text(kept), encoding="utf-8")

    with pytest.raises(ShelfError, match="leads out of"):
        sidecar.load(tmp_path / "a.song.json")


def test_the_schema_describes_what_is_written() -> None:
    described = schema()

    assert list(json.loads(sidecar.text(tracks.track()))) == list(described["properties"])
    assert described["properties"]["schema"]["const"] == "songpipe.song/1"
    assert json.loads(json.dumps(described)) == described
