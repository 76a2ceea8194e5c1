"""Songs on a shelf: sidecars alone, which is all that the index reads, or whole songs with their files."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.audio.tagger import FileTagger
from pipeline.brief import Brief
from pipeline.labels import Labels, of
from pipeline.library import names, sidecar
from pipeline.library.shelf import DiskShelf
from pipeline.song import Section, Song
from pipeline.track import COVER, LYRICS, Track
from pipeline.writing import render
from tests.fakes import tracks


def song(
    song_id: str, title: str, *, lyrics: str = "Leave the light", brief: str = "a song", **changes: Any
) -> Track:
    """A track of one take; `blend`, `prompt` and what else a track has may be told."""
    blend = tuple(changes.pop("blend", ()))
    prompt = changes.pop("prompt", "Dark trip-hop, vinyl crackle")
    verdict, model = changes.pop("verdict", "pass"), changes.pop("model", "maker/model-1")
    written = Song(prompt, (Section("Verse 1", "", tuple(lyrics.split("\n"))),), title, 84, "A minor")
    return tracks.track(
        tracks.take(1, verdict=verdict),
        id=song_id,
        title=title,
        brief=Brief(text=brief, blend=blend),
        words=tracks.words(written, model=model),
        **changes,
    )


def write(output: Path, track: Track) -> Path:
    """Put a sidecar on the shelf, without any audio."""
    stem = next(names.stems(track.made_at, track.title, track.id))
    target = output / names.month(stem) / f"{stem}.song.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    takes = tuple(
        replace(
            take, recording=replace(take.recording, file=f"{stem}.takes/take-{take.recording.number}.mp3")
        )
        for take in track.takes
    )
    told = replace(track, file=f"{stem}.mp3", sidecar=target.name, takes=takes)
    target.write_text(sidecar.text(told), encoding="utf-8")
    return target


def place(output: Path, track: Track, audio: Path) -> Track:
    """Put a whole song on the shelf: its take is a copy of `audio`, its tags are true."""
    take = tracks.take(1, audio, verdict=track.takes[0].verdict, score=track.takes[0].score)
    whole = replace(track, takes=(take,))

    def label(file: Path, told: Track) -> tuple[Track, dict[str, bytes]]:
        lyrics = render.lyrics(told.words.song)
        FileTagger().tag(file, of(told, lyrics=lyrics, artist="Nobody"))
        return told, {}

    return DiskShelf(output).place(whole, label)


def numbered(file: Path, track: Track) -> tuple[Track, dict[str, bytes]]:
    """A label by which everything of a song says which take it was made for: its title, its cover and its words."""
    told = f"take {track.chosen_take}"
    FileTagger().tag(file, Labels(title=told))
    return track, {COVER: told.encode(), LYRICS: told.encode()}
