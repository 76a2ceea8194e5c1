"""The batch: brief files read whole, their songs made or queued, or only told about."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from pipeline.cli.following import Following, following
from pipeline.cli.joblist import spoken
from pipeline.cli.loading import load, resume_command
from pipeline.cli.making import at_the_desk, order_for
from pipeline.cli.printing import say, say_json
from pipeline.cli.reading import read_text
from pipeline.cli.wording import counted, harmless
from pipeline.engine.batch import Sorted, made_anew, numbered, sort_out
from pipeline.engine.budget import Budget
from pipeline.engine.desk import Desk, Run
from pipeline.engine.estimate import Estimate, estimate
from pipeline.engine.foreman import take_up
from pipeline.engine.jobs import is_there, looking
from pipeline.engine.ledger import Entry, shared
from pipeline.engine.order import Order
from pipeline.errors import BalanceEmpty, BandError, CostLimit, KeyRejected
from pipeline.settings import briefs
from pipeline.settings.load import Loaded
from pipeline.wiring.journal import database, seats

Given = Mapping[str, Any]
# After these no other song of the run can do better: the rest is left for later.
_FOR_ALL = (KeyRejected, BalanceEmpty)
_PERHAPS_FOR_ALL = (BandError, CostLimit)  # one after the other: no server plays, or no money is left


_SHARES = 4  # of a budget at most: a share must be worth a model's longest reply


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user wants of a batch; see the options of the command."""

    limit: int | None = None
    again: bool = False
    dry_run: bool = False
    only_queue: bool = False
    max_cost: float | None = None
    concurrency: int | None = None
    assignments: tuple[str, ...] = ()


def run(given: Given, files: Sequence[str], wish: Wish) -> int:
    """Run a batch; gives the worst exit code of its songs. Raises before the first one for a faulty file."""
    loaded = load(given, wish.assignments)
    orders = _orders(given, files, loaded, wish)
    if wish.dry_run:
        return _tell_only(given, orders, loaded, wish)
    if wish.only_queue:
        return _queue(given, orders, loaded, wish)
    count = wish.concurrency or seats(loaded)
    plan = Run(
        seats=count,
        rehearsing=bool(given.get("rehearse")),
        adopting=True,
        budget=None if wish.max_cost is None else Budget(wish.max_cost, min(count, len(orders), _SHARES)),
        resume_command=resume_command(given),
    )
    with (
        following(given, len(orders)) as songs,
        at_the_desk(given, loaded, plan, wish.assignments, songs.board) as desk,
    ):
        if wish.again:
            orders = made_anew(orders, desk.ledger, loaded.settings.output)
        found = sort_out(orders, desk.ledger, desk.dead, wish.limit)
        songs.board.skipped(len(found.done))
        songs.board.expect(len(found.done) + len(found.to_do))
        songs.skipped = [_known(entry) for entry in found.done]
        _make(desk, found, songs)
    return songs.code


def _orders(given: Given, files: Sequence[str], loaded: Loaded, wish: Wish) -> dict[str, Order]:
    """Read all files before anything begins. Raises InputError with file and line."""
    read = [_read(file, loaded.settings.engine.most_combinations) for file in files]
    placed = briefs.in_order(read)

    def each() -> Iterator[Order]:
        for one in placed:
            if one.repeats:
                click.echo(f"songpipe: {one.place} says the same as {one.repeats}; it is made once", err=True)
            yield order_for(given, one.brief, wish.assignments, origin="batch")

    return numbered(each(), loaded.settings.output)


def _read(file: str, most: int) -> briefs.Briefs:
    if file == "-":
        return briefs.from_text(
            read_text("-", "the briefs on standard input", briefs.LARGEST), "standard input"
        )
    return briefs.read(Path(file), most)


def _make(desk: Desk, found: Sorted, songs: Following) -> None:
    """Make what is to be made; when no other song could do better than those that failed, leave the rest."""
    desk.place(found.new)
    desk.take(found.again)
    in_a_row = 0
    gone: set[str] = set()
    for ended in songs.follow(desk.work(found.to_do, gone)):
        in_a_row = in_a_row + 1 if isinstance(ended.error, _PERHAPS_FOR_ALL) else 0
        if isinstance(ended.error, _FOR_ALL) or in_a_row >= max(3, desk.seats):
            gone.update(desk.withdraw())
    songs.left += len(gone)


def _queue(given: Given, orders: dict[str, Order], loaded: Loaded, wish: Wish) -> int:
    """Hand everything that is not done to the workers, and print the ids."""
    with looking(database(loaded)) as (ledger, presence):
        if wish.again:
            orders = made_anew(orders, ledger, loaded.settings.output)
        found = sort_out(orders, ledger, presence.dead, wish.limit)
        room = shared(rehearsal=bool(given.get("rehearse")))
        ledger.order(found.new, room)
        take_up(ledger, presence, found.again, room)
    if given.get("json"):
        say_json({"schema": "songpipe.queued/1", "songs": found.to_do, "skipped": len(found.done)})
    for song in [] if given.get("json") else found.to_do:
        say(song)
    return 0


def _tell_only(given: Given, orders: dict[str, Order], loaded: Loaded, wish: Wish) -> int:
    """Say what a run would make, and what it may cost and take."""
    home = database(loaded)
    found, past = Sorted(new=list(orders.items())[: wish.limit]), list[Entry]()
    if is_there(home):
        with looking(home) as (ledger, presence):
            if wish.again:
                orders = made_anew(orders, ledger, loaded.settings.output)
            found = sort_out(orders, ledger, presence.dead, wish.limit)
            done = ledger.entries(presence.dead, status="SUCCESS", sort_desc=True, limit=50)
            past = [entry for entry in done if entry.order.rehearsal == bool(given.get("rehearse"))]
    foretold = estimate([orders[song] for song in found.to_do], past, loaded.settings)
    if given.get("rehearse"):
        foretold = replace(foretold, cost_usd=0.0)
    if given.get("json"):
        say_json(_document(found, orders, foretold))
        return 0
    for song in found.to_do:
        say(f"{song}  {harmless(orders[song].brief.text)}")
    click.echo(f"songpipe: {_spoken(found, foretold)}", err=True)
    return 0


def _document(found: Sorted, orders: Mapping[str, Order], foretold: Estimate) -> dict[str, Any]:
    songs = [
        {"id": song, "brief": orders[song].brief.model_dump(mode="json", exclude_defaults=True)}
        for song in found.to_do
    ]
    return {
        "schema": "songpipe.plan/1",
        "songs": songs,
        "skipped": len(found.done),
        "cost_usd": foretold.cost_usd,
        "seconds": foretold.seconds,
    }


def _spoken(found: Sorted, foretold: Estimate) -> str:
    cost = "cost unknown" if foretold.cost_usd is None else f"about ${foretold.cost_usd:.2f}"
    time = "time unknown until a song was played here"
    if foretold.seconds is not None:
        time = f"about {spoken(foretold.seconds)}"
    return f"{counted(len(found.to_do), 'song')} to make, {len(found.done)} done before; {cost}, {time}"


def _known(entry: Entry) -> dict[str, Any]:
    """Tell a song that was done before."""
    return {"id": entry.id, **{name: entry.result.get(name) for name in ("title", "file")}}
