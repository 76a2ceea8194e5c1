"""Whether words fit: into what the server reads, into the seconds it plays.

Sources: caption and lyrics are cut, silently, at 256 and 2,048 tokens by ACE-Step 1.5's text encoder
(`handler.py`; Qwen3-Embedding tokenizer); rates of its own 200 examples (`examples/text2music`), measured;
sung seconds after HOT-Step's calibration on finished recordings (`lireek/prompts.ts`).
"""

import math
import re
from collections.abc import Iterable

from pipeline.song import Section, Song

CAPTION_TOKENS = 190  # 256 less what the template around the caption takes: instruction, metas, end mark
LYRICS_TOKENS = 2035  # 2,048 less the language header and the end mark
PLANNER_TOKENS = 4096 - 64 - 500  # the planning model's window less its reserves (`llm_inference.py`)
PLANNER_CODES_PER_S = 5  # audio codes that the planner adds to the same window

_LEAST_S, _MOST_S = 60.0, 480.0  # what a duration made from words stays within
INSTRUMENTAL_S = 120.0  # the least for a piece without words: a short song
SLOWEST_WORDS_PER_S = 0.36  # the sparsest English example of the server's own; the median is 0.62
SUNG_WORDS_PER_S = (
    1.25  # a voice without pauses: 1.23-1.26 measured on takes, median 1.20 of 2,361 real songs
)
FASTEST_WORDS_PER_S = 2.2  # the densest English example; beyond it lines are skipped or cut
RAPPED_WORDS_PER_S = 3.3  # the fastest artist of HOT-Step's table (0.51-3.29)

_LINE_S = 3.0  # a sung line takes 3-5 s (ACE-Step's music creation guide)
_BREATH = 1.5  # between the lines a singer rests half as long as he sings
_ENGLISH_CHARACTERS_PER_TOKEN = 3.7  # measured on English lyrics; the other scripts err on the long side
_GREEK_CYRILLIC_CHARACTERS_PER_TOKEN = 1.5
_BPM = 100  # for counting bars when nobody named a tempo
_BARS = {"solo": 16, "instrumental": 16, "break": 16, "breakdown": 16, "interlude": 16, "drop": 16, "fade": 4}
_BARS_OTHERWISE = 8

_SPACED_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
# Scripts written without spaces: Thai to Khmer, kana, Han, Hangul. Two characters are about a word.
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]"
)


def tokens(text: str) -> int:
    """Estimate, rather high than low, how many tokens of the server's tokenizer a text takes."""
    ascii_ = sum(letter.isascii() for letter in text)
    greek_cyrillic = sum("\u0370" <= letter <= "\u052f" for letter in text)
    others = len(text) - ascii_ - greek_cyrillic
    return math.ceil(
        ascii_ / _ENGLISH_CHARACTERS_PER_TOKEN
        + greek_cyrillic / _GREEK_CYRILLIC_CHARACTERS_PER_TOKEN
        + others
    )


def words(lines: Iterable[str]) -> int:
    """Count sung words; where a script writes no spaces, two characters count as one word."""
    total = 0
    for line in lines:
        unspaced = len(UNSPACED.findall(line))
        total += len(_SPACED_WORD.findall(UNSPACED.sub(" ", line))) + math.ceil(unspaced / 2)
    return total


def word_range(duration_s: float) -> tuple[int, int]:
    """Give the least and the most words that sound right in a song of so many seconds.

    From the sparsest of the server's own English examples (0.36 words/s) to a voice that never rests (1.25).
    """
    return math.ceil(duration_s * SLOWEST_WORDS_PER_S), math.floor(duration_s * SUNG_WORDS_PER_S)


def duration_for(song: Song) -> float:
    """Choose how long a song should be, in whole seconds, 60-480, from its words, lines and empty sections.

    The server stops exactly where it is told: too long brings filler, too short cuts the end off.
    """
    played = sum(_bars(section) for section in song.sections if not section.lines) * 240 / (song.bpm or _BPM)
    if not song.lines:
        return _clamped(max(played, INSTRUMENTAL_S))
    sung = max(words(song.lines) / SUNG_WORDS_PER_S, len(song.lines) * _LINE_S)
    return _clamped(max(words(song.lines) / SUNG_WORDS_PER_S * _BREATH, sung + played))


def _bars(section: Section) -> int:
    named = (bars for word, bars in _BARS.items() if word in section.kind.split())
    return next(named, _BARS_OTHERWISE)


def _clamped(seconds: float) -> float:
    return float(round(min(max(seconds, _LEAST_S), _MOST_S)))
