"""The upkeep of the library: checking it, mending it, tags anew, and an opinion."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console
from rich.progress import Progress

from pipeline import labels
from pipeline.audio.containers import taggable
from pipeline.audio.ear import SoundfileEar
from pipeline.audio.essence import essence
from pipeline.audio.tagger import FileTagger
from pipeline.cli.edge import tell
from pipeline.cli.librarian import Given, Library, library, noting
from pipeline.cli.loading import load
from pipeline.cli.printing import say, say_json
from pipeline.cli.watching import harmless
from pipeline.errors import ShelfError, SongpipeError
from pipeline.labels import Extras, Labels
from pipeline.library import disk, rebuild, sidecar, verify
from pipeline.library.cards import Card
from pipeline.library.query import Wanted
from pipeline.library.restoring import Hearing
from pipeline.library.shelf import DiskShelf
from pipeline.listening.sniff import sniff
from pipeline.track import Track
from pipeline.writing import render

_HEAD = 4096  # bytes that tell what a file is


class Step(Protocol):
    """Hears how many of all are done."""

    def __call__(self, done: int, total: int, /) -> None:
        """So many are done."""
        ...


def verify_all(given: Given) -> int:
    """Check every file of the library, and print what is wrong; gives the exit code."""
    output = load(given).settings.output
    with disk.failures_told("check the library", output), _progress(given, "Checking") as step:
        checked = verify.verify(output, step)
    if given.get("json"):
        found = [asdict(finding) for finding in checked.findings]
        counts = {"songs": checked.songs, "files": checked.files}
        say_json({"schema": "songpipe.verify/1", "ok": not found, **counts, "findings": found})
    else:
        for one in checked.findings:
            say(f"{one.kind:<10} {harmless(one.path)}: {harmless(' '.join(one.message.split()))}")
    wrong = f"{len(checked.findings)} are not as they should be" if checked.findings else "all as they were"
    noting(given)(f"{checked.songs} songs, {checked.files} files: {wrong}")
    return ShelfError.exit_code if checked.findings else 0


def rebuild_all(given: Given) -> None:
    """Make the index anew, restore what can be, and print the sidecars that were restored."""
    output, note = load(given).settings.output, noting(given)
    with disk.failures_told("rebuild the library", output), closing(SoundfileEar()) as ear:
        made = rebuild.rebuild(output, Hearing(FileTagger().read, ear.measure, _sound_alike), note)
    if given.get("json"):
        unreadable = [{"path": f"{one.folder}/{one.name}", "reason": one.reason} for one in made.faults]
        counts = {"songs": made.songs, "restored": list(made.restored)}
        say_json({"schema": "songpipe.rebuild/1", **counts, "unreadable": unreadable})
    else:
        for path in made.restored:
            say(path)
    note(f"{made.songs} songs in the index, {len(made.restored)} sidecars restored from tags")
    for one in made.faults:
        note(
            f"{one.folder}/{one.name} cannot be read: {one.reason}; move it away, and rebuild tries the tags"
        )


def retag_songs(given: Given, songs: Sequence[str]) -> int:
    """Write the tags of songs anew, of all without a name; prints each file, gives the worst exit code."""
    done, worst = list[Track](), 0
    with library(given) as shelf:
        cards = [shelf.song(called) for called in songs] if songs else shelf.index.list(Wanted())
        with _progress(given, "Tagging") as step:
            for number, card in enumerate(cards, start=1):
                try:
                    done.append(_retag(shelf, card))
                except SongpipeError as error:
                    tell(error, f"{card.title}: ")
                    worst = max(worst, error.exit_code)
                step(number, len(cards))
                if done and not given.get("json") and done[-1].id == card.id:
                    say(done[-1].file)
    if given.get("json"):
        files = [{"id": track.id, "file": track.file} for track in done]
        say_json({"schema": "songpipe.retag/1", "songs": files, "failed": len(cards) - len(done)})
    return worst


def rate_song(given: Given, called: str, stars: int) -> None:
    """Keep a rating in the sidecar of a song, and print its file or its document."""
    with library(given) as shelf:
        card = shelf.song(called)
        rated = DiskShelf(shelf.output).revise(
            card.id, lambda track: replace(track, rating=stars), at=shelf.sidecar(card)
        )
    if given.get("json"):
        say_json(sidecar.document(rated))
    else:
        say(rated.file)


def _retag(shelf: Library, card: Card) -> Track:
    """Tag one song anew. Raises ShelfError when its sound is not what the take was."""
    finish = shelf.loaded.settings.finish
    tagger = FileTagger(id3v23=finish.id3v23)

    def change(track: Track) -> Track:
        file, lyrics = Path(track.file), render.lyrics(track.words.song)
        with disk.failures_told(f"tag {file.name!r}", shelf.output):
            _demand_same_sound(track, file)
            house = {"artist": finish.artist, "album": finish.album or ""}
            tagger.tag(file, labels.of(track, lyrics=lyrics, **house, extras=_kept(tagger.read(file))))
            return replace(track, hashes={**track.hashes, file.name: disk.settle(file)})

    return DiskShelf(shelf.output).revise(card.id, change, at=shelf.sidecar(card))


def _kept(told: Labels) -> Extras:
    """Give what a file has and its sidecar does not know: a model painted the cover. The rest stays by itself."""
    is_painted = "artwork" in told.ai_contribution.split(";")
    return Extras(cover=told.cover, painter="a model" if is_painted else "")


def _demand_same_sound(track: Track, file: Path) -> None:
    """Refuse to give a new hash to a file that is damaged: other tags are no damage, another sound is."""
    with file.open("rb") as stream:
        if hashlib.file_digest(stream, "sha256").hexdigest() == track.hashes.get(file.name):
            return
    take = next(take.recording for take in track.takes if take.recording.number == track.chosen_take)
    if not _sound_alike(Path(take.file), file):
        raise ShelfError(
            f"{file.name!r} has changed since it was made, and not only its tags as far as can be told",
            hint=f"the untouched take is {take.file}",
        )


def _sound_alike(one: Path, other: Path) -> bool:
    """Say whether two files are the same but for their tags."""
    try:
        kinds = {_kind(one), _kind(other)}
        return len(kinds) == 1 and all(map(taggable, kinds)) and len({_heart(one), _heart(other)}) == 1
    except (OSError, LookupError):
        return False


def _heart(file: Path) -> str:
    return essence(file, _kind(file))


def _kind(file: Path) -> Any:
    with file.open("rb") as stream:
        return sniff(stream.read(_HEAD))


@contextmanager
def _progress(given: Given, doing: str) -> Iterator[Step]:
    """Show on a terminal how far it is; elsewhere, with --quiet and with NO_COLOR, say nothing."""
    console = Console(stderr=True)
    is_off = bool(given.get("quiet")) or not console.is_terminal or console.no_color
    with Progress(console=console, transient=True, disable=is_off) as bar:
        task = bar.add_task(doing, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
