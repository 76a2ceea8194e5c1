"""Following many songs to their ends: a path a line, failures told as they come, one JSON document at the end."""

import json
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pipeline.cli.board import Board, board, summary
from pipeline.cli.edge import as_foreseen, error_document, tell
from pipeline.cli.printing import say, say_json
from pipeline.engine.ledger import Entry
from pipeline.engine.performance import Ended
from pipeline.errors import Interrupted, ShelfError, SongpipeError
from pipeline.library.sidecar import document, load
from pipeline.track import Track

Given = Mapping[str, Any]


@contextmanager
def following(given: Given, total: int | None, *, single: bool = False) -> Iterator["Following"]:
    """Follow songs inside the block, and tell the sum of them afterwards.

    Ctrl-C is told, and ends in `code`. Of a `single` song there is no sum, and the document is its own.
    """
    with board(given, total) as view:
        songs = Following(given, view, single=single)
        try:
            yield songs
        except Interrupted as stop:
            songs.stop = stop
        songs.tell_sum()
    if songs.stop is not None:
        tell(songs.stop)
    if given.get("json"):
        songs.print_document()


@dataclass(slots=True)
class Following:
    """What came of the songs of a run, in few words each, so that ten thousand take little memory.

    `skipped` are songs that were done before: id, title and file; `left` counts those that nobody went on with.
    """

    given: Given
    board: Board
    single: bool = False
    skipped: Sequence[Mapping[str, Any]] = ()
    finished: dict[str, Track | str] = field(default_factory=dict)  # the sidecar, where there is one
    failed: dict[str, SongpipeError] = field(default_factory=dict)
    left: int = 0
    stop: Interrupted | None = None
    cost_usd: float = 0.0
    began: float = field(default_factory=time.monotonic)

    def follow(self, ends: Iterable[Ended], only: str = "") -> Iterator[Ended]:
        """Take in every end, print it, and pass it on; with `only`, other songs are not ours to print."""
        for ended in ends:
            told = replace(ended, error=as_foreseen(ended.error, sys.argv[1:])) if ended.error else ended
            self.board.ended(told)
            if only in {"", ended.id}:
                self._take_in(told)
                yield told

    def follow_all(self, ends: Iterable[Ended]) -> None:
        """Take in every end, and print it."""
        for _ in self.follow(ends):
            continue

    def known(self, entry: Entry) -> None:
        """Take in a song that was done before as if it had been made now."""
        self._take_in(Ended(entry.id, "done", result={**entry.result, "cost_usd": 0.0}))

    def _take_in(self, ended: Ended) -> None:
        self.cost_usd += float(ended.result.get("cost_usd") or 0.0)
        if ended.how == "done":
            sidecar = str(ended.result.get("sidecar") or "")
            self.finished[ended.id] = sidecar or ended.track or ""
            if not self.given.get("json"):
                self.board.say(str(ended.result.get("file") or ended.result.get("draft")))
        elif ended.how == "failed" and isinstance(ended.error, SongpipeError):
            self.failed[ended.id] = ended.error
        else:
            self.left += 1

    @property
    def code(self) -> int:
        """The worst exit code of the songs, or that of Ctrl-C."""
        if self.stop is not None:
            return self.stop.exit_code
        return max((error.exit_code for error in self.failed.values()), default=0)

    def tell_sum(self) -> None:
        """Tell all songs together in a line."""
        if not self.single:
            seconds = time.monotonic() - self.began
            counts = (len(self.finished), len(self.failed), len(self.skipped), self.left)
            self.board.watch.note(summary(*counts, seconds, self.cost_usd))

    def print_document(self) -> None:
        """Print the one document of the run; songs are read one by one, so that their number does not matter."""
        if self.single:
            say_json(self._only())
            return
        say('{"schema": "songpipe.batch/1", "songs": [', nl=False)
        for number, song in enumerate(self._documents()):
            say(",\n" if number else "\n", nl=False)
            say_json(song, nl=False)
        counts = {"done": len(self.finished), "failed": len(self.failed), "skipped": len(self.skipped)}
        stop = {} if self.stop is None else {"message": self.stop.message, "hint": self.stop.hint}
        say("],\n" + json.dumps({**counts, "stopped": self.left, **stop}).strip("{}") + "}")

    def _only(self) -> dict[str, Any]:
        for song, known in self.finished.items():
            return _document(song, known)
        return error_document(next(iter([*self.failed.values(), self.stop or Interrupted("stopped")])))

    def _documents(self) -> Iterator[dict[str, Any]]:
        for song, known in self.finished.items():
            yield _document(song, known)
        for song, error in self.failed.items():
            yield {"id": song, **error_document(error)}
        for one in self.skipped:
            yield {**one, "skipped": True}


def _document(song: str, known: Track | str) -> dict[str, Any]:
    """Give the document of a finished song; one whose sidecar has gone since is told by its id."""
    try:
        return document(load(Path(known)) if isinstance(known, str) else known)
    except ShelfError as error:
        return {"id": song, "sidecar": str(known), "message": error.message}
