"""The offline songwriter: a brief becomes TITLE, BPM, KEY, PROMPT and LYRICS. Pure: one order, one song.

It knows English only; what it is asked for in another language is for its server to refuse.
"""

import hashlib
import random
import re
from collections import Counter
from collections.abc import Sequence

from pipeline.rehearsal import forms, syllables
from pipeline.rehearsal.order import Order
from pipeline.rehearsal.styles import DYNAMICS, PLAYED_DYNAMICS, STYLES, Style
from pipeline.rehearsal.verses import Pen
from pipeline.rehearsal.vocabulary import Scene, packaged

SINGS = frozenset({"en", ""})  # codes of languages; "" leaves the choice to the writer
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_LATIN = re.compile(r"[a-zß-öø-ÿœ']{3,13}")
_WORDS_PER_S = 0.85  # sung words a second; the music server's own English examples have 0.36 to 2.2
_USUAL_S = 120.0  # when nobody says how long
_RHYTHM = re.compile("drum|bass|percussion|clap|snap|hi-hat|shaker|tambourine|timpani|feedback")
_TONICS = ("C", "D", "E", "F", "G", "A", "Bb", "Eb")


def compose(order: Order, seed: int) -> str:
    """Write the song of an order, whole. The same order and seed give the same text, to the letter."""
    dice = _dice(order, seed)
    words = tuple(dict.fromkeys(_WORD.findall(order.brief.lower().replace("’", "'"))))
    style = _style(words, order.palette, dice)
    pen = Pen(packaged(), _scenes(words, dice), _subjects(words, style, dice), dice)
    form = _form(order, dice)
    written = ["\n".join([f"[{part.tag}]", *pen.write(part)]) for part in form]
    head = {
        "TITLE": order.title or pen.title,
        "BPM": order.bpm or dice.randint(*style.bpm),
        "KEY": order.key or f"{dice.choice(_TONICS)} {'minor' if style.minor else 'major'}",
        "PROMPT": _prompt(style, words, form, order.instrumental, dice),
    }
    labels = [f"{label}: {value}" for label, value in head.items()]
    return "\n".join([*labels, "LYRICS:", "\n\n".join(written)])


def _dice(order: Order, seed: int) -> random.Random:
    stable = repr((seed, order.brief, order.duration_s, order.instrumental, order.palette, order.attempt))
    return random.Random(hashlib.sha256(stable.encode()).digest())  # noqa: S311 -- a song is no secret


def _form(order: Order, dice: random.Random) -> tuple[forms.Part, ...]:
    duration_s = order.duration_s or _USUAL_S
    if order.instrumental:
        return forms.played(duration_s, dice)
    if order.words is None:
        return forms.sung(duration_s * _WORDS_PER_S, dice)
    fewest, most = order.words
    return forms.sung(fewest + 0.6 * (most - fewest), dice)


def _style(words: Sequence[str], palette: str, dice: random.Random) -> Style:
    """Take the style that most words of the brief call for, then most words of the palette, then any."""
    painted = set(_WORD.findall(palette.lower()))
    called = [3 * len(style.calls & set(words)) + len(style.calls & painted) for style in STYLES]
    return dice.choice([style for style, calls in zip(STYLES, called, strict=True) if calls == max(called)])


def _scenes(words: Sequence[str], dice: random.Random) -> tuple[Scene, ...]:
    """Put the scenes in order: those that the brief calls come first."""
    scenes = list(packaged().scenes)
    dice.shuffle(scenes)
    return tuple(sorted(scenes, key=lambda scene: -len(scene.calls & set(words))))


def _subjects(words: Sequence[str], style: Style, dice: random.Random) -> tuple[str, ...]:
    """Pick the words that the song turns on: from the brief, names of its sound only for want of others."""
    vocabulary = packaged()
    usable = [word for word in words if _LATIN.fullmatch(word) and word not in vocabulary.small]
    usable = [word for word in usable if len(syllables.of(word)) <= 4]
    sound = vocabulary.moods | frozenset(_WORD.findall(style.genre.lower()))
    found = [word for word in usable if word not in sound] or usable
    return tuple(found[:6]) or tuple(dice.sample(vocabulary.spare, 2))


def _prompt(
    style: Style, words: Sequence[str], form: Sequence[forms.Part], instrumental: bool, dice: random.Random
) -> str:
    """Describe the sound: the opening first, the hook sentence, then genre, mood, instruments, voice, mix."""
    moods = [word for word in words if word in packaged().moods][:2] + dice.sample(style.moods, 2)
    first, second, third = dice.sample(style.instruments, 3)
    lead = next(played for played in style.instruments if not _RHYTHM.search(played))
    voice = f"instrumental with {lead} in the lead" if instrumental else dice.choice(style.voices)
    return (
        f"Opens with {dice.choice(style.openings)}; the song must hook the listener in the first 10 seconds. "
        f"{style.genre[0].upper()}{style.genre[1:]}, {', '.join(dict.fromkeys(moods))}. "
        f"{first.capitalize()}, {second} and {third}; {voice}. {dice.choice(style.production).capitalize()}; "
        f"{_dynamics(form, PLAYED_DYNAMICS if instrumental else DYNAMICS, dice)}."
    )


def _dynamics(form: Sequence[forms.Part], known: Sequence[tuple[str, str]], dice: random.Random) -> str:
    """Say how the song moves, with nothing in it that the form does not have."""
    parts = Counter(part.kind for part in form)
    return dice.choice([sentence for needed, sentence in known if Counter(needed) <= parts])
