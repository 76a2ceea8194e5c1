"""Every threshold of the ear meets its fault, made on purpose by the rehearsal band; a clean song meets none."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.audio.ear import SoundfileEar
from pipeline.listening.verdict import judge, places
from pipeline.take import Hook
from tests.fakes.limits import LIMITS
from tests.listening import faults
from tests.listening.faults import LONG, SHORT, TEN_STYLES, Order

FAILING = [
    ("silence", "silent"),
    ("noise", "noise and no music"),
    ("wrong-length", "it lasts 12.0 s where 24.0 s were asked"),
    ("cut-short", "cut short"),
    ("late", "begins with 7.0 s of silence"),
    ("drop-out", "drops out for 5.0 s at 0:09"),
    ("dead-channel", "its right channel is dead"),
    ("inverted", "inverted"),
]
DOUBTFUL = [
    ("buried", "buried in noise"),
    ("small-gap", "silent for 2.5 s in the middle, at 0:10"),
    ("mono", "mono"),
    ("clipped", "too hot"),
    ("hot", "too hot"),
    ("dc", "DC offset"),
    ("abrupt-end", "ends abruptly"),
    ("off-tempo", "where 120 were asked"),
    ("off-key", "where A minor was asked"),
]


@pytest.fixture(scope="module")
def ear() -> Iterator[SoundfileEar]:
    """One ear for all takes."""
    with SoundfileEar() as listening:
        yield listening


def heard(
    ear: SoundfileEar, order: Order, fault: str, folder: Path, kind: str
) -> tuple[str, tuple[str, ...]]:
    return judge(ear.measure(faults.play(order, fault, folder, kind)), order.asked, LIMITS)


def hook(ear: SoundfileEar, fault: str, folder: Path) -> Hook:
    measures = ear.measure(faults.play(LONG, fault, folder))
    assert measures is not None
    assert measures.hook is not None
    return measures.hook


@pytest.mark.parametrize("order", TEN_STYLES, ids=lambda order: order.caption)
def test_a_clean_song_of_any_style_passes_without_a_word(
    ear: SoundfileEar, order: Order, tmp_path: Path
) -> None:
    assert ("pass", ()) == heard(ear, order, "", tmp_path, "mp3")


@pytest.mark.parametrize("order", [SHORT, LONG], ids=["short", "long"])
@pytest.mark.parametrize("kind", ["mp3", "flac"])
def test_what_the_faults_are_made_from_passes(
    ear: SoundfileEar, order: Order, kind: str, tmp_path: Path
) -> None:
    assert ("pass", ()) == heard(ear, order, "", tmp_path, kind)


@pytest.mark.parametrize(("fault", "word"), FAILING)
def test_a_broken_take_fails_for_its_fault_alone(
    ear: SoundfileEar, fault: str, word: str, tmp_path: Path
) -> None:
    verdict, reasons = heard(ear, SHORT, fault, tmp_path, "mp3")

    assert ("fail", 1) == (verdict, len(reasons)), reasons
    assert word in reasons[0]


@pytest.mark.parametrize(("fault", "word"), DOUBTFUL)
def test_a_doubtful_take_is_warned_about_for_its_fault_alone(
    ear: SoundfileEar, fault: str, word: str, tmp_path: Path
) -> None:
    verdict, reasons = heard(ear, SHORT, fault, tmp_path, "mp3")

    assert ("warn", 1) == (verdict, len(reasons)), reasons
    assert word in reasons[0]


@pytest.mark.parametrize(
    ("fault", "begins_s", "ends_s"),
    [
        ("late", 0.0, 7.0),
        ("cut-short", 0.4 * SHORT.lasts_s, SHORT.lasts_s),
        ("drop-out", 9.5, 14.5),
        ("small-gap", 10.75, 13.25),
        ("abrupt-end", SHORT.lasts_s - 0.25, SHORT.lasts_s),
    ],
)
def test_a_fault_is_found_where_it_was_made(
    ear: SoundfileEar, fault: str, begins_s: float, ends_s: float, tmp_path: Path
) -> None:
    measures = ear.measure(faults.play(SHORT, fault, tmp_path, "flac"))
    assert measures is not None

    (reason,) = judge(measures, SHORT.asked, LIMITS)[1]

    assert pytest.approx((begins_s, ends_s), abs=0.1) == places(measures)[reason]


@pytest.mark.parametrize("fault", ["clipped", "hot"])
def test_a_hot_take_is_told_without_the_overshoot_of_a_lossy_format(
    ear: SoundfileEar, fault: str, tmp_path: Path
) -> None:
    verdict, reasons = heard(ear, SHORT, fault, tmp_path, "flac")

    assert ("warn", 1) == (verdict, len(reasons)), reasons
    assert "too hot" in reasons[0]


def test_a_loop_is_told_from_a_song_and_ends_in_its_middle(ear: SoundfileEar, tmp_path: Path) -> None:
    verdict, reasons = heard(ear, LONG, "looped", tmp_path, "mp3")

    assert ("warn", 2) == (verdict, len(reasons)), reasons
    assert "one loop over and over" in reasons[0]
    assert "ends abruptly" in reasons[1]


def test_rubbish_after_the_head_of_an_mp3_cannot_be_decoded(ear: SoundfileEar, tmp_path: Path) -> None:
    assert ("fail", ("it cannot be decoded",)) == heard(ear, SHORT, "undecodable", tmp_path, "mp3")


def test_a_slow_opening_is_no_fault_but_its_hook_is_quiet_and_bare(ear: SoundfileEar, tmp_path: Path) -> None:
    clean, slow = hook(ear, "", tmp_path), hook(ear, "slow-opening", tmp_path)

    assert ("pass", ()) == heard(ear, LONG, "slow-opening", tmp_path, "mp3")
    assert clean.loudness_lu is not None
    assert slow.loudness_lu is not None
    assert slow.loudness_lu < -10 < -5 < clean.loudness_lu
    assert slow.onsets < 8 <= clean.onsets  # what the hook's judge calls busy
