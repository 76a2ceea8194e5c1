"""The players of the numpy band: each turns one bar of the score into sounds at their places."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.rehearsal import tones
from pipeline.rehearsal.melody import Note, chord, pitch
from pipeline.rehearsal.score import Passage, Score
from pipeline.rehearsal.tones import RATE, Sound

Stereo = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Texture:
    """How a kind of section sounds: `drums` from 0, none, to 3, full; `pulse` is a running bass."""

    drums: int
    bass: float
    pulse: bool
    pad: float
    stabs: float
    arpeggio: float
    harmony: bool = False


TEXTURES = {
    "intro": Texture(1, 0.0, False, 0.55, 0.0, 0.5),
    "verse": Texture(2, 0.8, False, 0.3, 0.0, 0.0),
    "pre-chorus": Texture(1, 0.8, True, 0.6, 0.0, 0.4),
    "chorus": Texture(3, 1.0, True, 0.7, 0.8, 0.5, harmony=True),
    "bridge": Texture(0, 0.5, False, 0.9, 0.0, 0.3),
    "break": Texture(3, 1.0, True, 0.4, 0.6, 0.6),
    "outro": Texture(1, 0.6, False, 0.8, 0.0, 0.4),
}

# Sixteenths of a bar; a bar of three beats takes the first twelve and its own snare.
_KICKS = {
    "driving": ("x.......x.......", "x.....x.x.x....."),
    "floor": ("x...x...x...x...", "x...x...x...x..x"),
    "broken": ("x.........x.....", "x..x......x....."),
    "soft": ("x...............", "x.......x......."),
}
_SNARES = {
    "driving": "....x.......x...",
    "floor": "....x.......x...",
    "broken": "....x.......x..x",
    "soft": "........x.......",
}
_HATS = {
    "driving": "x.x.x.x.x.x.x.x.",
    "floor": "..x...x...x...x.",
    "broken": "x.xxx.x.x.xxx.x.",
    "soft": "x...x...x...x...",
}
_SWING = {"broken": 0.14, "soft": 0.06}  # of a sixteenth, by which every second one comes late


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar to be played: its passage, its place in it, its degree, the notes that start in it."""

    passage: Passage
    index: int
    degree: int
    tune: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A sound at a place: samples from the start of the bar, stereo from −1 (left) to 1 (right)."""

    at: int
    sound: Sound
    pan: float = 0.0
    level: float = 1.0


class Band:
    """Plays one score. Sounds that return are made once; the dice are the seed's alone."""

    def __init__(self, score: Score) -> None:
        dice = np.random.default_rng([score.seed, 3])
        self._score = score
        self._beat = 60 / score.bpm * RATE
        self._dice = dice
        self._kick, self._snare, self._clap = tones.kick(), tones.snare(dice), tones.clap(dice)
        self._hat, self._open = tones.hat(dice, 0.02), tones.hat(dice, 0.09)
        self._crash, self._breath = tones.hat(dice, 0.5), tones.breath(dice)
        self._figure = tuple(dice.permutation([0, 1, 2, 1, 0, 2, 1, 2]).tolist())
        self._dull = float(dice.uniform(1.5, 1.9))
        self._pads: dict[int, tuple[Sound, Sound]] = {}
        self._sung = 0

    def play(self, bar: Bar) -> Iterator[Hit]:
        """Give every sound that starts in a bar."""
        texture = TEXTURES[bar.passage.kind]
        yield from self._drums(bar, texture)
        yield from self._bass(bar, texture)
        yield from self._chords(bar, texture)
        yield from self._lead(bar, texture)

    def _drums(self, bar: Bar, texture: Texture) -> Iterator[Hit]:
        if texture.drums >= 2:
            yield from self._beaten(texture.drums == 3)
        if texture.drums:
            yield from self._cymbals(bar, full=texture.drums == 3)
            yield from self._fill(bar)

    def _beaten(self, full: bool) -> Iterator[Hit]:
        feel = self._score.feel
        for step in self._struck(_KICKS[feel][full]):
            yield Hit(step, self._kick, 0.0, 0.95)
        for step in self._struck("....x...x..." if self._score.beats == 3 else _SNARES[feel]):
            yield Hit(step, self._snare, 0.08, 0.6 if full else 0.4)
            if full and feel != "soft":
                yield Hit(step, self._clap, -0.25, 0.4)

    def _cymbals(self, bar: Bar, full: bool) -> Iterator[Hit]:
        if full and bar.index % 8 == 0:
            yield Hit(0, self._crash, -0.4, 0.5)
        for number, step in enumerate(self._struck(_HATS[self._score.feel])):
            ringing = full and number % 4 == 3
            level = 0.16 + 0.1 * float(self._dice.random())
            yield Hit(step, self._open if ringing else self._hat, 0.45, level)

    def _fill(self, bar: Bar) -> Iterator[Hit]:
        """Roll down the toms, tuned to the key, at the end of a passage, but not at the end of the song."""
        if bar.index == bar.passage.bars - 1 > 0 and bar.passage.kind != "outro":
            for number in range(4):
                at = int((self._score.beats - 1 + number / 4) * self._beat)
                yield Hit(at, tones.tom(pitch(self._score, 4 - 2 * number, 40)), 0.5 - 0.3 * number, 0.5)

    def _struck(self, pattern: str) -> Iterator[int]:
        late = _SWING.get(self._score.feel, 0.0)
        for step, mark in enumerate(pattern[: self._score.beats * 4]):
            if mark == "x":
                yield int((step + late * (step % 2)) * self._beat / 4)

    def _bass(self, bar: Bar, texture: Texture) -> Iterator[Hit]:
        if not texture.bass:
            return
        midi = pitch(self._score, bar.degree, 33)
        length = 0.5 if texture.pulse else float(self._score.beats)
        samples = int(length * self._beat * 0.96)
        table = tones.saw(10, 1.2 if texture.pulse else 1.7)
        note = tones.play(table, tones.frequency(midi), samples) * tones.envelope(samples, 0.006, 0.04)
        for number in range(int(self._score.beats / length)):
            yield Hit(int(number * length * self._beat), note, 0.0, 0.42 * texture.bass)

    def _chords(self, bar: Bar, texture: Texture) -> Iterator[Hit]:
        left, right = self._pad(bar.degree)
        yield Hit(0, left, -1.0, 0.22 * texture.pad)
        yield Hit(0, right, 1.0, 0.22 * texture.pad)
        if texture.stabs:
            for number in range(self._score.beats):
                at = int((number + 0.5) * self._beat)
                samples = int(0.3 * self._beat)
                shape = tones.decay(samples, 0.12) * np.float32(0.5 * texture.stabs)
                yield Hit(at, left[:samples] * shape, -0.7, 0.8)
                yield Hit(at, right[:samples] * shape, 0.7, 0.8)
        if texture.arpeggio:
            for number in range(self._score.beats * 2):
                degree = chord(bar.degree)[self._figure[number % 8]]
                sound = tones.pluck(pitch(self._score, degree, 69), 0.5)
                yield Hit(
                    int(number * self._beat / 2), sound, 0.6 if number % 2 else -0.6, 0.26 * texture.arpeggio
                )

    def _pad(self, degree: int) -> tuple[Sound, Sound]:
        """Give a bar of a chord for the left and the right ear, a hair out of tune with each other."""
        if degree not in self._pads:
            samples = int(self._score.beats * self._beat)
            shape = tones.envelope(samples, 0.03, 0.08)
            notes = [pitch(self._score, member, 52) for member in chord(degree)]
            table = tones.saw(8, self._dull)
            sides = [
                sum(
                    (tones.play(table, tones.frequency(midi + off), samples, 0.13 * midi) for midi in notes),
                    start=np.zeros(samples, np.float32),
                )
                * shape
                for off in (-0.06, 0.06)
            ]
            self._pads[degree] = (sides[0], sides[1])
        return self._pads[degree]

    def _lead(self, bar: Bar, texture: Texture) -> Iterator[Hit]:
        """Sing what has words; pluck the tune where nobody sings."""
        for note in bar.tune:
            at = int((note.beat - bar.index * self._score.beats) * self._beat)
            seconds = note.beats * self._beat / RATE
            if not bar.passage.lines:
                yield from self._echoing(Hit(at, tones.pluck(note.midi + 12, max(seconds, 0.3)), 0.15, 0.5))
                continue
            before = self._sung or note.midi
            self._sung = note.midi
            voice = tones.sing(note.vowel, note.midi, before, seconds, self._breath)
            yield from self._echoing(Hit(at, voice, 0.0, 0.5))
            if texture.harmony:
                third = tones.sing(note.vowel, note.midi - 12, before - 12, seconds, self._breath)
                yield Hit(at, third, -0.5, 0.2)
                yield Hit(at + 600, voice, 0.5, 0.2)

    def _echoing(self, hit: Hit) -> Iterator[Hit]:
        """Repeat a sound once on either side, as a room would."""
        yield hit
        yield Hit(hit.at + int(0.75 * self._beat), hit.sound, 0.8, hit.level * 0.16)
        yield Hit(hit.at + int(1.5 * self._beat), hit.sound, -0.8, hit.level * 0.1)
