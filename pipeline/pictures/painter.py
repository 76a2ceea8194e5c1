"""The painter behind the seam of `studio.Painter`: a cover from the song itself, or around a picture of a model."""

from contextlib import suppress
from pathlib import Path

from pipeline.errors import WriterError
from pipeline.pictures import framing
from pipeline.pictures.cover import LARGE, SMALL, CoverSong, prints
from pipeline.pictures.foreign import FORMATS, MOST_BYTES
from pipeline.studio import Cover
from pipeline.track import PICTURE, Track


class CoverPainter:
    """Draws covers from title, style prompt, key, tempo and waveform."""

    def cover(self, track: Track, picture: Path | None = None) -> Cover:
        """Draw the front of a song; the same song always gets the same one.

        A picture that a model drew for it, just now or when the song was made, is framed instead.
        """
        song = song_of(track)
        for file in filter(None, (picture, *_standing(track))):
            with suppress(WriterError, OSError), file.open("rb") as drawn:
                large, small = framing.prints(song, drawn.read(MOST_BYTES + 1), (LARGE, SMALL))
                return Cover(large, small, track.painter)
        large, small = prints(song, (LARGE, SMALL))
        return Cover(large, small)


def song_of(track: Track) -> CoverSong:
    """Give what pictures tell of a song."""
    take = next(take for take in track.takes if take.recording.number == track.chosen_take)
    song = track.words.song
    return CoverSong(
        id=track.id,
        title=track.title,
        prompt=song.prompt,
        key=track.brief.key or song.key,
        bpm=track.brief.bpm or song.bpm,
        peaks=take.measures.outline if take.measures else (),
    )


def _standing(track: Track) -> tuple[Path, ...]:
    """Name where the picture of a song on the shelf may be."""
    if not (track.painter and track.file):
        return ()
    stem = Path(track.file).with_suffix("")
    return tuple(stem.with_name(f"{stem.name}{PICTURE}{suffix}") for suffix in FORMATS)
