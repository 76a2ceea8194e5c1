"""The chart: where everything stands on a plot, and what its labels say."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import numpy as np

from pipeline.pictures.colour import Colour, parsed
from pipeline.pictures.fonts import drawn_by, find, loaded, own
from pipeline.pictures.panels import envelope, level, spectrum
from pipeline.pictures.plotdata import Floats, PlotData, Remark
from pipeline.pictures.scene import Mark, Picture, Rect, Scene, Shape, Text
from pipeline.song import clean_line

_GROUND, _INK, _FAINT, _GRID = (parsed(code) for code in ("#fbfaf7", "#1d2330", "#667085", "#d9d6cd"))
_PEAK, _RMS, _HOOK, _VOICE, _FINDING = (
    parsed(code) for code in ("#9db4d6", "#2f5597", "#e9a23b", "#12805c", "#c22f2f")
)
_SECTION = (parsed("#eceae2"), parsed("#dfdcd0"))
_LEFT, _RIGHT = 64, 24  # pixels beside the panels
_TEXT, _LINE = 15, 23  # the size of the labels and the height of a line, in pixels
_SMALL, _LEAST_LETTERS = 13, 3  # the size of what has less room; of a name that is cut, with its dots
_MOST_LISTED, _BADGE = 8, 20  # findings in words; pixels that the number of one takes
_MOST_READ = 400  # characters of one text, sections, findings: what comes from outside may be longer
_STEPS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)


@dataclass(frozen=True, slots=True)
class Frame:
    """The rooms of a chart in pixels: two panels over the same stretch of time."""

    data: PlotData
    width: int
    wave: tuple[float, float]
    mel: tuple[float, float]

    @property
    def span(self) -> int:
        """The width of the panels."""
        return self.width - _LEFT - _RIGHT

    @property
    def duration_s(self) -> float:
        """The length of the time axis, never nothing."""
        return self.data.duration_s if isfinite(self.data.duration_s) and self.data.duration_s > 0.1 else 0.1

    def x(self, seconds: float) -> float:
        """Give where a moment stands; moments outside the take stand at its ends."""
        return _LEFT + self.span * min(1.0, max(0.0, seconds / self.duration_s))


def scene(data: PlotData, size: tuple[int, int], folders: Sequence[Path]) -> Scene:
    """Set out a plot: title, sections, wave, time, spectrum, and the findings in words."""
    width, height = size
    findings = data.findings[:_MOST_READ]
    listed = min(len(findings), _MOST_LISTED) + (len(findings) > _MOST_LISTED)
    top, foot = 116, height - 20 - _LINE * listed
    middle = top + (foot - top) * 0.5
    frame = Frame(data, width, (top, middle - 14), (middle + 24, foot - 12))
    title, font = _drawable(data.title or "Untitled", folders)
    return Scene(
        width,
        height,
        _GROUND,
        f"Waveform and spectrum of {title}, {_clock(frame.duration_s)}",
        (
            Text(_LEFT, 42, _cut(title, font, 24, frame.span - 420), 24, _INK, font),
            *_legend(frame),
            *_sections(frame, folders),
            *_panels(frame),
            *_ticks(frame),
            *_hook(frame),
            *_voice(frame, folders),
            *_numbers(frame, findings),
            *_listed(frame, findings, foot, folders),
        ),
    )


def _legend(frame: Frame) -> Iterator[Mark]:
    x = float(frame.width - _RIGHT)
    said = _voiced(frame, "first voice") or "no voice found"
    for word, colour in ((said, _VOICE), ("hook window", _HOOK), ("level", _RMS), ("peaks", _PEAK)):
        yield Text(x, 40, word, _TEXT, _INK, own("text"), "end")
        x -= loaded(own("text"), _TEXT).getlength(word) + 18
        yield Rect(x, 28, 12, 12, colour)
        x -= 16


def _sections(frame: Frame, folders: Sequence[Path]) -> Iterator[Mark]:
    """Draw the strip of sections; a name that its stretch has no room for is made smaller, then shorter."""
    for index, (start, end, given) in enumerate(_in_turn(frame)):
        left, right = frame.x(start), frame.x(end)
        yield Rect(left, 58, right - left, 24, _SECTION[index % 2])
        name, font = _drawable(given or _letter(index), folders)
        name, size = _fitting(name, font, right - left - 10)
        if name:
            yield Text(left + 6, 75, name, size, _INK, font)
        for top, bottom in (frame.wave, frame.mel) if start > 0 else ():
            yield Rect(left, top, 1, bottom - top, _GRID)
    text = _source(frame, folders)
    yield Text(frame.width - _RIGHT, 106, text[0], _SMALL, _FAINT, text[1], "end")


def _in_turn(frame: Frame) -> Iterator[tuple[float, float, str]]:
    """Give the sections that have a place in the take, none upon another; without any, the whole is one."""
    known = [
        each for each in frame.data.sections[:_MOST_READ] if isfinite(each.start_s) and isfinite(each.end_s)
    ]
    reached, given = 0.0, False
    for each in sorted(known, key=lambda each: (each.start_s, each.end_s)):
        start, end = max(reached, each.start_s), min(each.end_s, frame.duration_s)
        if end > start:
            yield start, end, each.name
            reached, given = end, True
    if not given:
        yield 0.0, frame.duration_s, ""


def _source(frame: Frame, folders: Sequence[Path]) -> tuple[str, Path]:
    text, font = _drawable(frame.data.sections_from, folders)
    return _cut(text, font, _SMALL, frame.span / 2), font


def _fitting(name: str, font: Path, room: float) -> tuple[str, float]:
    """Give a name and its size in pixels so that both fit; "" where not even the beginning of it would be read."""
    size = next((size for size in (_TEXT, _SMALL) if loaded(font, size).getlength(name) <= room), None)
    if size is not None:
        return name, size
    cut = _cut(name, font, _SMALL, room)
    return (cut if len(cut) > _LEAST_LETTERS else ""), _SMALL


def _panels(frame: Frame) -> Iterator[Mark]:
    top, bottom = frame.wave
    middle, reach = (top + bottom) / 2, (bottom - top) / 2
    yield Rect(_LEFT, middle, frame.span, 1, _GRID)
    edges = envelope(frame.data.peaks, frame.span)
    loud = level(frame.data.rms, frame.span)
    yield _band(frame, middle - reach * edges[:, 1], middle - reach * edges[:, 0], _PEAK)
    yield _band(frame, middle - reach * loud, middle + reach * loud, _RMS)
    for y, label in ((top + 5, "+1"), (middle + 5, "0"), (bottom + 5, "−1")):
        yield Text(_LEFT - 10, y, label, _TEXT, _FAINT, own("text"), "end")
    above, below = frame.mel
    pixels = spectrum(frame.data.mel, frame.span)
    heard = frame.data.hop_s * len(frame.data.mel) if frame.data.hop_s > 0 else frame.duration_s
    yield Rect(_LEFT, above, frame.span, below - above, parsed("#0b1020"))
    yield Picture(_LEFT, above, max(1.0, frame.x(heard) - _LEFT), below - above, pixels)
    for y, label in ((above + 12, "high"), (below, "low")):
        yield Text(_LEFT - 10, y, label, _TEXT, _FAINT, own("text"), "end")


def _band(frame: Frame, upper: Floats, lower: Floats, colour: Colour) -> Shape:
    across = np.linspace(_LEFT, _LEFT + frame.span, len(upper)).tolist()
    there = zip(across, (upper - 0.5).tolist(), strict=True)
    back = zip(reversed(across), (lower[::-1] + 0.5).tolist(), strict=True)
    return Shape((*there, *back) if len(across) > 1 else ((_LEFT, 0), (_LEFT, 0)), colour)


def _ticks(frame: Frame) -> Iterator[Mark]:
    most = frame.span // 70
    step = next((step for step in _STEPS_S if frame.duration_s / step <= most), frame.duration_s / most)
    for index in range(int(frame.duration_s / step) + 1):
        x = frame.x(index * step)
        yield Rect(x, frame.wave[1], 1, 6, _FAINT)
        yield Text(x, frame.wave[1] + 25, _clock(index * step, step), _TEXT, _FAINT, own("text"), "middle")


def _hook(frame: Frame) -> Iterator[Mark]:
    right = frame.x(frame.data.hook_s)
    for top, bottom in (frame.wave, frame.mel):
        yield Rect(_LEFT, top, right - _LEFT, bottom - top, _HOOK, 0.22)
        yield Rect(right - 2, top, 2, bottom - top, _HOOK)
    yield Text(_LEFT, 106, _hooked(frame), _TEXT, _darker(_HOOK), own("text"))


def _voice(frame: Frame, folders: Sequence[Path]) -> Iterator[Mark]:
    said = _voiced(frame, "voice")
    if not said or frame.data.voice_s is None:
        return
    x = frame.x(frame.data.voice_s)
    for top, bottom in (frame.wave, frame.mel):
        yield Rect(x - 1, top, 3, bottom - top, _VOICE)
    face = loaded(own("text"), _TEXT)
    text, font = _source(frame, folders)
    free = frame.width - _RIGHT - loaded(font, _SMALL).getlength(text) - 16 - face.getlength(said)
    hook = _LEFT + face.getlength(_hooked(frame)) + 12
    yield Text(max(min(x, free), hook), 106, said, _TEXT, _VOICE, own("text"))


def _voiced(frame: Frame, word: str) -> str:
    """Say when the first voice is heard, with a question mark when the ear is not sure; "" when there is none."""
    voice = frame.data.voice_s
    if voice is None or not isfinite(voice):
        return ""
    return f"{word} {voice:.1f} s{'' if frame.data.voice_sure else '?'}"


def _hooked(frame: Frame) -> str:
    return f"hook {frame.data.hook_s:g} s"


def _numbers(frame: Frame, findings: Sequence[Remark]) -> Iterator[Mark]:
    """Shade where the listed findings lie and mark each with its number, none upon another."""
    spans = sorted(_spans(frame, findings))
    for left, right, _ in spans:
        for (top, bottom), shade in ((frame.wave, 0.16), (frame.mel, 0.3)):
            yield Rect(left, top, right - left, bottom - top, _FINDING, shade)
            yield Rect(left, top, 2, bottom - top, _FINDING)
            yield Rect(right - 2, top, 2, bottom - top, _FINDING)
    middles = sorted(((left + right) / 2 - 9, number) for left, right, number in spans)
    places = _apart([middle for middle, _ in middles], _LEFT, frame.width - _RIGHT - 18)
    for (_, number), left in zip(middles, places, strict=True):
        yield from _badge(left, frame.wave[0], number)


def _spans(frame: Frame, findings: Sequence[Remark]) -> Iterator[tuple[float, float, int]]:
    """Give the edges in pixels, two apart at least, and the number of each listed finding that has a time."""
    for number, each in enumerate(findings[:_MOST_LISTED], 1):
        if each.start_s is not None and isfinite(each.start_s):
            left = min(frame.x(each.start_s), frame.width - _RIGHT - 2.0)
            yield left, max(left + 2, frame.x(_end(each))), number


def _end(finding: Remark) -> float:
    start, end = finding.start_s or 0.0, finding.end_s
    return end if end is not None and isfinite(end) and end > start else start


def _badge(left: float, top: float, number: int) -> Iterator[Mark]:
    yield Rect(left, top, 18, 18, _FINDING)
    yield Text(left + 9, top + 14, str(number), 13, (255, 255, 255), own("text"), "middle")


def _apart(places: Sequence[float], low: float, high: float) -> list[float]:
    """Move sorted places, none below `low` or above `high`, until they are a badge's width apart."""
    moved: list[float] = []
    for place in places:
        moved.append(max(place, low, *(each + _BADGE for each in moved[-1:])))
    for index in reversed(range(len(moved))):
        moved[index] = min(moved[index], high)
        high = moved[index] - _BADGE
    return moved


def _listed(frame: Frame, findings: Sequence[Remark], foot: float, folders: Sequence[Path]) -> Iterator[Mark]:
    shown = findings[:_MOST_LISTED]
    times = [_when(each) for each in shown]
    said = _LEFT + 30 + 16 + max((loaded(own("text"), _TEXT).getlength(time) for time in times), default=0)
    for number, (each, time) in enumerate(zip(shown, times, strict=True), 1):
        y = foot + 16 + _LINE * (number - 1)
        text, font = _drawable(each.said, folders)
        yield from _badge(_LEFT, y - 14, number)
        yield Text(_LEFT + 30, y, time, _TEXT, _FAINT, own("text"))
        yield Text(said, y, _cut(text, font, _TEXT, frame.width - _RIGHT - said), _TEXT, _INK, font)
    if len(findings) > _MOST_LISTED:
        more = f"and {len(findings) - _MOST_LISTED} more"
        yield Text(said, foot + 16 + _LINE * _MOST_LISTED, more, _TEXT, _FAINT, own("text"))


def _when(finding: Remark) -> str:
    if finding.start_s is None or not isfinite(finding.start_s):
        return "whole"
    start, end = _clock(finding.start_s, 0.1), _clock(_end(finding), 0.1)
    return start if start == end else f"{start}–{end}"


def _drawable(text: str, folders: Sequence[Path]) -> tuple[str, Path]:
    """Give a text and the font that draws all of it; a dot stands for letters that ours lacks where none has all."""
    clean = clean_line(text[:_MOST_READ])
    if font := find(clean, "text", folders):
        return clean, font
    known = drawn_by(own("text"))
    return "".join(letter if ord(letter) in known else "·" for letter in clean), own("text")


def _cut(text: str, font: Path, size: float, room: float) -> str:
    """Shorten a text to a width in pixels."""
    face = loaded(font, size)
    if face.getlength(text) <= room:
        return text
    fits = next((end for end in range(len(text), 0, -1) if face.getlength(text[:end] + "…") <= room), 0)
    return text[:fits].rstrip() + "…"


def _letter(index: int) -> str:
    return chr(ord("A") + index) if index < 26 else str(index + 1)


def _clock(seconds: float, step: float = 1) -> str:
    if step < 1:
        return f"{int(seconds // 60)}:{seconds % 60:04.1f}"
    return f"{int(seconds // 60)}:{int(seconds % 60):02d}"


def _darker(colour: Colour) -> Colour:
    red, green, blue = (channel * 5 // 9 for channel in colour)
    return red, green, blue
