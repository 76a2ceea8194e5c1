"""The hall: all servers of a benchmark in one process of their own, until standard input closes.

Prints its addresses as one line of JSON. `GET /bench/report` at `control` tells all that happened so far.
"""

import argparse
import asyncio
import json
import sys
import time
from pathlib import Path

from tests.benching.band import Band
from tests.benching.serving import Answer, Asked, Handle, listen
from tests.benching.timetable import Timetable, lengths
from tests.benching.writer import Writer


async def _open(bands: list[Band], writer: Writer) -> None:
    def control(asked: Asked) -> Answer:
        if asked.path != "/bench/report":
            return Answer(b"{}", 404)
        played = [band.report() for band in bands]
        told = {"cpu_s": time.process_time(), "writer": writer.report(), "bands": played}
        return Answer(json.dumps(told).encode())

    handles: list[Handle] = [control, writer.answer, *(band.answer for band in bands)]
    servers = [await listen(handle) for handle in handles]
    control_url, writer_url, *band_urls = [url for _, url in servers]
    addresses = {"control": control_url, "writer": f"{writer_url}/v1", "bands": band_urls}
    print(json.dumps(addresses), flush=True)  # noqa: T201 -- what whoever started this process waits for
    await asyncio.to_thread(sys.stdin.buffer.read)


def main() -> None:
    """Open the hall."""
    asking = argparse.ArgumentParser(description=__doc__)
    asking.add_argument(
        "--play", type=float, nargs="+", required=True, help="seconds a job takes, per server"
    )
    asking.add_argument("--spread", type=float, default=0.0, help="share by which jobs are shorter or longer")
    asking.add_argument("--write", type=float, required=True, help="seconds that a draft takes")
    asking.add_argument("--stagger", type=float, default=0.0, help="seconds that each draft takes more")
    asking.add_argument("--sound", type=Path, required=True, help="the audio file that all jobs come to")
    said = asking.parse_args()
    sound = said.sound.read_bytes()
    bands = [
        Band(Timetable(lengths(play_s, said.spread, seed)), sound, time.time)
        for seed, play_s in enumerate(said.play)
    ]
    asyncio.run(_open(bands, Writer(said.write, said.stagger, time.time)))


if __name__ == "__main__":
    main()
