"""The songs of the offline songwriter, also before songpipe's own rules."""

import random
import re
from collections import Counter
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.brief import Brief
from pipeline.rehearsal import forms, syllables
from pipeline.rehearsal.order import Order, read
from pipeline.rehearsal.songwriter import compose
from pipeline.rehearsal.styles import STYLES
from pipeline.rehearsal.vocabulary import packaged as vocabulary
from pipeline.settings import packaged
from pipeline.settings.lexicon import load_lexicon
from pipeline.settings.taste import load_taste
from pipeline.settings.templates import load_templates
from pipeline.song import Finding, Severity
from pipeline.writing import fit, parse, prompt, rules
from pipeline.writing.lexicon import words
from pipeline.writing.prompt import Templates
from pipeline.writing.taste import Taste
from tests.fakes.stopwatch import untraced

FERRY = Order("a ferry that never docks", duration_s=180.0)
BRIEF_WORDS = re.findall(
    r"\S+",
    "lighthouse keeper night duty insomnia trip-hop robot divorce summer grandmother kitchen train punk jazz "
    "war love neon heartbreak ocean happy sad 1999 Über straße the of a my your machine learning winter dog "
    "moon taxi monday morning woke up rain whisper disco kubernetes monsoon café echoes !!! 東京 waltz Tokyo "
    "https://x.example",
)


def lyrics(song: str) -> str:
    return song.split("LYRICS:\n")[1]


def field(song: str, label: str) -> str:
    return next(
        line.removeprefix(f"{label}: ") for line in song.splitlines() if line.startswith(f"{label}: ")
    )


def sections(song: str) -> list[tuple[str, list[str]]]:
    blocks = [block.splitlines() for block in lyrics(song).split("\n\n")]
    return [(block[0].strip("[]"), block[1:]) for block in blocks]


def choruses(song: str) -> list[list[str]]:
    return [lines for tag, lines in sections(song) if tag.startswith("Chorus")]


def test_the_same_order_and_seed_give_the_same_song_to_the_letter() -> None:
    assert compose(FERRY, 4) == compose(FERRY, 4)


def test_another_seed_gives_another_song() -> None:
    songs = {compose(FERRY, seed) for seed in range(20)}

    assert 20 == len(songs)


def test_another_brief_gives_other_words() -> None:
    ferry, kettle = (compose(Order(brief, 180.0), 4) for brief in ("a ferry", "a kettle"))

    shared = set(lyrics(ferry).splitlines()) & set(lyrics(kettle).splitlines())

    assert len(shared) < len(lyrics(ferry).splitlines()) / 3


def test_the_words_of_the_brief_are_sung_and_stand_in_the_title() -> None:
    song = compose(Order("a ferry that never docks", 240.0), 4)

    assert "Ferry" in field(song, "TITLE")
    assert all("ferry" in " ".join(chorus) for chorus in choruses(song))
    assert "docks" in lyrics(song)


def test_a_brief_without_a_word_to_sing_gets_a_song_all_the_same() -> None:
    song = compose(Order("東京 !!! 99"), 1)

    assert any(spare in lyrics(song) for spare in vocabulary().spare)


def test_a_genre_of_the_brief_is_what_the_prompt_says() -> None:
    assert "trip-hop" in field(compose(Order("insomnia trip-hop"), 1), "PROMPT")


def test_a_palette_chooses_the_style_when_the_brief_names_none() -> None:
    prompts = {
        field(compose(Order("a ferry", palette="- grunge, seattle"), seed), "PROMPT") for seed in range(5)
    }

    assert all("grunge" in prompt for prompt in prompts)


def test_a_mood_of_the_brief_comes_first() -> None:
    assert "eerie" in field(compose(Order("an eerie kettle"), 1), "PROMPT")


def test_the_prompt_opens_with_the_opening_and_holds_the_hook_sentence() -> None:
    written = field(compose(FERRY, 1), "PROMPT")

    assert written.startswith("Opens with ")
    assert rules.HOOK_SENTENCE in written


# What the PROMPT says of the form, and the sections without which it is not true.
PROMISES = {
    r"\bverse\b": {"Verse": 1},
    r"\bverses\b": {"Verse": 2},
    r"\bchorus\b(?! guitar)": {"Chorus": 1},
    r"\b(?:last|each) chorus\b": {"Chorus": 2},
    r"\bbridge\b": {"Bridge": 1},
    r"\bpeak\b": {"Chorus": 1},
    r"\bbigger each time\b": {"Chorus": 2},
    r"\bmiddle part\b": {"Bridge": 1},
}


def broken_promises(song: str) -> list[str]:
    """Give what the PROMPT of a song speaks of and its form does not have."""
    had = Counter(re.split(r"[ -]", tag)[0] for tag, _ in sections(song))
    said = field(song, "PROMPT")
    return [what for what, needed in PROMISES.items() if re.search(what, said) and not Counter(needed) <= had]


@settings(max_examples=150)
@given(st.floats(20, 300), st.booleans(), st.integers(0, 10_000))
def test_the_prompt_promises_no_part_that_the_form_lacks(
    duration_s: float, instrumental: bool, seed: int
) -> None:
    fitting = None if instrumental else fit.word_range(duration_s)

    song = compose(Order("a ferry", duration_s, words=fitting, instrumental=instrumental), seed)

    assert [] == broken_promises(song)


def test_a_promise_that_is_not_kept_is_found() -> None:
    song = "PROMPT: verses hold back, the bridge is bare\nLYRICS:\n[Verse 1]\nla\n\n[Chorus - wide]\nla"

    assert [r"\bverses\b", r"\bbridge\b"] == broken_promises(song)


def test_a_long_song_may_tell_of_its_bridge_and_a_short_one_never_does() -> None:
    told = {
        seconds: {"bridge" in field(compose(Order("a ferry", seconds), seed), "PROMPT") for seed in range(30)}
        for seconds in (20.0, 240.0)
    }

    assert {20.0: {False}, 240.0: {False, True}} == told


def test_what_is_fixed_is_kept() -> None:
    song = compose(Order("a ferry", bpm=97, key="Eb major", title="Rope"), 1)

    assert ("97", "Eb major", "Rope") == tuple(field(song, label) for label in ("BPM", "KEY", "TITLE"))


def test_choruses_come_back_word_for_word() -> None:
    sung = choruses(compose(Order("a ferry", 240.0), 3))

    assert len(sung) >= 3
    assert all(chorus == sung[0] for chorus in sung)


def test_lines_have_six_to_ten_syllables() -> None:
    lines = [line for seed in range(30) for _, lines in sections(compose(FERRY, seed)) for line in lines]
    counts = Counter(len(syllables.sung(line)) for line in lines)

    within = sum(count for length, count in counts.items() if 6 <= length <= 10)

    assert within / len(lines) > 0.95


def test_the_second_and_the_fourth_line_of_a_verse_rhyme() -> None:
    rows = vocabulary().tails
    verse = next(lines for tag, lines in sections(compose(FERRY, 1)) if tag.startswith("Verse 1"))

    row_of = [
        next(i for i, row in enumerate(rows) if any(verse[n].endswith(tail) for tail in row)) for n in (1, 3)
    ]

    assert row_of[0] == row_of[1]
    assert verse[1].split()[-1] != verse[3].split()[-1]


@pytest.mark.parametrize("seconds", [20, 45, 60, 120, 240, 420, 600])
def test_longer_songs_have_more_words_and_fit_the_range_they_are_asked_for(seconds: int) -> None:
    fewest, most = round(seconds * 0.36), round(seconds * 1.25)
    song = compose(Order("a ferry", float(seconds), words=(fewest, most)), 2)

    sung = sum(len(line.split()) for _, lines in sections(song) for line in lines)

    assert fewest <= sung <= most


def test_an_instrumental_has_hints_and_no_words() -> None:
    song = compose(Order("a ferry", 120.0, instrumental=True), 1)

    assert all(" - " in tag and not lines for tag, lines in sections(song))
    assert "instrumental" in field(song, "PROMPT")


def test_a_repair_brings_another_song_under_the_same_title() -> None:
    asked: list[dict[str, object]] = [{"role": "user", "content": "> a ferry\n\n60 s"}]
    first = compose(read(asked), 3)
    again: list[dict[str, object]] = [
        *asked,
        {"role": "assistant", "content": first},
        {"role": "user", "content": "Mend these points."},
    ]

    second = compose(read(again), 3)

    assert field(first, "TITLE") == field(second, "TITLE")
    assert lyrics(first) != lyrics(second)


def test_no_word_of_the_vocabulary_is_worn() -> None:
    lexicon = load_lexicon([packaged.folder("configs") / "words"])
    words_ = vocabulary()
    lines = [*words_.openers, *words_.mentions, *(head for scene in words_.scenes for head in scene.heads)]
    lines += [
        line
        for rows in (words_.couplets, words_.hooks, words_.answers, words_.tails)
        for row in rows
        for line in row
    ]

    worn = {line: lexicon.cliches.found(line) for line in lines if lexicon.cliches.found(line)}

    assert {} == worn


def test_every_facet_of_every_style_can_be_told() -> None:
    facets = [(s.moods, s.voices, s.production, s.openings) for s in STYLES]

    assert all(all(facet) for style in facets for facet in style)
    assert all(len(style.instruments) >= 3 and style.bpm[0] < style.bpm[1] for style in STYLES)


def test_forms_grow_with_the_words() -> None:
    lines = [sum(part.lines for part in forms.sung(words, random.Random(1))) for words in (10, 50, 150, 300)]  # noqa: S311

    assert sorted(lines) == lines
    assert len(set(lines)) == 4


@cache
def judges() -> tuple[Taste, Templates, rules.Rulebook]:
    """Load what the road asks and judges with."""
    taste = load_taste("default", [packaged.folder("configs") / "taste"])
    names = tuple(name for artist in taste.artists for name in (artist.name, *artist.aliases))
    book = rules.Rulebook(load_lexicon([packaged.folder("configs") / "words"]), names)
    return taste, load_templates(None), book


def findings(brief: Brief, duration_s: float, seed: int) -> tuple[Finding, ...]:
    """Ask for a song with the packaged templates and judge what comes, as the road does."""
    taste, templates, book = judges()
    asked = prompt.opening(brief, taste, templates, duration_s, "en")
    order = read([{"role": turn.role, "content": turn.content} for turn in asked])
    return rules.check(parse.song(compose(order, seed)), brief, duration_s, book)


@untraced()
def test_no_song_for_two_hundred_briefs_breaks_an_error_level_rule() -> None:
    dice = random.Random(11)  # noqa: S311 -- briefs are no secrets
    broken: list[tuple[str, float, Finding]] = []

    for seed in range(200):
        text = " ".join(dice.sample(BRIEF_WORDS, dice.randint(1, 8)))
        duration_s = dice.choice([60.0, 90.0, 120.0, 180.0, 240.0, round(dice.uniform(60, 240), 1)])
        brief = Brief(text=text, instrumental=dice.random() < 0.3, language="en")
        broken += [
            (text, duration_s, finding)
            for finding in findings(brief, duration_s, seed)
            if finding.severity is Severity.ERROR
        ]

    assert [] == broken


@pytest.mark.parametrize("duration_s", [10.0, 20.0, 45.0, 400.0, 600.0])
@pytest.mark.parametrize("instrumental", [False, True])
def test_the_shortest_and_the_longest_songs_keep_the_rules_too(duration_s: float, instrumental: bool) -> None:
    found = findings(Brief(text="a ferry", instrumental=instrumental, language="en"), duration_s, 5)

    assert [] == [finding for finding in found if finding.severity is Severity.ERROR]


def test_the_sung_subject_is_no_word_too_small_to_sing() -> None:
    title = field(compose(Order("write me a song about the one who was never there"), 1), "TITLE")

    assert not set(words(title)) & {"write", "song", "about", "never"}


@pytest.mark.parametrize(
    ("word", "groups"),
    [
        ("kettle", 2),
        ("burned", 1),
        ("insomnia", 3),
        ("plates", 1),
        ("loaded", 2),
        ("kisses", 2),
        ("rhythm", 1),
        ("hm", 1),
    ],
)
def test_syllables_are_counted_by_the_ear(word: str, groups: int) -> None:
    assert groups == len(syllables.of(word))
