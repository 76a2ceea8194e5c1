"""Paths as libsndfile takes them: by their bytes, for a name need not be UTF-8."""

import os
from pathlib import Path


def native(file: Path) -> str | bytes:
    """Give a path for `soundfile.SoundFile`, which encodes letters strictly, though Python keeps odd bytes among them.

    Windows has letters only, and there libsndfile takes bytes for those of an old code page.
    """
    return str(file) if os.name == "nt" else os.fsencode(file)
