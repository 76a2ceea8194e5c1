"""Start-up is part of performance: asking for help loads nothing that only a song needs."""

import subprocess
import sys

import pytest

HEAVY = ("openai", "dbos", "numpy", "soundfile", "PIL", "starlette")

_PROBE = f"""
import sys
sys.argv = ["songpipe", *sys.argv[1:]]
from pipeline.cli.edge import run
code = run(sys.argv[1:])
print("\\nloaded:", *sorted(name for name in {HEAVY!r} if name in sys.modules), file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--help"], 0),
        (["--version"], 0),
        (["write", "--help"], 0),
        (["doctor", "--help"], 0),
        (["nonsense"], 2),
        (["write"], 2),
        (["write", "a", "--takes", "many"], 2),
        (["--nonsense"], 2),
    ],
)
def test_help_version_and_usage_errors_load_nothing_heavy(arguments: list[str], code: int) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _PROBE, *arguments], capture_output=True, text=True, check=False
    )

    assert code == ran.returncode
    assert "loaded:" == ran.stderr.splitlines()[-1].strip()
    assert "Traceback" not in ran.stderr


def test_the_probe_sees_a_heavy_module_when_there_is_one() -> None:
    probe = "import numpy\n" + _PROBE

    ran = subprocess.run(
        [sys.executable, "-c", probe, "--version"], capture_output=True, text=True, check=False
    )

    assert "loaded: numpy" == ran.stderr.splitlines()[-1]
