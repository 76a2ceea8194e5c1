"""For every rule, what breaks it and what comes near and does not."""

from collections.abc import Mapping
from typing import Any

from pipeline.song import Section
from pipeline.writing.rules import HOOK_SENTENCE
from tests.rules.conftest import CHORUS, PROMPT, SECTIONS, VERSE_1, VERSE_2

Case = Mapping[str, Any]
REST = SECTIONS[1:]
HOOK = HOOK_SENTENCE[0].upper() + HOOK_SENTENCE[1:] + "."


def verse(*lines: str, hint: str = "") -> Case:
    return {"sections": (Section("Verse 1", hint, lines), *REST)}


def first_line(line: str) -> Case:
    return verse(line, *VERSE_1[1:])


def second_line(line: str) -> Case:
    return verse(VERSE_1[0], line, *VERSE_1[2:])


def sections(*sections: Section) -> Case:
    return {"sections": sections}


def described(style: str) -> Case:
    return {"prompt": f"Opens with a stark piano chord. {style} {HOOK}"}


# id: (what breaks the rule, what comes near and does not); both differ from a faultless song by these fields.
CASES: Mapping[str, tuple[Case, Case]] = {
    "SP101": (sections(Section("Verse")), first_line("Salt")),
    "SP102": (
        sections(Section("Verse", "", VERSE_1), Section("Pre-Chorus", "", CHORUS)),
        sections(Section("Verse", "", VERSE_1), Section("Hook", "", CHORUS)),
    ),
    "SP103": (
        sections(*SECTIONS, Section("Kazoo Parade")),
        sections(*SECTIONS, Section("Guitar Solo"), Section("Final Chorus", "", CHORUS)),
    ),
    "SP104": (
        sections(*SECTIONS, Section("Bridge")),
        sections(*SECTIONS, Section("Bridge", "strings only"), Section("Guitar Solo")),
    ),
    "SP105": (verse(*VERSE_1, hint="whispered, building"), verse(*VERSE_1, hint="whispered and close")),
    "SP106": (
        verse(*VERSE_1, hint="she whispers as if the house were asleep"),
        verse(*VERSE_1, hint="whispered as if half asleep"),
    ),
    "SP107": (
        sections(*SECTIONS[:-1], Section("Outro")),
        sections(*SECTIONS[:-1], Section("Outro", "fade out")),
    ),
    "SP108": (
        sections(*SECTIONS[:3], Section("Chorus", "", VERSE_2)),
        sections(*SECTIONS[:3], Section("Chorus", "", (*CHORUS[:3], "And the radio has won"))),
    ),
    "SP109": (
        sections(*(Section("Verse", "", VERSE_1[:2]) for _ in range(3)), *REST),
        sections(*(Section("Verse", "", VERSE_1[:2]) for _ in range(2)), *REST),
    ),
    "SP110": (verse(*VERSE_1 * 5), verse(*VERSE_1 * 4)),
    "SP111": ({}, {}),  # needs positions: see test_rules_structure.py
    "SP112": ({"brief": {"instrumental": True}}, sections(Section("Intro", "harp"), Section("Instrumental"))),
    "SP201": (
        {
            "prompt": PROMPT.replace(
                "Opens with a stark piano chord and a whispered vocal.", "The chorus opens wide."
            )
        },
        {"prompt": PROMPT.replace("Opens with a stark", "The first seconds hold a stark")},
    ),
    "SP202": (
        {"prompt": "Dark trip-hop, brooding, breathy vocals, upright bass, sparse production. " * 4 + PROMPT},
        {"prompt": "Dark trip-hop, brooding, breathy vocals, upright bass, sparse production. " * 2 + PROMPT},
    ),
    "SP203": (
        {"prompt": PROMPT.removesuffix(f" {HOOK}")},
        {"prompt": PROMPT.replace(HOOK, f"Remember: {HOOK.upper()}")},
    ),
    "SP204": (
        first_line("I woke up on a cold floor with your keys"),
        first_line("Your Sunday shirt still has the river in it"),
    ),
    "SP205": (
        sections(Section("Intro"), *SECTIONS),
        sections(Section("Intro", "whispered a cappella"), *SECTIONS),
    ),
    "SP206": (sections(Section("Guitar Solo"), *SECTIONS), sections(*SECTIONS, Section("Guitar Solo"))),
    "SP207": ({"title": "Gravel Road"}, {"title": "The Burning"}),
    "SP301": (
        described("Brooding mood, female vocals, guitars, sparse production that builds."),
        described("Brooding gqom, female vocals, guitars, sparse production that builds."),
    ),
    "SP302": (
        {
            "prompt": f"Opens with a piano chord. Trip-hop, female vocals, guitars, distorted production. {HOOK}"
        },
        described("Trip-hop, yearning female vocals, guitars, distorted production that grows."),
    ),
    "SP303": (
        {
            "prompt": f"Opens with a whispered vocal alone. Brooding trip-hop, female voice, sparse production. {HOOK}"
        },
        {
            "prompt": f"Opens with a whispered vocal alone. Brooding trip-hop, female voice, sparse kalimba. {HOOK}"
        },
    ),
    "SP304": (
        described("Brooding trip-hop, upright bass, dusty drums, sparse production."),
        described("Brooding trip-hop, rapped over upright bass, dusty drums, sparse production."),
    ),
    "SP305": (
        described("Brooding trip-hop with one female singer, a loud bass, a drum kit."),
        described("Brooding trip-hop with one female singer, a loud bass, a drum kit, vinyl crackle."),
    ),
    "SP306": (
        described("Rock song."),
        described("Dark alternative rock, brooding female vocals, distorted guitars, heavy bass."),
    ),
    "SP307": (
        {"prompt": PROMPT.replace("Dark trip-hop", "Dark trip-hop in the style of Halsey")},
        {"prompt": PROMPT.replace("Dark trip-hop", "Dark trip-hop in the style of Bristol basements")},
    ),
    "SP308": (
        {"prompt": PROMPT.replace("Dark trip-hop", "Dark trip-hop at 84 BPM")},
        {"prompt": PROMPT.replace("Dark trip-hop", "Dark mid-tempo 90s trip-hop")},
    ),
    "SP309": (
        {"prompt": PROMPT + " A cello swells under the last chorus." * 12},
        {"prompt": PROMPT + " A cello swells under the last chorus." * 8},
    ),
    "SP310": (
        {"prompt": PROMPT + " A cello swells under the last chorus." * 8},
        {"prompt": PROMPT + " A cello swells under the last chorus." * 4},
    ),
    "SP311": (
        described("Brooding trip-hop, female vocals, upright bass, dusty drums, sparse production."),
        described(
            "Brooding trip-hop, female vocals, upright bass, dusty drums, sparse production, swelling late."
        ),
    ),
    "SP312": ({"prompt": PROMPT + " [Chorus]"}, {"prompt": PROMPT + " (chorus)"}),
    "SP313": (verse(*VERSE_1, hint="male voice"), verse(*VERSE_1, hint="female voice")),
    "SP401": (
        first_line("Shattered hearts entwined in endless night"),
        first_line("The shattered plate is glued along its rim"),
    ),
    "SP402": (
        {"sections": (SECTIONS[0], Section("Chorus", "", ("Tomorrow is another day", *CHORUS[1:])))},
        second_line("My mother's mug says tomorrow is another day"),
    ),
    "SP403": (
        second_line("The kettle clicks at 4 to keep me proved"),
        first_line("Three AM and the kettle clicks"),
    ),
    "SP404": (
        second_line("The kettle clicks at four [1]"),
        second_line("The kettle clicks at four.Come in"),
    ),
    "SP405": (second_line("(guitar solo)"), second_line("The kettle clicks at four (light on)")),
    "SP406": (
        second_line("The refrigerator in the apartment hums another lullaby to me"),
        second_line("The kettle clicks at four to keep me proved and pinned"),
    ),
    "SP407": (
        second_line("I keep a photograph of every refrigerator, radiator and elevator " * 2 + "here"),
        second_line("The refrigerator in the apartment hums another lullaby to me"),
    ),
    "SP408": (
        second_line("Чайник щёлкает в четыре утра"),
        second_line("Чайник, she said, and the kettle clicked again"),
    ),
    "SP409": (
        second_line("The kettle 点击 at four to keep me proved"),
        second_line("The café naïveté of Zoë's kettle"),
    ),
    "SP410": (
        sections(SECTIONS[0], SECTIONS[1], Section("Verse 2", "", (*VERSE_1[:3], VERSE_2[0]))),
        sections(SECTIONS[0], SECTIONS[1], Section("Verse 2", "", (VERSE_1[0], *VERSE_2[:3]))),
    ),
    "SP411": (
        sections(
            Section("Verse", "", ("I feel the meaning of my life",) * 5),
            Section("Chorus", "", ("Nothing was ever truly lost",) * 5),
        ),
        sections(
            Section("Verse", "", ("I feel the salt upon my lip",) * 5),
            Section("Chorus", "", ("Nothing but static on the line",) * 5),
        ),
    ),
    "SP412": (
        sections(SECTIONS[0], Section("Chorus", "", ("Oh oh oh", "Yeah yeah, ooh", CHORUS[0]))),
        sections(SECTIONS[0], Section("Chorus", "", ("Oh oh oh", "Yeah, the latch", *CHORUS))),
    ),
    "SP501": (verse(*VERSE_1 * 50), verse(*VERSE_1 * 25)),
    "SP502": ({"duration_s": 9.0}, {"duration_s": 10.0}),
    "SP503": ({"duration_s": 400.0}, {"duration_s": 300.0}),
    "SP504": ({"duration_s": 70.0}, {"duration_s": 100.0}),
    "SP505": ({"duration_s": 40.0}, {"duration_s": 70.0}),
    "SP506": ({**verse(*VERSE_1 * 12), "duration_s": 600.0}, {**verse(*VERSE_1 * 12), "duration_s": 300.0}),
}
