"""The limits: from where on a measure speaks against a take. Their values and reasons stand in the settings."""

from dataclasses import dataclass

END_S = 0.25  # what is taken for the end of a take


@dataclass(frozen=True, slots=True)
class Limits:
    """Levels in dB, times in seconds, rates by the second, shares and strengths 0…1.

    Two values are a warning and a failure, in that order; where lengths have two, the longer of seconds and
    share of the wanted length counts.
    """

    silence_dbfs: float
    silent_share: float
    noise_flatness: float
    noise_pulse: float
    buried_flatness: float
    odd_length_s: float
    odd_length_share: float
    wrong_length_s: float
    wrong_length_share: float
    slow_start_s: float
    late_start_s: float
    padding_s: float
    gap_s: float
    drop_out_s: float
    dead_channel_db: float
    inverted_correlation: float
    mono_db: float
    dc: float
    clipped_per_s: float
    overs_per_s: float
    loop_repetition: float
    loop_variety: float
    abrupt_db: float
    tempo_pulse: float


@dataclass(frozen=True, slots=True)
class Asked:
    """What the take should be: its length in seconds; `bpm` None and `key` "" were left open. `sung`: it has words."""

    duration_s: float
    bpm: int | None = None
    key: str = ""
    sung: bool = True
