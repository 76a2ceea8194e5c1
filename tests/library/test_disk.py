"""The disk: a file gets its public name once, also where file systems know no hard links."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.children import unmeasured

# A process in which every hard link is refused as FAT refuses it: the audit hook is asked before the system is.
UNLINKED = """\
import errno, os, sys
from pathlib import Path
from pipeline.library import disk
def refuse(event, arguments):
    if event == "os.link":
        raise OSError(getattr(errno, sys.argv[1]), "no links here")
sys.addaudithook(refuse)
try:
    disk.publish(Path(sys.argv[2]), Path(sys.argv[3]))
except OSError as error:
    print(errno.errorcode[error.errno])
"""


def published(code: str, folder: Path) -> str:
    """Publish `folder/hidden` as `folder/public` without hard links; gives the error, "" for none."""
    command = [sys.executable, "-c", UNLINKED, code, str(folder / "hidden"), str(folder / "public")]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, env=unmeasured())
    return ran.stdout.strip()


@pytest.mark.parametrize("code", ["EPERM", "ENOTSUP", "EXDEV"])
def test_where_there_are_no_hard_links_a_file_gets_its_name_all_the_same(code: str, tmp_path: Path) -> None:
    (tmp_path / "hidden").write_text("mine")

    assert "" == published(code, tmp_path)

    assert ("mine", False) == ((tmp_path / "public").read_text(), (tmp_path / "hidden").exists())


def test_where_there_are_no_hard_links_nothing_is_overwritten_either(tmp_path: Path) -> None:
    (tmp_path / "hidden").write_text("mine")
    (tmp_path / "public").write_text("the user's own")

    assert "EEXIST" == published("EPERM", tmp_path)

    assert ("mine", "the user's own") == tuple((tmp_path / name).read_text() for name in ("hidden", "public"))


def test_where_there_are_no_hard_links_a_link_to_nowhere_has_its_name_too(tmp_path: Path) -> None:
    (tmp_path / "hidden").write_text("mine")
    (tmp_path / "public").symlink_to(tmp_path / "nowhere")

    assert "EEXIST" == published("EPERM", tmp_path)

    assert (tmp_path / "public").is_symlink()


def test_another_fault_of_a_link_is_not_taken_for_that(tmp_path: Path) -> None:
    (tmp_path / "hidden").write_text("mine")

    assert "EIO" == published("EIO", tmp_path)

    assert not (tmp_path / "public").exists()
