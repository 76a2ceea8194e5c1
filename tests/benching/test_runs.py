"""A run is measured from outside, and fails loudly."""

import json
import sys
from pathlib import Path

import pytest

from tests.benching import batches, runs
from tests.benching.batches import Load
from tests.benching.booking import BandReport, Played, Report
from tests.benching.runs import Failed


def python(script: str) -> list[str]:
    return [sys.executable, "-c", script]


def fake_command(folder: Path, script: str) -> Path:
    """A command that prints what a batch prints."""
    file = folder / "songpipe"
    file.write_text(f"#!{sys.executable}\n{script}")
    file.chmod(0o700)
    return file


def test_a_run_tells_time_processor_and_peak_memory(tmp_path: Path) -> None:
    idle = runs.run(python("import time; time.sleep(0.3)"), tmp_path)
    large = runs.run(python("x = b'x' * 400_000_000; print(len(x))"), tmp_path)

    assert 0.3 <= idle.wall_s < 2
    assert idle.cpu_s < 0.3
    assert "400000000\n" == large.said
    assert 400 < large.peak_mb < 900


def test_a_run_that_fails_says_what_it_said(tmp_path: Path) -> None:
    with pytest.raises(Failed, match=r"ended with 5: the band is gone"):
        runs.run(python("import sys; print('the band is gone', file=sys.stderr); sys.exit(5)"), tmp_path)


def test_a_run_sees_neither_keys_nor_settings_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SONGPIPE_CONFIG", "NANOGPT_API_KEY", "NANO_GPT_API_KEY", "ACESTEP_API_KEY"):
        monkeypatch.setenv(name, "ours")

    seen = json.loads(runs.run(python("import os, json; print(json.dumps(dict(os.environ)))"), tmp_path).said)

    assert "ours" not in seen.values()
    assert (str(tmp_path), "bench") == (seen["HOME"], seen["NANOGPT_API_KEY"])


def test_a_batch_that_lacks_a_song_is_no_measurement(tmp_path: Path, sound: Path) -> None:
    command = fake_command(tmp_path, 'print(\'{"done": 1, "failed": 1}\')')

    with pytest.raises(Failed, match="made 1 of 2 songs"):
        batches.batch(command, Load(2, 1, 10.0, 100.0), sound, tmp_path / "run")


def test_the_way_to_the_shelf_counts_from_the_end_of_the_last_take(tmp_path: Path) -> None:
    folder = tmp_path / "2026" / "11"
    folder.mkdir(parents=True)
    sidecar = folder / "song.song.json"
    sidecar.write_text(json.dumps({"takes": [{"task_id": "a"}, {"task_id": "b"}]}))
    placed = sidecar.stat().st_ctime
    jobs = (Played("a", 0, 0, placed - 9), Played("b", 0, 0, placed - 4))

    delays = batches.shelf_delays(tmp_path, Report((BandReport(jobs, {}),), (), 0.0))

    assert [4.0] == [pytest.approx(delay, abs=0.01) for delay in delays]


def test_the_gap_is_the_time_to_the_next_question() -> None:
    jobs = (Played("a", 0, 0, 10.0), Played("b", 0, 10.0, 20.0))
    band = BandReport(jobs, {"/query_result": [5.0, 9.9, 11.0, 15.0, 23.0]})

    assert 2.0 == batches.poll_gap(Report((band,), (), 0.0))
