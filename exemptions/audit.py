"""The audit trail: append-only, each entry chained to the one before by SHA-256."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from exemptions.calendar import format_instant
from exemptions.models import AuditEntry

CHAIN_START = "0" * 64
"""What the first entry names as the digest before it."""

WRITTEN = "audit_written"
"""What a session's `info` holds once an entry was appended in it."""

_ROWS_AT_ONCE = 1_000


class Act(StrEnum):
    """What can be done to the book."""

    BOOK_CREATED = "book_created"
    ACCOUNT_ADDED = "account_added"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_ENABLED = "account_enabled"
    ACCOUNT_LOCKED = "account_locked"
    ROLE_CHANGED = "role_changed"
    PASSWORD_GIVEN = "password_given"  # noqa: S105 - the name of an act
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of an act
    SECOND_FACTOR_SET = "second_factor_set"
    SECOND_FACTOR_RESET = "second_factor_reset"
    TOKEN_ISSUED = "token_issued"  # noqa: S105 - the name of an act
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - the name of an act
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    SESSIONS_ENDED = "sessions_ended"
    TWO_PERSON_CHANGED = "two_person_changed"
    TRAIL_ACCEPTED = "trail_accepted"
    BATCH_LOADED = "batch_loaded"
    BATCH_APPROVED = "batch_approved"
    BATCH_REJECTED = "batch_rejected"
    RELEASE_PUBLISHED = "release_published"
    RELEASE_ROLLED_BACK = "release_rolled_back"
    RELEASE_WITHDRAWN = "release_withdrawn"
    RELEASE_REBUILT = "release_rebuilt"
    SIGNING_KEY_MADE = "signing_key_made"
    CORRECTION_RECEIVED = "correction_received"
    CORRECTION_ANSWERED = "correction_answered"
    DEMONSTRATION_MARKED = "demonstration_marked"
    DENIED = "denied"


class Fault(StrEnum):
    """What can be wrong with a trail."""

    ALTERED = "altered"
    MISSING = "missing"
    UNLINKED = "unlinked"
    REPLACED = "replaced"
    TRUNCATED = "truncated"
    ANCHOR_DAMAGED = "anchor_damaged"


@dataclass(frozen=True, slots=True)
class TrailFault:
    """The first thing that is wrong with a trail, and with which entries."""

    fault: Fault
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where the trail ended when it was last written."""

    entries: int
    digest: str


def record_act(
    session: Session, *, actor: str, act: Act, subject: str, at: datetime, details: Mapping[str, Any] | None = None
) -> AuditEntry:
    """Append an entry, in the transaction of what it records."""
    last = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).first()
    entry = AuditEntry(
        # The writer's lock keeps the next number free; a sequence of PostgreSQL would leave a gap after each rollback,
        # which the chain would take for a lost entry.
        id=last.id + 1 if last else 1,
        at=at.replace(microsecond=0),
        actor=actor,
        act=str(act),
        subject=subject,
        details=json.dumps(dict(details or {}), ensure_ascii=False, sort_keys=True, default=str),
        previous=last.digest if last else CHAIN_START,
        digest="",
    )
    entry.digest = entry_digest(entry)
    session.add(entry)
    session.flush()
    session.info[WRITTEN] = True
    return entry


def list_entries(session: Session) -> list[AuditEntry]:
    """The whole trail, oldest first."""
    return list(session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def find_broken_entry(session: Session) -> int | None:
    """The number of the first entry that does not follow from the one before, or None when the chain holds."""
    _, fault = walk_chain(session)
    return None if fault is None else fault.first


def walk_chain(session: Session, *, anchor: Anchor | None = None) -> tuple[int, TrailFault | None]:
    """How many entries follow from the ones before, and what is wrong with the next, if there is one."""
    ordered = select(AuditEntry).order_by(AuditEntry.id).execution_options(yield_per=_ROWS_AT_ONCE)
    # A walk that ends at a fault would leave the server's cursor open.
    with closing(session.scalars(ordered)) as entries:
        return _walk(entries, anchor)


def _walk(entries: Iterable[AuditEntry], anchor: Anchor | None) -> tuple[int, TrailFault | None]:
    previous, number = CHAIN_START, 0
    for number, entry in enumerate(entries, start=1):
        if entry.id > number:
            return number - 1, TrailFault(Fault.MISSING, number, entry.id - 1)
        if entry.id < number or entry.digest != entry_digest(entry):
            return number - 1, TrailFault(Fault.ALTERED, entry.id, entry.id)
        if entry.previous != previous:
            return number - 1, TrailFault(Fault.UNLINKED, number, number)
        if anchor is not None and number == anchor.entries and entry.digest != anchor.digest:
            return number - 1, TrailFault(Fault.REPLACED, number, number)
        previous = entry.digest
    return number, None


def entry_digest(entry: AuditEntry) -> str:
    """The digest that an entry must have, from its content and the digest of the one before."""
    parts = [format_instant(entry.at), entry.actor, entry.act, entry.subject, entry.details, entry.previous]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
