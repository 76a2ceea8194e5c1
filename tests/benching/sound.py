"""The one song that all music servers of a benchmark hand out: `python -m tests.benching.sound SECONDS FILE`.

A process of its own plays it, so that the one that measures stays small.
"""

import sys
from pathlib import Path

from pipeline.rehearsal import commission, takes

_LYRICS = "[Verse]\nThe kettle ticks beside the door\n[Chorus]\nBring me the salt, bring me the bread"


def play(duration_s: float, file: Path) -> None:
    """Have the rehearsal band play a song into an MP3 file; the same song every time."""
    gig = commission.read(
        {
            "prompt": "trip-hop",
            "lyrics": _LYRICS,
            "audio_duration": duration_s,
            "use_random_seed": False,
            "seed": 7,
            "batch_size": 1,
        }
    )
    takes.record(gig, 0, "", file, lambda: None)


if __name__ == "__main__":
    play(float(sys.argv[1]), Path(sys.argv[2]))
