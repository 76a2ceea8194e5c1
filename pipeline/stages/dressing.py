"""The dressing: what travels with the song beside its sound: labels, cover, the times of its words, its loudness."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import labels
from pipeline.errors import SongpipeError
from pipeline.labels import Extras
from pipeline.listening.hook import SURE
from pipeline.studio import House, Leveller, Painter, Session, Studio, Tagger
from pipeline.take import Measures, Sung, Take
from pipeline.track import COVER, LYRICS, Track
from pipeline.writing import render, syllables

if TYPE_CHECKING:
    from pipeline.listening.timing import Timed


def heard(track: Track, studio: Studio, session: Session) -> Track:
    """Have the words of the chosen take heard, when there is a model for that; it is asked once in a song's life.

    A model that cannot be reached is a word to the watch and no fault of the song.
    """
    scribe, take, lines = studio.scribe, _chosen(track), track.words.song.lines
    if scribe is None or not lines or track.rehearsal:
        return track
    try:
        sung = session.once(f"heard-{take.recording.number}", Sung, _sung, take, track, studio)
    except SongpipeError as fault:
        studio.watch.note(f"the words were not heard: {fault.message}")
        return track
    takes = (replace(one, sung=sung) if one is take else one for one in track.takes)
    return replace(track, takes=tuple(takes))


def _sung(take: Take, track: Track, studio: Studio) -> Sung:
    from pipeline.listening.alignment import align  # noqa: PLC0415 -- numpy, which only this needs

    assert studio.scribe is not None  # noqa: S101 -- whoever calls has looked
    words = studio.scribe.words(Path(take.recording.file), track.language)
    found = align(track.words.song.lines, words)
    return Sung(found.first_word_s, found.sung_share, found.lines, found.certainty)


@dataclass(frozen=True, slots=True)
class Dresser:
    """Gives songs what travels with them. It needs less than a whole studio: choosing another take is enough for it."""

    tagger: Tagger
    painter: Painter
    level: Leveller
    house: House

    def __call__(self, file: Path, track: Track) -> tuple[Track, Mapping[str, bytes]]:
        """Level and label a copy of the chosen take; give the track and what shall stand beside the file.

        Raises ShelfError.
        """
        extras, cover = self._extras(file, track), self.painter.cover(track)
        told = labels.of(
            track,
            lyrics=render.lyrics(track.words.song),
            artist=self.house.artist,
            album=self.house.album,
            extras=replace(extras, cover=cover.small),
        )
        self.tagger.tag(file, told)
        return track, {COVER: cover.large, **self._sheet(track, extras)}

    def _extras(self, file: Path, track: Track) -> Extras:
        take = _chosen(track)
        lufs, peak = (take.measures.lufs, take.measures.true_peak_dbtp) if take.measures else (None, None)
        if self.house.loudness is not None and lufs is not None and peak is not None:
            gain = self.level(file, file, lufs, self.house.loudness, peak)
            lufs, peak = lufs + gain, peak + gain
        return Extras(timed=_timed(track, take), lufs=lufs, true_peak_dbtp=peak)

    def _sheet(self, track: Track, extras: Extras) -> dict[str, bytes]:
        from pipeline.listening import lrc  # noqa: PLC0415 -- numpy, which only this needs

        if extras.timed is None or not extras.timed.lines:
            return {}
        artist = self.house.artist
        text = lrc.write(extras.timed, track.title, artist, track.duration_s, by="songpipe")
        return {LYRICS: text.encode()}


def _timed(track: Track, take: Take) -> "Timed":
    from pipeline.listening.timing import spread  # noqa: PLC0415 -- numpy, which only this needs

    return spread(
        track.words.song.sections,
        track.duration_s,
        _first_voice(take.measures),
        weigh=partial(syllables.in_line, language=track.language),
        heard=take.sung.lines if take.sung else (),
    )


def _first_voice(measures: Measures | None) -> float | None:
    hook = measures.hook if measures else None
    return hook.voice_s if hook and hook.certainty >= SURE else None


def _chosen(track: Track) -> Take:
    return next(take for take in track.takes if take.recording.number == track.chosen_take)
