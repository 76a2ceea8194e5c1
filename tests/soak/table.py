"""The soak's table: what every world went through, and whether all is well."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.soak.killing import Toll

_HEAD = ("engine", "seed", "at once", "songs", "kills", "extra words", "extra plays", "most", "left", "s", "")


@dataclass(frozen=True, slots=True)
class Row:
    """One world: `engine` names the database, `seats` how many songs were in the works at once."""

    engine: str
    seed: int
    seats: int
    toll: Toll

    @property
    def is_well(self) -> bool:
        """Nothing is wrong, and nothing was paid for twice but what a kill interrupted."""
        return not self.wrong

    @property
    def wrong(self) -> list[str]:
        """Tell what is wrong."""
        toll, bound = self.toll, self.toll.songs + self.toll.kills * self.seats
        paid = {"writer calls": toll.written, "submissions": toll.played}
        return toll.wrong + [f"{n} {what}, more than {bound}" for what, n in paid.items() if n > bound]


def table(rows: Sequence[Row]) -> str:
    """Draw the rows, their sum, and below everything that is wrong."""
    lines = [_HEAD, *(_cells(row) for row in rows), _sum(rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEAD))]
    drawn = [
        "  ".join(f"{cell:>{width}}" for cell, width in zip(line, widths, strict=True)) for line in lines
    ]
    wrong = [f"{row.engine}, seed {row.seed}: {what}" for row in rows for what in row.wrong]
    return "\n".join([*drawn, *wrong])


def _cells(row: Row) -> tuple[str, ...]:
    toll = row.toll
    return (
        row.engine,
        str(row.seed),
        str(row.seats),
        str(toll.songs),
        str(toll.kills),
        f"+{toll.written - toll.songs}",
        f"+{toll.played - toll.songs}",
        str(toll.most),
        str(sum(toll.left_behind.values())),
        f"{toll.seconds:.0f}",
        "ok" if row.is_well else "WRONG",
    )


def _sum(rows: Sequence[Row]) -> tuple[str, ...]:
    tolls = [row.toll for row in rows]
    return (
        "all",
        "",
        "",
        str(sum(toll.songs for toll in tolls)),
        str(sum(toll.kills for toll in tolls)),
        f"+{sum(toll.written - toll.songs for toll in tolls)}",
        f"+{sum(toll.played - toll.songs for toll in tolls)}",
        str(max((toll.most for toll in tolls), default=0)),
        str(sum(sum(toll.left_behind.values()) for toll in tolls)),
        f"{sum(toll.seconds for toll in tolls):.0f}",
        "ok" if all(row.is_well for row in rows) else "WRONG",
    )
