"""Tracks to put labels on and on the shelf: complete, invented, and easy to vary."""

import hashlib
from pathlib import Path
from typing import Any

from pipeline.brief import Brief
from pipeline.song import Section, Song
from pipeline.take import Measures, Recording, Take
from pipeline.track import Attempt, Track, Words

SONG = Song(
    prompt="Opens with a lone dusty piano. Dark trip-hop, vinyl crackle, whispered female vocals.",
    sections=(
        Section("Verse 1", "whispered", ("The kettle counts the hours in a language made of steam",)),
        Section("Chorus", "", ("Leave the porch light burning", "I am nowhere near the shore")),
    ),
    title="Porch Light",
    bpm=84,
    key="A minor",
)
INSTRUMENTAL = Song(prompt="Ambient drone, bowed cymbals", sections=(Section("Intro"), Section("Outro")))


def words(song: Song = SONG, **changes: Any) -> Words:
    """The song as one request of one model wrote it."""
    attempt = Attempt("maker/model-1", "ok", 900, 400, 20, 0.0123, "req-1", 7.5, "/replies/1.json")
    known: dict[str, Any] = {
        "model": "maker/model-1",
        "attempts": (attempt,),
        "prompts_hash": "ab" * 32,
        "write_s": 7.5,
    }
    return Words(song, **(known | changes))


def take(number: int = 1, file: Path | None = None, **changes: Any) -> Take:
    """A take that passed; with a file its size and hash are true."""
    content = file.read_bytes() if file else b""
    recording = Recording(
        number=number,
        seed=6 + number,
        server="http://band.example:8001",
        task_id=f"task-{number}",
        file=str(file or f"/work/take-{number}.mp3"),
        format=file.suffix[1:] if file else "mp3",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        queue_s=0.5,
        render_s=4.0,
        server_says={"dit_model": "acestep-v15-turbo"},
    )
    known: dict[str, Any] = {"measures": Measures(60.0, 48_000, 2, -1.0, -14.0, True), "verdict": "pass"}
    return Take(recording, **(known | changes))


def track(*takes: Take, **changes: Any) -> Track:
    """A finished track with those takes, the first one chosen."""
    chosen = takes or (take(),)
    known: dict[str, Any] = {
        "id": "k3f9a2p7q8r9s0tv",
        "brief": Brief(text="insomnia trip-hop"),
        "words": words(),
        "title": "Porch Light",
        "language": "en",
        "duration_s": 60.0,
        "takes": chosen,
        "chosen_take": chosen[0].recording.number,
        "degraded": (),
        "made_at": "2026-11-22T10:00:00+01:00",
        "rehearsal": False,
        "parameters": {"duration_s": 60.0, "thinking": True},
        "timings": {"write_s": 7.5, "total_s": 12.0},
        "versions": {"songpipe": "0.1.0"},
    }
    return Track(**(known | changes))
