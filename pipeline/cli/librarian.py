"""The librarian: lists songs, finds the one that is meant, and shows it."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.loading import load, output
from pipeline.cli.printing import say, say_json
from pipeline.cli.wording import counted, harmless
from pipeline.errors import InputError, ShelfError
from pipeline.library.cards import Card
from pipeline.library.index import Index
from pipeline.library.query import Wanted

if TYPE_CHECKING:
    from pipeline.settings.load import Loaded
    from pipeline.track import Track

Given = Mapping[str, Any]
_STDOUT = Path("-")
_PAGE = 50  # songs on a terminal: what nobody asked to see all of


@dataclass(frozen=True, slots=True)
class Songs:
    """The songs of a workspace: the index as the disk is now."""

    index: Index

    @property
    def output(self) -> Path:
        """The folder of the songs."""
        return self.index.output

    def song(self, called: str) -> Card:
        """Find the song that is called so. Raises InputError."""
        from pipeline.library import finding  # what it takes to guess, which a list need not

        return finding.song(self.index, called)

    def sidecar(self, card: Card) -> Path:
        """Give the sidecar of a song."""
        return self.output / card.sidecar

    def track(self, card: Card) -> "Track":
        """Read the song. Raises ShelfError."""
        from pipeline.library import sidecar  # pydantic, which only a whole song needs

        return sidecar.load(self.sidecar(card))


@dataclass(frozen=True, slots=True)
class Library(Songs):
    """The same with the settings, for whoever does something to the songs."""

    loaded: "Loaded"


@contextmanager
def library(given: Given) -> Iterator[Library]:
    """Open the library of this workspace, its index brought up to the disk. Raises SettingsError, ShelfError."""
    loaded = load(given)
    with _opened(given, loaded.settings.output) as index:
        yield Library(index, loaded)


@contextmanager
def looking(given: Given) -> Iterator[Songs]:
    """Open it for a look, which asks the settings for its folder and for nothing else. Raises as `library`."""
    with _opened(given, output(given)) as index:
        yield Songs(index)


@contextmanager
def _opened(given: Given, folder: Path) -> Iterator[Index]:
    with Index(folder, noting(given)) as index:
        index.refresh()
        yield index


def noting(given: Given) -> Any:
    """Give what tells the user a line on standard error, unless that is to be quiet."""

    def note(text: str) -> None:
        if not given.get("quiet"):
            click.echo(f"songpipe: {harmless(text)}", err=True)

    return note


def show_list(given: Given, text: str, *, limit: int | None, m3u: Path | None, **filters: Any) -> None:
    """Print the songs that are wanted, with the words of `text` if there are any."""
    if m3u == _STDOUT and given.get("json"):
        raise InputError("--json and --m3u - cannot both be printed", hint="give --m3u the name of a file")
    is_page = limit is None and m3u is None and not given.get("json") and _is_terminal()
    most = _PAGE + 1 if is_page else limit or None
    wanted = Wanted(**filters, limit=most)
    with looking(given) as shelf:
        cards = shelf.index.search(text, wanted) if text else shelf.index.list(wanted)
        faults = len(shelf.index.faults())
        listed = (
            _playlist(given, m3u, cards, shelf.output, name=text or "songpipe") if m3u is not None else ""
        )
        if given.get("json"):
            songs = [_document(card, shelf.output) for card in cards]
            written = {"playlist": str(m3u.absolute())} if m3u is not None else {}
            say_json({"schema": "songpipe.library/1", "songs": songs, **written})
        elif m3u is not None:
            say(listed, nl=False)
        else:
            _print(cards[:_PAGE] if is_page else cards, shelf.output)
    note = noting(given)
    if is_page and len(cards) > _PAGE:
        note(f"these are the first {_PAGE}; --limit 0 shows all")
    if not cards:
        note(
            "no song is like that" if text or any(map(_is_said, filters.values())) else "there is no song yet"
        )
    if faults:
        note(f"{counted(faults, 'sidecar')} cannot be read; songpipe library verify names them")


def show_song(given: Given, called: str, *, takes: bool) -> None:
    """Print what is known of a song, or of its takes."""
    with looking(given) as shelf:
        track = shelf.track(shelf.song(called))
    from pipeline.cli import catalogue
    from pipeline.library import sidecar

    document = sidecar.document(track)
    if given.get("json") and takes:
        kept = {name: document[name] for name in ("id", "title", "chosen_take", "picked", "takes")}
        say_json({"schema": "songpipe.takes/1", **kept})
    elif given.get("json"):
        say_json(document)
    else:
        say(catalogue.takes(track) if takes else catalogue.song(track), nl=False)


def _is_said(value: object) -> bool:
    return value is not None and value != ""


def _is_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()


def _print(cards: Sequence[Card], output: Path) -> None:
    if _is_terminal():
        from pipeline.cli import catalogue  # rich, which only a terminal needs

        say(catalogue.table(cards), nl=False)
        return
    text = "".join(f"{output / card.file}\n" for card in cards)
    say(text, nl=False)


def _document(card: Card, output: Path) -> dict[str, Any]:
    return {**asdict(card), "file": str(output / card.file), "sidecar": str(output / card.sidecar)}


def _playlist(given: Given, target: Path, cards: Sequence[Card], output: Path, *, name: str) -> str:
    """Write a playlist and give its path as it is printed, or for `-` the playlist itself.

    Nothing but a playlist is replaced. Raises InputError, ShelfError.
    """
    from pipeline.library import disk, playlist

    artist, folder = load(given).settings.finish.artist, target.absolute().parent
    if target == _STDOUT:
        return playlist.text(cards, output, Path.cwd(), name=name, artist=artist)
    if target.suffix.lower() not in playlist.NAMES:
        raise InputError(f"{str(target)!r} is no name of a playlist", hint="let it end in .m3u8")
    with disk.failures_told(f"write {str(target)!r}", folder):
        if target.exists() and not target.read_bytes().removeprefix(b"\xef\xbb\xbf").startswith(b"#EXT"):
            raise ShelfError(f"{str(target)!r} is there and no playlist", hint="give another name")
        text = playlist.text(cards, output, folder, name=name, artist=artist)
        folder.mkdir(parents=True, exist_ok=True)
        disk.replace(target, text.encode("utf-8", "replace"))
    return f"{target}\n"
