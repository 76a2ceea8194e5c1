"""The stopwatch takes processor time alone, and the tracer is in its place again afterwards."""

import sys
import threading

import pytest

from tests.fakes.stopwatch import seconds, untraced


def test_waiting_takes_no_processor_time_and_work_does() -> None:
    waited = seconds(lambda: threading.Event().wait(0.05))
    worked = seconds(lambda: sum(range(3_000_000)))

    assert waited < 0.02 < worked


def test_no_tracer_sees_the_block_and_the_same_one_sees_what_follows() -> None:
    before = sys.gettrace()

    with untraced():
        inside = sys.gettrace()

    assert (None, before) == (inside, sys.gettrace())


def test_the_tracer_comes_back_after_a_failure() -> None:
    before = sys.gettrace()

    with pytest.raises(ZeroDivisionError), untraced():
        _ = 1 / 0

    assert before is sys.gettrace()
