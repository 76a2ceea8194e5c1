"""A file is held against what it claims: the length its song was asked for, and the one its header tells."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import soundfile

from pipeline.audio import decode
from pipeline.audio.header import promised_s
from pipeline.audio.tagger import FileTagger
from pipeline.cli.claims import judged
from pipeline.cli.edge import run
from pipeline.labels import Labels
from pipeline.listening.limits import Limits
from pipeline.listening.verdict import Verdict
from pipeline.rehearsal import commission, takes
from pipeline.settings.load import load
from pipeline.take import Measures
from tests.fakes import audio_files

LENGTH_S = 14
OURS = Labels(title="Salt", song_id="k3f9a2p7q8r9s0tv", parameters=json.dumps({"duration_s": LENGTH_S}))


@pytest.fixture(scope="module")
def band(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the rehearsal band played: an MP3 without a count of its frames."""
    file = tmp_path_factory.mktemp("band") / "song.mp3"
    wish = {"prompt": "trip-hop", "lyrics": "[Verse]\nSalt", "audio_duration": LENGTH_S, "seed": 7}
    gig = commission.read({**wish, "use_random_seed": False, "audio_format": "mp3", "batch_size": 1})
    takes.record(gig, 0, "", file, lambda: None)
    return file


@pytest.fixture(scope="module")
def counted(band: Path) -> Path:
    """The same with a Xing header, as most programs write one."""
    file = band.with_name("counted.mp3")
    soundfile.write(file, audio_files.decoded(band), audio_files.RATE, format="MP3")
    return file


@pytest.fixture(scope="module")
def limits(tmp_path_factory: pytest.TempPathFactory) -> Limits:
    nowhere = tmp_path_factory.mktemp("nowhere")
    return load(environ={}, home=nowhere, cwd=nowhere).settings.listening.limits


def half(whole: Path, folder: Path) -> Path:
    """The first half of a file, as a download that broke leaves it."""
    content = whole.read_bytes()
    target = folder / "half.mp3"
    target.write_bytes(content[: len(content) // 2])
    return target


def ours(band: Path, folder: Path, labels: Labels = OURS) -> Path:
    """A song of songpipe's own."""
    file = folder / "song.mp3"
    file.write_bytes(band.read_bytes())
    FileTagger().tag(file, labels)
    return file


def heard(file: Path) -> Measures:
    found = decode.measure(file)
    return Measures(**(found | {"hook": None}))


def verdict(file: Path, limits: Limits) -> tuple[Verdict, tuple[str, ...]]:
    return judged(file, heard(file), limits)


def test_half_a_song_of_ours_is_shorter_than_it_was_asked_for(
    band: Path, limits: Limits, tmp_path: Path
) -> None:
    song = ours(band, tmp_path)

    said, reasons = verdict(half(song, tmp_path), limits)

    assert ("pass", ()) == verdict(song, limits)
    assert "fail" == said
    assert any("s where 14.0 s were asked" in reason for reason in reasons)


@pytest.mark.parametrize(
    "parameters",
    [
        "",
        "{",
        "[14]",
        "[" * 9000,
        '{"duration_s": "14"}',
        '{"duration_s": true}',
        '{"duration_s": null}',
        '{"duration_s": NaN}',
        '{"duration_s": Infinity}',
        '{"duration_s": -14}',
        '{"duration_s": 1e300}',
        '{"duration_s": ' + "9" * 5000 + "}",
        '{"seed": "' + "x" * 30_000 + '", "duration_s": 300}',
    ],
    ids=lambda text: text[:20],
)
def test_tags_that_tell_no_length_are_passed_over(
    parameters: str, band: Path, limits: Limits, tmp_path: Path
) -> None:
    song = ours(band, tmp_path, replace(OURS, parameters=parameters))

    assert ("pass", ()) == verdict(song, limits)


def test_an_mp3_that_holds_less_than_its_header_says_is_warned_of(
    counted: Path, limits: Limits, tmp_path: Path
) -> None:
    said, reasons = verdict(half(counted, tmp_path), limits)

    assert "warn" == said
    (broken,) = (reason for reason in reasons if "the file says" in reason)
    held = decode.measure(tmp_path / "half.mp3")["duration_s"]
    assert f"it is cut short: the file says 0:14 and holds 0:0{int(held)}" == broken
    assert ("pass", ()) == verdict(counted, limits)


def test_a_file_of_somebody_else_without_such_a_header_is_judged_by_itself(
    band: Path, limits: Limits, tmp_path: Path
) -> None:
    _, reasons = verdict(half(band, tmp_path), limits)

    assert not [reason for reason in reasons if "says" in reason or "asked" in reason]


def test_only_a_count_of_frames_is_a_promise(band: Path, counted: Path, tmp_path: Path) -> None:
    nonsense = tmp_path / "nonsense.mp3"
    nonsense.write_bytes(b"ID3\x04\x00\x00\x00\x00\x00\x7f" + bytes(200))

    assert LENGTH_S == pytest.approx(promised_s(counted), abs=0.1)
    assert LENGTH_S == pytest.approx(promised_s(half(counted, tmp_path)), abs=0.1)
    assert [None] * 3 == [promised_s(file) for file in (band, nonsense, tmp_path / "nowhere.mp3")]


def test_the_command_says_so(
    band: Path, counted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    song, foreign = (
        half(ours(band, tmp_path), tmp_path).rename(tmp_path / "ours.mp3"),
        half(counted, tmp_path),
    )

    code = run(["listen", "--json", str(song), str(foreign)])

    told, warned = json.loads(capsys.readouterr().out)
    assert (6, "fail", "warn") == (code, told["verdict"], warned["verdict"])
    assert "where 14.0 s were asked" in " ".join(told["reasons"])
    assert "the file says 0:14" in " ".join(warned["reasons"])
