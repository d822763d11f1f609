"""What records and facts have in common in the book: rows that hold over a span of releases."""

from __future__ import annotations

import polars as pl
from sqlalchemy import BigInteger, Column, ColumnElement, Table, delete, insert, literal, null, or_, select, update
from sqlalchemy.orm import Session

from exemptions.bulk import staged_frame


def holds_at(table: Table, release: int | None) -> ColumnElement[bool]:
    """Whether a version holds in the book, or held at `release`."""
    if release is None:
        return table.c.to_release.is_(None)
    return (table.c.from_release <= release) & or_(table.c.to_release.is_(None), table.c.to_release > release)


def close_versions(session: Session, table: Table, ids: pl.Series, *, release: int) -> None:
    """End the versions of these ids with `release`; one that the same release brought in leaves no trace."""
    if ids.is_empty():
        return
    with staged_frame(
        session, [Column("id", BigInteger, primary_key=True, autoincrement=False)], ids.to_frame("id")
    ) as closed:
        given = table.c.id.in_(select(closed.c.id))
        # What the release itself brought in was never public.
        session.execute(delete(table).where(given, table.c.from_release == release))
        session.execute(update(table).where(given).values(to_release=release))


def restore_versions(session: Session, table: Table, *, source: int, release: int) -> None:
    """Make the table hold, from `release` on, what it held at `source`."""
    later = table.c.to_release.is_(None) & (table.c.from_release > source)
    session.execute(update(table).where(later).values(to_release=release))
    copied = [c for c in table.c if c.name not in ("id", "from_release", "to_release")]
    back = select(*copied, literal(release), null()).where(holds_at(table, source), table.c.to_release.is_not(None))
    names = [*(c.name for c in copied), "from_release", "to_release"]
    session.execute(insert(table).from_select(names, back))
