"""What words are asked for and judged with: templates, taste, rules."""

from pathlib import Path

from pipeline.settings import packaged
from pipeline.settings.lexicon import load_lexicon
from pipeline.settings.load import Loaded
from pipeline.settings.taste import load_taste
from pipeline.song import Severity
from pipeline.writing.rules import Rulebook
from pipeline.writing.taste import Taste


def rulebook(loaded: Loaded, taste: Taste) -> Rulebook:
    """Gather what the rules know: words, banned names, and the severities of the settings."""
    names = tuple(dict.fromkeys(name for artist in taste.artists for name in (artist.name, *artist.aliases)))
    severities = {
        rule: None if severity == "off" else Severity(severity)
        for rule, severity in loaded.settings.rules.items()
    }
    return Rulebook(load_lexicon(folders(loaded, "words")), names, severities)


def taste(loaded: Loaded) -> Taste:
    """Load the taste of the settings, the workspace's own before the packaged one."""
    return load_taste(loaded.settings.taste, folders(loaded, "taste"), loaded.sources["taste"])


def templates_folder(loaded: Loaded) -> Path | None:
    """Find the user's own templates: the folder of the settings, else `prompts/` of the workspace."""
    if loaded.settings.prompts is not None:
        return loaded.settings.prompts
    return next((folder / "prompts" for folder in loaded.workspaces if (folder / "prompts").is_dir()), None)


def folders(loaded: Loaded, kind: str = "") -> tuple[Path, ...]:
    """Give the folders that may hold a kind of data: the workspaces' first, the packaged one last."""
    roots = (*(folder / "configs" for folder in loaded.workspaces), packaged.folder("configs"))
    return tuple(root / kind for root in roots)
