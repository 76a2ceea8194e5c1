"""A library of the benchmark: as many sidecars as are wanted, over ten years, and how quick its index is."""

import json
import os
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

from pipeline.brief import Brief
from pipeline.library import names, sidecar, store
from pipeline.library.index import Index
from pipeline.library.query import Wanted
from pipeline.song import Section, Song
from pipeline.take import Measures, Recording, Take
from pipeline.track import Attempt, Track, Words

_FIRST = datetime(2016, 11, 22, tzinfo=UTC)
_YEARS_S = 10 * 365 * 86_400
_VOCABULARY = 20_000  # different words, the first of them by far the most frequent, as in any language
_LINES, _SECTIONS = 6, 7  # of a song of four minutes
_TIMES = 15  # that a question is asked


def fill(output: Path, songs: int, seed: int = 1) -> None:
    """Write so many sidecars, each about 10 KB, of songs that nobody has heard: no audio beside them."""
    dice = random.Random(seed)  # noqa: S311 -- no secret
    template, words = _template(), _words(dice)
    for number in range(songs):
        made = (_FIRST + timedelta(seconds=number * _YEARS_S // songs)).isoformat()
        song_id = f"{dice.getrandbits(80):016x}"[:16]
        title = " ".join(next(words).capitalize() for _ in range(dice.randint(1, 4)))
        stem = next(names.stems(made, title, song_id))
        filled = {
            "title": title,
            "prompt": " ".join(next(words) for _ in range(60)),
            "lyrics": _lyrics(words),
            "brief": " ".join(next(words) for _ in range(8)),
            "made_at": made,
            "id": song_id,
            "stem": stem,
        }
        text = template
        for hole, value in filled.items():
            text = text.replace(f"@{hole}@", json.dumps(value)[1:-1])
        text = text.replace('"rating": null', f'"rating": {dice.choice(["null"] * 9 + [3, 4, 5])}')
        folder = output / names.month(stem)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{stem}.song.json").write_text(text)


def _template() -> str:
    lines = tuple(f"A sung line of seven words, number {number}" for number in range(_LINES))
    sections = tuple(Section(f"Verse {number}", "whispered", lines) for number in range(1, _SECTIONS + 1))
    takes = tuple(_take(number) for number in (1, 2))
    attempt = Attempt("maker/model-1", "ok", 3000, 900, 0, 0.01, "req", 20.0, "/replies/1.json")
    track = Track(
        id="@id@",
        brief=Brief(text="@brief@", blend=("An Influence", "Another One")),
        words=Words(
            Song("@prompt@", sections, "@title@", 84, "A minor"), (), (), "maker/model-1", (attempt,)
        ),
        title="@title@",
        language="en",
        duration_s=240.0,
        takes=takes,
        chosen_take=1,
        degraded=(),
        made_at="@made_at@",
        rehearsal=False,
        parameters={"duration_s": 240.0, "language": "en", "seed": 7, "thinking": True},
        timings={"write_s": 20.0, "total_s": 60.0},
        versions={"songpipe": "0.1.0"},
        file="@stem@.mp3",
        sidecar="@stem@.song.json",
        hashes={f"@stem@.{suffix}": "ab" * 32 for suffix in ("mp3", "takes/take-1.mp3", "takes/take-2.mp3")},
    )
    whole = json.loads(sidecar.text(track))
    return json.dumps(whole | {"lyrics": "@lyrics@"}, indent=2)


def _take(number: int) -> Take:
    recording = Recording(
        number, 7, "http://band:8001", f"task-{number}", f"@stem@.takes/take-{number}.mp3", "mp3", 5_760_000,
        "ab" * 32, 0.5, 20.0, {"dit_model": "acestep-v15-turbo", "lm_model": "acestep-5Hz-lm-1.7B"},
    )  # fmt: skip
    return Take(recording, Measures(240.0, 48_000, 2, -1.0, -14.0, True), "pass" if number == 1 else "warn")


def _words(dice: random.Random) -> Iterator[str]:
    """Give invented words for ever, the nth of them about n times as rare as the first (Zipf)."""
    letters = "aeiou", "bcdfghklmnprstvw"
    known = sorted(
        {
            "".join(dice.choice(letters[place % 2]) for place in range(dice.randint(2, 9)))
            for _ in range(4 * _VOCABULARY)
        },
        key=lambda _: dice.random(),
    )[:_VOCABULARY]
    weights = [1 / rank for rank in range(1, len(known) + 1)]
    while True:
        yield from dice.choices(known, weights, k=10_000)


def _lyrics(words: Iterator[str]) -> str:
    return "\n\n".join(
        "\n".join([f"[Verse {number}]", *(" ".join(next(words) for _ in range(7)) for _ in range(_LINES))])
        for number in range(1, _SECTIONS + 1)
    )


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of a library, in seconds: the making of its index, and the medians of what is asked of it.

    `rebuild_cpu_s` is what the making cost the processor, `worst_search_s` the slowest search, `all_s` a list of
    every song, `file_mb` the size of the index.
    """

    rebuild_s: float
    rebuild_cpu_s: float
    list_s: float
    search_s: float
    worst_search_s: float
    worst: str
    all_s: float
    file_mb: float


def measure(output: Path) -> Measured:
    """Make the index of a library, then ask as the commands do: what changed on the disk, then the answer."""
    began, before = time.perf_counter(), time.process_time()
    with Index(output) as index:
        index.rebuild()
        rebuild_s, rebuild_cpu_s = time.perf_counter() - began, time.process_time() - before
        _let_settle(output)
        index.refresh()
        searches = {
            name: _median(index, lambda ask=ask: ask(index)) for name, ask in _searches(index).items()
        }
        worst = max(searches, key=searches.__getitem__)
        return Measured(
            rebuild_s=rebuild_s,
            rebuild_cpu_s=rebuild_cpu_s,
            list_s=max(_median(index, lambda wanted=wanted: index.list(wanted)) for wanted in _LISTS),
            search_s=statistics.median(searches.values()),
            worst_search_s=searches[worst],
            worst=worst,
            all_s=_median(index, lambda: index.list(Wanted())),
            file_mb=sum(file.stat().st_size for file in (output / ".songpipe").glob(f"{store.FILE}*")) / 1e6,
        )


_PAGE = Wanted(limit=50)
_LISTS = (
    _PAGE,
    replace(_PAGE, rating=5),
    replace(_PAGE, verdict="warn"),
    replace(_PAGE, rehearsals=True),
    replace(_PAGE, blend="another"),
    replace(_PAGE, blend="nobody"),
    replace(_PAGE, since=date(2020, 1, 1), until=date(2020, 3, 1)),
)


def _searches(index: Index) -> dict[str, Callable[[Index], object]]:
    """Ask for frequent, rare and absent words, several, beginnings, and with filters that leave little."""
    counted = Counter(word for card in index.list(Wanted(limit=2000)) for word in card.title.lower().split())
    (often, _), (less, _), *rest = counted.most_common()
    rare = rest[-1][0]
    asked = {
        "a frequent word": (often, _PAGE),
        "a rare word": (rare, _PAGE),
        "no such word": ("qqqzzz", _PAGE),
        "two frequent words": (f"{often} {less}", _PAGE),
        "a phrase": (f'"{often} {less}"', _PAGE),
        "the beginning of a word": (f"{often} {less[:3]}", _PAGE),
        "three letters": (often[:3], _PAGE),
        "a frequent word, rated 5": (often, replace(_PAGE, rating=5)),
        "a frequent word, no such influence": (often, replace(_PAGE, blend="nobody")),
    }
    return {name: partial(Index.search, text=text, wanted=wanted) for name, (text, wanted) in asked.items()}


def _median(index: Index, ask: Callable[[], object]) -> float:
    def once() -> float:
        began = time.perf_counter()
        index.refresh()
        ask()
        return time.perf_counter() - began

    return statistics.median(once() for _ in range(_TIMES))


def _let_settle(output: Path) -> None:
    """Let the folders look as if the last song had come an hour ago."""
    for folder in output.glob("*/*"):
        os.utime(folder, (time.time() - 3600,) * 2)
