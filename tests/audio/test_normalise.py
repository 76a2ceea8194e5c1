"""A normalised copy has the loudness that was asked for, its own format, and no peak beyond −1 dBTP."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from pipeline.audio import decode
from pipeline.audio.normalise import normalise
from pipeline.errors import ShelfError
from pipeline.listening.truepeak import TruePeak
from pipeline.rehearsal import commission, takes
from tests.fakes import audio_files

LEVEL = 0.1  # the peak of the tone: −20 dBTP


def decibels(file: Path) -> float:
    return float(20 * np.log10(np.abs(audio_files.decoded(file)[4800:-4800]).max()))


def true_peak(file: Path) -> float:
    peak = TruePeak(audio_files.RATE, 2)
    peak.add(audio_files.decoded(file))
    return peak.result()


@pytest.fixture
def quiet(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A quiet tone in the format that the test names."""
    return audio_files.save(tmp_path / f"take-1.{request.param}", audio_files.tone(1.5, level=LEVEL))


@pytest.mark.parametrize("quiet", audio_files.FORMATS, indirect=True)
def test_the_copy_is_louder_by_the_gain_and_of_the_same_format(quiet: Path, tmp_path: Path) -> None:
    before, target = quiet.read_bytes(), tmp_path / "song"

    gain = normalise(quiet, target, lufs=-23.0, wanted=-14.0, true_peak_dbtp=-20.0)

    was, info = soundfile.info(quiet), soundfile.info(target)
    assert 9.0 == pytest.approx(gain)
    assert -11.0 == pytest.approx(decibels(target), abs=1.0)  # Vorbis and LAME shape a tone by 0.7 dB
    assert [was.format, was.subtype, was.channels] == [info.format, info.subtype, info.channels]
    assert len(audio_files.decoded(quiet)) == pytest.approx(len(audio_files.decoded(target)), abs=4800)
    assert before == quiet.read_bytes()


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> NDArray[np.float32]:
    """Ten seconds of the rehearsal band, quieter than any song: of single tones LAME leaves away what it likes."""
    file = tmp_path_factory.mktemp("band") / "song.wav"
    wish = {"prompt": "trip-hop", "lyrics": "[Verse]\nSalt", "audio_duration": 10, "seed": 7}
    gig = commission.read({**wish, "use_random_seed": False, "audio_format": "wav", "batch_size": 1})
    takes.record(gig, 0, "", file, lambda: None)
    return audio_files.decoded(file) * np.float32(0.25)


@pytest.mark.parametrize("kind", audio_files.FORMATS)
def test_the_copy_heard_again_is_as_loud_as_was_wanted(
    kind: str, music: NDArray[np.float32], tmp_path: Path
) -> None:
    take = audio_files.save(tmp_path / f"take.{kind}", music)
    before = decode.measure(take)

    gain = normalise(take, tmp_path / "song", before["lufs"], -14.0, before["true_peak_dbtp"])

    after = decode.measure(tmp_path / "song")
    assert -14.0 == pytest.approx(after["lufs"], abs=0.1)
    assert before["lufs"] + gain == pytest.approx(after["lufs"], abs=0.1)
    assert before["true_peak_dbtp"] + gain == pytest.approx(after["true_peak_dbtp"], abs=0.3)


@pytest.mark.parametrize(
    ("rate", "channels"), [(44_100, 2), (44_100, 1), (32_000, 2), (24_000, 2), (16_000, 1)]
)
def test_an_mp3_of_any_rate_is_as_loud_as_was_wanted(
    rate: int, channels: int, music: NDArray[np.float32], tmp_path: Path
) -> None:
    take, song = tmp_path / "take.mp3", tmp_path / "song.mp3"
    soundfile.write(take, music[: 6 * rate, :channels], rate, format="MP3")
    before = decode.measure(take)

    normalise(take, song, before["lufs"], -16.0, before["true_peak_dbtp"])

    assert -16.0 == pytest.approx(decode.measure(song)["lufs"], abs=0.1)
    assert (rate, channels) == (soundfile.info(song).samplerate, soundfile.info(song).channels)


@pytest.mark.parametrize("quiet", audio_files.FORMATS, indirect=True)
def test_no_peak_gets_beyond_the_ceiling(quiet: Path, tmp_path: Path) -> None:
    target = tmp_path / "song"

    gain = normalise(quiet, target, lufs=-40.0, wanted=-14.0, true_peak_dbtp=-20.0)

    assert 19.0 == pytest.approx(gain, abs=1.0)
    assert -2.0 <= true_peak(target) <= -0.97


def test_a_loud_take_gets_quieter(tmp_path: Path) -> None:
    loud = audio_files.save(tmp_path / "loud.wav", audio_files.tone(0.5, level=0.99))

    gain = normalise(loud, tmp_path / "song.wav", lufs=-6.0, wanted=-14.0, true_peak_dbtp=0.3)

    assert -8.0 == pytest.approx(gain)
    assert -8.1 == pytest.approx(decibels(tmp_path / "song.wav"), abs=0.05)


def test_samples_of_a_copy_are_those_of_the_take_times_the_gain(tmp_path: Path) -> None:
    dice = np.random.default_rng(3)
    noise = dice.uniform(-0.2, 0.2, (70_000, 1)).astype(np.float32)
    take = audio_files.save(tmp_path / "take.flac", noise)

    gain = normalise(take, take, lufs=-20.0, wanted=-14.0, true_peak_dbtp=-14.0)

    assert np.allclose(noise * 10 ** (gain / 20), audio_files.decoded(take), atol=1e-4)


@pytest.mark.parametrize("unknown", [float("-inf"), float("nan")])
def test_a_take_of_unknown_loudness_is_refused(unknown: float, tmp_path: Path) -> None:
    take = audio_files.make(tmp_path, "wav", 0.1)

    with pytest.raises(ShelfError, match="loudness is not known"):
        normalise(take, tmp_path / "song.wav", unknown, -14.0, -1.0)


@pytest.mark.parametrize("content", [b"", b"no audio", b"ID3\x04\x00"])
def test_what_is_no_audio_is_refused_and_leaves_nothing(content: bytes, tmp_path: Path) -> None:
    folder = tmp_path / "songs"
    folder.mkdir()
    take, target = folder / "take.mp3", folder / "song.mp3"
    take.write_bytes(content)
    target.write_bytes(b"as it was")

    with pytest.raises(ShelfError, match=r"cannot normalise 'take\.mp3'"):
        normalise(take, target, -20.0, -14.0, -3.0)

    assert b"as it was" == target.read_bytes()
    assert {take, target} == set(folder.iterdir())


def test_a_folder_that_is_not_there_is_told_in_a_line(tmp_path: Path) -> None:
    take = audio_files.make(tmp_path, "wav", 0.1)

    with pytest.raises(ShelfError, match="No such file"):
        normalise(take, tmp_path / "nowhere" / "song.wav", -20.0, -14.0, -3.0)
