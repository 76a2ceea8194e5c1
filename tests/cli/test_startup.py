"""Start-up is part of performance: asking for help loads nothing that only a song needs."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes import audio_files
from tests.fakes.shelved import song, write

HEAVY = ("openai", "dbos", "numpy", "soundfile", "PIL", "starlette")

# What a look into the library does not wait for either: pydantic alone takes as long as all of it (measured).
NO_LOOK_NEEDS = (*HEAVY, "pydantic", "rich", "mutagen", "jinja2", "httpx", "slugify", "asyncio")

_PROBE = f"""
import sys
sys.argv = ["songpipe", *sys.argv[1:]]
from pipeline.cli.edge import run
code = run(sys.argv[1:])
print("\\nloaded:", *sorted(name for name in {NO_LOOK_NEEDS!r} if name in sys.modules), file=sys.stderr)
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


@pytest.mark.parametrize("arguments", [["list"], ["list", "--json", "--rating", "3"], ["search", "porch"]])
@pytest.mark.parametrize("is_empty", [True, False])
def test_a_look_into_the_library_loads_only_what_it_takes(
    arguments: list[str], is_empty: bool, tmp_path: Path
) -> None:
    if not is_empty:
        write(tmp_path / "output", song("aaa111", "Porch Light", rating=4))
    (tmp_path / "songpipe.yaml").write_text("finish: {artist: The Band}\n")

    ran = subprocess.run(
        [sys.executable, "-c", _PROBE, "library", *arguments],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert is_empty != ("porch-light" in ran.stdout)
    assert "loaded:" == ran.stderr.splitlines()[-1].strip()


@pytest.mark.parametrize(
    ("module", "also"),
    [("pipeline.cli.attention", ("numpy", "soundfile", "yaml", "sqlite3")), ("pipeline.audio.decode", ())],
)
def test_nothing_that_a_first_file_need_not_wait_for_is_loaded_before_it_is_heard(
    module: str, also: tuple[str, ...]
) -> None:
    slow = ("pydantic", "rich", "mutagen", "jinja2", "PIL", "openai", "httpx", "asyncio", *also)
    code = f"import sys, {module}; print([name for name in {slow!r} if name in sys.modules])"

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == ran.stdout.strip()


def test_listening_leaves_what_decodes_to_the_decoder(tmp_path: Path) -> None:
    file = audio_files.make(tmp_path, "wav")

    ran = subprocess.run(
        [sys.executable, "-c", _PROBE, "listen", str(file)], capture_output=True, text=True, check=False
    )

    assert "true peak" in ran.stdout
    assert not set(HEAVY) & set(ran.stderr.splitlines()[-1].split())


def test_what_only_the_end_of_a_song_needs_is_not_loaded_before_its_words_are_asked_for() -> None:
    code = (
        "import sys, pipeline.cli.making; print({'numpy', 'openai', 'soundfile', 'PIL'} & set(sys.modules))"
    )

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "set()" == ran.stdout.strip()


def test_the_probe_sees_a_heavy_module_when_there_is_one() -> None:
    probe = "import numpy\n" + _PROBE

    ran = subprocess.run(
        [sys.executable, "-c", probe, "--version"], capture_output=True, text=True, check=False
    )

    assert "loaded: numpy" == ran.stderr.splitlines()[-1]
