"""What cron and systemd need to run a command every day: text that works as it stands, for the user to install."""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import InputError

_NAME = "songpipe-daily"
_LONGEST_CRON = 990  # characters of a command: Debian's cron takes 999 and drops the line otherwise, silently
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_PLAIN = re.compile(r"[\w@+=:,./-]+", re.ASCII)
_REFUSED_BY_SYSTEMD = re.compile(r"['\"\\]")  # in the name of a program, however it is quoted
_GLOB, _BACKSLASHED = re.compile(r"([*?\[\\])"), r"\\\1"  # an EnvironmentFile= is a pattern


@dataclass(frozen=True, slots=True)
class Job:
    """A command to run every day `at` HH:MM of the system's clock. All paths are absolute.

    `command` is the program and its arguments; it starts in `workspace`. The keys are in `environment_file`,
    which need not exist yet; `variables` are the names it may hold. cron appends what is printed to `log`,
    whose folder exists; systemd has its journal, and waits up to `jitter_s` seconds more.
    """

    command: Sequence[str]
    workspace: Path
    environment_file: Path
    log: Path
    at: str = "06:00"
    jitter_s: int = 0
    variables: Sequence[str] = ()

    def __post_init__(self) -> None:
        if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", self.at):
            raise InputError(f"{self.at!r} is no time of the day", hint="write it like 06:00")
        for path in (self.command[0], self.workspace, self.environment_file, self.log):
            if not Path(path).is_absolute():
                raise InputError(f"{str(path)!r} is not an absolute path", hint="write it from the root on")
        if any(map(_UNSEEN.search, [*self.command, *map(str, self._paths())])):
            raise InputError("a path or an argument holds a line break or another unseen character")

    def _paths(self) -> tuple[Path, ...]:
        return self.workspace, self.environment_file, self.log


def crontab(job: Job) -> str:
    """Write the line for `crontab -e`. Raises InputError for what cron cannot carry."""
    hour, minute = job.at.split(":")
    line = f"/bin/sh -c {shlex.quote(_script(job))} >> {shlex.quote(str(job.log))} 2>&1"
    if "\\" in line:
        raise InputError("crons differ in how they read a backslash", hint="use systemd, or another path")
    escaped = line.replace("%", r"\%")  # a bare one ends the command, inside quotes as well
    if len(escaped.encode()) > _LONGEST_CRON:
        raise InputError("the line would be too long for cron", hint="use systemd, or shorter paths")
    about = "# The song of the day. Add the line below with `crontab -e`.\n"
    return f"{about}{_keys(job)}{int(minute)} {int(hour)} * * * {escaped}\n"


def units(job: Job, user: str = "") -> Mapping[str, str]:
    """Write the systemd units by file name: for the user's own manager, or for the system's, run as `user`.

    Raises InputError for a path that systemd cannot read.
    """
    network = "Wants=network-online.target\nAfter=network-online.target\n" if user else ""
    runs_as = f"User={user}\n" if user else ""
    jitter = f"RandomizedDelaySec={job.jitter_s}\n" if job.jitter_s else ""
    service = (
        f"[Unit]\nDescription=The song of the day\n{network}\n[Service]\nType=oneshot\n{runs_as}"
        f"WorkingDirectory={_path(job.workspace)}\n"
        f"EnvironmentFile=-{_GLOB.sub(_BACKSLASHED, _path(job.environment_file))}\n"
        f"ExecStart={_exec(job.command)}\n"
    )
    timer = (
        f"[Unit]\nDescription=The song of the day, every day at {job.at}\n\n[Timer]\n"
        f"OnCalendar=*-*-* {job.at}:00\nPersistent=true\n{jitter}\n[Install]\nWantedBy=timers.target\n"
    )
    return {f"{_NAME}.service": service, f"{_NAME}.timer": timer}


def systemd(job: Job, user: str = "") -> str:
    """Write both units as one text, each under the path of its file, with what to type afterwards."""
    folder = "/etc/systemd/system" if user else "~/.config/systemd/user"
    control = "sudo systemctl" if user else "systemctl --user"
    files = [f"# {folder}/{name}\n{text}" for name, text in units(job, user).items()]
    linger = "" if user else "#   loginctl enable-linger      (to run while you are logged out)\n"
    about = (
        "# The song of the day. Save the two parts below as the files that their first lines name, then:\n"
        f"#   {control} daemon-reload\n#   {control} enable --now {_NAME}.timer\n{linger}"
    )
    return "\n".join([f"{about}{_keys(job)}", *files])


def _script(job: Job) -> str:
    workspace, keys = shlex.quote(str(job.workspace)), shlex.quote(str(job.environment_file))
    return (
        f"cd {workspace} || exit; set -a; if [ -r {keys} ]; then . {keys}; fi; set +a; "
        f"exec {shlex.join(job.command)}"
    )


def _keys(job: Job) -> str:
    """Say where the keys belong; they themselves are never printed."""
    names = "".join(f"#   {name}='…'\n" for name in job.variables)
    chmod = f"chmod 600 {shlex.quote(str(job.environment_file))}"
    about = "# Keys come from a file with a NAME='value' a line, without `export`, that you alone read:"
    return f"{about}\n#   {chmod}\n{names}"


def _path(path: Path) -> str:
    """Spell a path that goes to the end of its line, where no quotes are read."""
    if str(path) != str(path).strip() or str(path).endswith("\\"):
        raise InputError(f"systemd cannot read a path that ends like {str(path)!r}", hint="use another path")
    return str(path).replace("%", "%%")


def _exec(command: Sequence[str]) -> str:
    if _REFUSED_BY_SYSTEMD.search(command[0]):
        command = ("/bin/sh", "-c", 'exec "$0" "$@"', *command)
    program, *arguments = command
    return " ".join([_word(program), *(_word(argument).replace("$", "$$") for argument in arguments)])


def _word(text: str) -> str:
    escaped = text.replace("%", "%%")
    if _PLAIN.fullmatch(text):
        return escaped
    return '"' + escaped.replace("\\", "\\\\").replace('"', '\\"') + '"'
