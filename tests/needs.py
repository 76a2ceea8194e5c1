"""What tests need of the system: skipped where it is missing, a failure in CI."""

import os
import shutil

import pytest

_SYSTEM = os.pathsep.join(["/usr/local/sbin", "/usr/sbin", "/sbin"])


def program(name: str, package: str, places: str = "") -> str:
    """Find a program on the PATH, in `places` or where Debian keeps servers; else skip, and fail in CI."""
    path = os.pathsep.join(filter(None, [os.environ.get("PATH", ""), _SYSTEM, places]))
    found = shutil.which(name, path=path)
    if found is None:
        missing(f"{name} is missing; install {package}: apt-get install {package}")
    return found or ""


def missing(what: str) -> None:
    """Give the test up: skipped on a desk, failed in CI, where everything has to be there."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)
