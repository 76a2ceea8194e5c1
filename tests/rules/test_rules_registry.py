"""The registry: stable ids, text for people and models, severities that settings may change."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pipeline.brief import Brief
from pipeline.song import Section, Severity, Song
from pipeline.writing.draft import Draft, Positions
from pipeline.writing.mend import MENDERS
from pipeline.writing.rules import FAMILIES, RULES, Rulebook, check, known_ids
from tests.rules.cases import CASES
from tests.rules.conftest import PROMPT, VERSE_1, VERSE_2

BRIEF = Brief(text="insomnia", language="en")


def test_ids_are_unique_and_name_their_family() -> None:
    for number, (_, rules) in enumerate(FAMILIES, start=1):
        assert all(re.fullmatch(rf"SP{number}\d\d", rule.id) for rule in rules)
    assert len(known_ids()) == len(set(known_ids())) == len({rule.name for rule in RULES})


def test_ids_are_in_order() -> None:
    assert sorted(known_ids()) == list(known_ids())


def test_every_rule_says_what_it_demands_and_why() -> None:
    for rule in RULES:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)
        assert rule.demands.endswith(".")
        assert rule.why.endswith(".")


def test_only_errors_promise_to_be_mended_and_each_promise_is_kept() -> None:
    promised = {rule.id for rule in RULES if rule.mended}

    assert set(MENDERS) == promised
    assert promised <= {rule.id for rule in RULES if rule.severity is Severity.ERROR}


def test_messages_and_hints_fit_into_the_quotation_that_the_model_gets(judge: Callable[..., Any]) -> None:
    for fault, _ in CASES.values():
        for finding in judge(**fault):
            assert 0 < len(finding.message) <= 160
            assert 0 < len(finding.hint) <= 160


def test_a_severity_of_the_settings_wins(book: Rulebook, song: Song) -> None:
    prompt = replace(song, prompt="rock song")
    lenient = replace(book, severities={"SP306": Severity.NOTE})

    severities = {finding.rule: finding.severity for finding in check(Draft(prompt), BRIEF, 150, lenient)}

    assert severities["SP306"] is Severity.NOTE
    assert severities["SP201"] is Severity.ERROR


def test_a_rule_that_is_off_finds_nothing(book: Rulebook, song: Song) -> None:
    prompt = replace(song, prompt="rock song")
    without = replace(book, severities={"SP306": None})

    assert "SP306" not in {finding.rule for finding in check(Draft(prompt), BRIEF, 150, without)}


def test_findings_point_at_the_line_that_was_read_and_come_in_its_order(book: Rulebook) -> None:
    song = Song(
        "rock song",
        (
            Section("Verse", "", ("I woke up on a Tuesday morning", "See [1]")),
            Section("Chorus", "", ("https://x.y",)),
        ),
    )
    positions = Positions(title=0, prompt=3, sections=((5, 6, 7), (9, 10)))

    findings = check(Draft(song, positions=positions), BRIEF, 150, book)

    where = {(finding.rule, finding.line) for finding in findings}
    assert {("SP306", 3), ("SP204", 6), ("SP404", 7), ("SP404", 10), ("SP503", None)} <= where
    assert sorted((finding.line or 0, finding.rule) for finding in findings) == [
        (finding.line or 0, finding.rule) for finding in findings
    ]


def test_a_line_that_the_text_did_not_have_is_no_line(book: Rulebook) -> None:
    song = Song("rock song", (Section("Verse", "", ("I woke up cold",)), Section("Kazoo Parade")))
    supplied = Positions(sections=((0, 4),))

    lines = {
        finding.rule: finding.line for finding in check(Draft(song, positions=supplied), BRIEF, 150, book)
    }

    assert 4 == lines["SP204"]
    assert lines["SP103"] is None
    assert lines["SP306"] is None


def test_without_words_and_names_the_rules_that_need_them_are_silent() -> None:
    song = Song(PROMPT.replace("Dark trip-hop", "Dark Halsey"), (Section("Verse", "", VERSE_1),))

    found = {finding.rule for finding in check(Draft(song), BRIEF, 150, Rulebook())}

    assert {"SP102", "SP503"} == found


def test_sections_without_an_empty_line_between_are_noted_once(book: Rulebook) -> None:
    song = Song(PROMPT, tuple(Section(tag, "", VERSE_1[:1]) for tag in ("Verse", "Chorus", "Bridge")))
    dense = Positions(prompt=1, sections=((2, 3), (4, 5), (6, 7)))
    spaced = Positions(prompt=1, sections=((2, 3), (5, 6), (8, 9)))

    def lines(positions: Positions) -> list[int | None]:
        findings = check(Draft(song, positions=positions), BRIEF, 150, book)
        return [finding.line for finding in findings if finding.rule == "SP111"]

    assert [4] == lines(dense)
    assert [] == lines(spaced)


def test_rules_on_words_leave_instrumentals_alone(faults: Callable[..., set[str]]) -> None:
    tags = (Section("Intro"), Section("Verse"), Section("Guitar Solo"), Section("Outro"))

    found = faults(sections=tags, brief={"instrumental": True})

    assert set() == found


def test_an_instrumental_prompt_needs_no_voice(faults: Callable[..., set[str]]) -> None:
    prompt = PROMPT.replace(" and a whispered vocal", "").replace("breathy female vocals, ", "")

    assert "SP304" in faults(prompt=prompt)
    assert "SP304" not in faults(prompt=prompt, sections=(Section("Verse"),), brief={"instrumental": True})


def test_words_of_the_brief_are_nobodys_fault(faults: Callable[..., set[str]]) -> None:
    line = ("Waking up in a shattered world of embers, echoes, ashes", *VERSE_2)
    sections = (Section("Verse", "", line), Section("Chorus", "", VERSE_1))
    asked = {"text": "waking up among embers and echoes of a shattered life"}

    assert {"SP204", "SP401"} <= faults(sections=sections)
    assert set() == faults(sections=sections, brief=asked) & {"SP204", "SP401"}


def test_a_duration_that_is_no_number_is_a_finding_and_no_crash(faults: Callable[..., set[str]]) -> None:
    assert "SP502" in faults(duration_s=float("nan"))
    assert "SP502" in faults(duration_s=float("inf"))
