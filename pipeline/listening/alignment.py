"""The alignment: which of the written lines were sung, and when, told by the words that were heard."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")

# A song of ten minutes has 1,500 words, in Japanese 3,000 characters; what comes later is not looked at.
_MOST_UNITS = 4000
_LONGEST_UNIT = 24  # characters of a word that are compared
_LONG = 8  # characters from which a word weighs no more: it is told from all others by then

# The values of a match are whole numbers, so that equal alignments are equal and the choice is never luck.
_SCALE = 10
_ALIKE = 0.5  # shared pairs of letters (Dice) from which a word may be a misheard one: knight and night 0.77
_MISHEARD = 0.8  # of a match word for word; the difference is more than a run is worth
_RUN = 7  # for each match right after another: common words belong to their line, not to the next best place
_OTHER_WORD = -10  # another word in the place of the written one, in the middle of a run
_NEVER = -(10**6)
_BUCKETS = 256  # for pairs of letters; two that share one are no harm

_SUNG = 0.5  # of a line's weight; singing is misheard twice as often as speech
_FEW = 2  # matches that common words make by chance anywhere; they count when the rest of the song fits
_FITS = 0.5  # certainty from which they do
_STRANGE = 0.25  # certainty below which the words are of another song: shuffled words of this one reach 0.15
_SURELY_SUNG = 0.8  # of a line's weight, to be believed among strange words
_LEAD_IN_S = 2.0  # how long before a line's first match its first words, heard as others, may lie

# Written without spaces between words: kana, ideographs, Thai, Lao, Myanmar, Khmer.
_UNSPACED = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x3005, 0x3007),
    (0x3040, 0x30FF),
    (0x31F0, 0x31FF),
    (0x3400, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
_KATAKANA, _KANA_STEP = range(0x30A1, 0x30F7), 0x60


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it was heard, with its seconds from the start of the audio, 0 or more and finite."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Alignment:
    """What of the written words was heard.

    `first_word_s` is when the first sung word begins (seconds), `sung_share` the share of the lines with words
    that were sung (0…1), `lines` the start of each written line, None for one that was not heard, `certainty`
    (0…1) how much of what could match does: of the heard or of the written words, whichever are fewer.
    """

    first_word_s: float | None
    sung_share: float
    lines: tuple[float | None, ...]
    certainty: float


@dataclass(frozen=True, slots=True)
class _Match:
    """A written unit (by its number in the song) and the heard one, and what their likeness is worth."""

    written: int
    heard: int
    value: int


def align(written: Sequence[str], heard: Sequence[Word]) -> Alignment:
    """Find the written lines among the words that were heard, which come in the order of their times.

    Case, punctuation and diacritics do not count, misheard words count for less, languages without spaces are
    compared by characters. Lines that were left out, words that were never written, and a chorus sung once
    more or less are all expected; what is sung twice is found where it was sung first.
    """
    lines = [_units(line) for line in written]
    words = list(chain.from_iterable(lines))[:_MOST_UNITS]
    sounds = _sounds(heard)
    if not words or not sounds:
        return Alignment(None, 0.0, (None,) * len(lines), 0.0)
    spans = list(_spans(lines))
    found = [
        _densest(matches, 2 * len(span) + 4)  # with as many strange words between, and a breath
        for span, matches in zip(spans, _by_line(_matches(words, sounds), spans), strict=True)
    ]
    full = [_SCALE * sum(map(_weight, line)) for line in lines]
    most = _SCALE * min(sum(map(_weight, words)), sum(_weight(sound.text) for sound in sounds))
    kept = _sung(found, full, most)
    starts = _starts(kept, spans, sounds)
    return Alignment(
        first_word_s=next((start for start in starts if start is not None), None),
        sung_share=sum(start is not None for start in starts) / sum(map(bool, lines)),
        lines=starts,
        certainty=sum(map(_value, kept)) / most,
    )


def _units(text: str) -> list[str]:
    """Split a text into what is compared: bare words, or single characters where words are not spaced."""
    units, word = [], ""
    for letter in _bare(text):
        if letter.isalnum() and not _is_unspaced(letter):
            word += letter
        elif letter not in "'’":  # don't is one word, however it is spelled
            units += [word, letter if letter.isalnum() else ""]
            word = ""
    return [unit[:_LONGEST_UNIT] for unit in [*units, word] if unit]


def _bare(text: str) -> str:
    """Fold case, width, diacritics, and both kinds of kana into one."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(
        chr(ord(letter) - _KANA_STEP) if ord(letter) in _KATAKANA else letter
        for letter in parts
        if not unicodedata.category(letter).startswith("M")
    )


def _is_unspaced(letter: str) -> bool:
    return letter >= "\u0e00" and any(first <= ord(letter) <= last for first, last in _UNSPACED)


def _sounds(heard: Iterable[Word]) -> list[Word]:
    """Split what was heard in the same way; the pieces of a word share its time by their length."""
    sounds: list[Word] = []
    for word in heard:
        units = _units(word.text)
        start, letter_s = word.start_s, (word.end_s - word.start_s) / max(sum(map(len, units)), 1)
        for unit in units:
            sounds.append(Word(unit, start, start + len(unit) * letter_s))
            start += len(unit) * letter_s
        if len(sounds) >= _MOST_UNITS:
            break
    return sounds[:_MOST_UNITS]


def _weight(unit: str) -> int:
    """Say what a unit counts for: a long word says more than a short one."""
    return 2 + min(len(unit), _LONG)


def _spans(lines: Iterable[Sequence[str]]) -> Iterable[range]:
    """Give the numbers of each line's units in the song."""
    before = 0
    for line in lines:
        yield range(before, before + len(line))
        before += len(line)


def _by_line(matches: Iterable[_Match], spans: Sequence[range]) -> list[list[_Match]]:
    line_of = [number for number, span in enumerate(spans) for _ in span]
    groups: list[list[_Match]] = [[] for _ in spans]
    for match in matches:
        groups[line_of[match.written]].append(match)
    return groups


def _densest(matches: Sequence[_Match], width: int) -> list[_Match]:
    """Give the matches that weigh most among those within `width` heard units: a line is sung in one go."""
    best: tuple[int, int, int] = (0, 0, 0)
    first, value = 0, 0
    for last, match in enumerate(matches):
        value += match.value
        while match.heard - matches[first].heard >= width:
            value -= matches[first].value
            first += 1
        if value > best[0]:
            best = value, first, last + 1
    return list(matches[best[1] : best[2]])


def _sung(found: Sequence[list[_Match]], full: Sequence[int], most: int) -> list[list[_Match]]:
    """Keep the matches of the lines that were sung; the less fits in the whole song, the more must in a line."""
    kept = _above(found, full, _SUNG)
    fits = sum(map(_value, kept)) / most
    if fits >= _FITS:
        return kept
    kept = [matches if len(matches) > _FEW else [] for matches in kept]
    return kept if fits >= _STRANGE else _above(kept, full, _SURELY_SUNG)


def _above(found: Iterable[list[_Match]], full: Iterable[int], share: float) -> list[list[_Match]]:
    return [
        matches if _value(matches) >= share * whole else []
        for matches, whole in zip(found, full, strict=True)
    ]


def _value(matches: Iterable[_Match]) -> int:
    return sum(match.value for match in matches)


def _starts(
    kept: Sequence[Sequence[_Match]], spans: Sequence[range], sounds: Sequence[Word]
) -> tuple[float | None, ...]:
    """Give each kept line its start, which may lie before its first match."""
    starts: list[float | None] = []
    free = 0  # the first heard unit that belongs to no line before
    for matches, span in zip(kept, spans, strict=True):
        starts.append(_onset(matches[0], span, sounds, free) if matches else None)
        free = matches[-1].heard + 1 if matches else free
    return tuple(starts)


def _onset(match: _Match, span: range, sounds: Sequence[Word], free: int) -> float:
    """Look back from a line's first match: its first words may have been heard as others."""
    onset = sounds[match.heard].start_s
    back = max(match.heard - (match.written - span.start), free)
    early = (sound.start_s for sound in sounds[back : match.heard])
    return next((start for start in early if onset - start <= _LEAD_IN_S), onset)


def _matches(words: Sequence[str], sounds: Sequence[Word]) -> list[_Match]:
    """Give the pairs of the best alignment that keeps the order of both sides."""
    rows, row_of = _numbered(words)
    columns, column_of = _numbered([sound.text for sound in sounds])
    values = _values(rows, columns)
    steps = _walk(values, row_of, np.array(column_of))
    pairs = _trace(steps)
    worth = ((w, h, int(values[row_of[w], column_of[h]])) for w, h in pairs)
    return [_Match(w, h, value) for w, h, value in worth if value > 0]


def _numbered(items: Sequence[T]) -> tuple[list[T], list[int]]:
    """Give the different items, and for each item its number among them."""
    numbers = {item: number for number, item in enumerate(dict.fromkeys(items))}
    return list(numbers), [numbers[item] for item in items]


def _values(rows: Sequence[str], columns: Sequence[str]) -> NDArray[np.int32]:
    """Value every written unit (rows) against every heard one; what is not alike is worth less than nothing."""
    left, right = _pairs(rows), _pairs(columns)
    sizes = left.sum(axis=1)[:, None] + right.sum(axis=1)[None, :]
    alike = 2 * (left @ right.T) / sizes
    weight = np.minimum.outer([_weight(row) for row in rows], [_weight(column) for column in columns])
    values = np.where(alike >= _ALIKE, np.floor(_SCALE * _MISHEARD * alike * weight), _OTHER_WORD).astype(
        np.int32
    )
    numbers = {column: number for number, column in enumerate(columns)}
    for number, row in enumerate(rows):
        if row in numbers:
            values[number, numbers[row]] = _SCALE * _weight(row)
    return values


def _pairs(units: Sequence[str]) -> NDArray[np.float32]:
    """Mark which pairs of neighbouring letters each unit has, its edges included."""
    marks = np.zeros((len(units), _BUCKETS), dtype=np.float32)
    for number, unit in enumerate(units):
        edged = f"^{unit}$"
        marks[number, [(31 * ord(a) + ord(b)) % _BUCKETS for a, b in pairwise(edged)]] = 1
    return marks


_SKIP_WRITTEN, _SKIP_HEARD, _PAIR, _GOES_ON = 0, 1, 2, 4


def _walk(values: NDArray[np.int32], row_of: Sequence[int], column_of: NDArray[np.int_]) -> NDArray[np.uint8]:
    """Fill the table of best steps: (written + 1, heard + 1), row by row, the heard side at once.

    Two states: `free` is the best up to a place, `paired` the best that ends with its two units side by side,
    from which a run goes on. Skipping costs nothing on either side.
    """
    width = len(column_of) + 1
    steps = np.full((len(row_of) + 1, width), _SKIP_HEARD, dtype=np.uint8)
    free = np.zeros(width, dtype=np.int32)
    paired = np.full(width, _NEVER, dtype=np.int32)
    for number, row in enumerate(row_of, start=1):
        run = paired[:-1] + _RUN
        goes_on = run > free[:-1]
        now = np.full(width, _NEVER, dtype=np.int32)
        now[1:] = np.where(goes_on, run, free[:-1]) + values[row, column_of]
        best = np.maximum.accumulate(np.maximum(free, now))
        step = np.full(width, _PAIR, dtype=np.uint8)
        step[1:][best[1:] == best[:-1]] = _SKIP_HEARD
        step[best == free] = _SKIP_WRITTEN
        step[1:][goes_on] |= _GOES_ON
        steps[number], free, paired = step, best, now
    return steps


def _trace(steps: NDArray[np.uint8]) -> list[tuple[int, int]]:
    """Walk back from the end; of equal ways the one that finds things early."""
    written, heard = steps.shape[0] - 1, steps.shape[1] - 1
    pairs: list[tuple[int, int]] = []
    in_run = False
    while written and heard:
        step = int(steps[written, heard])
        if in_run or step & ~_GOES_ON == _PAIR:
            written, heard = written - 1, heard - 1
            pairs.append((written, heard))
            in_run = bool(step & _GOES_ON)
        elif step & ~_GOES_ON == _SKIP_WRITTEN:
            written -= 1
        else:
            heard -= 1
    return pairs[::-1]
