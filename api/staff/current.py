"""Who asks, and the book of record that this process has open."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from flask import Flask, current_app, g

from api.state import app_state
from exemptions.accounts import Actor
from exemptions.database import Book, open_book

if TYPE_CHECKING:
    from exemptions.sessions import StaffSessionFacts

BOOK_EXTENSION = "book"
_LOCK_EXTENSION = "book_lock"


def register_book(app: Flask) -> None:
    """Let the application open the book when it is first asked for, which is after a server has forked its workers."""
    app.extensions[_LOCK_EXTENSION] = Lock()


def staff_book() -> Book:
    """The book of record, opened once for this process.

    Raises: SettingsError if its database cannot be reached; Busy if another process is changing it for over a minute.
    """
    extensions = current_app.extensions
    with extensions[_LOCK_EXTENSION]:
        if BOOK_EXTENSION not in extensions:
            state = app_state()
            extensions[BOOK_EXTENSION] = open_book(state.settings, clock=state.clock)
        book: Book = extensions[BOOK_EXTENSION]
    return book


def find_staff() -> StaffSessionFacts | None:
    """The session of who asks, if there is one."""
    facts: StaffSessionFacts | None = g.get("staff")
    return facts


def current_staff() -> StaffSessionFacts:
    """The session of who asks; only a view for signed-in persons may call it."""
    facts = find_staff()
    if facts is None:
        raise RuntimeError("this view is not for signed-in persons only")
    return facts


def current_actor() -> Actor:
    """Who asks, as the audit names it."""
    return Actor(current_staff().account)
