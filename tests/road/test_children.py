"""Children of the tests hear Ctrl-C, whatever the suite was started from."""

import subprocess
import sys

from tests.fakes.children import interruptible

DEAF = ["sh", "-c", "trap '' INT; exec \"$@\"", "sh"]  # as a shell starts what runs in its background
ASKED = [sys.executable, "-c", "import signal; print(signal.getsignal(signal.SIGINT).__class__.__name__)"]


def test_a_child_of_a_suite_that_ignores_ctrl_c_hears_it_all_the_same() -> None:
    deaf = subprocess.run([*DEAF, *ASKED], capture_output=True, text=True, check=True).stdout
    hearing = subprocess.run(
        [*DEAF, *interruptible(ASKED)], capture_output=True, text=True, check=True
    ).stdout

    assert ("Handlers", "builtin_function_or_method") == (deaf.strip(), hearing.strip())
