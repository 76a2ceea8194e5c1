"""The theme of a day: which one is due, what a theme file may say, and that what ships is worth singing."""

import re
import time
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.brief import take_order
from pipeline.errors import SettingsError
from pipeline.settings import packaged
from pipeline.settings.dates import day_of
from pipeline.settings.lexicon import load_lexicon
from pipeline.settings.taste import load_taste
from pipeline.settings.themes import load_themes, read_themes
from pipeline.theme import NOVELTY_DAYS, Theme, brief_text, due, nearest_uses

CONFIGS = packaged.folder("configs")
SHIPPED = load_themes("themes", [CONFIGS])
TODAY = 739_000  # an ordinal day like those of our years


def some_themes(count: int, name: str = "theme") -> list[Theme]:
    return [Theme(f"{name} {number}") for number in range(count)]


class Diary:
    """Days and the themes they were given, as a workspace remembers them."""

    def __init__(self) -> None:
        self.history: list[tuple[str, int]] = []

    def live(self, themes: list[Theme] | tuple[Theme, ...], day: int) -> str:
        text = due(themes, day, nearest_uses(self.history, day)).text
        self.history.append((text, day))
        return text

    def shortest_gap(self) -> int:
        """Give the fewest days between two uses of one theme."""
        days: dict[str, list[int]] = defaultdict(list)
        for text, day in self.history:
            days[text].append(day)
        return min(
            (later - earlier for uses in days.values() for earlier, later in pairwise(sorted(uses))),
            default=10_000,
        )


# -- which one is due


def test_over_a_year_every_packaged_theme_has_its_turn_and_none_comes_back_within_90_days() -> None:
    diary = Diary()

    for day in range(TODAY, TODAY + 400):
        diary.live(SHIPPED, day)

    assert {theme.text for theme in SHIPPED} == {text for text, _ in diary.history}
    assert diary.shortest_gap() > NOVELTY_DAYS


def test_the_same_day_and_the_same_past_give_the_same_theme() -> None:
    used = {SHIPPED[3].text: TODAY - 3}

    assert due(SHIPPED, TODAY, used) == due(tuple(SHIPPED), TODAY, dict(used))


def test_another_day_is_another_theme_even_for_a_workspace_without_memory() -> None:
    themes = [due(SHIPPED, TODAY + ahead, {}) for ahead in range(len(SHIPPED))]

    assert len(SHIPPED) == len(set(themes))


@given(st.integers(min_value=13, max_value=400), st.integers(min_value=0, max_value=1_000_000))
def test_consecutive_days_are_no_neighbours_of_the_file(count: int, day: int) -> None:
    themes = some_themes(count)

    today, tomorrow = (themes.index(due(themes, day + ahead, {})) for ahead in (0, 1))

    assert abs(today - tomorrow) not in {0, 1, count - 1}


@given(st.data())
def test_a_theme_of_the_last_90_days_is_never_due_while_another_is_free(data: st.DataObject) -> None:
    count = data.draw(st.integers(min_value=1, max_value=200))
    themes = some_themes(count)
    days = st.integers(min_value=TODAY - 200, max_value=TODAY + 200)
    used = data.draw(st.dictionaries(st.sampled_from([theme.text for theme in themes]), days))

    theme = due(themes, TODAY, used)

    distance = {each.text: abs(TODAY - used[each.text]) if each.text in used else 10_000 for each in themes}
    assert distance[theme.text] > NOVELTY_DAYS or distance[theme.text] == max(distance.values())


@given(st.permutations(range(TODAY, TODAY + 240)), st.integers(min_value=1, max_value=185))
def test_days_made_out_of_order_or_not_at_all_bring_nothing_back_too_soon(
    order: list[int], made: int
) -> None:
    diary = Diary()

    for day in order[:made]:
        diary.live(SHIPPED, day)

    assert diary.shortest_gap() > NOVELTY_DAYS


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 30), st.integers(0, 184)), max_size=6))
def test_editing_the_file_brings_nothing_back_too_soon(edits: list[tuple[int, int, int]]) -> None:
    diary, themes, day = Diary(), list(SHIPPED), TODAY

    for number, (days, added, removed_at) in enumerate(edits):
        for ahead in range(days):
            diary.live(themes, day + ahead)
        day += days
        themes = some_themes(added, f"edit {number}") + themes
        del themes[removed_at : removed_at + min(30, len(themes) - 2 * NOVELTY_DAYS)]

    assert diary.shortest_gap() > NOVELTY_DAYS


@given(st.integers(min_value=1, max_value=90))
def test_with_too_few_themes_the_one_used_longest_ago_is_due(count: int) -> None:
    diary, themes = Diary(), some_themes(count)

    for day in range(TODAY, TODAY + 2 * count + 100):
        diary.live(themes, day)

    assert diary.shortest_gap() == count


def test_91_themes_are_enough() -> None:
    diary, themes = Diary(), some_themes(NOVELTY_DAYS + 1)

    for day in range(TODAY, TODAY + 300):
        diary.live(themes, day)

    assert NOVELTY_DAYS + 1 == diary.shortest_gap()


def test_no_themes_at_all_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="no themes"):
        due([], TODAY, {})


def test_of_several_uses_the_nearest_counts() -> None:
    history = [("a", TODAY - 5), ("a", TODAY + 100), ("b", TODAY + 3), ("b", TODAY - 3), ("a", TODAY - 50)]

    assert {"a": TODAY - 5, "b": TODAY - 3} == nearest_uses(history, TODAY)


# -- the brief


def test_a_theme_is_ordered_with_its_mood() -> None:
    keeper = Theme("a lighthouse keeper's last night on duty", (), "lonely, salt-bitten")

    assert "a lighthouse keeper's last night on duty; mood: lonely, salt-bitten" == brief_text(keeper)
    assert "a diver" == brief_text(Theme("a diver"))


def test_every_packaged_theme_is_a_brief_that_is_taken() -> None:
    briefs = [take_order(brief_text(theme), blend=theme.blend) for theme in SHIPPED]

    assert [brief_text(theme) for theme in SHIPPED] == [brief.text for brief in briefs]


# -- what ships


def words(text: str) -> list[str]:
    return re.findall(r"[\w'-]+", text.lower())


def test_there_are_themes_for_half_a_year_so_that_catching_up_repeats_nothing() -> None:
    assert len(SHIPPED) >= 2 * NOVELTY_DAYS + 1


def test_themes_are_one_line_each_and_moods_are_a_few_words() -> None:
    assert [] == [theme.text for theme in SHIPPED if not 4 <= len(words(theme.text)) <= 14]
    assert [] == [theme.mood for theme in SHIPPED if not 2 <= len(words(theme.mood)) <= 4]


def test_no_two_themes_share_four_words_in_a_row() -> None:
    runs = [
        run
        for theme in SHIPPED
        for run in {
            tuple(words(theme.text)[start : start + 4]) for start in range(len(words(theme.text)) - 3)
        }
    ]

    assert [] == [run for run, times in Counter(runs).items() if times > 1]


def test_blends_are_the_tastes_own_and_every_pair_has_its_share() -> None:
    taste = load_taste("default", [CONFIGS / "taste"])
    names = {artist.name for artist in taste.artists}

    pairs = Counter(frozenset(theme.blend) for theme in SHIPPED if len(theme.blend) == 2)

    assert [] == [theme for theme in SHIPPED if not theme.blend or not set(theme.blend) <= names]
    assert {1, 2} == {len(theme.blend) for theme in SHIPPED}
    assert {frozenset(blend.artists) for blend in taste.blends} == set(pairs)
    assert min(pairs.values()) >= 8


def test_moods_differ() -> None:
    moods = Counter(mood for theme in SHIPPED for mood in theme.mood.split(", "))

    assert len(SHIPPED) == len({theme.mood for theme in SHIPPED})
    assert max(moods.values()) <= 3


def test_no_theme_names_an_artist_a_date_or_a_worn_phrase() -> None:
    lexicon = load_lexicon([CONFIGS / "words"])
    taste = load_taste("default", [CONFIGS / "taste"])
    artists = [name for artist in taste.artists for name in (artist.name, *artist.aliases)]
    dated = re.compile(
        r"\b(mon|tues|wednes|thurs|fri|satur|sun)day|\b(january|february|march|april|june|july|august|"
        r"september|october|november|december|christmas|easter|halloween|valentine|new year|spring|summer|"
        r"autumn|winter|today|\d)",
        re.IGNORECASE,
    )

    for theme in SHIPPED:
        said = brief_text(theme)
        assert [] == [name for name in artists if re.search(rf"\b{re.escape(name)}\b", said, re.IGNORECASE)]
        assert dated.search(said) is None, said
        assert () == (*lexicon.cliches.found(said), *lexicon.greeting_cards.found(said))


# -- the file


def written(folder: Path, text: str, name: str = "mine.yaml") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def refused(tmp_path: Path, text: str) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        read_themes(written(tmp_path, text))
    assert "\n" not in caught.value.message
    return caught.value


def test_a_theme_may_be_a_line_or_say_more(tmp_path: Path) -> None:
    text = """\
themes:
  - a diver in the sunken church
  - theme: the intercom
      breathes
    blend: [The XX, Halsey]
    mood: eerie
  - {theme: rust, blend: Halsey}
"""

    themes = read_themes(written(tmp_path, text))

    assert (
        Theme("a diver in the sunken church"),
        Theme("the intercom breathes", ("The XX", "Halsey"), "eerie"),
        Theme("rust", ("Halsey",)),
    ) == themes


def test_a_plain_list_of_lines_will_do(tmp_path: Path) -> None:
    assert (Theme("salt"), Theme("rust")) == read_themes(written(tmp_path, "- salt\n- rust\n"))


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("", "1: a list of themes belongs here", "write lines such as"),
        ("themes:\n", "1: a list of themes belongs here", "write lines such as"),
        ("themes: []", "1: there is no theme here", "write lines such as"),
        ("theems:\n  - salt\n", "1: unknown key 'theems'", "did you mean 'themes'?"),
        ("- salt\n- theem: rust\n", "2: unknown key 'theem'", "did you mean 'theme'?"),
        ("- theme: salt\n  mod: x\n", "2: unknown key 'mod'", "did you mean 'mood'?"),
        ("- salt\n-\n", "2: a line of text or keys with values belong here", "write lines such as"),
        ("- salt\n- 7\n", "2: a line of text or keys with values belong here", "write lines such as"),
        ("- salt\n- ' '\n", "2: theme: Value error, an empty text says nothing", "write lines such as"),
        ("- salt\n- rust\n- Salt\n", "3: 'Salt' is here twice, first on line 1", "remove one"),
        ("[salt, salt]", "1: 'salt' is here twice, first on line 1", "remove one"),
        ("- theme: salt\n  mood: 3\n", "2: mood: Input should be a valid string", "write lines such as"),
        ("- salt\n- {mood: x}\n", "2: theme: Field required", "write lines such as"),
        ("- sk-1234567890abcdef: x\n", "1: unknown key this text", "known here: theme, blend, mood"),
        ("- &a salt\n", "1: anchors and aliases", "write the value out"),
    ],
)
def test_a_file_without_themes_is_refused_with_its_line(
    tmp_path: Path, text: str, message: str, hint: str
) -> None:
    error = refused(tmp_path, text)

    assert error.message.startswith(f"{tmp_path / 'mine.yaml'}:{message}")
    assert error.hint.startswith(hint)


def test_the_workspaces_own_themes_come_before_the_packaged_ones(tmp_path: Path) -> None:
    written(tmp_path / "own", "- mine\n", "themes.yaml")
    written(tmp_path / "packaged", "- theirs\n", "themes.yaml")
    written(tmp_path / "packaged", "- others\n", "others.yml")
    folders = [tmp_path / "own", tmp_path / "gone", tmp_path / "packaged"]

    assert (Theme("mine"),) == load_themes("themes", folders)
    assert (Theme("others"),) == load_themes("others", folders)
    assert (Theme("theirs"),) == load_themes(str(tmp_path / "packaged" / "themes.yaml"), folders)


def test_a_name_that_is_nowhere_is_refused_with_the_nearest() -> None:
    with pytest.raises(SettingsError) as caught:
        load_themes("themse", [CONFIGS], "songpipe.yaml:3")

    assert "songpipe.yaml:3: no themes are called 'themse'" == caught.value.message
    assert "did you mean 'themes'? there are: themes; or name a .yaml file" == caught.value.hint


# -- the date


@pytest.mark.parametrize(
    ("moment", "zone", "date"),
    [
        ("2026-03-28T23:30+00:00", "Europe/Copenhagen", "2026-03-29"),  # the night before summer time
        ("2026-03-29T00:59+00:00", "Europe/Copenhagen", "2026-03-29"),  # 01:59, a minute before it
        ("2026-03-29T21:59+00:00", "Europe/Copenhagen", "2026-03-29"),  # 23:59, two hours ahead by now
        ("2026-03-29T22:00+00:00", "Europe/Copenhagen", "2026-03-30"),
        ("2026-10-25T00:30+00:00", "Europe/Copenhagen", "2026-10-25"),  # 02:30, the first one
        ("2026-10-25T01:30+00:00", "Europe/Copenhagen", "2026-10-25"),  # 02:30, the second one
        ("2026-10-25T22:59+00:00", "Europe/Copenhagen", "2026-10-25"),
        ("2026-10-25T23:00+00:00", "Europe/Copenhagen", "2026-10-26"),
        ("2026-10-18T02:59+00:00", "America/Sao_Paulo", "2026-10-17"),
        ("2026-09-06T03:59+00:00", "America/Santiago", "2026-09-05"),  # midnight itself is skipped
        ("2026-09-06T04:00+00:00", "America/Santiago", "2026-09-06"),
        ("2026-06-01T09:59+00:00", "Pacific/Kiritimati", "2026-06-01"),  # 14 hours ahead
        ("2026-06-01T10:00+00:00", "Pacific/Kiritimati", "2026-06-02"),
        ("2026-06-01T10:59+00:00", "Pacific/Pago_Pago", "2026-05-31"),  # 11 hours behind
        ("2011-12-30T09:59+00:00", "Pacific/Apia", "2011-12-29"),  # the day that Samoa left out
        ("2011-12-30T10:00+00:00", "Pacific/Apia", "2011-12-31"),
        ("2026-06-01T12:00+14:00", "UTC", "2026-05-31"),
    ],
)
def test_the_users_zone_decides_which_day_it_is(moment: str, zone: str, date: str) -> None:
    assert date == day_of(datetime.fromisoformat(moment), zone).isoformat()


@given(st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1), timezones=st.timezones()), st.timezone_keys())
def test_every_spelling_of_a_moment_has_the_same_date(moment: datetime, zone: str) -> None:
    elsewhere = moment.astimezone(timezone(timedelta(hours=-7)))

    assert day_of(moment.astimezone(UTC), zone) == day_of(elsewhere, zone)


def test_without_a_zone_the_systems_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = datetime(2026, 6, 1, 10, 30, tzinfo=UTC)
    days = []

    try:
        for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
            monkeypatch.setenv("TZ", zone)
            time.tzset()
            days.append(day_of(moment, None).isoformat())
    finally:
        monkeypatch.undo()
        time.tzset()

    assert ["2026-06-02", "2026-05-31"] == days


def test_a_zone_that_does_not_exist_is_refused() -> None:
    for zone in ("Europe/Kopenhagen", "../../etc/passwd", "", "x" * 300):
        with pytest.raises(SettingsError, match="no time zone is called"):
            day_of(datetime.now(UTC), zone)


def test_a_moment_without_an_offset_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="without an offset"):
        day_of(datetime(2026, 6, 1), "UTC")
