"""Settings in environment variables."""

from collections.abc import Mapping
from pathlib import Path

from pipeline.settings.layers import Layer, nested

_TEXTS = {
    "SONGPIPE_LLM_BASE_URL": ("llm", "base_url"),
    "SONGPIPE_OUTPUT": ("output",),
    "SONGPIPE_DATABASE_URL": ("engine", "database_url"),
}
_SECRET = {"SONGPIPE_DATABASE_URL"}  # it may hold a password
_LISTS = {"SONGPIPE_LLM_MODELS": ("llm", "models"), "SONGPIPE_ACESTEP_URLS": ("acestep", "urls")}


def layers(environ: Mapping[str, str], cwd: Path) -> list[Layer]:
    """Read the variables that set settings; an empty one counts as not set, lists are split at commas."""
    found = []
    for name, path in (*_TEXTS.items(), *_LISTS.items()):
        if text := environ.get(name, "").strip():
            value = [part.strip() for part in text.split(",") if part.strip()] if name in _LISTS else text
            found.append(Layer(nested(path, value), cwd, name))
    return found


def harmless(environ: Mapping[str, str]) -> dict[str, str]:
    """Give the variables that set settings, or name the settings file, and hold no secret."""
    names = [name for name in (*_TEXTS, *_LISTS, "SONGPIPE_CONFIG") if name not in _SECRET]
    return {name: environ[name] for name in names if environ.get(name, "").strip()}
