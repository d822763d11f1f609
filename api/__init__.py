"""The edge of the service: Flask application, API, pages and command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exemptions.calendar import Clock, system_clock
from exemptions.settings import Settings

if TYPE_CHECKING:
    from flask import Flask


def create_app(settings: Settings | None = None, *, clock: Clock = system_clock) -> Flask:
    """The application over the releases that `settings` (the environment's when absent) name.

    Raises: SettingsError if a process of role `public` could read the book of record or a key.
    """
    # The command line imports this package for every command; most of them need no web framework.
    from api.app import build_app

    return build_app(settings, clock=clock)
