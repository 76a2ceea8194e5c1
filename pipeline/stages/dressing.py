"""The dressing: what travels with the song beside its sound: labels, cover, the times of its words, its loudness."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pipeline import labels
from pipeline.errors import ShelfError, WriterError
from pipeline.labels import Extras, Labels
from pipeline.listening import lrc
from pipeline.listening.hook import SURE
from pipeline.listening.timing import Timed, TimedLine, spread
from pipeline.studio import House, Leveller, Painter, Scribe, Session, Tagger, Watch
from pipeline.take import Measures, Recording, Sung, Take
from pipeline.track import COVER, LYRICS, PICTURE, REHEARSAL_BAND, Track
from pipeline.writing import render, syllables

_JPEG = b"\xff\xd8"


def heard(track: Track, scribe: Scribe | None, watch: Watch, session: Session | None = None) -> Track:
    """Have the words of the chosen take heard, when there is a model for that; it is asked once in a take's life.

    A model that cannot be reached is a word to the watch and no fault of the song.
    """
    take = _chosen(track)
    if scribe is None or take.sung or not track.words.song.lines:
        return track
    if track.rehearsal or rehearsed(take.recording):
        return track
    watch.progress(None, "hearing the words", None)
    asked = (take, track, scribe)
    try:
        name = f"heard-{take.recording.number}"
        sung = session.once(name, Sung, _sung, *asked) if session else _sung(*asked)
    except (WriterError, ShelfError) as fault:
        watch.note(f"the words were not heard: {fault.message}")
        return track
    return singing(track, sung)


def singing(track: Track, sung: Sung | None) -> Track:
    """Give the track with what was heard in its chosen take; None leaves it as it is."""
    chosen = _chosen(track)
    takes = (replace(take, sung=sung or take.sung) if take is chosen else take for take in track.takes)
    return replace(track, takes=tuple(takes))


def rehearsed(recording: Recording) -> bool:
    """Say whether the rehearsal band played this: it sings no words that a model could hear."""
    return bool(recording.server_says.get("dit_model") == REHEARSAL_BAND)


def _sung(take: Take, track: Track, scribe: Scribe) -> Sung:
    from pipeline.listening.alignment import align  # noqa: PLC0415 -- numpy, which only this needs

    found = align(track.words.song.lines, scribe.words(Path(take.recording.file), track.language))
    return Sung(found.first_word_s, found.sung_share, found.lines, found.certainty)


@dataclass(frozen=True, slots=True)
class Dresser:
    """Gives songs what travels with them. It needs less than a whole studio: choosing another take is enough for it."""

    tagger: Tagger
    painter: Painter
    level: Leveller
    house: House
    picture: Path | None = None  # for the cover, when a model has just drawn one

    def __call__(self, file: Path, track: Track) -> tuple[Track, Mapping[str, bytes]]:
        """Level and label a copy of the chosen take; give the track and what shall stand beside the file.

        Raises ShelfError.
        """
        extras, cover = self._extras(file, track), self.painter.cover(track, self.picture)
        track = replace(track, painter=cover.painter)
        told = labels.of(
            track,
            lyrics=render.lyrics(track.words.song),
            artist=self.house.artist,
            album=self.house.album,
            extras=replace(extras, cover=cover.small, painter=cover.painter),
        )
        self.tagger.tag(file, told)
        return track, {
            COVER: cover.large,
            **self._picture(),
            **self._sheet(track, _timed(track, _chosen(track))),
        }

    def beside(self, track: Track, told: Labels, wanted: Collection[str]) -> Mapping[str, bytes]:
        """Make again what stood beside a song and is lost, by the suffixes that are `wanted`; the file stays as it is.

        `told` is what the file says. It knows the times of the words, and has the cover in small: that goes where a
        model drew the picture and it is lost as well. No model is asked.
        """
        found = dict[str, bytes]()
        if COVER in wanted:
            cover = self.painter.cover(track)
            is_all = bool(track.painter and not cover.painter) and told.cover.startswith(_JPEG)
            found[COVER] = told.cover if is_all else cover.large
        if LYRICS in wanted:
            found |= self._sheet(track, _as_told(told) or _timed(track, _chosen(track)))
        return found

    def _picture(self) -> dict[str, bytes]:
        return {f"{PICTURE}{self.picture.suffix}": self.picture.read_bytes()} if self.picture else {}

    def _extras(self, file: Path, track: Track) -> Extras:
        take = _chosen(track)
        lufs, peak = (take.measures.lufs, take.measures.true_peak_dbtp) if take.measures else (None, None)
        if self.house.loudness is not None and lufs is not None and peak is not None:
            gain = self.level(file, file, lufs, self.house.loudness, peak)
            lufs, peak = lufs + gain, peak + gain
        return Extras(timed=_timed(track, take), lufs=lufs, true_peak_dbtp=peak)

    def _sheet(self, track: Track, timed: Timed) -> dict[str, bytes]:
        if not timed.lines:
            return {}
        artist = self.house.artist
        text = lrc.write(timed, track.title, artist, track.duration_s, by="songpipe")
        return {LYRICS: text.encode()}


def _as_told(told: Labels) -> Timed | None:
    """Give the times of the words as the tags have them; None when they have none."""
    lines = tuple(TimedLine(ms / 1000, text) for ms, text in told.synced)
    return Timed(lines, estimated=told.times != "heard") if lines else None


def _timed(track: Track, take: Take) -> Timed:
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
