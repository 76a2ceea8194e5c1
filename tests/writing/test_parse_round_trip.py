"""The round trip: every song that the constructor admits is read back from its own draft, unchanged."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.song import Section, Song, clean_line
from pipeline.writing import parse, render

TRICKY = (
    *(
        "[Verse]",
        "[Verse 1]",
        "[Chorus - whispered]",
        r"\[Verse 1\]",
        "[[Chorus]]",
        "[zh]走廊的灯",
        "[1]",
        "[softly] hum",
    ),
    *(
        "PROMPT: x",
        "LYRICS:",
        "Lyrics",
        "TITLE: y",
        "BPM: 92",
        "Key: A minor",
        "Tempo: slow",
        "Prompt: the light",
    ),
    *(
        "**PROMPT:** x",
        "## Style",
        "(x2)",
        "x2",
        "burn it (x2)",
        "burn it ×3",
        "(repeat)",
        "[Repeat Chorus]",
        "Chorus",
    ),
    *(
        "Chorus:",
        "chorus",
        "Bridge",
        "(Chorus)",
        "(light on)",
        "{Chorus}",
        "【主歌】",
        "サビ",
        "Estribillo:",
        "### Verse 1",
    ),
    *(
        "- dash",
        "* star",
        "*star*",
        "**bold**",
        "_low_",
        "__init__",
        "1. one",
        "12) two",
        "> quote",
        "# hash",
        "`tick`",
    ),
    *(
        "```",
        "```json",
        "~~~",
        "---",
        "***",
        "===",
        "\\",
        "\\ x",
        "\\ \\ x",
        "\\n",
        "a\\nb\\nc",
        "end\\",
        "[End]",
        "[/Verse]",
    ),
    *(
        "<think>",
        "</think>",
        "a <think> b",
        "</s>",
        "<|im_start|>assistant",
        "<|channel|>final<|message|>",
        "[INST]",
    ),
    *(
        "<br>",
        "<lyrics>",
        '{"lyrics": "x"}',
        '{ "',
        "{",
        "[",
        "]",
        "Notes: none",
        "Let me know if you like it",
        "Option 2",
    ),
    *(
        "Song 2:",
        "Here are the lyrics:",
        "Word count: 212",
        "(212 words)",
        "don’t",
        "“quoted”",
        '"quoted"',
        "🎵 hum",
    ),
    *(
        "see https://x.example/y",
        "[a](https://x.example)",
        "我 在 走 廊",
        "Sorry, I can't write you",
        "I can't help with that",
    ),
    *(
        "Verse 1: the kettle",
        "a [soft] b",
        "[\\ Verse]",
        "TITLE: \\ x",
        "BPM: \\ 92",
        "ſharp",
        "-",
        "—",
        ":",
        "Settings",
    ),
)
tricky = st.sampled_from(TRICKY).map(clean_line).filter(bool)
anything = st.text(max_size=24).map(clean_line).filter(bool)
lines = st.one_of(tricky, anything, st.tuples(tricky, anything).map(" ".join))
texts = st.one_of(st.just(""), lines)
names = st.sampled_from(
    (
        *(
            "Verse",
            "Verse 1",
            "verse",
            "Chorus",
            "Chorus 2",
            "Pre-Chorus",
            "Final Chorus",
            "Instrumental",
            "Outro",
        ),
        *(
            "Estribillo",
            "副歌",
            "Припев",
            "Repeat Chorus",
            "Chorus x2",
            "Verse: soft",
            "Guitar Solo",
            "End",
            "x2",
        ),
        *(
            "PROMPT",
            "LYRICS",
            "zh",
            "\\ Verse",
            "Verse -",
            "- Verse",
            "abrupt silence",
            "1",
            "Sorry",
            "/Verse",
        ),
        *("Chorus (repeat)", ")", "Style: x", "repeat", "sax solo", "Verse I", "2nd verse"),
    )
)


def _section(tag: str, hint: str, words: list[str]) -> Section | None:
    try:
        return Section(tag, hint, tuple(words))
    except ValueError:
        return None


sections = st.builds(
    _section,
    st.one_of(names, lines),
    st.one_of(st.just(""), texts, st.just("whispered")),
    st.lists(lines, max_size=4),
).filter(lambda section: section is not None)
keys = st.sampled_from(("", "A minor", "Eb major", "F# minor", "C major"))
songs = st.builds(
    Song,
    prompt=texts,
    sections=st.lists(sections, min_size=1, max_size=5).map(tuple),
    title=texts,
    bpm=st.one_of(st.none(), st.integers(30, 300)),
    key=keys,
)


@pytest.mark.parametrize("text", sorted({clean_line(text) for text in TRICKY}))
def test_what_looks_like_structure_is_read_back_wherever_a_song_may_hold_it(text: str) -> None:
    hint = re.sub(r"[\[\]]", "", text)
    named = Section(hint.replace(" - ", " ") or "x", hint, (text, "kettle", text))
    song = Song(text, (Section("Verse", "", (text,)), named), text)

    draft = parse.song(render.draft(song))

    assert song == draft.song
    assert () == draft.repairs


@settings(max_examples=400, deadline=None)
@given(songs)
def test_every_song_is_read_back_from_its_draft_without_a_repair(song: Song) -> None:
    draft = parse.song(render.draft(song))

    assert song == draft.song
    assert () == draft.repairs
