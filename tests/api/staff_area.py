"""The staff's area over a home of its own: people, their browsers, and a clock that the test moves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api import create_app
from exemptions.accounts import Actor, StaffRole, add_account, give_password
from exemptions.audit_search import AuditFilter, AuditLine, find_entries
from exemptions.database import Book, open_book
from exemptions.own_account import begin_second_factor, confirm_second_factor
from exemptions.settings import Settings, read_settings

PASSWORD = "el río baja turbio 47"
"""Of everybody here who chose one."""
ADMINISTRATOR, APPROVER, LOADER = "admira", "berta", "carlos"
OPERATOR = Actor("operator")

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class StaffArea:
    """One application with its book, and the people that a test adds."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.now = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
        self.settings: Settings = read_settings({"EXEMPTIONS_HOME": str(home), **environment})
        self.book: Book = open_book(self.settings, clock=self.clock)
        self.app: Flask = create_app(self.settings, clock=self.clock)

    def clock(self) -> datetime:
        return self.now

    def wait(self, **length: float) -> None:
        """Let time pass."""
        self.now += timedelta(**length)

    def add(self, name: str, role: StaffRole, *, own_password: bool = True) -> None:
        """Add a person; without an own password it is one that has to be changed."""
        with self.book.write() as session:
            add_account(session, actor=OPERATOR, name=name, role=role, at=self.now)
            # Who gives a password to oneself has chosen it.
            giver = Actor(name) if own_password else OPERATOR
            give_password(session, actor=giver, name=name, password=PASSWORD, at=self.now)

    def add_everybody(self) -> None:
        """Add one person of each role."""
        self.add(ADMINISTRATOR, StaffRole.ADMINISTRATOR)
        self.add(APPROVER, StaffRole.APPROVER)
        self.add(LOADER, StaffRole.LOADER)

    def add_factor(self, name: str) -> pyotp.TOTP:
        """Give a person a second factor; what computes its codes."""
        with self.book.write() as session:
            secret = begin_second_factor(session, name=name, current=PASSWORD, at=self.now)
            assert secret is not None
            totp = pyotp.TOTP(secret)
            confirm_second_factor(session, name=name, code=totp.at(self.now), at=self.now)
        self.wait(seconds=60)
        return totp

    def browser(self) -> FlaskClient:
        """A browser that nobody has signed in with."""
        return self.app.test_client()

    def sign_in(self, name: str, password: str = PASSWORD, *, browser: FlaskClient | None = None) -> FlaskClient:
        """A browser that a person signed in with."""
        browser = browser or self.browser()
        response = post(browser, "/staff/entrar", name=name, password=password)
        assert response.status_code == 303, response.text
        return browser

    def acts(self, **wanted: str) -> list[AuditLine]:
        """The entries of the audit that are wanted, newest first."""
        with self.book.read() as session:
            return list(find_entries(session, AuditFilter(**wanted), limit=1000))

    def close(self) -> None:
        """Give back what is open."""
        self.book.close()
        book = self.app.extensions.get("book")
        if book is not None:
            book.close()


@contextmanager
def open_staff_area(home: Path, **environment: str) -> Iterator[StaffArea]:
    """A staff area for the length of the block."""
    area = StaffArea(home, **environment)
    try:
        yield area
    finally:
        area.close()


def form_token(browser: FlaskClient, page: str = "/staff/entrar") -> str:
    """The token that the forms of this browser carry."""
    response = browser.get(page)
    if response.status_code == 303:
        # Who is signed in is sent on from the page of signing in; every page has a form to sign out.
        response = browser.get("/staff/cuenta")
    found = _TOKEN.search(response.text)
    assert found, response.text
    return found[1]


def post(browser: FlaskClient, path: str, **fields: str) -> TestResponse:
    """Send a form as a page of the area sends it."""
    return browser.post(path, data={"csrf_token": form_token(browser), **fields})
