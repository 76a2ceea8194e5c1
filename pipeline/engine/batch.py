"""The batch: which of many orders are new, which were made before, and which go on from where they are."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.brief import identity
from pipeline.engine.ledger import Entry, Ledger, batched
from pipeline.engine.order import Order, id_of


@dataclass(slots=True)
class Sorted:
    """Orders by what is to be done: make the new, go on with the open, wait for those that another process makes."""

    new: list[tuple[str, Order]] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    done: list[Entry] = field(default_factory=list)

    @property
    def to_do(self) -> list[str]:
        """The ids of all that is not done."""
        return [*self.again, *(song for song, _ in self.new), *self.elsewhere]


def song_id(order: Order, output: Path, version: int = 0) -> str:
    """Give the id of an order in this workspace: the same content is the same song, but for its `version`."""
    kind = "rehearsal" if order.rehearsal else "song"
    return id_of(kind, str(output), identity(order.brief), *([str(version)] if version else []))


def numbered(orders: Iterable[Order], output: Path) -> dict[str, Order]:
    """Give every order its id; orders of the same content are one."""
    return {song_id(order, output): order for order in orders}


def sort_out(
    orders: dict[str, Order], ledger: Ledger, dead: Callable[[Iterable[str]], list[str]], limit: int | None
) -> Sorted:
    """See what is to be done for each order, at most for the first `limit` that are not done. Raises ShelfError."""
    found = Sorted()
    for some in batched(orders):
        known = {entry.id: entry for entry in ledger.entries(dead, workflow_ids=some)}
        for song in some:
            entry = known.get(song)
            if entry is not None and entry.state == "done":
                found.done.append(entry)
            elif limit is not None and len(found.to_do) >= limit:
                continue
            elif entry is None:
                found.new.append((song, orders[song]))
            elif entry.keeper:
                found.elsewhere.append(song)
            else:
                found.again.append(song)
    return found


def made_anew(orders: dict[str, Order], ledger: Ledger, output: Path) -> dict[str, Order]:
    """Give every order an id that no song has yet: another song of the same content. Raises ShelfError."""
    fresh: dict[str, Order] = {}
    left, version = dict(orders), 0
    while left:
        ids = {song: song_id(order, output, version) for song, order in left.items()}
        known = ledger.known(list(ids.values()))
        fresh |= {ids[song]: order for song, order in left.items() if ids[song] not in known}
        left = {song: order for song, order in left.items() if ids[song] in known}
        version += 1
    return fresh
