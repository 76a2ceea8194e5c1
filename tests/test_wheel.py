"""The built wheel works alone: an empty environment, an empty folder, no checkout in sight."""

import os
import subprocess
import sys
import venv
from collections.abc import Mapping
from pathlib import Path

import mutagen
import pytest

ROOT = Path(__file__).parent.parent
WHEELHOUSE = ROOT / ".venv" / "wheelhouse"  # filled by `make test`; the suite itself is offline


def sh(*command: str | Path, cwd: Path, env: Mapping[str, str]) -> str:
    """Run a command that must succeed and give what it printed."""
    ran = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=dict(env), capture_output=True, text=True, check=False
    )
    assert 0 == ran.returncode, ran.stderr
    return ran.stdout


@pytest.mark.slow
def test_the_wheel_alone_writes_a_song_and_a_workspace(
    tmp_path: Path, quiet_environment: Mapping[str, str]
) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    env = {
        name: value
        for name, value in quiet_environment.items()
        if name not in {"COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG"}
    }
    sh(
        *pip,
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "--wheel-dir",
        tmp_path,
        ROOT,
        cwd=tmp_path,
        env=env,
    )
    (wheel,) = tmp_path.glob("songpipe-*.whl")
    venv.create(tmp_path / "env", with_pip=False)
    python = tmp_path / "env" / "bin" / "python"
    sh(
        *pip,
        "--python",
        python,
        "install",
        "--no-index",
        "--find-links",
        WHEELHOUSE,
        "--no-compile",
        wheel,
        cwd=tmp_path,
        env=env,
    )
    empty = tmp_path / "empty"
    empty.mkdir()
    songpipe = python.with_name("songpipe")

    version = sh(songpipe, "--version", cwd=empty, env=env)
    song = Path(
        sh(
            songpipe, "write", "--rehearse", "insomnia trip-hop", "--duration", "20", cwd=empty, env=env
        ).strip()
    )
    sh(songpipe, "init", "studio", cwd=empty, env=env)

    assert version.startswith("songpipe ")
    assert empty in song.parents
    assert "SONGPIPE_PROMPT" in str(mutagen.File(song).tags.keys())
    assert (empty / "studio" / "prompts" / "system.j2").exists()
    assert os.path.lexists(empty / "studio" / "configs" / "taste" / "default.yaml")
