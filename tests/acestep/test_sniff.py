"""The nose: what a file is, by its first bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.listening.sniff import sniff

OGG_PAGE = b"OggS\x00\x02" + bytes(20) + b"\x01\x13"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"ID3\x04\x00\x00", "mp3"),
        (bytes.fromhex("fffb9064"), "mp3"),  # MPEG 1 layer III, 128 kbit/s, 44.1 kHz
        (bytes.fromhex("fff36064"), "mp3"),  # MPEG 2 layer III
        (bytes.fromhex("fff15080"), "aac"),  # ADTS, MPEG 4
        (b"fLaC\x00\x00\x00\x22", "flac"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "wav"),
        (b"RF64\xff\xff\xff\xffWAVEds64", "wav"),
        (OGG_PAGE + b"\x01vorbis", "ogg"),
        (OGG_PAGE + b"OpusHead", "opus"),
        (OGG_PAGE + b"\x7fFLAC", "ogg"),
        (b"\x00\x00\x00\x20ftypM4A ", "m4a"),
    ],
)
def test_audio_is_known_by_its_first_bytes(head: bytes, expected: str) -> None:
    assert expected == sniff(head)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b'{"detail": "Audio file not found"}',
        b"<!doctype html>",
        b"RIFF\x24\x00\x00\x00AVI LIST",
        OGG_PAGE + b"\x80theora",
        b"\xff\xfb",  # too short to be judged
        bytes.fromhex("ffeb9064"),  # a version that is reserved
        bytes.fromhex("fffbf064"),  # a bitrate that is forbidden
        bytes.fromhex("fffb9c64"),  # a sampling rate that is reserved
        bytes.fromhex("fffd9064"),  # layer II
        bytes.fromhex("ffe15080"),  # no layer, and no ADTS
        b"\xff\xfe<\x00h\x00t\x00",  # UTF-16 text
    ],
)
def test_what_is_no_audio_is_nothing(head: bytes) -> None:
    assert sniff(head) is None


@given(st.binary(max_size=200))
def test_any_bytes_can_be_sniffed(head: bytes) -> None:
    assert sniff(head) in {None, "mp3", "aac", "flac", "wav", "ogg", "opus", "m4a"}
