"""The section `finish`: what goes into the tags beside the song itself, and who paints its cover."""

from typing import Annotated

from pydantic import Field

from pipeline.settings.section import ModelUrl, Section, Text, Variable

COVER_VARIABLE = "SONGPIPE_COVER_KEY"


class Cover(Section):
    """A model that draws covers: any server with OpenAI's `/images/generations`."""

    model: Annotated[Text, Field(description="id of the image model")]
    base_url: (
        Annotated[ModelUrl, Field(description="base address of the server; null: that of `llm`")] | None
    ) = None
    key_env: (
        Annotated[
            Variable,
            Field(
                description=f"variable that holds its key; null: {COVER_VARIABLE}, on the server of `llm` its key"
            ),
        ]
        | None
    ) = None
    deadline: Annotated[float, Field(ge=1, le=7200, description="seconds for one picture")] = 180.0

    @property
    def variable(self) -> str:
        """The variable that holds the key; "" when it is the writer's, which no server but the writer's is told."""
        return self.key_env or ("" if self.base_url is None else COVER_VARIABLE)


class Finish(Section):
    """What goes into the tags beside the song itself."""

    artist: Annotated[Text, Field(description="the persona that the songs are by; never a real artist")]
    album: Annotated[Text, Field(description="the album of all songs; null: Songs and the year")] | None
    id3v23: Annotated[bool, Field(description="write ID3v2.3 for old players instead of 2.4")]
    loudness: (
        Annotated[
            float,
            Field(ge=-40, le=-5, description="LUFS that the file is brought to; null: as it was played"),
        ]
        | None
    )
    cover: Annotated[Cover, Field(description="a model that draws covers; null: songpipe draws them")] | None
