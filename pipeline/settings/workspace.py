"""A workspace to edit: settings, prompts, taste and an example brief file, copied out of the package."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ShelfError
from pipeline.settings import packaged

_SETTINGS = """\
# songpipe's settings for this folder. Only what differs from the defaults needs to stand here; every key with
# its default and reason is in configs/default.yaml beside this file (a copy to read: changing it has no effect).
# API keys come from the environment: NANOGPT_API_KEY for the words, ACESTEP_API_KEY if your music server asks.

# acestep:
#   urls: ["http://gpu-box.local:8000"]
# llm:
#   max_cost: 0.50
"""

_BRIEFS = """\
# Make them all with `songpipe batch briefs.yaml`; see first what that would be with --dry-run.
# A brief is a line of text, or a mapping with any option of `songpipe write`.
defaults: {duration: 180}
songs:
  - insomnia trip-hop
  - brief: a lighthouse keeper's last night on duty
    blend: [The XX, Nine Inch Nails]
    duration: 240
    seed: 7

# Every combination is a song; without the # these are eight more.
# matrix:
#   brief: [the last train out, a ferry that never docks]
#   blend: [The XX, [Halsey, Nine Inch Nails]]
#   bpm: [70, 90]
"""


@dataclass(frozen=True, slots=True)
class Workspace:
    """What `init` did: the files it wrote and the ones it found there and left alone."""

    folder: Path
    written: tuple[Path, ...]
    kept: tuple[Path, ...]


def create(folder: Path) -> Workspace:
    """Write the workspace; a file that exists is never touched. Raises ShelfError."""
    written: list[Path] = []
    kept: list[Path] = []
    for relative, content in _contents():
        target = folder / relative
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file:
                file.write(content)
            written.append(target)
        except FileExistsError:
            kept.append(target)
        except OSError as error:
            hint = "choose a folder you can write to"
            raise ShelfError(f"cannot write {target}: {error.strerror}", hint=hint) from error
    return Workspace(folder, tuple(written), tuple(kept))


def _contents() -> Iterator[tuple[Path, bytes]]:
    yield Path("songpipe.yaml"), _SETTINGS.encode()
    yield Path("briefs.yaml"), _BRIEFS.encode()
    for name in ("prompts", "configs"):
        root = packaged.folder("prompts" if name == "prompts" else "configs")
        for path in sorted(root.rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                yield Path(name) / path.relative_to(root), path.read_bytes()
