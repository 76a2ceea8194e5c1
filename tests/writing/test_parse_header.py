"""Title, tempo, key and prompt; several songs; text that holds no song."""

import pytest

from pipeline.song import Section
from pipeline.writing import parse
from pipeline.writing.draft import Draft, NoSong, Positions
from pipeline.writing.refusal import is_refusal

WORDS = "LYRICS:\n[Verse]\nkettle\n\n[Chorus]\nsalt"


def read(head: str) -> Draft:
    return parse.song(f"{head}\n{WORDS}")


def test_positions_are_lines_of_the_original_text() -> None:
    text = "\ufeff<think>\r\nx\r\n</think>\r\n# Hall\u2028\u2028PROMPT: dusty\r\nLYRICS:\n```\n[Verse]\rkettle\n```"

    draft = parse.song(text)

    assert Positions(4, 6, ((9, 10),)) == draft.positions


def test_positions_in_json_are_the_lines_of_its_strings() -> None:
    text = '{"a": {\n"prompt":\n"dusty",\n"lyrics": {"Verse": [\n"kettle",\n"light"],\n"Chorus":\n"salt\nsea\\nsky"}}}'

    draft = parse.song(text)

    assert Positions(0, 3, ((4, 5, 6), (7, 8, 9, 10))) == draft.positions
    assert ("kettle", "light", "salt", "sea", "sky") == draft.song.lines


def test_json_may_hold_more_than_a_song_and_a_prompt_in_parts() -> None:
    prompt = '"prompt": {"genre": "trip-hop", "voice": "low"}'
    reply = f'[{{"mood": {{"a": 1}}, {prompt}, "bpm": true, "lyrics": ["[Verse]", "kettle", null]}}]'

    draft = parse.song(reply)

    assert ("trip-hop low", None, ("kettle",)) == (draft.song.prompt, draft.song.bpm, draft.song.lines)


@pytest.mark.parametrize(
    "lyrics", ['{"sections": [{"name": "Verse", "text": "kettle"}]}', '{"tag": "Verse", "text": "kettle"}']
)
def test_json_lyrics_may_be_an_object(lyrics: str) -> None:
    assert (Section("Verse", "", ("kettle",)),) == parse.song(
        f'{{"prompt": "x", "lyrics": {lyrics}}}'
    ).song.sections


def test_a_clean_draft_needs_no_repair() -> None:
    draft = read("TITLE: Hall Light\nBPM: 84\nKEY: A minor\nPROMPT: dusty, slow.")

    assert ("Hall Light", 84, "A minor", "dusty, slow.") == (
        draft.song.title,
        draft.song.bpm,
        draft.song.key,
        draft.song.prompt,
    )
    assert () == draft.repairs


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("BPM: 92", 92),
        ("Tempo: 92 bpm", 92),
        ("TEMPO: ~88.5 BPM", 88),
        ("bpm: 300", 300),
        ("BPM: 90-95", 90),
        ("BPM: 29", None),
        ("BPM: 301", None),
        ("Tempo: slow", None),
        ("BPM: 1200", None),
        ("BPM: " + "9" * 5000, None),
    ],
)
def test_a_tempo_is_read_or_told_to_be_none(line: str, expected: int | None) -> None:
    draft = read(f"{line}\nPROMPT: dusty")

    assert expected == draft.song.bpm
    assert ("BPM: 92" == line) == (not draft.repairs)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("KEY: A minor", "A minor"),
        ("Key: Am", "A minor"),
        ("KEY: B♭ MAJOR", "Bb major"),
        ("Key scale: f# min.", "F# minor"),
        ("KEY: H minor", ""),
        ("KEY: any", ""),
        ("KEY: Aſharp", ""),
        ("KEY:", ""),
    ],
)
def test_a_key_is_spelled_as_the_server_knows_it_or_told_to_be_none(line: str, expected: str) -> None:
    draft = read(f"{line}\nPROMPT: dusty")

    assert expected == draft.song.key
    assert ("KEY: A minor" == line) == (not draft.repairs)


def test_the_first_tempo_key_and_title_stay() -> None:
    draft = read("TITLE: One\nTITLE: Two\nBPM: 84\nBPM: 90\nKEY: A minor\nKEY: C major\nPROMPT: dusty")

    assert ("One", 84, "A minor") == (draft.song.title, draft.song.bpm, draft.song.key)


def test_settings_inside_the_prompt_are_items_unless_they_are_usable() -> None:
    draft = read("PROMPT:\n- Genre: trip-hop\n- Tempo: slow\n- BPM: 84\n- Language: hushed\n- rim shots")

    assert "Genre: trip-hop, Tempo: slow, Language: hushed, rim shots" == draft.song.prompt
    assert 84 == draft.song.bpm


def test_settings_after_the_lyrics_are_read_when_they_are_clear() -> None:
    draft = parse.song(f"PROMPT: dusty\n{WORDS}\n\nBPM: 84\nDURATION: 240\nKey: Am")

    assert (84, "", ("kettle", "salt", "Key: Am")) == (draft.song.bpm, draft.song.key, draft.song.lines)


@pytest.mark.parametrize(
    "head",
    [
        "# Hall Light\nPROMPT: dusty",
        "**Hall Light**\n\nPROMPT: dusty",
        "PROMPT: dusty\n\n# Hall Light",
        "Song: Hall Light\nPROMPT: dusty",
        'TITLE: "Hall Light"\nPROMPT: dusty',
        "## Title\nHall Light\n\nPROMPT: dusty",
        "PROMPT: dusty\n**Hall Light**",
        "# Hall Light\n# Other\nPROMPT: dusty",
        "PROMPT: dusty\nLYRICS:\n# Hall Light",
    ],
)
def test_a_title_is_never_a_lyric_or_a_prompt(head: str) -> None:
    draft = read(head)

    assert ("Hall Light", ("kettle", "salt")) == (draft.song.title, draft.song.lines)
    assert draft.song.prompt in {"dusty", "dusty Other"}


def test_a_bold_sentence_is_no_title() -> None:
    assert "" == read("**Dusty drums, low voice.**\nIt opens on a kettle.").song.title


def test_a_bold_prompt_below_its_label_is_no_title() -> None:
    draft = read("PROMPT:\n**dusty drums**")

    assert ("", "dusty drums") == (draft.song.title, draft.song.prompt)


def test_talk_before_between_and_behind_is_left_out() -> None:
    text = f"I thought so.\n\nPROMPT: dusty\n\nNotes: none\nmore of them\n\n{WORDS}\n\nTITLE: Hall\nand so on"

    draft = parse.song(text)

    assert ("dusty", "Hall", ("kettle", "salt")) == (draft.song.prompt, draft.song.title, draft.song.lines)
    assert "Talk around the song was left out (line 1 and 3 more)." in draft.repairs


def test_a_prompt_behind_the_lyrics_ends_where_talk_begins() -> None:
    draft = parse.song(f"{WORDS}\n\nPROMPT: dusty\nand slow\n\nLet me know if it fits!\nThanks")

    assert ("dusty and slow", ("kettle", "salt")) == (draft.song.prompt, draft.song.lines)


def test_a_ruler_ends_a_prompt_that_stands_behind_the_lyrics() -> None:
    draft = parse.song(f"{WORDS}\n\nPROMPT: dusty\n\n---\nThe kettle stands for her.")

    assert ("dusty", ("kettle", "salt")) == (draft.song.prompt, draft.song.lines)


def test_a_prompt_may_speak_of_the_song_in_a_second_paragraph() -> None:
    assert (
        "dusty The song opens with a kettle."
        == read("PROMPT: dusty\n\nThe song opens with a kettle.").song.prompt
    )


def test_tags_inside_the_prompt_begin_no_lyrics_when_a_label_follows() -> None:
    draft = read("PROMPT: dusty\n[Intro] kettle alone\n(Chorus)")

    assert "dusty [Intro] kettle alone (Chorus)" == draft.song.prompt
    assert ("kettle", "salt") == draft.song.lines


def test_tags_in_the_talk_before_begin_no_lyrics_when_a_label_follows() -> None:
    draft = parse.song(f"I used this form:\n[Verse]\n[Chorus]\n\nPROMPT: dusty\n{WORDS}")

    assert ("dusty", 2) == (draft.song.prompt, len(draft.song.sections))


def test_the_second_of_two_songs_is_left_out() -> None:
    second = "\n\nPROMPT: loud\nLYRICS:\n[Verse]\nnever"
    for separator in ("", "\n\n## Option 2", "\n\nSong 2: Loud", "\n---\nTitle: Loud", "\n\n**Title:** Loud"):
        draft = parse.song(f"TITLE: Hall\nPROMPT: dusty\n{WORDS}{separator}{second}")

        assert ("Hall", "dusty", ("kettle", "salt")) == (
            draft.song.title,
            draft.song.prompt,
            draft.song.lines,
        )
        assert any("more than one song" in repair for repair in draft.repairs)


def test_lyrics_of_two_songs_under_two_labels_are_not_joined() -> None:
    assert ("kettle", "salt") == parse.song(f"PROMPT: dusty\n{WORDS}\n\nLYRICS:\n[Verse]\nnever").song.lines


def test_a_missing_prompt_is_told_and_left_to_the_rules() -> None:
    draft = parse.song(WORDS)

    assert "" == draft.song.prompt
    assert ("There was no PROMPT; it is empty.",) == draft.repairs


def test_letters_are_composed_and_invisible_ones_go() -> None:
    draft = read("PROMPT: cafe\u0301 \u202edrums\ud800")

    assert "café drums" == draft.song.prompt
    assert ("Invisible characters were taken out (line 1).",) == draft.repairs


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" \n\u2028\t", "empty"),
        ("the hall light\nhums", "no lyrics"),
        ("PROMPT: dusty", "no lyrics"),
        ("PROMPT: dusty\nLYRICS:\n", "no lyrics"),
        ("<html><body>502 Bad Gateway</body></html>", "no lyrics"),
        ('{"prompt": "dusty"}', "no lyrics"),
        ('{"lyrics": ', "no lyrics"),
        ("[soft rain]\nkettle", "no lyrics"),
        ("<think>I wonder", "inside its reasoning"),
        ("<think>\n[Verse]\nkettle", "inside its reasoning"),
        ("<think>\nPROMPT: x\nLYRICS:\n[Verse]", "inside its reasoning"),
        ("<|channel|>analysis<|message|>PROMPT: x", "inside its reasoning"),
        ("reasoning\n[Verse]\nkettle\n</think>\n", "empty"),
        ("[Verse]\n" + "la\n" * 3000, "3001 lines"),
        ("LYRICS:\n[Chorus x4]\n" + "la\n" * 1000, "more than 2048 lines"),
    ],
)
def test_text_without_a_song_says_why_in_words_for_the_model(text: str, reason: str) -> None:
    with pytest.raises(NoSong, match=reason) as caught:
        parse.song(text)

    assert not caught.value.refusal


def test_a_labelled_song_behind_reasoning_that_was_never_closed_is_taken() -> None:
    draft = parse.song(f"<think>\nhm, a kettle\n\nPROMPT: dusty\n{WORDS}")

    assert ("dusty", ("kettle", "salt")) == (draft.song.prompt, draft.song.lines)
    assert any("never closed" in repair for repair in draft.repairs)


def test_a_song_before_reasoning_that_was_never_closed_is_taken() -> None:
    draft = parse.song(f"PROMPT: dusty\n{WORDS}\n<think>was that good? [Verse] no")

    assert ("kettle", "salt") == draft.song.lines
    assert ("Reasoning that was never closed was left out.",) == draft.repairs


REFUSALS = [
    "I'm sorry, but I can't help with that request.",
    "I’m not able to write lyrics about this.",
    "I cannot in good conscience create this song.",
    "As an AI, I must respect copyright.",
    "I must respectfully decline.",
    "This goes against my guidelines.",
    "Lo siento, pero no puedo ayudarte.",
    "LYRICS:\nI'm unable to write this.",
]


@pytest.mark.parametrize("text", REFUSALS)
def test_a_refusal_is_told_apart(text: str) -> None:
    with pytest.raises(NoSong, match="declines") as caught:
        parse.song(text)

    assert caught.value.refusal
    assert is_refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "[Verse]\nSorry, I can't write you",
        "**Verse 1**\nI can't help with that\n\n**Chorus**\nI'm unable to write",
        "LYRICS:\nSorry, I can't stay",
        f"I can't write about him, but here is a song:\nPROMPT: x\n{WORDS}",
    ],
)
def test_a_song_that_says_i_cannot_is_no_refusal(text: str) -> None:
    assert parse.song(text).song.lines


def test_a_lyric_of_parting_is_no_refusal() -> None:
    assert not is_refusal("Sorry, I can't stay")
