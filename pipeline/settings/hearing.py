"""The section `listening`: from where on a measure speaks against a take. The reasons stand in the defaults."""

from typing import Annotated

from pydantic import Field

from pipeline.listening.limits import Limits
from pipeline.settings.section import ModelUrl, Section, Text, Variable


class Transcription(Section):
    """A model that hears words: any server with OpenAI's `/audio/transcriptions` and times for words."""

    base_url: Annotated[ModelUrl, Field(description="base address of the server")]
    model: Annotated[Text, Field(description="id of the model")]
    key_env: Annotated[Variable, Field(description="variable that holds its key")] = (
        "SONGPIPE_TRANSCRIPTION_KEY"
    )
    deadline: Annotated[float, Field(ge=1, le=7200, description="seconds for one song")] = 300.0


class Listening(Section):
    """Limits of the ear: levels in dB, times in seconds, rates by the second, shares and strengths 0 to 1."""

    silence_dbfs: Annotated[float, Field(ge=-200, le=0, description="RMS level below which a take is silent")]
    silent_share: Annotated[
        float, Field(ge=0, le=1, description="share of silent moments from which a take is silent")
    ]
    noise_flatness: Annotated[float, Field(ge=0, le=1, description="spectral flatness of noise")]
    noise_pulse: Annotated[float, Field(ge=0, le=1, description="beat below which flat sound is noise")]
    buried_flatness: Annotated[
        float, Field(ge=0, le=1, description="flatness from which music is buried in noise (warning)")
    ]
    odd_length_s: Annotated[
        float, Field(ge=0, le=600, description="seconds beside the asked length (warning), or")
    ]
    odd_length_share: Annotated[
        float, Field(ge=0, le=1, description="share of the asked length, whichever is longer")
    ]
    wrong_length_s: Annotated[
        float, Field(ge=0, le=600, description="seconds beside the asked length (failure), or")
    ]
    wrong_length_share: Annotated[
        float, Field(ge=0, le=1, description="share of the asked length, whichever is longer")
    ]
    slow_start_s: Annotated[
        float, Field(ge=0, le=600, description="seconds of silence at the start (warning)")
    ]
    late_start_s: Annotated[
        float, Field(ge=0, le=600, description="seconds of silence at the start (failure)")
    ]
    padding_s: Annotated[float, Field(ge=0, le=600, description="seconds of silence at the end (failure)")]
    gap_s: Annotated[float, Field(ge=0, le=600, description="seconds of silence in the middle (warning)")]
    drop_out_s: Annotated[
        float, Field(ge=0, le=600, description="seconds of silence in the middle (failure)")
    ]
    dead_channel_db: Annotated[
        float, Field(ge=0, le=200, description="difference of the channels in dB (failure)")
    ]
    inverted_correlation: Annotated[
        float, Field(ge=-1, le=1, description="correlation of the channels (failure)")
    ]
    mono_db: Annotated[
        float, Field(ge=-200, le=0, description="side over middle in dB below which a take is mono (warning)")
    ]
    dc: Annotated[float, Field(ge=0, le=1, description="offset of a channel (warning)")]
    clipped_per_s: Annotated[float, Field(ge=0, le=100000, description="clipped runs a second (warning)")]
    overs_per_s: Annotated[
        float, Field(ge=0, le=100000, description="samples beyond full scale a second (warning)")
    ]
    loop_repetition: Annotated[
        float, Field(ge=0, le=1, description="likeness of the parts of a loop (warning, together with")
    ]
    loop_variety: Annotated[float, Field(ge=0, le=1, description="variety of its sections)")]
    abrupt_db: Annotated[
        float,
        Field(
            ge=-100,
            le=20,
            description="level of the last quarter of a second against the middle of the song (warning)",
        ),
    ]
    tempo_pulse: Annotated[
        float, Field(ge=0, le=1, description="beat from which the measured tempo is believed")
    ]

    transcription: Annotated[Transcription, Field(description="a model that hears words; null: none")] | None

    @property
    def limits(self) -> Limits:
        """Give them to the judge."""
        return Limits(**self.model_dump(exclude={"transcription"}))
