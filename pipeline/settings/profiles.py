"""Which settings file counts, and the ready profiles that travel with songpipe."""

import re
from collections.abc import Mapping
from pathlib import Path

from pipeline.errors import SettingsError
from pipeline.settings import packaged
from pipeline.settings.nearest import nearest

FILE_NAME = "songpipe.yaml"
_NAME = re.compile(r"[\w-]+")


def names() -> tuple[str, ...]:
    """List the packaged profiles that `--config NAME` accepts."""
    found = (path.stem for path in packaged.folder("configs").glob("*.yaml"))
    return tuple(sorted(name for name in found if name != "themes"))


def chosen(config: str | None, environ: Mapping[str, str], home: Path, cwd: Path) -> Path | None:
    """Find the user's settings file: `--config`, $SONGPIPE_CONFIG, ./songpipe.yaml, the user's config folder.

    Only one of them counts; None when there is none. Raises SettingsError when a named one does not exist.
    """
    if config is not None and not config.strip():
        raise SettingsError(
            "--config: no settings file is named", hint=f"name a file or a profile: {', '.join(names())}"
        )
    for option, asked in (
        ("--config", config),
        ("SONGPIPE_CONFIG", environ.get("SONGPIPE_CONFIG", "").strip()),
    ):
        if asked:
            return _named(asked, option, home, cwd)
    for path in (cwd / FILE_NAME, user_folder(environ, home) / FILE_NAME):
        if path.exists():
            return path
    return None


def user_folder(environ: Mapping[str, str], home: Path) -> Path:
    """Give the user's config folder: XDG's, else Windows' own, else ~/.config."""
    for variable in ("XDG_CONFIG_HOME", "APPDATA"):
        if (path := Path(environ.get(variable, ""))).is_absolute():
            return path / "songpipe"
    return home / ".config" / "songpipe"


def absolute(text: str, folder: Path, home: Path) -> Path:
    """Read a path as a shell would: `~` is the home, a relative one starts at `folder`."""
    if text == "~" or text.startswith(("~/", "~\\")):
        return home / text[2:]
    return folder / text


def _named(asked: str, option: str, home: Path, cwd: Path) -> Path:
    """A path wins over a profile of the same name, a workspace's own profile over the packaged one."""
    path = absolute(asked, cwd, home)
    candidates = [path]
    if _NAME.fullmatch(asked):
        candidates += [folder / f"{asked}.yaml" for folder in (cwd / "configs", packaged.folder("configs"))]
    for candidate in candidates:
        if _is_there(candidate):
            return candidate
    close = nearest(asked, names())
    hint = f"did you mean {close!r}? " if close else ""
    raise SettingsError(
        f"{option}: there is no settings file and no profile {asked!r}",
        hint=f"{hint}profiles: {', '.join(names())}",
    )


def _is_there(path: Path) -> bool:
    try:
        return path.exists() and not path.is_dir()
    except (OSError, ValueError):  # a name too long for the file system, a NUL inside
        return False
