"""The check of the library: every file that a sidecar names is there, is what it was, and no other is there."""

import hashlib
import os
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline.errors import ShelfError
from pipeline.library import months, names, sidecar
from pipeline.library.staging import SIDECAR, staging_of

AUDIO = (".mp3", ".flac", ".wav", ".ogg", ".opus")
_READERS = 4  # files hashed at the same time: hashing lets go of the interpreter, disks like a queue
_LOOKS, _PAUSE_S = 3, 0.2  # at a song that is being changed right now

Kind = Literal["missing", "changed", "orphan", "unreadable"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be. `path` is below the output, `song` the title where it is known.

    A path that is not UTF-8 stands there as `names.spelled` gives it.
    """

    kind: Kind
    path: str
    song: str
    message: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check came to: how many songs and files were looked at, and everything that is wrong."""

    songs: int
    files: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """What a sidecar says: its files with their SHA-256, by path below the output; "" is a file without one."""

    title: str
    files: Mapping[str, str]


def verify(output: Path, tell: Callable[[int, int], None] = lambda _done, _all: None) -> Checked:
    """Hash every file of the library anew; `tell` hears how many songs of all are done.

    Songs may be made and changed meanwhile: what looks wrong is looked at again before it is told.
    """
    root = output.absolute()
    folders = sorted(months.months(root))
    listed = [(folder, name) for folder in folders for name in sorted(months.sidecars(root / folder))]
    named, findings = set[str](), list[Finding]()
    with ThreadPoolExecutor(_READERS, thread_name_prefix="verify") as readers:
        checks = readers.map(lambda place: _checked(root, *place), listed)
        for done, (files, found) in enumerate(checks, start=1):
            named.update(files)
            findings += found
            tell(done, len(listed))
    homes = {path.rpartition("/")[0] for path in named}
    for folder in folders:
        unknown = [path for path in audio(root, folder) if path not in named and path not in homes]
        lost = orphans(root, folder, unknown)
        findings += (Finding("orphan", names.spelled(path), "", "no sidecar names it") for path in lost)
    return Checked(len(listed), len(named), tuple(findings))


def compare(claim: Claim, found: Mapping[str, str | None]) -> Iterator[Finding]:
    """Hold what a sidecar says against the hashes that were found; None is a file that is not there. Pure."""
    for path, digest in claim.files.items():
        if found[path] is None:
            yield Finding("missing", path, claim.title, "it is not there")
        elif digest and found[path] != digest:
            yield Finding("changed", path, claim.title, "its content is not what it was")


def claim_of(root: Path, folder: str, name: str) -> Claim:
    """Read what a sidecar says. Raises ShelfError when it or its name cannot be read, or a file is elsewhere."""
    names.demand_text(name)
    track = sidecar.load(root / folder / name)
    home = root / folder
    hashes = {str(names.inside(home, each)): digest for each, digest in track.hashes.items()}
    named = [track.file, *(take.recording.file for take in track.takes)]
    whole = dict.fromkeys(named, "") | hashes
    return Claim(track.title, {Path(file).relative_to(root).as_posix(): sha for file, sha in whole.items()})


def _checked(root: Path, folder: str, name: str) -> tuple[Collection[str], list[Finding]]:
    """Check a song; gives the files that it names, and what is wrong with them.

    A retag puts the file and the sidecar in place one after the other: what looks wrong is looked at again.
    """
    for look in range(_LOOKS):
        try:
            claim = claim_of(root, folder, name)
        except ShelfError as error:
            return (), _unreadable(root / folder / name, f"{folder}/{name}", error)
        findings = list(compare(claim, {path: _digest(root / path) for path in claim.files}))
        if not findings or look == _LOOKS - 1:
            break
        time.sleep(_PAUSE_S)
    return claim.files, findings


def _unreadable(file: Path, path: str, error: ShelfError) -> list[Finding]:
    if not file.exists():  # it went away meanwhile
        return []
    reason = error.message.removeprefix(f"cannot read {str(file)!r}: ")
    return [Finding("unreadable", names.spelled(path), "", f"{reason} ({error.hint})")]


def _digest(file: Path) -> str | None:
    """Hash a file; None when there is none, "unreadable" when it cannot be read."""
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        return "unreadable"


def orphans(root: Path, folder: str, unknown: Sequence[str]) -> Iterator[str]:
    """Tell which of these files and folders of a month, listed just now, no sidecar names.

    A song appears file by file, its sidecar last, and as long as that takes its hidden folder is there: so the
    files were listed first, then the hidden folders are looked for, and the sidecars are read last of all.
    """
    settled = [path for path in unknown if not staging_of(root / folder, stem_of(path)).exists()]
    if settled:
        named = _named(root, folder)
        yield from (path for path in settled if path not in named and os.path.lexists(root / path))


def audio(root: Path, folder: str) -> Iterator[str]:
    """List the audio files of a month, and the folders of takes with what is in them, below the output."""
    with os.scandir(root / folder) as entries:
        listed = sorted(entries, key=lambda entry: entry.name)
    for entry in listed:
        path = f"{folder}/{entry.name}"
        if entry.name.startswith("."):
            continue
        if entry.name.lower().endswith(AUDIO):
            yield path
        elif entry.name.endswith(".takes") and entry.is_dir():
            yield path
            yield from (
                f"{path}/{name}"
                for name in sorted(os.listdir(entry.path))  # noqa: PTH208 -- names only
                if name.lower().endswith(AUDIO) and not name.startswith(".")
            )


def stem_of(path: str) -> str:
    """Give the name that the files of a song have in common, from the path of one below the output."""
    name = path.split("/")[2]
    return name.removesuffix(".takes") if name.endswith(".takes") else name.rpartition(".")[0]


def _named(root: Path, folder: str) -> set[str]:
    """Collect every file that the sidecars of a folder name, and the folders these are in.

    Of a sidecar that cannot be read everything under its name counts as named: it is told already.
    """
    named = set[str]()
    for name in months.sidecars(root / folder):
        try:
            files = set(claim_of(root, folder, name).files)
        except ShelfError:
            stem = name.removesuffix(SIDECAR)
            files = {path for path in audio(root, folder) if stem_of(path) == stem}
        named |= files | {path.rpartition("/")[0] for path in files}
    return named
