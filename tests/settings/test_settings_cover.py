"""Claims about `finish.cover`: which server draws, and whose key it is told."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.settings.load import Loaded, load

KEY = "sk-cover-0123456789abcdef"


def loaded(folder: Path, *assignments: str, environ: Mapping[str, str] | None = None) -> Loaded:
    return load(environ=environ or {}, home=folder, cwd=folder, assignments=assignments)


def test_songpipe_draws_covers_itself_unless_it_is_told_otherwise(tmp_path: Path) -> None:
    assert loaded(tmp_path).settings.finish.cover is None


def test_a_model_is_all_that_the_writers_server_needs(tmp_path: Path) -> None:
    environ = {"SONGPIPE_COVER_KEY": KEY}

    found = loaded(tmp_path, "finish.cover={model: hidream}", environ=environ)

    cover = found.settings.finish.cover
    assert cover is not None
    assert ("hidream", None, "", 180.0) == (cover.model, cover.base_url, cover.variable, cover.deadline)
    assert "SONGPIPE_COVER_KEY" not in found.secret_variables
    assert "" == found.keys.of("SONGPIPE_COVER_KEY")


@pytest.mark.parametrize(
    ("more", "variable"),
    [
        ("base_url: 'http://127.0.0.1:8080/v1'", "SONGPIPE_COVER_KEY"),
        ("base_url: 'http://127.0.0.1:8080/v1', key_env: null", "SONGPIPE_COVER_KEY"),
        ("base_url: 'http://127.0.0.1:8080/v1', key_env: BRUSH_KEY", "BRUSH_KEY"),
        ("key_env: BRUSH_KEY", "BRUSH_KEY"),
    ],
)
def test_another_server_is_never_told_the_writers_key(tmp_path: Path, more: str, variable: str) -> None:
    environ = {variable: KEY, "NANOGPT_API_KEY": "sk-writer-0123456789"}

    found = loaded(tmp_path, f"finish.cover={{model: flux, {more}}}", environ=environ)

    cover = found.settings.finish.cover
    assert cover is not None
    assert variable == cover.variable
    assert variable in found.settings.key_variables
    assert variable in found.secret_variables
    assert KEY == found.keys.of(cover.variable)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("{}", "finish.cover lacks 'model'"),
        ("{model: ''}", "finish.cover.model"),
        ("{model: m, base_url: 'ftp://x.example'}", "finish.cover.base_url"),
        ("{model: m, base_url: 'https://me:word@x.example/v1'}", "must not hold a user name or password"),
        (f"{{model: m, key_env: {KEY}}}", "must be the name of an environment variable"),
        ("{model: m, deadline: 0}", "finish.cover.deadline"),
        ("{model: m, size: 512}", "size"),
        ("flux", "finish.cover"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(tmp_path: Path, value: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as told:
        loaded(tmp_path, f"finish.cover={value}")

    assert KEY not in f"{told.value} {told.value.hint}"


def test_the_pasted_end_of_an_address_is_dropped(tmp_path: Path) -> None:
    cover = loaded(
        tmp_path, "finish.cover={model: m, base_url: 'https://x.example/v1/chat/completions/'}"
    ).settings.finish.cover

    assert cover is not None
    assert "https://x.example/v1" == cover.base_url
