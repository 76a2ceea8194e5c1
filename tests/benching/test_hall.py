"""The hall speaks both wires, takes exactly the time it was told to, and remembers what it saw."""

import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from pipeline.writing import parse
from tests.benching import batches
from tests.benching.batches import Load
from tests.benching.booking import Hall

SONGPIPE = Path(sys.executable).with_name("songpipe")


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=10) as client:
        yield client


def submit(http: httpx.Client, url: str) -> str:
    job = {"prompt": "piano", "lyrics": "[Verse]\nla", "audio_duration": 10, "batch_size": 1}
    return str(http.post(f"{url}/release_task", json=job).json()["data"]["task_id"])


def ask(http: httpx.Client, url: str, *task_ids: str) -> list[dict[str, Any]]:
    answer = http.post(f"{url}/query_result", json={"task_id_list": task_ids}).json()
    return [{**item, "result": json.loads(item["result"])} for item in answer["data"]]


def client(hall: Hall) -> openai.OpenAI:
    return openai.OpenAI(base_url=hall.writer_url, api_key="none", max_retries=0)


def ordered(brief: str) -> Any:
    return [{"role": "user", "content": f"Write a song of 60 seconds.\nBrief: {brief}"}]


def test_a_job_ends_exactly_on_time_and_hands_out_the_song(
    hall: Hall, http: httpx.Client, sound: Path
) -> None:
    url = hall.band_urls[0]
    task_id = submit(http, url)
    early = ask(http, url, task_id, "nobody")
    time.sleep(0.55)

    done = ask(http, url, task_id)[0]
    got = http.get(url + done["result"][0]["file"])

    assert [0, 0] == [item["status"] for item in early]
    assert [] == early[1]["result"]
    assert 0 < early[0]["result"][0]["progress"] < 1
    assert 1 == done["status"]
    assert sound.read_bytes() == got.content
    job = hall.report().bands[0].jobs[0]
    assert 0.5 == pytest.approx(job.end - job.submitted, abs=1e-5)


def test_servers_are_serial_but_do_not_wait_for_each_other(hall: Hall, http: httpx.Client) -> None:
    for url in (hall.band_urls[0], hall.band_urls[0], hall.band_urls[1]):
        submit(http, url)

    first, second = hall.report().bands

    assert first.jobs[1].start == first.jobs[0].end
    assert second.jobs[0].start < first.jobs[0].end
    assert 1.0 == pytest.approx(first.busy)


def test_requests_are_counted_by_server_and_time(hall: Hall, http: httpx.Client) -> None:
    begin = time.time()
    for path in ("/health", "/v1/stats", "/v1/stats", "/nonsense"):
        http.get(hall.band_urls[0] + path)

    asked, idle = hall.report().bands

    assert {"/health": 1, "/v1/stats": 2, "/nonsense": 1} == {
        path: len(at) for path, at in asked.requests.items()
    }
    assert 4 == asked.asked_between(begin - 1, time.time() + 1)
    assert 0 == asked.asked_between(begin - 2, begin - 1)
    assert {} == idle.requests


def test_what_no_server_knows_is_refused(hall: Hall, http: httpx.Client) -> None:
    unknown = http.get(f"{hall.band_urls[0]}/nonsense")
    malformed = http.post(f"{hall.band_urls[0]}/release_task", content=b"{")
    modelless = http.post(f"{hall.writer_url}/chat/completions", json={"messages": []})
    lost = http.post(f"{hall.writer_url}/embeddings", json={})

    assert [404, 400, 400, 404] == [answer.status_code for answer in (unknown, malformed, modelless, lost)]


def test_a_draft_streams_for_as_long_as_it_takes(hall: Hall) -> None:
    with client(hall) as writer:
        begin = time.monotonic()
        chunks = list(writer.chat.completions.create(model="any", messages=ordered("rain"), stream=True))
        took = time.monotonic() - begin
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)

    song = parse.song(text).song

    assert took >= 0.2
    assert "Crossing 1" == song.title
    assert {"Verse 1", "Chorus"} <= {section.tag for section in song.sections}


def test_drafts_are_written_side_by_side_and_differ_in_title(hall: Hall) -> None:
    with client(hall) as writer, ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(
                lambda n: writer.chat.completions.create(model="any", messages=ordered(str(n))), range(8)
            )
        )
    titles = {parse.song(answer.choices[0].message.content or "").song.title for answer in answers}

    assert {f"Crossing {number}" for number in range(1, 9)} == titles
    calls = hall.report().calls
    assert 8 == len(calls)
    assert max(calls) - min(calls) < 7 * 0.2


def test_later_drafts_may_take_longer(sound: Path) -> None:
    with Hall(sound, [0.1], 0.0, stagger_s=0.3) as hall, client(hall) as writer:
        writer.chat.completions.create(model="any", messages=ordered("rain"))
        begin = time.monotonic()
        writer.chat.completions.create(model="any", messages=ordered("snow"))
        took = time.monotonic() - begin

    assert took >= 0.3


def test_a_hall_costs_next_to_nothing_while_all_its_servers_play(sound: Path, http: httpx.Client) -> None:
    with Hall(sound, [5.0] * 32, 1.0) as hall:
        for url in hall.band_urls:
            submit(http, url)
        before = hall.report().cpu_s
        time.sleep(0.5)

        cost = hall.report().cpu_s - before

    assert cost < 0.1


def test_songpipe_makes_a_song_there_at_the_first_attempt(hall: Hall, tmp_path: Path) -> None:
    load = Load(1, 1, 10.0, 100.0)

    batches.single(SONGPIPE, "the night ferry", hall, hall.band_urls[1], load, tmp_path / "run")
    report = hall.report()
    delays = batches.shelf_delays(tmp_path / "run" / "shelf", report)

    assert 1 == len(report.calls)
    assert [0, 1] == [len(band.jobs) for band in report.bands]
    assert 1 == len(delays)
    assert 0 < delays[0] < 10
    assert 0 <= batches.poll_gap(report) <= delays[0]
