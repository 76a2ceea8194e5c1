"""Every rule fires on its fault and stays silent on the nearest thing that is none."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.song import Severity
from pipeline.writing.rules import RULES, known_ids
from tests.rules.cases import CASES

Faults = Callable[..., set[str]]


def test_every_rule_has_a_case() -> None:
    assert set(known_ids()) == set(CASES)


def test_the_faultless_song_breaks_no_rule(judge: Callable[..., Any]) -> None:
    assert () == judge()


@pytest.mark.parametrize("rule", sorted(set(CASES) - {"SP111"}))
def test_a_rule_fires_on_its_fault(rule: str, faults: Faults) -> None:
    assert rule in faults(**CASES[rule][0])


@pytest.mark.parametrize("rule", sorted(CASES))
def test_a_rule_is_silent_on_a_near_miss(rule: str, faults: Faults) -> None:
    assert rule not in faults(**CASES[rule][1])


ERRORS = {
    *("SP101", "SP102", "SP104", "SP105", "SP112"),
    *("SP201", "SP203", "SP204", "SP205"),
    *("SP306", "SP307", "SP308", "SP309"),
    *("SP402", "SP404", "SP405", "SP407", "SP408"),
    *("SP501", "SP502", "SP505"),
}


def test_what_costs_a_second_ask_is_decided_on_purpose() -> None:
    assert {rule.id for rule in RULES if rule.severity is Severity.ERROR} == ERRORS
