"""Handing in a job: once, whatever the server's mood."""

import json
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import httpx
import pytest

from pipeline.acestep import faults
from pipeline.acestep.band import AceStep
from pipeline.errors import BandError
from tests.fakes.acestep_server import FakeAceStep, Reply, Step, play
from tests.fakes.acestep_world import JOB, Onlooker, Time, band

IDLE = {
    "jobs": {"queued": 0, "running": 0, "succeeded": 3, "failed": 1},
    "queue_size": 0,
    "avg_job_seconds": 30.0,
}


def stats(**jobs: int) -> dict[str, Any]:
    return {"jobs": IDLE["jobs"] | jobs, "queue_size": jobs.get("queued", 0)}


@pytest.fixture
def server() -> Iterator[FakeAceStep]:
    with FakeAceStep() as running:
        running.stats = IDLE
        yield running


def test_a_job_gives_a_ticket_that_another_process_can_use(server: FakeAceStep) -> None:
    time = Time()

    with band(server.url, time) as played:
        ticket = played.submit(JOB, Onlooker())

    assert (server.url, "task-1", "release_task", JOB, time.unix(), "") == (
        ticket.server,
        ticket.task_id,
        ticket.dialect,
        ticket.job,
        ticket.submitted_at,
        ticket.answer,
    )
    assert JOB.lyrics == server.asked["task-1"]["lyrics"]


@pytest.mark.parametrize(
    ("letter", "dialect"),
    [("A", "jobs"), ("B", "release_task"), ("C", "release_task"), ("G", "gradio"), ("N", "release_task")],
)
def test_every_dialect_takes_a_job(letter: Any, dialect: str) -> None:
    with FakeAceStep(letter) as server, band(server.url, Time()) as played:
        first, second = played.submit(JOB, Onlooker()), played.submit(replace(JOB, number=2), Onlooker())

    assert ["task-1", "task-2"] == [first.task_id, second.task_id]
    assert {dialect} == {first.dialect, second.dialect}
    assert 1 == len(server.calls("/health"))


def test_the_old_dialect_is_tried_once_and_remembered() -> None:
    with FakeAceStep("A") as server, band(server.url, Time()) as played:
        played.submit(JOB, Onlooker())
        played.submit(JOB, Onlooker())

    assert [1, 2] == [len(server.calls("/release_task")), len(server.calls("/v1/music/generate"))]


@pytest.mark.parametrize(
    ("position", "stats", "expected"),
    [
        (5, None, 4),
        (1, None, 0),
        (2, IDLE, 1),
        (None, IDLE, 0),
        (None, None, None),
        ("5", None, None),
        (True, None, None),
        (-1, None, None),
    ],
)
def test_the_place_in_the_queue_tells_how_many_jobs_stand_before_ours(
    server: FakeAceStep, position: Any, stats: dict[str, Any] | None, expected: int | None
) -> None:
    server.stats = stats
    server.reply("/release_task", Reply(body={"data": {"task_id": "t", "queue_position": position}}))

    with band(server.url, Time()) as played:
        played.submit(JOB, Onlooker())

        assert expected == played.ahead


def test_a_server_may_go_by_another_name_than_its_address(server: FakeAceStep) -> None:
    with AceStep(server.url, identity="ssh://me@studio") as played:
        assert "ssh://me@studio" == played.submit(JOB, Onlooker()).server


def test_a_server_that_still_starts_is_waited_for() -> None:
    refusals = iter(range(4))

    def starting(request: httpx.Request) -> httpx.Response:
        if next(refusals, None) is not None:
            raise httpx.ConnectError("refused")
        data = {"status": "ok"} if request.url.path == "/health" else {"task_id": "t"}
        return httpx.Response(200, json=data)

    time, watch = Time(), Onlooker()
    with AceStep(
        "http://127.0.0.1:1", transport=httpx.MockTransport(starting), clock=time.clock, sleep=time.sleep
    ) as played:
        assert "t" == played.submit(JOB, watch).task_id

    assert 12.0 == sum(time.naps)
    assert ["http://127.0.0.1:1 is not up yet; trying for up to 60 s"] == watch.notes


def test_a_server_that_never_starts_is_given_up_in_time() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    time = Time()

    with band(f"http://127.0.0.1:{port}", time, start_s=30) as played, pytest.raises(BandError) as caught:
        played.submit(JOB, Onlooker())

    assert 30 >= sum(time.naps) > 20
    assert 5 == caught.value.exit_code
    assert f"127.0.0.1:{port} cannot be reached" in caught.value.message
    assert "songpipe doctor" in caught.value.hint


def test_a_server_that_goes_away_between_health_and_job_is_waited_for_too(server: FakeAceStep) -> None:
    gone = iter([True, True])

    def flaky(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/release_task" and next(gone, False):
            raise httpx.ConnectError("refused")
        return httpx.Response(200, json={"status": "ok", "task_id": "t"})

    time, watch = Time(), Onlooker()
    with AceStep(
        "http://127.0.0.1:1", transport=httpx.MockTransport(flaky), clock=time.clock, sleep=time.sleep
    ) as played:
        assert "t" == played.submit(JOB, watch).task_id

    assert [5.0, 10.0] == time.naps
    assert ["http://127.0.0.1:1 is not up yet; trying for up to 60 s"] == watch.notes


def test_a_server_that_refuses_connections_for_good_is_given_up_after_health() -> None:
    def gone(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/release_task":
            raise httpx.ConnectError("refused")
        return httpx.Response(200, json={"status": "ok"})

    time = Time()
    with (
        AceStep(
            "http://127.0.0.1:1", transport=httpx.MockTransport(gone), clock=time.clock, sleep=time.sleep
        ) as played,
        pytest.raises(faults.NotReached),
    ):
        played.submit(JOB, Onlooker())

    assert 60 >= sum(time.naps)


@pytest.mark.parametrize("replies", [Reply(delay_s=9), Reply(502, b"<html>"), Reply(429, b"{}")])
def test_a_server_too_busy_for_health_gets_the_job(server: FakeAceStep, replies: Reply) -> None:
    server.reply("/health", replies)

    with band(server.url, Time(), answer_s=0.2) as played:
        assert "task-1" == played.submit(JOB, Onlooker()).task_id


def test_a_gradio_server_that_plays_when_it_is_first_met_is_recognised_the_next_time() -> None:
    with FakeAceStep("G") as server, band(server.url, Time(), answer_s=0.2, submit_s=0.1) as played:
        server.reply("/health", Reply(delay_s=9))
        slow = Reply(body={"data": {"task_id": "slow", "status": "succeeded"}}, delay_s=0.4)
        server.reply("/release_task", slow)
        first, second = played.submit(JOB, Onlooker()), played.submit(JOB, Onlooker())
        played.submit(JOB, Onlooker())

    assert "slow" == first.task_id  # it was given the time to play, though nobody knew what it is
    assert "gradio" == second.dialect
    assert 2 == len(server.calls("/health"))


def test_a_server_that_says_what_it_is_gets_no_more_than_the_usual_time(server: FakeAceStep) -> None:
    server.stats = None
    server.reply("/release_task", Reply(delay_s=1))

    with (
        band(server.url, Time(), submit_s=0.1, blocking_s=5) as played,
        pytest.raises(BandError, match="may be running"),
    ):
        played.submit(JOB, Onlooker())


def test_the_old_dialect_is_remembered_though_health_was_too_busy() -> None:
    with FakeAceStep("A") as server, band(server.url, Time()) as played:
        server.reply("/health", Reply(502, b"<html>"))
        dialects = {played.submit(JOB, Onlooker()).dialect for _ in range(2)}

    assert {"jobs"} == dialects
    assert (1, 1) == (len(server.calls("/health")), len(server.calls("/release_task")))


def test_a_proxy_that_ran_out_of_time_says_nothing_about_the_job(server: FakeAceStep) -> None:
    server.stats = None
    server.reply("/release_task", Reply(504, {"detail": "upstream timed out"}))

    with band(server.url, Time()) as played, pytest.raises(BandError, match="may be running"):
        played.submit(JOB, Onlooker())

    assert 1 == len(server.calls("/release_task"))


def test_a_web_page_is_a_wrong_port(server: FakeAceStep) -> None:
    server.reply("/health", Reply(body=b"<!doctype html><title>Router</title>"))

    with band(server.url, Time()) as played, pytest.raises(faults.NotAceStep) as caught:
        played.submit(JOB, Onlooker())

    assert "a web page" in caught.value.message
    assert "port" in caught.value.hint


def test_a_stranger_with_a_health_page_is_found_out(server: FakeAceStep) -> None:
    server.reply("/health", Reply(body={"models": []}))
    stranger = Reply(404, {"detail": "Not Found"})
    server.reply("/release_task", stranger)
    server.reply("/v1/music/generate", stranger)

    with band(server.url, Time()) as played:
        for _ in range(2):
            with pytest.raises(faults.NotAceStep, match="no ACE-Step server"):
                played.submit(JOB, Onlooker())


def test_health_may_be_missing(server: FakeAceStep) -> None:
    server.reply("/health", Reply(404, {"detail": "Not Found"}))

    with band(server.url, Time()) as played:
        assert "task-1" == played.submit(JOB, Onlooker()).task_id


def test_a_health_page_that_is_refused_for_another_reason_is_told(server: FakeAceStep) -> None:
    server.reply("/health", Reply(400, {"detail": "Bad Host"}))

    with band(server.url, Time()) as played, pytest.raises(faults.Refused, match="Bad Host"):
        played.submit(JOB, Onlooker())


def test_the_openrouter_dialect_is_refused_with_a_clear_word(server: FakeAceStep) -> None:
    server.health["service"] = "ACE-Step OpenRouter API"

    with band(server.url, Time()) as played, pytest.raises(BandError, match="OpenRouter"):
        played.submit(JOB, Onlooker())

    assert [] == server.calls("/release_task")


def test_a_wrong_key_is_told_with_its_variable() -> None:
    with (
        FakeAceStep(key="right") as server,
        band(server.url, Time(), "wrong") as played,
        pytest.raises(faults.KeyRefused) as caught,
    ):
        played.submit(JOB, Onlooker())

    assert "ACESTEP_API_KEY" in caught.value.hint
    assert "wrong" not in caught.value.message


def test_a_full_queue_is_asked_again_with_growing_pauses(server: FakeAceStep) -> None:
    full = Reply(429, {"detail": "Server busy: queue is full"})
    server.reply("/release_task", full, full, replace(full, headers={"retry-after": "45"}))
    time = Time()

    with band(server.url, time) as played:
        assert "task-1" == played.submit(JOB, Onlooker()).task_id

    assert [5.0, 10.0, 45.0] == time.naps


def test_a_wait_for_a_full_queue_is_told_at_once_and_then_every_half_minute(server: FakeAceStep) -> None:
    server.reply("/release_task", *[Reply(429, {"detail": "Server busy"})] * 5)
    time, watch = Time(), Onlooker()

    with band(server.url, time) as played:
        played.submit(JOB, watch)

    assert [5.0, 10.0, 20.0, 40.0, 60.0] == time.naps
    assert [
        f"the queue of {server.url} is full; asking again for up to 10 min",
        f"the queue of {server.url} is full; asking again for up to 9.4 min",
        f"the queue of {server.url} is full; asking again for up to 8.8 min",
    ] == watch.notes


def test_a_server_that_takes_the_job_at_once_leaves_nothing_to_tell(server: FakeAceStep) -> None:
    watch = Onlooker()

    with band(server.url, Time()) as played:
        played.submit(JOB, watch)

    assert [] == watch.notes


def test_a_queue_that_stays_full_is_given_up_in_time(server: FakeAceStep) -> None:
    server.reply("/release_task", *[Reply(429, {"detail": "Server busy"})] * 99)
    time = Time()

    with band(server.url, time, busy_s=100) as played, pytest.raises(faults.Busy):
        played.submit(JOB, Onlooker())

    assert 100 >= sum(time.naps) > 50


@pytest.mark.parametrize("reply", [Reply(delay_s=9), Reply(drop=True), Reply(500, b"Internal Server Error")])
@pytest.mark.parametrize(
    "after", [None, stats(queued=1), stats(running=1), stats(succeeded=4), stats(failed=2)]
)
def test_a_job_that_may_have_arrived_is_not_sent_again(
    server: FakeAceStep, reply: Reply, after: dict[str, Any] | None
) -> None:
    server.reply("/release_task", reply)
    gone = Reply(404, {"detail": "Not Found"})
    server.reply(
        "/v1/stats", Reply(body={"data": IDLE}), gone if after is None else Reply(body={"data": after})
    )

    with band(server.url, Time(), submit_s=0.2) as played, pytest.raises(BandError) as caught:
        played.submit(JOB, Onlooker())

    assert 1 == len(server.calls("/release_task"))
    assert "may be running" in caught.value.message
    assert "/v1/stats first" in caught.value.hint
    assert "resuming hands it in once more" in caught.value.hint


@pytest.mark.parametrize("reply", [Reply(delay_s=9), Reply(drop=True), Reply(500, b"Internal Server Error")])
def test_a_job_that_provably_never_arrived_is_sent_once_more(server: FakeAceStep, reply: Reply) -> None:
    server.reply("/release_task", reply)

    with band(server.url, Time(), submit_s=0.2) as played:
        assert "task-1" == played.submit(JOB, Onlooker()).task_id

    assert 2 == len(server.calls("/release_task"))


def test_a_second_silence_ends_it(server: FakeAceStep) -> None:
    server.reply("/release_task", Reply(drop=True), Reply(drop=True))

    with band(server.url, Time()) as played, pytest.raises(BandError, match="may be running"):
        played.submit(JOB, Onlooker())

    assert 2 == len(server.calls("/release_task"))


def test_a_job_that_the_server_does_not_understand_is_told(server: FakeAceStep) -> None:
    server.reply("/release_task", Reply(422, {"detail": [{"msg": "bad seed", "loc": ["seed"]}]}))

    with band(server.url, Time()) as played, pytest.raises(faults.Refused, match="bad seed"):
        played.submit(JOB, Onlooker())


def test_the_old_dialect_may_refuse_a_job_too() -> None:
    with FakeAceStep("A") as server, band(server.url, Time()) as played:
        server.reply("/v1/music/generate", Reply(400, {"detail": "no"}))

        with pytest.raises(faults.Refused, match="HTTP 400"):
            played.submit(JOB, Onlooker())


def test_a_server_without_a_key_of_its_own_is_told(server: FakeAceStep) -> None:
    server.reply("/release_task", Reply(503, {"detail": "API key is not configured"}))

    with band(server.url, Time()) as played, pytest.raises(faults.KeyRefused, match="no key of its own"):
        played.submit(JOB, Onlooker())


def test_an_answer_without_an_id_is_told(server: FakeAceStep) -> None:
    server.reply("/release_task", Reply(body={"data": {"status": "queued"}, "code": 200}))

    with band(server.url, Time()) as played, pytest.raises(BandError, match="no task id"):
        played.submit(JOB, Onlooker())


@pytest.mark.parametrize(
    "reply",
    [
        Reply(503, {"detail": "LLM not initialized"}),
        Reply(500, {"detail": "Model initialization failed"}),
        Reply(body={"data": None, "code": 500, "error": "LLM init failed"}),
    ],
)
def test_a_refusal_we_can_do_something_about_is_an_answer_and_no_error(
    server: FakeAceStep, reply: Reply
) -> None:
    server.reply("/release_task", reply)

    with band(server.url, Time()) as played:
        ticket = played.submit(JOB, Onlooker())

    assert "" == ticket.task_id
    assert "failed" == json.loads(ticket.answer)["status"]


def test_a_failure_of_a_server_that_blocks_is_an_answer_and_no_error() -> None:
    with FakeAceStep("G") as server, band(server.url, Time()) as played:
        server.script.append(play(Step("failed", reason="latents are NaN")))
        failed = played.submit(JOB, Onlooker())
        done = played.submit(JOB, Onlooker())

    assert "latents are NaN" == json.loads(failed.answer)["error"]
    assert ("", "gradio") == (failed.task_id, failed.dialect)
    assert ("task-1", "") == (done.task_id, done.answer)


def test_a_server_that_blocks_is_given_the_time_to_play() -> None:
    with FakeAceStep("G") as server, band(server.url, Time(), submit_s=0.1, blocking_s=5) as played:
        server.reply(
            "/release_task", Reply(body={"data": {"task_id": "slow", "status": "succeeded"}}, delay_s=0.4)
        )

        assert "slow" == played.submit(JOB, Onlooker()).task_id


def test_a_receipt_that_says_failed_travels_with_the_ticket(server: FakeAceStep) -> None:
    server.reply("/release_task", Reply(body={"data": {"task_id": "t", "status": "failed", "error": "no"}}))

    with band(server.url, Time()) as played:
        ticket = played.submit(JOB, Onlooker())

    assert {"task_id": "t", "status": "failed", "error": "no"} == json.loads(ticket.answer)
