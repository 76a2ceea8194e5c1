"""The folder of the songs is told at once where it is plain, and always the same as by a check of everything."""

import json
from pathlib import Path

import pytest

from pipeline.cli.edge import run
from pipeline.settings import origins
from pipeline.settings.load import load


def at_once(home: Path, environ: dict[str, str], flag: str | None) -> Path | None:
    return origins.output_of(origins.layers(environ, home, home, output=flag)[1])


@pytest.mark.parametrize(
    ("file", "environ", "flag"),
    [
        ("", {}, None),
        ("output: songs\n", {}, None),
        ("output: ~/songs\n", {}, None),
        ("output: /srv/Lieder\n", {}, None),
        ("output: songs\n", {"SONGPIPE_OUTPUT": "../there"}, None),
        ("output: songs\n", {"SONGPIPE_OUTPUT": "there"}, "flag"),
        ("finish: {artist: The Band}\nllm:\nrules: {SP301: off}\n", {}, ""),
        ('output: "träume und mehr"\n', {}, None),
    ],
)
def test_a_plain_folder_is_the_one_that_the_check_gives(
    file: str, environ: dict[str, str], flag: str | None, tmp_path: Path
) -> None:
    if file:
        (tmp_path / "songpipe.yaml").write_text(file)

    found = at_once(tmp_path, environ, flag or None)

    checked = load(environ=environ, home=tmp_path, cwd=tmp_path, output=flag or None)
    assert checked.settings.output == found


@pytest.mark.parametrize(
    "file",
    [
        "ouput: songs\n",
        "output: 5\n",
        "output: [songs]\n",
        'output: ""\n',
        "colour: red\n",
    ],
)
def test_what_may_be_a_slip_is_left_to_the_check(
    file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "songpipe.yaml").write_text(file)

    code = run(["library", "list", "--json"])

    document = json.loads(capsys.readouterr().out)
    assert at_once(tmp_path, {}, None) is None
    assert (2, "SettingsError") == (code, document["error"])
    assert "songpipe.yaml:1" in document["message"]


def test_a_wrong_setting_of_something_else_keeps_nobody_from_looking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "songpipe.yaml").write_text("llm: {max_tokens: many}\n")

    assert (0, 2) == (run(["library", "list"]), run(["library", "verify"]))
    assert "llm.max_tokens" in capsys.readouterr().err
