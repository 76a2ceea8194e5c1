"""The choice: which take becomes the track."""

from collections.abc import Sequence

from pipeline.take import Take

_ORDER = ("pass", "warn")


def choose(takes: Sequence[Take]) -> Take | None:
    """Give the take with the best verdict, the earlier of two equals; None when every take failed."""
    fit = [take for take in takes if take.verdict in _ORDER]
    return min(fit, key=lambda take: (_ORDER.index(take.verdict), take.recording.number), default=None)
