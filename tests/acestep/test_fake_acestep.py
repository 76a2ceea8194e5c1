"""The fake music server behaves like the dialects it claims, as they were seen on the wire."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.fakes.acestep_server import DONE, MP3, QUEUED, RUNNING, Dialect, FakeAceStep, Reply, Step, play


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)) as client:
        yield client


def submit(http: httpx.Client, server: FakeAceStep, **asked: Any) -> Any:
    return http.post(f"{server.url}/release_task", json={"prompt": "piano", **asked}).json()


def poll(http: httpx.Client, server: FakeAceStep, *task_ids: str) -> Any:
    return http.post(f"{server.url}/query_result", json={"task_id_list": list(task_ids)}).json()


def test_dialect_a_answers_bare_with_a_page_for_each_job(http: httpx.Client) -> None:
    with FakeAceStep("A") as server:
        taken = http.post(f"{server.url}/v1/music/generate", json={"prompt": "piano"}).json()
        pages = [http.get(f"{server.url}/v1/jobs/{taken['job_id']}").json() for _ in range(3)]
        unknown = http.get(f"{server.url}/v1/jobs/nope")
        modern = http.post(f"{server.url}/release_task", json={})

    assert {"job_id": "task-1", "status": "queued", "queue_position": 1} == taken
    assert ["queued", "running", "succeeded"] == [page["status"] for page in pages]
    assert pages[2]["result"]["audio_paths"][0].startswith("/v1/audio?path=%2F")
    assert (404, {"detail": "Job not found"}) == (unknown.status_code, unknown.json())
    assert 404 == modern.status_code


def test_dialect_b_answers_bare_with_results_in_a_string(http: httpx.Client) -> None:
    with FakeAceStep("B") as server:
        taken = submit(http, server)
        first = poll(http, server, taken["task_id"])

    assert isinstance(first, list)
    assert (0, "queued") == (first[0]["status"], json.loads(first[0]["result"])[0]["stage"])


def test_dialect_c_wraps_and_forgets_by_an_empty_result(http: httpx.Client) -> None:
    with FakeAceStep("C") as server:
        taken = submit(http, server)
        answers = [poll(http, server, taken["data"]["task_id"], "nope") for _ in range(3)]

    assert 200 == taken["code"]
    assert {"task_id": "nope", "result": "[]", "status": 0} == answers[0]["data"][1]
    assert [0, 0, 1] == [answer["data"][0]["status"] for answer in answers]
    assert "N/A" == json.loads(answers[2]["data"][0]["result"])[0]["metas"]["bpm"]


def test_dialect_c_fails_without_a_reason_and_can_call_a_running_task_failed(http: httpx.Client) -> None:
    with FakeAceStep("C") as server:
        server.script += [play(Step("failed")), play(Step("overdue", 0.8))]
        ids = [submit(http, server)["data"]["task_id"] for _ in range(2)]
        failed, overdue = poll(http, server, *ids)["data"]

    assert (2, 2) == (failed["status"], overdue["status"])
    assert [2, 0] == [json.loads(item["result"])[0]["status"] for item in (failed, overdue)]
    assert "error" not in json.loads(failed["result"])[0]


def test_dialect_g_is_done_when_it_answers_and_forgets_its_failures(http: httpx.Client) -> None:
    with FakeAceStep("G") as server:
        server.script += [play(DONE), play(Step("failed", reason="boom"))]
        taken = submit(http, server)
        failed = http.post(f"{server.url}/release_task", json={})
        (item,) = poll(http, server, "task-1")["data"]
        (unknown,) = poll(http, server, "task-2")["data"]

    assert "succeeded" == taken["data"]["status"]
    assert (500, {"detail": "boom"}) == (failed.status_code, failed.json())
    assert "/music/api audio/task-1-0.mp3" == json.loads(item["result"])[0]["file"]
    assert "/v1/audio?path=%2Fmusic%2Fapi+audio%2Ftask-1-0.mp3" == json.loads(item["result"])[0]["url"]
    assert "[]" == unknown["result"]


def test_dialect_n_wraps_job_objects_that_answer_in_words(http: httpx.Client) -> None:
    with FakeAceStep("N") as server:
        server.script.append(play(RUNNING, DONE))
        submit(http, server)
        running, done = (poll(http, server, "task-1")["data"][0] for _ in range(2))

    assert ("task-1", "running", None) == (running["job_id"], running["status"], running["result"])
    assert 1 == len(done["result"]["audio_paths"])


@pytest.mark.parametrize("dialect", ["A", "B", "C", "G", "N"])
def test_its_audio_can_be_fetched_by_the_name_it_gives(http: httpx.Client, dialect: Dialect) -> None:
    with FakeAceStep(dialect) as server:
        server.files("task-1", DONE)
        played = http.get(f"{server.url}/v1/audio?path=%2Fmusic%2Fapi%20audio%2Ftask-1-0.mp3")
        missing = http.get(f"{server.url}/v1/audio?path=%2Fetc%2Fpasswd")

    assert MP3 == played.content
    assert 404 == missing.status_code


def test_a_key_is_wanted_everywhere_but_for_health(http: httpx.Client) -> None:
    with FakeAceStep(key="secret") as server:
        without = http.post(f"{server.url}/query_result", json={"task_id_list": []})
        with_key = http.post(
            f"{server.url}/query_result",
            json={"task_id_list": []},
            headers={"authorization": "Bearer secret"},
        )
        health = http.get(f"{server.url}/health")

    assert [401, 200, 200] == [without.status_code, with_key.status_code, health.status_code]


def test_a_missing_language_model_shows_in_format_input_only(http: httpx.Client) -> None:
    with FakeAceStep() as server:
        present = http.post(f"{server.url}/format_input", json={})
        server.language_model = False
        absent = http.post(f"{server.url}/format_input", json={})

    assert [200, 503] == [present.status_code, absent.status_code]


def test_it_hangs_up_and_cuts_short_on_demand(http: httpx.Client) -> None:
    with FakeAceStep() as server:
        server.reply("/health", Reply(drop=True), Reply(body=b"half", cut=True), Reply(418, b"tea"))
        for _ in range(2):
            with pytest.raises(httpx.RemoteProtocolError):
                http.get(f"{server.url}/health")
        odd = http.get(f"{server.url}/health")
        usual = http.get(f"{server.url}/health")

    assert (418, 200) == (odd.status_code, usual.status_code)
    assert 4 == len(server.calls("/health"))


def test_a_script_may_be_a_function(http: httpx.Client) -> None:
    with FakeAceStep() as server:
        server.script.append(lambda: QUEUED)
        submit(http, server)

        assert 0 == poll(http, server, "task-1")["data"][0]["status"]
