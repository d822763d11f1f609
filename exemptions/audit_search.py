"""Looking through the audit trail: by person, act, subject and day, page by page, and whole for an export."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.orm import Session

from exemptions.calendar import GUATEMALA, format_instant
from exemptions.models import AuditEntry

_ROWS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are wanted; an empty field wants every one."""

    actor: str = ""
    act: str = ""
    subject: str = ""
    """Part of the subject, in any case."""
    first_day: date | None = None
    last_day: date | None = None
    """Calendar days in Guatemala, both included."""


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One entry of the trail."""

    id: int
    at: datetime
    actor: str
    act: str
    subject: str
    details: Mapping[str, Any]
    previous: str
    digest: str

    def to_item(self) -> dict[str, Any]:
        """The entry with every one of its fields, for an export; its digest can be computed again from them."""
        return {
            "id": self.id,
            "at": format_instant(self.at),
            "actor": self.actor,
            "act": self.act,
            "subject": self.subject,
            "details": dict(self.details),
            "previous": self.previous,
            "digest": self.digest,
        }


def find_entries(
    session: Session, wanted: AuditFilter, *, limit: int, before: int | None = None
) -> tuple[AuditLine, ...]:
    """The newest entries that are wanted, or those before one of them.

    Order: newest first.
    """
    older = AuditEntry.id < before if before is not None else true()
    chosen = select(AuditEntry).where(_condition(wanted), older).order_by(AuditEntry.id.desc()).limit(limit)
    return tuple(map(_line, session.scalars(chosen)))


def count_entries(session: Session, wanted: AuditFilter) -> int:
    """How many entries are wanted."""
    return session.scalar(select(func.count()).select_from(AuditEntry).where(_condition(wanted))) or 0


def iter_entries(session: Session, wanted: AuditFilter) -> Iterator[AuditLine]:
    """Yield every entry that is wanted.

    Order: oldest first, as the chain runs.
    """
    last = 0
    while True:
        chosen = select(AuditEntry).where(_condition(wanted), AuditEntry.id > last).order_by(AuditEntry.id)
        entries = session.scalars(chosen.limit(_ROWS_AT_ONCE)).all()
        yield from map(_line, entries)
        if len(entries) < _ROWS_AT_ONCE:
            return
        last = entries[-1].id
        session.expunge_all()


def list_actors(session: Session) -> tuple[str, ...]:
    """Everybody who ever did something, by name."""
    return tuple(session.scalars(select(AuditEntry.actor).distinct().order_by(AuditEntry.actor)))


def _condition(wanted: AuditFilter) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [true()]
    if wanted.actor:
        conditions.append(AuditEntry.actor == wanted.actor)
    if wanted.act:
        conditions.append(AuditEntry.act == wanted.act)
    if wanted.subject:
        conditions.append(AuditEntry.subject.icontains(wanted.subject, autoescape=True))
    if wanted.first_day is not None:
        conditions.append(AuditEntry.at >= _midnight(wanted.first_day))
    if wanted.last_day is not None:
        conditions.append(AuditEntry.at < _midnight(wanted.last_day + timedelta(days=1)))
    return and_(*conditions)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, GUATEMALA)


def _line(entry: AuditEntry) -> AuditLine:
    return AuditLine(
        id=entry.id,
        at=entry.at,
        actor=entry.actor,
        act=entry.act,
        subject=entry.subject,
        details=json.loads(entry.details),
        previous=entry.previous,
        digest=entry.digest,
    )
