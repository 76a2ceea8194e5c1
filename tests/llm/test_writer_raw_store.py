"""Raw replies on disk: whole, complete, and never in each other's way."""

import json
from pathlib import Path

import pytest

from pipeline.errors import ShelfError
from pipeline.llm.raw import RawStore
from pipeline.track import Attempt
from tests.llm.conftest import NOW

QUESTION = "0123456789abcdef"


@pytest.fixture
def store(tmp_path: Path) -> RawStore:
    return RawStore(tmp_path / "replies", now=lambda: NOW)


def keep(store: RawStore, text: str) -> Path:
    with store.page(QUESTION) as page:
        page.append(text)
        page.finish()
        page.describe({"key": QUESTION, "attempt": {"model": "m", "outcome": "ok"}})
    return Path(page.path)


def test_what_was_written_is_on_disk_before_the_next_piece(store: RawStore) -> None:
    with store.page(QUESTION) as page:
        page.append("one ")
        seen = Path(page.path).read_text("utf-8")
        page.append("two\r\n")

    assert seen == "one "
    assert Path(page.path).read_bytes() == b"one two\r\n"
    assert page.path.endswith(".txt.part")


def test_an_empty_page_leaves_nothing_behind(store: RawStore) -> None:
    with store.page(QUESTION) as page:
        pass

    assert (page.path, list(store.folder.iterdir())) == ("", [])


def test_a_whole_reply_gets_its_name_and_its_metadata(store: RawStore) -> None:
    file = keep(store, "song")

    assert file.name == "20260214T101500-0123456789ab-1.txt"
    assert json.loads(file.with_suffix(".json").read_text("utf-8"))["schema"] == "songpipe.reply/1"
    assert sorted(entry.suffix for entry in store.folder.iterdir()) == [".json", ".txt"]


def test_two_replies_of_one_second_do_not_overwrite_each_other(store: RawStore) -> None:
    first, second = keep(store, "a"), keep(store, "b")

    assert (first.read_text("utf-8"), second.read_text("utf-8")) == ("a", "b")


def test_two_pages_may_be_open_at_once(store: RawStore) -> None:
    with store.page(QUESTION) as one, store.page(QUESTION) as two:
        one.append("a")
        two.append("b")

    assert one.path != two.path


def test_half_a_character_does_not_cost_the_reply(store: RawStore) -> None:
    assert keep(store, "a\ud83d").read_text("utf-8") == "a\\ud83d"


def test_every_attempt_is_a_line_of_the_journal(store: RawStore) -> None:
    store.record(QUESTION, Attempt("m", "stalled"), "no word\nfor 3 s")
    store.record(QUESTION, Attempt("m", "ok"), "")

    lines = (store.folder / "attempts.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["outcome"] for line in lines] == ["stalled", "ok"]
    assert json.loads(lines[0])["at"] == NOW.isoformat()


def test_a_folder_that_cannot_be_written_is_told_with_its_path(tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("", "utf-8")
    store = RawStore(blocked / "replies", now=lambda: NOW)

    with pytest.raises(ShelfError, match="blocked") as told:
        store.record(QUESTION, Attempt("m", "ok"), "")

    assert "--output" in told.value.hint
