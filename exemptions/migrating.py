"""Bringing a book to the present shape. Alembic is loaded only by who needs it: a book is seldom out of shape."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sqlalchemy import Engine, inspect, text

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def is_present_shape(engine: Engine) -> bool:
    """Whether every migration has been applied to the database."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        return bool(connection.scalar(text("SELECT version_num FROM alembic_version")) == last_revision())


@cache
def last_revision() -> str:
    """The revision that the last migration leads to: files are named by it, and count up."""
    return max(path.name for path in (MIGRATIONS / "versions").glob("[0-9]*.py")).partition("_")[0]


def migrate(engine: Engine) -> None:
    """Apply the migrations that the database has not seen."""
    # Loading it takes a sixth of the time that a whole command takes to start.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine
    command.upgrade(config, "head")
