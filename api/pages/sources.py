"""Where the pages find what the application was made with."""

from __future__ import annotations

from flask import current_app

from exemptions.settings import Settings


def page_settings() -> Settings:
    """The settings of the running application."""
    settings: Settings = current_app.extensions["settings"]
    return settings
