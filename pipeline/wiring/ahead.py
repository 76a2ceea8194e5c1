"""Ahead: what is needed soon is loaded while something else is waited for."""

import threading
from importlib import import_module


def load_ahead(module: str) -> None:
    """Import a module in a thread of its own; returns at once. Whoever needs it then imports it as ever."""
    threading.Thread(target=import_module, args=(module,), name="loading", daemon=True).start()
