"""The limits of the ear as songpipe ships them."""

from pathlib import Path

from pipeline.settings.load import load

LIMITS = load(environ={}, home=Path("/nowhere"), cwd=Path("/nowhere")).settings.listening.limits
