"""The edge: the one place where a failure becomes a line for the user and an exit code for a script."""

import io
import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import click
from click.exceptions import NoArgsIsHelpError

from pipeline.cli.group import songpipe
from pipeline.cli.printing import say_json
from pipeline.errors import InputError, Interrupted, ShelfError, SongpipeError


def run(argv: Sequence[str]) -> int:
    """Run the command line and give the exit code of the contract; never raises."""
    as_json = "--json" in argv
    _print_anything()
    try:
        code = songpipe.main(args=list(argv), prog_name="songpipe", standalone_mode=False)
    except (BrokenPipeError, SystemExit):  # click leaves with SystemExit when a pipe breaks, and only then
        return _reader_gone()
    except NoArgsIsHelpError as page:
        click.echo(page.format_message(), err=True)
        return InputError.exit_code
    except (SongpipeError, click.ClickException, click.Abort, KeyboardInterrupt) as error:
        return _tell(_foreseen(error), as_json)
    except Exception as bug:  # noqa: BLE001 -- the one handler for what nobody foresaw
        return _tell(as_foreseen(bug, argv), as_json)
    return code if isinstance(code, int) else 0


def _print_anything() -> None:
    """Let no character stop a message: what a terminal cannot show, or is half a character, is escaped."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _foreseen(error: BaseException) -> SongpipeError:
    if isinstance(error, SongpipeError):
        return error
    if isinstance(error, click.ClickException):
        context = getattr(error, "ctx", None)
        page = context.command_path if context is not None else "songpipe"
        return InputError(" ".join(error.format_message().split()), hint=f"see {page} --help")
    return Interrupted("stopped")


def _tell(error: SongpipeError, as_json: bool) -> int:
    if as_json:
        with suppress(ShelfError, BrokenPipeError):  # the line on standard error still says it
            say_json(error_document(error))
    tell(error)
    return error.exit_code


def error_document(error: SongpipeError) -> dict[str, Any]:
    """Give the document of a failure, `songpipe.error/1`; its class is one that the reference names."""
    public = next(kind for kind in type(error).__mro__ if kind.__module__ == SongpipeError.__module__)
    return {
        "schema": "songpipe.error/1",
        "error": public.__name__,
        "message": error.message,
        "hint": error.hint,
        "exit_code": error.exit_code,
    }


def tell(error: SongpipeError, prefix: str = "") -> None:
    """Print one line on standard error: what happened, and what to do now."""
    hint = f" ({error.hint})" if error.hint else ""
    line = " ".join(f"songpipe: {prefix}{error.message}{hint}".split())
    click.echo(
        "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in line), err=True
    )


def _reader_gone() -> int:
    """Leave quietly when the reader of our output has left (`songpipe … | head`)."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def as_foreseen(error: BaseException, argv: Sequence[str]) -> SongpipeError:
    """Give a failure as it is told: a bug is written to a log, whose path is told."""
    if isinstance(error, SongpipeError):
        return error
    from pipeline.cli.buglog import write_log

    path = write_log(argv, "".join(traceback.format_exception(error)))
    return SongpipeError(
        f"this is a bug in songpipe; a log was written to {path}", hint="please report it with the log"
    )
