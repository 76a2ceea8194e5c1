"""The band on the wire, as a client of ACE-Step 1.5 meets it."""

import json
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import numpy as np
import pytest

from pipeline.rehearsal import commission
from pipeline.rehearsal.faults import FaultPlan
from pipeline.rehearsal.tasks import TaskQueue
from tests.rehearsal.conftest import GIG, LYRICS, Band, decoded

Open = Callable[..., AbstractContextManager[Band]]


def test_a_song_is_queued_played_and_downloaded(band: Open) -> None:
    with band() as client:
        receipt = client.http.post("/release_task", json=GIG).json()
        done = client.wait(receipt["data"]["task_id"])
        sound = client.http.get(done["result"][0]["file"])

    samples, rate = decoded(sound.content)
    assert {"data", "code", "error", "timestamp", "extra"} == set(receipt)
    assert ("queued", 1) == (receipt["data"]["status"], receipt["data"]["queue_position"])
    assert (1, 48_000, (4 * 48_000, 2)) == (done["status"], rate, samples.shape)
    assert b"fLaC" == sound.content[:4]
    assert len(sound.content) == int(sound.headers["content-length"])


def test_the_result_is_a_json_string_with_what_the_real_server_tells(band: Open) -> None:
    with band() as client:
        take = client.wait(client.submit(thinking=True))["result"][0]

    assert take["file"].startswith("/v1/audio?path=%2F")
    assert {
        "bpm": 120,
        "keyscale": "A minor",
        "duration": 4.0,
        "timesignature": "4",
        "genres": "N/A",
    }.items() <= (take["metas"].items())
    assert ("7", LYRICS, "rehearsal-band", "rehearsal-band") == tuple(
        take[key] for key in ("seed_value", "lyrics", "dit_model", "lm_model")
    )
    assert "Total: " in take["generation_info"]


def test_a_task_goes_from_waiting_over_stages_to_done(band: Open) -> None:
    seen: dict[str, float] = {}

    with band(speed=0.5) as client:
        task_id = client.submit(audio_duration=1)
        while not (item := client.ask(task_id)[0])["status"]:
            (inner,) = json.loads(item["result"])
            seen[inner["stage"]] = inner["progress"]
            time.sleep(0.01)

    assert {"Phase 1: Generating CoT metadata...", "Decoding audio..."} <= set(seen)
    assert sorted(seen.values()) == list(seen.values())
    assert all(0 <= progress < 1 for progress in seen.values())


def test_a_task_takes_at_least_as_long_as_the_speed_says(band: Open) -> None:
    with band(speed=0.4) as client:
        started = time.monotonic()
        client.wait(client.submit(audio_duration=1))

        assert time.monotonic() - started >= 0.4


def test_tasks_are_played_one_after_another(band: Open) -> None:
    with band(speed=0.3) as client:
        first, second = client.submit(audio_duration=1), client.submit(audio_duration=1)
        time.sleep(0.1)
        stats = client.http.get("/v1/stats").json()["data"]
        waiting = client.ask(second)[0]
        client.wait(second)
        both = [item["status"] for item in client.ask(first, second)]

    jobs = stats["jobs"]
    assert (2, 1, 1) == (jobs["total"], jobs["queued"], jobs["running"])
    assert "queued" == json.loads(waiting["result"])[0]["stage"]
    assert [1, 1] == both


def test_the_stats_count_what_was_done(band: Open) -> None:
    with band("silent-failure:1") as client:
        before = client.http.get("/v1/stats").json()["data"]
        for _ in range(2):
            client.wait(client.submit(audio_duration=1))
        after = client.http.get("/v1/stats").json()["data"]

    assert (5.0, 200) == (before["avg_job_seconds"], before["queue_maxsize"])
    assert {"total": 2, "queued": 0, "running": 0, "succeeded": 1, "failed": 1} == after["jobs"]
    assert 0 < after["avg_job_seconds"] < 5


def test_a_full_queue_refuses_more(band: Open) -> None:
    with band(speed=5, queue_size=1) as client:
        client.submit()
        time.sleep(0.05)  # until the worker has taken the first one
        client.submit()
        answer = client.http.post("/release_task", json=GIG)

    assert (429, {"detail": "Server busy: queue is full"}) == (answer.status_code, answer.json())


def test_an_unknown_task_looks_like_a_waiting_one_without_anything_in_it(band: Open) -> None:
    with band() as client:
        assert [{"task_id": "nope", "result": "[]", "status": 0}] == client.ask("nope")


def test_the_same_parameters_and_seed_give_the_same_bytes_under_the_same_name(band: Open) -> None:
    with band() as client:
        one, two = (client.wait(client.submit(audio_duration=2))["result"][0]["file"] for _ in range(2))
        other = client.wait(client.submit(audio_duration=2, seed=8))["result"][0]["file"]
        sound = {url: client.http.get(url).content for url in (one, other)}

    assert one == two != other
    assert sound[one] != sound[other]


def test_a_seed_is_ignored_while_random_seeds_are_on(band: Open) -> None:
    with band() as client:
        takes = [client.wait(client.submit(audio_duration=1, use_random_seed=True)) for _ in range(2)]

    assert 2 == len({take["result"][0]["seed_value"] for take in takes})


def test_a_batch_brings_so_many_takes(band: Open) -> None:
    with band() as client:
        result = client.wait(client.submit(audio_duration=1, batch_size=2))["result"]

    assert 2 == len({take["file"] for take in result})
    assert result[0]["seed_value"].startswith("7,")


@pytest.mark.parametrize(
    ("audio_format", "magic", "mime"),
    [
        ("mp3", b"\xff\xfb", "audio/mpeg"),
        ("wav", b"RIFF", "audio/x-wav"),
        ("flac", b"fLaC", "audio/flac"),
        ("ogg", b"fLaC", "audio/flac"),
    ],
)
def test_formats_are_what_they_are_called(band: Open, audio_format: str, magic: bytes, mime: str) -> None:
    with band() as client:
        done = client.wait(client.submit(audio_duration=2, audio_format=audio_format))
        answer = client.http.get(done["result"][0]["file"])

    assert answer.content.startswith(magic)
    assert mime.split("/", maxsplit=1)[0] == answer.headers["content-type"].split("/")[0]


def test_an_mp3_keeps_length_and_ceiling(band: Open) -> None:
    with band() as client:
        samples, rate = decoded(client.play(audio_format="mp3"))

    assert 0 <= len(samples) / rate - 4 < 0.05
    assert np.abs(samples).max() < 10 ** (-1 / 20)


def test_health_and_models_tell_what_is_loaded(band: Open) -> None:
    with band() as client:
        health = client.http.get("/health").json()["data"]
        models = client.http.get("/v1/models").json()

    assert ("ok", "ACE-Step API", True) == (health["status"], health["service"], health["llm_initialized"])
    assert "acestep/rehearsal-band" == models["data"][0]["id"]


def test_format_input_gives_the_words_back(band: Open) -> None:
    with band() as client:
        told = client.http.post("/format_input", json={"prompt": "punk", "param_obj": {"bpm": 99}}).json()[
            "data"
        ]

    assert ("punk", 99) == (told["caption"], told["bpm"])


def test_a_key_guards_everything_but_health(band: Open) -> None:
    with band(key="secret") as client:
        bare = [client.http.get(path).status_code for path in ("/health", "/v1/stats", "/v1/models")]
        wrong = client.http.post("/release_task", json=GIG, headers={"authorization": "Bearer no"})
        right = client.http.post("/release_task", json=GIG, headers={"authorization": "Bearer secret"})

    assert [200, 401, 401] == bare
    assert (401, "Invalid API key", 200) == (wrong.status_code, wrong.json()["detail"], right.status_code)


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[1]", "application/json", 400),
        (b"plain words", "text/plain", 415),
        (b"audio_duration=1&prompt=punk", "application/x-www-form-urlencoded", 200),
        (b'{"audio_duration": 1}', "text/plain", 200),
    ],
)
@pytest.mark.parametrize("path", ["/release_task", "/query_result", "/format_input"])
def test_bodies_are_json_or_forms(band: Open, content: bytes, kind: str, status: int, path: str) -> None:
    with band() as client:
        answer = client.http.post(path, content=content, headers={"content-type": kind})

    assert status == answer.status_code


@pytest.mark.parametrize(
    ("asked", "status"), [("/etc/hostname", 403), ("{folder}/none.mp3", 404), (None, 422)]
)
def test_only_files_of_the_band_are_given_out(band: Open, asked: str | None, status: int) -> None:
    with band() as client:
        url = client.wait(client.submit(audio_duration=1))["result"][0]["file"]
        folder = str(Path(parse_qs(urlsplit(url).query)["path"][0]).parent)
        params = {} if asked is None else {"path": asked.format(folder=folder)}
        answer = client.http.get("/v1/audio", params=params)

    assert status == answer.status_code
    assert "detail" in answer.json()


# What the server understands -------------------------------------------------------------------------------


def test_aliases_and_nested_parameters_are_understood() -> None:
    wanted = commission.read(
        {"caption": "punk", "param_obj": '{"duration": "33.5", "keyScale": "E minor"}', "metas": {"bpm": 90}}
    )

    assert ("punk", 33.5, "E minor", 90) == (wanted.prompt, wanted.duration_s, wanted.key_scale, wanted.bpm)


@pytest.mark.parametrize("nonsense", ["fast", None, "nan", "1e99", [], {"a": 1}])
def test_numbers_that_cannot_be_read_become_the_defaults(nonsense: object) -> None:
    wanted = commission.read({"bpm": nonsense, "batch_size": nonsense, "audio_duration": 20})

    assert (0, 2) == (wanted.bpm, wanted.takes)


def test_a_missing_duration_is_chosen_by_the_dice() -> None:
    lengths = {commission.read({"seed": seed, "use_random_seed": False}).duration_s for seed in range(5)}

    assert 5 == len(lengths)
    assert all(10 <= length <= 120 for length in lengths)


def test_the_longest_song_has_ten_minutes_and_the_largest_batch_eight_takes() -> None:
    wanted = commission.read({"audio_duration": 5000, "batch_size": 99})

    assert (600.0, 8) == (wanted.duration_s, wanted.takes)


@pytest.mark.parametrize(("sent", "meter"), [("4/4", "4"), ("6/8", "6"), (3, "3"), (None, "")])
def test_the_meter_is_its_upper_number(sent: object, meter: str) -> None:
    assert meter == commission.read({"time_signature": sent}).time_signature


@pytest.mark.parametrize(
    ("sent", "ids"),
    [(["a", 1], ("a", "1")), ('["a"]', ("a",)), ("a", ()), (None, ()), ('{"a": 1}', ())],
)
def test_the_list_of_ids_may_be_a_json_string(sent: object, ids: tuple[str, ...]) -> None:
    assert ids == commission.ids({"task_id_list": sent})


def test_a_nested_object_that_is_no_json_is_passed_over() -> None:
    assert 0 == commission.read({"param_obj": "{", "metas": "[1]"}).bpm


def test_a_task_that_cannot_be_written_fails_and_says_why(tmp_path: Path) -> None:
    wanted = commission.read({**GIG, "audio_duration": 1, "audio_format": "mp3"})

    with TaskQueue(tmp_path / "gone", FaultPlan()) as tasks:
        ids = [tasks.submit(wanted)[0].id for _ in range(2)]
        while any((task := tasks.find(task_id)) is None or not task.status for task_id in ids):
            time.sleep(0.01)
        errors = [task.error for task_id in ids if (task := tasks.find(task_id))]

    assert 2 == len(errors)
    assert all("No such file" in error for error in errors)


# Faults --------------------------------------------------------------------------------------------------


def test_a_lost_task_is_never_heard_of_again(band: Open) -> None:
    with band("lost-task:1") as client:
        lost, kept = client.submit(audio_duration=1), client.submit(audio_duration=1)
        client.wait(kept)

        assert {"task_id": lost, "result": "[]", "status": 0} == client.ask(lost)[0]


@pytest.mark.parametrize("fault", ["no-file", "mp3-broken"])
def test_success_without_a_file(band: Open, fault: str) -> None:
    with band(fault) as client:
        done = client.wait(client.submit(audio_duration=1, audio_format="mp3"))

    assert (1, "") == (done["status"], done["result"][0]["file"])


def test_a_broken_mp3_export_leaves_other_formats_alone(band: Open) -> None:
    with band("mp3-broken") as client:
        assert client.play(audio_duration=1, audio_format="wav").startswith(b"RIFF")


@pytest.mark.parametrize(("fault", "changes"), [("silent-failure", {}), ("no-lm", {"thinking": True})])
def test_a_failure_without_a_reason(band: Open, fault: str, changes: dict[str, Any]) -> None:
    with band(fault) as client:
        done = client.wait(client.submit(audio_duration=1, **changes))

    (inner,) = done["result"]
    assert (2, 2, "failed", "") == (done["status"], inner["status"], inner["stage"], inner["file"])
    assert "error" not in inner


def test_a_server_without_a_language_model_says_so_elsewhere_and_plays_without_thinking(band: Open) -> None:
    with band("no-lm") as client:
        polish = client.http.post("/format_input", json={})
        health = client.http.get("/health").json()["data"]
        done = client.wait(client.submit(audio_duration=1))

    assert (503, False, 1) == (polish.status_code, health["llm_initialized"], done["status"])


def test_memory_is_short_for_songs_as_long_as_the_first_and_enough_for_shorter_ones(band: Open) -> None:
    with band("oom") as client:
        results = [client.wait(client.submit(audio_duration=seconds)) for seconds in (2, 2.5, 1)]

    assert [2, 2, 1] == [result["status"] for result in results]
    assert "out of memory" in results[0]["result"][0]["error"]


@pytest.mark.parametrize(
    ("fault", "start"),
    [("foreign-url", "http://elsewhere.invalid/"), ("hostile-path", "/v1/audio?path=%2F..%2F")],
)
def test_files_that_no_client_should_fetch(band: Open, fault: str, start: str) -> None:
    with band(fault) as client:
        assert client.wait(client.submit(audio_duration=1))["result"][0]["file"].startswith(start)


def test_a_hostile_path_is_not_served_either(band: Open) -> None:
    with band("hostile-path") as client:
        url = client.wait(client.submit(audio_duration=1))["result"][0]["file"]

        assert 403 == client.http.get(url).status_code


def test_a_stuck_task_never_finishes_and_does_not_keep_the_studio_open(band: Open) -> None:
    before = set(threading.enumerate())

    with band("stuck") as client:
        task_id = client.submit(audio_duration=1)
        time.sleep(0.3)
        (inner,) = json.loads(client.ask(task_id)[0]["result"])

    assert (0, 0.5) == (inner["status"], inner["progress"])
    assert set() == set(threading.enumerate()) - before


def test_half_the_asked_length(band: Open) -> None:
    with band("wrong-length") as client:
        samples, rate = decoded(client.play(audio_duration=4))

    assert 2.0 == len(samples) / rate


def test_silence_of_full_length(band: Open) -> None:
    with band("silence") as client:
        samples, rate = decoded(client.play(audio_duration=3))

    assert 3.0 == len(samples) / rate
    assert not samples.any()


def test_noise_of_full_length(band: Open) -> None:
    with band("noise") as client:
        samples, rate = decoded(client.play(audio_duration=2))

    power = np.abs(np.fft.rfft(samples[:, 0])) ** 2
    flatness = np.exp(np.log(power[10:]).mean()) / power[10:].mean()
    assert 2.0 == len(samples) / rate
    assert flatness > 0.5


@pytest.mark.parametrize(("asked", "magic"), [("mp3", b"RIFF"), ("wav", b"fLaC")])
def test_a_file_that_holds_something_else_than_its_name_says(band: Open, asked: str, magic: bytes) -> None:
    with band("wrong-type") as client:
        done = client.wait(client.submit(audio_duration=1, audio_format=asked))
        url = done["result"][0]["file"]

        assert url.endswith(asked)
        assert client.http.get(url).content.startswith(magic)


def test_a_download_that_breaks_off_half_way(band: Open) -> None:
    got: list[bytes] = []

    def drain(answer: httpx.Response) -> None:
        for piece in answer.iter_bytes():
            got.append(piece)  # noqa: PERF402 -- what came before the break counts

    with band("truncated-download:1") as client:
        url = client.wait(client.submit())["result"][0]["file"]
        with client.http.stream("GET", url) as answer, pytest.raises(httpx.TransportError):
            drain(answer)
        whole = client.http.get(url).content

    assert 0 < len(b"".join(got)) < len(whole) == int(answer.headers["content-length"])


def test_a_web_page_instead_of_audio(band: Open) -> None:
    with band("html-download") as client:
        assert client.play(audio_duration=1).startswith(b"<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("fault", "status", "content"),
    [
        ("band-401", 401, "Invalid API key"),
        ("band-429", 429, "queue is full"),
        ("band-500", 500, "Internal Server Error"),
        ("band-html", 200, "<h1>It works!</h1>"),
        ("soft-error", 200, '"code":500'),
    ],
)
def test_a_task_that_is_not_taken(band: Open, fault: str, status: int, content: str) -> None:
    with band(f"{fault}:1") as client:
        refused = client.http.post("/release_task", json=GIG)
        taken = client.http.post("/release_task", json=GIG)

    assert (status, True) == (refused.status_code, content in refused.text)
    assert 200 == taken.json()["code"]


def test_health_stays_open_while_the_key_is_refused(band: Open) -> None:
    with band("band-401") as client:
        assert 200 == client.http.get("/health").status_code


def test_a_lost_receipt_leaves_the_task_in_the_queue(band: Open) -> None:
    with band("lost-receipt:1") as client:
        with pytest.raises(httpx.TransportError):
            client.submit(audio_duration=1)

        assert 1 == client.http.get("/v1/stats").json()["data"]["jobs"]["total"]


def test_a_connection_that_dies_in_the_middle_of_a_poll(band: Open) -> None:
    with band("dies:1") as client:
        task_id = client.submit(audio_duration=1)
        with pytest.raises(httpx.TransportError):
            client.ask(task_id)

        assert 1 == client.wait(task_id)["status"]


def test_a_slow_start_holds_every_request_until_the_models_are_loaded(band: Open) -> None:
    with band("slow-start", slow_s=0.6) as client:
        with pytest.raises(httpx.ReadTimeout):
            client.http.get("/health", timeout=0.1)
        answer = client.http.get("/health")

    assert "ok" == answer.json()["data"]["status"]
