"""The dressing: what travels with a song, and where the times of its words come from."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.cli.watching import Silent
from pipeline.engine.session import Session
from pipeline.errors import WriterError
from pipeline.labels import Labels
from pipeline.listening.alignment import Word
from pipeline.stages.dressing import Dresser, heard
from pipeline.take import Hook, Measures, Sung
from pipeline.track import Track
from tests.fakes import tracks
from tests.fakes.players import HOUSE, KeepingLeveller, KeepingTagger, PlainPainter

LOUD = Measures(
    60.0,
    48_000,
    2,
    -1.0,
    -14.0,
    finite=True,
    true_peak_dbtp=-0.5,
    lufs=-9.0,
    hook=Hook(0.0, 5.0, 0.9, 0.0, 20),
)
LINES = tracks.SONG.lines


class ScriptedScribe:
    """Hears each written line three seconds after the one before, from the seventh second on; `asked` counts."""

    def __init__(self, fault: WriterError | None = None) -> None:
        self.asked: list[tuple[Path, str]] = []
        self._fault = fault

    def words(self, file: Path, language: str = "") -> tuple[Word, ...]:
        self.asked.append((file, language))
        if self._fault:
            raise self._fault
        return tuple(
            Word(word, 7.0 + 3 * number + 0.1 * place, 7.05 + 3 * number + 0.1 * place)
            for number, line in enumerate(LINES)
            for place, word in enumerate(line.split())
        )


def track(measures: Measures = LOUD, **changes: object) -> Track:
    take = tracks.take(1, measures=measures)
    return replace(tracks.track(take, chosen_take=1, rehearsal=False), **changes)  # type: ignore[arg-type]


def dressed(song: Track, **changes: object) -> tuple[Labels, dict[str, bytes]]:
    tagger = KeepingTagger()
    dresser = Dresser(tagger, PlainPainter(), KeepingLeveller(), HOUSE)
    _, beside = replace(dresser, **changes)(Path("song.mp3"), song)  # type: ignore[arg-type]
    return tagger.labels[0], dict(beside)


def test_a_song_has_its_cover_in_it_and_a_larger_one_beside_it() -> None:
    labels, beside = dressed(track())

    assert b"small Porch Light" == labels.cover
    assert b"large Porch Light" == beside[".cover.jpg"]


def test_the_gain_is_that_of_replaygain_two() -> None:
    labels, _ = dressed(track())

    assert "-9.00 dB" == labels.replaygain_track_gain  # −18 − (−9)


def test_a_loudness_that_is_asked_for_is_reached_before_the_gain_is_told() -> None:
    leveller = KeepingLeveller()

    labels, _ = dressed(track(), level=leveller, house=replace(HOUSE, loudness=-14.0))

    assert [(Path("song.mp3"), Path("song.mp3"), -14.0, -0.5)] == leveller.asked
    assert "-4.00 dB" == labels.replaygain_track_gain


def test_without_that_wish_the_sound_is_left_alone() -> None:
    leveller = KeepingLeveller()

    dressed(track(), level=leveller)

    assert [] == leveller.asked


def test_estimated_times_begin_with_the_first_voice_and_say_that_they_are_estimated() -> None:
    labels, beside = dressed(track())

    assert "estimated" == labels.times
    assert 5_000 == labels.synced[0][0]
    assert b"estimated" in beside[".lrc"]


def test_a_voice_that_the_ear_is_not_sure_of_is_not_built_upon() -> None:
    unsure = replace(LOUD, hook=Hook(0.0, 5.0, 0.2, 0.0, 20))

    labels, _ = dressed(track(unsure))

    assert 5_000 != labels.synced[0][0]


def test_heard_times_go_before_estimated_ones(session: Session) -> None:
    song = heard(track(), ScriptedScribe(), Silent(), session)

    labels, beside = dressed(song)

    assert "heard" == labels.times
    assert [7_000, 10_000, 13_000] == [ms for ms, _ in labels.synced]
    assert b"[00:10.00]Leave the porch light burning" in beside[".lrc"]


def test_what_was_heard_is_kept_with_the_take_and_is_not_asked_for_twice(session: Session) -> None:
    scribe = ScriptedScribe()

    first, again = (heard(track(), scribe, Silent(), session) for _ in range(2))

    assert Sung(7.0, 1.0, (7.0, 10.0, 13.0), 1.0) == first.takes[0].sung == again.takes[0].sung
    assert [(Path("/work/take-1.mp3"), "en")] == scribe.asked


def test_a_model_that_cannot_be_reached_is_no_fault_of_the_song(session: Session) -> None:
    scribe = ScriptedScribe(WriterError("nobody is there"))

    song = heard(track(), scribe, Silent(), session)

    assert song.takes[0].sung is None


@pytest.mark.parametrize(
    "song", [track(rehearsal=True), track(words=tracks.words(tracks.INSTRUMENTAL))], ids=["rehearsal", "mute"]
)
def test_nobody_listens_for_words_where_there_are_none_worth_it(song: Track, session: Session) -> None:
    scribe = ScriptedScribe()

    heard(song, scribe, Silent(), session)

    assert [] == scribe.asked


def test_an_instrumental_has_chapters_and_no_sheet() -> None:
    labels, beside = dressed(track(words=tracks.words(tracks.INSTRUMENTAL)))

    assert {".cover.jpg"} == set(beside)
    assert ["Intro", "Outro"] == [name for _, _, name in labels.chapters]


# What is lost and made again ---------------------------------------------------------------------------------


def made_again(song: Track, told: Labels, *wanted: str) -> dict[str, bytes]:
    dresser = Dresser(KeepingTagger(), PlainPainter(), KeepingLeveller(), HOUSE)
    return dict(dresser.beside(song, told, wanted))


@pytest.mark.parametrize("wanted", [[], [".lrc"], [".cover.jpg"], [".lrc", ".cover.jpg"]])
def test_what_is_lost_is_made_again_as_it_was_and_nothing_else(wanted: list[str]) -> None:
    labels, beside = dressed(track())

    assert {suffix: beside[suffix] for suffix in wanted} == made_again(track(), labels, *wanted)


def test_without_times_in_the_tags_they_are_estimated_anew() -> None:
    _, beside = dressed(track())

    assert {".lrc": beside[".lrc"]} == made_again(track(), Labels(), ".lrc")


def test_times_that_the_tags_tell_as_heard_are_not_estimated() -> None:
    told = Labels(synced=((1_500, "Leave the light on"),), times="heard")

    sheet = made_again(track(), told, ".lrc")[".lrc"].decode()

    assert "[00:01.50]Leave the light on" in sheet
    assert "estimated" not in sheet


JPEG = b"\xff\xd8 the picture in small"


@pytest.mark.parametrize(
    ("painter", "embedded", "expected"),
    [
        ("brush-1", JPEG, JPEG),
        ("brush-1", b"\x89PNG", b"large Porch Light"),
        ("brush-1", b"", b"large Porch Light"),
        ("", JPEG, b"large Porch Light"),
    ],
)
def test_a_picture_that_only_the_file_has_left_is_its_cover(
    painter: str, embedded: bytes, expected: bytes
) -> None:
    song = track(painter=painter)

    assert {".cover.jpg": expected} == made_again(song, Labels(cover=embedded), ".cover.jpg")


def test_an_instrumental_gets_no_sheet_however_much_it_is_wanted() -> None:
    song = track(words=tracks.words(tracks.INSTRUMENTAL))

    assert {} == made_again(song, Labels(), ".lrc")
