"""The ear measures what is really in a file, and hears when there is nothing to hear."""

import json
import math
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipeline.audio import decode
from pipeline.audio.ear import SoundfileEar
from pipeline.errors import ShelfError
from pipeline.take import Hook, Measures
from tests.fakes import audio_files

ODD_MP3 = b"\xff\xfb\x90\x00" + bytes(413)  # a frame header, then nothing that belongs to it


@pytest.fixture
def ear() -> Iterator[SoundfileEar]:
    """An ear with a decoder that waits."""
    with SoundfileEar() as listening:
        yield listening


@pytest.mark.parametrize("kind", audio_files.FORMATS)
def test_a_tone_measures_as_it_was_made(kind: str, tmp_path: Path) -> None:
    file = audio_files.save(tmp_path / f"tone.{kind}", audio_files.tone(2.0, level=0.5))

    found = decode.measure(file)

    assert (48_000, 2, True) == (found["sample_rate"], found["channels"], found["finite"])
    assert found["duration_s"] == pytest.approx(2.0, abs=0.1)  # encoders pad the ends
    assert found["rms_dbfs"] == pytest.approx(-9.03, abs=0.6)  # a sine at half scale: 20 log10(0.5 / sqrt 2)
    assert -6.5 < found["peak_dbfs"] < -2


@pytest.mark.parametrize("level", [0.5, 0.0], ids=["tone", "silence"])
def test_the_ear_tells_what_the_decoder_measures(ear: SoundfileEar, level: float, tmp_path: Path) -> None:
    file = audio_files.save(tmp_path / "tone.flac", audio_files.tone(1.0, level=level))

    found = ear.measure(file)

    assert found is not None
    told, here = asdict(found), decode.measure(file)
    assert told.pop("hook") == pytest.approx(here.pop("hook"))
    assert told.pop("outline") == pytest.approx(here.pop("outline"))
    assert told == pytest.approx(here)
    assert isinstance(found.hook, Hook)


def test_silence_is_minus_infinity(tmp_path: Path) -> None:
    file = audio_files.save(tmp_path / "silent.wav", np.zeros((48_000, 2), np.float32))

    found = decode.measure(file)

    assert (-math.inf, -math.inf, 1.0) == (found["rms_dbfs"], found["peak_dbfs"], found["duration_s"])


def test_samples_that_are_no_numbers_are_told(tmp_path: Path) -> None:
    samples = audio_files.tone(0.5)
    samples[100] = math.nan
    samples[200] = math.inf
    soundfile.write(tmp_path / "bad.wav", samples, 48_000, subtype="FLOAT")

    found = decode.measure(tmp_path / "bad.wav")

    assert found["finite"] is False
    assert found["rms_dbfs"] == pytest.approx(-9.03, abs=0.1)


def test_one_bad_block_spoils_a_long_file(tmp_path: Path) -> None:
    samples = np.full((400_000, 2), 0.1, np.float32)
    samples[0] = math.nan
    soundfile.write(tmp_path / "bad.wav", samples, 48_000, subtype="FLOAT")

    assert decode.measure(tmp_path / "bad.wav")["finite"] is False


def test_a_file_without_samples_has_no_length(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "empty.wav", np.zeros((0, 2)), 48_000)

    found = decode.measure(tmp_path / "empty.wav")

    assert (0.0, -math.inf) == (found["duration_s"], found["rms_dbfs"])


def test_the_length_is_what_was_decoded_not_what_the_header_says(ear: SoundfileEar, tmp_path: Path) -> None:
    file = tmp_path / "xing.mp3"
    soundfile.write(file, audio_files.tone(10.0), 48_000, format="MP3")  # libsndfile writes a Xing header
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    assert soundfile.info(file).duration == pytest.approx(10.0, abs=0.1)

    found = ear.measure(file)

    assert found is not None
    assert found.duration_s == pytest.approx(5.0, abs=0.5)


@pytest.mark.parametrize(
    "content", [b"", b"no", b"<html>busy</html>", bytes(5000), ODD_MP3, b"RIFF\x00\x00\x00\x00WAVE"]
)
def test_what_cannot_be_decoded_is_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "take-1.mp3"
    file.write_bytes(content)

    assert "null" == decode.answer(json.dumps(str(file)))


def test_the_ear_gives_nothing_for_what_cannot_be_decoded(ear: SoundfileEar, tmp_path: Path) -> None:
    file = tmp_path / "take-1.mp3"
    file.write_bytes(ODD_MP3)

    assert ear.measure(file) is None


def test_a_hole_of_zeros_in_an_mp3_is_heard(ear: SoundfileEar, tmp_path: Path) -> None:
    file = audio_files.make(tmp_path, "mp3", 5)
    content = bytearray(file.read_bytes())
    content[30_000:50_000] = bytes(20_000)
    file.write_bytes(content)

    assert ear.measure(file) is None


def test_the_decoders_chatter_stays_off_the_terminal(
    ear: SoundfileEar, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = audio_files.make(tmp_path, "mp3", 1)
    content = bytearray(file.read_bytes())
    content[5_000:6_000] = bytes(1_000)
    file.write_bytes(content)
    decode.measure(file)
    assert "Illegal Audio-MPEG-Header" in capfd.readouterr().err

    ear.measure(file)

    assert capfd.readouterr() == ("", "")


def test_a_missing_file_is_no_verdict_on_a_take(ear: SoundfileEar, tmp_path: Path) -> None:
    with pytest.raises(ShelfError, match=r"cannot listen to 'gone.mp3': No such file"):
        ear.measure(tmp_path / "gone.mp3")


def test_a_decoder_that_hangs_is_not_waited_for(tmp_path: Path) -> None:
    file = audio_files.make(tmp_path, "wav", 1)

    with SoundfileEar(patience_s=0.001) as impatient:
        assert impatient.measure(file) is None


def test_a_program_in_the_current_folder_is_not_run(
    ear: SoundfileEar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = audio_files.make(tmp_path, "wav", 0.1)
    (tmp_path / "numpy.py").write_text("raise SystemExit('stolen')")
    monkeypatch.chdir(tmp_path)

    assert ear.measure(Path(file.name)) is not None


def test_threads_share_one_ear(ear: SoundfileEar, tmp_path: Path) -> None:
    files = [audio_files.make(tmp_path, "wav", seconds, name=f"t{seconds}") for seconds in (1, 2, 3)]
    found: dict[Path, float] = {}

    def listen(file: Path) -> None:
        measured = ear.measure(file)
        found[file] = measured.duration_s if measured else 0.0

    threads = [threading.Thread(target=listen, args=[file]) for file in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {file: float(seconds) for seconds, file in enumerate(files, 1)} == found


def test_the_decoder_answers_with_the_fields_of_the_measures(tmp_path: Path) -> None:
    said = decode.answer(json.dumps(str(audio_files.make(tmp_path, "flac", 0.5))))

    assert [one.name for one in fields(Measures)] == list(json.loads(said))


def test_one_decoder_hears_many_takes(tmp_path: Path) -> None:
    file, odd = audio_files.make(tmp_path, "wav", 1), tmp_path / "odd.mp3"
    odd.write_bytes(ODD_MP3)

    with SoundfileEar() as ear:
        (first,) = ear._idle
        heard = [ear.measure(file), ear.measure(odd), ear.measure(file)]
        kept = list(ear._idle)

    assert [True, False, True] == [one is not None for one in heard]
    assert [first] == kept
    assert first.poll() is not None


def test_a_decoder_that_died_while_it_waited_costs_no_take(tmp_path: Path) -> None:
    file = audio_files.make(tmp_path, "wav", 1)

    with SoundfileEar() as ear:
        (waiting,) = ear._idle
        waiting.kill()
        waiting.wait()

        assert ear.measure(file) is not None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists the threads of a process as files")
def test_a_decoder_keeps_to_one_thread(ear: SoundfileEar, tmp_path: Path) -> None:
    file = audio_files.make(tmp_path, "wav", 2)

    ear.measure(file)

    (decoder,) = ear._idle
    assert 1 == len(list(Path(f"/proc/{decoder.pid}/task").iterdir()))


def test_blocks_of_a_file_are_whole_tenths_of_a_second(tmp_path: Path) -> None:
    file = audio_files.make(tmp_path, "wav", 12)

    with soundfile.SoundFile(file) as sound:
        frames = [len(block) for block in decode._blocks(sound)]

    assert 12 * 48_000 == sum(frames)
    assert [0] * len(frames) == [count % 4_800 for count in frames]


def test_a_line_break_in_a_path_is_part_of_the_path(tmp_path: Path) -> None:
    file = audio_files.make(tmp_path, "wav", 0.5)
    odd = file.rename(tmp_path / "a\nb.wav")

    with SoundfileEar() as ear:
        assert ear.measure(odd) is not None


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep no name that is not UTF-8")
def test_a_name_that_is_no_text_says_nothing_against_a_take(ear: SoundfileEar, tmp_path: Path) -> None:
    odd = audio_files.make(tmp_path, "mp3", 0.5).rename(tmp_path / "b\udcffd.mp3")

    found, seen = ear.measure(odd), ear.portray(odd)

    assert found is not None
    assert found.duration_s == pytest.approx(0.5, abs=0.1)
    assert seen is not None
    assert seen.duration_s == found.duration_s


def test_an_inverted_take_is_not_drawn_as_silence(ear: SoundfileEar, tmp_path: Path) -> None:
    samples = audio_files.tone(0.5)
    samples[:, 1] *= -1

    seen = ear.portray(audio_files.save(tmp_path / "inverted.wav", samples))

    assert seen is not None
    assert max(seen.high) == pytest.approx(0.5, abs=0.01)


def test_listening_loads_no_decoder_into_our_own_process() -> None:
    asked = "import pipeline.audio.ear, sys; print([m for m in ('numpy', 'soundfile') if m in sys.modules])"

    loaded = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout

    assert loaded.strip() == "[]"
