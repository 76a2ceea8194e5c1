"""What every test gets: no network beyond loopback, no real home, no real keys."""

import os
import signal
import sys
from collections.abc import Generator, Mapping
from pathlib import Path

import pytest

from tests.fakes.stopwatch import untraced

GUARD = Path(__file__).parent / "guard"
sys.path.insert(0, str(GUARD))
import sitecustomize  # noqa: E402, F401 -- installs the audit hook for this process

os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(GUARD), os.environ.get("PYTHONPATH")]))
for name in [name for name in os.environ if name.startswith(("SONGPIPE_", "NANO", "ACESTEP_", "OPENAI_"))]:
    del os.environ[name]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for every test, so that nobody's settings leak in."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / ".config"))
    for name in [name for name in os.environ if name.startswith("COVERAGE_")]:
        monkeypatch.delenv(name)  # a child that is measured takes twice as long; what it runs is run here too
    return folder


@pytest.fixture
def quiet_environment(home: Path) -> Mapping[str, str]:
    """The environment for a child process: ours, without colours."""
    return {**os.environ, "HOME": str(home), "NO_COLOR": "1"}


def pytest_configure() -> None:
    """Hear Ctrl-C: whatever a shell runs in the background (`make test &`) ignores it, and so would every test."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Run property tests without coverage: it doubles their time, and what is covered must not be luck."""
    if not getattr(pyfuncitem.obj, "is_hypothesis_test", False):
        return (yield)
    with untraced():
        return (yield)
