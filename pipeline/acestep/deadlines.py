"""How long the band's wire waits for what; settings pass the numbers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds, and one size. The defaults suit a desktop GPU.

    Public ACE-Step servers freeze for minutes while they load models (ACE-Step-1.5 #1281), decode for minutes
    at an unmoving 80 % (HOT-Step-CPP #96) and queue strictly one job after the other.
    """

    connect_s: float = 10.0
    answer_s: float = 30.0  # for a poll or a look-up
    submit_s: float = 60.0  # until the server has taken a job
    blocking_s: float = 1800.0  # the same, where taking a job means playing it (the Gradio server)
    download_s: float = 300.0  # for one file
    start_s: float = 60.0  # how long a server that refuses connections may still be starting
    busy_s: float = 600.0  # how long a server whose queue is full is asked again
    patience_s: float = 600.0  # how long polls may fail before the server counts as gone
    handover_s: float = 180.0  # the same, before another server plays the songs, if there is one
    refused_s: float = 30.0  # the same, where connections are refused
    stall_s: float = 900.0  # how long a running task may show no change
    grace_s: float = 60.0  # how long a task that the server calls overdue may still finish
    wait_s: float = 3600.0  # for one call of `collect`; the next one waits for the same tasks
    gap_s: float = 5.0  # between two questions to a server, on average
    largest_file: int = 512 * 2**20  # bytes
