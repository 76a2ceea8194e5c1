"""The desk: a song that failed or was stopped goes on from its notes, and what cost nothing leaves nothing."""

import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pipeline.brief import Brief
from pipeline.engine.desk import Desk
from pipeline.engine.drafts import ordered_as
from pipeline.engine.jobs import cancel_all, jobs, unfinished
from pipeline.engine.ledger import reading
from pipeline.errors import BandError, InputError, Interrupted, SettingsError, ShelfError
from pipeline.studio import Studio
from pipeline.track import Track
from tests.engine.conftest import DRAFT, Office, ordered, scripted
from tests.fakes.players import BROKEN, LOUD, ScriptedBand


class Held(ScriptedBand):
    """A band that plays only when it is told to; `asked` says that it was."""

    def __init__(self, plays: int = 1) -> None:
        super().__init__(*[LOUD] * plays)
        self.asked, self.go_on = threading.Event(), threading.Event()

    def collect(self, tickets: Any, folder: Path, watch: Any) -> Any:
        self.asked.set()
        assert self.go_on.wait(20)
        return super().collect(tickets, folder, watch)


def resumed(office: Office, song: str) -> Track:
    with office.desk() as desk:
        assert [song] == desk.take([song])
        return desk.finish(song)


def state(office: Office, song: str) -> tuple[str, str]:
    (found,) = (job for job in jobs(office.database, latest=None) if job.id == song)
    return found.state, found.stage


def test_a_song_runs_the_whole_road_and_is_known_afterwards(office: Office) -> None:
    with office.desk() as desk:
        track = desk.make(ordered())

    (job,) = jobs(office.database, latest=None)
    assert ("Hall Light", track.id, "done", track.file) == (track.title, job.id, job.state, job.file)
    assert 0.25 == job.cost_usd
    assert not list(office.database.home.glob("songs/*/now.json"))


def test_a_failed_song_goes_on_from_its_notes(office: Office) -> None:
    office.room = scripted(1, BROKEN, BROKEN, BROKEN, LOUD)  # one reply: a second ask would fail

    with office.desk(resume_command="songpipe resume --output x") as desk, pytest.raises(BandError) as told:
        desk.make(ordered())
    (song,) = (job.id for job in jobs(office.database, latest=None))
    failed = state(office, song)
    track = resumed(office, song)

    assert f"what is done is kept; go on with: songpipe resume --output x {song}" in told.value.hint
    assert ("failed", "written") == (failed[0], failed[1].replace("played", "written"))
    assert (song, "Hall Light") == (track.id, track.title)
    assert "done" == state(office, song)[0]


def test_a_song_may_fail_and_go_on_again_and_again(office: Office) -> None:
    office.room = scripted(1, *[BROKEN] * 9, LOUD)
    song = "0" * 16
    with office.desk() as desk:
        desk.place([(song, ordered())])
        with pytest.raises(BandError):
            desk.finish(song)

    for _ in range(2):
        with pytest.raises(BandError):
            resumed(office, song)

    assert "Hall Light" == resumed(office, song).title


def test_a_song_that_is_done_is_not_made_twice(office: Office) -> None:
    song = "0" * 16
    with office.desk() as desk:
        desk.place([(song, ordered())])
        desk.finish(song)

        desk.place([(song, ordered("another"))])

        assert [] == desk.take([song])
        assert "insomnia" == desk.ledger.look(song, desk.dead).order.brief.text
    assert 1 == len(jobs(office.database, latest=None))


def test_a_song_that_nobody_ordered_is_told(office: Office) -> None:
    with office.desk() as desk:
        for song in ("0" * 16, "nobody", "", "..", "夜" * 5000, "\udcff", "' OR 1=1 --"):
            with pytest.raises(InputError, match="there is no song"):
                desk.ledger.look(song, desk.dead)


def test_words_only_are_written_and_not_played(office: Office) -> None:
    with office.desk() as desk:
        track = desk.make(ordered(words_only=True))

    (job,) = jobs(office.database, latest=None)
    assert ("", "done", "") == (track.file, job.state, job.file)
    assert ["draft-1.txt"] == [Path(draft).name for draft in track.words.drafts]


def test_a_draft_of_the_users_is_played_without_a_writer(office: Office) -> None:
    office.room = scripted(0)

    with office.desk() as desk:
        assert "Hall Light" == desk.make(ordered(draft=DRAFT)).title


def test_a_bug_on_the_road_fails_its_song_and_the_song_can_be_gone_on_with(office: Office) -> None:
    class Buggy(ScriptedBand):
        def submit(self, *_: Any) -> Any:
            raise ZeroDivisionError("nobody foresaw this")

    office.room = scripted(band=Buggy())
    with office.desk() as desk, pytest.raises(ZeroDivisionError):
        desk.make(ordered())
    (job,) = jobs(office.database, latest=None)
    office.room = scripted(0)  # the words are there

    assert ("failed", "a bug: ZeroDivisionError") == (job.state, job.message)
    assert "Hall Light" == resumed(office, job.id).title


def test_a_fresh_song_that_fails_before_anything_was_paid_leaves_no_trace(office: Office) -> None:
    def refuses(_: object) -> Studio:
        raise SettingsError("the taste is gone")

    with office.desk(refuses) as desk, pytest.raises(SettingsError) as told:
        desk.make(ordered())

    assert "" == told.value.hint
    assert [] == jobs(office.database, latest=None)


def test_a_song_that_was_stopped_before_it_began_waits_for_someone_to_go_on(office: Office) -> None:
    song = "0" * 16
    with office.desk() as desk:
        office.halt.set()
        desk.place([(song, ordered())])
        left = desk.stop()

    assert ([song], ("stopped", "ordered")) == (left, state(office, song))
    assert "Hall Light" == resumed(office, song).title


def test_leaving_the_desk_stops_what_is_at_work_and_nothing_is_lost(office: Office) -> None:
    band, song = Held(), "0" * 16
    office.room = scripted(band=band)
    with office.desk() as desk:
        desk.place([(song, ordered())])
        assert band.asked.wait(20)
        threading.Timer(0.2, band.go_on.set).start()

    stopped = state(office, song)
    office.room = scripted(0)  # the words are there, and the task is waited for

    assert ("stopped", "playing") == stopped
    assert "Hall Light" == resumed(office, song).title
    assert [] == office.room.band.jobs


def test_songs_beyond_the_seats_wait_and_are_all_made(office: Office) -> None:
    songs = {f"{number}" * 16: ordered(str(number)) for number in range(7)}
    most, now, lock, full = 0, 0, threading.Lock(), threading.Event()

    class Counting(ScriptedBand):
        def collect(self, *args: Any) -> Any:
            nonlocal most, now
            with lock:
                now += 1
                most = max(most, now)
                if now == 3:  # every seat is taken: from here on nobody waits for another one
                    full.set()
            full.wait(20)
            with lock:
                now -= 1
            return super().collect(*args)

    office.room = scripted(7, band=Counting(*[LOUD] * 7))
    with office.desk(seats=3) as desk:
        desk.place(songs.items())
        ends = {ended.id: ended.how for ended in desk.work(songs)}

    assert dict.fromkeys(songs, "done") == ends
    assert 3 == most


def test_a_song_at_work_can_be_cancelled_from_elsewhere_and_taken_up_again(office: Office) -> None:
    band, song = Held(), "0" * 16
    office.room = scripted(band=band)
    with office.desk() as desk:
        desk.place([(song, ordered())])
        assert band.asked.wait(20)
        assert [song] == list(cancel_all(office.database, [song]))
        band.go_on.set()

        (ended,) = desk.work([song])

    assert ("cancelled", ("cancelled", "")) == (ended.how, state(office, song))
    office.room = scripted(0)
    assert "Hall Light" == resumed(office, song).title


def test_a_queued_song_that_is_cancelled_is_not_begun(office: Office) -> None:
    songs = ["0" * 16, "1" * 16]
    band = Held()
    office.room = scripted(2, band=band)
    with office.desk() as desk:
        desk.place([(song, ordered(song)) for song in songs])
        assert band.asked.wait(20)
        list(cancel_all(office.database, songs[1:]))
        band.go_on.set()
        ends = {ended.id: ended.how for ended in desk.work(songs)}

    assert {songs[0]: "done", songs[1]: "cancelled"} == ends
    assert 1 == len(band.jobs)


def test_a_failed_song_that_is_cancelled_is_left_alone_until_it_is_asked_for(office: Office) -> None:
    office.room = scripted(1, BROKEN, BROKEN, BROKEN, LOUD)
    with office.desk() as desk:
        with pytest.raises(BandError):
            desk.make(ordered())
        (song,) = (entry.id for entry in desk.ledger.entries(desk.dead))

    list(cancel_all(office.database, [song]))
    with reading(office.database) as ledger:
        left = unfinished(ledger.entries(lambda _: []))
    again = list(cancel_all(office.database, [song]))

    assert ([], [song], "cancelled") == (left, again, state(office, song)[0])
    assert "Hall Light" == resumed(office, song).title


def test_a_finished_song_cannot_be_cancelled_and_then_none_is(office: Office) -> None:
    with office.desk() as desk:
        track = desk.make(ordered())
        office.halt.set()
        desk.place([("0" * 16, ordered())])
        desk.stop()

    with pytest.raises(InputError, match="is finished"):
        list(cancel_all(office.database, ["0" * 16, track.id]))

    assert "stopped" == state(office, "0" * 16)[0]


def test_a_damaged_order_hides_no_other_song_and_can_be_cancelled(office: Office) -> None:
    songs = ["0" * 16, "1" * 16, "2" * 16]
    with office.desk() as desk:
        office.halt.set()
        desk.place([(song, ordered(song)) for song in songs])
        desk.stop()
    with office.database.open().begin() as connection:
        damage = (
            "UPDATE workflow_input SET inputs = replace(inputs, 'brief', 'brood') WHERE workflow_uuid = :song"
        )
        assert 1 == connection.execute(sa.text(damage), {"song": songs[1]}).rowcount

    listed = [(job.id, job.state) for job in jobs(office.database, latest=None)]
    office.room = scripted(2)
    with office.desk() as desk:
        ends = {ended.id: ended for ended in desk.work(desk.take(songs))}
    list(cancel_all(office.database, [songs[1]]))

    assert [(song, "stopped") for song in songs] == listed
    assert ["done", "failed", "done"] == [ends[song].how for song in songs]
    assert isinstance(ends[songs[1]].error, ShelfError)
    assert "cancelled" == state(office, songs[1])[0]


def test_looking_makes_no_journal(office: Office) -> None:
    assert [] == jobs(office.database, latest=None)
    assert not office.database.home.exists()


def test_a_draft_in_its_songs_folder_knows_its_brief(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with office.desk() as desk:
        track = desk.make(ordered(words_only=True))
    draft = Path(track.words.drafts[0])
    (office.folder / "link.txt").symlink_to(draft)
    monkeypatch.chdir(draft.parent)
    named = (draft, Path(draft.name), draft.with_name("not there yet.txt"), office.folder / "link.txt")

    assert [Brief(text="insomnia")] * 4 == [ordered_as(one, office.database) for one in named]


def test_a_draft_elsewhere_has_no_brief_and_looking_makes_no_journal(office: Office) -> None:
    songs = office.database.home / "songs"

    before = ordered_as(songs / ("0" * 16) / "draft-1.txt", office.database)
    made_by_looking = (office.database.home / "engine.sqlite3").exists()
    with office.desk() as desk:
        track = desk.make(ordered(words_only=True))

    folder = Path(track.words.drafts[0]).parent
    strangers = (
        folder / "deeper" / "d.txt",
        songs / "d.txt",
        songs / ("0" * 16) / "d.txt",
        office.folder / "d.txt",
    )
    assert (None, False) == (before, made_by_looking)
    assert [None] * 4 == [ordered_as(stranger, office.database) for stranger in strangers]


def test_a_desk_that_cannot_open_its_journal_says_why(office: Office) -> None:
    office.folder.joinpath("output").write_text("in the way")

    with pytest.raises(ShelfError, match="the journal cannot be opened") as told, office.desk():
        pass

    assert str(office.database.home) in told.value.hint


def test_what_a_database_file_holds_instead_is_told(office: Office) -> None:
    office.database.home.mkdir(parents=True)
    (office.database.home / "engine.sqlite3").write_text(
        "these are my notes on kettles, not a database " * 50
    )

    with pytest.raises(ShelfError, match="file is not a database"), office.desk():
        pass

    with pytest.raises(ShelfError, match="file is not a database"), reading(office.database):
        pass


def test_an_interrupted_wait_says_how_to_go_on(office: Office) -> None:
    band, song = Held(), "0" * 16
    office.room = scripted(band=band)

    def stop(desk: Desk) -> None:
        assert band.asked.wait(20)
        office.halt.set()
        band.go_on.set()

    with office.desk() as desk:
        desk.place([(song, ordered())])
        threading.Thread(target=stop, args=(desk,)).start()
        with pytest.raises(Interrupted) as told:
            desk.finish(song)

    assert f"go on with: songpipe resume {song}" in told.value.hint


def test_a_journal_that_is_locked_in_the_middle_of_a_song_is_waited_for(office: Office) -> None:
    band, song = Held(), "0" * 16
    office.room, office.busy_s = scripted(band=band), 0.1
    with office.desk() as desk:
        desk.place([(song, ordered())])
        assert band.asked.wait(20)
        holder = sqlite3.connect(
            office.database.home / "engine.sqlite3", isolation_level=None, check_same_thread=False
        )
        holder.execute("BEGIN IMMEDIATE")
        band.go_on.set()
        threading.Timer(0.5, holder.close).start()
        (ended,) = desk.work([song])

    assert ("done", ("done", "")) == (ended.how, state(office, song))
