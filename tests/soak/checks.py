"""What must be true of a shelf after kills: each check gives a sentence for everything that is wrong."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

import soundfile

from pipeline.errors import ShelfError
from pipeline.library import sidecar
from pipeline.track import COVER, LYRICS, Track
from tests.soak.world import LENGTH_S, World, seeds

SIDECAR = ".song.json"


def visible(world: World) -> list[Path]:
    """List every file that a user sees: nothing that lies behind a dot, or in a folder that does."""
    return sorted(
        path
        for path in world.output.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(world.output).parts)
    )


def tracks(world: World) -> list[Track]:
    """Read every sidecar on the shelf."""
    return [sidecar.load(path) for path in visible(world) if path.name.endswith(SIDECAR)]


def half_files(world: World, seen: set[Path]) -> Iterator[str]:
    """Tell of every file that is not whole, right after a kill. What is in `seen` was looked at before."""
    for path in visible(world):
        if path in seen:
            continue
        seen.add(path)
        if path.name.endswith(SIDECAR):
            yield from _untrue(path)
        elif not path.name.endswith((COVER, LYRICS)) and not _plays(
            path
        ):  # these are held against the sidecar
            yield f"{path.name} is no whole song"


def wrong(world: World, songs: int, seen: Collection[Path] = (), *, others: int = 0) -> Iterator[str]:
    """Tell all that is wrong with the shelf and the journal when everything is said to be done.

    `songs` are those of the batch, `others` those that were ordered beside it.
    """
    found = tracks(world)
    yield from _missing_or_doubled(found, songs, others)
    yield from half_files(world, {path for path in seen if not path.name.endswith(SIDECAR)})
    yield from _strangers(world, found)
    yield from _not_as_played(world, found)
    yield from _index_and_sidecars(world, found)
    yield from _complaints(world)


def left_behind(world: World) -> Counter[str]:
    """Count what nobody needs any more: locks of the dead, news of nothing, halves of replies and drafts."""
    home = world.output / ".songpipe"
    signs = {
        "locks": "presence/run-*.lock",
        "news": "songs/*/now.json",
        "takes": "songs/*/takes",
        "half replies": "replies/**/*.part",
        "half drafts": "songs/*/.*",
    }
    found = Counter({name: sum(1 for _ in home.glob(sign)) for name, sign in signs.items()})
    found["hidden folders"] = sum(1 for _ in world.output.glob("[0-9]*/*/.*"))
    return +found


def _missing_or_doubled(found: list[Track], songs: int, others: int) -> Iterator[str]:
    count = Counter(track.brief.seed for track in found)
    for seed in seeds(songs):
        if count[seed] != 1:
            yield f"song {seed} is on the shelf {count[seed]} times"
    if len({track.id for track in found}) != len(found):
        yield "two songs have one id"
    if len(found) != songs + others:
        yield f"{len(found)} songs are on the shelf instead of {songs + others}"


def _untrue(path: Path) -> Iterator[str]:
    """Tell of files that a sidecar names and that are not there, or are not what it says."""
    try:
        track = sidecar.load(path)
    except ShelfError as error:
        yield error.message
        return
    paths = [Path(track.file), *(Path(take.recording.file) for take in track.takes), *_beside(track)]
    names = {str(file.relative_to(path.parent)) for file in paths}
    if names != set(track.hashes):
        yield f"{path.name} has hashes of {sorted(track.hashes)}, not of {sorted(names)}"
    for name, digest in track.hashes.items():
        file = path.parent / name
        if not file.is_file() or _digest(file) != digest:
            yield f"{name} is not what its sidecar says"


def _beside(track: Track) -> list[Path]:
    """Give what stands beside a song that is sung: its cover and the times of its lyrics."""
    stem = track.sidecar.removesuffix(SIDECAR)
    return [Path(f"{stem}{suffix}") for suffix in (COVER, LYRICS)]


def _strangers(world: World, found: list[Track]) -> Iterator[str]:
    known = {Path(name) for track in found for name in (track.file, track.sidecar, *_beside(track))}
    known |= {Path(take.recording.file) for track in found for take in track.takes}
    for path in set(visible(world)) ^ known:
        yield f"{path.name} belongs to no song, or is missing"


def _not_as_played(world: World, found: list[Track]) -> Iterator[str]:
    """Tell of songs whose take is not what the band played for them."""
    files = world.orders().files
    for track in found:
        played = {_digest(world.venue / name) for name in files.get(track.brief.seed, ())}
        if (
            not played.issuperset(take.recording.sha256 for take in track.takes)
            and track.brief.seed is not None
        ):
            yield f"the take of song {track.brief.seed} was played for another one"


def _index_and_sidecars(world: World, found: list[Track]) -> Iterator[str]:
    jobs = world.jobs()
    for job in jobs:
        if job["state"] != "done":
            yield f"song {job['id']} is {job['state']} in the journal: {job['message']}"
    done = {(job["id"], job["file"]) for job in jobs if job["state"] == "done"}
    for song, file in done ^ {(track.id, track.file) for track in found}:
        yield f"journal and sidecars disagree about song {song} ({file})"


def _complaints(world: World) -> Iterator[str]:
    """Tell of what a user should never read, and of songs that were told twice in a run."""
    for said in sorted(world.folder.glob("said-*.err")):
        text = said.read_text()
        if "Traceback" in text or "bug" in text:
            yield f"{said.name}: {text.strip()[-300:]}"
    for said in sorted(world.folder.glob("said-*.out")):
        lines = Counter(line for line in said.read_text().splitlines() if line.endswith(".mp3"))
        yield from (f"{said.name} tells {line} {times} times" for line, times in lines.items() if times > 1)


def _plays(path: Path) -> bool:
    try:
        samples, rate = soundfile.read(path)
    except soundfile.LibsndfileError:
        return False
    return bool(abs(len(samples) / rate - LENGTH_S) < 1.0)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
