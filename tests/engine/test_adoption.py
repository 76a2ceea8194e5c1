"""Adoption: songs of the dead end somewhere, and whoever waits for one never waits for ever."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from pipeline.engine.desk import Desk, Ended
from pipeline.engine.jobs import cancel_all
from pipeline.engine.ledger import reading, shared
from pipeline.engine.presence import PREFIX, FilePresence
from pipeline.errors import ShelfError
from tests.engine.conftest import Office, ordered, scripted
from tests.engine.test_desk import Held, state

DEAD = PREFIX + "0" * 16
SONGS = ["1" * 16, "2" * 16, "3" * 16]


@pytest.fixture
def begun_by_the_dead(office: Office) -> Office:
    """Three songs that a process had begun when it died; the band plays when it is told to."""
    with reading(office.database) as ledger:
        ledger.order([(song, ordered()) for song in SONGS], DEAD)
    with sqlite3.connect(office.database.home / "engine.sqlite3") as connection:
        connection.execute("UPDATE workflow_status SET status = 'PENDING', executor_id = ?", [DEAD])
    connection.close()
    office.room = scripted(9, band=Held(plays=9))
    return office


def band_of(office: Office) -> Held:
    band = office.room.band
    assert isinstance(band, Held)
    return band


def all_of(ends: Iterator[Ended], seconds: float = 15.0) -> dict[str, str]:
    """Take every end; fails when that takes too long, as it does when somebody is waited for in vain."""
    found: dict[str, str] = {}
    over = threading.Event()

    def take() -> None:
        found.update({ended.id: ended.how for ended in ends})
        over.set()

    threading.Thread(target=take, daemon=True).start()
    assert over.wait(seconds), f"still waiting; ended: {found}"
    return found


def eventually(there: Callable[[], bool], desk: Desk) -> None:
    """Wait until something is so, with a foreman who looks all the time."""
    give_up = time.monotonic() + 15
    while not there():
        assert time.monotonic() < give_up, "it never came"
        desk._foreman.nudge()
        time.sleep(0.05)


def test_a_run_that_adopts_makes_what_the_dead_had_begun(begun_by_the_dead: Office) -> None:
    band_of(begun_by_the_dead).go_on.set()

    with begun_by_the_dead.desk(adopting=True, seats=3) as desk:
        ends = all_of(desk.work([]))

    assert dict.fromkeys(SONGS, "done") == ends


def test_nobody_waits_for_adopted_songs_that_were_withdrawn(begun_by_the_dead: Office) -> None:
    band = band_of(begun_by_the_dead)
    with begun_by_the_dead.desk(adopting=True) as desk:
        assert band.asked.wait(15)
        withdrawn = desk.withdraw()
        band.go_on.set()
        ends = all_of(desk.work([]))

    assert set(SONGS) == {*withdrawn, *ends}
    assert ["done"] == list(ends.values())
    assert {"stopped"} == {state(begun_by_the_dead, song)[0] for song in withdrawn}


def test_nobody_waits_for_an_adopted_song_that_was_cancelled(begun_by_the_dead: Office) -> None:
    band = band_of(begun_by_the_dead)
    with begun_by_the_dead.desk(adopting=True) as desk:
        assert band.asked.wait(15)
        (*_, last) = desk.ledger.waiting(desk.name)
        list(cancel_all(begun_by_the_dead.database, [last]))
        band.go_on.set()
        ends = all_of(desk.work([]))

    assert {**dict.fromkeys(SONGS, "done"), last: "cancelled"} == ends


def test_a_song_that_is_waited_for_is_made_here_when_its_maker_dies(office: Office) -> None:
    song = SONGS[0]
    other = FilePresence(PREFIX + "f" * 16, office.database.home / "presence")
    with reading(office.database) as ledger:
        ledger.open_room(other.name, 1, 0.1)
        ledger.order([(song, ordered())], other.name)
    with office.desk(adopting=True) as desk:
        ends = desk.work([song])
        threading.Timer(0.5, other.leave).start()
        threading.Timer(0.8, desk._foreman.nudge).start()

        assert {song: "done"} == all_of(ends)


def test_a_worker_makes_a_song_that_was_cancelled_under_its_hands_and_ordered_again(office: Office) -> None:
    song, band = SONGS[0], Held()
    office.room = scripted(9, band=band)
    with reading(office.database) as ledger:
        ledger.order([(song, ordered())], shared(rehearsal=False))
        with office.desk(serving=True) as desk:
            ends = desk.serve(drain=False)
            eventually(band.asked.is_set, desk)
            list(cancel_all(office.database, [song]))
            eventually(lambda: song in desk._called_off, desk)
            band.go_on.set()
            first = next(ends)
            ledger.move([song], shared(rehearsal=False))
            eventually(lambda: state(office, song)[0] == "done", desk)

    assert (song, "cancelled") == (first.id, first.how)


def test_a_lock_that_cannot_be_read_is_told_and_the_foreman_goes_on(office: Office) -> None:
    folder, away = office.database.home / "presence", office.database.home / "away"
    with office.desk(serving=True) as desk:
        folder.rename(away)
        folder.write_text("no folder")
        with pytest.raises(ShelfError, match=r"lock the journal|who works on songs"):
            desk._look_around()
        desk._foreman.nudge()
        time.sleep(0.3)
        folder.unlink()
        away.rename(folder)

        with reading(office.database) as ledger:
            ledger.order([(SONGS[0], ordered())], shared(rehearsal=False))
        eventually(lambda: state(office, SONGS[0])[0] == "done", desk)
