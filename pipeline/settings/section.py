"""What all sections of the settings share: how they behave, and the kinds of text that several of them hold."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from pipeline.settings.addresses import model_server_url

UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,99}")


class Section(BaseModel):
    """Values never change; unknown keys and loose types are refused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, hide_input_in_errors=True
    )


def _clean(text: str) -> str:
    trimmed = text.strip()
    if not trimmed or UNSEEN.search(trimmed):
        raise ValueError("must be one line of text, not empty and without control characters")
    return trimmed


def _variable(name: str) -> str:
    if not _VARIABLE.fullmatch(name):
        raise ValueError(
            "must be the name of an environment variable, such as 'ACESTEP_API_KEY', never the key"
        )
    return name


Text = Annotated[str, Field(max_length=200), AfterValidator(_clean)]
Command = Annotated[str, Field(max_length=4000), AfterValidator(_clean)]
ModelUrl = Annotated[str, Field(max_length=2000), AfterValidator(model_server_url)]
Variable = Annotated[str, AfterValidator(_variable)]
