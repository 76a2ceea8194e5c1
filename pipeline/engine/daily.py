"""The song of the day: one for each date and workspace, whatever happens."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from pipeline.brief import Brief
from pipeline.engine.ledger import Ledger
from pipeline.engine.order import Order, id_of
from pipeline.theme import Theme, brief_text, due, nearest_uses

ORIGIN = "daily"


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of one workspace. `rehearsal` ones are other songs than the real ones of the same date."""

    output: Path
    themes: Sequence[Theme]
    rehearsal: bool

    def id(self, day: date) -> str:
        """Give the id of a day's song: there is only one, so two that order it order the same."""
        kind = "daily rehearsal" if self.rehearsal else ORIGIN
        return id_of(kind, str(self.output), day.isoformat())

    def missed(self, until: date, days: int) -> list[date]:
        """List the day and those before it, the oldest first."""
        return [until - timedelta(days=back) for back in range(days, -1, -1)]

    def brief(self, day: date, ledger: Ledger, dead: Callable[[Iterable[str]], list[str]]) -> Brief:
        """Choose the theme that is due, none of the last 90 days, and make it a brief. Raises ShelfError."""
        said = {brief_text(theme): theme.text for theme in self.themes}
        past = [
            (
                said.get(entry.order.brief.text, entry.order.brief.text),
                date.fromisoformat(entry.order.day).toordinal(),
            )
            for entry in ledger.entries(dead, user=ORIGIN)
            if entry.order.day and entry.order.rehearsal == self.rehearsal and entry.id != self.id(day)
        ]
        theme = due(self.themes, day.toordinal(), nearest_uses(past, day.toordinal()))
        return Brief(text=brief_text(theme), blend=theme.blend)

    def order(self, day: date, brief: Brief, template: Order) -> Order:
        """Make the order of a day's song, with the settings of `template`."""
        return Order(
            brief,
            rehearsal=self.rehearsal,
            assignments=template.assignments,
            origin=ORIGIN,
            day=day.isoformat(),
        )
