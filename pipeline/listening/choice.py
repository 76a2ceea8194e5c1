"""The choice: which take becomes the track."""

from collections.abc import Sequence

from pipeline.take import Take


def choose(takes: Sequence[Take]) -> Take | None:
    """Give the take with the most points, of equals one without a warning, then the earlier one.

    None when every take failed.
    """
    fit = [take for take in takes if take.verdict != "fail"]
    best = sorted(fit, key=lambda take: (-points(take), take.verdict != "pass", take.recording.number))
    return next(iter(best), None)


def points(take: Take) -> float:
    """Add up the parts of a take's score."""
    return sum(take.score.values())
