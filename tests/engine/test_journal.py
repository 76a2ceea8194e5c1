"""The journal: a stage that finished is read back, and nobody works on the same song twice at once."""

import json
import multiprocessing
import shutil
import threading
from pathlib import Path

import pytest

from pipeline.brief import Brief
from pipeline.engine.journal import Journal, Order
from pipeline.errors import InputError, ShelfError

ORDER = Order(Brief(text="insomnia trip-hop"))


class Counter:
    """A stage that counts how often it ran."""

    def __init__(self) -> None:
        self.runs = 0

    def __call__(self, step: int) -> tuple[int, ...]:
        self.runs += step
        return (self.runs,)


def test_a_stage_runs_once_and_is_read_back_in_a_later_run(tmp_path: Path) -> None:
    stage = Counter()
    with Journal(tmp_path).begin(ORDER) as session:
        first = session.once("count", tuple[int, ...], stage, 1)

    with Journal(tmp_path).reopen(session.id) as again:
        second = again.once("count", tuple[int, ...], stage, 1)

    assert (1,) == first == second
    assert 1 == stage.runs


def test_a_stage_that_failed_runs_again(tmp_path: Path) -> None:
    def fail() -> int:
        raise ShelfError("no")

    with Journal(tmp_path).begin(ORDER) as session:
        with pytest.raises(ShelfError):
            session.once("stage", int, fail)

        assert session.once("stage", int, lambda: 7) == 7


def test_an_order_comes_back_as_it_was_given(tmp_path: Path) -> None:
    order = Order(Brief(text="a", blend=("The XX",), duration="auto"), draft="PROMPT: x", rehearsal=True)

    with Journal(tmp_path).begin(order) as session:
        pass
    with Journal(tmp_path).reopen(session.id) as again:
        assert order == again.order


def test_unfinished_songs_are_listed_oldest_first_until_they_are_closed(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    with journal.begin(ORDER) as first:
        pass
    with journal.begin(ORDER) as second:
        pass

    assert (first.id, second.id) == journal.unfinished()

    with journal.reopen(first.id) as session:
        session.close()
    assert (second.id,) == journal.unfinished()


def test_closing_removes_the_working_copies_of_the_takes_and_keeps_the_drafts(tmp_path: Path) -> None:
    with Journal(tmp_path).begin(ORDER) as session:
        draft = session.keep("draft-1.txt", "PROMPT: x")
        take = session.folder / "takes" / "take-1.mp3"
        take.parent.mkdir()
        take.write_bytes(b"ID3")

        session.close()

    assert draft.exists()
    assert not take.exists()


def test_a_damaged_note_is_named_and_not_believed(tmp_path: Path) -> None:
    with Journal(tmp_path).begin(ORDER) as session:
        session.once("stage", int, lambda: 7)
        (session.folder / "journal" / "stage.json").write_text("{")

        with pytest.raises(ShelfError, match=r"stage\.json is damaged"):
            session.once("stage", int, lambda: 8)


def test_a_song_that_does_not_exist_cannot_be_taken_up(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no unfinished song 'nope'"), Journal(tmp_path).reopen("nope"):
        pass


@pytest.mark.parametrize("name", ["..", "../..", "a/../../b", ""])
def test_an_id_is_never_taken_for_a_path(tmp_path: Path, name: str) -> None:
    (tmp_path / "order.json").write_text("{}")
    (tmp_path.parent / "order.json").write_text("{}")

    with pytest.raises(InputError, match="no unfinished song"), Journal(tmp_path / "songs").reopen(name):
        pass


def test_a_journal_that_cannot_be_written_says_where(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("not a folder")

    with pytest.raises(ShelfError, match="cannot write") as caught, Journal(blocker / "songs").begin(ORDER):
        pass

    assert "--output" in caught.value.hint


def _hold(root: Path, session_id: str, held: object, release: object) -> None:
    with Journal(root).reopen(session_id):
        held.set()  # type: ignore[attr-defined]
        release.wait(10)  # type: ignore[attr-defined]


def test_two_processes_never_work_on_the_same_song(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    held, release = context.Event(), context.Event()
    with Journal(tmp_path).begin(ORDER) as session:
        pass
    other = context.Process(target=_hold, args=(tmp_path, session.id, held, release))
    other.start()
    assert held.wait(20)

    with pytest.raises(InputError, match="another process"), Journal(tmp_path).reopen(session.id):
        pass

    release.set()
    other.join(20)
    with Journal(tmp_path).reopen(session.id):
        pass


def test_what_is_put_aside_is_kept_and_the_stages_run_anew(tmp_path: Path) -> None:
    stage = Counter()
    with Journal(tmp_path).begin(ORDER) as session:
        session.once("seed", tuple[int, ...], stage, 10)
        session.once("playing-1", tuple[int, ...], stage, 1)
        (session.folder / "takes").mkdir()
        (session.folder / "takes" / "take-1.mp3").write_bytes(b"ID3")

        first, second = session.set_aside("playing"), session.set_aside("playing")

        assert {"playing-1.json", "take-1.mp3"} == {path.name for path in first.iterdir()}
        assert [] == list(second.iterdir())
        assert (12,) == session.once("playing-1", tuple[int, ...], stage, 1)
        assert (10,) == session.once("seed", tuple[int, ...], stage, 1)


def test_a_folder_that_cannot_be_put_aside_is_told(tmp_path: Path) -> None:
    with Journal(tmp_path / "songs").begin(ORDER) as session:
        session.folder.rename(tmp_path / "gone")

        with pytest.raises(ShelfError, match=r"cannot write .*aside-1"):
            session.set_aside("playing")


def test_a_note_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with Journal(tmp_path).begin(ORDER) as session:
        (session.folder / "journal" / "stage.json").mkdir(parents=True)

        with pytest.raises(ShelfError, match="cannot read the journal"):
            session.once("stage", int, lambda: 7)


def test_a_text_that_the_user_has_edited_is_never_overwritten(tmp_path: Path) -> None:
    with Journal(tmp_path).begin(ORDER) as session:
        edited = session.keep("draft", "first")
        edited.write_text("mine")

        paths = [session.keep("draft", text) for text in ("first", "second", "third")]

        assert "mine" == edited.read_text()
        assert ["draft-2.txt", "draft-3.txt", "draft-4.txt"] == [path.name for path in paths]
        assert ["first", "second", "third"] == [path.read_text() for path in paths]


def test_a_text_that_is_there_already_is_not_saved_twice(tmp_path: Path) -> None:
    with Journal(tmp_path).begin(ORDER) as session:
        names = [session.keep("draft", text).name for text in ("a", "b", "a", "b", "c")]

        assert ["draft-1.txt", "draft-2.txt", "draft-1.txt", "draft-2.txt", "draft-3.txt"] == names
        assert 3 == len(list(session.folder.glob("draft-*.txt")))


def test_a_text_with_half_a_character_is_kept(tmp_path: Path) -> None:
    with Journal(tmp_path).begin(ORDER) as session:
        kept = session.keep("draft", "half \ud800 夜")

        assert "half \\ud800 夜" == kept.read_text(encoding="utf-8")
        assert kept == session.keep("draft", "half \ud800 夜")


def test_what_a_song_has_cost_adds_up_across_runs(tmp_path: Path) -> None:
    with Journal(tmp_path).begin(ORDER) as session:
        before = session.spent_usd
        session.spend(0.25)
        session.spend(0.5)
    with Journal(tmp_path).reopen(session.id) as again:
        again.spend(0.125)

    assert (0.0, 0.875) == (before, Journal(tmp_path).look(session.id).spent_usd)


def test_putting_a_playing_aside_forgets_no_cost(tmp_path: Path) -> None:
    with Journal(tmp_path).begin(ORDER) as session:
        session.spend(0.25)
        session.set_aside("writing")

        assert 0.25 == session.spent_usd


def test_a_draft_in_its_songs_folder_knows_its_brief(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path / "songs")
    with journal.begin(ORDER) as session:
        draft = session.keep("draft", "PROMPT: x")
    monkeypatch.chdir(session.folder)

    assert ORDER.brief == journal.ordered_as(draft)
    assert ORDER.brief == journal.ordered_as(Path(draft.name))
    assert ORDER.brief == journal.ordered_as(session.folder / "not there yet.txt")


def test_a_draft_elsewhere_has_no_brief(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "songs")
    with journal.begin(ORDER) as session:
        session.keep("draft", "PROMPT: x")
    copied = tmp_path / "elsewhere"
    copied.mkdir()
    (copied / "order.json").write_bytes((session.folder / "order.json").read_bytes())
    (session.folder / "deeper").mkdir()
    (journal.root / "empty").mkdir()

    strangers = (
        copied / "draft-1.txt",
        session.folder / "deeper" / "draft-1.txt",
        journal.root / "draft-1.txt",
        journal.root / "empty" / "draft-1.txt",
        tmp_path / "draft-1.txt",
    )
    assert [None] * len(strangers) == [journal.ordered_as(stranger) for stranger in strangers]


def test_a_link_to_a_draft_is_the_draft(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "songs")
    with journal.begin(ORDER) as session:
        (tmp_path / "link.txt").symlink_to(session.keep("draft", "PROMPT: x"))

    assert ORDER.brief == journal.ordered_as(tmp_path / "link.txt")


def test_a_stage_is_named_by_what_has_been_paid_for(tmp_path: Path) -> None:
    with Journal(tmp_path).begin(ORDER) as session:
        ordered = session.stage
        session.once("writing-1", int, lambda: 1)
        written = session.stage
        session.once("playing-seed", int, lambda: 1)
        rolled = session.stage  # nobody has been asked to play yet
        session.once("playing-ticket-1", int, lambda: 1)
        playing = session.stage
        session.set_aside("playing")

        assert ("ordered", "written", "written", "playing") == (ordered, written, rolled, playing)
        assert "written" == session.stage
        session.set_aside("writing")
        assert "written" == session.stage  # there are drafts that somebody has paid for


def test_dropping_keeps_everything_but_the_place_on_the_list(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    with journal.begin(ORDER) as session:
        session.keep("draft", "PROMPT: x")
        session.once("playing-1", int, lambda: 1)
        (session.folder / "takes").mkdir()
        (session.folder / "takes" / "take-1.mp3").write_bytes(b"ID3")
        before = {path for path in session.folder.rglob("*") if path.is_file()}

        session.drop()

    assert before <= {path for path in session.folder.rglob("*") if path.is_file()}
    assert () == journal.unfinished()


def test_many_threads_may_note_the_same_thing_and_one_of_them_wins(tmp_path: Path) -> None:
    with Journal(tmp_path).begin(ORDER) as session:
        gate, failures = threading.Barrier(4), []

        def note(number: int) -> None:
            for turn in range(25):
                gate.wait(10)
                try:
                    session.once(f"stage-{turn}", list[int], lambda: [number] * 2000)
                except ShelfError as error:
                    failures.append(error)

        threads = [threading.Thread(target=note, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)

    notes = sorted((session.folder / "journal").iterdir())
    assert ([], 25) == (failures, len(notes))
    assert all(1 == len(set(json.loads(note.read_text()))) for note in notes)


def test_a_stray_folder_among_the_songs_is_passed_over(tmp_path: Path) -> None:
    with Journal(tmp_path).begin(ORDER) as session:
        draft = session.keep("draft", "PROMPT: x")
    shutil.copytree(session.folder, tmp_path / "My Copy")

    assert (session.id,) == Journal(tmp_path).unfinished()
    assert Journal(tmp_path).ordered_as(tmp_path / "My Copy" / "draft-1.txt") is None
    assert ORDER.brief == Journal(tmp_path).ordered_as(
        tmp_path / ".." / tmp_path.name / session.id / draft.name
    )


def test_a_draft_beside_a_damaged_order_can_still_be_played(tmp_path: Path) -> None:
    with Journal(tmp_path).begin(ORDER) as session:
        draft = session.keep("draft", "PROMPT: x")
        (session.folder / "order.json").write_text("{")

    assert Journal(tmp_path).ordered_as(draft) is None
