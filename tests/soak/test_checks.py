"""The soak's own eyes: what is wrong is seen, and told in the table."""

from pathlib import Path

import numpy as np
import soundfile

from tests.soak import checks
from tests.soak.killing import Toll
from tests.soak.table import Row, table
from tests.soak.world import LENGTH_S, World, opened


def shelf(folder: Path) -> Path:
    """A folder where songs land."""
    month = folder / "output" / "2026" / "11"
    month.mkdir(parents=True)
    return month


def test_a_file_that_is_cut_off_or_no_music_is_told_once_and_a_whole_or_hidden_one_is_not(
    tmp_path: Path,
) -> None:
    month, world, seen = shelf(tmp_path), World(tmp_path, tmp_path), set[Path]()
    soundfile.write(month / "whole.flac", np.zeros(LENGTH_S * 8000), 8000)
    content = (month / "whole.flac").read_bytes()
    (month / "half.flac").write_bytes(content[: len(content) // 2])
    (month / "text.mp3").write_text("no music")
    (month / ".hidden.part").mkdir()
    (month / ".hidden.part" / "half.flac").write_bytes(b"fLaC")

    told = list(checks.half_files(world, seen))

    assert ["half.flac is no whole song", "text.mp3 is no whole song"] == told
    assert [] == list(checks.half_files(world, seen))


def test_a_sidecar_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (shelf(tmp_path) / "a.song.json").write_text('{"schema":')

    (told,) = checks.half_files(World(tmp_path, tmp_path), set())

    assert "a.song.json" in told


def test_songs_that_are_missing_doubled_or_changed_since_are_told(tmp_path: Path) -> None:
    with opened(tmp_path / "world", 1) as world:
        world.run("batch", str(world.briefs))
        well = list(checks.wrong(world, 1))
        (track,) = checks.tracks(world)
        file = Path(track.file)
        (file.parent / f"another{checks.SIDECAR}").write_bytes(Path(track.sidecar).read_bytes())
        file.write_bytes(file.read_bytes() + b"x")
        told = " ".join(checks.wrong(world, 2))

    assert [] == well
    for what in (
        "song 1 is on the shelf 2 times",
        "song 2 is on the shelf 0 times",
        "is not what its sidecar says",
    ):
        assert what in told


def test_the_table_tells_what_was_paid_for_twice_and_what_is_wrong() -> None:
    well = Row("sqlite", 1, 4, Toll(20, kills=3, written=22, played=20, most=2, seconds=9.6))
    bad = Row(
        "postgres", 2, 1, Toll(20, kills=1, written=23, played=20, wrong=["song 7 is on the shelf 0 times"])
    )

    head, first, second, total, *wrong = table([well, bad]).splitlines()

    assert "seed" in head.split()
    assert ["sqlite", "1", "4", "20", "3", "+2", "+0", "2", "0", "10", "ok"] == first.split()
    assert ["WRONG"] * 2 == [line.split()[-1] for line in (second, total)]
    assert [
        "postgres, seed 2: song 7 is on the shelf 0 times",
        "postgres, seed 2: 23 writer calls, more than 21",
    ] == wrong
