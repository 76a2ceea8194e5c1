"""The download: whole or not at all, and proven to be audio."""

import time as real
from pathlib import Path

import httpx
import pytest

from pipeline.acestep import faults
from pipeline.acestep.deadlines import Deadlines
from pipeline.acestep.download import Downloads, Unusable
from pipeline.acestep.wire import Wire
from pipeline.errors import BandError, ShelfError
from pipeline.take import Trouble
from tests.fakes.acestep_server import FLAC, MP3, WAV, FakeAceStep, Reply
from tests.fakes.acestep_world import Time

PLACE = "/v1/audio?path=%2Fmusic%2Fa%2Bb%5Cc%20d.mp3"
OPUS = b"OggS" + bytes(24) + b"OpusHead" + bytes(2000)


def fetch(
    server: FakeAceStep, folder: Path, reference: str = PLACE, time: Time | None = None, **limits: int
) -> Path:
    time = time or Time()
    deadlines = Deadlines(answer_s=0.5, download_s=0.3, **limits)
    with Wire(server.url, "sk-hunter2", deadlines, transport=None, clock=real.monotonic) as wire:
        downloads = Downloads(wire, deadlines, clock=real.monotonic, sleep=time.sleep)
        return downloads.fetch(reference, folder, "take-1").file


@pytest.mark.parametrize(
    ("content", "name"),
    [(MP3, "take-1.mp3"), (WAV, "take-1.wav"), (FLAC, "take-1.flac"), (OPUS, "take-1.opus")],
)
def test_the_extension_follows_the_content_and_never_the_server(
    server: FakeAceStep, folder: Path, content: bytes, name: str
) -> None:
    server.reply("/v1/audio", Reply(body=content, headers={"content-type": "audio/mpeg"}))

    file = fetch(server, folder)

    assert name == file.name
    assert content == file.read_bytes()
    assert [file] == list(folder.iterdir())


def test_an_address_is_asked_for_letter_by_letter_as_the_server_gave_it(
    server: FakeAceStep, folder: Path
) -> None:
    server.reply("/v1/audio", Reply(body=MP3))

    fetch(server, folder)

    assert PLACE == server.seen[0].target


def test_an_earlier_file_of_that_name_is_replaced(server: FakeAceStep, folder: Path) -> None:
    (folder / "take-1.mp3").write_bytes(b"old")
    server.reply("/v1/audio", Reply(body=MP3))

    assert MP3 == fetch(server, folder).read_bytes()


@pytest.mark.parametrize(
    ("reply", "word", "trouble"),
    [
        (Reply(body={"detail": "Audio file not found"}), "JSON", Trouble.EXPORT),
        (Reply(body=b"<html>" + bytes(5000)), "the download was a web page, not audio", Trouble.FAILED),
        (Reply(body=b""), "empty", Trouble.EXPORT),
        (Reply(body=b"noise" * 1000), "no audio", Trouble.EXPORT),
        (Reply(body=MP3[:100]), "100 bytes", Trouble.EXPORT),
        (Reply(body=MP3 * 3), "larger than", Trouble.EXPORT),
        (
            Reply(403, {"detail": "Access denied"}),
            r"refused to hand out the file \(HTTP 403\)",
            Trouble.FAILED,
        ),
        (Reply(404, {"detail": "not found"}), "no longer has the file", Trouble.LOST),
        (Reply(410, {"detail": "gone"}), "no longer has the file", Trouble.LOST),
    ],
)
def test_what_is_no_audio_is_refused_and_leaves_nothing_behind(
    server: FakeAceStep, folder: Path, reply: Reply, word: str, trouble: Trouble
) -> None:
    server.reply("/v1/audio", reply)

    with pytest.raises(Unusable, match=word) as caught:
        fetch(server, folder, largest_file=10_000)

    assert trouble is caught.value.trouble
    assert [] == list(folder.iterdir())
    assert 1 == len(server.seen)


def test_a_file_without_an_end_is_cut_off_where_it_grows_too_large(server: FakeAceStep, folder: Path) -> None:
    chunk = f"{len(MP3):x}\r\n".encode() + MP3 + b"\r\n"
    server.reply(
        "/v1/audio", Reply(body=chunk * 100 + b"0\r\n\r\n", headers={"transfer-encoding": "chunked"})
    )

    with pytest.raises(Unusable, match="larger than"):
        fetch(server, folder, largest_file=100_000)


def test_a_file_of_unannounced_length_is_fine(server: FakeAceStep, folder: Path) -> None:
    body = f"{len(MP3):x}\r\n".encode() + MP3 + b"\r\n0\r\n\r\n"
    server.reply("/v1/audio", Reply(body=body, headers={"transfer-encoding": "chunked"}))

    assert MP3 == fetch(server, folder).read_bytes()


@pytest.mark.parametrize(
    "reply", [Reply(drop=True), Reply(body=MP3, cut=True), Reply(500, b""), Reply(429, b""), Reply(delay_s=5)]
)
def test_a_broken_download_is_tried_three_times(server: FakeAceStep, folder: Path, reply: Reply) -> None:
    server.reply("/v1/audio", reply, reply, Reply(body=MP3))
    time = Time()

    assert MP3 == fetch(server, folder, time=time).read_bytes()
    assert [2.0, 4.0] == time.naps


def test_a_download_that_stays_broken_is_given_up_and_leaves_nothing_behind(
    server: FakeAceStep, folder: Path
) -> None:
    server.reply("/v1/audio", *[Reply(body=MP3, cut=True)] * 9)

    with pytest.raises(BandError) as caught:
        fetch(server, folder)

    sent, announced = len(MP3), 2 * len(MP3)
    assert (
        f"the download stopped at {sent} of {announced} bytes and was tried 3 times" in caught.value.message
    )
    assert "asks for the file again" in caught.value.hint
    assert 3 == len(server.seen)
    assert [] == list(folder.iterdir())


def test_a_download_that_drips_is_given_up(server: FakeAceStep, folder: Path) -> None:
    server.reply("/v1/audio", *[Reply(body=MP3, drip_s=0.2)] * 3)

    with pytest.raises(BandError, match="too slowly: the download stopped at"):
        fetch(server, folder)


def test_a_download_that_never_begins_says_why_and_how_often_it_was_tried(
    server: FakeAceStep, folder: Path
) -> None:
    server.reply("/v1/audio", *[Reply(500, b"")] * 3)

    with pytest.raises(BandError) as caught:
        fetch(server, folder)

    assert caught.value.message.endswith("(HTTP 500): the download was tried 3 times")


def test_a_download_of_unannounced_length_tells_what_came_of_it(server: FakeAceStep, folder: Path) -> None:
    chunk = f"{len(MP3):x}\r\n".encode() + MP3 + b"\r\n"
    broken = Reply(body=chunk + b"no size", headers={"transfer-encoding": "chunked"})
    server.reply("/v1/audio", *[broken] * 3)

    with pytest.raises(BandError, match=f"stopped at {len(MP3)} bytes and was tried 3 times"):
        fetch(server, folder)


def test_a_refused_key_is_told(server: FakeAceStep, folder: Path) -> None:
    server.reply("/v1/audio", Reply(401, {"detail": "Missing Authorization header"}))

    with pytest.raises(faults.KeyRefused) as caught:
        fetch(server, folder)

    assert "ACESTEP_API_KEY" in caught.value.hint


def test_a_redirect_on_the_same_server_is_followed(server: FakeAceStep, folder: Path) -> None:
    server.reply("/v1/audio", Reply(307, headers={"location": "/files/a.mp3"}))
    server.reply("/files/a.mp3", Reply(body=MP3))

    assert MP3 == fetch(server, folder).read_bytes()


@pytest.mark.parametrize(
    "location", ["http://evil.example/a.mp3", "//evil.example/a.mp3", "{url}@evil.example/a.mp3"]
)
def test_a_redirect_to_another_host_is_not_followed(server: FakeAceStep, folder: Path, location: str) -> None:
    server.reply("/v1/audio", Reply(302, headers={"location": location.format(url=server.url)}))

    with pytest.raises(faults.NotAceStep, match="another host"):
        fetch(server, folder)

    assert 1 == len(server.seen)


def test_redirects_come_to_an_end(server: FakeAceStep, folder: Path) -> None:
    server.reply("/v1/audio", *[Reply(302, headers={"location": PLACE})] * 9)

    with pytest.raises(faults.NotAceStep, match="for ever"):
        fetch(server, folder)


def test_a_full_disk_is_a_fault_of_the_disk(server: FakeAceStep, folder: Path) -> None:
    server.reply("/v1/audio", Reply(body=MP3))

    with pytest.raises(ShelfError) as caught:
        fetch(server, folder / "missing")

    assert "missing" in caught.value.message
    assert "room" in caught.value.hint


def test_a_file_shorter_than_announced_is_not_taken_even_from_a_lenient_transport(folder: Path) -> None:
    def short(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-length": "9999"}, stream=httpx.ByteStream(MP3))

    time, limits = Time(), Deadlines()
    with Wire(
        "http://127.0.0.1:1", "", limits, transport=httpx.MockTransport(short), clock=time.clock
    ) as wire:
        downloads = Downloads(wire, limits, clock=time.clock, sleep=time.sleep)
        with pytest.raises(BandError, match=r"ended the download early: .* 4004 of 9999 bytes"):
            downloads.fetch(PLACE, folder, "take-1")

    assert [] == list(folder.iterdir())


def test_a_length_that_is_no_number_is_not_believed(server: FakeAceStep, folder: Path) -> None:
    server.reply("/v1/audio", *[Reply(body=MP3, headers={"content-length": "many"})] * 3)

    with pytest.raises(BandError):
        fetch(server, folder)


@pytest.mark.parametrize(
    ("headers", "age_s"),
    [
        ({"last-modified": "Sat, 21 Nov 2026 10:00:00 GMT", "date": "Sat, 21 Nov 2026 10:00:07 GMT"}, 7.0),
        ({"last-modified": "Sat, 21 Nov 2026 10:00:07 GMT", "date": "Sat, 21 Nov 2026 10:00:00 GMT"}, None),
        ({"last-modified": "Sat, 21 Nov 2026 10:00:00", "date": "Sat, 21 Nov 2026 10:00:07 GMT"}, None),
        ({"last-modified": "yesterday", "date": "Sat, 21 Nov 2026 10:00:07 GMT"}, None),
        ({"last-modified": "Sat, 21 Nov 2026 10:00:00 GMT"}, None),
    ],
)
def test_the_age_of_a_file_is_told_by_the_servers_own_clock_or_not_at_all(
    folder: Path, headers: dict[str, str], age_s: float | None
) -> None:
    def handle(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=iter([MP3]), headers=headers)

    deadlines = Deadlines()
    with Wire(
        "http://band", "", deadlines, transport=httpx.MockTransport(handle), clock=real.monotonic
    ) as wire:
        downloads = Downloads(wire, deadlines, clock=real.monotonic, sleep=Time().sleep)
        assert age_s == downloads.fetch(PLACE, folder, "take-1").age_s
