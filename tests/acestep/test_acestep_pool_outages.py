"""The pool when servers fail: left out, tried again, their songs played by others."""

import socket
import threading
import time as real
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.acestep import faults
from pipeline.acestep.outage import Health, worth_waiting_s
from pipeline.acestep.pool import Member, Pool
from pipeline.errors import BandError, Interrupted
from pipeline.take import Outcome, Ticket, Trouble
from tests.fakes.acestep_serial import SerialAceStep, member, pool, quick_pool, running, song
from tests.fakes.acestep_server import FakeAceStep, Reply
from tests.fakes.acestep_world import JOB, QUICK, Onlooker, Time


@pytest.fixture
def time() -> Time:
    return Time()


def trouble(outcome: Outcome) -> Trouble | None:
    return outcome.failure.trouble if outcome.failure else None


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port: int = listener.getsockname()[1]
    return port


def at(port: int, **wishes: object) -> Member:
    url = f"http://127.0.0.1:{port}"
    return Member(url, url, **wishes)  # type: ignore[arg-type]


def test_a_job_moves_on_at_once_from_a_server_that_is_down(time: Time) -> None:
    watch, port = Onlooker(), free_port()
    with SerialAceStep(30, time.clock) as up, pool(time, at(port, weight=9), member(up)) as played:
        tickets = [played.submit(song(number), watch) for number in range(2)]

    assert [up.url, up.url] == [ticket.server for ticket in tickets]
    assert [] == time.naps
    problem = f"the music server http://127.0.0.1:{port} cannot be reached"
    assert [f"{problem}; it gets no songs until it can be used again"] == watch.notes


def test_a_server_that_goes_down_after_it_was_met_is_left_out_too(time: Time) -> None:
    going, staying = SerialAceStep(30, time.clock), SerialAceStep(30, time.clock)
    with staying, pool(time, member(going, weight=9), member(staying)) as played:
        with going:
            first = played.submit(song(1), Onlooker())
        second = played.submit(song(2), Onlooker())

    assert [going.url, staying.url] == [first.server, second.server]


def test_a_server_that_comes_back_is_used_again(time: Time) -> None:
    watch, port = Onlooker(), free_port()
    with SerialAceStep(30, time.clock) as up, pool(time, at(port, weight=9), member(up)) as played:
        first = played.submit(song(1), watch)
        with SerialAceStep(30, time.clock, port=port) as back:
            soon = played.submit(song(2), watch)
            time.sleep(6)
            later = played.submit(song(3), watch)

    assert [up.url, up.url, back.url] == [ticket.server for ticket in (first, soon, later)]
    assert f"{back.url} can be used again" == watch.notes[-1]


def test_a_server_that_stays_down_is_tried_with_growing_pauses(time: Time) -> None:
    with SerialAceStep(1, time.clock) as up, FakeAceStep() as broken:
        broken.reply("/v1/stats", *[Reply(502, b"<html>")] * 999)
        with pool(time, member(broken, weight=9), member(up)) as played:
            tries = []
            for number in range(500):
                before = len(broken.seen)
                played.submit(song(number), Onlooker())
                tries += [time.now_s - 1000] * (len(broken.seen) - before)
                time.sleep(2)

    gaps = [later - sooner for sooner, later in pairwise(tries)]
    assert [6, 10, 20, 40, 80, 160, 300, 300] == [pytest.approx(gap, abs=2) for gap in gaps]


def test_a_refused_key_takes_only_its_server_out_and_is_noted_once(time: Time) -> None:
    watch = Onlooker()
    servers = set()
    strict, open_one = SerialAceStep(30, time.clock, key="right"), SerialAceStep(1, time.clock)
    members = member(strict, key="wrong", weight=9), member(open_one)
    with running(strict, open_one), pool(time, *members) as played:
        for number in range(20):
            servers.add(played.submit(song(number), watch).server)
            time.sleep(3)

    assert {open_one.url} == servers
    assert 1 == len(watch.notes)
    assert "refuses the key" in watch.notes[0]
    assert "wrong" not in watch.notes[0]
    assert [] == strict.calls("/release_task")


def test_a_full_queue_sends_the_job_to_another_server(time: Time) -> None:
    watch = Onlooker()
    with SerialAceStep(30, time.clock) as full, SerialAceStep(30, time.clock) as other:
        full.reply("/release_task", Reply(429, {"detail": "Server busy: queue is full"}))
        with pool(time, member(full, weight=9), member(other)) as played:
            ticket = played.submit(JOB, watch)

    assert other.url == ticket.server
    assert [] == watch.notes


@pytest.mark.parametrize("reply", [Reply(drop=True), Reply(504, {"detail": "upstream timed out"})])
def test_a_job_that_may_have_arrived_is_sent_to_no_other_server(time: Time, reply: Reply) -> None:
    with FakeAceStep() as first, SerialAceStep(30, time.clock) as second:
        first.reply("/release_task", reply)
        with pool(time, member(first, weight=9), member(second)) as played:
            with pytest.raises(BandError, match="may be running"):
                played.submit(song(1), Onlooker())
            ticket = played.submit(song(2), Onlooker())

    assert second.url == ticket.server
    assert [[2], 1] == [[body["seed"] for body in second.asked.values()], len(first.calls("/release_task"))]


def test_a_job_that_is_refused_for_itself_takes_no_server_out(time: Time) -> None:
    watch = Onlooker()
    with FakeAceStep() as first, FakeAceStep() as second:
        first.reply("/release_task", Reply(422, {"detail": "bad seed"}))
        with pool(time, member(first), member(second)) as played:
            with pytest.raises(faults.Refused, match="bad seed"):
                played.submit(song(1), watch)
            ticket = played.submit(song(2), watch)

    assert first.url == ticket.server
    assert [] == watch.notes


def test_when_all_are_down_they_are_tried_for_a_while_and_then_each_is_told_with_its_reason(
    time: Time,
) -> None:
    watch = Onlooker()
    with SerialAceStep(30, time.clock, key="right") as strict:
        members = at(free_port(), name="den"), member(strict, key="wrong")
        with pool(time, *members, start_s=60) as played, pytest.raises(BandError) as caught:
            played.submit(JOB, watch)

    assert 55 <= sum(time.naps) <= 65
    assert 5 == caught.value.exit_code
    assert caught.value.message.startswith("none of the 2 music servers can be used: den: the music server ")
    assert (
        f"cannot be reached; the music server {strict.url} refuses the key (HTTP 401)" in caught.value.message
    )
    assert "\n" not in caught.value.message
    assert 2 == len(watch.notes)


def test_when_no_waiting_can_help_nobody_waits(time: Time) -> None:
    servers = SerialAceStep(30, time.clock, key="right"), SerialAceStep(30, time.clock, key="right")
    with running(*servers), pool(time, *map(member, servers)) as played, pytest.raises(BandError):
        played.submit(JOB, Onlooker())

    assert [] == time.naps


def test_a_server_that_comes_up_while_all_are_down_is_found_within_seconds(time: Time) -> None:
    ports = free_port(), free_port()
    with ExitStack() as stack:

        def wait(_: threading.Condition, seconds: float) -> None:
            if time.now_s < 1040 <= time.now_s + seconds:
                stack.enter_context(SerialAceStep(30, time.clock, port=ports[1]))
            time.sleep(seconds)

        members = [at(port) for port in ports]
        with Pool(members, QUICK, clock=time.clock, sleep=time.sleep, now=time.unix, wait=wait) as played:
            ticket = played.submit(JOB, Onlooker())

    assert members[1].url == ticket.server
    assert 1040 <= time.now_s <= 1047


def test_full_queues_everywhere_are_waited_for_longer(time: Time) -> None:
    servers = FakeAceStep(), FakeAceStep()
    with running(*servers):
        for server in servers:
            server.reply("/release_task", *[Reply(429, {"detail": "Server busy"})] * 999)
        with pool(time, *map(member, servers), busy_s=300) as played, pytest.raises(BandError) as caught:
            played.submit(JOB, Onlooker())

    assert 250 <= sum(time.naps) <= 310
    assert 2 == caught.value.message.count("is full")


def dies(server: SerialAceStep, time: Time, after_s: float) -> Callable[[float], None]:
    """A sleep during which the server is shut down."""
    end = time.now_s + after_s

    def sleep(seconds: float) -> None:
        if time.now_s < end <= time.now_s + seconds:
            server.__exit__(None, None, None)
        time.sleep(seconds)

    return sleep


def test_the_song_of_a_server_that_dies_is_handed_to_another_and_played_there_once(
    folder: Path, time: Time
) -> None:
    dying, other = SerialAceStep(90, time.clock), SerialAceStep(90, time.clock)
    dying.__enter__()
    with other:
        members = member(dying, weight=9), member(other)
        with Pool(members, QUICK, clock=time.clock, sleep=dies(dying, time, 40), now=time.unix) as played:
            ticket = played.submit(JOB, Onlooker())
            begun = time.now_s
            (gone,) = played.collect([ticket], folder, Onlooker())
            waited_s = time.now_s - begun
            again = played.submit(JOB, Onlooker())
            (outcome,) = played.collect([again], folder, Onlooker())

    assert Trouble.GONE is trouble(gone)
    assert gone.failure is not None
    assert f"the music server {dying.url} cannot be reached, and that for" in gone.failure.message
    assert 70 <= waited_s <= 40 + 30 + 20  # refused connections count from half a minute on
    assert (other.url, 1) == (outcome.recordings[0].server, len(other.asked))


def test_a_silent_server_is_given_three_minutes_before_another_one_plays(folder: Path, time: Time) -> None:
    silent, other = SerialAceStep(90, time.clock), SerialAceStep(90, time.clock)
    with running(silent, other), pool(time, member(silent, weight=9), member(other)) as played:
        ticket = played.submit(JOB, Onlooker())
        silent.reply("/query_result", *[Reply(drop=True)] * 999)
        begun = time.now_s
        (gone,) = played.collect([ticket], folder, Onlooker())
        waited_s = time.now_s - begun

    assert Trouble.GONE is trouble(gone)
    assert 180 <= waited_s <= 190


def test_a_bad_minute_of_a_server_hands_nothing_over(folder: Path, time: Time) -> None:
    watch = Onlooker()
    shaky, other = SerialAceStep(90, time.clock), SerialAceStep(90, time.clock)
    with running(shaky, other), pool(time, member(shaky, weight=9), member(other)) as played:
        ticket = played.submit(JOB, Onlooker())
        shaky.reply("/query_result", *[Reply(502, b"<html>")] * 12)
        (outcome,) = played.collect([ticket], folder, watch)

    assert shaky.url == outcome.recordings[0].server
    assert not [note for note in watch.notes if "gets no songs" in note]


@pytest.mark.parametrize("other", ["down", "too small"])
def test_a_song_that_no_other_server_can_play_is_waited_for_as_long_as_patience_lasts(
    folder: Path, time: Time, other: str
) -> None:
    watch = Onlooker()
    with SerialAceStep(90, time.clock) as silent, SerialAceStep(90, time.clock) as small:
        spare = at(free_port()) if other == "down" else member(small, max_duration_s=30.0)
        with pool(time, member(silent, weight=9), spare, patience_s=400) as played:
            ticket = played.submit(JOB, watch)
            silent.reply("/query_result", *[Reply(drop=True)] * 999)
            begun = time.now_s
            with pytest.raises(BandError, match="its jobs may still be running"):
                played.collect([ticket], folder, watch)
            waited_s = time.now_s - begun

    assert 400 <= waited_s <= 420


def test_patience_that_is_shorter_than_the_handover_hands_over_as_well(folder: Path, time: Time) -> None:
    silent, other = SerialAceStep(90, time.clock), SerialAceStep(90, time.clock)
    with running(silent, other), pool(time, member(silent, weight=9), member(other), patience_s=60) as played:
        ticket = played.submit(JOB, Onlooker())
        silent.reply("/query_result", *[Reply(drop=True)] * 999)
        (gone,) = played.collect([ticket], folder, Onlooker())

    assert Trouble.GONE is trouble(gone)


def test_a_key_that_is_refused_while_a_song_plays_hands_it_over_at_once(folder: Path, time: Time) -> None:
    strict, other = SerialAceStep(90, time.clock), SerialAceStep(90, time.clock)
    with running(strict, other), pool(time, member(strict, weight=9), member(other)) as played:
        ticket = played.submit(JOB, Onlooker())
        strict.key = "changed"
        (gone,) = played.collect([ticket], folder, Onlooker())

    assert Trouble.GONE is trouble(gone)
    assert gone.failure is not None
    assert "refuses the key" in gone.failure.message


def test_audio_that_cannot_be_fetched_any_more_is_played_by_another_server(folder: Path, time: Time) -> None:
    ailing, other = SerialAceStep(90, time.clock), SerialAceStep(90, time.clock)
    with running(ailing, other), pool(time, member(ailing, weight=9), member(other)) as played:
        ticket = played.submit(JOB, Onlooker())
        ailing.reply("/v1/audio", *[Reply(502, b"<html>")] * 99)
        begun = time.now_s
        (gone,) = played.collect([ticket], folder, Onlooker())

    assert Trouble.GONE is trouble(gone)
    assert 120 <= time.now_s - begun <= 150


def test_audio_that_comes_at_a_later_try_is_taken(folder: Path, time: Time) -> None:
    ailing, other = SerialAceStep(90, time.clock), SerialAceStep(90, time.clock)
    with running(ailing, other), pool(time, member(ailing, weight=9), member(other)) as played:
        ticket = played.submit(JOB, Onlooker())
        ailing.reply("/v1/audio", *[Reply(502, b"<html>")] * 4)
        (outcome,) = played.collect([ticket], folder, Onlooker())

    assert ailing.url == outcome.recordings[0].server


def test_a_ticket_of_a_server_that_is_no_member_any_more_has_gone(folder: Path, time: Time) -> None:
    with SerialAceStep(30, time.clock) as server:
        with pool(time, member(server)) as before:
            kept = before.submit(song(1, number=1), Onlooker())
            before.collect([kept], folder, Onlooker())
        with pool(time, at(free_port())) as after:
            lost = Ticket("http://old.example:8000", "task-9", "release_task", song(2, number=2), time.unix())
            came, gone = after.collect([kept, lost], folder, Onlooker())

    assert 1 == len(came.recordings)  # what is at home already needs no server
    assert Trouble.GONE is trouble(gone)
    assert gone.failure is not None
    assert "http://old.example:8000 is not among the servers any more" in gone.failure.message


def test_a_server_that_is_down_is_started_once_for_whoever_has_no_other(time: Time) -> None:
    port, started, watch = free_port(), [], Onlooker()
    with ExitStack() as stack:

        def start(seen: object) -> None:
            started.append(seen)
            stack.enter_context(SerialAceStep(30, time.clock, port=port))

        member_to_start = at(port, start=start)
        with pool(time, member_to_start) as played:
            ticket = played.submit(JOB, watch)

    assert (member_to_start.url, [watch]) == (ticket.server, started)


def test_a_server_that_nobody_may_start_is_waited_for_in_its_own_words_when_there_is_no_other(
    time: Time,
) -> None:
    watch, port = Onlooker(), free_port()
    with (
        pool(time, at(port), start_s=30) as played,
        pytest.raises(faults.NotReached, match=f"127.0.0.1:{port} cannot be reached"),
    ):
        played.submit(JOB, watch)

    assert 20 < sum(time.naps) <= 30
    assert [f"http://127.0.0.1:{port} is not up yet; trying for up to 30 s"] == watch.notes


def test_a_server_that_cannot_be_started_is_told_and_not_started_again_in_the_same_outage(time: Time) -> None:
    started = []

    def start(watch: object) -> None:
        started.append(watch)
        raise BandError("the start command ended with 1")

    members = at(free_port(), start=start), at(free_port())
    with pool(time, *members, start_s=60) as played:
        for _ in range(2):
            with pytest.raises(BandError, match="none of the 2 music servers"):
                played.submit(JOB, Onlooker())

    assert 1 == len(started)


def test_nobody_is_made_to_wait_for_a_start_while_another_server_has_room(time: Time) -> None:
    with SerialAceStep(1, time.clock) as up:
        members = at(free_port(), weight=9, start=lambda _: pytest.fail("it was started")), member(up)
        with pool(time, *members) as played:
            for number in range(5):
                played.submit(song(number), Onlooker())
                time.sleep(30)


def test_a_start_that_is_called_off_leaves_the_server_to_be_tried_by_the_next(time: Time) -> None:
    port = free_port()

    def start(_: object) -> None:
        raise Interrupted("called off")

    with pool(time, at(port, start=start)) as played:
        with pytest.raises(Interrupted):
            played.submit(song(1), Onlooker())
        with SerialAceStep(30, time.clock, port=port) as server:
            ticket = played.submit(song(2), Onlooker())

    assert server.url == ticket.server


class Way:
    """An access that can be cut."""

    def __init__(self, url: str) -> None:
        self.target = url
        self.is_cut = self.is_closed = False

    def url(self) -> str:
        if self.is_cut:
            raise BandError("the tunnel is cut", hint="mend it")
        return self.target

    def close(self) -> None:
        self.is_closed = True


def test_a_server_behind_an_access_is_asked_by_its_own_name_through_it(folder: Path, time: Time) -> None:
    with SerialAceStep(30, time.clock) as server:
        way = Way(server.url)
        far = Member("http://studio.lan:8001", "ssh://me@gate http://studio.lan:8001", access=way)
        with pool(time, far) as played:
            (outcome,) = played.collect([played.submit(JOB, Onlooker())], folder, Onlooker())

    assert "ssh://me@gate http://studio.lan:8001" == outcome.recordings[0].server
    assert {"studio.lan:8001"} == {seen.headers["host"] for seen in server.seen}
    assert way.is_closed


def test_a_tunnel_to_a_server_that_is_down_swallows_no_job(time: Time) -> None:
    """Like ssh, it takes the connection and hangs up."""
    with SerialAceStep(30, time.clock) as far, SerialAceStep(30, time.clock) as near:
        members = Member("http://far:1", "far", weight=9, access=Way(far.url)), member(near)
        with pool(time, *members) as played:
            first = played.submit(song(1), Onlooker())
            far.reply("/v1/stats", *[Reply(drop=True)] * 9)
            second = played.submit(song(2), Onlooker())

    assert ["far", near.url] == [first.server, second.server]
    assert 1 == len(far.calls("/release_task"))


def test_an_access_that_fails_is_a_server_that_is_down(time: Time) -> None:
    watch = Onlooker()
    with SerialAceStep(30, time.clock) as far_one, SerialAceStep(30, time.clock) as near:
        way = Way(far_one.url)
        way.is_cut = True
        with pool(time, Member("http://far:1", "far", weight=9, access=way), member(near)) as played:
            first = played.submit(song(1), watch)
            way.is_cut = False
            time.sleep(6)
            second = played.submit(song(2), Onlooker())

    assert [near.url, "far"] == [first.server, second.server]
    assert any("the tunnel is cut; it gets no songs" in note for note in watch.notes)


def until_it_is_home(played: Pool, number: int, folder: Path) -> Outcome:
    """Make a song as the stages do, and take it up again like a person whenever that fails."""
    while True:
        try:
            ticket = played.submit(song(number), Onlooker())
            (outcome,) = played.collect([ticket], folder / str(number), Onlooker())
        except BandError:
            continue
        if outcome.recordings:
            return outcome


def test_servers_that_come_and_go_lose_no_song(folder: Path) -> None:
    """Sixteen songs on three servers, two of which are restarted in the middle, and know nothing then."""
    servers = [SerialAceStep(0.15) for _ in range(3)]
    limits = {"gap_s": 0.05, "handover_s": 0.3, "refused_s": 0.3, "start_s": 10.0}
    members = [member(server) for server in servers]
    with ExitStack() as last:
        stacks = [last.enter_context(ExitStack()) for _ in servers]
        for stack, server in zip(stacks, servers, strict=True):
            stack.enter_context(server)
        with quick_pool(*members, **limits) as played, ThreadPoolExecutor(16) as threads:
            songs = [threads.submit(until_it_is_home, played, number, folder) for number in range(16)]
            for stack, server in list(zip(stacks, servers, strict=True))[:2]:
                real.sleep(0.2)
                stack.close()
                real.sleep(0.2)
                stack.enter_context(SerialAceStep(0.15, port=server.port))
            came = [one.result() for one in songs]

    assert [1] * 16 == [len(one.recordings) for one in came]


def test_the_health_of_a_server_pauses_longer_until_it_takes_a_job() -> None:
    health, fault = Health(), faults.NotReached("down")
    assert health.fails(fault, 0.0)
    assert not health.is_due(4.9, in_need=False)
    assert health.is_due(5.0, in_need=False)

    health.returns()
    assert health.fails(fault, 6.0)
    assert not health.is_due(15.9, in_need=False)
    assert health.is_due(11.0, in_need=True)

    health.plays()
    assert health.fails(fault, 20.0)
    assert health.is_due(25.0, in_need=False)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (faults.Busy("full"), 600.0),
        (faults.NotReached("down"), 60.0),
        (faults.Silent("silent"), 60.0),
        (faults.Ailing("ill"), 60.0),
        (faults.KeyRefused("key"), 0.0),
        (faults.NotAceStep("stranger"), 0.0),
        (BandError("OpenRouter"), 0.0),
    ],
)
def test_only_what_time_can_mend_is_waited_for(fault: BandError, expected: float) -> None:
    assert expected == worth_waiting_s(fault, QUICK)


def test_a_host_that_is_not_known_is_not_waited_for() -> None:
    fault = faults.NotReached("no such host")
    fault.unknown_host = True

    assert 0.0 == worth_waiting_s(fault, QUICK)
