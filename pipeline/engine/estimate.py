"""The estimate: what songs may cost and how long they may take, from those made before and from the prices."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from pipeline.engine.ledger import Entry
from pipeline.engine.order import Order
from pipeline.settings.model import Settings

# What the words of a song take when none was paid for yet: the templates with taste and rules are about 3,000
# tokens, a full song with what the model thinks about 2,500 (measured with the packaged templates).
_PROMPT_TOKENS, _REPLY_TOKENS = 3000, 2500
_WRITE_S = 30.0  # a frontier model streams such a reply in half a minute


@dataclass(frozen=True, slots=True)
class Estimate:
    """US dollars and seconds for all songs; None where nothing is known. `past` songs stand behind it."""

    cost_usd: float | None
    seconds: float | None
    past: int


def estimate(orders: Iterable[Order], past: Sequence[Entry], settings: Settings) -> Estimate:
    """Foretell the cost of the words and the time of the playing, the music servers sharing the songs."""
    songs = list(orders)
    each = _cost_of_one(past, settings)
    rate = _render_rate(past)
    if not songs:
        return Estimate(0.0, 0.0, len(past))
    seconds = None
    if rate is not None:
        audio_s = sum(_length(order, settings) * order.brief.takes for order in songs)
        seconds = _WRITE_S + audio_s * rate / len(settings.acestep.band)
    return Estimate(None if each is None else each * len(songs), seconds, len(past))


def _cost_of_one(past: Sequence[Entry], settings: Settings) -> float | None:
    paid = [float(cost) for entry in past if (cost := entry.result.get("cost_usd"))]
    if paid:
        return fmean(paid)
    price = settings.llm.prices.get(settings.llm.models[0])
    return None if price is None else (_PROMPT_TOKENS * price.input + _REPLY_TOKENS * price.output) / 1e6


def _render_rate(past: Sequence[Entry]) -> float | None:
    """Give the seconds of playing for a second of audio, as they were."""
    rates = [rate for entry in past if (rate := _rate(entry.result)) is not None]
    return fmean(rates) if rates else None


def _rate(result: Mapping[str, object]) -> float | None:
    timings, duration_s = result.get("timings"), result.get("duration_s")
    render_s = timings.get("render_s") if isinstance(timings, dict) else None
    if not isinstance(render_s, int | float) or not isinstance(duration_s, int | float) or duration_s <= 0:
        return None
    return render_s / duration_s


def _length(order: Order, settings: Settings) -> float:
    wanted = (
        order.brief.duration if isinstance(order.brief.duration, float) else settings.acestep.audio_duration
    )
    return wanted if isinstance(wanted, float) else 240.0
