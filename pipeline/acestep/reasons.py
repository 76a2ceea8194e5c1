"""What a server's words mean: text made safe to show, and the kind of trouble behind it. Pure."""

import re
import unicodedata

from pipeline.take import Trouble

_ANSI = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|[@-Z\\-_])")
_READ_AT_MOST = 20_000  # characters: the end of the longest traceback worth reading

# In this order: a language model that fails for want of memory is cured by doing without it. The texts are
# those of the server's own sources and of its issues #280, #453, #747, #1018, #1101 and #1235.
_SIGNS = (
    (
        Trouble.NO_LANGUAGE_MODEL,
        r"5hz lm|\bllm (?:is )?not (?:initiali[sz]ed|loaded|available)|\bl?lm init failed",
    ),
    (
        Trouble.OUT_OF_MEMORY,
        r"out ?of ?memory|insufficient (?:free )?v?ram|alloc_failed|not enough (?:gpu )?memory",
    ),
    (
        Trouble.EXPORT,
        (
            r"ffmpeg|torchcodec|libsndfile|option 'abr'|no audio files? generated|mp3 (?:export|encod)"
            r"|(?:failed to|could not|error|cannot) (?:sav|writ|encod|export)\w* (?:the )?audio|save_audio"
        ),
    ),
    (Trouble.TIMEOUT, r"timed? ?out"),
)
# What a server that failed to load its models says of every job until it is started again: it raises what it
# keeps in `_init_error` (ACE-Step 1.5, api_server.py).
_STICKY = re.compile(
    r"\b_init_error|error initiali[sz]ing model|(?<!language )model (?:initiali[sz]ation failed|not initiali[sz]ed)",
    re.IGNORECASE,
)
_PATTERNS = tuple((trouble, re.compile(pattern, re.IGNORECASE)) for trouble, pattern in _SIGNS)


def clean(text: str, limit: int = 300) -> str:
    """Make foreign text one line that is safe on a terminal: no control or format characters, bounded."""
    bare = _ANSI.sub("", text[: limit * 20])
    spaced = "".join(_shown(letter) for letter in bare)
    line = " ".join(spaced.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _shown(letter: str) -> str:
    kind = unicodedata.category(letter)
    if kind == "Cc":
        return " "
    return "" if kind in {"Cf", "Cs", "Co", "Cn"} else letter


def last_words(text: str) -> str:
    """Give the line that names the failure: a traceback's last one, else the first that says anything."""
    lines = [line for line in (clean(line) for line in text[-_READ_AT_MOST:].splitlines()) if line]
    if not lines:
        return ""
    return lines[-1] if "Traceback (most recent call last)" in text else lines[0]


def trouble(text: str) -> Trouble:
    """Tell the kind of trouble from the server's words; `FAILED` when they say nothing we know."""
    read = text[-_READ_AT_MOST:]
    return next((kind for kind, pattern in _PATTERNS if pattern.search(read)), Trouble.FAILED)


def is_sticky(text: str) -> bool:
    """Say whether every job will fail alike until the server is restarted, whatever else its words name."""
    read = text[-_READ_AT_MOST:]
    return bool(_STICKY.search(read)) and trouble(read) is not Trouble.NO_LANGUAGE_MODEL
