"""A song written down: the draft file that people edit, and the lyrics that the server gets."""

import pytest

from pipeline.song import Section, Song
from pipeline.writing import parse, render

VERSE = Section("Verse 1", "", ("The hall light hums (light on)", "Copper on the kettle's lip"))
CHORUS = Section("Chorus", "whispered", ("Leave the coat",))


def test_a_draft_has_its_fields_in_order_and_a_blank_line_between_sections() -> None:
    song = Song("dusty drums", (VERSE, CHORUS, Section("Instrumental")), "Hall Light", 84, "A minor")

    assert render.draft(song) == (
        "TITLE: Hall Light\n"
        "BPM: 84\n"
        "KEY: A minor\n"
        "PROMPT: dusty drums\n"
        "LYRICS:\n"
        "[Verse 1]\n"
        "The hall light hums (light on)\n"
        "Copper on the kettle's lip\n"
        "\n"
        "[Chorus - whispered]\n"
        "Leave the coat\n"
        "\n"
        "[Instrumental]\n"
    )


def test_a_draft_names_only_what_the_song_has() -> None:
    assert "PROMPT: \nLYRICS:\n[Drop]\n" == render.draft(Song("", (Section("Drop"),)))


@pytest.mark.parametrize(
    "line", ["[Verse]", "PROMPT: x", "(x2)", "- dash", "*star*", "Chorus:", "\\", "```", "<think>", "don’t"]
)
def test_a_line_that_would_be_read_as_something_else_is_marked_as_verbatim(line: str) -> None:
    song = Song("dusty", (Section("Verse", "", ("kettle", line)),))

    assert f"PROMPT: dusty\nLYRICS:\n[Verse]\nkettle\n\\ {line}\n" == render.draft(song)


def test_tags_that_would_be_spelled_anew_filled_or_joined_are_marked_as_verbatim() -> None:
    sections = (
        Section("verse"),
        Section("Chorus", "low, slow"),
        CHORUS,
        Section("Chorus"),
        Section("Bridge", "", ("a",)),
        Section("Bridge", "", ("b",)),
    )

    tags = [line for line in render.draft(Song("x", sections)).split("\n") if line.startswith("[")]

    assert [
        "[\\ verse]",
        "[\\ Chorus - low, slow]",
        "[Chorus - whispered]",
        "[\\ Chorus]",
        "[Bridge]",
        "[\\ Bridge]",
    ] == tags


@pytest.mark.parametrize(
    "text", ['"quoted"', "**bold**", "\\ x", '{"lyrics": "x"}', "<think>", "don’t", "[x]"]
)
def test_a_prompt_or_title_that_would_be_changed_is_marked_as_verbatim(text: str) -> None:
    written = render.draft(Song(text, (VERSE,), text))

    assert written.startswith(f"TITLE: \\ {text}\nPROMPT: \\ {text}\nLYRICS:\n")


def test_a_verbatim_line_is_cleaned_of_what_no_song_may_hold() -> None:
    draft = parse.song(
        "PROMPT: \\ *x*\u200b\nand more\nLYRICS:\n[\\ verse - low, slow]\n\\ - kettle\u200b  on"
    )

    assert Song("*x* and more", (Section("verse", "low, slow", ("- kettle on",)),)) == draft.song


@pytest.mark.parametrize("line", ["[\\ ]", "[\\ - ]", "[\\ a - - b]"])
def test_a_broken_verbatim_tag_is_read_as_any_other(line: str) -> None:
    assert parse.song(f"PROMPT: x\nLYRICS:\n{line}\nkettle").song.lines == ("kettle",)


def test_lyrics_carry_no_escapes() -> None:
    song = Song("x", (Section("Verse", "", ("- kettle", "[Chorus]")), CHORUS, Section("Outro", "fade")))

    assert (
        "[Verse]\n- kettle\n[Chorus]\n\n[Chorus - whispered]\nLeave the coat\n\n[Outro - fade]"
        == render.lyrics(song)
    )


def test_lyrics_of_an_instrumental_say_so() -> None:
    assert "[Instrumental]" == render.lyrics(Song("x", (Section("Intro"), Section("Drop"))))
