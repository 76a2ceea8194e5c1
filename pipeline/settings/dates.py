"""The date of a song: which day it is where the user lives."""

from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipeline.brief import quoted
from pipeline.errors import SettingsError


def day_of(now: datetime, zone: str | None) -> date:
    """Give the date at a moment in a time zone such as 'Europe/Copenhagen'; None means the system's.

    `now` knows its offset. Raises SettingsError for a zone that this system does not know.
    """
    if now.tzinfo is None:
        raise ValueError("a moment without an offset has no date elsewhere")
    try:
        there = None if zone is None else ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # what is no name is looked up as a path
        raise SettingsError(
            f"no time zone is called {quoted(zone)}", hint="write one such as 'Europe/Copenhagen'"
        ) from error
    return now.astimezone(there).date()
