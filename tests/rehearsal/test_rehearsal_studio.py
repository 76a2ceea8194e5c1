"""The studio opens quickly, closes without a trace and stays quiet."""

import logging
import socket
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from pipeline.errors import InputError
from pipeline.rehearsal.loopback import HOST
from pipeline.rehearsal.studio import RehearsalStudio
from tests.rehearsal.conftest import GIG, Band


def free_port() -> int:
    with socket.create_server((HOST, 0)) as listener:
        return int(listener.getsockname()[1])


def test_both_servers_are_on_loopback_on_ports_of_their_own() -> None:
    with RehearsalStudio() as studio:
        writer, band = urlsplit(studio.writer_url), urlsplit(studio.band_url)

    assert (HOST, HOST) == (writer.hostname, band.hostname)
    assert writer.port != band.port
    assert "/v1" == writer.path


def test_the_ports_can_be_chosen() -> None:
    port = free_port()

    with RehearsalStudio(band_port=port) as studio:
        assert f"http://{HOST}:{port}" == studio.band_url
        assert 200 == httpx.get(f"{studio.band_url}/health", trust_env=False).status_code


def test_a_taken_port_is_refused_and_nothing_stays_open() -> None:
    before = threading.active_count()

    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"port {port}"), RehearsalStudio(band_port=port):
            pass

    assert before == threading.active_count()


def test_an_unknown_fault_is_refused_before_anything_starts() -> None:
    with pytest.raises(InputError, match="no fault called"):
        RehearsalStudio(faults=("nonsense",))


def test_the_studio_opens_in_less_than_half_a_second() -> None:
    started = time.monotonic()

    with RehearsalStudio():
        assert time.monotonic() - started < 0.5


def test_no_thread_port_or_file_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = set(threading.enumerate())

    with RehearsalStudio() as studio:
        client = Band(studio)
        with client.http:
            client.play(audio_duration=1)
        ports = [urlsplit(url).port for url in (studio.writer_url, studio.band_url)]

    assert before == set(threading.enumerate())
    assert [] == [name for name in tmp_path.iterdir() if name.name.startswith("songpipe-rehearsal")]
    for port in ports:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((HOST, port or 0), timeout=1)


def test_a_studio_closes_while_it_plays_and_while_a_client_waits() -> None:
    with RehearsalStudio(speed=600, faults=("slow-start",), slow_s=600) as studio:
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{studio.band_url}/release_task", json=GIG, timeout=0.1, trust_env=False)
        started = time.monotonic()

    assert time.monotonic() - started < 3


def test_a_studio_does_not_play_a_long_song_to_its_end_when_it_closes() -> None:
    with RehearsalStudio() as studio:
        client = Band(studio)
        with client.http:
            task_id = client.submit(audio_duration=600, audio_format="mp3")
            while client.ask(task_id)[0]["progress_text"] != "Decoding audio...":
                time.sleep(0.01)
        started = time.monotonic()

    assert time.monotonic() - started < 2


def test_a_second_studio_can_be_open_at_the_same_time() -> None:
    with RehearsalStudio() as one, RehearsalStudio() as two:
        answers = [httpx.get(f"{studio.band_url}/health", trust_env=False) for studio in (one, two)]

    assert [200, 200] == [answer.status_code for answer in answers]


def test_the_servers_say_nothing(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    caplog.set_level(logging.INFO)

    with (
        RehearsalStudio(faults=("dies:1",)) as studio,
        httpx.Client(base_url=studio.band_url, trust_env=False) as http,
    ):
        http.get("/nowhere")
        with pytest.raises(httpx.TransportError):
            http.post("/query_result", json={"task_id_list": []})

    assert [] == [record for record in caplog.records if record.name.startswith("uvicorn")]
    assert ("", "") == capfd.readouterr()
