"""The small commands: doctor, init, config, schema, lint, rehearsal."""

import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from jsonschema import Draft202012Validator

from pipeline.cli.buglog import write_log
from pipeline.cli.edge import run
from pipeline.rehearsal.studio import RehearsalStudio
from pipeline.settings import briefs
from tests.fakes.children import interruptible

EXAMPLES = Path(__file__).parent.parent / "fixtures" / "drafts"


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Any:
    """Run a command line; give exit code and what was printed."""

    def command(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(list(arguments))
        return code, *capsys.readouterr()

    return command


def test_the_doctor_finds_a_rehearsal_studio_ready(say: Any) -> None:
    code, out, _ = say("doctor", "--rehearse")

    assert 0 == code
    assert "FAIL" not in out
    assert all(name in out for name in ("settings", "templates", "taste", "models", "music server", "disk"))


def test_the_doctor_of_a_fresh_machine_names_what_is_missing(
    say: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SONGPIPE_LLM_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("SONGPIPE_ACESTEP_URLS", "http://127.0.0.1:9")

    code, out, _ = say("doctor", "--json")

    checks = {check["name"]: check for check in json.loads(out)["checks"]}
    assert 4 == code
    assert not checks["models"]["ok"]
    assert not checks["music server"]["ok"]
    assert all(check["hint"] for check in checks.values() if not check["ok"])


def test_the_doctor_never_shows_the_key(say: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NANOGPT_API_KEY", "sk-nano-not-a-real-key")
    with RehearsalStudio() as studio:
        monkeypatch.setenv("SONGPIPE_LLM_BASE_URL", studio.writer_url)
        monkeypatch.setenv("SONGPIPE_LLM_MODELS", "rehearsal/songwriter")
        monkeypatch.setenv("SONGPIPE_ACESTEP_URLS", studio.band_url)

        code, out, err = say("doctor")

    assert 0 == code
    assert re.search(r"NANOGPT_API_KEY is set; \$\d+\.\d\d left", out)
    assert "sk-nano-not-a-real-key" not in out + err


def test_the_doctor_tries_the_key(say: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NANOGPT_API_KEY", "sk-nano-not-a-real-key")
    with RehearsalStudio(key="another") as studio:
        monkeypatch.setenv("SONGPIPE_LLM_BASE_URL", studio.writer_url)
        monkeypatch.setenv("SONGPIPE_LLM_MODELS", "rehearsal/songwriter")
        monkeypatch.setenv("SONGPIPE_ACESTEP_URLS", studio.band_url)

        code, out, _ = say("doctor")

    assert 4 == code
    assert re.search(r"FAIL key .*NANOGPT_API_KEY", out)


def test_the_doctor_names_the_nearest_model_when_none_is_listed(
    say: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RehearsalStudio() as studio:
        monkeypatch.setenv("SONGPIPE_LLM_BASE_URL", studio.writer_url)
        monkeypatch.setenv("SONGPIPE_LLM_MODELS", "rehearsal/songwritr")

        code, out, _ = say("doctor")

    assert 4 == code
    assert "rehearsal/songwriter" in out


def test_the_doctor_calls_a_server_what_the_settings_call_it(
    say: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RehearsalStudio() as studio:
        monkeypatch.setenv("SONGPIPE_LLM_BASE_URL", studio.writer_url)

        _, out, _ = say("doctor", "--set", f'acestep.servers=[{{url: "{studio.band_url}", name: attic}}]')

    assert f"attic answers at {studio.band_url}" in out


def test_the_doctor_of_a_wrong_port_says_so(say: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with RehearsalStudio(faults=["band-html"]) as studio:
        monkeypatch.setenv("SONGPIPE_LLM_BASE_URL", studio.writer_url)
        monkeypatch.setenv("SONGPIPE_LLM_MODELS", "rehearsal/songwriter")
        monkeypatch.setenv("SONGPIPE_ACESTEP_URLS", studio.band_url)

        code, out, _ = say("doctor")

    assert 5 == code
    assert re.search(r"FAIL music server .*", out)


def test_init_writes_a_workspace_that_works_and_touches_nothing_that_is_there(
    say: Any, workspace: Path
) -> None:
    (workspace / "studio").mkdir()
    (workspace / "studio" / "songpipe.yaml").write_text("llm: {max_tokens: 9000}\n")

    code, out, err = say("init", "studio")

    made = {Path(line).relative_to("studio").as_posix() for line in out.splitlines()}
    assert 0 == code
    assert {"briefs.yaml", "prompts/system.j2", "configs/default.yaml", "configs/taste/default.yaml"} <= made
    assert "songpipe.yaml" not in made
    assert "left alone because they exist: studio/songpipe.yaml" in err
    assert "llm: {max_tokens: 9000}\n" == (workspace / "studio" / "songpipe.yaml").read_text()


def test_the_files_of_init_are_the_ones_that_are_used(
    say: Any, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    say("init")
    (workspace / "prompts" / "brief.j2").write_text("{{ unknown_thing }}")

    code, _, err = say("write", "--rehearse", "a")

    assert 2 == code
    assert "prompts/brief.j2:1" in err
    assert "unknown_thing" in err


def test_the_briefs_of_init_are_briefs(say: Any, workspace: Path) -> None:
    say("init")

    read = briefs.read(workspace / "briefs.yaml", 200)

    texts = [brief.text for _, brief in read]
    assert ["insomnia trip-hop", "a lighthouse keeper's last night on duty"] == texts


def test_config_tells_the_source_of_each_value(say: Any, workspace: Path) -> None:
    (workspace / "songpipe.yaml").write_text("llm:\n  max_tokens: 9000\n")

    code, out, _ = say("config", "--json", "--set", "acestep.thinking=false")

    rows = {row["key"]: row for row in json.loads(out)["settings"]}
    assert 0 == code
    assert (9000, "songpipe.yaml:2") == (rows["llm.max_tokens"]["value"], rows["llm.max_tokens"]["source"])
    assert "--set" == rows["acestep.thinking"]["source"]
    assert rows["llm.base_url"]["source"].startswith("configs/default.yaml:")


def test_config_for_people_is_a_line_a_setting(say: Any) -> None:
    code, out, _ = say("config")

    assert 0 == code
    assert any(
        re.match(r"acestep\.audio_duration +240(\.0)? +# configs/default\.yaml:\d+", line)
        for line in out.splitlines()
    )


@pytest.mark.parametrize("kind", ["settings", "briefs", "song"])
def test_every_schema_is_a_valid_schema(say: Any, kind: str) -> None:
    code, out, _ = say("schema", kind)

    assert 0 == code
    Draft202012Validator.check_schema(json.loads(out))


def test_the_packaged_settings_keep_their_schema(say: Any) -> None:
    _, out, _ = say("schema", "settings")
    default = Path(__file__).parents[2] / "configs" / "default.yaml"

    Draft202012Validator(json.loads(out)).validate(yaml.safe_load(default.read_text()))


GOOD = """\
PROMPT: dark alternative rock, brooding female vocals, distorted guitars, heavy bass, atmospheric reverb, 90s \
grunge influence, emotional intensity, opens with a stark piano chord and a whispered vocal
LYRICS:
[verse]
The key still turns, the lock is yours, the hall light hums in brass
I kept the glove you left for me beside the broken glass

[chorus]
Turn the river, let it run
Hold my wrist until it's done
"""
BAD = """\
PROMPT: rock song
LYRICS:
[verse]
I woke up on a Tuesday morning
[chorus]
Tomorrow is another day
"""


def test_lint_passes_a_good_draft_and_fails_a_bad_one(say: Any, workspace: Path) -> None:
    (workspace / "good.txt").write_text(GOOD)
    (workspace / "bad.txt").write_text(BAD)

    good, bad = say("lint", "good.txt"), say("lint", "bad.txt")

    assert (0, 3) == (good[0], bad[0])
    assert re.search(r"^bad\.txt:4: SP204 error", bad[1], re.MULTILINE)
    assert re.search(r"^bad\.txt:1: SP201 error", bad[1], re.MULTILINE)


def test_lint_with_json_tells_findings_and_repairs(say: Any, workspace: Path) -> None:
    (workspace / "bad.txt").write_text(BAD)

    code, out, _ = say("lint", "bad.txt", "--json")

    told = json.loads(out)
    assert (3, False) == (code, told["ok"])
    assert {"rule", "severity", "line", "message", "hint"} == set(told["findings"][0])


def test_lint_obeys_the_severities_of_the_settings(say: Any, workspace: Path) -> None:
    (workspace / "good.txt").write_text(GOOD.replace("The key still turns", "I woke up, the key still turns"))

    strict = say("lint", "good.txt")
    lenient = say("lint", "good.txt", "--set", "rules={SP204: note}")

    assert (3, 0) == (strict[0], lenient[0])


def test_lint_of_text_without_a_song_says_why(say: Any, workspace: Path) -> None:
    (workspace / "chat.txt").write_text("Sure! Here are some thoughts on songs.")

    code, _, err = say("lint", "chat.txt")

    assert 3 == code
    assert "chat.txt holds no song" in err


def test_the_rehearsal_serves_until_ctrl_c() -> None:
    child = subprocess.Popen(
        interruptible([sys.executable, "-m", "pipeline", "rehearsal", "--fault", "html-200:1"]),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert child.stdout is not None
    urls = dict(child.stdout.readline().split() for _ in range(2))
    answers = [
        httpx.get(f"{urls['band']}/health", trust_env=False),
        httpx.get(f"{urls['writer']}/models", trust_env=False),
    ]

    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=20)

    assert [200, 200] == [answer.status_code for answer in answers]
    assert (0, False) == (child.returncode, "Traceback" in err)


def test_every_fault_is_listed(say: Any) -> None:
    code, out, _ = say("rehearsal", "--list-faults", "--json")

    names = {fault["name"] for fault in json.loads(out)["faults"]}
    assert 0 == code
    assert {"truncated-stream", "lost-task", "oom", "mp3-broken"} <= names


def test_lint_tells_what_songpipe_mends_itself(say: Any, workspace: Path) -> None:
    (workspace / "good.txt").write_text(GOOD)

    _, _, err = say("lint", "good.txt")

    assert "songpipe: mended: " in err
    assert "first 10 seconds" in err


def test_init_with_json_tells_what_was_written_and_what_was_kept(say: Any) -> None:
    say("init")

    code, out, _ = say("init", "--json")

    told = json.loads(out)
    assert (0, []) == (code, told["written"])
    assert "songpipe.yaml" in told["kept"]


def test_init_into_a_file_is_refused(say: Any, workspace: Path) -> None:
    (workspace / "taken").write_text("")

    code, _, err = say("init", "taken")

    assert 7 == code
    assert "cannot write" in err


def test_templates_may_live_in_a_folder_that_the_settings_name(say: Any, workspace: Path) -> None:
    (workspace / "mine").mkdir()
    (workspace / "mine" / "repair.j2").write_text("{{ nonsense }}")

    code, out, _ = say("doctor", "--rehearse", "--set", "prompts=mine")

    assert 2 == code
    assert "mine/repair.j2:1" in out


def test_faults_are_listed_for_people(say: Any) -> None:
    code, out, _ = say("rehearsal", "--list-faults")

    assert 0 == code
    assert re.search(r"^lost-task +band ", out, re.MULTILINE)


def test_a_draft_comes_from_standard_input_too(say: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(BAD.encode())))

    code, out, _ = say("lint", "-")

    assert 3 == code
    assert "standard input:4: SP204" in out


@pytest.mark.parametrize(("content", "said"), [(b"\xff\xfe", "not UTF-8"), (b"a" * 1_000_001, "larger than")])
def test_a_file_that_is_no_draft_is_refused(say: Any, workspace: Path, content: bytes, said: str) -> None:
    (workspace / "odd.txt").write_bytes(content)

    code, _, err = say("lint", "odd.txt")

    assert 2 == code
    assert said in err


def test_a_reader_that_left_early_is_no_error(workspace: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)

    ran = subprocess.run(
        [sys.executable, "-m", "pipeline", "schema", "song"],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)

    assert (0, "") == (ran.returncode, ran.stderr)


def test_ctrl_c_outside_a_song_is_an_exit_of_130(say: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    silent = io.TextIOWrapper(os.fdopen(reader, "rb"))
    monkeypatch.setattr("sys.stdin", silent)
    press = threading.Timer(0.5, os.kill, [os.getpid(), signal.SIGINT])
    press.start()

    code, out, err = say("lint", "-")  # waits for a draft that never comes

    press.join()
    os.close(writer)
    silent.close()
    assert (130, "") == (code, out)
    assert "songpipe: stopped" in err


def test_a_disk_that_cannot_be_written_to_is_told(say: Any) -> None:
    code, out, _ = say("doctor", "--rehearse", "--output", "/proc/songs")

    assert 7 == code
    assert re.search(r"FAIL disk +/proc cannot be written to", out)


def test_the_log_of_a_bug_names_packages_that_are_missing() -> None:
    path = write_log(["write"], "trace", packages=["no-such-package"])

    assert "no-such-package is not installed" in path.read_text()


def test_a_full_standard_output_is_no_bug_and_the_path_is_still_told(
    workspace: Path,
) -> None:
    song = [sys.executable, "-m", "pipeline", "write", "--rehearse", "a", "--duration", "10"]

    with open("/dev/full", "w") as full:  # noqa: PTH123 -- a device, not a path of ours
        ran = subprocess.run(song, stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    assert 7 == ran.returncode
    told = ran.stderr.strip().splitlines()[-1]
    assert "cannot write to standard output: No space left on device" in told
    assert Path(told.split("the song is finished: ")[1].rstrip(")")).exists()


def test_a_closed_standard_output_is_told(workspace: Path) -> None:
    shell = f"{sys.executable} -m pipeline schema song >&-"

    ran = subprocess.run(["bash", "-c", shell], stderr=subprocess.PIPE, text=True, check=False)

    assert 7 == ran.returncode
    assert "standard output is closed" in ran.stderr


def test_songpipe_alone_shows_its_help(say: Any) -> None:
    code, out, err = say()

    assert (2, "") == (code, out)
    assert "\n  write      One song" in err
