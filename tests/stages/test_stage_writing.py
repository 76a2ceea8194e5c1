"""The writing stage: what the second ask says, and how often it is asked."""

from dataclasses import replace

import pytest

from pipeline.brief import Brief
from pipeline.engine.session import Session
from pipeline.errors import DraftError
from pipeline.settings.templates import load_templates
from pipeline.song import Finding, Severity
from pipeline.stages.writing import write
from pipeline.writing.lexicon import Lexicon, Phrases
from pipeline.writing.prompt import Message, second_ask
from pipeline.writing.rules import Rulebook, known_ids
from tests.fakes.players import HOUSE, ScriptedWriter, studio

BRIEF = Brief(text="insomnia", language="en")
# Only one rule looks, and only for one phrase: no line may begin a song with a purple kettle.
BOOK = Rulebook(
    Lexicon(weak_openers=Phrases(["purple kettle"])),
    (),
    {rule: None for rule in known_ids() if rule != "SP204"},
)
GOOD = """\
TITLE: Hall Light
PROMPT: Opens with a lone piano.
LYRICS:
[Verse 1]
I buried your name in copper
The kitchen clock keeps biting

[Chorus]
Leave the hall light burning
"""
BAD = GOOD.replace("I buried your name in copper", "A purple kettle hums")


def test_the_second_ask_quotes_the_line_that_is_at_fault(session: Session) -> None:
    writer = ScriptedWriter(BAD, GOOD)

    words = write(BRIEF, studio(writer, book=BOOK), session)

    system, user, reply, again = writer.asked[1]
    assert (system, user) == writer.asked[0]
    assert ("assistant", BAD.strip()) == (reply.role, reply.content)
    assert 'at "A purple kettle hums"' in again.content
    assert "The kitchen clock" not in again.content
    assert ("I buried your name in copper", 2) == (words.song.lines[0], len(words.drafts))


@pytest.mark.parametrize(("line", "quoted"), [(1, "one"), (2, "two"), (3, "three")])
def test_lines_are_counted_from_one(line: int, quoted: str) -> None:
    found = Finding("SP401", Severity.ERROR, "too pale", "name the object", line)

    *_, again = second_ask([Message("user", "x")], "one\ntwo\nthree", [found], "", load_templates(None))

    assert f'at "{quoted}"' in again.content


@pytest.mark.parametrize("line", [0, 4, -1])
def test_a_line_that_is_not_there_is_not_quoted(line: int) -> None:
    found = Finding("SP401", Severity.ERROR, "too pale", "name the object", line)

    *_, again = second_ask([Message("user", "x")], "one\ntwo\nthree", [found], "", load_templates(None))

    assert not any(f'"{word}"' in again.content for word in ("one", "two", "three"))


@pytest.mark.parametrize("asks", [0, 1, 2])
def test_a_model_is_asked_again_as_often_as_the_house_allows(session: Session, asks: int) -> None:
    writer = ScriptedWriter(*[BAD] * 5)

    with pytest.raises(DraftError, match=f"after {asks + 1} tries"):
        write(BRIEF, studio(writer, book=BOOK, house=replace(HOUSE, second_asks=asks)), session)

    assert 1 + asks == len(writer.asked)


def test_what_every_reply_cost_and_took_is_added_up(session: Session) -> None:
    words = write(BRIEF, studio(ScriptedWriter(BAD, GOOD, seconds=1.5), book=BOOK), session)

    assert (2, 3.0, 0.5) == (len(words.attempts), words.write_s, session.spent_usd)


def test_a_song_that_is_taken_up_again_reads_its_replies_back(session: Session) -> None:
    writer = ScriptedWriter(BAD, GOOD)
    room = studio(writer, book=BOOK)

    first = write(BRIEF, room, session)
    second = write(BRIEF, room, session)

    assert (first, 2) == (second, len(writer.asked))
