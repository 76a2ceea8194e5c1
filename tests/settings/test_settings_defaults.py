"""Claims about the files in `configs/`: complete, commented, and what the user asked for."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from pipeline.settings import packaged, profiles
from pipeline.settings.load import load
from pipeline.settings.model import Server, Settings
from pipeline.settings.yaml import read

CONFIGS = packaged.folder("configs")


def loaded(config: str | None = None) -> Settings:
    return load(environ={}, home=Path("/nowhere"), cwd=Path("/nowhere"), config=config).settings


def test_every_key_stands_in_the_default_file_and_none_has_a_default_elsewhere() -> None:
    written: dict[str, Any] = read(CONFIGS / "default.yaml").value

    assert list(Settings.model_fields) == list(written)
    for name, field in Settings.model_fields.items():
        assert field.is_required(), name
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            assert set(section.model_fields) == set(written[name]), name
            assert all(key.is_required() for key in section.model_fields.values()), name


def test_every_number_in_the_default_file_has_its_reason_beside_it() -> None:
    exempt = {"time_signature"}  # explained, but for the beats it allows

    bare = [
        line
        for line in (CONFIGS / "default.yaml").read_text().splitlines()
        if re.match(r"\s+\w+: [0-9.]+\s*$", line) and line.split(":")[0].strip() not in exempt
    ]

    assert [] == bare


def test_the_defaults_are_what_the_user_asked_for() -> None:
    settings = loaded()

    assert (240.0, True, 8, 7.0, 1) == (
        settings.acestep.audio_duration,
        settings.acestep.thinking,
        settings.acestep.inference_steps,
        settings.acestep.guidance_scale,
        settings.acestep.batch_size,
    )
    assert ["claude-opus-4.6", "gpt-5.2", "grok-4.3", "gemini-2.5-pro"] == [
        model.rsplit("/", 1)[-1] for model in settings.llm.models
    ]
    assert "https://nano-gpt.com/api/v1" == settings.llm.base_url
    assert (None, 2) == (settings.llm.temperature, settings.llm.second_asks)


def test_every_default_model_has_a_price() -> None:
    llm = loaded().llm

    assert set(llm.models) == set(llm.prices)


def test_a_server_needs_an_address_only() -> None:
    assert ["url"] == [name for name, field in Server.model_fields.items() if field.is_required()]


@pytest.mark.parametrize("name", sorted(set(profiles.names()) - {"default"}))
def test_every_profile_loads_and_changes_something(name: str) -> None:
    assert loaded(name) != loaded()


def test_the_profiles_are_the_three_promised() -> None:
    assert ("default", "desktop-gpu", "local", "nanogpt") == profiles.names()


def test_the_local_profile_stays_on_this_machine() -> None:
    assert "http://127.0.0.1:11434/v1" == loaded("local").llm.base_url


def test_the_nanogpt_profile_limits_what_a_song_may_cost() -> None:
    settings = loaded("nanogpt")

    assert "https://nano-gpt.com/api/v1" == settings.llm.base_url
    assert settings.llm.max_cost is not None


@pytest.mark.parametrize("name", profiles.names())
def test_no_profile_names_a_private_machine(name: str) -> None:
    text = (CONFIGS / f"{name}.yaml").read_text()

    assert {"127.0.0.1", "0.0.0.0"} >= set(re.findall(r"\d+\.\d+\.\d+\.\d+", text))  # noqa: S104 -- a comment's words
