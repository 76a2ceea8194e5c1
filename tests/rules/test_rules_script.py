"""The script of the language, line by line and for the whole song."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.brief import LANGUAGES
from pipeline.song import Section
from pipeline.writing.rules import scripts

Faults = Callable[..., set[str]]


def song(*lines: str) -> tuple[Section, ...]:
    return (Section("Verse", "", lines), Section("Chorus", "", lines))


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "The café, naïve as ever"),
        ("de", "Die Straße hört dich über Nacht"),
        ("vi", "Đêm nay em không ngủ được"),
        ("ru", "Чайник щёлкает в четыре утра"),
        ("sr", "Čajnik klikće u četiri"),
        ("ja", "やかんが四時に鳴るカタカナー"),
        ("zh", "水壶在四点响"),
        ("yue", "水煲喺四點響"),
        ("ko", "주전자가 네 시에 운다"),
        ("ar", "الغلاية تنقر في الرابعة"),
        ("he", "הקומקום נוקש בארבע"),
        ("hi", "केतली चार बजे बजती है"),
        ("el", "Ο βραστήρας χτυπά στις τέσσερις"),
        ("th", "กาน้ำดังตอนตีสี่"),
    ],
)
def test_a_language_in_its_own_script_passes(language: str, line: str, faults: Faults) -> None:
    assert not {"SP408", "SP409"} & faults(sections=song(line), brief={"language": language})


def test_an_english_hook_in_a_korean_song_passes(faults: Faults) -> None:
    sections = song("주전자가 네 시에 운다", "전등을 켜 두고 떠나", "Leave the light on")

    assert not {"SP408", "SP409"} & faults(sections=sections, brief={"language": "ko"})


def test_a_song_in_transcription_fails_as_a_whole(judge: Callable[..., Any]) -> None:
    findings = judge(sections=song("Yakan ga yoji ni naru"), brief={"language": "ja"})

    assert [None] == [finding.line for finding in findings if finding.rule == "SP408"]


@pytest.mark.parametrize("language", [None, "unknown"])
def test_without_a_language_nothing_is_judged(language: str | None, faults: Faults) -> None:
    assert not {"SP408", "SP409"} & faults(sections=song("Чайник щёлкает"), brief={"language": language})


def test_an_instrumental_has_no_script(faults: Faults) -> None:
    brief = {"language": "en", "instrumental": True}

    assert "SP408" not in faults(sections=song("Чайник щёлкает"), brief=brief)


def test_every_language_with_a_script_of_its_own_is_one_the_server_knows() -> None:
    assert set(scripts.SCRIPTS) <= LANGUAGES
    assert scripts.LATIN == scripts.of_language("da")


def test_letters_without_a_name_and_signs_do_not_count_as_a_script() -> None:
    assert {"LATIN": 2} == dict(scripts.letters("a-b 12 ♪ 😀"))
