"""Outcomes: what a finished task amounts to, its audio on disk or the reason why there is none."""

from pathlib import Path

from pipeline.acestep import addresses, keepsakes, reasons, request
from pipeline.acestep.answers import Report, State
from pipeline.acestep.download import Downloads, Fetched, Unusable
from pipeline.acestep.following import Task
from pipeline.acestep.server import Server
from pipeline.arranging import NEEDS_RESTART
from pipeline.errors import ShelfError
from pipeline.take import Failure, Outcome, Recording, Ticket, Trouble

NO_REASON = "the server failed and gave no reason; its console has it"
NO_FILE = "the server played it and gave no audio file"
NO_MODEL = "the server has no language model, which thinking needs"


class Harvest:
    """Turns finished tasks of one server into outcomes."""

    def __init__(self, server: Server, downloads: Downloads) -> None:
        self._server = server
        self._downloads = downloads

    def outcome(self, task: Task, folder: Path) -> Outcome:
        """Give the outcome of a task that is no longer open, its audio saved in `folder`.

        Raises BandError when the server cannot be reached any more, ShelfError when the disk fails.
        """
        if task.failure is not None or task.final is None:
            return Outcome(task.ticket, failure=task.failure)
        if task.final.state is State.FAILED:
            return Outcome(task.ticket, failure=self._why(task.ticket, task.final))
        return self._brought_home(task, task.final, folder)

    def _why(self, ticket: Ticket, report: Report) -> Failure:
        """Find out why: from the server's words, its log's last line, or by asking for its language model."""
        if report.reason:
            words = reasons.last_words(report.reason) or NO_REASON
            if reasons.is_sticky(report.reason):
                return Failure(Trouble.FAILED, f"{NEEDS_RESTART}: {words}")
            return Failure(reasons.trouble(report.reason), words)
        if reasons.trouble(report.hearsay) is not Trouble.FAILED:
            return Failure(reasons.trouble(report.hearsay), report.hearsay)
        if ticket.job.thinking and self._server.lacks_language_model():
            return Failure(Trouble.NO_LANGUAGE_MODEL, NO_MODEL)
        log = f" (the last line of its log: {report.hearsay})" if report.hearsay else ""
        return Failure(Trouble.FAILED, NO_REASON + log)

    def _brought_home(self, task: Task, report: Report, folder: Path) -> Outcome:
        """Download at once: a later job of the same parameters overwrites the file on the server."""
        ticket, said = task.ticket, reasons.last_words(report.reason)
        failed = _failed(ticket, Trouble.EXPORT, f"{NO_FILE}: {said}" if said else NO_FILE)
        recordings: list[Recording] = []
        try:
            for index, reference in enumerate(report.audio[: ticket.job.batch_size]):
                name = f"take-{ticket.job.number + index}"
                fetched = self._downloads.fetch(reference, folder, name)
                if index == 0 and fetched.age_s is not None:
                    task.had_its_file_for(fetched.age_s)
                recordings.append(_recording(task, index, fetched, report))
        except Unusable as fault:
            failed = _failed(ticket, fault.trouble, str(fault))
        except addresses.Elsewhere as fault:
            failed = _failed(ticket, Trouble.FAILED, f"the server's answer was not followed: {fault}")
        if not recordings:
            return failed
        if task.was_seen_at_work:
            self._server.speed.learn(ticket.job, task.render_s)
        _keep(folder, ticket, recordings)
        return Outcome(ticket, tuple(recordings))


def _recording(task: Task, index: int, fetched: Fetched, report: Report) -> Recording:
    job = task.ticket.job
    return Recording(
        number=job.number + index,
        seed=request.seed_of(job, index),
        server=task.ticket.server,
        task_id=task.ticket.task_id,
        file=str(fetched.file),
        format=fetched.format,
        size=fetched.size,
        sha256=fetched.sha256,
        queue_s=round(task.queue_s, 3),
        render_s=round(task.render_s, 3),
        server_says=report.says,
    )


def _failed(ticket: Ticket, trouble: Trouble, message: str) -> Outcome:
    return Outcome(ticket, failure=Failure(trouble, message))


def _keep(folder: Path, ticket: Ticket, recordings: list[Recording]) -> None:
    try:
        keepsakes.keep(folder, ticket, recordings)
    except OSError as exc:
        raise ShelfError(
            f"the takes cannot be noted in {str(folder)!r}: {exc.strerror or exc}",
            hint="check that the disk has room and the folder can be written to",
        ) from exc
