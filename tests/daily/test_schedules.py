"""Crontab lines and systemd units work as they stand, whatever the paths look like, and hold no key."""

import configparser
import json
import os
import re
import shlex
import shutil
import stat
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.notices.schedules import Job, crontab, systemd, units

ODD = [
    "plain",
    "with space",
    "o'brien",
    '100% "real"',
    "$HOME `id`",
    "æ–日本",
    "a;b&c|d",
    "[x] *?",
    "-dash",
    "#1",
]
ARGUMENTS = ("daily", "--theme", 'it\'s 100% $HOME; "rust" & `id`', "--output", "", "#", ";")

# A songpipe that writes down how it was called.
RECORDER = """\
#!/usr/bin/env python3
import json, os, sys
seen = {"argv": sys.argv[1:], "cwd": os.getcwd(), "key": os.environ.get("NANOGPT_API_KEY")}
with open(os.environ["RECORD"], "w") as file:
    json.dump(seen, file)
print("the path of the song")
print("a note", file=sys.stderr)
"""


def job_in(folder: Path, **changes: object) -> Job:
    """A job whose every path lies in the folder, with a fake songpipe in it."""
    folder.mkdir(parents=True)
    program = folder / "songpipe"
    program.write_text(RECORDER, encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    job = Job((str(program), *ARGUMENTS), folder, folder / "keys.env", folder / "daily.log")
    return replace(job, **changes)  # type: ignore[arg-type]


def as_cron_runs_it(text: str) -> tuple[list[str], str]:
    """Take a crontab apart as cron does: five fields, and a command that an unescaped % would end."""
    (line,) = [line for line in text.splitlines() if line and not line.startswith("#")]
    *fields, command = line.split(" ", 5)
    return fields, re.split(r"(?<!\\)%", command)[0].replace(r"\%", "%")


def run(command: str, record: Path) -> subprocess.CompletedProcess[str]:
    """Run a command in cron's bare environment."""
    environment = {"PATH": os.environ["PATH"], "HOME": "/", "SHELL": "/bin/sh", "RECORD": str(record)}
    return subprocess.run(
        ["/bin/sh", "-c", command], env=environment, cwd="/", capture_output=True, text=True, check=False
    )


# -- cron


@pytest.mark.parametrize("name", ODD)
def test_the_cron_line_runs_the_command_in_the_workspace_with_its_keys(tmp_path: Path, name: str) -> None:
    job = job_in(tmp_path / name)
    job.environment_file.write_text("# the keys\nNANOGPT_API_KEY='sk-&%$HOME'\n", encoding="utf-8")
    fields, command = as_cron_runs_it(crontab(job))

    ended = run(command, tmp_path / "record.json")

    assert (["0", "6", "*", "*", "*"], 0, "", "") == (fields, ended.returncode, ended.stdout, ended.stderr)
    assert {
        "argv": list(ARGUMENTS),
        "cwd": str(job.workspace),
        "key": "sk-&%$HOME",
    } == json.loads((tmp_path / "record.json").read_text())
    assert ["a note", "the path of the song"] == sorted(job.log.read_text().splitlines())


def test_the_cron_line_runs_without_a_file_of_keys(tmp_path: Path) -> None:
    job = job_in(tmp_path / "songs")

    ended = run(as_cron_runs_it(crontab(job))[1], tmp_path / "record.json")

    assert 0 == ended.returncode
    assert json.loads((tmp_path / "record.json").read_text())["key"] is None


def test_the_cron_line_appends_to_its_log_and_gives_the_exit_code_back(tmp_path: Path) -> None:
    job = job_in(tmp_path / "songs")
    failing = replace(job, command=("/bin/sh", "-c", "echo again >&2; exit 5"))

    codes = [run(as_cron_runs_it(crontab(failing))[1], tmp_path / "r").returncode for _ in range(2)]

    assert [5, 5] == codes
    assert "again\nagain\n" == job.log.read_text()


def test_the_cron_line_runs_nothing_when_the_workspace_is_gone(tmp_path: Path) -> None:
    job = replace(job_in(tmp_path / "songs"), workspace=tmp_path / "gone")

    ended = run(as_cron_runs_it(crontab(job))[1], tmp_path / "record.json")

    assert 0 != ended.returncode
    assert not (tmp_path / "record.json").exists()
    assert "gone" in job.log.read_text()


@pytest.mark.parametrize("shell", [name for name in ("sh", "bash", "zsh", "fish") if shutil.which(name)])
def test_the_cron_line_is_read_alike_by_the_shell_that_a_crontab_may_name(tmp_path: Path, shell: str) -> None:
    job = job_in(tmp_path / "o'brien 100%")
    command = as_cron_runs_it(crontab(job))[1]

    subprocess.run([shell, "-c", command], env={**os.environ, "RECORD": str(tmp_path / "r")}, check=True)

    assert list(ARGUMENTS) == json.loads((tmp_path / "r").read_text())["argv"]


def test_the_time_of_the_day_is_the_lines_first_two_fields(tmp_path: Path) -> None:
    job = replace(job_in(tmp_path / "songs"), at="23:05")

    assert ["5", "23", "*", "*", "*"] == as_cron_runs_it(crontab(job))[0]


def test_what_crons_read_differently_is_refused(tmp_path: Path) -> None:
    job = job_in(tmp_path / "songs")

    with pytest.raises(InputError, match="backslash"):
        crontab(replace(job, workspace=tmp_path / "a\\b"))
    with pytest.raises(InputError, match="too long"):
        crontab(replace(job, workspace=Path("/" + "long/" * 200)))


# -- systemd


def unit(text: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(
        delimiters=("=",), comment_prefixes=("#", ";"), interpolation=None, strict=False
    )
    parser.optionxform = str  # type: ignore[assignment, method-assign]  # keys keep their case
    parser.read_string(text)
    return parser


def as_systemd_reads_it(line: str) -> list[str]:
    """Split an ExecStart= as systemd.service(5) says: quotes, C escapes, %% and, but for the program, $$."""
    found = re.findall(r'"((?:\\.|[^"\\])*)"|(\S+)', line)
    words = [
        (re.sub(r"\\(.)", r"\1", quoted) if bare == "" else bare).replace("%%", "%") for quoted, bare in found
    ]
    return [words[0], *(word.replace("$$", "$") for word in words[1:])]


@pytest.mark.parametrize("name", ODD)
def test_the_service_starts_the_command_in_the_workspace(tmp_path: Path, name: str) -> None:
    job = job_in(tmp_path / name)
    service = unit(units(job)["songpipe-daily.service"])["Service"]

    argv = as_systemd_reads_it(service["ExecStart"])
    subprocess.run(argv, env={**os.environ, "RECORD": str(tmp_path / "r")}, check=True, capture_output=True)

    assert list(ARGUMENTS) == json.loads((tmp_path / "r").read_text())["argv"]
    assert str(job.workspace) == service["WorkingDirectory"].replace("%%", "%")
    assert service["EnvironmentFile"].startswith("-/")
    assert "oneshot" == service["Type"]


def test_odd_characters_are_spelled_as_the_manual_says(tmp_path: Path) -> None:
    job = Job(("/opt/x y/songpipe", "a$b", '50% "x" \\'), tmp_path / "50%", tmp_path / "[a]*", tmp_path / "l")

    service = unit(units(job)["songpipe-daily.service"])["Service"]

    assert r'"/opt/x y/songpipe" "a$$b" "50%% \"x\" \\"' == service["ExecStart"]
    assert f"{tmp_path}/50%%" == service["WorkingDirectory"]
    assert rf"-{tmp_path}/\[a]\*" == service["EnvironmentFile"]


@pytest.mark.parametrize("name", ODD)
def test_systemd_itself_finds_no_fault(tmp_path: Path, name: str) -> None:
    if not (analyze := shutil.which("systemd-analyze")):
        pytest.skip("systemd-analyze is not here")
    job = job_in(tmp_path / name)
    for file, text in units(job).items():
        (tmp_path / file).write_text(text, encoding="utf-8")

    ended = subprocess.run(
        [analyze, "verify", "--man=no", *(str(tmp_path / file) for file in units(job))],
        env={**os.environ, "SYSTEMD_LOG_LEVEL": "warning"},
        capture_output=True,
        text=True,
        check=False,
    )

    ours = [line for line in ended.stderr.splitlines() if "songpipe" in line]
    assert (0, []) == (ended.returncode, ours), ended.stderr


def test_the_timer_makes_up_for_a_morning_that_the_machine_slept_through(tmp_path: Path) -> None:
    job = replace(job_in(tmp_path / "songs"), at="06:30", jitter_s=900)

    timer = unit(units(job)["songpipe-daily.timer"])

    assert "*-*-* 06:30:00" == timer["Timer"]["OnCalendar"]
    assert "true" == timer["Timer"]["Persistent"]
    assert "900" == timer["Timer"]["RandomizedDelaySec"]
    assert "timers.target" == timer["Install"]["WantedBy"]
    assert "RandomizedDelaySec" not in units(replace(job, jitter_s=0))["songpipe-daily.timer"]


def test_the_systems_manager_runs_it_as_the_user_when_there_is_a_network(tmp_path: Path) -> None:
    job = job_in(tmp_path / "songs")

    own, systems = (unit(units(job, user)["songpipe-daily.service"]) for user in ("", "mikkel"))

    assert ("mikkel", "network-online.target") == (systems["Service"]["User"], systems["Unit"]["After"])
    assert "User" not in own["Service"]
    assert "After" not in own["Unit"]  # a user's manager knows no such target


def test_the_printed_text_holds_both_files_under_their_names(tmp_path: Path) -> None:
    job = job_in(tmp_path / "songs")

    text = systemd(job)

    for name, content in units(job).items():
        assert f"# ~/.config/systemd/user/{name}\n{content}" in text
    assert "# /etc/systemd/system/songpipe-daily.timer\n" in systemd(job, "mikkel")
    assert "loginctl enable-linger" in text


@pytest.mark.parametrize("ending", ["ends\\", "ends "])
def test_a_path_that_systemd_cannot_read_is_refused(tmp_path: Path, ending: str) -> None:
    with pytest.raises(InputError, match="systemd cannot read"):
        systemd(replace(job_in(tmp_path / "songs"), workspace=tmp_path / ending))


# -- both


def test_both_say_where_the_keys_belong_and_neither_holds_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NANOGPT_API_KEY", "sk-very-secret")
    job = replace(job_in(tmp_path / "my songs"), variables=("NANOGPT_API_KEY", "SONGPIPE_NOTIFY_URLS"))
    job.environment_file.write_text("NANOGPT_API_KEY='sk-very-secret'\n")

    for text in (crontab(job), systemd(job)):
        comments = [line for line in text.splitlines() if line.startswith("#")]
        assert "#   NANOGPT_API_KEY='…'" in comments
        assert "#   SONGPIPE_NOTIFY_URLS='…'" in comments
        assert any(f"chmod 600 {shlex.quote(str(job.environment_file))}" in line for line in comments)
        assert "very-secret" not in text


@pytest.mark.parametrize("at", ["6", "24:00", "6:00", "06:60", "06:00:00", "", "٠٦:٠٠", "06:00\n"])
def test_a_time_that_is_none_is_refused(tmp_path: Path, at: str) -> None:
    with pytest.raises(InputError, match="no time of the day"):
        Job(("/bin/true",), tmp_path, tmp_path / "e", tmp_path / "l", at=at)


def test_paths_start_at_the_root_and_hold_no_line_breaks(tmp_path: Path) -> None:
    job = Job(("/bin/true",), tmp_path, tmp_path / "e", tmp_path / "l")

    for command in (("songpipe",), ("bin/songpipe",)):
        with pytest.raises(InputError, match="not an absolute path"):
            replace(job, command=command)
    with pytest.raises(InputError, match="not an absolute path"):
        replace(job, workspace=Path("songs"))
    with pytest.raises(InputError, match="line break"):
        replace(job, log=tmp_path / "a\n* * * * * rm -rf")
    with pytest.raises(InputError, match="line break"):
        replace(job, command=("/bin/true", "a\nb"))
