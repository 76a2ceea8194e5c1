"""Full disks, locked journals, folders nobody may write to: one line, the right exit code, and nothing lost."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.engine.database import Database
from pipeline.errors import ShelfError
from tests.fakes.children import unmeasured
from tests.needs import program
from tests.road.conftest import Ran, Servers, Songpipe
from tests.road.test_road_interrupts import QUICK, WRITE, listed

# A file that grows too large fails like a full disk.
ALMOST_FULL = """\
import os, resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
most = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
os.execv(sys.argv[2], sys.argv[2:])
"""


def ran(*command: str) -> Ran:
    """Run a command in a process of its own."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=unmeasured(), timeout=60)
    return Ran(done.returncode, done.stdout, done.stderr)


def one_line(err: str) -> bool:
    return "Traceback" not in err and err.strip().splitlines()[-1].startswith("songpipe: ")


def shelf(workspace: Path) -> list[Path]:
    """Every file that a user sees."""
    return [path for path in (workspace / "output").glob("2*/**/*") if path.is_file()]


def test_a_disk_that_is_full_when_the_take_comes_is_told_and_the_song_can_be_resumed(
    songpipe: Songpipe, servers: Servers, workspace: Path
) -> None:
    servers()
    most = "1200000"  # holds the journal, and not ten seconds of WAV

    full = ran(sys.executable, "-c", ALMOST_FULL, most, *WRITE, *QUICK, "--set", "acestep.audio_format=wav")
    (job,) = listed(workspace)
    left = shelf(workspace)
    servers("401")  # the words are there
    resumed = songpipe("resume")

    assert 7 == full.code, full.err
    assert one_line(full.err)
    assert f"what is done is kept; go on with: songpipe resume {job.id}" in full.err
    assert ("failed", []) == (job.state, left)
    assert (0, ".wav") == (resumed.code, resumed.file.suffix)


def test_a_disk_without_room_for_the_journal_is_told_before_anything_is_paid(
    songpipe: Songpipe, servers: Servers, workspace: Path
) -> None:
    servers("401")  # the writer would complain first if it were asked

    full = ran(sys.executable, "-c", ALMOST_FULL, "20000", *WRITE, *QUICK)
    servers()
    afterwards = songpipe("write", "a", "--duration", "10")

    assert (7, True) == (full.code, one_line(full.err)), full.err
    assert "the journal cannot be used" in full.err
    assert 0 == afterwards.code


def test_an_output_that_is_no_folder_is_told_before_anything_is_paid(
    songpipe: Songpipe, servers: Servers, workspace: Path
) -> None:
    servers("401")
    blocker = workspace / "a-file"
    blocker.write_text("")

    refused = songpipe("write", "a", "--json", "--output", str(blocker / "songs"))

    assert (7, "ShelfError") == (refused.code, refused.document["error"])
    assert "--output" in refused.document["hint"]


def test_an_output_that_cannot_be_written_to_is_told_before_anything_is_paid(
    servers: Servers, workspace: Path
) -> None:
    servers("401")
    (workspace / "output").mkdir(mode=0o555)
    as_anybody = []
    if os.geteuid() == 0:  # root may write everywhere, but for what it gives up here
        setpriv = program("setpriv", "util-linux")
        as_anybody = [setpriv, "--bounding-set=-dac_override,-dac_read_search,-fowner"]

    refused = ran(*as_anybody, *WRITE, *QUICK)

    assert (7, "", True) == (refused.code, refused.out, one_line(refused.err)), refused.err
    assert "Permission denied" in refused.err
    assert "--output" in refused.err


def test_a_journal_that_another_program_holds_is_told(tmp_path: Path) -> None:
    database = Database(tmp_path, busy_s=0.1)
    database.open().dispose()
    holder = sqlite3.connect(tmp_path / "engine.sqlite3", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")

    with pytest.raises(ShelfError, match="the journal cannot be used: database is locked") as told:
        database.open()
    holder.close()
    database.open().dispose()

    assert "another program holds that file" in told.value.hint
