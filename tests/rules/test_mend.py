"""What a machine mends, what it leaves, and that it says so."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pipeline.brief import Brief
from pipeline.song import Section, Severity, Song
from pipeline.writing.draft import Draft, Positions
from pipeline.writing.mend import mend
from pipeline.writing.rules import HOOK_SENTENCE, Rulebook, check
from tests.rules.conftest import CHORUS, PROMPT, SECTIONS, SONG, VERSE_1

Mended = Callable[..., Draft]
BARE_PROMPT = PROMPT.removesuffix(" The song must hook the listener in the first 10 seconds.")


@pytest.fixture(scope="session")
def mended(book: Rulebook) -> Mended:
    """Mend a song; `brief` and `positions` aside, keywords replace fields of a faultless one."""

    def run(*, brief: Any = None, positions: Any = None, book: Rulebook = book, **changes: Any) -> Draft:
        asked = Brief.model_validate({"text": "insomnia", "language": "en"} | (brief or {}))
        draft = Draft(replace(SONG, **changes), positions=positions or Positions())
        return mend(draft, check(draft, asked, 150, book), asked, 150, book)

    return run


def tags(draft: Draft) -> list[str]:
    return [section.tag for section in draft.song.sections]


def test_a_song_without_errors_stays_as_it_is(mended: Mended) -> None:
    draft = mended()

    assert SONG == draft.song
    assert () == draft.repairs


def test_the_hook_sentence_is_added(mended: Mended) -> None:
    draft = mended(prompt=BARE_PROMPT)

    assert PROMPT == draft.song.prompt
    assert ("The sentence on the first 10 seconds was added to the PROMPT.",) == draft.repairs


def test_the_hook_sentence_becomes_a_sentence_of_its_own(mended: Mended) -> None:
    draft = mended(prompt="opens with a stark piano chord, dark trip-hop")

    assert draft.song.prompt.endswith(
        "dark trip-hop. The song must hook the listener in the first 10 seconds."
    )


def test_the_hook_sentence_is_not_added_where_the_server_would_not_read_it(mended: Mended) -> None:
    full = "Opens with a stark piano chord. " + "dark trip-hop, " * 44

    assert HOOK_SENTENCE not in mended(prompt=full.strip(" ,")).song.prompt.casefold()


def test_bare_intros_before_the_first_line_are_dropped(mended: Mended) -> None:
    draft = mended(sections=(Section("Intro"), Section("Intro"), *SECTIONS, Section("Intro")))

    assert SECTIONS == draft.song.sections[:-1]
    assert ("A bare [Intro] before the first sung line was dropped.",) == draft.repairs


def test_an_empty_tag_that_only_repeats_is_dropped(mended: Mended) -> None:
    doubled = (Section("Verse"), *SECTIONS[:2], Section("Verse 1"), *SECTIONS[2:])

    draft = mended(sections=doubled)

    assert SECTIONS == draft.song.sections


def test_an_empty_tag_whose_lines_are_lost_goes_back_to_the_writer(mended: Mended, book: Rulebook) -> None:
    draft = mended(sections=(*SECTIONS, Section("Bridge")))

    assert "Bridge" in tags(draft)
    assert () == draft.repairs


@pytest.mark.parametrize(
    ("tag", "hint", "section"),
    [
        ("Verse 1", "whispered, building", Section("Verse 1", "whispered", VERSE_1)),
        ("Verse 1 | whispered", "", Section("Verse 1", "whispered", VERSE_1)),
        ("Verse 1 (whispered) + strings", "", Section("Verse 1", "whispered", VERSE_1)),
        ("Verse 1", ", ;", Section("Verse 1", "", VERSE_1)),
    ],
)
def test_the_first_hint_of_a_stacked_tag_is_kept(
    tag: str, hint: str, section: Section, mended: Mended
) -> None:
    draft = mended(sections=(Section(tag, hint, VERSE_1), *SECTIONS[1:]))

    assert section == draft.song.sections[0]
    assert ("A tag has one hint: 1 of them had more.",) == draft.repairs


def test_a_tag_of_marks_alone_goes_back_to_the_writer(mended: Mended) -> None:
    draft = mended(sections=(Section(",;"), *SECTIONS))

    assert ",;" == tags(draft)[0]


def test_tempo_and_key_move_into_their_empty_fields(mended: Mended) -> None:
    prompt = PROMPT.replace("Dark trip-hop", "Dark trip-hop at 92 BPM in D minor, 4 minutes long")

    draft = mended(prompt=prompt, bpm=None, key="")

    assert (PROMPT, 92, "D minor") == (draft.song.prompt, draft.song.bpm, draft.song.key)
    assert ("Moved out of the PROMPT: at 92 BPM, in D minor, 4 minutes long.",) == draft.repairs


def test_fields_that_are_filled_win_over_the_prompt(mended: Mended) -> None:
    draft = mended(prompt=PROMPT.replace("Dark trip-hop", "Dark trip-hop, 92 BPM, D minor"))

    assert (PROMPT, 84, "A minor") == (draft.song.prompt, draft.song.bpm, draft.song.key)


def test_addresses_and_citations_vanish_everywhere(mended: Mended) -> None:
    verse = Section("Verse 1", "", (f"{VERSE_1[0]} [1]", "www.example.org", *VERSE_1[1:]))

    draft = mended(
        title="Hall Light [2]", prompt=PROMPT.replace("Dark", "Dark [3]"), sections=(verse, *SECTIONS[1:])
    )

    assert SONG == draft.song
    assert ("Addresses and citation marks were removed.",) == draft.repairs


def test_a_direction_over_a_section_becomes_its_hint(mended: Mended) -> None:
    draft = mended(sections=(Section("Verse 1", "", ("(whispered)", *VERSE_1)), *SECTIONS[1:]))

    assert Section("Verse 1", "whispered", VERSE_1) == draft.song.sections[0]
    assert ("Stage directions were taken out of the sung lines: whispered.",) == draft.repairs


@pytest.mark.parametrize(
    "lines",
    [
        (VERSE_1[0], "(guitar solo)", *VERSE_1[1:]),  # in the middle it says nothing about the whole
        ("(drums louder, bass louder)", *VERSE_1),  # too much for a hint
        (f"[softly] {VERSE_1[0]}", *VERSE_1[1:]),
    ],
)
def test_other_directions_are_removed(lines: tuple[str, ...], mended: Mended) -> None:
    draft = mended(sections=(Section("Verse 1", "", lines), *SECTIONS[1:]))

    assert SECTIONS == draft.song.sections


def test_a_hint_that_is_there_stays(mended: Mended) -> None:
    draft = mended(sections=(Section("Verse 1", "close", ("(whispered)", *VERSE_1)), *SECTIONS[1:]))

    assert "close" == draft.song.sections[0].hint


def test_an_instrumental_loses_its_words_and_keeps_its_tags(mended: Mended) -> None:
    draft = mended(brief={"instrumental": True})

    assert () == draft.song.lines
    assert [section.tag for section in SECTIONS] == tags(draft)
    assert ("The sung lines were removed: the brief asks for an instrumental.",) == draft.repairs


def test_what_one_repair_uncovers_is_mended_too(mended: Mended) -> None:
    only_noise = Section("Chorus", "", ("[1]",))

    draft = mended(sections=(Section("Intro", "", ("[2]",)), *SECTIONS, only_noise))

    assert SECTIONS == draft.song.sections
    assert 3 == len(draft.repairs)


def test_line_numbers_follow_their_lines(mended: Mended) -> None:
    verse = Section("Verse 1", "", ("(whispered)", *VERSE_1[:1], "[1]", *VERSE_1[1:]))
    sections = (Section("Intro"), verse, Section("Chorus", "", CHORUS))
    read = Positions(title=1, prompt=3, sections=((5,), (6, 7, 8, 9, 10, 11, 12), (14, 15, 16, 17, 18)))

    draft = mended(sections=sections, positions=read)

    assert Positions(1, 3, ((6, 8, 10, 11, 12), (14, 15, 16, 17, 18))) == draft.positions


def test_line_numbers_that_do_not_match_the_song_are_dropped(mended: Mended) -> None:
    read = Positions(title=1, prompt=3, sections=((5, 6),))

    draft = mended(sections=(Section("Intro"), *SECTIONS), positions=read)

    assert ((),) * len(SECTIONS) == draft.positions.sections


def test_what_the_settings_do_not_call_an_error_is_left_alone(mended: Mended, book: Rulebook) -> None:
    lenient = replace(book, severities={"SP203": Severity.WARNING})

    assert BARE_PROMPT == mended(prompt=BARE_PROMPT, book=lenient).song.prompt


def test_repairs_of_the_parser_stay_in_front(book: Rulebook) -> None:
    asked = Brief(text="insomnia")
    draft = Draft(Song(BARE_PROMPT, SECTIONS), repairs=("[副歌] was read as [Chorus].",))

    repairs = mend(draft, check(draft, asked, 150, book), asked, 150, book).repairs

    assert "[副歌] was read as [Chorus]." == repairs[0]
    assert 2 == len(repairs)


def test_noise_nested_too_deep_goes_back_to_the_writer(mended: Mended) -> None:
    nested = "[" * 100 + "](x)" * 100

    draft = mended(title=nested)

    assert 0 < len(draft.song.title) < len(nested)
    assert ("Addresses and citation marks were removed.",) == draft.repairs
