"""Addresses: the server's own, and those it names."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.acestep.addresses import Elsewhere, audio, is_loopback, normal
from pipeline.errors import SettingsError

HOME = "http://music.lan:8000"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("http://music.lan:8000/", "http://music.lan:8000"),
        (" music.lan:8000 ", "http://music.lan:8000"),
        ("https://music.lan/ace//", "https://music.lan/ace"),
        ("[::1]:8001", "http://[::1]:8001"),
    ],
)
def test_an_address_is_made_uniform(typed: str, expected: str) -> None:
    assert expected == normal(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "http://",
        "ftp://music.lan",
        "http://music.lan:port",
        "http://music.lan:99999999",
        "http://a b",
        "http://[::1",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(SettingsError):
        normal(typed)


def test_a_password_in_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(SettingsError) as caught:
        normal("http://me:hunter2@music.lan:8000")

    assert "hunter2" not in caught.value.message + caught.value.hint


def test_a_query_in_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(SettingsError) as caught:
        normal("http://music.lan:8000?key=hunter2")

    assert "hunter2" not in caught.value.message


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost:8000", True),
        ("http://[::1]", True),
        ("http://music.lan", False),
        ("http://[::1", False),
    ],
)
def test_loopback_is_told_from_the_network(url: str, expected: bool) -> None:
    assert expected is is_loopback(url)


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("/v1/audio?path=%2Ftmp%2Fa%5Cb.mp3", f"{HOME}/v1/audio?path=%2Ftmp%2Fa%5Cb.mp3"),
        ("/v1/audio?path=/tmp/a+b.mp3", f"{HOME}/v1/audio?path=/tmp/a+b.mp3"),
        ("/music/api audio/a.mp3", f"{HOME}/v1/audio?path=%2Fmusic%2Fapi%20audio%2Fa.mp3"),
        ("C:\\music\\a.mp3", f"{HOME}/v1/audio?path=C%3A%5Cmusic%5Ca.mp3"),
        ("http://0.0.0.0:8001/v1/audio?path=%2Fa.mp3", f"{HOME}/v1/audio?path=%2Fa.mp3"),
        ("http://127.0.0.1:8001/v1/audio?path=%2Fa.mp3", f"{HOME}/v1/audio?path=%2Fa.mp3"),
        ("HTTP://localhost/a.mp3", f"{HOME}/a.mp3"),
        ("http://MUSIC.lan:9/v1/audio?path=%2Fa.mp3", f"{HOME}/v1/audio?path=%2Fa.mp3"),
        ("http://127.0.0.1", f"{HOME}/"),
        ("//evil.example/v1/audio?path=x", f"{HOME}//evil.example/v1/audio?path=x"),
        ("ftp://evil.example/a.mp3", f"{HOME}/v1/audio?path=ftp%3A%2F%2Fevil.example%2Fa.mp3"),
    ],
)
def test_an_audio_file_is_asked_for_as_the_server_wrote_it(reference: str, expected: str) -> None:
    assert expected == audio(HOME, reference)


def test_a_path_prefix_is_kept_and_not_doubled() -> None:
    home = "http://music.lan/ace"

    assert f"{home}/v1/audio?path=%2Fa" == audio(home, "/v1/audio?path=%2Fa")
    assert f"{home}/v1/audio?path=%2Fa" == audio(home, "http://127.0.0.1/ace/v1/audio?path=%2Fa")


@pytest.mark.parametrize(
    "reference",
    [
        "http://evil.example/v1/audio?path=%2Fa.mp3",
        "https://127.0.0.1@evil.example/a.mp3",
        "http://127.0.0.1.evil.example/a.mp3",
        "http://[::1/a.mp3",
        "http:///a.mp3",
        "/v1/audio?path=a\r\nHost: evil.example",
        "/v1/audio?path=\ud800",
        "/" + "a" * 9000,
    ],
)
def test_a_file_elsewhere_is_refused(reference: str) -> None:
    with pytest.raises(Elsewhere):
        audio(HOME, reference)


@given(st.text(max_size=60) | st.text(alphabet="htp:/@.127evil\\?path=#[]", max_size=60))
def test_no_reference_leads_to_another_host(reference: str) -> None:
    try:
        url = audio(HOME, reference)
    except Elsewhere:
        return

    assert ("http", "music.lan:8000") == urlsplit(url)[:2]
