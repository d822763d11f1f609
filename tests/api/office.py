"""A registry with one person of each role, each with a token for the staff's API, and the work that it orders."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api import create_app
from api.work import run_next_job
from exemptions.accounts import Actor, StaffRole, add_account, issue_token
from exemptions.audit_search import AuditFilter, find_entries
from exemptions.database import Book, open_book
from exemptions.settings import Settings, read_settings
from tests.api.staff_home import registry_file, school

PREFIX = "/api/v1/staff"
OPERATOR = Actor("operator")
PEOPLE = {"ana": StaffRole.ADMINISTRATOR, "luis": StaffRole.LOADER, "marta": StaffRole.APPROVER}


class Office:
    """A book with one person of each role, an application over it, and a token for each of them."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.now = datetime(2026, 8, 1, 15, tzinfo=UTC)
        self.settings: Settings = read_settings({"EXEMPTIONS_HOME": str(home), **environment})
        self.book: Book = open_book(self.settings, clock=self.clock)
        self.tokens: dict[str, str] = {}
        with self.book.write() as session:
            for name, role in PEOPLE.items():
                add_account(session, actor=OPERATOR, name=name, role=role, at=self.now)
                self.tokens[name] = issue_token(session, actor=OPERATOR, name=name, at=self.now, days=30)
        self.app: Flask = create_app(self.settings, clock=self.clock)
        self.client: FlaskClient = self.app.test_client()

    def clock(self) -> datetime:
        return self.now

    def ask(self, name: str, path: str, *, method: str = "GET", **options: Any) -> TestResponse:
        """What a program with this person's token gets."""
        headers = {"Authorization": f"Bearer {self.tokens[name]}", **options.pop("headers", {})}
        return self.client.open(f"{PREFIX}{path}", method=method, headers=headers, **options)

    def order(self, name: str, path: str, body: object = None) -> TestResponse:
        """Send an order, with a body or without one."""
        return self.ask(name, path, method="POST", **({} if body is None else {"json": body}))

    def deliver(
        self, content: bytes, query: str = "dataset=registry&file_name=julio.csv", *, name: str = "luis"
    ) -> TestResponse:
        """Deliver a file as the person who loads, as curl's --data-binary does."""
        kind = "application/x-www-form-urlencoded"
        return self.ask(name, f"/batches?{query}", method="POST", data=content, content_type=kind)

    def load(self, *numbers: int, query: str = "dataset=registry&file_name=julio.csv") -> dict[str, Any]:
        """Deliver a clean file with these schools, do its job, and give the batch."""
        job = self.deliver(registry_file(map(school, numbers)), query).json["job"]
        assert run_next_job(self.book, self.settings, self.clock)
        outcome = self.ask("luis", f"/jobs/{job}").json["outcome"]
        batch: dict[str, Any] = self.ask("luis", f"/batches/{outcome['batch']}").json
        return batch

    def work(self, response: TestResponse) -> dict[str, Any]:
        """Do the job that was accepted, and give what its address tells afterwards."""
        assert response.status_code == 202, response.text
        assert run_next_job(self.book, self.settings, self.clock)
        told: dict[str, Any] = self.ask("marta", response.headers["Location"].removeprefix(PREFIX)).json
        return told

    def run_job(self) -> None:
        """Do the job that waits longest."""
        assert run_next_job(self.book, self.settings, self.clock)

    def denials(self) -> list[tuple[str, str]]:
        """Who was refused what."""
        with self.book.read() as session:
            entries = find_entries(session, AuditFilter(act="denied"), limit=100)
        return [(entry.actor, entry.subject) for entry in entries]

    def close(self) -> None:
        self.app.extensions["book"].close()
        self.book.close()
