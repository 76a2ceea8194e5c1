"""Kill it anywhere: SIGKILL at random moments loses no song, makes none twice and leaves no half file.

The short version; `make soak` is the long one.
"""

from pathlib import Path

from tests.engine.postgres import postgres_server, postgres_url
from tests.soak import killing
from tests.soak.world import opened

__all__ = ["postgres_server", "postgres_url"]  # fixtures


def test_a_batch_that_is_killed_again_and_again_ends_with_every_song_on_the_shelf_once(
    tmp_path: Path,
) -> None:
    songs, kills, seats = 5, 3, 2

    with opened(tmp_path / "world", songs, write=0.2) as world:
        toll = killing.batch(world, songs, 4, kills, seats)

    assert [] == toll.wrong
    assert 0 < toll.kills
    assert toll.written <= songs + toll.kills * seats
    assert toll.played <= songs + toll.kills * seats
    assert toll.most <= 1 + toll.kills


def test_two_workers_of_which_one_is_killed_now_and_then_do_the_same_on_postgres(
    tmp_path: Path, postgres_url: str
) -> None:
    songs, kills, seats = 3, 2, 1

    with opened(tmp_path / "world", songs, postgres_url, write=0.2, play=0.3) as world:
        toll = killing.workers(world, songs, 2, kills, seats)

    assert [] == toll.wrong
    assert 0 < toll.kills
    assert toll.written <= songs + toll.kills * seats
    assert toll.played <= songs + toll.kills * seats
