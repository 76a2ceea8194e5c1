"""An ear that cannot work ends a song with the reason, and costs neither its takes nor a spare one."""

from pathlib import Path

import pytest

from tests.road.conftest import Servers, Songpipe


def test_a_take_that_nobody_could_hear_waits_for_the_ear(
    songpipe: Songpipe, servers: Servers, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers()
    broken = workspace / "broken"
    broken.mkdir()
    (broken / "soundfile.py").write_text("raise OSError('sndfile library not found')")
    with monkeypatch.context() as env:
        env.setenv("PYTHONPATH", str(broken), prepend=":")
        deaf = songpipe("write", "insomnia trip-hop", "--duration", "20")

    resumed = songpipe("resume")

    assert (7, "") == (deaf.code, deaf.out)
    assert "the ear cannot work, its decoder does not start: OSError: sndfile library not found" in deaf.err
    assert 0 == resumed.code
    assert ["take-1.mp3"] == [take.name for take in resumed.file.with_suffix(".takes").iterdir()]
