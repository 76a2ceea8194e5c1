"""The pool: each job at the server that is done with it first, and never too many at one."""

import threading
import time as real
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.acestep.forecast import Speed
from pipeline.acestep.pool import WAITING, Member, Pool
from pipeline.errors import BandError, Interrupted, SettingsError
from pipeline.take import Job, Outcome, Ticket
from tests.fakes.acestep_serial import SerialAceStep, member, pool, quick_pool, running, song
from tests.fakes.acestep_server import FakeAceStep, Reply, Step, play
from tests.fakes.acestep_world import JOB, Onlooker, Time, standing


@pytest.fixture
def time() -> Time:
    return Time()


class Stopper(Onlooker):
    """A watch that calls the work off when it is told of a wait for the `times`th time."""

    def __init__(self, times: int = 1) -> None:
        super().__init__()
        self.times = times

    def progress(self, fraction: float | None, label: str, left_s: float | None) -> None:
        super().progress(fraction, label, left_s)
        if self.labels and len(self.told) >= self.times:
            raise Interrupted("called off")


def test_a_song_comes_home_from_a_pool_of_one(folder: Path, time: Time) -> None:
    with SerialAceStep(30, time.clock) as server, pool(time, member(server)) as played:
        ticket = played.submit(JOB, Onlooker())
        asked = [seen.target for seen in server.seen]
        (outcome,) = played.collect([ticket], folder, Onlooker())

    assert ["/health", "/v1/stats", "/release_task"] == asked  # no more than a single server is asked
    assert server.url == ticket.server == outcome.recordings[0].server


def test_the_identity_of_a_server_is_what_tickets_and_recordings_hold(folder: Path, time: Time) -> None:
    with SerialAceStep(30, time.clock) as server:
        for _ in range(2):  # the second process finds what the first brought home
            with pool(time, Member(server.url, "ssh://me@studio http://localhost:8000")) as played:
                ticket = Ticket("ssh://me@studio http://localhost:8000", "task-1", "", JOB, time.unix())
                taken = played.submit(JOB, Onlooker()) if not server.asked else ticket
                (outcome,) = played.collect([taken], folder, Onlooker())

    assert "ssh://me@studio http://localhost:8000" == taken.server == outcome.recordings[0].server
    assert 1 == len(server.calls("/v1/audio"))


def test_jobs_that_come_together_are_spread_over_equal_servers(time: Time) -> None:
    first, second = SerialAceStep(30, time.clock), SerialAceStep(30, time.clock)
    with running(first, second), pool(time, member(first), member(second)) as played:
        tickets = [played.submit(song(number), Onlooker()) for number in range(4)]

    assert [first.url, second.url] * 2 == [ticket.server for ticket in tickets]


def test_the_weight_decides_while_nothing_is_known(time: Time) -> None:
    weak, strong = FakeAceStep(), FakeAceStep()
    members = member(weak, weight=1.0), member(strong, weight=4.0)
    with running(weak, strong), pool(time, *members) as played:
        tickets = [played.submit(song(number), Onlooker()) for number in range(5)]

    assert [strong.url] * 3 == [ticket.server for ticket in tickets][:3]
    assert {weak.url} == {ticket.server for ticket in tickets[3:]} - {strong.url}


def test_what_is_measured_goes_before_the_weight(folder: Path, time: Time) -> None:
    slow, fast = SerialAceStep(200, time.clock), SerialAceStep(20, time.clock)
    members = member(slow, weight=1.1), member(fast, weight=1.0)
    with running(slow, fast), pool(time, *members) as played:
        tickets = [played.submit(song(number, number=number), Onlooker()) for number in (1, 2)]
        played.collect(tickets[:1], folder, Onlooker())
        played.collect(tickets[1:], folder, Onlooker())
        later = []
        for number in (3, 4, 5):
            later.append(played.submit(song(number, number=number), Onlooker()))
            played.collect(later[-1:], folder, Onlooker())

    assert {slow.url, fast.url} == {ticket.server for ticket in tickets}
    assert {fast.url} == {ticket.server for ticket in later}


def test_one_slow_job_of_a_server_that_loads_its_models_is_forgotten_with_the_next() -> None:
    speed = Speed()
    speed.learn(JOB, 600.0)
    speed.learn(JOB, 20.0)

    assert 20.0 == speed.expected_s(JOB)


def test_the_jobs_of_others_count(time: Time) -> None:
    busy, idle = SerialAceStep(30, time.clock), SerialAceStep(30, time.clock)
    with running(busy, idle), pool(time, member(busy), member(idle)) as played:
        busy.ends += [time.now_s - 1, time.now_s + 30, time.now_s + 60, time.now_s + 90]
        tickets = [played.submit(song(number), Onlooker()) for number in range(2)]

    assert [idle.url, idle.url] == [ticket.server for ticket in tickets]


def test_a_long_song_never_goes_to_a_server_that_cannot_play_it(time: Time) -> None:
    small, large = SerialAceStep(1, time.clock), SerialAceStep(500, time.clock)
    members = member(small, weight=100, max_duration_s=120.0), member(large)
    with running(small, large), pool(time, *members) as played:
        long = played.submit(song(1, duration_s=121.0), Onlooker())
        short = played.submit(song(2, duration_s=120.0), Onlooker())

    assert [large.url, small.url] == [long.server, short.server]


def test_a_song_that_no_server_can_play_is_told_with_every_limit(time: Time) -> None:
    members = (
        Member("http://a:1", "http://a:1", name="den", max_duration_s=120.0),
        Member("http://b:1", "http://b:1", max_duration_s=90.0),
    )
    with pool(time, *members) as played, pytest.raises(BandError) as caught:
        played.submit(song(1, duration_s=240.0), Onlooker())

    assert (
        "no music server plays a song of 240 s: den plays up to 120 s, http://b:1 plays up to 90 s"
        == caught.value.message
    )


@pytest.mark.parametrize("members", [(), (Member("http://a:1", "http://a:1"),) * 2])
def test_no_server_and_a_server_named_twice_are_faults_of_the_settings(members: tuple[Member, ...]) -> None:
    with pytest.raises(SettingsError, match="at least one, and each named once"):
        Pool(members)


def test_a_thread_that_collects_all_its_takes_at_the_end_is_not_kept_waiting_for_them(
    folder: Path, time: Time
) -> None:
    watch = Onlooker()
    with SerialAceStep(30, time.clock) as server, pool(time, member(server)) as played:
        tickets = [played.submit(song(number, number=number), watch) for number in range(1, 5)]
        outcomes = played.collect(tickets, folder, Onlooker())

    assert [] == watch.told
    assert [1, 1, 1, 1] == [len(one.recordings) for one in outcomes]


def in_thread(do: object) -> threading.Thread:
    thread = threading.Thread(target=do)  # type: ignore[arg-type]
    thread.start()
    return thread


def submitted_elsewhere(played: Pool, *jobs: Job) -> list[Ticket]:
    """Hand in jobs from a thread each, as songs do."""
    tickets: list[Ticket] = []
    for job in jobs:
        in_thread(lambda job=job: tickets.append(played.submit(job, Onlooker()))).join()
    return tickets


def test_no_server_gets_a_third_job_and_who_waits_is_woken_when_one_ends(folder: Path) -> None:
    watch, late = Onlooker(), []
    with SerialAceStep(0.3) as server, quick_pool(member(server)) as played:
        tickets = submitted_elsewhere(played, song(1, number=1), song(2, number=2))
        waiting = in_thread(lambda: late.append((played.submit(song(3, number=3), watch), real.monotonic())))
        real.sleep(0.05)
        before = len(server.asked)
        played.collect(tickets[:1], folder, Onlooker())
        freed_at = real.monotonic()
        waiting.join()
        played.collect([*tickets[1:], late[0][0]], folder, Onlooker())

    assert (2, 2) == (before, server.deepest)
    assert {WAITING} == set(watch.labels)
    assert 0.3 > late[0][1] - freed_at


def test_the_line_is_first_come_first_served(folder: Path) -> None:
    with SerialAceStep(0.1) as server, quick_pool(member(server)) as played:

        def make(number: int) -> None:
            played.collect([played.submit(song(number), Onlooker())], folder / str(number), Onlooker())

        threads = []
        for number in range(8):
            threads.append(in_thread(lambda number=number: make(number)))
            real.sleep(0.05)
        for thread in threads:
            thread.join()

    assert list(range(8)) == [body["seed"] for body in server.asked.values()]


def test_a_place_is_free_when_its_job_has_ended_though_its_neighbour_still_plays(folder: Path) -> None:
    with SerialAceStep(0.3) as server, quick_pool(member(server)) as played:
        tickets = submitted_elsewhere(played, song(1, number=1), song(2, number=2))
        both = in_thread(lambda: played.collect(tickets, folder, Onlooker()))
        played.submit(song(3), Onlooker())
        was_open = server.open
        both.join()

    assert 2 == was_open


def test_tickets_of_another_process_hold_places_while_they_are_collected(folder: Path) -> None:
    with SerialAceStep(0.3) as server, quick_pool(member(server)) as first:
        tickets = submitted_elsewhere(first, song(1, number=1), song(2, number=2))
        with quick_pool(member(server)) as second:
            adopted = in_thread(lambda: second.collect(tickets, folder, Onlooker()))
            real.sleep(0.05)
            (stood,) = standing(second)
            second.submit(song(3), Onlooker())
            adopted.join()

    assert (1, 1, True) == (stood.playing, stood.waiting, stood.is_up)
    assert 2 == server.deepest


def test_who_is_called_off_while_waiting_gives_the_place_back(folder: Path, time: Time) -> None:
    with SerialAceStep(30, time.clock) as server, pool(time, member(server)) as played:
        tickets = submitted_elsewhere(played, song(1, number=1), song(2, number=2))
        with pytest.raises(Interrupted):
            played.submit(song(3), Stopper())
        played.collect(tickets, folder, Onlooker())
        (stood,) = standing(played)
        last = played.submit(song(4), Onlooker())

    assert (0, 0) == (stood.playing, stood.waiting)
    assert "task-3" == last.task_id


def test_a_collect_that_is_called_off_gives_its_places_back(folder: Path, time: Time) -> None:
    with SerialAceStep(30, time.clock) as server, pool(time, member(server)) as played:
        tickets = submitted_elsewhere(played, song(1, number=1), song(2, number=2))
        with pytest.raises(Interrupted):
            played.collect(tickets, folder, Stopper())
        (stood,) = standing(played)

    assert (0, 0) == (stood.playing, stood.waiting)


def test_a_ticket_that_nobody_comes_for_does_not_hold_its_place_for_ever(time: Time) -> None:
    watch = Onlooker()
    with SerialAceStep(30, time.clock) as server, pool(time, member(server)) as played:
        submitted_elsewhere(played, song(1), song(2))
        begun = time.now_s
        played.submit(song(3), watch)

    assert 30 <= time.now_s - begun <= 33
    assert {WAITING} == set(watch.labels)


def test_a_job_that_is_refused_for_what_it_is_holds_no_place(time: Time) -> None:
    with SerialAceStep(30, time.clock) as server, pool(time, member(server)) as played:
        server.reply("/release_task", Reply(503, {"detail": "LLM not initialized"}))
        refused = played.submit(JOB, Onlooker())
        (stood,) = standing(played)

    assert "" != refused.answer
    assert (0, 0) == (stood.playing, stood.waiting)


def test_the_time_until_a_place_is_free_is_told_when_it_is_known(folder: Path, time: Time) -> None:
    watch = Stopper()
    with SerialAceStep(30, time.clock) as server, pool(time, member(server)) as played:
        played.collect([played.submit(JOB, Onlooker())], folder, Onlooker())
        submitted_elsewhere(played, song(1, number=2), song(2, number=3))
        with pytest.raises(Interrupted):
            played.submit(song(3), watch)

    ((_, _, left_s),) = watch.told
    assert left_s is not None
    assert 50 <= left_s <= 66  # twice the first job, which was seen to end at a look 33 s after it began


def test_questions_stay_within_twelve_a_minute_for_each_server(folder: Path, time: Time) -> None:
    servers = [SerialAceStep(240, time.clock) for _ in range(3)]
    with running(*servers), pool(time, *map(member, servers)) as played:
        tickets = [played.submit(song(number, number=number + 1), Onlooker()) for number in range(3)]
        begun = time.now_s
        for ticket in tickets:
            played.collect([ticket], folder / ticket.task_id / ticket.server[-5:], Onlooker())
        minutes = (time.now_s - begun) / 60

    for server in servers:
        aside = ("/release_task", "/v1/audio", "/health")
        asked = [one for one in server.seen if not one.target.startswith(aside)]
        assert len(asked) <= 12 * minutes + 4


def test_tickets_on_several_servers_are_waited_for_at_once(folder: Path) -> None:
    quick, slow = SerialAceStep(0.2), SerialAceStep(0.9)
    watch, fetched = Onlooker(), []
    with running(quick, slow), quick_pool(member(slow), member(quick)) as played:
        tickets = [played.submit(song(number, number=number), Onlooker()) for number in (1, 2)]
        begun = real.monotonic()
        outcomes = played.collect(tickets, folder, watch)
        took_s = real.monotonic() - begun
        fetched = [server.calls("/v1/audio")[0].at - begun for server in (quick, slow)]

    assert {quick.url, slow.url} == {ticket.server for ticket in tickets}
    assert tickets == [one.ticket for one in outcomes]
    assert [1, 1] == [len(one.recordings) for one in outcomes]
    assert 0.6 > fetched[0]
    assert 1.5 > took_s
    assert all(fraction is not None and 0 <= fraction <= 1 for fraction, _, _ in watch.told)


def test_calling_off_a_wait_for_several_servers_ends_all_of_it(folder: Path) -> None:
    servers = SerialAceStep(60), SerialAceStep(60)
    with running(*servers), quick_pool(*map(member, servers)) as played:
        tickets = [played.submit(song(number, number=number), Onlooker()) for number in (1, 2)]
        begun = real.monotonic()
        with pytest.raises(Interrupted, match="called off"):
            played.collect(tickets, folder, Stopper(3))
        stood = standing(played)

    assert 5 > real.monotonic() - begun
    assert [(0, 0)] * 2 == [(one.playing, one.waiting) for one in stood]


def test_a_failure_on_one_of_several_servers_lets_the_other_bring_its_song_home(
    folder: Path, time: Time
) -> None:
    broken, sound = SerialAceStep(1), SerialAceStep(0.3)
    with (
        running(broken, sound),
        quick_pool(member(broken, max_duration_s=100.0), member(sound, max_duration_s=60.0)) as played,
    ):
        tickets = [
            played.submit(song(1, number=1, duration_s=90.0), Onlooker()),
            played.submit(song(2, number=2), Onlooker()),
        ]
        broken.reply("/query_result", *[Reply(404, {"detail": "Not Found"})] * 9)
        with pytest.raises(BandError, match="refused"):
            played.collect(tickets, folder, Onlooker())

    assert sound.url == tickets[1].server
    assert (folder / "take-2.mp3").exists()


def test_a_hundred_songs_on_thirty_two_servers_are_each_played_once(folder: Path) -> None:
    servers = [SerialAceStep(0.5) for _ in range(32)]
    came: list[Outcome] = []
    with running(*servers), quick_pool(*map(member, servers), gap_s=0.2) as played:

        def make(number: int) -> None:
            ticket = played.submit(song(number), Onlooker())
            came.extend(played.collect([ticket], folder / str(number), Onlooker()))

        threads = [in_thread(lambda number=number: make(number)) for number in range(100)]
        for thread in threads:
            thread.join()

    asked = Counter(body["seed"] for server in servers for body in server.asked.values())
    assert dict.fromkeys(range(100), 1) == dict(asked)
    assert 100 == sum(len(one.recordings) for one in came)
    assert {1, 2} >= {server.deepest for server in servers}
    assert (
        sum(1 for server in servers if server.asked) > 16
    )  # on a busy machine the first is done before the last


def test_a_failed_song_is_no_failure_of_its_server(folder: Path, time: Time) -> None:
    first, second = SerialAceStep(30, time.clock), SerialAceStep(30, time.clock)
    with running(first, second), pool(time, member(first), member(second)) as played:
        ticket = played.submit(JOB, Onlooker())
        server = next(one for one in (first, second) if one.url == ticket.server)
        server.jobs["task-1"] = play(Step("failed", reason="boom"))
        (outcome,) = played.collect([ticket], folder, Onlooker())
        stood = standing(played)

    assert outcome.failure is not None
    assert [True, True] == [one.is_up for one in stood]


def test_the_name_of_a_server_is_what_people_see(time: Time) -> None:
    with SerialAceStep(30, time.clock) as server, pool(time, replace(member(server), name="den")) as played:
        played.submit(JOB, Onlooker())
        (stood,) = standing(played)

    assert ("den", server.url, 1, 0, "") == (
        stood.name,
        stood.identity,
        stood.playing,
        stood.waiting,
        stood.problem,
    )
