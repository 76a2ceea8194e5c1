"""Bad input gets one clear line and the right exit code, never a traceback."""

import json
from pathlib import Path

import pytest

from pipeline.cli.edge import run


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["write", ""], "the brief is empty"),
        (["write", " \t\n"], "the brief is empty"),
        (["write", "x" * 100_000], "the brief: must be at most 4000 characters long, not 100000"),
        (["write", "a", "--duration", "3"], "--duration 3: must be from 10 to 600 seconds, or auto"),
        (["write", "a", "--duration", "nan"], "--duration nan: must be from 10 to 600 seconds, or auto"),
        (["write", "a", "--duration", "soon"], "'soon' is neither"),
        (["write", "a", "--takes", "0"], "--takes"),
        (["write", "a", "--seed", "-1"], "--seed"),
        (["write", "a", "--language", "klingon"], "'klingon' is not a language"),
        (["write", "a", "--key", "H moll"], "'H moll' is not a key"),
        (["write", "a", "--bpm", "3000"], "--bpm"),
        (["write", "a", "--time-signature", "5"], "'5' is not one of"),
        (["write", "a", "--max-cost", "-1"], "songpipe: --max-cost: "),
        (["write", "a", "--max-cost", "nan"], "songpipe: --max-cost: "),
        (["write", "a", "--model", ""], "--model: '' is not the name of a model"),
        (["write", "a", "--config", ""], "songpipe: --config: "),
        (["write", "a", "--output", ""], "songpipe: --output: "),
        (["write", "a", "--set", "taste=nonono"], "--set: no taste is called 'nonono'"),
        (["write", "a", "--rehearse", "--blend", "The XY"], "The XX"),
        (["write", "a", "--set", "llm.max_tokes=5"], "max_tokens"),
        (["write", "a", "--set", "nonsense"], "nonsense"),
        (["write", "a", "--config", "missing.yaml"], "missing.yaml"),
        (["render", "missing.txt"], "missing.txt"),
        (["lint", "missing.txt"], "missing.txt"),
        (["lint", "a\0b"], "a"),
        (["render", "."], "."),
        (["resume", "nobody"], "there is no song 'nobody' in the journal"),
        (["jobs", "cancel", "nobody"], "there is no song 'nobody' in the journal"),
        (["rehearsal", "--fault", "lost-tusk"], "lost-task"),
        (["schema", "songs"], "'songs' is not one of"),
        (["frobnicate"], "No such command"),
    ],
)
def test_it_is_told_in_one_line_with_exit_2(
    workspace: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    code = run(arguments)

    out, err = capsys.readouterr()
    assert (2, "") == (code, out)
    assert 1 == len(err.strip().splitlines())
    assert said in err
    assert "Traceback" not in err


@pytest.mark.parametrize("arguments", [["write", "--json", ""], ["--json", "write", ""], ["write", "--json"]])
def test_with_json_a_failure_is_one_document(
    workspace: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    code = run(arguments)

    told = json.loads(capsys.readouterr().out)
    assert {"schema", "error", "message", "hint", "exit_code"} == set(told)
    assert ("songpipe.error/1", 2, 2) == (told["schema"], told["exit_code"], code)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("llm: {modles: [a]}", "songpipe.yaml:1: "),
        ("llm:\n  max_tokens: lots", "songpipe.yaml:2: "),
        ("acestep:\n  audio_duration: 6000", "songpipe.yaml:2: "),
        ("a: &a [x]\nb: *a", "songpipe.yaml:1: "),
        ("\tnope", "songpipe.yaml:1: "),
        ("output: !!python/object/apply:os.system [ls]", "songpipe.yaml:1: "),
    ],
)
def test_malformed_settings_name_file_and_line(
    workspace: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    (workspace / "songpipe.yaml").write_text(text)

    code = run(["write", "a"])

    assert 2 == code
    assert said in capsys.readouterr().err


def test_a_brief_that_tries_to_draw_on_the_terminal_is_made_harmless(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["write", "a", "--blend", "\x1b[2J\x07bell"])

    assert "\x1b" not in capsys.readouterr().err


def test_a_bug_is_logged_with_versions_and_its_path_is_printed(
    workspace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NANOGPT_API_KEY", "sk-nano-0123456789")

    code = run(["config", "--set", "a=sk-nano-0123456789", Unprintable()])  # type: ignore[list-item]

    err = capsys.readouterr().err
    log = Path(err.split("written to ")[1].split(" (")[0])
    assert 70 == code
    assert "Traceback" in log.read_text()
    assert "pydantic 2" in log.read_text()
    assert "sk-nano-0123456789" not in log.read_text()
    assert 0o600 == log.stat().st_mode & 0o777


class Unprintable:
    """An argument that nothing can handle: a bug made on purpose."""

    def __repr__(self) -> str:
        return "<unprintable>"
