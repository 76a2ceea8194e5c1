"""The singers: voices that programs speak, voices that people spoke, and vowels that we sing ourselves."""

import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from pipeline.rehearsal import tones
from tests import needs
from tests.voices.sound import RATE, Sound, at_rate, load, trimmed

_LONGEST_S = 16.0

# Lines of our own; each list is read by the voices of its language.
_LINES = {
    "en": (
        "the kettle ticks beside the door",
        "bring me salt and bring me bread",
        "nobody counts the stairs any more",
        "seven wires hum above my head",
        "paint the harbour black and red",
    ),
    "de": ("der regen zählt die fenster ab", "gib mir das licht zurück", "wir tanzen auf dem dach"),
    "fr": ("la lampe danse sur le mur", "donne moi du sel et du pain", "je compte les marches la nuit"),
    "es": ("la puerta canta con el viento", "dame la sal y dame el pan", "nadie cuenta los pasos ya"),
    "it": ("la porta suona piano piano", "dammi il sale e dammi il pane", "nessuno conta più le scale"),
    "pl": ("lampa świeci nad stołem", "daj mi soli, daj mi chleba", "nikt nie liczy schodów"),
    "pt-br": ("a janela bate devagar", "me dá o sal e me dá o pão", "ninguém conta os degraus"),
    "fi": ("lamppu palaa pöydän yllä", "anna suolaa anna leipää", "kukaan ei laske portaita"),
    "sv": ("lampan lyser över bordet", "ge mig salt och ge mig bröd", "ingen räknar trappans steg"),
    "tr": ("lamba yanıyor masada", "bana tuz ver bana ekmek ver", "kimse saymıyor basamakları"),
    "hi": ("darvaaza dheere bolta hai", "mujhe namak do mujhe roti do", "koi seedhiyaan nahin ginta"),
}


@dataclass(frozen=True, slots=True)
class Singer:
    """A voice by name: `sing(dice)` gives a few lines with breaths between them, heard from the first sample."""

    name: str
    perform: Callable[[np.random.Generator], Iterator[Sound]]

    def sing(self, dice: np.random.Generator) -> Sound:
        """Perform until there is enough."""
        parts: list[Sound] = []
        while sum(map(len, parts)) < _LONGEST_S * RATE:
            for line in map(trimmed, self.perform(dice)):
                breath = np.zeros(int(dice.uniform(0.3, 1.6) * RATE), np.float32)
                parts += [line / np.float32(max(np.abs(line).max(initial=0.0), 1e-6)), breath]
        return np.concatenate(parts)[: int(_LONGEST_S * RATE)]


def speaker(voice: str, program: str = "espeak-ng") -> Singer:
    """Somebody who speaks the lines: an espeak-ng voice ("de+f3") or a flite one ("slt")."""

    def perform(dice: np.random.Generator) -> Iterator[Sound]:
        for line in dice.permutation(_lines(voice)):
            if program == "flite":
                yield _said(["flite", "-voice", voice, "-t", line, "-o"])
            else:
                pitch, speed = dice.integers(20, 80), dice.integers(110, 170)
                yield _said(["espeak-ng", "-v", voice, "-p", str(pitch), "-s", str(speed), line, "-w"])

    return Singer(f"{program} {voice}", perform)


def chanter(voice: str) -> Singer:
    """An espeak-ng voice that changes its pitch with every word, and holds it flat within."""

    def perform(dice: np.random.Generator) -> Iterator[Sound]:
        for line in dice.permutation(_lines(voice)):
            yield np.concatenate([_chanted(voice, word, dice) for word in str(line).split()])

    return Singer(f"chanted {voice}", perform)


def _chanted(voice: str, word: str, dice: np.random.Generator) -> Sound:
    pitch, speed = dice.integers(10, 95), dice.integers(80, 120)
    text = f'<speak><prosody range="5%">{word}</prosody></speak>'
    return trimmed(_said(["espeak-ng", "-m", "-v", voice, "-p", str(pitch), "-s", str(speed), text, "-w"]))


def recorded(name: str, files: Sequence[Path]) -> Singer:
    """A person who was recorded, a phrase in each file."""

    def perform(dice: np.random.Generator) -> Iterator[Sound]:
        for index in dice.permutation(len(files))[:6]:
            yield load(files[index], 4.0)

    return Singer(name, perform)


def _lines(voice: str) -> tuple[str, ...]:
    return next((lines for language, lines in _LINES.items() if voice.startswith(language)), _LINES["en"])


def _said(command: list[str]) -> Sound:
    """Have a program say it to a file, whose name is its last argument."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        program = needs.program(command[0], command[0])
        subprocess.run([program, *command[1:], file.name], check=True, capture_output=True, timeout=20)
        sound, rate = soundfile.read(file.name, dtype="float32")
    return at_rate(sound, rate)


def rehearsed(lowest: int) -> Singer:
    """The singer of the rehearsal band, from a MIDI note up."""

    def perform(dice: np.random.Generator) -> Iterator[Sound]:
        breath = tones.breath(dice)
        notes = lowest + np.abs(np.cumsum(dice.choice([-3, -2, -1, 0, 1, 2, 4], 8))) % 15
        lengths = dice.choice([0.15, 0.25, 0.35, 0.5, 0.8], 8)
        vowels = dice.choice(list("aeiou"), 8)
        sung = [
            tones.sing(str(vowels[number]), int(note), int(notes[number - 1]), float(lengths[number]), breath)
            for number, note in enumerate(notes)
        ]
        yield at_rate(np.concatenate(sung), tones.RATE)

    return Singer(f"rehearsal {lowest}", perform)


# Formants in Hz of a male voice (Peterson and Barney, 1952, rounded), and the width of each.
_VOWELS = {
    "a": (730, 1090, 2440, 3400),
    "e": (530, 1840, 2480, 3500),
    "i": (270, 2290, 3010, 3600),
    "o": (570, 840, 2410, 3300),
    "u": (300, 870, 2240, 3300),
}
_WIDTHS = (80, 100, 140, 250)


def vocalist(name: str, lowest_hz: float, size: float, breath: float) -> Singer:
    """Our own singer of vowels: its lowest note, its mouth against a man's, its share of breath.

    A pulse train with glides, vibrato and jitter goes through formants that move from vowel to vowel; bursts of
    noise stand for consonants.
    """

    def perform(dice: np.random.Generator) -> Iterator[Sound]:
        for _ in range(3):
            yield _sung(dice, lowest_hz, size, breath)

    return Singer(name, perform)


def _sung(dice: np.random.Generator, lowest_hz: float, size: float, breath: float) -> Sound:
    lengths = dice.uniform(0.16, 0.6, dice.integers(4, 9))
    ends = np.cumsum(lengths)
    time = np.arange(int(ends[-1] * RATE)) / RATE
    which = np.minimum(np.searchsorted(ends, time, side="right"), len(lengths) - 1)
    steps = np.cumsum(dice.integers(-3, 4, len(lengths))) % 14
    pitch = lowest_hz * 2 ** (_eased(steps[which], 0.05) / 12)
    since = time - np.concatenate([[0.0], ends[:-1]])[which]
    vibrato = 0.35 * np.sin(2 * np.pi * dice.uniform(4.8, 6.2) * time) * np.clip(since / 0.3, 0, 1)
    jitter = _eased(dice.normal(0, 1.5, len(time)), 0.01)
    hertz = pitch * 2 ** ((vibrato + jitter) / 12)
    targets = np.array([_VOWELS[vowel] for vowel in dice.choice(list(_VOWELS), len(lengths))]) * size
    formants = np.stack([_eased(targets[which, index], 0.04) for index in range(4)])
    shape = np.clip(since / 0.03, 0.15, 1) * np.clip((ends[which] - time) / 0.05, 0.1, 1)
    voice = _harmonics(hertz, formants) + breath * _eased(dice.normal(0, 1, len(time)), 0.0002)
    return (voice * shape + _consonants(dice, since)).astype(np.float32)


def _eased(curve: np.ndarray, seconds: float) -> np.ndarray:
    width = max(1, int(seconds * RATE))
    padded = np.pad(curve.astype(np.float64), (width, width), "edge")
    return np.convolve(padded, np.hanning(width + 2)[1:-1] / np.hanning(width + 2).sum(), "same")[
        width:-width
    ]


def _harmonics(hertz: np.ndarray, formants: np.ndarray) -> np.ndarray:
    phase = 2 * np.pi * np.cumsum(hertz) / RATE
    sound = np.zeros(len(hertz))
    for number in range(1, int(7000 / hertz.min()) + 1):
        partial = number * hertz
        gain = sum(
            0.5**index / (1 + ((partial - formants[index]) / _WIDTHS[index]) ** 2) for index in range(4)
        )
        sound += np.where(partial < 7500, (gain + 0.004) / number**0.5, 0) * np.sin(number * phase)
    return sound / max(np.abs(sound).max(), 1e-9)


def _consonants(dice: np.random.Generator, since: np.ndarray) -> np.ndarray:
    noise = np.diff(dice.normal(0, 0.12, len(since) + 1))
    length = _eased(dice.choice([0.0, 0.03, 0.07], len(since)), 0.05)
    return noise * (since < length) * dice.choice([0.0, 1.0, 1.5])
