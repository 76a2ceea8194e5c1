"""The user's own examples: what he calls bad fails, what he calls good passes."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.song import Finding, Section, Severity
from pipeline.writing.rules import HOOK_SENTENCE
from tests.rules.conftest import PROMPT

Judge = Callable[..., tuple[Finding, ...]]
GOOD_LYRICS = (
    Section("Verse", "", (
        "Copper taste on split lips, morning after the flood",
        "Your silence fills the hallway like a second kind of blood",
        "I pressed my ear against the door — just static, just the hum",
        "Of everything we swore we'd be before we came undone",
    )),
    Section("Chorus", "", (
        "Burn the map, we're already lost",
        "Every bridge was worth the cost",
        "I'd rather drown in what was real",
        "Than float through what I'll never feel",
    )),
)  # fmt: skip
BAD_LYRICS = (
    Section("Verse", "", ("I'm feeling sad today", "Things aren't going my way")),
    Section("Chorus", "", ("Life is hard but I'll be okay", "Tomorrow is another day")),
)
GOOD_PROMPTS = (
    (
        "dark alternative rock, brooding female vocals, distorted guitars, heavy bass, atmospheric reverb, "
        "90s grunge influence, emotional intensity"
    ),
    (
        "dark electropop, breathy vulnerable female vocals, glitchy synths, trap-influenced drums, cinematic "
        "production, "
        "emotional rawness"
    ),
    (
        "minimal industrial, intimate whispered vocals over glitchy mechanical beats, sparse guitar with "
        "distorted synth "
        "textures, nocturnal and unsettling"
    ),
    (
        "dark alternative rock with electronic elements, raw powerful vocals, heavy distorted guitars, "
        "cinematic production, "
        "emotional catharsis"
    ),
    (
        "minimal R&B, silky ethereal vocals, sparse bass-heavy production, intimate nocturnal mood, sensual "
        "and melancholic"
    ),
)
DNA = (
    (
        "minimal indie, intimate whispered vocals, sparse guitar, deep bass, atmospheric space, nocturnal "
        "mood, tender and "
        "melancholic"
    ),
    (
        "dark electropop, raw vulnerable female vocals, trap-influenced beats, cinematic production, "
        "confessional lyrics, "
        "emotional intensity"
    ),
    (
        "silky smooth R&B, ethereal female vocals, understated production, cool rhythmic grooves, sensual "
        "minimalism, "
        "timeless elegance"
    ),
    (
        "heavy grunge, powerful male vocals, drop-tuned guitars, dark psychedelic, crushing riffs, raw "
        "emotional power, "
        "90s Seattle sound"
    ),
    (
        "industrial rock, aggressive electronic textures, distorted vocals, mechanical rhythms, dark "
        "atmospheric synths, "
        "visceral intensity, layered noise"
    ),
)
OPENINGS = (
    "opens with a haunting vocal melody before instruments enter",
    "starts with a massive distorted guitar riff",
    "begins with an arresting a cappella line",
    "opens with a stark piano chord and whispered vocal",
    "starts with a punchy drum break and bass drop",
)


def errors(findings: Any) -> set[str]:
    return {finding.rule for finding in findings if finding.severity is Severity.ERROR}


@pytest.mark.parametrize("opening", OPENINGS)
@pytest.mark.parametrize("style", GOOD_PROMPTS + DNA)
def test_a_good_prompt_that_says_how_the_song_opens_passes(style: str, opening: str, judge: Judge) -> None:
    prompt = f"{style}, {opening}, {HOOK_SENTENCE}"

    assert set() == errors(judge(prompt=prompt, sections=GOOD_LYRICS, duration_s=240))


@pytest.mark.parametrize("style", GOOD_PROMPTS)
def test_a_prompt_that_does_not_describe_the_first_ten_seconds_fails(style: str, judge: Judge) -> None:
    assert {"SP201"} == errors(judge(prompt=f"{style}, {HOOK_SENTENCE}"))


@pytest.mark.parametrize(
    ("prompt", "broken"),
    [
        ("rock song", {"SP201", "SP203", "SP306"}),
        ("sounds like Halsey", {"SP201", "SP203", "SP306", "SP307"}),
        ("lo-fi hip hop, chill beats, rainy day vibes", {"SP201", "SP203"}),
    ],
)
def test_a_bad_prompt_fails(prompt: str, broken: set[str], judge: Judge) -> None:
    assert broken == errors(judge(prompt=prompt))


def test_the_bad_lyrics_fail(judge: Judge) -> None:
    assert {"SP204", "SP402"} == errors(judge(sections=BAD_LYRICS))


def test_the_good_lyrics_pass(judge: Judge) -> None:
    assert set() == errors(judge(sections=GOOD_LYRICS, duration_s=240))


@pytest.mark.parametrize(
    "line",
    [
        "I buried your name in the backyard last June",
        "Three AM. Your side of the bed is cold again.",
        "I can taste the static where your voice used to be",
    ],
)
def test_a_good_opener_passes(line: str, judge: Judge) -> None:
    verse = Section("Verse", "", (line, *GOOD_LYRICS[0].lines[1:]))

    assert set() == errors(judge(sections=(verse, GOOD_LYRICS[1])))


@pytest.mark.parametrize(
    "line",
    [
        "I woke up on a Tuesday morning",
        "Woke up this morning feeling alive",
        "Raindrops on the window pane",
        "The sun is shining and I will thrive",
        "I’m feeling sad today",
        "Oh, yeah, Monday came around",
        "It's raining in the city",
        "Ich wache auf und du bist fort",
    ],
)
def test_a_weak_opener_fails(line: str, judge: Judge) -> None:
    verse = Section("Verse", "", (line, *GOOD_LYRICS[0].lines[1:]))

    assert {"SP204"} == errors(judge(sections=(verse, GOOD_LYRICS[1])))


def test_a_song_may_start_with_its_chorus(judge: Judge) -> None:
    assert set() == errors(judge(sections=(GOOD_LYRICS[1], *GOOD_LYRICS)))


def test_a_spoken_line_may_open_the_song(judge: Judge) -> None:
    spoken = Section("Intro", "spoken word", ("Count the exits with me",))

    assert set() == errors(judge(prompt=PROMPT, sections=(spoken, *GOOD_LYRICS)))
