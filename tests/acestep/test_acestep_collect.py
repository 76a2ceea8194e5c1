"""Waiting for jobs and bringing their audio home."""

import hashlib
import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline import arranging
from pipeline.acestep import faults
from pipeline.acestep.band import AceStep
from pipeline.acestep.deadlines import Deadlines
from pipeline.acestep.pace import EARNED_EVERY
from pipeline.acestep.poller import Poller
from pipeline.acestep.server import Server
from pipeline.acestep.wire import Wire
from pipeline.errors import BandError, ShelfError
from pipeline.take import Outcome, Trouble
from tests.fakes.acestep_server import DONE, FLAC, MP3, QUEUED, RUNNING, WAV, FakeAceStep, Reply, Step, play
from tests.fakes.acestep_world import JOB, QUICK, Onlooker, Time, band, ticket

LOST = Step("lost")


@pytest.fixture
def time() -> Time:
    return Time()


def trouble(outcome: Outcome) -> Trouble | None:
    return outcome.failure.trouble if outcome.failure else None


@pytest.mark.parametrize("letter", ["A", "B", "C", "G", "N"])
def test_a_song_comes_home_in_every_dialect(letter: Any, folder: Path, time: Time) -> None:
    with FakeAceStep(letter) as server, band(server.url, time) as played:
        ticket = played.submit(JOB, Onlooker())
        (outcome,) = played.collect([ticket], folder / "takes", Onlooker())

    (recording,) = outcome.recordings
    assert ticket == outcome.ticket
    assert MP3 == Path(recording.file).read_bytes()
    assert str(folder / "takes" / "take-1.mp3") == recording.file
    assert ("mp3", len(MP3), hashlib.sha256(MP3).hexdigest()) == (
        recording.format,
        recording.size,
        recording.sha256,
    )
    assert (1, 42, server.url, "task-1") == (
        recording.number,
        recording.seed,
        recording.server,
        recording.task_id,
    )


def test_times_and_what_the_server_says_are_kept(server: FakeAceStep, folder: Path, time: Time) -> None:
    server.script.append(play(QUEUED, QUEUED, RUNNING, RUNNING, DONE))

    with band(server.url, time) as played:
        (outcome,) = played.collect([played.submit(JOB, Onlooker())], folder, Onlooker())

    (recording,) = outcome.recordings
    assert (7.5, 10.0) == pytest.approx((recording.queue_s, recording.render_s))
    assert {
        "dit_model": "acestep-v15-turbo",
        "duration": 60.0,
        "keyscale": "A minor",
    } == recording.server_says


def test_all_open_tasks_are_asked_about_in_one_request(server: FakeAceStep, folder: Path, time: Time) -> None:
    server.script += [play(RUNNING, RUNNING, DONE), play(QUEUED, DONE), play(QUEUED, QUEUED, QUEUED, DONE)]

    with band(server.url, time) as played:
        tickets = [played.submit(replace(JOB, number=number), Onlooker()) for number in (1, 2, 3)]
        outcomes = played.collect(tickets, folder, Onlooker())

    asked = [seen.body["task_id_list"] for seen in server.calls("/query_result")]
    assert [
        ["task-1", "task-2", "task-3"],
        ["task-1", "task-2", "task-3"],
        ["task-1", "task-3"],
        ["task-3"],
    ] == [sorted(ids) for ids in asked]
    assert tickets == [outcome.ticket for outcome in outcomes]
    assert ["take-1.mp3", "take-2.mp3", "take-3.mp3"] == sorted(file.name for file in folder.glob("*.mp3"))


def test_pages_of_old_jobs_are_asked_for_in_turn(folder: Path, time: Time) -> None:
    with FakeAceStep("A") as server, band(server.url, time) as played:
        server.script += [play(RUNNING, RUNNING, DONE), play(RUNNING, RUNNING, DONE)]
        tickets = [played.submit(replace(JOB, number=number), Onlooker()) for number in (1, 2)]
        begun = time.now_s
        played.collect(tickets, folder, Onlooker())

    pages = [seen.target.rpartition("/")[2] for seen in server.seen if seen.target.startswith("/v1/jobs/")]
    assert ["task-1", "task-2"] * 3 == pages
    assert len(pages) <= 2 + (time.now_s - begun) / 5


def job_of(time: Time, seconds: float) -> Any:
    """A script by the clock: the job takes so long from now on."""
    begun = time.now_s

    def step() -> Step:
        gone = (time.now_s - begun) / seconds
        return DONE if gone >= 1 else Step("running", round(gone, 2), "Generating music")

    return step


@pytest.mark.parametrize("seconds", [3.0, 40.0, 600.0])
def test_polling_keeps_its_budget_and_finds_the_end_soon(
    server: FakeAceStep, folder: Path, time: Time, seconds: float
) -> None:
    elapsed, polls = [], []
    with band(server.url, time) as played:
        for number in (1, 2):
            server.script.append(job_of(time, seconds))
            begun, before = time.now_s, len(server.calls("/query_result"))
            played.collect([played.submit(replace(JOB, number=number), Onlooker())], folder, Onlooker())
            elapsed.append(time.now_s - begun)
            polls.append(len(server.calls("/query_result")) - before)

    assert all(count <= 2 + waited / 5 for count, waited in zip(polls, elapsed, strict=True))
    assert seconds + 5.0 >= elapsed[0]
    assert max(seconds + 2.1, 5.0 * EARNED_EVERY) >= elapsed[1]  # it knows by then how long such a job takes
    assert polls[1] <= polls[0] + 1


def test_the_time_left_is_told_from_the_servers_own_average_first(
    server: FakeAceStep, folder: Path, time: Time
) -> None:
    server.stats = {
        "jobs": {"queued": 2, "running": 1, "succeeded": 9},
        "queue_size": 2,
        "avg_job_seconds": 30.0,
    }
    server.script.append(play(QUEUED, QUEUED, RUNNING, DONE))
    watch = Onlooker()

    with band(server.url, time) as played:
        played.collect([played.submit(JOB, Onlooker())], folder, watch)

    assert (0.0, "waiting in the queue", 120.0) == watch.told[0]  # three stood before it
    lefts = [left for _, _, left in watch.told if left is not None]
    assert len(lefts) == len(watch.told)
    assert lefts[-1] < 30.0


def test_progress_stage_and_stops_are_told(server: FakeAceStep, folder: Path, time: Time) -> None:
    odd = Step("running", 0.8, "Decoding\x1b[2J audio...\u202e")
    server.script.append(play(QUEUED, RUNNING, odd, DONE))
    watch = Onlooker()
    server.reply("/query_result", Reply(drop=True))

    with band(server.url, time) as played:
        played.collect([played.submit(JOB, Onlooker())], folder, watch)

    assert [
        "waiting in the queue",
        "the server is busy; asking again",
        "take 1: Generating music (batch size: 1)...",
        "take 1: Decoding audio...",
    ] == watch.labels
    fractions = [fraction for fraction, _, _ in watch.told]
    assert sorted(fractions) == fractions
    assert 0.8 == fractions[-1]


def test_a_batch_brings_a_take_for_each_of_its_seeds(server: FakeAceStep, folder: Path, time: Time) -> None:
    with band(server.url, time) as played:
        job = replace(JOB, number=3, batch_size=2, audio_format="wav")
        (outcome,) = played.collect([played.submit(job, Onlooker())], folder, Onlooker())

    assert [(3, 42, "take-3.wav"), (4, 43, "take-4.wav")] == [
        (one.number, one.seed, Path(one.file).name) for one in outcome.recordings
    ]


def test_files_nobody_asked_for_are_left_where_they_are(
    server: FakeAceStep, folder: Path, time: Time
) -> None:
    server.audio["/x"] = WAV
    server.script.append(play(Step("done", files=("/v1/audio?path=%2Fx", "/y", "/z"))))

    with band(server.url, time) as played:
        (outcome,) = played.collect([played.submit(JOB, Onlooker())], folder, Onlooker())

    assert 1 == len(outcome.recordings)
    assert 1 == len(server.calls("/v1/audio"))


def test_what_came_home_of_a_batch_counts_when_the_rest_is_missing(
    server: FakeAceStep, folder: Path, time: Time
) -> None:
    server.audio["/x"] = FLAC
    server.script.append(play(Step("done", files=("/x", "/gone"))))

    with band(server.url, time) as played:
        (outcome,) = played.collect(
            [played.submit(replace(JOB, batch_size=2), Onlooker())], folder, Onlooker()
        )

    assert ["take-1.flac"] == [Path(one.file).name for one in outcome.recordings]


@pytest.mark.parametrize("letter", ["A", "B", "C", "G", "N"])
def test_a_task_that_the_server_forgot_is_lost_after_three_empty_answers(
    letter: Any, folder: Path, time: Time
) -> None:
    dialect = {"A": "jobs", "G": "gradio"}.get(letter, "release_task")
    with FakeAceStep(letter) as server, band(server.url, time) as played:
        (outcome,) = played.collect([ticket(server.url, "old", time, dialect=dialect)], folder, Onlooker())

    assert Trouble.LOST is trouble(outcome)
    assert 3 == len([seen for seen in server.seen if "old" in seen.target or "old" in str(seen.body)])


def test_a_single_empty_answer_means_nothing(server: FakeAceStep, folder: Path, time: Time) -> None:
    server.script.append(play(LOST, LOST, RUNNING, LOST, LOST, DONE))

    with band(server.url, time) as played:
        (outcome,) = played.collect([played.submit(JOB, Onlooker())], folder, Onlooker())

    assert 1 == len(outcome.recordings)


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (Step("failed", reason="5Hz LM init failed: no file"), Trouble.NO_LANGUAGE_MODEL),
        (
            Step("failed", reason="Traceback (most recent call last):\n x\nRuntimeError: CUDA out of memory"),
            Trouble.OUT_OF_MEMORY,
        ),
        (Step("failed", reason="ffmpeg exited with 8"), Trouble.EXPORT),
        (Step("failed", reason="Music generation timed out after 600 seconds"), Trouble.TIMEOUT),
        (Step("failed", reason="boom"), Trouble.FAILED),
        (Step("failed", log="RuntimeError: CUDA out of memory"), Trouble.OUT_OF_MEMORY),
        (Step("failed", log="42%|####"), Trouble.FAILED),
        (Step("failed"), Trouble.FAILED),
        (Step("failed", reason="\x00\x01"), Trouble.FAILED),
        (Step("done", files=()), Trouble.EXPORT),
        (Step("done", files=("",)), Trouble.EXPORT),
        (Step("done", files=("",), reason="silent output"), Trouble.EXPORT),
        (Step("done", files=("/gone.mp3",)), Trouble.LOST),
        (Step("done", files=("http://evil.example/v1/audio?path=x",)), Trouble.FAILED),
    ],
)
def test_a_job_without_audio_tells_what_may_help(
    server: FakeAceStep, folder: Path, time: Time, step: Step, expected: Trouble
) -> None:
    server.script.append(play(RUNNING, step))

    with band(server.url, time) as played:
        (outcome,) = played.collect([played.submit(JOB, Onlooker())], folder, Onlooker())

    assert expected is trouble(outcome)
    assert outcome.failure is not None
    assert outcome.failure.message
    assert outcome.failure.message.isprintable()
    assert [] == list(folder.iterdir())


def test_a_failure_is_told_in_the_last_words_of_its_traceback(
    server: FakeAceStep, folder: Path, time: Time
) -> None:
    server.script.append(
        play(Step("failed", reason="Traceback (most recent call last):\n  x\nValueError: bad tempo"))
    )

    with band(server.url, time) as played:
        (outcome,) = played.collect([played.submit(JOB, Onlooker())], folder, Onlooker())

    assert outcome.failure is not None
    assert "ValueError: bad tempo" == outcome.failure.message


def test_thinking_that_fails_without_a_reason_makes_us_ask_for_the_language_model_once(
    server: FakeAceStep, folder: Path, time: Time
) -> None:
    server.language_model = False
    server.script += [play(Step("failed"))] * 3

    with band(server.url, time) as played:
        jobs = [JOB, replace(JOB, number=2), replace(JOB, number=3, thinking=False)]
        outcomes = played.collect([played.submit(job, Onlooker()) for job in jobs], folder, Onlooker())

    assert [Trouble.NO_LANGUAGE_MODEL, Trouble.NO_LANGUAGE_MODEL, Trouble.FAILED] == [
        trouble(one) for one in outcomes
    ]
    assert 1 == len(server.calls("/format_input"))


@pytest.mark.parametrize("reply", [Reply(drop=True), Reply(500, {"detail": "boom"})])
def test_a_language_model_that_cannot_be_asked_for_is_not_blamed(
    server: FakeAceStep, folder: Path, time: Time, reply: Reply
) -> None:
    server.reply("/format_input", reply)
    server.script.append(play(Step("failed")))

    with band(server.url, time) as played:
        (outcome,) = played.collect([played.submit(JOB, Onlooker())], folder, Onlooker())

    assert Trouble.FAILED is trouble(outcome)


def test_a_health_page_that_tells_of_the_language_model_saves_the_question(
    server: FakeAceStep, folder: Path, time: Time
) -> None:
    server.health |= {"models_initialized": True, "llm_initialized": False}
    server.script.append(play(Step("failed")))

    with band(server.url, time) as played:
        (outcome,) = played.collect([played.submit(JOB, Onlooker())], folder, Onlooker())

    assert Trouble.NO_LANGUAGE_MODEL is trouble(outcome)
    assert [] == server.calls("/format_input")


def test_what_a_blocking_server_said_needs_no_question(folder: Path, time: Time) -> None:
    with FakeAceStep("G") as server, band(server.url, time) as played:
        server.script += [
            play(Step("failed", reason="CUDA out of memory")),
            play(Step("failed", reason="NaN latents")),
        ]
        tickets = [played.submit(JOB, Onlooker()), played.submit(replace(JOB, number=2), Onlooker())]
        outcomes = played.collect(tickets, folder, Onlooker())

    assert [Trouble.OUT_OF_MEMORY, Trouble.FAILED] == [trouble(one) for one in outcomes]
    assert [] == server.calls("/query_result")


def test_an_answer_that_cannot_be_read_is_asked_for_again(
    server: FakeAceStep, folder: Path, time: Time
) -> None:
    with band(server.url, time) as played:
        broken = replace(played.submit(JOB, Onlooker()), answer="{")
        (outcome,) = played.collect([broken], folder, Onlooker())

    assert 1 == len(outcome.recordings)


def test_a_task_called_overdue_while_it_plays_may_still_finish(
    server: FakeAceStep, folder: Path, time: Time
) -> None:
    server.script += [play(Step("overdue", 0.8), Step("overdue", 0.8), DONE), play(Step("overdue", 0.8))]

    with band(server.url, time) as played:
        tickets = [played.submit(JOB, Onlooker()), played.submit(replace(JOB, number=2), Onlooker())]
        first, second = played.collect(tickets, folder, Onlooker())

    assert 1 == len(first.recordings)
    assert Trouble.TIMEOUT is trouble(second)


STILL = Step("running", 0.8, "Decoding audio...", log="noise")


def test_a_task_that_never_moves_on_an_idle_server_is_lost_after_a_quarter_of_an_hour(
    server: FakeAceStep, folder: Path, time: Time
) -> None:
    server.stats = {"jobs": {"queued": 0, "running": 0}}
    server.script.append(play(STILL))
    begun = time.now_s

    with band(server.url, time) as played:
        (outcome,) = played.collect([played.submit(JOB, Onlooker())], folder, Onlooker())

    assert Trouble.LOST is trouble(outcome)
    assert 900 <= time.now_s - begun <= 920


@pytest.mark.parametrize("jobs", [{"queued": 0, "running": 1}, None])
def test_a_task_that_the_server_still_plays_is_not_thrown_away_when_nothing_moves(
    server: FakeAceStep, folder: Path, time: Time, jobs: dict[str, int] | None
) -> None:
    server.stats = None if jobs is None else {"jobs": jobs}
    server.script.append(play(STILL))
    begun = time.now_s

    with band(server.url, time) as played:
        with pytest.raises(BandError) as caught:
            played.collect([taken := played.submit(JOB, Onlooker())], folder, Onlooker())
        given_up_after = time.now_s - begun
        server.jobs["task-1"] = play(DONE)
        (outcome,) = played.collect([taken], folder, Onlooker())

    assert 900 <= given_up_after <= 920
    assert (
        "is still playing, but nothing has moved for 15 min, at 'Decoding audio...'" in caught.value.message
    )
    assert "going on waits for the same task" == caught.value.hint
    assert 1 == len(outcome.recordings)


def test_a_task_that_moves_is_waited_for_beside_one_that_does_not(
    server: FakeAceStep, folder: Path, time: Time
) -> None:
    server.stats = {"jobs": {"queued": 0, "running": 1}}
    server.script += [play(STILL), job_of(time, 1000)]
    begun = time.now_s

    with band(server.url, time) as played:
        tickets = [played.submit(JOB, Onlooker()), played.submit(replace(JOB, number=2), Onlooker())]
        with pytest.raises(BandError, match="nothing has moved"):
            played.collect(tickets, folder, Onlooker())

    assert 1000 <= time.now_s - begun <= 1020
    assert MP3 == (folder / "take-2.mp3").read_bytes()
    assert 2 == len(server.calls("/v1/stats"))  # before the jobs, and of the stall: not at each nap


def test_a_stuck_task_that_moves_again_is_waited_for(server: FakeAceStep, folder: Path, time: Time) -> None:
    begun = time.now_s

    def thaws_late() -> Step:
        gone = time.now_s - begun
        return DONE if gone >= 1300 else Step("running", 0.9 if gone >= 950 else 0.8, "Decoding audio...")

    server.script += [thaws_late, job_of(time, 1000)]

    with band(server.url, time) as played:
        tickets = [played.submit(JOB, Onlooker()), played.submit(replace(JOB, number=2), Onlooker())]
        outcomes = played.collect(tickets, folder, Onlooker())

    assert [1, 1] == [len(outcome.recordings) for outcome in outcomes]


def test_a_call_that_has_waited_long_enough_leaves_the_task_to_the_next_one(
    server: FakeAceStep, folder: Path, time: Time
) -> None:
    server.stats = {"jobs": {"queued": 5, "running": 1}}
    begun = time.now_s

    with band(server.url, time, wait_s=1000) as first:
        server.script += [play(DONE), job_of(time, 1005)]
        tickets = [first.submit(JOB, Onlooker()), first.submit(replace(JOB, number=2), Onlooker())]
        with pytest.raises(BandError) as caught:
            first.collect(tickets, folder, Onlooker())
    waited, fetched = time.now_s - begun, len(server.calls("/v1/audio"))
    with band(server.url, time, wait_s=1000) as second:
        outcomes = second.collect(tickets, folder, Onlooker())

    assert 1000 <= waited <= 1003
    assert 5 == caught.value.exit_code
    assert "is still playing after 17 min; its jobs may yet be done" in caught.value.message
    assert "going on waits for the same task" == caught.value.hint
    assert [1, 1] == [len(outcome.recordings) for outcome in outcomes]
    assert (1, 2) == (fetched, len(server.calls("/v1/audio")))
    assert 2 == len(server.calls("/release_task"))


def test_what_the_server_has_already_said_counts_when_the_time_is_over(
    server: FakeAceStep, folder: Path, time: Time
) -> None:
    with band(server.url, time, wait_s=0) as played:
        taken = replace(played.submit(JOB, Onlooker()), answer='{"status": "failed", "error": "boom"}')
        (outcome,) = played.collect([taken], folder, Onlooker())

    assert Trouble.FAILED is trouble(outcome)


@pytest.mark.parametrize(
    "reason",
    [
        "Model initialization failed",
        "❌ Error initializing model: CUDA out of memory",
        "Traceback (most recent call last):\n  raise RuntimeError(app.state._init_error)\nRuntimeError: no disk",
    ],
)
def test_a_server_that_failed_to_load_its_models_is_told_to_need_a_restart(
    server: FakeAceStep, folder: Path, time: Time, reason: str
) -> None:
    server.script.append(play(Step("failed", reason=reason)))

    with band(server.url, time) as played:
        (outcome,) = played.collect([played.submit(JOB, Onlooker())], folder, Onlooker())

    assert outcome.failure is not None
    assert Trouble.FAILED is outcome.failure.trouble
    assert f"the server needs a restart: {reason.splitlines()[-1]}" == outcome.failure.message
    assert arranging.after(JOB, outcome.failure, [JOB]) is None


@pytest.mark.parametrize(
    "reply",
    [
        Reply(drop=True),
        Reply(503, b"<html>"),
        Reply(body=b"<html>"),
        Reply(429, b"{}"),
        Reply(body={"data": None, "code": 500, "error": "x"}),
    ],
)
def test_a_bad_minute_of_the_server_is_put_up_with(
    server: FakeAceStep, folder: Path, time: Time, reply: Reply
) -> None:
    server.reply("/query_result", *[reply] * 12)

    with band(server.url, time) as played:
        (outcome,) = played.collect([played.submit(JOB, Onlooker())], folder, Onlooker())

    assert 1 == len(outcome.recordings)


def test_patience_with_a_silent_server_ends_and_says_how_to_go_on(folder: Path, time: Time) -> None:
    with FakeAceStep() as server, band(server.url, time, patience_s=60) as played:
        taken = played.submit(JOB, Onlooker())
        server.reply("/query_result", *[Reply(drop=True)] * 99)
        begun = time.now_s
        for _ in range(2):  # a second call has its own patience
            with pytest.raises(BandError) as caught:
                played.collect([taken], folder, Onlooker())

    assert 120 <= time.now_s - begun <= 140
    assert "and that for 60 s; its jobs may still be running" in caught.value.message
    assert "asks for them again" in caught.value.hint


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(401, {"detail": "Invalid API key"}), faults.KeyRefused),
        (Reply(403, {"detail": "Forbidden"}), faults.KeyRefused),
        (Reply(404, {"detail": "Not Found"}), faults.Refused),
    ],
)
def test_a_refused_question_ends_the_waiting_at_once(
    server: FakeAceStep, folder: Path, time: Time, reply: Reply, kind: type[BandError]
) -> None:
    server.reply("/query_result", reply)

    with band(server.url, time) as played, pytest.raises(kind):
        played.collect([played.submit(JOB, Onlooker())], folder, Onlooker())

    assert 1 == len(server.calls("/query_result"))


def test_a_page_that_is_refused_ends_the_waiting_too(folder: Path, time: Time) -> None:
    with FakeAceStep("A") as server, band(server.url, time) as played:
        server.reply("/v1/jobs/task-1", Reply(400, {"detail": "no"}))

        with pytest.raises(faults.Refused):
            played.collect([played.submit(JOB, Onlooker())], folder, Onlooker())


def test_another_process_can_collect_the_same_tickets(server: FakeAceStep, folder: Path, time: Time) -> None:
    with band(server.url, time) as first:
        tickets = [first.submit(JOB, Onlooker()), first.submit(replace(JOB, number=2), Onlooker())]
        before = first.collect(tickets, folder, Onlooker())
    asked = len(server.seen)

    with band(server.url, time) as second:
        after = second.collect(tickets, folder, Onlooker())

    assert before == after
    assert asked == len(server.seen)


def test_a_crash_in_the_middle_costs_only_the_missing_file(
    server: FakeAceStep, folder: Path, time: Time
) -> None:
    with band(server.url, time) as played:
        tickets = [played.submit(JOB, Onlooker()), played.submit(replace(JOB, number=2), Onlooker())]
        before = played.collect(tickets, folder, Onlooker())
        (folder / "take-2.mp3").write_bytes(MP3[:2000])
        fetched = len(server.calls("/v1/audio"))
        after = played.collect(tickets, folder, Onlooker())

    assert [MP3, MP3] == [Path(one.recordings[0].file).read_bytes() for one in after]
    assert before[0] == after[0]
    assert fetched + 1 == len(server.calls("/v1/audio"))


@pytest.mark.parametrize("other", [{"task_id": "task-99"}, {"server": "http://elsewhere.example:8000"}])
def test_a_note_of_another_task_or_another_server_is_not_believed(
    server: FakeAceStep, folder: Path, time: Time, other: dict[str, str]
) -> None:
    with band(server.url, time) as played:
        taken = played.submit(JOB, Onlooker())
        played.collect([taken], folder, Onlooker())
        note = folder / "take-1.json"
        note.write_text(json.dumps(json.loads(note.read_text()) | other))
        played.collect([taken], folder, Onlooker())

    assert 2 == len(server.calls("/v1/audio"))
    assert ("task-1", server.url) == tuple(json.loads(note.read_text())[key] for key in ("task_id", "server"))


@pytest.mark.parametrize("note", ["", "[]", "{}", '{"server": 1, "task_id": 2, "recordings": 3}'])
def test_a_note_that_cannot_be_read_is_no_note(
    server: FakeAceStep, folder: Path, time: Time, note: str
) -> None:
    (folder / "take-1.json").write_text(note)

    with band(server.url, time) as played:
        (outcome,) = played.collect([played.submit(JOB, Onlooker())], folder, Onlooker())

    assert 1 == len(outcome.recordings)
    assert "task-1" == json.loads((folder / "take-1.json").read_text())["task_id"]


def test_no_tickets_bring_no_outcomes(server: FakeAceStep, folder: Path, time: Time) -> None:
    with band(server.url, time) as played:
        assert () == played.collect([], folder, Onlooker())

    assert [] == server.seen


def test_a_poller_with_nothing_open_asks_nothing(server: FakeAceStep, time: Time) -> None:
    with Wire(server.url, "", QUICK, transport=None, clock=time.clock) as wire:
        known = Server(wire, QUICK, clock=time.clock, sleep=time.sleep)
        Poller(known, QUICK, clock=time.clock, sleep=time.sleep).step()

    assert [] == server.seen


def test_threads_that_wait_at_the_same_time_share_their_questions(server: FakeAceStep, folder: Path) -> None:
    server.script += [play(*[RUNNING] * 5, DONE), play(*[RUNNING] * 5, DONE)]
    came: list[Outcome] = []

    with AceStep(server.url, deadlines=Deadlines(gap_s=0.1)) as played:
        tickets = [played.submit(JOB, Onlooker()), played.submit(replace(JOB, number=2), Onlooker())]

        def wait(index: int) -> None:
            came.extend(played.collect([tickets[index]], folder, Onlooker()))

        threads = [threading.Thread(target=wait, args=(index,)) for index in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    asked = server.calls("/query_result")
    assert ["take-1.mp3", "take-2.mp3"] == sorted(Path(one.recordings[0].file).name for one in came)
    assert len(asked) - 4 <= (asked[-1].at - asked[0].at) / 0.1
    assert 2 == max(len(seen.body["task_id_list"]) for seen in asked)


def test_a_folder_that_cannot_be_made_is_a_fault_of_the_disk(
    server: FakeAceStep, folder: Path, time: Time
) -> None:
    (folder / "file").write_text("in the way")

    with band(server.url, time) as played, pytest.raises(ShelfError) as caught:
        played.collect([], folder / "file" / "takes", Onlooker())

    assert 7 == caught.value.exit_code


def test_a_note_that_cannot_be_written_is_a_fault_of_the_disk(
    server: FakeAceStep, folder: Path, time: Time
) -> None:
    (folder / "take-1.part").mkdir()

    with band(server.url, time) as played, pytest.raises(ShelfError):
        played.collect([played.submit(JOB, Onlooker())], folder, Onlooker())
