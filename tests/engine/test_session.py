"""The session of a song: a stage that finished is read back, what was paid is counted, nothing is overwritten."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.engine.session import Session
from pipeline.errors import BandError, Interrupted, ShelfError
from tests.fakes.sessions import Notebook


class Counter:
    """A stage that counts how often it ran."""

    def __init__(self) -> None:
        self.runs = 0

    def __call__(self, step: int = 1) -> tuple[int, ...]:
        self.runs += step
        return (self.runs,)


@pytest.fixture
def book(tmp_path: Path) -> Notebook:
    """The notebook of a song."""
    return Notebook(tmp_path / "songs")


def test_a_stage_runs_once_and_is_read_back_in_this_run_and_in_a_later_one(book: Notebook) -> None:
    stage, session = Counter(), book.session()

    now = [session.once("count", tuple[int, ...], stage) for _ in range(2)]
    later = book.session().once("count", tuple[int, ...], stage)

    assert ([(1,)] * 3, 1) == ([*now, later], stage.runs)


def test_a_stage_that_failed_runs_again(book: Notebook) -> None:
    def fail() -> int:
        raise BandError("no")

    with pytest.raises(BandError):
        book.session().once("stage", int, fail)

    assert [] == book.notes
    assert 7 == book.session().once("stage", int, lambda: 7)


def test_a_note_is_put_down_before_its_stage_counts_as_done(tmp_path: Path) -> None:
    def full(name: str, text: str) -> None:
        raise ShelfError("the disk is full")

    stage, book = Counter(), Notebook(tmp_path)
    session = Session("id", tmp_path, book.session().order, (), full)

    for _ in range(2):
        with pytest.raises(ShelfError):
            session.once("stage", tuple[int, ...], stage)

    assert (2, True) == (stage.runs, session.is_fresh)


def test_notes_are_found_by_their_names_whatever_their_order(book: Notebook) -> None:
    before = book.session()
    for name in ("one", "two", "three"):
        before.once(name, str, lambda name=name: name)
    book.notes.reverse()

    later, stage = book.session(), Counter()
    found = [
        later.once(name, str, lambda: "ran again") for name in ("three", "one", "two")
    ]  # as a later version with other stages would ask

    assert ["three", "one", "two"] == found
    assert (1,) == later.once("a stage between", tuple[int, ...], stage)


def test_a_damaged_note_is_named_with_a_way_out_and_its_stage_does_not_run(book: Notebook) -> None:
    stage = Counter()
    book.notes.append(("stage", '{"half":'))
    session = book.session()

    with pytest.raises(ShelfError, match=f"the note 'stage' of song '{session.id}' cannot be read") as told:
        session.once("stage", int, stage)

    assert f"songpipe jobs cancel {session.id}" in told.value.hint
    assert str(session.folder) in told.value.hint
    assert 0 == stage.runs


def test_work_that_was_called_off_stops_before_the_next_stage_and_still_reads_what_is_there(
    book: Notebook,
) -> None:
    def called_off() -> None:
        raise Interrupted("stopped")

    book.session().once("done", int, lambda: 7)
    session, stage = book.session(heed=called_off), Counter()

    assert 7 == session.once("done", int, stage)
    with pytest.raises(Interrupted):
        session.once("next", int, stage)
    assert 0 == stage.runs


def test_what_is_set_aside_is_kept_and_the_stages_run_anew_in_this_run_and_in_a_later_one(
    book: Notebook,
) -> None:
    session = book.session()
    session.once("seed", int, lambda: 10)
    session.once("playing-1", int, lambda: 1)
    (session.folder / "takes").mkdir(parents=True)
    (session.folder / "takes" / "take-1.mp3").write_bytes(b"ID3")

    first, second = session.set_aside("playing"), session.set_aside("playing")

    later = book.session()
    assert ["take-1.mp3"] == [path.name for path in first.iterdir()]
    assert [] == list(second.iterdir())
    assert [10, 10] == [run.once("seed", int, lambda: 99) for run in (session, later)]
    assert [2, 2] == [run.once("playing-1", int, lambda: 2) for run in (session, book.session())]


@settings(deadline=None)  # the first example also makes the codec
@given(
    st.lists(
        st.tuples(st.sampled_from(["writing-1", "playing-1", "playing-2", "track"]), st.booleans()),
        max_size=12,
    )
)
def test_a_later_run_knows_exactly_what_this_one_knows(doings: list[tuple[str, bool]]) -> None:
    names = ("writing-1", "playing-1", "playing-2", "track")
    book = Notebook(Path("/nowhere"))
    now = book.session()
    for number, (name, forget) in enumerate(doings):
        if forget:
            now._put(now._free("aside-"), f'"{name.split("-")[0]}"')
        else:
            now.once(name, int, lambda number=number: number)

    found = [[run.once(name, int, lambda: -1) for name in names] for run in (book.session(), now)]

    assert found[0] == found[1]


def test_what_a_song_has_cost_adds_up_across_runs_and_is_never_forgotten(book: Notebook) -> None:
    session = book.session()
    before = session.spent_usd
    session.spend(0.25)
    session.spend(0.0)
    session.set_aside("writing")
    session.spend(0.5)

    later = book.session()
    later.spend(0.125)

    assert (0.0, 0.75, 0.875) == (before, session.spent_usd, book.session().spent_usd)


def test_a_share_of_a_budget_is_for_this_run_alone(book: Notebook) -> None:
    book.session().spend(0.25)

    assert (None, 0.75) == (book.session().most_usd, book.session(most_usd=0.5).most_usd)


def test_a_song_is_fresh_until_something_was_noted(book: Notebook) -> None:
    session = book.session()
    before = session.is_fresh
    session.spend(0.25)

    assert (True, False, False) == (before, session.is_fresh, book.session().is_fresh)


def test_a_text_that_the_user_has_edited_is_never_overwritten(book: Notebook) -> None:
    session = book.session()
    edited = session.keep("draft", "first")
    edited.write_text("mine")

    paths = [session.keep("draft", text) for text in ("first", "second", "third")]

    assert "mine" == edited.read_text()
    assert ["draft-2.txt", "draft-3.txt", "draft-4.txt"] == [path.name for path in paths]
    assert ["first", "second", "third"] == [path.read_text() for path in paths]


def test_a_text_that_is_there_already_is_not_saved_twice(book: Notebook) -> None:
    names = [book.session().keep("draft", text).name for text in ("a", "b", "a", "b", "c")]

    assert ["draft-1.txt", "draft-2.txt", "draft-1.txt", "draft-2.txt", "draft-3.txt"] == names
    assert 3 == len(list(book.session().folder.iterdir()))


def test_a_text_with_half_a_character_is_kept(book: Notebook) -> None:
    kept = book.session().keep("draft", "half \ud800 夜")

    assert "half \\ud800 夜" == kept.read_text(encoding="utf-8")
    assert kept == book.session().keep("draft", "half \ud800 夜")


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "songs").write_text("in the way")
    session = Notebook(tmp_path / "songs").session()

    with pytest.raises(ShelfError, match="cannot write aside-1"):
        session.set_aside("playing")
    with pytest.raises(ShelfError, match=r"cannot save draft-1\.txt"):
        session.keep("draft", "text")
