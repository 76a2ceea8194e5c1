"""The index answers what the sidecars say, whoever wrote them and whatever became of the index."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.errors import InputError, ShelfError
from pipeline.library import migrations, months, store
from pipeline.library.cards import Card
from pipeline.library.index import Index
from pipeline.library.migrations import MIGRATIONS, NewerIndexError
from pipeline.library.query import Wanted
from pipeline.library.reading import Fault
from tests.fakes.children import unmeasured
from tests.fakes.shelved import place, song, write

ALL = Wanted()
odd_names = pytest.mark.skipif(sys.platform != "linux", reason="other systems keep no name that is not UTF-8")


def listed(output: Path, wanted: Wanted = ALL) -> list[str]:
    """The titles that a fresh look lists."""
    with Index(output) as index:
        index.refresh()
        return titles(index.list(wanted))


def titles(cards: Sequence[Card]) -> list[str]:
    return [card.title for card in cards]


def found(output: Path, text: str, wanted: Wanted = ALL) -> list[str]:
    with Index(output) as index:
        index.refresh()
        return titles(index.search(text, wanted))


def file_of(output: Path) -> Path:
    return output / ".songpipe" / store.FILE


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """An index with one song in it."""
    output = tmp_path_factory.mktemp("small") / "output"
    write(output, song("aaa111", "One"))
    with Index(output) as index:
        index.refresh()
        yield index


def age(output: Path) -> None:
    """Let every folder look as if nothing had happened in it for an hour."""
    for folder in output.glob("*/*"):
        os.utime(folder, (time.time() - 3600,) * 2)


def test_songs_are_listed_the_latest_first(output: Path) -> None:
    write(output, song("aaa111", "Second", made_at="2026-11-22T10:00:00+01:00"))
    write(output, song("bbb222", "Third", made_at="2026-11-22T09:30:00+00:00"))
    write(output, song("ccc333", "First", made_at="2019-01-31T23:59:59-08:00"))

    assert ["Third", "Second", "First"] == listed(output)


def test_a_card_comes_back_whole(output: Path) -> None:
    track = song("aaa111", "One", blend=["A", "B"], rating=5, picked=True, rehearsal=True, verdict="warn")
    sidecar = write(output, track)

    with Index(output) as index:
        index.refresh()
        (card,) = index.list(ALL)

    path = sidecar.relative_to(output).as_posix()
    assert (path, path.replace(".song.json", ".mp3")) == (card.sidecar, card.file)
    assert (("A", "B"), 5, True, True, "warn") == (
        card.blend,
        card.rating,
        card.picked,
        card.rehearsal,
        card.verdict,
    )


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(since=date(2026, 11, 22)), ["New", "Edge"]),
        (Wanted(until=date(2026, 11, 22)), ["Edge", "Old"]),
        (Wanted(since=date(2026, 11, 22), until=date(2026, 11, 22)), ["Edge"]),
        (Wanted(since=date.min, until=date.max), ["New", "Edge", "Old"]),
        (Wanted(blend="xénon"), ["Edge"]),
        (Wanted(blend="the xenon club"), ["Edge"]),
        (Wanted(blend="club other"), []),
        (Wanted(rating=3), ["New", "Old"]),
        (Wanted(rating=5), ["Old"]),
        (Wanted(verdict="warn"), ["New"]),
        (Wanted(rehearsals=True), ["Old"]),
        (Wanted(rehearsals=False), ["New", "Edge"]),
        (Wanted(rating=3, rehearsals=False), ["New"]),
        (Wanted(limit=1), ["New"]),
    ],
)
def test_filters_say_which_songs(wanted: Wanted, expected: list[str], output: Path) -> None:
    write(output, song("aaa111", "Old", made_at="2020-01-01T00:00:00+00:00", rating=5, rehearsal=True))
    write(
        output, song("bbb222", "Edge", made_at="2026-11-22T00:30:00+14:00", blend=["The Xenon Club", "Other"])
    )
    write(output, song("ccc333", "New", made_at="2026-11-23T00:00:00-12:00", rating=3, verdict="warn"))

    assert expected == listed(output, wanted)
    assert expected == found(output, "leave", wanted)


@pytest.mark.parametrize(
    "text",
    [
        "porch",
        "PÓRCH lig",
        "crackle",
        "ferryman",
        "kettle counts",
        '"the kettle"',
        "trip-hop",
        "maker/model-1",
        "en",
    ],
)
def test_a_song_is_found_by_title_lyrics_prompt_and_brief(text: str, output: Path) -> None:
    write(output, song("aaa111", "Porch Light", lyrics="The kettle counts", brief="a ferryman"))
    other = song("bbb222", "Other", lyrics="no", brief="x", prompt="Techno", language="de", model="another")
    write(output, other)

    assert ["Porch Light"] == found(output, text)


@pytest.mark.parametrize("text", ["porch shore", '"light porch"', "orch", "kettlex"])
def test_every_word_must_be_there_and_begin_like_that(text: str, output: Path) -> None:
    write(output, song("aaa111", "Porch Light", lyrics="The kettle counts"))

    assert [] == found(output, text)


def test_titles_come_first_and_then_the_latest(output: Path) -> None:
    write(output, song("aaa111", "Harbour", made_at="2020-01-01T00:00:00+00:00"))
    write(output, song("bbb222", "Older", lyrics="in the harbour", made_at="2021-01-01T00:00:00+00:00"))
    write(output, song("ccc333", "Newer", lyrics="a harbour", made_at="2022-01-01T00:00:00+00:00"))

    assert ["Harbour", "Newer", "Older"] == found(output, "harbour")
    assert ["Harbour", "Newer"] == found(output, "harbour", Wanted(limit=2))


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("雨の歌", "の歌"),
        ("Ночь и café", "ночь cafe"),
        ("ไฟในสวน", "สวน"),
        ("'; DROP TABLE song; --", "drop table"),
        ('"quoted" AND (NOT)', "quoted not"),
        ("a\u202eb\u200d\U0001f600", "ab"),
        ("\ud800half", "half"),
        ("x" * 5000, "x" * 100),
        ("nul\0byte rain", "rain"),
    ],
)
def test_hostile_and_foreign_titles_are_kept_and_found(title: str, text: str, output: Path) -> None:
    folder = output / "2026" / "11"
    folder.mkdir(parents=True)
    document = {"schema": "songpipe.song/1", "id": "aaa111", "title": title, "file": "a.mp3"}
    (folder / "a.song.json").write_text(json.dumps(document))

    assert [title.encode("utf-8", "replace").decode()] == found(output, text)


def test_what_changes_on_the_disk_is_seen_at_the_next_look(output: Path) -> None:
    one = write(output, song("aaa111", "One"))
    two = write(output, song("bbb222", "Two", made_at="2025-11-22T10:00:00+01:00"))
    assert ["One", "Two"] == listed(output)

    one.unlink()
    document = json.loads(two.read_text())
    two.write_text(json.dumps({**document, "title": "Two Again", "lyrics": "sparrow"}))
    write(output, song("ccc333", "Three", made_at="2024-11-22T10:00:00+01:00"))

    assert ["Two Again", "Three"] == listed(output)
    assert ["Two Again"] == found(output, "sparrow")
    assert ["Three"] == found(output, "light")


def test_a_folder_that_goes_takes_its_songs_along(output: Path) -> None:
    write(output, song("aaa111", "One"))
    age(output)
    assert ["One"] == listed(output)

    shutil.rmtree(output / "2026")

    assert [] == listed(output)


def test_only_folders_that_changed_are_looked_into(output: Path) -> None:
    write(output, song("aaa111", "One"))
    age(output)
    with Index(output) as index:
        assert 1 == index.refresh()

    (sidecar,) = output.glob("*/*/*.song.json")
    sidecar.write_text(sidecar.read_text().replace("One", "Another"))  # in place: its folder does not change

    assert ["One"] == listed(output)
    with Index(output) as index:
        index.rebuild()
        assert ["Another"] == titles(index.list(ALL))


def test_a_folder_that_changed_just_now_is_looked_into_again(output: Path) -> None:
    first = write(output, song("aaa111", "One"))
    changed = first.parent.stat()
    assert ["One"] == listed(output)

    write(output, song("bbb222", "Two"))
    os.utime(first.parent, ns=(changed.st_atime_ns, changed.st_mtime_ns))  # within one tick of its clock

    assert ["One", "Two"] == sorted(listed(output))


def test_a_month_may_change_again_and_again(output: Path) -> None:
    for number in range(3):
        write(output, song(f"aaa11{number}", f"One {number}"))
        age(output)

        assert number + 1 == len(listed(output))


def test_another_rating_is_no_other_song_for_the_words(output: Path) -> None:
    sidecar = write(output, song("aaa111", "One"))
    listed(output)

    sidecar.write_text(sidecar.read_text().replace('"rating": null', '"rating": 5'))

    assert ["One"] == listed(output, Wanted(rating=5))
    assert ["One"] == found(output, "light")
    rows = sqlite3.connect(file_of(output)).execute("SELECT count(*) FROM words_docsize").fetchone()
    assert (1,) == rows


def test_what_makes_no_sense_is_told_and_read_again_when_it_does(output: Path) -> None:
    sidecar = write(output, song("aaa111", "One"))
    good = sidecar.read_text()
    listed(output)

    sidecar.write_text("{")
    with Index(output) as index:
        index.refresh()
        (fault,) = index.faults()
        assert () == index.list(ALL)
    sidecar.write_text(good)

    assert (sidecar.name, "2026/11") == (fault.name, fault.folder)
    assert "no JSON" in fault.reason
    assert ["One"] == listed(output)
    with Index(output) as index:
        assert () == index.faults()


def test_a_sidecar_beyond_all_measure_is_not_read(output: Path) -> None:
    folder = output / "2026" / "11"
    folder.mkdir(parents=True)
    with (folder / "a.song.json").open("wb") as file:
        file.truncate(months.LARGEST + 1)
    (folder / "folder.song.json").mkdir()
    (folder / "b.song.json").symlink_to("nothing")

    with Index(output) as index:
        index.refresh()
        reasons = [fault.reason for fault in index.faults()]

    assert ["it is larger than 16 MB"] == reasons


def test_what_lies_elsewhere_or_is_hidden_is_no_part_of_the_library(output: Path) -> None:
    content = write(output, song("aaa111", "One")).read_text()
    for path in (
        "a.song.json",
        "2026/a.song.json",
        "x/y/a.song.json",
        "2026/11/.a.song.json",
        "2026/11/d/a.song.json",
    ):
        (output / path).parent.mkdir(parents=True, exist_ok=True)
        (output / path).write_text(content)

    assert ["One"] == listed(output)


@odd_names
def test_a_name_that_is_no_text_is_a_fault_and_harms_no_other_song(output: Path) -> None:
    sidecar = write(output, song("aaa111", "One"))
    odd = sidecar.with_name("2026-11-22-\udcff-bbb222.song.json")
    odd.write_bytes(sidecar.read_bytes())

    with Index(output) as index:
        counts = [index.refresh(), index.refresh(), index.rebuild()]
        faults = index.faults()
        cards = [index.list(ALL), index.search("light", ALL)]

    assert [2, 0, 2] == counts
    assert [Fault("2026/11", r"2026-11-22-\udcff-bbb222.song.json", "its name is not UTF-8")] == list(faults)
    assert [["One"], ["One"]] == [titles(found) for found in cards]


@odd_names
def test_a_name_that_became_text_is_no_fault_any_more(output: Path) -> None:
    sidecar = write(output, song("aaa111", "One"))
    odd = sidecar.rename(sidecar.with_name("2026-11-22-\udcff-aaa111.song.json"))
    assert [] == listed(output)

    odd.rename(sidecar)

    assert ["One"] == listed(output)
    with Index(output) as index:
        assert () == index.faults()


def test_words_that_are_no_text_find_nothing_and_break_nothing(output: Path) -> None:
    write(output, song("aaa111", "One"))

    with Index(output) as index:
        index.refresh()

        assert () == index.starting("\udcff") == index.like("\udcff")
        assert index.at("2026/11", "\udcff.song.json") is None
        assert () == index.list(Wanted(blend="x\udcff"))


ANY_TEXT = st.text(st.characters() | st.sampled_from("\"＂'*^:(){}+-\\\0 one"), max_size=40)


@settings(deadline=None)
@given(text=ANY_TEXT)
@example(text="one＂two")
@example(text="＂")
def test_no_text_that_is_asked_for_breaks_the_index(small: Index, text: str) -> None:
    with suppress(InputError):
        small.search(text, Wanted(limit=5))
    small.list(Wanted(blend=text))
    small.like(text)
    small.starting(text)
    small.at("2026/11", text)


@pytest.mark.parametrize("text", ["porch＂light", "＂porch light＂", 'porch "light＂'])
def test_a_wide_quotation_mark_is_no_part_of_a_word(text: str, output: Path) -> None:
    write(output, song("aaa111", "Porch Light"))

    assert ["Porch Light"] == found(output, text)


def test_a_song_on_the_shelf_is_in_the_index_at_once(output: Path, audio: Path) -> None:
    placed = place(output, song("aaa111", "One"), audio)

    with Index(output) as index:
        assert ["One"] == titles(index.list(ALL))
        assert Path(placed.file) == output / index.list(ALL)[0].file


def test_failing_to_index_is_no_failure_of_the_song(output: Path, audio: Path) -> None:
    file_of(output).parent.mkdir(parents=True)
    file_of(output).mkdir()

    placed = place(output, song("aaa111", "One"), audio)

    assert Path(placed.sidecar).exists()
    file_of(output).rmdir()
    assert ["One"] == listed(output)


@pytest.mark.parametrize(
    ("made_at", "is_there"),
    [
        ("2026-11-22T00:00:00+14:00", True),  # 21 November in UTC
        ("2026-11-22T23:59:59-12:00", True),  # 23 November in UTC
        ("2026-11-21T23:59:59-12:00", False),
        ("2026-11-23T00:00:00+14:00", False),
    ],
)
def test_the_day_of_a_song_is_that_of_its_own_clock(made_at: str, is_there: bool, output: Path) -> None:
    write(output, song("aaa111", "One", made_at=made_at))
    day = date(2026, 11, 22)

    titles_found = listed(output, Wanted(since=day, until=day))

    assert (["One"] if is_there else []) == titles_found


def test_no_number_is_ever_used_twice(output: Path) -> None:
    one = write(output, song("aaa111", "One", lyrics="sparrow"))
    listed(output)
    one.write_text(json.dumps({**json.loads(one.read_text()), "lyrics": "kestrel"}))
    listed(output)
    one.unlink()
    write(output, song("bbb222", "Two", lyrics="heron"))  # of the same second

    assert [[], [], ["Two"]] == [found(output, bird) for bird in ("sparrow", "kestrel", "heron")]


def test_a_rebuild_leaves_nothing_of_what_was(output: Path) -> None:
    one = write(output, song("aaa111", "One", lyrics="sparrow"))
    listed(output)
    one.write_text(json.dumps({**json.loads(one.read_text()), "lyrics": "kestrel"}))

    with Index(output) as index:
        assert (1, 1) == (index.rebuild(), index.count())

    assert [[], ["One"]] == [found(output, bird) for bird in ("sparrow", "kestrel")]
    rows = sqlite3.connect(file_of(output)).execute("SELECT count(*) FROM words_docsize").fetchone()
    assert (1,) == rows


# A damaged, missing, older or newer index ------------------------------------------------------------------


def damage(file: Path, how: str) -> None:
    content = file.read_bytes()
    match how:
        case "no database":
            file.write_text("this is no database, but somebody put it here " * 100)
        case "empty":
            file.write_bytes(b"")
        case "cut off":
            file.write_bytes(content[: len(content) // 2])
        case "overwritten":
            file.write_bytes(content[:4096] + b"\xa5" * (len(content) - 4096))
        case "gone":
            file.unlink()
        case "a table is gone":
            with sqlite3.connect(file) as db:
                db.execute("DROP TABLE song")
        case "the words are gone":
            with sqlite3.connect(file) as db:
                db.execute("DELETE FROM words_data")


@pytest.mark.parametrize(
    "how",
    ["no database", "empty", "cut off", "overwritten", "gone", "a table is gone", "the words are gone"],
)
def test_a_damaged_or_missing_index_is_made_anew_with_a_word_about_it(how: str, output: Path) -> None:
    for number in range(20):
        write(output, song(f"aaa{number:03}", f"One {number}"))
    age(output)
    assert 20 == len(listed(output))
    told: list[str] = []

    damage(file_of(output), how)
    with Index(output, told.append) as index:
        index.refresh()
        cards, by_words = index.list(ALL), index.search("light", ALL)

    assert (20, 20) == (len(cards), len(by_words))
    assert any("index" in line for line in told)
    assert 20 == len(found(output, "one"))


@pytest.mark.parametrize("count", range(len(MIGRATIONS)))
def test_every_older_schema_is_brought_up_to_date(count: int, output: Path) -> None:
    write(output, song("aaa111", "One"))
    file_of(output).parent.mkdir()
    db = sqlite3.connect(file_of(output), isolation_level=None)
    migrations.apply(db, MIGRATIONS[:count])
    db.close()

    assert ["One"] == found(output, "light")

    db = sqlite3.connect(file_of(output))
    names = {name for (name,) in db.execute("SELECT name FROM migration")}
    assert {step.__name__ for step in MIGRATIONS} == names


def test_a_step_is_applied_once_and_a_failing_one_leaves_nothing() -> None:
    calls: list[str] = []
    db = sqlite3.connect(":memory:", isolation_level=None)

    def first(db: sqlite3.Connection) -> None:
        calls.append("first")
        db.execute("CREATE TABLE one (a)")

    def second(db: sqlite3.Connection) -> None:
        db.execute("CREATE TABLE two (a)")
        raise sqlite3.OperationalError("no")

    assert migrations.apply(db, [first])
    assert not migrations.apply(db, [first])
    with pytest.raises(sqlite3.OperationalError):
        migrations.apply(db, [first, second])

    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert ["first"] == calls
    assert {"migration", "one"} == tables


def test_the_index_of_a_newer_songpipe_is_left_alone(output: Path) -> None:
    write(output, song("aaa111", "One"))
    listed(output)
    with sqlite3.connect(file_of(output)) as db:
        db.execute("INSERT INTO migration VALUES ('from_the_future')")

    with pytest.raises(NewerIndexError, match="from_the_future") as told:
        Index(output)

    assert "songpipe library rebuild" in told.value.hint


def test_only_a_damaged_index_is_discarded(output: Path) -> None:
    write(output, song("aaa111", "One"))
    listed(output)
    inode = file_of(output).stat().st_ino

    store.discard(output, 1.0, only_if_damaged=True)
    kept = file_of(output).stat().st_ino
    damage(file_of(output), "the words are gone")
    store.discard(output, 1.0, only_if_damaged=True)

    assert inode == kept
    assert not file_of(output).exists()


def test_where_nothing_may_be_written_the_sidecars_are_read(output: Path) -> None:
    write(output, song("aaa111", "One"))
    (output / ".songpipe").write_text("a file where a folder is needed")
    told: list[str] = []

    with Index(output, told.append) as index:
        index.refresh()
        cards = index.list(ALL)

    assert ["One"] == titles(cards)
    assert "reading the sidecars instead" in told[0]


def test_a_library_that_is_not_there_is_empty_and_stays_away(output: Path) -> None:
    assert [] == listed(output)
    assert not output.exists()


def test_a_busy_index_is_told(output: Path) -> None:
    write(output, song("aaa111", "One"))
    listed(output)
    holder = sqlite3.connect(file_of(output), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    with Index(output, busy_s=0.05) as index, pytest.raises(ShelfError, match="another program holds"):
        index.refresh()


def test_an_index_that_is_being_opened_is_waited_for(output: Path) -> None:
    (output / ".songpipe").mkdir(parents=True)

    with store.alone(output / ".songpipe", 1.0), pytest.raises(ShelfError, match="another songpipe"):
        Index(output, busy_s=0.05)


# Two processes at once -------------------------------------------------------------------------------------

_WRITING = """
import sys
from pathlib import Path
from pipeline.library.index import Index
from tests.fakes.shelved import song, write
output, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
print(flush=True); sys.stdin.readline()
for number in range(count):
    track = song(f"{name}{number:05}", f"{name} {number}")
    sidecar = write(output, track)
    from dataclasses import replace
    with Index(output) as index:
        index.add(replace(track, sidecar=str(sidecar)))
"""
_REBUILDING = """
import sys
from pathlib import Path
from pipeline.library.index import Index
output, count = Path(sys.argv[1]), int(sys.argv[3])
print(flush=True); sys.stdin.readline()
for number in range(count):
    with Index(output) as index:
        index.rebuild()
"""


def start(script: str, *arguments: Any) -> subprocess.Popen[str]:
    """Start a process that waits for a line on its standard input."""
    command = [sys.executable, "-c", script, *map(str, arguments)]
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root, env=unmeasured()
    )
    assert process.stdout is not None
    process.stdout.readline()
    return process


def test_songs_that_come_while_others_rebuild_and_write_are_all_there(output: Path) -> None:
    for number in range(30):
        write(output, song(f"zzz{number:03}", f"Before {number}"))
    children = [
        start(_WRITING, output, "left", 25),
        start(_WRITING, output, "right", 25),
        start(_REBUILDING, output, "", 6),
    ]

    codes = []
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    for child in children:
        child.communicate()
        codes.append(child.returncode)

    assert [0, 0, 0] == codes
    with Index(output) as index:
        before = len(index.list(ALL))
        index.refresh()
        assert 80 == before == len(index.list(ALL)) == len(index.search("light", ALL))


def test_two_that_find_the_index_damaged_both_get_their_answers(output: Path) -> None:
    for number in range(20):
        write(output, song(f"aaa{number:03}", f"One {number}"))
    listed(output)
    damage(file_of(output), "overwritten")
    looking = (
        "import sys; from pathlib import Path; from pipeline.library.index import Index\n"
        "from pipeline.library.query import Wanted\n"
        "print(flush=True); sys.stdin.readline()\n"
        "with Index(Path(sys.argv[1])) as index:\n"
        "    index.refresh(); print(len(index.list(Wanted())))\n"
    )

    children = [start(looking, output) for _ in range(2)]
    said = [child.communicate("\n")[0].strip() for child in children]

    assert ["20", "20"] == said


def test_an_index_that_lacks_a_part_of_its_own_is_made_anew(output: Path) -> None:
    write(output, song("aaa111", "Porch Light"))
    with Index(output) as index:
        index.refresh()
    with closing(sqlite3.connect(output / ".songpipe" / "library.sqlite3")) as db:
        db.execute("DROP INDEX song_filter")

    with Index(output) as index:
        index.refresh()
        index.list(Wanted(rating=4))

    with closing(sqlite3.connect(output / ".songpipe" / "library.sqlite3")) as db:
        assert [(1,)] == db.execute(
            "SELECT count(*) FROM sqlite_master WHERE name = 'song_filter'"
        ).fetchall()
