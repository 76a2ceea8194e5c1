"""The librarian: lists songs, finds the one that is meant, and shows it."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from pipeline.cli import catalogue
from pipeline.cli.loading import load
from pipeline.cli.printing import say, say_json
from pipeline.cli.watching import harmless
from pipeline.errors import InputError, ShelfError
from pipeline.library import disk, finding, playlist, sidecar
from pipeline.library.cards import Card
from pipeline.library.index import Index
from pipeline.library.query import Wanted
from pipeline.settings.load import Loaded
from pipeline.track import Track

Given = Mapping[str, Any]
_STDOUT = Path("-")
_PAGE = 50  # songs on a terminal: what nobody asked to see all of


@dataclass(frozen=True, slots=True)
class Library:
    """The songs of a workspace: its settings, and the index as the disk is now."""

    loaded: Loaded
    index: Index

    @property
    def output(self) -> Path:
        """The folder of the songs."""
        return self.index.output

    def song(self, called: str) -> Card:
        """Find the song that is called so. Raises InputError."""
        return finding.song(self.index, called)

    def sidecar(self, card: Card) -> Path:
        """Give the sidecar of a song."""
        return self.output / card.sidecar

    def track(self, card: Card) -> Track:
        """Read the song. Raises ShelfError."""
        return sidecar.load(self.sidecar(card))


@contextmanager
def library(given: Given) -> Iterator[Library]:
    """Open the library of this workspace, its index brought up to the disk. Raises ShelfError."""
    loaded = load(given)
    with Index(loaded.settings.output, noting(given)) as index:
        index.refresh()
        yield Library(loaded, index)


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
    with library(given) as shelf:
        cards = shelf.index.search(text, wanted) if text else shelf.index.list(wanted)
        faults = len(shelf.index.faults())
        listed = _playlist(m3u, cards, shelf, name=text or "songpipe") if m3u is not None else ""
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
        note(f"{faults} sidecars cannot be read; songpipe library verify names them")


def show_song(given: Given, called: str, *, takes: bool) -> None:
    """Print what is known of a song, or of its takes."""
    with library(given) as shelf:
        track = shelf.track(shelf.song(called))
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
        say(catalogue.table(cards), nl=False)
        return
    text = "".join(f"{output / card.file}\n" for card in cards)
    say(text, nl=False)


def _document(card: Card, output: Path) -> dict[str, Any]:
    return {**asdict(card), "file": str(output / card.file), "sidecar": str(output / card.sidecar)}


def _playlist(target: Path, cards: Sequence[Card], shelf: Library, *, name: str) -> str:
    """Write a playlist and give its path as it is printed, or for `-` the playlist itself.

    Nothing but a playlist is replaced. Raises InputError, ShelfError.
    """
    artist, folder = shelf.loaded.settings.finish.artist, target.absolute().parent
    if target == _STDOUT:
        return playlist.text(cards, shelf.output, Path.cwd(), name=name, artist=artist)
    if target.suffix.lower() not in playlist.NAMES:
        raise InputError(f"{str(target)!r} is no name of a playlist", hint="let it end in .m3u8")
    with disk.failures_told(f"write {str(target)!r}", folder):
        if target.exists() and not target.read_bytes().removeprefix(b"\xef\xbb\xbf").startswith(b"#EXT"):
            raise ShelfError(f"{str(target)!r} is there and no playlist", hint="give another name")
        text = playlist.text(cards, shelf.output, folder, name=name, artist=artist)
        disk.replace(target, text.encode("utf-8", "replace"))
    return f"{target}\n"
