"""The lyrics of a reply: tags, hints, repeats, couplets, and what only looks like something else."""

import pytest

from pipeline.song import Section
from pipeline.writing import parse
from pipeline.writing.draft import Draft


def read(lyrics: str) -> Draft:
    return parse.song(f"PROMPT: dusty drums\nLYRICS:\n{lyrics}")


def sections(lyrics: str) -> tuple[Section, ...]:
    return read(lyrics).song.sections


@pytest.mark.parametrize(
    ("lyrics", "expected"),
    [
        ("[Chorus x2]\nsalt\nstairs", 2),
        ("[Chorus ×3]\nsalt\nstairs", 3),
        ("[Chorus] x2\nsalt\nstairs", 2),
        ("[Chorus] (x2)\nsalt\nstairs", 2),
        ("[Chorus x2 - whispered]\nsalt\nstairs", 2),
        ("[Chorus]\nsalt\nstairs\n(x2)", 2),
        ("[Chorus]\nsalt\nstairs\n[x2]", 2),
        ("[Chorus]\nsalt\nstairs\n(repeat)", 2),
        ("[Chorus]\nsalt\nstairs\nrepeat 3 times", 3),
        ("[Chorus x9]\nsalt\nstairs", 4),
        ("[Chorus]\nsalt\nstairs\n(x99)", 4),
    ],
)
def test_a_section_marked_as_repeated_is_written_out_at_most_four_times(lyrics: str, expected: int) -> None:
    draft = read(lyrics)

    assert [("salt", "stairs")] * expected == [section.lines for section in draft.song.sections]
    assert {"Chorus"} == {section.tag for section in draft.song.sections}
    assert any("written out" in repair for repair in draft.repairs)


def test_a_line_marked_as_repeated_is_written_out() -> None:
    draft = read("[Verse]\nsalt on the stairs (x2)\nburn it ×3")

    assert ("salt on the stairs",) * 2 + ("burn it",) * 3 == draft.song.lines
    assert ((3, 4, 4, 5, 5, 5),) == draft.positions.sections


def test_a_roman_numeral_is_a_number_and_x2_is_not() -> None:
    tags = [section.tag for section in sections("[Verse I]\na\n[Verse II]\nb\n[Chorus x2]\nc")]

    assert ["Verse 1", "Verse 2", "Chorus", "Chorus"] == tags


@pytest.mark.parametrize(
    "again", ["[Chorus]", "[Repeat Chorus]", "[Final Chorus]", "[Chorus 2]", "[Chorus - louder]"]
)
def test_an_empty_chorus_sings_the_first_one_again(again: str) -> None:
    draft = read(f"[Chorus]\nsalt\nstairs\n\n[Verse]\nkettle\n\n{again}\n\n[Chorus]\nother")

    assert ("salt", "stairs") == draft.song.sections[2].lines
    assert (10, 4, 5) == draft.positions.sections[2]


@pytest.mark.parametrize(
    "tag", ["[Instrumental]", "[Outro - fade]", "[Chorus - instrumental]", "[Drop]", "[Guitar Solo]"]
)
def test_a_section_that_is_meant_to_be_empty_stays_empty(tag: str) -> None:
    draft = read(f"[Chorus]\nsalt\n\n[Drop]\nheat\n\n{tag}")

    assert () == draft.song.sections[-1].lines
    assert () == draft.repairs


def test_a_repeat_of_nothing_stays_an_empty_section() -> None:
    assert (Section("Chorus"),) == sections("[Repeat Chorus]")


def test_one_tag_over_each_couplet_is_one_section() -> None:
    draft = read("[Verse 1]\na\nb\n[Verse 1]\nc\nd\n\n[Verse 1]\ne\n\n[Verse 2]\nf")

    assert (
        Section("Verse 1", "", ("a", "b", "c", "d", "e")),
        Section("Verse 2", "", ("f",)),
    ) == draft.song.sections
    assert ((3, 4, 5, 7, 8, 11), (13, 14)) == draft.positions.sections
    assert any("goes on" in repair or "go on" in repair for repair in draft.repairs)


@pytest.mark.parametrize(
    "lyrics",
    [
        "[Verse]\na\nb\nc\n\n[Verse]\nd\ne\nf",
        "[Chorus]\na\nb\n\n[Chorus]\na\nb",
        "[Verse]\na\n\n[Verse - low]\nb",
    ],
)
def test_two_whole_sections_of_one_name_stay_two(lyrics: str) -> None:
    assert 2 == len(sections(lyrics))


def test_a_direction_below_a_tag_becomes_its_hint() -> None:
    draft = read("[Intro]\n[soft piano, rain]\n\n[Verse - low]\n[whispered]\nkettle\n[drums enter]\nlight")

    assert (
        Section("Intro", "soft piano"),
        Section("Verse", "low", ("kettle", "light")),
    ) == draft.song.sections
    assert "[soft piano, rain] became the hint of [Intro] (line 4)." in draft.repairs
    assert "The stage direction [whispered] was dropped (line 7)." in draft.repairs
    assert "The stage direction [drums enter] was dropped (line 9)." in draft.repairs


def test_the_way_a_song_ends_is_a_hint_right_below_a_tag_and_a_section_elsewhere() -> None:
    below = sections("[Outro]\n[abrupt silence]")
    apart = sections("[Outro]\nkettle\n\n[abrupt silence]")

    assert (Section("Outro", "abrupt silence"),) == below
    assert (Section("Outro", "", ("kettle",)), Section("abrupt silence")) == apart


def test_an_unknown_tag_is_kept_as_it_is() -> None:
    assert ["Verse", "Coda Nine", "the flood"] == [
        section.tag for section in sections("[Verse]\na\n[Coda Nine]\nb\n\n[the flood]\nc")
    ]


def test_a_direction_with_words_behind_it_leaves_the_words() -> None:
    assert (Section("Verse", "softly", ("kettle", "light")),) == sections(
        "[Verse]\n[softly] kettle\n\n[loud] light"
    )


def test_directions_inside_a_line_are_not_sung() -> None:
    draft = read("[Verse]\nthe kettle [hiss] sings [softly]")

    assert ("the kettle sings",) == draft.song.lines
    assert "Stage directions inside a line were taken out (line 4)." in draft.repairs


def test_language_marks_of_the_server_are_kept() -> None:
    draft = read("[Verse]\n[zh]走廊的灯\n[en]the hall light")

    assert ("[zh]走廊的灯", "[en]the hall light") == draft.song.lines
    assert () == draft.repairs


def test_backing_vocals_stay_in_their_brackets() -> None:
    words = ("the hall light hums (light on)", "(come back)", "(Heart break)", "(drop)")

    assert words == read("[Verse]\n" + "\n".join(words)).song.lines


@pytest.mark.parametrize(
    "line",
    [
        "Prompt: the light",
        "Title: fight",
        "Key: under the mat",
        "Tempo: slow",
        "Lyrics: they never came",
        "Style",
        "Length: a mile",
        "Drop",
        "Hook",
        "Bro",
        "Verse 1: the kettle",
        "Song 2",
        "Notes were passed",
        "3 AM",
        "Drop 2",
    ],
)
def test_a_sung_line_that_looks_like_structure_is_sung(line: str) -> None:
    draft = read(f"[Verse]\nkettle\n{line}\nlight\n\n[Chorus]\nsalt")

    assert ("kettle", line, "light", "salt") == draft.song.lines
    assert () == draft.repairs


@pytest.mark.parametrize(
    "line", ["Let me know if the water rises", "I hope you drown", "Notes: none", "The song is over", "Enjoy"]
)
def test_a_line_that_sounds_like_talk_is_sung_when_a_tag_follows(line: str) -> None:
    draft = read(f"[Verse]\nkettle\n\n{line}\n\n[Chorus]\nsalt")

    assert ("kettle", line, "salt") == draft.song.lines
    assert () == draft.repairs


def test_a_ruler_between_verses_loses_nothing() -> None:
    assert ("a", "b", "c") == read(
        "[Verse]\na\n---\nb\n---\n[Chorus]\nc\n---\nThanks for listening"
    ).song.lines


def test_a_fence_right_below_a_tag_loses_nothing() -> None:
    assert ("a", "b") == read("[Verse]\n```\na\n```\n\n[Chorus]\n```\nb\n```").song.lines


def test_a_heading_that_is_no_tag_is_left_out() -> None:
    draft = read("[Verse]\na\n\n## The flood\n\n[Chorus]\nb\n\n## Thoughts\nthe kettle stands for her")

    assert ("a", "b") == draft.song.lines
    assert "A heading was left out (line 6 and 1 more)." in draft.repairs
    assert "Talk after the song was left out (line 12)." in draft.repairs


def test_a_heading_in_lyrics_without_tags_ends_nothing() -> None:
    assert ("a", "The flood", "b") == read("a\n\n## The flood\nb").song.lines


def test_lines_before_the_first_tag_get_one() -> None:
    draft = read("Here are the lyrics:\nkettle\nlight\n\n[Chorus]\nsalt")

    assert Section("Verse", "", ("kettle", "light")) == draft.song.sections[0]
    assert (0, 4, 5) == draft.positions.sections[0]
    assert "The first lines had no tag and were put under [Verse] (line 4)." in draft.repairs


def test_a_multiplier_before_anything_else_is_nothing() -> None:
    assert (Section("Verse"),) == sections("(x2)\n[Verse]")[-1:]


@pytest.mark.parametrize("lyrics", ["[Instrumental]", "(instrumental)", "Instrumental:", "**Instrumental**"])
def test_an_instrumental_has_a_section_and_no_lines(lyrics: str) -> None:
    draft = parse.song(f"PROMPT: dusty\nLYRICS: {lyrics}")

    assert (Section("Instrumental"),) == draft.song.sections
    assert () == draft.song.lines


def test_an_unclosed_bracket_around_a_known_name_is_a_tag() -> None:
    assert (Section("Verse 1", "", ("kettle",)),) == sections("[Verse 1\nkettle")


def test_brackets_around_nothing_are_left_out() -> None:
    assert (Section("Verse", "", ("kettle",)),) == sections("[Verse]\n[-]\nkettle\n[ ]")


def test_characters_that_were_spaced_out_are_closed() -> None:
    assert ("走廊的灯 亮", "a b c d") == read("[Verse]\n走 廊 的灯 亮\na b c d").song.lines
