"""A real book to publish from: rows of invented taxpayers, staged and approved as a load leaves them.

    home = Home(tmp_path)
    home.approve([row(1), row(2, name="Ñandú, S.A.")])
    home.publish().release                                        # 1
    home.records()                                                # rows of the current release, in name order

A row is a dict of `content.CONTENT_SCHEMA`; `row()` fills what is not given. Names are invented; NITs are valid ones of
the unassigned range 8000000xxxxx.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy.orm import Session

from exemptions.accounts import Actor
from exemptions.batches import State, Upload, approve_batch, create_batch, next_batch_id, staged_path
from exemptions.catalogs import load_catalogs
from exemptions.content import CONTENT_SCHEMA, KEY
from exemptions.database import open_book
from exemptions.datasets import DEFAULT_MODE, Dataset, Mode
from exemptions.editions import staged_schema
from exemptions.errors import BatchBlocked
from exemptions.guards import Lift
from exemptions.settings import read_settings
from exporters.publish import PublishResult, RollbackResult, publish, rollback
from exporters.steps import Progress
from exporters.tables import read_arrow
from tests.exemptions.releases import invented_nit

Row = dict[str, Any]

LOADER, APPROVER = Actor("cargadora"), Actor("aprobador")
CUTOFF = date(2026, 10, 31)
NOON = datetime(2026, 11, 20, 18, tzinfo=UTC)
"""Noon of 20 November 2026 in Guatemala."""


def row(number: int, **given: Any) -> Row:
    """What a load would stage: an active permanent benefit of a legal person, changed as `given` says."""
    category = load_catalogs().categories[given.get("category", "ASOC")]
    made: Row = dict.fromkeys(CONTENT_SCHEMA) | {
        "nit": invented_nit(number),
        "category": category.code,
        "resolution": f"RES-{number}" if category.is_temporary else "",
        "name": f"Entidad inventada {number:03d}",
        "person_kind": "legal",
        "exempt_type": category.exempt_type,
        "status": "active",
    }
    if category.is_temporary:
        made |= {"valid_from": date(2020, 1, 1), "valid_until": date(2029, 12, 31)}
    unknown = given.keys() - made.keys()
    if unknown:
        raise KeyError(f"no such columns: {sorted(unknown)}")
    return made | given


def natural(number: int, **given: Any) -> Row:
    """A natural person with a private school."""
    person = {"category": "CED_PRIV", "person_kind": "natural", "name": f"Inventada,Persona,,{number}"}
    return row(number, **(person | given))


def about(record: Row, **fact: Any) -> Row:
    """A fact about a record of the registry, under its key."""
    return {key: record[key] for key in KEY} | fact


class Home:
    """A book with its release store, and the clock that its acts go by."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.settings = read_settings({"EXEMPTIONS_HOME": str(folder / "home"), **environment})
        self.book = open_book(self.settings, clock=self.clock)
        self.now = NOON

    def clock(self) -> datetime:
        return getattr(self, "now", NOON)

    def approve(self, rows: Iterable[Row], *, mode: Mode = Mode.REPLACE, cutoff: date = CUTOFF) -> int:
        """Stage and approve an edition; gives its batch."""
        return self._approve(Dataset.REGISTRY, rows, mode, cutoff)

    def approve_facts(self, dataset: Dataset, rows: Iterable[Row], *, mode: Mode | None = None) -> int:
        """Stage and approve facts; what a row lacks is null. Gives their batch."""
        return self._approve(dataset, rows, mode or DEFAULT_MODE[dataset], CUTOFF)

    def _approve(self, dataset: Dataset, rows: Iterable[Row], mode: Mode, cutoff: date) -> int:
        schema = staged_schema(dataset)
        filled = [{"row": n, **r} for n, r in enumerate(rows, 2)]
        unknown = {name for r in filled for name in r} - schema.keys()
        if unknown:
            raise KeyError(f"no such columns: {sorted(unknown)}")
        staged = pl.DataFrame(filled, schema=dict(schema))
        content = io.BytesIO()
        staged.write_ipc(content)
        sha256 = hashlib.sha256(content.getvalue()).hexdigest()
        with self.book.write() as session:
            number = next_batch_id(session)
            path = staged_path(self.settings.home, number)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content.getvalue())
            upload = Upload(dataset, mode, cutoff, "archivo.csv", sha256, len(content.getvalue()), {})
            create_batch(
                session, number=number, upload=upload, state=State.VALIDATED, rows=staged.height, counts=None,
                findings=[], staged_sha256=sha256, actor=LOADER, at=self.now,
            )  # fmt: skip
            self._let_through(session, number)
        return number

    def _let_through(self, session: Session, number: int) -> None:
        """Approve a batch, allowing whatever its few rows make the guards say."""
        home, approve = self.settings.home, partial(approve_batch, number=number, actor=APPROVER, at=self.now)
        try:
            approve(session, home)
        except BatchBlocked as blocked:
            approve(session, home, lift=Lift.covering(blocked.holds, reason="edición de prueba"))

    def publish(
        self, *, if_due: bool = False, note: str | None = None, progress: Progress | None = None
    ) -> PublishResult:
        return publish(
            self.book, self.settings, actor=APPROVER, clock=self.clock, note=note, if_due=if_due, progress=progress
        )

    def rollback(self, release: int, *, progress: Progress | None = None) -> RollbackResult:
        return rollback(self.book, self.settings, release=release, actor=APPROVER, clock=self.clock, progress=progress)

    def release(self, rows: Iterable[Row], **options: Any) -> Path:
        """Approve and publish an edition; gives the folder of its release."""
        self.approve(rows, **options)
        return self.folder(self.publish().release)

    def folder(self, number: int | None = None) -> Path:
        """The folder of a release, of the current one by default."""
        return self.settings.releases / str(number or self.pointer()["release"])

    def pointer(self) -> Row:
        pointer: Row = json.loads((self.settings.releases / "current.json").read_bytes())
        return pointer

    def manifest(self, number: int | None = None) -> Row:
        manifest: Row = json.loads((self.folder(number) / "manifest.json").read_bytes())
        return manifest

    def table(self, name: str, number: int | None = None) -> list[Row]:
        rows: list[Row] = read_arrow(self.folder(number) / f"{name}.arrow").to_pylist()
        return rows

    def records(self, number: int | None = None) -> list[Row]:
        return self.table("records", number)

    def write_policy(self, text: str) -> None:
        """Write the registry's own disclosure policy."""
        (self.settings.home / "disclosure.toml").write_text(text, encoding="utf-8")
