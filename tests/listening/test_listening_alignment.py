"""The alignment: right words, shifted, with lines missing, repeated, misheard, and nonsense."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.listening.alignment import Alignment, Word, align
from tests.fakes.stopwatch import seconds

VERSE = ("I sold your teeth to pay the rent", "You inked insomnia on polished steel")
CHORUS = ("Bring me the insomnia, bring me the rain", "And never tell the river what I know")
BRIDGE = ("The kettle hums a number that I lost", "I count the stairs, I count the stairs")
SONG = (*VERSE, *CHORUS, *BRIDGE, *CHORUS)
# Another text with many of the same small words, as a model invents it over an instrumental.
PROSE = (
    "thank you for watching this video and do not forget to leave a comment below if you have any questions"
    " about the recipe that we made in the kitchen with my friend and the rest of the family until then I hope"
    " that you will have a good day in the sun and that the weather is going to be nice for all of you who are"
    " on the way to the beach or to the mountains where my mother still lives in the old house by the sea"
)
JAPANESE = ("夜の海に沈む", "あなたの声が聞こえる", "窓を開けて待っている", "朝が来るまで歌おう")


def sing(lines: Sequence[str], at_s: float = 0.0, line_s: float = 3.0) -> tuple[Word, ...]:
    """Sing a line every `line_s`, a word every 0.3 s, from `at_s` on."""
    times = [
        (word, at_s + number * line_s + place * 0.3)
        for number, line in enumerate(lines)
        for place, word in enumerate(line.split())
    ]
    return tuple(Word(word, start, start + 0.25) for word, start in times)


def _dice(seed: object) -> random.Random:
    return random.Random(str(seed))  # noqa: S311 -- no secrets


def without(words: Sequence[Word], *gone: str) -> tuple[Word, ...]:
    return tuple(word for word in words if word.text not in gone)


TIMES = st.floats(min_value=0.0, max_value=600.0, allow_nan=False)
WORDS = st.text(st.characters(categories=["L", "N"], max_codepoint=0x24F), min_size=1, max_size=9)
LINES = st.lists(st.lists(WORDS, min_size=1, max_size=7).map(" ".join), min_size=1, max_size=12)


@given(LINES, TIMES)
def test_the_exact_words_give_every_line_its_time(lines: list[str], at_s: float) -> None:
    found = align(lines, sing(lines, at_s))

    expected = [at_s + 3.0 * number for number in range(len(lines))]
    assert expected == pytest.approx(list(found.lines))
    assert (1.0, 1.0) == (found.sung_share, found.certainty)
    assert found.first_word_s == found.lines[0]


# Ten lines that share no word, so that it is clear which one is missing.
DISTINCT = tuple(
    " ".join(_dice(f"{line} {word}").choice("bcdfghjklmnprstvz") * 2 + f"{line}{word}" for word in range(5))
    for line in "aeiouäöüàé"
)


@given(st.sets(st.integers(0, 9), min_size=1), TIMES)
def test_lines_that_were_left_out_have_no_time(sung: set[int], at_s: float) -> None:
    order = sorted(sung)

    found = align(DISTINCT, sing([DISTINCT[number] for number in order], at_s))

    expected = [at_s + 3.0 * order.index(line) if line in sung else None for line in range(10)]
    assert expected == [None if start is None else pytest.approx(start) for start in found.lines]
    assert len(sung) / 10 == pytest.approx(found.sung_share)
    assert pytest.approx(at_s) == found.first_word_s


@given(
    LINES,
    st.lists(st.builds(Word, st.text(max_size=30), TIMES, TIMES), max_size=30),
)
def test_anything_may_be_heard(lines: list[str], heard: list[Word]) -> None:
    found = align(lines, heard)

    assert len(lines) == len(found.lines)
    assert 0.0 <= found.sung_share <= 1.0
    assert 0.0 <= found.certainty <= 1.0
    assert (found.first_word_s is None) == (found.sung_share == 0.0)


@pytest.mark.parametrize("gone", [CHORUS, BRIDGE])
def test_a_part_that_was_left_out_is_missing_and_the_rest_is_found(gone: tuple[str, ...]) -> None:
    sung = [line for line in SONG if line not in gone]

    found = align(SONG, sing(sung, 12.0))

    times = iter(12.0 + 3.0 * number for number in range(len(sung)))
    expected = [None if line in gone else pytest.approx(next(times)) for line in SONG]
    assert expected == list(found.lines)
    assert len(sung) / len(SONG) == found.sung_share


def test_a_chorus_sung_once_less_keeps_one_of_its_places_whole() -> None:
    found = align((*CHORUS, *CHORUS, *BRIDGE), sing((*CHORUS, *BRIDGE), 1.0))

    times = tuple(None if start is None else round(start, 6) for start in found.lines)
    assert times in {(1.0, 4.0, None, None, 7.0, 10.0), (None, None, 1.0, 4.0, 7.0, 10.0)}


def test_a_chorus_sung_once_more_changes_no_time() -> None:
    once, twice = sing((*VERSE, *CHORUS)), sing((*VERSE, *CHORUS, *CHORUS))

    assert align((*VERSE, *CHORUS), once).lines == align((*VERSE, *CHORUS), twice).lines


def test_words_that_were_never_written_are_passed_over() -> None:
    heard = (Word("Ooh", 1.0, 2.0), Word("yeah", 2.0, 4.0), *sing(SONG, 8.0), Word("Thank", 60.0, 60.5))

    found = align(SONG, heard)

    assert (8.0, 1.0) == (found.first_word_s, found.sung_share)


@pytest.mark.parametrize("order", range(6))
def test_nonsense_gives_no_times(order: int) -> None:
    prose = PROSE.split()
    if order:
        _dice(order).shuffle(prose)

    found = align(SONG, sing([" ".join(prose)]))

    assert Alignment(None, 0.0, (None,) * len(SONG), 0.0) == found


def test_a_song_beside_much_nonsense_is_still_found() -> None:
    heard = (*sing([PROSE]), *sing(SONG, 100.0), *sing([PROSE], 200.0))

    found = align(SONG, heard)

    assert (100.0, 1.0) == (found.first_word_s, found.sung_share)


def test_a_line_of_common_words_needs_the_rest_of_the_song() -> None:
    lines = (*SONG, "And the")

    assert align(lines, sing([PROSE])).lines[-1] is None
    assert align(lines, sing(lines)).lines[-1] == pytest.approx(3.0 * len(SONG))


def test_case_punctuation_and_diacritics_do_not_count() -> None:
    found = align(("Don’t — leave, MÉLODIE (naïve)…",), sing(["dont leave, melodie Naive!"], 2.0))

    assert (2.0, 1.0, 1.0) == (found.first_word_s, found.sung_share, found.certainty)


def test_a_misheard_word_counts_for_less() -> None:
    exact, misheard = (
        align(("knight riding home",), sing([line])) for line in ("knight riding home", "night riding home")
    )

    assert (1.0, 1.0) == (exact.sung_share, misheard.sung_share)
    assert misheard.certainty < exact.certainty


def test_a_line_of_which_little_was_heard_is_not_sung() -> None:
    heard = without(sing(SONG), "sold", "teeth", "pay", "rent")

    found = align(SONG, heard)

    assert found.lines[0] is None
    assert found.first_word_s == 3.0


def test_a_line_begins_with_its_first_word_even_if_that_was_heard_as_another() -> None:
    heard = [
        Word("aisle", word.start_s, word.end_s) if word.text == "You" else word for word in sing(VERSE, 5.0)
    ]

    assert (5.0, 8.0) == align(VERSE, heard).lines


def test_a_line_does_not_begin_with_what_was_heard_long_before() -> None:
    heard = (Word("applause", 1.0, 2.0), *without(sing(VERSE, 30.0), "I"))

    assert pytest.approx(30.3) == align(VERSE, heard).first_word_s


def test_the_words_of_a_line_are_taken_where_they_are_together() -> None:
    heard = (Word("Bring", 1.0, 1.3), *sing([PROSE], 2.0), *sing(CHORUS, 90.0))

    assert (90.0, 93.0) == align(CHORUS, heard).lines


@pytest.mark.parametrize(
    ("line", "heard", "at_s"),
    [
        pytest.param(
            "down to the sea", "down we went and then away to the sea down to the sea", 2.7, id="in a run"
        ),
        pytest.param(
            "hold the lantern up", "hold on my good friend hold a lantern up", 1.5, id="one misheard"
        ),
    ],
)
def test_words_that_follow_each_other_belong_together(line: str, heard: str, at_s: float) -> None:
    assert pytest.approx(at_s) == align((line,), sing([heard])).lines[0]


def test_words_far_apart_make_no_line() -> None:
    prose = PROSE.split()
    scattered = " ".join(
        [*prose[:15], "shuttered", *prose[15:30], "lantern", *prose[30:45], "harbour", *prose[45:60]]
    )

    found = align((*SONG, "shuttered lantern harbour"), sing([*SONG, scattered]))

    assert (None, 8 / 9) == (found.lines[-1], found.sung_share)


def test_the_same_words_in_another_order_are_another_song() -> None:
    shares = []
    for seed in range(20):
        words = " ".join(SONG).split()
        _dice(seed).shuffle(words)
        shares.append(align(SONG, sing([" ".join(words)])).sung_share)

    assert sum(shares) / len(shares) <= 0.05


def test_a_word_belongs_to_the_line_that_has_it_not_to_one_like_it() -> None:
    found = align(("bring me rain", "lalala", "lala"), sing(["bring me rain", "lala"]))

    assert (0.0, None, 3.0) == found.lines


def test_lines_without_words_are_not_counted() -> None:
    found = align(("♪ … ♪", *VERSE), sing(VERSE))

    assert (None, 0.0, 3.0) == found.lines
    assert 1.0 == found.sung_share


def test_japanese_is_compared_by_characters_however_it_was_cut() -> None:
    whole = "".join((*JAPANESE[:2], JAPANESE[3]))
    one_by_one = [Word(letter, 10.0 + place, 11.0 + place) for place, letter in enumerate(whole)]
    in_one_piece = [Word(whole, 10.0, 10.0 + len(whole))]

    first, second = align(JAPANESE, one_by_one), align(JAPANESE, in_one_piece)

    assert (10.0, 16.0, None, 26.0) == first.lines == second.lines
    assert 0.75 == first.sung_share


def test_japanese_nonsense_gives_no_times() -> None:
    heard = [Word("今日は天気がいいですね。散歩に行きましょう。ご視聴ありがとうございました。", 1.0, 9.0)]

    assert 0.0 == align(JAPANESE, heard).sung_share


def test_both_kinds_of_kana_are_one() -> None:
    assert 1.0 == align(("ひかりのなか",), [Word("ヒカリ", 1.0, 2.0), Word("のナカ", 2.0, 3.0)]).sung_share


@pytest.mark.parametrize(("written", "heard"), [((), sing(SONG)), (SONG, ()), (("…",), sing(SONG))])
def test_without_words_on_either_side_nothing_was_sung(
    written: tuple[str, ...], heard: tuple[Word, ...]
) -> None:
    assert Alignment(None, 0.0, (None,) * len(written), 0.0) == align(written, heard)


@pytest.mark.parametrize(("faults", "least"), [(0.1, 0.97), (0.2, 0.93), (0.4, 0.8)])
def test_most_lines_are_found_although_many_words_are_misheard(faults: float, least: float) -> None:
    shares, errors = [], []
    for seed in range(20):
        found = align(SONG, _misheard(sing(SONG, 5.0), _dice(seed), faults))
        shares.append(found.sung_share)
        errors += [abs(at - 5.0 - 3.0 * n) for n, at in enumerate(found.lines) if at is not None]

    assert least <= sum(shares) / len(shares)
    assert sorted(errors)[int(0.9 * len(errors))] <= 0.6


def _misheard(words: Sequence[Word], dice: random.Random, faults: float) -> list[Word]:
    """Lose, replace and damage words, one in four, one in four, and the rest."""
    heard = []
    for word in words:
        text, fate = word.text, dice.random() / faults
        if fate < 0.25:
            continue
        if fate < 0.5:
            text = dice.choice(PROSE.split())
        elif fate < 1.0:
            place = dice.randrange(len(text))
            text = text[:place] + dice.choice("aeioulnrst") + text[place + 1 :]
        heard.append(Word(text, word.start_s, word.end_s))
    return heard


def test_a_long_song_is_aligned_in_no_time() -> None:
    dice = _dice(7)
    lines = [
        " ".join(dice.choice(PROSE.split()) + dice.choice("aeiou") for _ in range(6)) for _ in range(100)
    ]
    heard = sing([*lines[:33], *lines])

    assert (600, 798) == (len(" ".join(lines).split()), len(heard))
    assert seconds(lambda: align(lines, heard)) <= 0.5


def test_a_flood_of_words_is_cut_off() -> None:
    heard = [Word(f"la{number % 700}", float(number), number + 0.5) for number in range(20_000)]

    found = align(("zz yy xx",) * 3000, heard)

    assert (3000, 0.0) == (len(found.lines), found.sung_share)
