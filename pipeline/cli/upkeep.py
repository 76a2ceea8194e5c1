"""The upkeep of the library: checking it, mending it, tags anew, and an opinion."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.progress import Progress

from pipeline import labels
from pipeline.audio.ear import SoundfileEar
from pipeline.audio.tagger import FileTagger
from pipeline.cli.edge import tell
from pipeline.cli.librarian import Given, Library, library, noting
from pipeline.cli.loading import load
from pipeline.cli.marking import demand_same_sound, marked, sound_alike
from pipeline.cli.printing import say, say_json
from pipeline.cli.wording import counted, harmless
from pipeline.errors import ShelfError, SongpipeError
from pipeline.labels import Extras, Labels
from pipeline.library import disk, rebuild, restoring, sidecar, verify
from pipeline.library.cards import Card
from pipeline.library.query import Wanted
from pipeline.library.restoring import Hearing
from pipeline.library.shelf import DiskShelf, add_beside
from pipeline.settings.load import Loaded
from pipeline.track import Track
from pipeline.writing import render


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
    many = len(checked.findings)
    amiss = "1 is not as it should be" if many == 1 else f"{many} are not as they should be"
    wrong = amiss if many else "all as they were"
    noting(given)(f"{counted(checked.songs, 'song')}, {counted(checked.files, 'file')}: {wrong}")
    return ShelfError.exit_code if checked.findings else 0


def rebuild_all(given: Given) -> None:
    """Make the index anew, restore what can be, and print the sidecars that were restored."""
    loaded, note = load(given), noting(given)
    output, limits = loaded.settings.output, loaded.settings.listening.limits
    with disk.failures_told("rebuild the library", output), closing(SoundfileEar()) as ear:
        heard = Hearing(FileTagger().read, ear.measure, sound_alike, limits, partial(_beside, loaded))
        made = rebuild.rebuild(output, heard, note)
    if given.get("json"):
        unreadable = [{"path": f"{one.folder}/{one.name}", "reason": one.reason} for one in made.faults]
        counts = {"songs": made.songs, "restored": list(made.restored)}
        say_json({"schema": "songpipe.rebuild/1", **counts, "unreadable": unreadable})
    else:
        for path in made.restored:
            say(path)
    restored = counted(len(made.restored), "sidecar")
    note(f"{counted(made.songs, 'song')} in the index, {restored} restored from tags")
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


def rate_song(given: Given, called: str, stars: int | None) -> None:
    """Keep a rating in the sidecar and the tags of a song, or with None take it back; print its file or document."""
    with library(given) as shelf:
        card = shelf.song(called)
        tagger = FileTagger(id3v23=shelf.loaded.settings.finish.id3v23)

        def change(track: Track) -> Track:
            return marked(replace(track, rating=stars), tagger, noting(given))

        rated = DiskShelf(shelf.output).revise(card.id, change, at=shelf.sidecar(card))
    if given.get("json"):
        say_json(sidecar.document(rated))
    else:
        say(rated.file)


def _retag(shelf: Library, card: Card) -> Track:
    """Tag one song anew, and make again what is lost beside it. Raises ShelfError when its sound is not the take's."""
    finish = shelf.loaded.settings.finish
    tagger = FileTagger(id3v23=finish.id3v23)

    def change(track: Track) -> Track:
        file, lyrics = Path(track.file), render.lyrics(track.words.song)
        with disk.failures_told(f"tag {file.name!r}", shelf.output):
            demand_same_sound(track, file)
            told, house = tagger.read(file), {"artist": finish.artist, "album": finish.album or ""}
            tagger.tag(file, labels.of(track, lyrics=lyrics, **house, extras=_kept(told)))
            whole = add_beside(track, _beside(shelf.loaded, track, told, restoring.lost(file)))
            return replace(whole, hashes={**whole.hashes, file.name: disk.settle(file)})

    return DiskShelf(shelf.output).revise(card.id, change, at=shelf.sidecar(card))


def _beside(loaded: Loaded, track: Track, told: Labels, wanted: Collection[str]) -> Mapping[str, bytes]:
    """Make again what is lost beside a song; as a rule nothing is, and then nothing is loaded for it."""
    if not wanted:
        return {}
    from pipeline.wiring.studios import dresser

    return dresser(loaded).beside(track, told, wanted)


def _kept(told: Labels) -> Extras:
    """Give what a file has and its sidecar does not know: a model painted the cover. The rest stays by itself."""
    is_painted = "artwork" in told.ai_contribution.split(";")
    return Extras(cover=told.cover, painter="a model" if is_painted else "")


@contextmanager
def _progress(given: Given, doing: str) -> Iterator[Step]:
    """Show on a terminal how far it is; elsewhere, with --quiet and with NO_COLOR, say nothing."""
    console = Console(stderr=True)
    is_off = bool(given.get("quiet")) or not console.is_terminal or console.no_color
    with Progress(console=console, transient=True, disable=is_off) as bar:
        task = bar.add_task(doing, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
