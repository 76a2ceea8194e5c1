"""The seed's loop does one thing after the other."""

from itertools import pairwise
from pathlib import Path

from tests.benching.booking import Hall
from tests.benching.seed_loop import POLL_S, Loop


def test_the_loop_writes_the_next_song_only_when_the_last_one_is_played(
    hall: Hall, tmp_path: Path, sound: Path
) -> None:
    took = Loop(hall.writer_url, hall.band_urls[0], scale=50).make(["rain", "snow", "fog"], 10.0, tmp_path)

    report = hall.report()
    jobs, polls = report.bands[0].jobs, report.bands[0].requests["/query_result"]
    assert [sound.read_bytes()] * 3 == [(tmp_path / f"{number}.mp3").read_bytes() for number in (1, 2, 3)]
    assert 3 == len(report.calls) == len(jobs)
    assert all(call > job.end for job, call in zip(jobs, report.calls[1:], strict=False))
    assert all(job.submitted > call + 0.2 for job, call in zip(jobs, report.calls, strict=True))
    assert min(after - before for before, after in pairwise(polls)) >= POLL_S / 50
    assert took >= 3 * (0.2 + 0.5)
    assert report.bands[0].busy < 0.85
