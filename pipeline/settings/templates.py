"""The prompt templates: the packaged ones, overridden file by file by the user's own folder."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from pipeline.errors import SettingsError
from pipeline.settings import packaged
from pipeline.writing import prompt
from pipeline.writing.prompt import Templates
from pipeline.writing.taste import Taste, nearest

LARGEST = 32_768  # bytes: five times our longest; every song pays for what stands in a template


def load_templates(user_folder: Path | None) -> Templates:
    """Load every template and check it. `user_folder` may hold some of them; other file types are ignored.

    Raises SettingsError with path and line: for a folder that is not there, for a template that means nothing
    here (a typo in its name would silently change nothing), and for one that cannot be read or used.
    """
    paths = {name: packaged.folder("prompts") / name for name in prompt.VARIABLES}
    if user_folder is not None:
        paths |= _overrides(user_folder)
    sources = {name: _text(path) for name, path in paths.items()}
    templates = Templates(sources, _hash(sources))
    try:
        prompt.check(templates)
    except SettingsError as error:
        name, rest = error.message.split(":", 1)
        raise SettingsError(f"{paths[name]}:{rest}", hint=error.hint) from error
    return templates


def prompts_hash(templates: Templates, taste: Taste) -> str:
    """Give the SHA-256 of everything that asked for a song beside its brief: templates and taste."""
    return _hash({"templates": templates.hash, "taste": asdict(taste)})


def _hash(content: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _overrides(folder: Path) -> dict[str, Path]:
    try:
        found = {path.name: path for path in sorted(folder.iterdir())}
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"the prompts folder {str(folder)!r} cannot be read: {getattr(error, 'strerror', None) or error}",
            hint="set prompts: to a folder of .j2 files, or remove the setting to use the packaged ones",
        ) from error
    return {name: _known(path) for name, path in found.items() if name.endswith(".j2") and name[0] != "."}


def _known(path: Path) -> Path:
    if path.name not in prompt.VARIABLES:
        close = nearest(path.name, prompt.VARIABLES)
        meant = f"did you mean {close[0]}? " if close else ""
        raise SettingsError(
            f"{path}: no template has this name",
            hint=f"{meant}the templates are {', '.join(prompt.VARIABLES)}",
        )
    return path


def _text(path: Path) -> str:
    """Read a template; a link to a file is followed, a folder or a pipe with such a name is refused."""
    if not path.is_file():
        raise SettingsError(f"{path}: not a file", hint="replace it by a text file, or remove it")
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise SettingsError(
            f"{path}: cannot be read: {error.strerror}", hint="check its permissions"
        ) from error
    if len(content) > LARGEST:
        raise SettingsError(f"{path}: larger than {LARGEST} bytes", hint="shorten it; every song pays for it")
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: not UTF-8 text", hint="save the file as UTF-8") from error
