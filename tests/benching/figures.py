"""The figures of the benchmark: what each one runs, and the goal that stands beside it."""

import statistics
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from tests.benching import batches, library, startup
from tests.benching.batches import Load, Result
from tests.benching.booking import Hall
from tests.benching.table import Row

T = TypeVar("T")

FULL_S, SHORT_S = 240.0, 10.0
_STAGGER_S = 1.7  # so that four servers do not end their jobs at the same moment
_LONE_S = 60.0
_LONGEST_S = 600.0


@dataclass(frozen=True, slots=True)
class Size:
    """How much is run: songs on one server and on each of many, how many those are, and how time is scaled."""

    songs: int = 40
    servers: tuple[int, ...] = (8, 32)
    briefs: int = 10_000
    sidecars: int = 100_000
    scale: float = 10.0
    many_songs: int = 16
    many_scale: float = 2.0
    crowd: int = 1_000
    true_scale: float = 1.0
    spread: float = 0.1


QUICK = Size(
    songs=8,
    servers=(2, 8),
    briefs=1_000,
    sidecars=5_000,
    many_songs=3,
    many_scale=4.0,
    crowd=50,
    true_scale=5.0,
)


class Bench:
    """Runs each measurement once, however many figures are read from it.

    What mostly waits, the seed's loop and a song of a minute, runs in the background beside other waiting.
    """

    def __init__(self, songpipe: Path, folder: Path, size: Size, background: ThreadPoolExecutor) -> None:
        self.songpipe = songpipe
        self.folder = folder
        self.size = size
        self._background = background
        self._running: list[Future[Any]] = []

    @cached_property
    def _long(self) -> Path:
        return batches.sound(FULL_S, self.folder)

    @cached_property
    def _short(self) -> Path:
        return batches.sound(SHORT_S, self.folder)

    @cached_property
    def _load(self) -> Load:
        return Load(self.size.songs, 1, FULL_S, self.size.scale, spread=self.size.spread)

    @cached_property
    def loop(self) -> "Future[Result]":
        """The seed's loop."""
        return self._beside(batches.loop, self._load, self._long, self.folder / "loop")

    @cached_property
    def lone(self) -> "Future[float]":
        """The requests a minute while a server plays one long job."""
        return self._beside(self._lone)

    def _beside(self, do: Callable[..., T], *arguments: Any) -> "Future[T]":
        future = self._background.submit(do, *arguments)
        self._running.append(future)
        return future

    @cached_property
    def one(self) -> Result:
        """A batch on one server."""
        return batches.batch(self.songpipe, self._load, self._long, self.folder / "one")

    @cached_property
    def many(self) -> dict[int, Result]:
        """The batches on one server and on many, of short songs; nothing else runs beside them."""
        wait(self._running)
        return {servers: self._many(servers) for servers in (1, *self.size.servers)}

    def _many(self, servers: int) -> Result:
        load = replace(
            self._load,
            songs=self.size.many_songs * servers,
            servers=servers,
            duration_s=SHORT_S,
            scale=self.size.many_scale,
        )
        return batches.batch(self.songpipe, load, self._short, self.folder / f"on-{servers}")

    @cached_property
    def crowd(self) -> Result:
        """A large batch on the most servers, as fast as it goes."""
        wait(self._running)
        load = replace(self._load, songs=self.size.crowd, servers=max(self.size.servers), duration_s=SHORT_S)
        return batches.batch(self.songpipe, load, self._short, self.folder / "crowd")

    def _lone(self) -> float:
        scale = self.size.true_scale
        load = Load(1, 1, FULL_S, scale, write_s=1.0, play_s=_LONE_S)
        with load.hall(self._long) as hall:
            band = hall.band_urls[0]
            batches.single(self.songpipe, "the night ferry", hall, band, load, self.folder / "lone")
            told = hall.report().bands[0]
        job = told.jobs[0]
        return told.asked_between(job.submitted, job.end) / (job.end - job.start) * 60 / scale

    def begin(self, names: Collection[str]) -> None:
        """Begin what may run in the background of these figures."""
        if {"busy", "songs"} & set(names):
            self.loop  # noqa: B018 -- asking for it begins it
        if "asks" in names:
            self.lone  # noqa: B018 -- asking for it begins it

    # The figures ------------------------------------------------------------------------------------------

    def start(self) -> list[Row]:
        """How quick the command starts."""
        return startup.start(self.songpipe, self.folder)

    def rehearsal(self) -> list[Row]:
        """How quick a first song is."""
        return startup.rehearsal(self.songpipe, self.folder)

    def reply(self) -> list[Row]:
        """How quick a hostile reply is read."""
        return startup.reply()

    def listen(self) -> list[Row]:
        """How quick and how small the ear is."""
        longest = batches.sound(_LONGEST_S, self.folder)
        return startup.listen(self.songpipe, [(FULL_S, self._long), (_LONGEST_S, longest)], self.folder)

    def busy(self) -> list[Row]:
        """How much of the time the music server plays."""
        one, loop = self.one, self.loop.result()
        beside = f"the loop {loop.report.bands[0].busy:.1%}; from process start {one.busy_from_start:.1%}"
        share = 100 * one.report.bands[0].busy
        return [Row(f"music server busy, batch of {one.load.songs}", share, 98, "%", floor=True, note=beside)]

    def songs(self) -> list[Row]:
        """How many songs an hour, beside the loop."""
        one, loop = self.one, self.loop.result()
        beside = f"{one.songs_per_hour:.0f} and {loop.songs_per_hour:.0f} at true speed, start to end"
        ratio = one.songs_per_hour / loop.songs_per_hour
        return [Row("songs an hour on 1 server ÷ the loop", ratio, 2, floor=True, note=beside)]

    def linear(self) -> list[Row]:
        """How many songs an hour on many servers."""
        return [self._linear(servers, self.many[servers]) for servers in self.size.servers]

    def _linear(self, servers: int, result: Result) -> Row:
        share = 100 * result.songs_per_hour / self.many[1].songs_per_hour / servers
        cpu_ms = 1000 * result.run.cpu_s / result.load.songs
        note = (
            f"{result.load.songs} songs in {result.run.wall_s:.0f} s; processor: songpipe {cpu_ms:.0f} ms a "
            f"song, servers {result.report.cpu_s / result.run.wall_s:.0%}"
        )
        return Row(f"songs an hour on {servers} servers, of linear", share, 95, "%", floor=True, note=note)

    def shelf(self) -> list[Row]:
        """How long from the server's end to the shelf."""
        scaled = batches.shelf_delays(self.one.shelf, self.one.report)
        scale = self.size.true_scale
        load = Load(20, 4, FULL_S, scale, write_s=2.0, spread=self.size.spread, stagger_s=_STAGGER_S * scale)
        true = batches.batch(self.songpipe, load, self._long, self.folder / "true")
        delays = batches.shelf_delays(true.shelf, true.report)
        note = (
            f"{len(delays)} songs on 4 servers at true speed, worst {max(delays):.2f} s, of it waiting for the "
            f"next look {batches.poll_gap(true.report):.2f} s; tenfold: {statistics.median(scaled):.2f} s"
        )
        return [
            Row("server finished → on the shelf, 240 s song", statistics.median(delays), 1.5, "s", note=note)
        ]

    def own(self) -> list[Row]:
        """What songpipe itself adds to a single song."""
        load = Load(1, 1, FULL_S, self.size.true_scale, write_s=2.0, spread=self.size.spread)
        with replace(load, write_s=2.0 * load.scale).hall(self._long) as hall:
            first, *times = [self._own(number, hall, load) for number in range(6)]
            gap = batches.poll_gap(hall.report())
        note = (
            f"median of {len(times)}, worst {max(times):.2f} s, the server's first song, of which nobody knows how "
            f"long it takes, {first:.2f} s; of it waiting for the next look {gap:.2f} s"
        )
        return [
            Row("songpipe's own time for one song of 240 s", statistics.median(times), 2.5, "s", note=note)
        ]

    def _own(self, number: int, hall: Hall, load: Load) -> float:
        brief, folder = f"the night ferry {number}", self.folder / f"own-{number}"
        run = batches.single(self.songpipe, brief, hall, hall.band_urls[0], load, folder)
        played = hall.report().bands[0].jobs[-1]
        return run.wall_s - load.write_s - (played.end - played.start)

    def asks(self) -> list[Row]:
        """How often a server is asked while it plays."""
        note = "of all kinds, while one job plays for a minute at true speed"
        return [Row("requests to a server a minute", self.lone.result(), 12, note=note)]

    def memory(self) -> list[Row]:
        """How large the process becomes."""
        result = self.crowd
        skipped = batches.again(self.songpipe, result)
        note = f"the same once more, all skipped: {skipped.peak_mb:.0f} MB in {skipped.wall_s:.1f} s"
        return [
            Row(
                f"memory, batch of {result.load.songs} on {result.load.servers} servers",
                result.run.peak_mb,
                300,
                "MB",
                note=note,
            )
        ]

    def flat(self) -> list[Row]:
        """How much larger it becomes with ten times the briefs."""
        few, many = (
            batches.dry(self.songpipe, count, self.folder / f"dry-{count}")
            for count in (self.size.briefs // 10, self.size.briefs)
        )
        note = f"{few.peak_mb:.0f} and {many.peak_mb:.0f} MB, {many.wall_s:.1f} s"
        return [
            Row(
                f"memory, --dry-run of {self.size.briefs} ÷ a tenth",
                many.peak_mb / few.peak_mb,
                1.5,
                note=note,
            )
        ]

    def library(self) -> list[Row]:
        """How quick a large library is."""
        songs, output = self.size.sidecars, self.folder / "library"
        library.fill(output, songs)
        found = library.measure(output)
        note = (
            f"median {1000 * found.search_s:.0f} ms; a list of all {1000 * found.all_s:.0f} ms; the index "
            f"{found.file_mb:.0f} MB"
        )
        return [
            Row(
                f"index of {songs:,} songs from their sidecars",
                found.rebuild_s,
                60,
                "s",
                note=f"processor {found.rebuild_cpu_s:.0f} s",
            ),
            Row(f"slowest list of 50 of {songs:,} songs", 1000 * found.list_s, 100, "ms"),
            Row(
                f"slowest search in {songs:,} songs ({found.worst})",
                1000 * found.worst_search_s,
                100,
                "ms",
                note=note,
            ),
        ]


FIGURES = {
    figure.__name__: figure
    for figure in (
        *(
            Bench.start,
            Bench.rehearsal,
            Bench.reply,
            Bench.listen,
            Bench.busy,
            Bench.songs,
            Bench.shelf,
            Bench.own,
        ),
        *(Bench.asks, Bench.linear, Bench.memory, Bench.flat, Bench.library),
    )
}

# Nothing runs beside these: they measure the processor.
ALONE = frozenset({"start", "rehearsal", "reply", "listen", "library"})
FEET = (
    (
        "The model and the music server take 20 s each for a song. Time is scaled down tenfold for songpipe and "
        "the loop alike, but neither songpipe's start nor its own work is."
    ),
    (
        "The server's jobs differ by 10 % around their mean, alike for both (--spread): were each exactly 20 s, the "
        "loop's fourth look in 5 s steps would meet every end to the second."
    ),
    (
        f"On many servers time is scaled twofold only and the songs are {SHORT_S:g} s long, sixteen for each "
        "server and for the one: listening to a song and drawing its cover take processor time, which is not scaled."
    ),
)
