"""The days of a workspace, and who hears of them."""

from collections.abc import Callable

from pipeline.engine.daily import Calendar
from pipeline.notices import messages
from pipeline.notices.notices import Notices
from pipeline.settings.load import Loaded
from pipeline.settings.themes import load_themes
from pipeline.wiring.texts import folders


def calendar(loaded: Loaded, *, rehearsal: bool) -> Calendar:
    """Give the days of this workspace, with the themes of the settings."""
    name = loaded.settings.daily.themes
    themes = load_themes(name, folders(loaded), loaded.sources["daily.themes"])
    return Calendar(loaded.settings.output, themes, rehearsal)


def notices(loaded: Loaded, note: Callable[[str], None]) -> Notices:
    """Give those who hear of the song of the day; their addresses are secrets of the environment."""
    daily = loaded.settings.daily
    addresses = messages.addresses(loaded.keys.of(daily.notify_env))
    return Notices(addresses, loaded.keys.of(daily.healthcheck_env), daily.notify, note)
