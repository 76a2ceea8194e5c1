"""The first stop: what the brief leaves open is filled in from the house; everyone after reads the same."""

from pipeline.brief import Brief
from pipeline.studio import House


def settle(brief: Brief, house: House) -> Brief:
    """Fill in language, length and time signature; a song is then repeatable from its brief alone."""
    return brief.model_copy(
        update={
            "language": brief.language or house.playing.language,
            "duration": house.duration if brief.duration is None else brief.duration,
            "time_signature": brief.time_signature or house.playing.time_signature,
        }
    )
