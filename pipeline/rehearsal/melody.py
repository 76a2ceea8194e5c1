"""The tune: which note and vowel every syllable gets, and what a lead plays where nobody sings. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.rehearsal import syllables
from pipeline.rehearsal.score import Passage, Score

_STEPS = (-2, -1, -1, 0, 1, 1, 2, 3)
_LOWEST, _HIGHEST = -2, 9  # degrees around the tonic that a melody stays within
_LIFT = {"chorus": 4, "pre-chorus": 2, "break": 4}  # degrees by which a section is sung higher
_LONGEST_SYLLABLE_S = 0.7  # but for the last one of a line
_SUNG_SHARE = 0.82  # of a line's room; the rest is for breathing
_PLAYED_NOTES = 7  # in a phrase of the lead
_ROUND = {"y": "i", "w": "u"}


@dataclass(frozen=True, slots=True)
class Note:
    """A note of the tune: beats from the start of its passage, beats long, MIDI pitch, the vowel sung."""

    beat: float
    beats: float
    midi: int
    vowel: str


@dataclass(frozen=True, slots=True)
class SungLine:
    """A line of the lyrics as it is sung: seconds from the start of the song to its first and last sound."""

    text: str
    at_s: float
    until_s: float


def tune(score: Score, passage: Passage) -> tuple[Note, ...]:
    """Set a passage to music. The same kind of section has the same tune wherever it returns."""
    return tuple(note for phrase in _phrases(score, passage) for note in phrase)


def sung_lines(score: Score) -> Iterator[SungLine]:
    """Say when each line is sung, in order; none where the lead is played, none after the song's end."""
    begins = 0.0
    beat_s = 60 / score.bpm
    for passage in score.passages:
        for line, notes in zip(passage.lines, _phrases(score, passage), strict=False):
            at, until = notes[0].beat * beat_s, (notes[-1].beat + notes[-1].beats) * beat_s
            if begins + at < score.duration_s:
                yield SungLine(line, begins + at, min(begins + until, score.duration_s))
        begins += passage.bars * score.bar_s


def _phrases(score: Score, passage: Passage) -> list[tuple[Note, ...]]:
    """Give the notes of every line, or of every two bars where nobody sings."""
    room = passage.bars * score.beats
    if passage.lines:
        phrases = [syllables.sung(line) or ("a",) for line in passage.lines]
    else:
        phrases = [("a",) * _PLAYED_NOTES] * max(1, passage.bars // 2)
    starts = np.round(np.linspace(0, room, len(phrases) + 1))
    return [
        tuple(_phrase(score, passage, index, vowels, float(starts[index]), float(starts[index + 1])))
        for index, vowels in enumerate(phrases)
    ]


def _phrase(
    score: Score, passage: Passage, index: int, vowels: Sequence[str], start: float, end: float
) -> Iterator[Note]:
    contour = np.random.default_rng([score.seed, 2, sum(passage.kind.encode()), index % 2])
    step = (end - start) * _SUNG_SHARE / len(vowels)
    longest = max(1.0, score.bpm * _LONGEST_SYLLABLE_S // 30 / 2)
    step = min(longest, step if step < 0.25 else step // 0.25 * 0.25)
    degree = int(contour.integers(0, 4)) + _LIFT.get(passage.kind, 0)
    for number, vowel in enumerate(vowels):
        beat = start + number * step
        last = number == len(vowels) - 1
        degree = int(np.clip(degree + contour.choice(_STEPS), _LOWEST, _HIGHEST))
        if last or beat % score.beats < step:
            degree = _in_chord(degree, passage.degrees[min(int(beat / score.beats), passage.bars - 1)])
        held = min(2.0, (end - beat) * 0.7) if last else step * 0.94
        yield Note(beat, held, pitch(score, degree, 57), vowel_letter(vowel))


def pitch(score: Score, degree: int, lowest: int) -> int:
    """Give the MIDI note of a degree of the scale, its tonic being the first one from `lowest` up."""
    octave, step = divmod(degree, len(score.scale))
    return lowest + (score.tonic - lowest) % 12 + 12 * octave + score.scale[step]


def chord(root: int) -> tuple[int, int, int]:
    """Give the degrees of the triad on a degree."""
    return root, root + 2, root + 4


def vowel_letter(vowels: str) -> str:
    """Give the vowel that is sung for a group of letters."""
    letter = _ROUND.get(vowels[0], vowels[0])
    return letter if letter in "aeiou" else "a"


def _in_chord(degree: int, root: int) -> int:
    members = {member % 7 for member in chord(root)}
    return next(near for off in (0, -1, 1) if (near := degree + off) % 7 in members)
