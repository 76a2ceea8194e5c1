"""The table says what was measured, what was promised, and whether that was kept."""

import subprocess
import sys

import pytest

from tests.benching.booking import ROOT
from tests.benching.figures import FIGURES
from tests.benching.table import Row, table


@pytest.mark.parametrize(
    ("value", "floor", "kept"),
    [
        (2.0, False, True),
        (2.1, False, False),
        (2.0, True, True),
        (1.9, True, False),
        (float("nan"), True, False),
    ],
)
def test_a_goal_is_a_floor_or_a_ceiling(value: float, floor: bool, kept: bool) -> None:
    assert kept == Row("x", value, 2.0, floor=floor).is_reached


def test_the_table_marks_what_is_missed_and_keeps_its_columns() -> None:
    rows = [Row("busy", 97.04, 98, "%", floor=True, note="the loop 48 %"), Row("memory", 120, 300, "MB")]

    drawn = table(rows, ["a footnote"]).splitlines()

    assert [
        "MISSED  busy    97.0 %  at least 98.0 %  the loop 48 %",
        "ok      memory  120 MB  at most 300 MB",
        "* a footnote",
    ] == drawn


def test_an_unknown_figure_is_refused_with_the_names_of_all() -> None:
    ended = subprocess.run(
        [sys.executable, "tests/bench.py", "tempo"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert 2 == ended.returncode
    assert all(name in ended.stderr for name in ("tempo", *FIGURES))
