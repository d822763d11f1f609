"""The tables of the book of record.

Money is whole cents. Instants are UTC. A row of `record_version` holds from release `from_release` (included) to
`to_release` (excluded).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """An instant in UTC; SQLite keeps no time zone, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        instant: datetime = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return instant


BigId = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only in a column declared INTEGER, which holds 64 bits there."""


class Base(DeclarativeBase):
    # Every constraint has the same name on every database, so that a migration can change it.
    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "ix": "ix_%(column_0_N_label)s",
        }
    )


class Fact(Base):
    """What was decided once about this book: the two-person rule, whether it is a demonstration."""

    __tablename__ = "book_fact"

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class Account(Base):
    """A member of staff. Of a password its argon2 hash is kept; a second factor needs its secret as it is."""

    __tablename__ = "account"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str | None] = mapped_column(Text)
    password_set_at: Mapped[datetime | None] = mapped_column(Instant)
    must_change_password: Mapped[bool] = mapped_column(Boolean, default=False)
    """The password was given by somebody else, and is good for choosing one's own only."""
    totp_secret: Mapped[str | None] = mapped_column(String(64))
    totp_confirmed: Mapped[bool] = mapped_column(Boolean, default=False)
    totp_last_step: Mapped[int | None] = mapped_column(BigInteger)
    """The last step of time whose code was accepted: a code works once."""
    failed_logins: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[datetime | None] = mapped_column(Instant)
    disabled: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(Instant)


class StaffToken(Base):
    """A token of a program that acts for a member of staff; shown once, only its SHA-256 is kept."""

    __tablename__ = "staff_token"

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name"), index=True)
    label: Mapped[str] = mapped_column(String(80))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class StaffSession(Base):
    """One signed-in browser, by the SHA-256 of what its cookie holds."""

    __tablename__ = "staff_session"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    second_factor: Mapped[bool] = mapped_column(Boolean, default=False)
    """Whether the second factor was given, for an account that has one."""


class StrangerTries(Base):
    """Failed sign-ins with a name that no account has, by its SHA-256: a lock must not tell which names there are."""

    __tablename__ = "stranger_tries"

    name_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    failed_logins: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[datetime | None] = mapped_column(Instant)
    failed_at: Mapped[datetime] = mapped_column(Instant, index=True)


class Job(Base):
    """Long work that was asked for: `exemptions work` does one at a time."""

    __tablename__ = "job"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20), index=True)
    actor: Mapped[str] = mapped_column(String(80))
    request: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What was asked, as the job's kind needs it; paths are relative to the home."""
    step: Mapped[str | None] = mapped_column(String(40))
    """The step at which it failed; what a running job does is told by `exemptions.job_progress`."""
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """Numbers of the latest batch and release when it first began: what is later may be its doing."""
    outcome: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """What came of it: its result, or the error's sentences under `es` and `en`."""
    created_at: Mapped[datetime] = mapped_column(Instant)
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class Correction(Base):
    """What somebody from the public reported about a record. Its text is never public."""

    __tablename__ = "correction"

    number: Mapped[str] = mapped_column(String(10), primary_key=True)
    about: Mapped[str | None] = mapped_column(String(40))
    """Identifier of a record or NIT, as it was written."""
    record_id: Mapped[str | None] = mapped_column(String(16))
    """The record of the book that `about` names."""
    text: Mapped[str] = mapped_column(Text)
    source: Mapped[str | None] = mapped_column(Text)
    """Where the right value stands, in the words of who reported it."""
    contact: Mapped[str | None] = mapped_column(Text)
    lang: Mapped[str] = mapped_column(String(2))
    received_at: Mapped[datetime] = mapped_column(Instant)
    taken_in_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(String(20), index=True)
    answer: Mapped[str | None] = mapped_column(Text)
    """What the public log shows."""
    release: Mapped[int | None] = mapped_column(ForeignKey("release.number"))
    """The release that put it right."""
    answered_by: Mapped[str | None] = mapped_column(String(80))
    answered_at: Mapped[datetime | None] = mapped_column(Instant)


class Batch(Base):
    """One file that was sent, what was found in it and what became of it."""

    __tablename__ = "batch"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    dataset: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20), index=True)
    mode: Mapped[str] = mapped_column(String(10))
    cutoff: Mapped[date] = mapped_column(Date)
    file_name: Mapped[str] = mapped_column(Text)
    upload_sha256: Mapped[str] = mapped_column(String(64), index=True)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    options: Mapped[dict[str, Any]] = mapped_column(JSON)
    rows: Mapped[int] = mapped_column(Integer)
    added: Mapped[int | None] = mapped_column(Integer)
    ended: Mapped[int | None] = mapped_column(Integer)
    changed: Mapped[int | None] = mapped_column(Integer)
    errors: Mapped[int] = mapped_column(Integer)
    warnings: Mapped[int] = mapped_column(Integer)
    staged_sha256: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(Text)
    guards: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    """What holds the batch back (see `exemptions.guards`)."""
    lifted: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """What the approver allowed, with the written reason."""
    loaded_by: Mapped[str] = mapped_column(String(80))
    loaded_at: Mapped[datetime] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    approval_order: Mapped[int | None] = mapped_column(Integer)
    release: Mapped[int | None] = mapped_column(ForeignKey("release.number"))


class BatchFinding(Base):
    """One thing found in a batch's file: an error or a warning with its place."""

    __tablename__ = "batch_finding"

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    batch: Mapped[int] = mapped_column(ForeignKey("batch.id"), index=True)
    severity: Mapped[str] = mapped_column(String(10))
    row: Mapped[int | None] = mapped_column(BigInteger)
    column: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(String(40))
    value: Mapped[str | None] = mapped_column(Text)
    rule: Mapped[str] = mapped_column(String(60))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


class Release(Base):
    """One publication. Its number is never used again."""

    __tablename__ = "release"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    published_at: Mapped[datetime] = mapped_column(Instant)
    status_date: Mapped[date] = mapped_column(Date)
    manifest_sha256: Mapped[str] = mapped_column(String(64))
    restores: Mapped[int | None] = mapped_column(Integer)
    note: Mapped[str | None] = mapped_column(Text)
    published_by: Mapped[str] = mapped_column(String(80))
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_by: Mapped[str | None] = mapped_column(String(80))
    withdrawn_reason: Mapped[str | None] = mapped_column(Text)


class RecordKey(Base):
    """The public identifier of a record, drawn when its key first enters the book and kept for ever."""

    __tablename__ = "record_key"
    __table_args__ = (UniqueConstraint("nit", "category", "resolution"),)

    record_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    nit: Mapped[str] = mapped_column(String(20))
    category: Mapped[str] = mapped_column(String(20))
    resolution: Mapped[str] = mapped_column(String(120))
    first_release: Mapped[int] = mapped_column(Integer)


class RecordVersion(Base):
    """What the book knew of one record over a span of releases (see `exemptions.content`)."""

    __tablename__ = "record_version"
    __table_args__ = (
        Index("ix_record_version_to_release", "to_release"),
        Index("ix_record_version_record_id", "record_id"),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    record_id: Mapped[str] = mapped_column(ForeignKey("record_key.record_id"))
    name: Mapped[str] = mapped_column(Text)
    person_kind: Mapped[str] = mapped_column(String(10))
    exempt_type: Mapped[str] = mapped_column(String(20))
    authority: Mapped[str | None] = mapped_column(String(20))
    notified_on: Mapped[date | None] = mapped_column(Date)
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    status: Mapped[str | None] = mapped_column(String(12))
    status_since: Mapped[date] = mapped_column(Date)
    status_reason: Mapped[str | None] = mapped_column(Text)
    taxes: Mapped[str | None] = mapped_column(Text)
    activity: Mapped[str | None] = mapped_column(String(10))
    department: Mapped[str | None] = mapped_column(String(2))
    municipality: Mapped[str | None] = mapped_column(String(4))
    jobs: Mapped[int | None] = mapped_column(BigInteger)
    jobs_year: Mapped[int | None] = mapped_column(Integer)
    jobs_kind: Mapped[str | None] = mapped_column(String(10))
    amount_cents: Mapped[int | None] = mapped_column(BigInteger)
    amount_year: Mapped[int | None] = mapped_column(Integer)
    unresolved: Mapped[str | None] = mapped_column(Text)
    batch: Mapped[int | None] = mapped_column(ForeignKey("batch.id"))
    from_release: Mapped[int] = mapped_column(Integer)
    to_release: Mapped[int | None] = mapped_column(Integer)


class AuditEntry(Base):
    """One act. `digest` covers the entry and the digest of the one before, so a lost or altered entry shows."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(String(80))
    act: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(Text)
    details: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
