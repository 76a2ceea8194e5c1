"""The 25 ways in which real models bend the format: each alone, and in mixes of two and three."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.song import Section, Song
from pipeline.writing import parse

PROMPT = "dusty trip-hop, low breathy voice, brushed drums. Opens with a kettle whistling alone, then the bass drops."
VERSE = ("The hall light hums a borrowed key", "I count the tiles from wall to sea (light on)")
CHORUS = (
    "Leave the kettle, leave the coat",
    "Salt is climbing up the boat",
    "Leave the kettle, leave the coat",
)
SONG = Song(
    prompt=PROMPT,
    sections=(
        Section("Verse 1", "", VERSE),
        Section("Chorus", "whispered", CHORUS),
        Section("Verse 2", "", ("Gravel answers every tyre", "Someone's feeding me to wire")),
        Section("Chorus", "", CHORUS),
        Section("Outro", "fading", ("The hall light hums",)),
    ),
    title="Hall Light",
    bpm=84,
    key="A minor",
)
BASE = f"""TITLE: Hall Light
BPM: 84
KEY: A minor
PROMPT: {PROMPT}
LYRICS:
[Verse 1]
{VERSE[0]}
{VERSE[1]}

[Chorus - whispered]
{CHORUS[0]}
{CHORUS[1]}
{CHORUS[2]}

[Verse 2]
Gravel answers every tyre
Someone's feeding me to wire

[Chorus]
{CHORUS[0]}
{CHORUS[1]}
{CHORUS[2]}

[Outro - fading]
The hall light hums
"""
SUNG = ("Gravel", "Someone", *(line[:9] for line in (*VERSE, *CHORUS)))
Bend = Callable[[str], str]


def swap(*pairs: str) -> Bend:
    """Replace texts that must be there: old, new, old, new…"""

    def bend(text: str) -> str:
        for old, new in zip(pairs[::2], pairs[1::2], strict=True):
            text = text.replace(old, new)
        return text

    return bend


def each(start: tuple[str, ...], change: Callable[[str], str]) -> Bend:
    """Change every line that begins with one of the texts."""
    return lambda text: "\n".join(
        change(line) if line.startswith(start) else line for line in text.split("\n")
    )


def around(before: str, after: str = "") -> Bend:
    return lambda text: before + text + after


LABELS = {
    "bold with the colon inside": swap(
        "TITLE:", "**TITLE:**", "PROMPT:", "**PROMPT:**", "LYRICS:", "**LYRICS:**"
    ),
    "bold with the colon outside": swap("PROMPT:", "**PROMPT**:", "LYRICS:", "**LYRICS**:"),
    "headings": swap("PROMPT: ", "## Prompt\n", "LYRICS:", "## Lyrics"),
    "headings with a colon": swap("PROMPT: ", "### PROMPT:\n\n", "LYRICS:", "### LYRICS:"),
    "numbered": swap("PROMPT:", "1. PROMPT:", "LYRICS:", "2. LYRICS:"),
    "bold and numbered": swap("PROMPT:", "**1. PROMPT:**", "LYRICS:", "**2. LYRICS:**"),
    "in brackets": swap("PROMPT: ", "[PROMPT]\n", "LYRICS:", "[LYRICS]"),
    "lower case": swap(
        "TITLE:", "title:", "PROMPT:", "prompt:", "LYRICS:", "lyrics:", "BPM:", "bpm:", "KEY:", "key:"
    ),
    "full-width colon": swap("PROMPT:", "PROMPT：", "LYRICS:", "LYRICS："),
    "no colon at the end of a line": swap("PROMPT: ", "PROMPT\n", "LYRICS:", "LYRICS"),
    "between equal signs": swap("PROMPT: ", "=== PROMPT ===\n", "LYRICS:", "=== LYRICS ==="),
    "XML": swap("PROMPT: ", "<prompt>\n", "LYRICS:", "</prompt>\n<lyrics>"),
    "with an aside": swap("PROMPT:", "PROMPT (style):", "LYRICS:", "LYRICS (212 words):"),
    "style and song lyrics": swap("PROMPT:", "Style:", "LYRICS:", "Song lyrics:", "TITLE:", "Song title:"),
    "style prompt": swap("PROMPT:", "Style prompt:", "BPM:", "Tempo:", "KEY:", "Key scale:"),
    "caption": swap("PROMPT:", "Caption:"),
    "tags": swap("PROMPT:", "Tags:"),
    "music prompt": swap("PROMPT:", "**Music prompt**:"),
    "escaped": swap("PROMPT:", r"\*\*PROMPT:\*\*", "[Verse 1]", r"\[Verse 1\]", "[Verse 2]", r"\[Verse 2\]"),
}
WRAPPING = {
    "the whole in a fence": around("```\n", "\n```"),
    "each part in a fence": lambda text: text.replace(
        f"PROMPT: {PROMPT}\nLYRICS:", f"PROMPT:\n```\n{PROMPT}\n```\n\nLYRICS:\n```"
    )
    + "```\n",
    "a fence with a language": around("```text\n", "\n```\n"),
    "tildes": around("~~~\n", "\n~~~\n"),
    "a greeting": around("Here's your song, a slow one about the hall light:\n\n"),
    "a greeting and a ruler": around("Sure! I've written this song for you.\n\n---\n\n"),
    "an offer after it": around("", "\n\nLet me know if you'd like any changes!"),
    "a ruler and talk after it": around("", "\n\n---\n\n*The kettle is the one who left.*\nIt comes back twice."),
    "notes after it": around("", "\n\n**Notes:**\n- the kettle returns\n- the boat is real"),
    "a word count after it": around("", "\n\n(Word count: 57)"),
    "notes under a heading": around("", "\n\n## Why this works\nThe kettle is concrete."),
    "an offer behind a fence": around("```\n", "```\nFeel free to ask for another version."),
    "reasoning opened twice": around("<think>one\n<think>two</think>\n"),
    "reasoning before it": around("<think>\nPROMPT: no\nLYRICS:\n[Verse]\nNot this\n</think>\n"),
    "an orphan end of reasoning": around("I will write\n[Verse]\nNot this\n</think>\n"),
    "two reasonings": around("<thinking>one</thinking>\n<think>two <b>x</b>\n\n</think>", "<think>and after</think>"),
    "harmony": around("<|channel|>analysis<|message|>[Verse]\nNo<|end|><|channel|>final<|message|>", "<|return|>"),
    "ChatML": around("<|im_start|>assistant\n", "<|im_end|>"),
    "an end token": around("", "</s>"),
    "a second song": around("", "\n\n## Option 2\n\nTITLE: Other\nPROMPT: loud\nLYRICS:\n[Verse 1]\nNot this\n"),
    "a second song with labels only": around("", "\n---\nPROMPT: loud\nLYRICS:\n[Verse 1]\nNot this\n"),
    "a first option": around("**Option 1: Quiet**\n\n", "\n\n**Option 2: Loud**\nPROMPT: no\nLYRICS:\n[Verse]"),
    "CRLF": swap("\n", "\r\n"),
    "line separators": swap("\n", "\u2028"),
    "a BOM": around("\ufeff"),
    "everything said with spaces": each(("",), lambda line: f"  {line} \t "),
}  # fmt: skip
PARTS = {
    "title as a heading": lambda text: "# Hall Light\n\n" + text.replace("TITLE: Hall Light\n", ""),
    "title between": swap("TITLE: Hall Light\n", "", "LYRICS:", "\n# Hall Light\n\nLYRICS:"),
    "title in bold": lambda text: "**Hall Light**\n\n" + text.replace("TITLE: Hall Light\n", ""),
    "title on its own line": swap("TITLE: Hall Light", "TITLE:\n\nHall Light"),
    "title in quotes": swap("TITLE: Hall Light", 'TITLE: "Hall Light"'),
    "prompt over many lines": swap(PROMPT, PROMPT.replace(", ", ",\n").replace(". ", ".\n")),
    "prompt below its label": swap("PROMPT: ", "PROMPT:\n"),
    "prompt as bullets": swap(PROMPT, "\n- " + PROMPT.replace(", ", "\n- ").replace(". ", ".\n- ")),
    "prompt in quotes": swap(PROMPT, f'"{PROMPT}"'),
    "prompt in typographic quotes": swap(PROMPT, f"“{PROMPT}”"),
    "prompt in bold": swap(PROMPT, f"**{PROMPT}**"),
    "prompt as a quotation": swap(PROMPT, f"\n> {PROMPT}"),
    "lyrics first": lambda text: "LYRICS:{1}\n\n{0}".format(*text.split("LYRICS:")),
    "tempo with a unit": swap("BPM: 84", "Tempo: 84 bpm"),
    "tempo about": swap("BPM: 84", "BPM: ~84.4"),
    "a short key": swap("KEY: A minor", "KEY: Am"),
    "a loud key": swap("KEY: A minor", "**Key:** A MINOR."),
    "other settings": swap("KEY: A minor", "KEY: A minor\nTime signature: 4/4\nDuration: 240\nLanguage: en"),
    "no LYRICS label": swap("LYRICS:\n", "\n"),
    "no labels": lambda text: text.replace("LYRICS:\n", "\n").replace("PROMPT: ", "\n"),
    "a greeting and no labels": swap("TITLE", "Here is the song:\n\nTITLE", "LYRICS:\n", "\n", "PROMPT: ", "\n"),
    "no PROMPT label": swap("PROMPT: ", "\n"),
    "lyrics on the line of the label": swap("LYRICS:\n[Verse 1]", "LYRICS: [Verse 1]"),
}  # fmt: skip
TAGS = {
    "bold tags": each(("[",), lambda line: f"**{line}**"),
    "tags as headings": each(("[",), lambda line: f"### {line.strip('[]')}"),
    "tags with a colon": each(("[V", "[C", "[O"), lambda line: f"{line.strip('[]')}:"),
    "bold names": each(("[",), lambda line: f"**{line.strip('[]')}**"),
    "bold names with a colon": each(("[",), lambda line: f"**{line.strip('[]')}:**"),
    "round brackets": each(("[",), lambda line: f"({line.strip('[]')})"),
    "curly brackets": each(("[",), lambda line: "{" + line.strip("[]") + "}"),
    "ideographic brackets": each(("[",), lambda line: f"【{line.strip('[]')}】"),
    "full-width brackets": each(("[",), lambda line: f"［{line.strip('[]')}］"),
    "lower case tags": each(("[",), str.lower),
    "upper case tags": each(("[V",), str.upper),
    "hints behind a colon": swap("[Chorus - whispered]", "[Chorus: whispered]", "[Outro - fading]", "[Outro: fading]"),
    "hints in brackets": swap("[Chorus - whispered]", "[Chorus (whispered)]", "[Outro - fading]", "[Outro] (fading)"),
    "hints behind a long dash": swap("Chorus - whispered", "Chorus — whispered", "Outro - fading", "Outro – fading"),
    "two hints": swap("[Chorus - whispered]", "[Chorus - whispered, building]"),
    "stacked tags": swap("[Chorus - whispered]", "[Chorus - whispered][Hook]"),
    "a hint on the next line": swap("[Chorus - whispered]", "[Chorus]\n[whispered]"),
    "a direction on the next line": swap("[Outro - fading]", "[Outro]\n[fading, rain]"),
    "a direction inside": swap(CHORUS[1], f"[vocal chop: 'coat']\n{CHORUS[1]}"),
    "a direction within a line": swap(CHORUS[1], f"{CHORUS[1]} [softly]"),
    "first line behind the tag": swap("[Verse 1]\n", "[Verse 1] ", "[Verse 2]\n", "[Verse 2] "),
    "words for numbers": swap("[Verse 1]", "[Verse One]", "[Verse 2]", "[Second Verse]"),
    "Roman numerals": swap("[Verse 1]", "[Verse I]", "[Verse 2]", "[VERSE II]"),
    "closing tags": swap("\n\n[Verse 2]", "\n[/Chorus]\n\n[Verse 2]"),
    "an end tag": around("", "\n[End]"),
    "one tag per couplet": swap(VERSE[1], f"[Verse 1]\n{VERSE[1]}"),
    "Spanish tags": swap("[Verse", "[Verso", "[Chorus", "[Estribillo"),
    "French tags": swap("[Verse", "[Couplet", "[Chorus", "[Refrain"),
    "German tags": swap("[Verse", "[Strophe", "[Chorus", "[Kehrreim"),
    "Russian tags": swap("[Verse", "[Куплет", "[Chorus", "[Припев"),
    "Chinese tags": swap("[Verse ", "【主歌", "1]", "1】", "2]", "2】", "[Chorus]", "【副歌】", "Outro", "尾奏"),
    "Japanese tags": swap("[Chorus", "[サビ", "[Verse", "[Aメロ"),
    "Portuguese tags": swap("[Verse", "[Verso", "[Chorus", "[Refrão"),
}  # fmt: skip
REPEATS = {
    "an empty chorus": lambda text: _without_second_chorus(text, "[Chorus]"),
    "Repeat Chorus": lambda text: _without_second_chorus(text, "[Repeat Chorus]"),
    "Chorus (repeat)": lambda text: _without_second_chorus(text, "[Chorus] (repeat)"),
    "(Repeat Chorus)": lambda text: _without_second_chorus(text, "(Repeat Chorus)"),
    "Chorus - repeat": lambda text: _without_second_chorus(text, "[Chorus - repeat]"),
}
DRESS = {
    "italic lines": each(SUNG, lambda line: f"*{line}*"),
    "underlined lines": each(SUNG, lambda line: f"_{line}_"),
    "bullets": each(SUNG, lambda line: f"- {line}"),
    "star bullets": each(SUNG, lambda line: f"* {line}"),
    "numbered lines": each(SUNG, lambda line: f"3. {line}"),
    "hard breaks of two spaces": each(SUNG, lambda line: f"{line}  "),
    "hard breaks of a backslash": each(SUNG, lambda line: f"{line}\\"),
    "quotation": each(SUNG, lambda line: f"> {line}"),
    "typographic quotes": swap("Someone's", "Someone’s"),
    "zero-width spaces": swap("kettle", "ket\u200btle"),
    "soft hyphens": swap("kettle", "ket\u00adtle"),
    "no-break spaces": swap("the ", "the\u00a0"),
    "emoji": swap("hums", "hums 🌙", "LYRICS:", "🎵 LYRICS:"),
    "citations": swap("every tyre", "every tyre [1]", "up the boat", "up the boat【2†source】"),
    "a URL": swap("every tyre", "every tyre https://songs.example/hall"),
}


def _without_second_chorus(text: str, tag: str) -> str:
    words = "\n".join(CHORUS)
    return text.replace(f"[Chorus]\n{words}", tag)


def _fields(text: str) -> tuple[dict[str, str], str]:
    head, words = text.split("LYRICS:\n")
    return dict(line.split(": ", 1) for line in head.strip().split("\n")), words


def _as_json(text: str, **options: int) -> str:
    head, words = _fields(text)
    named = {
        "title": head["TITLE"],
        "style_prompt": head["PROMPT"],
        "bpm": int(head["BPM"]),
        "key": head["KEY"],
    }
    return json.dumps(named | {"lyrics": words}, ensure_ascii=False, **options)


def _as_sections(text: str) -> str:
    head, words = _fields(text)
    blocks = [block.split("\n") for block in words.strip().split("\n\n")]
    listed = [{"tag": tag, "lines": lines} for tag, *lines in blocks]
    return json.dumps(
        {"song": {"title": head["TITLE"], "caption": head["PROMPT"].split(", "), "sections": listed}}
    )


FORMS = {
    "JSON": _as_json,
    "JSON over many lines": lambda text: _as_json(text, indent=2),
    "JSON in a fence": lambda text: f"Here you are:\n```json\n{_as_json(text, indent=2)}\n```\nEnjoy!",
    "JSON behind reasoning": lambda text: f"<think>{{}}</think>{_as_json(text)}",
    "JSON with raw line breaks": lambda text: _as_json(text).replace("\\n", "\n"),
    "JSON with a comma too many": lambda text: _as_json(text)[:-1] + ",\n}",
    "JSON escaped twice": lambda text: _as_json(text).replace("\\n", "\\\\n"),
    "literal line breaks": lambda text: text.replace("\n", "\\n"),
    "literal CRLF": lambda text: text.replace("\n", "\\r\\n"),
    "a quoted string": lambda text: json.dumps(text, ensure_ascii=False),
}
FAMILIES = {
    "dress": DRESS,
    "tag": TAGS,
    "repeat": REPEATS,
    "part": PARTS,
    "label": LABELS,
    "wrapping": WRAPPING,
}
BENDS = {f"{family}: {name}": bend for family, bends in FAMILIES.items() for name, bend in bends.items()}
# Bends that take away what another one bends, or what tells two songs apart.
LONELY = {"no labels", "a greeting and no labels", "lyrics on the line of the label", "Chinese tags"}


# White space and the order of the parts are free; nothing is mended when they differ.
ORDINARY = {
    *("part: title on its own line", "part: prompt below its label", "part: lyrics first"),
    *("part: lyrics on the line of the label", "dress: hard breaks of two spaces", "dress: no-break spaces"),
    *("wrapping: CRLF", "wrapping: line separators", "wrapping: everything said with spaces"),
}


@pytest.mark.parametrize("bend", BENDS.values(), ids=BENDS.keys())
def test_a_bent_reply_is_the_same_song(bend: Bend) -> None:
    bent = bend(BASE)
    assert bent != BASE

    draft = parse.song(bent)

    assert SONG == draft.song


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_a_song_in_another_form_is_the_same_song(form: Bend) -> None:
    draft = parse.song(form(BASE))

    assert SONG == draft.song
    assert draft.repairs


def test_json_sections_with_tags_and_lines_are_the_same_words() -> None:
    draft = parse.song(_as_sections(BASE))

    assert Song(PROMPT, SONG.sections, "Hall Light") == draft.song


@pytest.mark.parametrize("name", BENDS.keys())
def test_what_was_mended_is_told(name: str) -> None:
    draft = parse.song(BENDS[name](BASE))

    assert (name in ORDINARY) == (not draft.repairs)
    assert all(repair.endswith(".") for repair in draft.repairs)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_mix_of_deviations_is_the_same_song(data: st.DataObject) -> None:
    chosen = data.draw(st.sets(st.sampled_from(sorted(FAMILIES)), min_size=2))
    text = BASE
    for family in (family for family in FAMILIES if family in chosen):
        name = data.draw(st.sampled_from(sorted(set(FAMILIES[family]) - LONELY)), label=family)
        text = FAMILIES[family][name](text)

    draft = parse.song(text)

    assert SONG == draft.song


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(sorted(set(TAGS) - LONELY)),
    st.sampled_from(sorted(set(DRESS) - {"emoji", "hard breaks of a backslash"})),
    st.sampled_from(sorted(FORMS)),
)
def test_deviations_inside_another_form_are_read_as_well(tag: str, dress: str, form: str) -> None:
    draft = parse.song(FORMS[form](TAGS[tag](DRESS[dress](BASE))))

    assert SONG == draft.song
