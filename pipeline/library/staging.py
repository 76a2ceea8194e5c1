"""Staging: a song is made ready in a hidden folder beside its place, then shown whole or taken back whole."""

import shutil
from contextlib import suppress
from pathlib import Path

from pipeline.library import disk

SIDECAR = ".song.json"
_HIDDEN = ".part"
_STALE_S = 3600.0  # no tagger works on one file for an hour


def prepare(folder: Path, stem: str) -> Path:
    """Make the hidden folder for a song of that name, with one for its takes in it. Raises OSError."""
    staging = staging_of(folder, stem)
    (staging / f"{stem}.takes").mkdir(parents=True)
    return staging


def staging_of(folder: Path, stem: str) -> Path:
    """Name the hidden folder of a song; it is there as long as the song is being shown."""
    return folder / f".{stem}{_HIDDEN}"


def show(staging: Path) -> None:
    """Give everything in a staging folder its public name; the sidecar comes last, as the commit mark.

    Raises OSError (FileExistsError when a name is taken); `withdraw` then takes back what was shown.
    """
    folder = staging.parent
    takes = folder / f"{_stem(staging)}.takes"
    takes.mkdir()
    *files, sidecar = sorted(_files(staging), key=lambda hidden: (hidden.name.endswith(SIDECAR), hidden))
    for hidden in files:
        disk.publish(hidden, folder / hidden.relative_to(staging))
    disk.sync_folder(takes)
    disk.sync_folder(folder)
    disk.publish(sidecar, folder / sidecar.name)
    disk.sync_folder(folder)


def withdraw(staging: Path) -> None:
    """Remove a staging folder, and what it has shown of a song that never got its sidecar.

    Only what is provably the same file as its hidden twin goes; everything else stays where it is.
    """
    folder, stem = staging.parent, _stem(staging)
    if not (folder / f"{stem}{SIDECAR}").exists():
        for hidden in _files(staging):
            shown = folder / hidden.relative_to(staging)
            if shown.exists() and shown.samefile(hidden):
                shown.unlink()
        with suppress(OSError):  # no such folder, or something else is in it
            (folder / f"{stem}.takes").rmdir()
    shutil.rmtree(staging, ignore_errors=True)


def sweep(output: Path, now: float) -> None:
    """Take back what a killed process left half done; `now` is the file system's idea of the time.

    Only the holder of the shelf's lock may call this: it takes every staging folder for abandoned.
    """
    for staging in output.glob(f"*/*/.*{_HIDDEN}"):
        withdraw(staging)
    for copy in output.glob("*/*/.[0-9]*.tmp.*"):
        if now - copy.stat().st_mtime > _STALE_S:
            copy.unlink()


def _stem(staging: Path) -> str:
    return staging.name.removeprefix(".").removesuffix(_HIDDEN)


def _files(staging: Path) -> list[Path]:
    return [path for path in staging.rglob("*") if path.is_file()]
