"""The list of faults: which exist, how they are ordered, how often they strike."""

import threading

import pytest

from pipeline.errors import InputError
from pipeline.rehearsal.faults import FAULTS, FaultPlan, table
from pipeline.rehearsal.writer_faults import REFUSALS, SPEECHES, TRANSPORTS


def test_a_fault_without_a_number_strikes_always() -> None:
    plan = FaultPlan(["401"])

    struck = [plan.draw(["401"]) for _ in range(5)]

    assert ["401"] * 5 == struck


def test_a_fault_with_a_number_strikes_so_many_times() -> None:
    plan = FaultPlan(["401:2"])

    struck = [plan.draw(["401"]) for _ in range(3)]

    assert ["401", "401", ""] == struck


def test_faults_strike_in_the_order_they_were_given() -> None:
    plan = FaultPlan(["500:1", "401:1", "empty"])

    struck = [plan.draw(FAULTS) for _ in range(4)]

    assert ["500", "401", "empty", "empty"] == struck


def test_a_fault_that_does_not_fit_is_not_spent() -> None:
    plan = FaultPlan(["no-lm:1"])

    struck = [plan.draw(["oom"]), plan.draw(["no-lm"])]

    assert ["", "no-lm"] == struck


def test_a_spent_fault_is_still_one_that_was_ordered() -> None:
    plan = FaultPlan(["no-lm:1"])
    plan.draw(["no-lm"])

    assert plan.names("no-lm")
    assert not plan.names("oom")


def test_two_threads_never_share_one_strike() -> None:
    plan = FaultPlan(["500:200"])
    struck: list[str] = []

    def draw() -> None:
        struck.extend(plan.draw(["500"]) for _ in range(150))

    threads = [threading.Thread(target=draw) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 200 == struck.count("500")


@pytest.mark.parametrize(
    ("spec", "nearest"),
    [("lenght", "length"), ("429", "429-short"), ("html", "html-200"), ("silense:2", "silence")],
)
def test_an_unknown_fault_is_refused_with_the_nearest_ones(spec: str, nearest: str) -> None:
    with pytest.raises(InputError, match="there is no fault called") as caught:
        FaultPlan([spec])

    assert nearest in caught.value.hint


def test_an_unknown_fault_that_is_near_to_nothing_points_to_the_list() -> None:
    with pytest.raises(InputError) as caught:
        FaultPlan(["@@@@@"])

    assert "`songpipe rehearsal --list-faults`" in caught.value.hint


@pytest.mark.parametrize("spec", ["500:", "500:0", "500:-1", "500:two", "500:²"])
def test_a_count_must_be_a_positive_number(spec: str) -> None:
    with pytest.raises(InputError, match="cannot strike"):
        FaultPlan([spec])


def test_the_table_shows_every_fault_with_its_side() -> None:
    lines = table().splitlines()

    assert len(FAULTS) == len(lines)
    assert all(
        line.split()[:2] == [name, FAULTS[name].side] for line, name in zip(lines, FAULTS, strict=True)
    )


def test_every_way_the_writer_misbehaves_is_on_the_list() -> None:
    ways = {*REFUSALS, *SPEECHES, *TRANSPORTS}

    assert set() == ways - {name for name, fault in FAULTS.items() if fault.side == "writer"}
