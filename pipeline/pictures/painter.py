"""The painter behind the seam of `studio.Painter`: a cover drawn from the song itself, offline."""

from pipeline.pictures.cover import CoverSong, prints
from pipeline.studio import Cover
from pipeline.track import Track

LARGE, SMALL = 1400, 600  # pixels: what podcast directories ask for, and what a player shows


class CoverPainter:
    """Draws covers from title, style prompt, key, tempo and waveform."""

    def cover(self, track: Track) -> Cover:
        """Draw the front of a song; the same song always gets the same one."""
        take = next(take for take in track.takes if take.recording.number == track.chosen_take)
        song = track.words.song
        drawn = CoverSong(
            id=track.id,
            title=track.title,
            prompt=song.prompt,
            key=track.brief.key or song.key,
            bpm=track.brief.bpm or song.bpm,
            peaks=take.measures.outline if take.measures else (),
        )
        return Cover(*prints(drawn, (LARGE, SMALL)))
