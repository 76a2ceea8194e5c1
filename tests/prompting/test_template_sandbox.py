"""What a template may do, and how it is stopped when it wants more."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SettingsError
from pipeline.writing import sandbox
from tests.fakes import stopwatch

KNOWN: Mapping[str, frozenset[str]] = {"song.j2": frozenset({"word", "words"}), "part.j2": frozenset()}
PARTIALS = frozenset({"part.j2"})
VALUES: Mapping[str, Any] = {"word": "kettle", "words": ("salt", "rope")}


def rendered(source: str, part: str = "a part") -> str:
    sources = {"song.j2": source, "part.j2": part}
    sandbox.check(sources, KNOWN, PARTIALS)
    return sandbox.render(sources, "song.j2", VALUES)


def refusal(source: str, part: str = "a part") -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        rendered(source, part)
    assert "\n" not in caught.value.message
    return caught.value


def outcome(source: str) -> str:
    try:
        return rendered(source)
    except SettingsError as error:
        return error.message


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ word }} and {{ words|join(' & ') }}", "kettle and salt & rope"),
        ("{% for one in words %}{{ loop.index }}{{ one|upper }}{% endfor %}", "1SALT2ROPE"),
        ("{% if word == 'kettle' and not words|length > 2 %}yes{% else %}no{% endif %}", "yes"),
        ("before {% include 'part.j2' %}", "before a part"),
        ("{{ words[-1]|capitalize }} {{ words[:1]|first }}", "Rope salt"),
        ("\n  {{ word }}\n\n", "kettle"),
        ("{# a note #}{% raw %}{{ 7 * 7 }}{% endraw %}", "{{ 7 * 7 }}"),
        ("{{ \"<'&'>\" ~ word }}", "<'&'>kettle"),
    ],
)
def test_a_template_prints_chooses_repeats_and_includes(source: str, expected: str) -> None:
    assert expected == rendered(source)


def test_blocks_leave_no_empty_lines_behind() -> None:
    source = "a\n  {% for one in words %}\n- {{ one }}\n  {% endfor %}\nb"

    assert "a\n- salt\n- rope\nb" == rendered(source)


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("{% for i in range(10**9) %}{% endfor %}", "'call'"),
        ("{{ 10**10**10 }}", "'pow'"),
        ("{{ 'x' * 10**9 }}", "'mul'"),
        ("{{ '%999999999d' % 1 }}", "'mod'"),
        ("{{ '{:999999999}'.format(1) }}", "'call'"),
        ("{{ lipsum(n=10**6) }}", "'call'"),
        ("{% set word = word ~ word %}", "'assign'"),
        ("{% set word %}x{% endset %}", "'assignblock'"),
        ("{% macro again() %}{{ again() }}{{ again() }}{% endmacro %}", "'macro'"),
        ("{% for one in words recursive %}{{ loop(words) }}{% endfor %}", "'for'"),
        ("{% import 'part.j2' as part %}", "'import'"),
        ("{% extends 'part.j2' %}", "'extends'"),
        ("{% block a %}{% endblock %}", "'block'"),
        ("{% filter upper %}x{% endfilter %}", "'filterblock'"),
        ("{% autoescape true %}x{% endautoescape %}", "'scope'"),
        ("{{ word.upper() }}", "'call'"),
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "'call'"),
    ],
)
def test_what_could_run_away_is_not_part_of_the_language(source: str, what: str) -> None:
    error = refusal(source)

    assert f"song.j2:1: {what} is not part of the template language" == error.message
    assert error.hint.startswith("a template may use variables, if, for, include and the filters")


@pytest.mark.parametrize(
    "source",
    [
        "{{ word.__class__ }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ word['__class__'] }}",
        "{% for one in words %}{{ loop.__init__.__globals__ }}{% endfor %}",
        "{{ self._TemplateReference__context }}",
        "{{ word.upper.__func__ }}",
    ],
)
def test_nothing_behind_a_value_can_be_reached(source: str) -> None:
    assert refusal(source).message.startswith("song.j2:1: ")


@pytest.mark.parametrize(
    ("source", "line", "reason"),
    [
        ("one\n{{ word }", 2, "unexpected '}'"),
        ("{% if word %}\n", 1, "Unexpected end of template"),
        ("one\n\n{% endfor %}", 3, "Encountered unknown tag 'endfor'"),
        ("\n{{ word|shout }}", 2, "No filter named 'shout'"),
        ("{{ word is loud }}", 1, "No test named 'loud'"),
        ("one\ntwo\n{{ word < 1 }}", 3, "'<' not supported"),
        ("one\n{{ words[7] }}", 2, "tuple object has no element 7"),
        ("\n\n{{ word.brand }}", 3, "'str object' has no attribute 'brand'"),
        ("\n{% for one in word|length %}{% endfor %}", 2, "'int' object is not iterable"),
        ("{{ word|join('-') }}", 1, "join takes a list, not a text"),
        ("{{ words|join(1) }}", 1, "object of type 'int' has no len()"),
        ("{{ 1" + "0" * 400 + " + 1.5 }}", 1, "int too large to convert to float"),
        ("  \n{# nothing #}", 1, "the template renders to nothing"),
        ("{{ " + "[" * 9000 + "]" * 9000 + " }}", 1, "the template is nested too deeply"),
        ("{% if word %}" * 150 + "{% endif %}" * 150, 1, "too many levels of indentation"),
    ],
)
def test_a_template_that_fails_is_named_with_its_line(source: str, line: int, reason: str) -> None:
    assert refusal(source).message.startswith(f"song.j2:{line}: {reason}")


def test_a_fault_inside_a_partial_is_placed_in_the_partial() -> None:
    error = refusal("one\n{% include 'part.j2' %}", "one\ntwo\n{{ 'a' < 1 }}")

    assert error.message.startswith("part.j2:3: ")


def test_all_unknown_variables_are_named_at_once_with_those_there_are() -> None:
    error = refusal("{{ word }}\n{{ zebra }} {{ words }}\n{{ aardvark }}")

    assert "song.j2:2: unknown variables aardvark, zebra" == error.message
    assert "this template has: word, words" == error.hint


def test_a_partial_has_only_its_own_variables() -> None:
    error = refusal("x", "{{ word }}")

    assert ("part.j2:1: unknown variable word", "this template has: no variables") == (
        error.message,
        error.hint,
    )


@pytest.mark.parametrize(
    ("source", "part", "message"),
    [
        ("\n{% include 'other.j2' %}", "x", "song.j2:2: 'other.j2' cannot be included here"),
        ("{% include '/etc/hostname' %}", "x", "song.j2:1: '/etc/hostname' cannot be included here"),
        ("{% include 'song.j2' %}", "x", "song.j2:1: 'song.j2' cannot be included here"),
        ("x", "{% include 'part.j2' %}", "part.j2:1: 'part.j2' cannot be included here"),
        ("{% include word %}", "x", "song.j2:1: an include needs a name in quotes"),
        ("{% include ['part.j2'] %}", "x", "song.j2:1: an include needs a name in quotes"),
        (
            "{% for one in words %}\n{% include 'part.j2' %}{% endfor %}",
            "x",
            "song.j2:2: an include inside a loop",
        ),
    ],
)
def test_only_a_partial_is_included_and_it_includes_nothing(source: str, part: str, message: str) -> None:
    assert message == refusal(source, part).message


def test_loops_in_loops_in_loops_are_refused() -> None:
    source = "{% for a in words %}" * 3 + "{% endfor %}" * 3

    assert "song.j2:1: 3 loops in each other" == refusal(source).message


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("{% for a in words %}" + "y" * 40_000 + "{% endfor %}", "the message grows past 64000 characters"),
        ("{{ [1, 1, 1]|join('" + "y" * 40_000 + "') }}", "a joined text grows past 64000 characters"),
    ],
)
def test_a_message_has_a_largest_size(source: str, what: str) -> None:
    assert f"song.j2:1: {what}" == refusal(source).message


def test_a_missing_value_is_a_fault_not_an_empty_place() -> None:
    with pytest.raises(SettingsError, match=r"song\.j2:2: 'word' is undefined"):
        sandbox.render({"song.j2": "\n{{ word }}"}, "song.j2", {})


def test_a_value_is_never_read_as_a_template() -> None:
    hostile = "{{ 7*7 }}{% for i in range(9) %}{# #}"

    assert hostile == sandbox.render({"song.j2": "{{ word }}"}, "song.j2", {"word": hostile})


FRAGMENTS = st.sampled_from(
    ["{{", "}}", "{%", "%}", "{#", "#}", " word ", "words", "|join", "|first", "[0]", ".x", "for a in ",
     "endfor", " if ", "else", "endif", "include 'part.j2'", "'", "(", ")", "-", "~", "\n", "self", "loop"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(FRAGMENTS, st.text(max_size=5)), max_size=25).map("".join))
def test_any_template_is_rendered_or_refused(source: str) -> None:
    assert outcome(source)


def test_the_hungriest_template_that_is_allowed_is_done_soon() -> None:
    sources = {"song.j2": "{% for a in word %}{% for b in word %}{% endfor %}{% endfor %}."}
    sandbox.check(sources, KNOWN, PARTIALS)

    took = stopwatch.seconds(lambda: sandbox.render(sources, "song.j2", {"word": "x" * 4000}))

    assert took < 5
