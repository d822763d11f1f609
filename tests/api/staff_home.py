"""A registry with people who work on it: pages of the staff's area, and the worker that does their jobs.

registry = StaffHome(tmp_path)
luis = registry.visit("luis")                                 # a browser that has signed in
luis.upload(registry_file([school(1)]))
registry.work()                                               # what `exemptions work` does
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from api import create_app
from api.work import run_next_job
from exemptions.accounts import Actor, StaffRole, add_account
from exemptions.database import Book, open_book
from exemptions.datasets import REGISTRY_COLUMNS
from exemptions.models import Account
from exemptions.passwords import hash_password
from exemptions.settings import Settings, read_settings
from tests.exemptions.releases import invented_nit
from tests.exporters.staging import NOON

PASSWORD = "las nubes sobre Ixchiguán 1897"
PEOPLE = {
    "ana": StaffRole.ADMINISTRATOR,
    "luis": StaffRole.LOADER,
    "marta": StaffRole.APPROVER,
    "pedro": StaffRole.APPROVER,
}

Row = Mapping[str, str]


@cache
def _hash() -> str:
    """Made once: the hash is slow on purpose."""
    return hash_password(PASSWORD)


def school(number: int, **values: str) -> dict[str, str]:
    """A clean row of a registry file: a private school of an invented legal person."""
    row = {
        "NIT": invented_nit(number),
        "NOMBRE": f"COLEGIO INVENTADO {number}",
        "TIPO_PERSONA": "JURIDICA",
        "TIPO_EXENTO": "CONST",
        "CATEGORIA_EXENTO": "CED_PRIV",
        "ESTADO": "VIGENTE",
        "DEPARTAMENTO": "01",
        "MUNICIPIO": "0101",
    }
    return row | values


def registry_file(rows: Iterable[Row]) -> bytes:
    """The rows as a CSV file in UTF-8."""
    sink = io.StringIO()
    writer = csv.DictWriter(sink, [column.header for column in REGISTRY_COLUMNS], restval="")
    writer.writeheader()
    writer.writerows(rows)
    return sink.getvalue().encode()


class StaffHome:
    """A book with people, an application over it, and the time that both go by."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.settings: Settings = read_settings({"EXEMPTIONS_HOME": str(folder / "home"), **environment})
        self.now = NOON
        self.book: Book = open_book(self.settings, clock=self.clock)
        with self.book.write() as session:
            for name, role in PEOPLE.items():
                add_account(session, actor=Actor("operator"), name=name, role=role, at=NOON)
                session.get_one(Account, name).password_hash = _hash()
        self.app: Flask = create_app(self.settings, clock=self.clock)
        self.app.testing = True

    def clock(self) -> datetime:
        return getattr(self, "now", NOON)

    def wait(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)

    def work(self) -> int:
        """Do all jobs that wait; gives how many were done."""
        done = 0
        while run_next_job(self.book, self.settings, self.clock):
            done += 1
        return done

    def visit(self, name: str, lang: str = "es") -> Visitor:
        """A browser in which that person has signed in."""
        return Visitor(self, name, "/staff" if lang == "es" else "/en/staff")

    def close(self) -> None:
        self.book.close()
        kept = self.app.extensions.get("book")
        if kept is not None:
            kept.close()


@dataclass
class Visitor:
    """A browser without JavaScript, of somebody who signs in when asked to: it sends the forms of the pages."""

    home: StaffHome
    name: str
    prefix: str

    def __post_init__(self) -> None:
        self.client = self.home.app.test_client()
        self._sign_in()

    def _sign_in(self) -> None:
        self._seen_at = self.home.now
        answer = self.post("/entrar", {"name": self.name, "password": PASSWORD})
        assert answer.status_code == 303, answer.text

    def get(self, path: str) -> TestResponse:
        """The answer to a path below the staff's area."""
        if self.home.now - self._seen_at > timedelta(minutes=20):
            # A session that is not used ends after half an hour.
            self._sign_in()
        self._seen_at = self.home.now
        return self.client.get(f"{self.prefix}{path}", buffered=True)

    def post(self, path: str, fields: Mapping[str, Any] | None = None, *, page: str | None = None) -> TestResponse:
        """Send a form with the token, and the mark of what was seen, of the page that it stands on."""
        shown = self.get(page or path).text
        hidden = {name: found[1] for name in ("csrf_token", "seen") if (found := _hidden(shown, name))}
        return self.client.post(f"{self.prefix}{path}", data={**hidden, **(fields or {})})

    def upload(self, content: bytes, name: str = "registro.csv", **fields: str) -> TestResponse:
        """Send a file."""
        return self.post("/cargar", {"dataset": "registry", "file": (io.BytesIO(content), name), **fields})

    def load(self, rows: Iterable[Row], **fields: str) -> int:
        """Send rows as a file and let the worker do its work; gives the number of the batch."""
        answer = self.upload(registry_file(rows), **fields)
        assert answer.status_code == 303, answer.text
        assert self.home.work() == 1
        job = self.get(answer.headers["Location"].removeprefix(self.prefix)).text
        found = re.search(r"/lotes/(\d+)", job)
        assert found is not None, job
        return int(found[1])

    def approve(self, number: int, **fields: str) -> TestResponse:
        return self.post(f"/lotes/{number}/aprobar", fields, page=f"/lotes/{number}")

    def publish(self, note: str = "") -> TestResponse:
        answer = self.post("/publicaciones", {"note": note})
        assert answer.status_code == 303, answer.text
        assert self.home.work() == 1
        return self.get(answer.headers["Location"].removeprefix(self.prefix))


def _hidden(html: str, name: str) -> re.Match[str] | None:
    return re.search(rf'name="{name}" value="([^"]*)"', html)
