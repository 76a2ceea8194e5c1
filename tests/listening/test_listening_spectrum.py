"""What the spectrum says of sounds whose spectrum is known."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.listening.spectrum import Spectrogram, Spectrum

RATE = 48_000
Samples = NDArray[np.float32]


def heard(samples: Samples, rate: int = RATE) -> Spectrogram:
    spectrum = Spectrum(rate)
    spectrum.add(samples)
    return spectrum.result()


def noise(seconds: float, rate: int = RATE, level: float = 0.5) -> Samples:
    return np.random.default_rng(1).uniform(-level, level, round(seconds * rate)).astype(np.float32)


def tone(hertz: float, seconds: float, rate: int = RATE, level: float = 0.5) -> Samples:
    turns = np.arange(round(seconds * rate)) * hertz / rate
    return (level * np.sin(2 * np.pi * turns)).astype(np.float32)


LOW_RATE = 8_000  # four seconds are three slabs of work
MIXED = (noise(4.0, LOW_RATE) * np.linspace(0, 1, 32_000) ** 2 + tone(440, 4.0, LOW_RATE)).astype(np.float32)
AT_ONCE = heard(MIXED, LOW_RATE)


@settings(max_examples=30)
@given(cuts=st.lists(st.integers(0, len(MIXED)), max_size=12))
def test_any_block_borders_give_the_same_result(cuts: list[int]) -> None:
    spectrum = Spectrum(LOW_RATE)

    for block in np.split(MIXED, sorted(cuts)):
        spectrum.add(block)
    result = spectrum.result()

    assert np.array_equal(AT_ONCE.mel, result.mel)
    assert np.array_equal(AT_ONCE.flux, result.flux)
    assert np.array_equal(AT_ONCE.chroma, result.chroma)
    assert (AT_ONCE.flatness, AT_ONCE.hop_s) == (result.flatness, result.hop_s)


@settings(max_examples=10)
@given(at=st.integers(0, len(MIXED)))
def test_asking_in_between_changes_nothing(at: int) -> None:
    spectrum = Spectrum(LOW_RATE)

    spectrum.add(MIXED[:at])
    early = spectrum.result()
    spectrum.add(MIXED[at:])

    assert np.allclose(AT_ONCE.mel[: len(early.mel)], early.mel, atol=1e-4)
    assert np.array_equal(AT_ONCE.mel, spectrum.result().mel)
    assert np.array_equal(AT_ONCE.chroma, spectrum.result().chroma)


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000])
def test_a_hop_is_about_21_milliseconds_at_every_rate(rate: int) -> None:
    result = heard(noise(2.0, rate), rate)

    assert 0.020 <= result.hop_s <= 0.022
    assert len(result.mel) == pytest.approx(2.0 / result.hop_s - 1, abs=1)
    assert result.mel.shape == (len(result.flux), 40)
    assert result.mel.dtype == result.flux.dtype == np.float32


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
@pytest.mark.parametrize("hertz", [55.0, 440.0, 3_000.0, 12_000.0])
def test_a_tone_stands_out_in_its_own_band_with_its_own_level(rate: int, hertz: float) -> None:
    top = 2595 * np.log10(1 + 16_000 / 700)
    low = 2595 * np.log10(1 + 30 / 700)
    place = (2595 * np.log10(1 + hertz / 700) - low) / (top - low) * 41 - 1

    mel = heard(tone(hertz, 1.0, rate, level=1.0), rate).mel.mean(axis=0)

    assert int(np.argmax(mel)) in {int(np.floor(place)), int(np.ceil(place))}
    assert mel.max() == pytest.approx(np.log(1 + 100 * 1.0), abs=0.4)


@pytest.mark.parametrize("hertz", [200.0, 1_000.0, 1_037.0, 5_000.0, 12_345.0])
def test_no_power_is_lost_between_bands(hertz: float) -> None:
    mel = heard(tone(hertz, 1.0, level=1.0)).mel

    power = np.square(np.expm1(mel) / 100).sum(axis=1)

    assert power == pytest.approx(1.5, rel=0.01)  # a Hann window spreads a sine over 1/4 + 1 + 1/4


def test_half_the_level_is_half_the_level() -> None:
    loud, soft = (heard(tone(440, 1.0, level=level)).mel.max(axis=1) for level in (0.8, 0.4))

    assert np.expm1(soft) == pytest.approx(np.expm1(loud) / 2, rel=1e-3)


def test_the_flux_is_the_mean_rise_of_the_bands() -> None:
    rises = np.maximum(np.diff(AT_ONCE.mel, axis=0), 0).mean(axis=1)

    assert AT_ONCE.flux[1:] == pytest.approx(rises)
    assert AT_ONCE.flux[0] == pytest.approx(AT_ONCE.mel[0].mean())


def test_the_flux_peaks_where_a_sound_begins() -> None:
    samples = np.concatenate([np.zeros(RATE, np.float32), noise(1.0)])

    result = heard(samples)

    assert (int(np.argmax(result.flux)) + 1) * result.hop_s == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000])
def test_white_noise_is_flat_and_a_tone_is_not(rate: int) -> None:
    assert heard(noise(3.0, rate), rate).flatness == pytest.approx(0.56, abs=0.02)
    assert heard(tone(440, 3.0, rate), rate).flatness < 0.001


def test_flatness_does_not_depend_on_the_level() -> None:
    assert heard(noise(3.0, level=0.002)).flatness == pytest.approx(heard(noise(3.0)).flatness, abs=0.005)


@pytest.mark.parametrize("note", range(12))
@pytest.mark.parametrize("octave", [4, 6])
def test_a_tone_is_heard_as_its_pitch_class(note: int, octave: int) -> None:
    hertz = 440 * 2 ** ((12 * octave + 12 + note - 69) / 12)

    chroma = heard(tone(hertz, 1.0)).chroma

    assert int(np.argmax(chroma)) == note
    assert chroma[note] > 2 * np.sort(chroma)[-2]


def test_white_noise_prefers_no_pitch_class() -> None:
    chroma = heard(noise(20.0)).chroma

    assert chroma == pytest.approx(np.full(12, chroma.mean()), rel=0.05)


@pytest.mark.parametrize("level", [0.0, 0.5])
def test_silence_and_a_constant_offset_have_neither_colour_nor_pitch(level: float) -> None:
    result = heard(np.full(3 * RATE, level, np.float32))

    assert result.flatness == 0.0
    assert not result.chroma.any()
    assert result.mel.max() < 0.001


@pytest.mark.parametrize("count", [0, 1, 2047])
def test_less_than_a_window_has_no_frames(count: int) -> None:
    result = heard(np.ones(count, np.float32))

    assert (0, 40) == result.mel.shape
    assert (0,) == result.flux.shape
    assert result.flatness == 0.0
    assert not result.chroma.any()


def test_only_whole_windows_make_frames() -> None:
    assert len(heard(noise(0.1)).mel) == 3  # (4800 − 2048) // 1024 + 1


@pytest.mark.parametrize("rate", [1, 50, 2**31 - 1])
def test_no_sample_rate_of_a_header_breaks_it(rate: int) -> None:
    result = heard(noise(200_000, rate=1), rate)

    assert result.hop_s > 0
    assert np.isfinite(result.mel).all()
    assert np.isfinite(result.chroma).all()
    assert 0.0 <= result.flatness <= 1.0


def test_samples_far_beyond_full_scale_stay_numbers() -> None:
    result = heard(noise(1.0) * np.float32(1e38))

    assert np.isfinite(result.mel).all()
    assert np.isfinite(result.chroma).all()
    assert 0.0 <= result.flatness <= 1.0


def test_ten_minutes_are_kept_in_less_than_30_megabytes() -> None:
    rate = 12_000  # the frames are as many as at 48 kHz, where 25 MB more would be the whole sound
    block = noise(10.0, rate)
    tracemalloc.start()

    try:
        spectrum = Spectrum(rate)
        for _ in range(60):
            spectrum.add(block)
        result = spectrum.result()
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(result.mel) == 600 * rate // 256 - 1
    assert most < 30e6
