"""The records of the book: read as of a release, compared with an edition, and changed by the difference."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

import polars as pl
from sqlalchemy import Column, Select, Table, and_, func, select
from sqlalchemy.orm import Session

from exemptions.bulk import insert_frame, read_frame, staged_frame
from exemptions.content import CONTENT_SCHEMA, KEY
from exemptions.datasets import Mode
from exemptions.engines import SQLITE
from exemptions.models import RecordKey, RecordVersion
from exemptions.versions import close_versions, holds_at, restore_versions

COMPARED: tuple[str, ...] = tuple(name for name in CONTENT_SCHEMA if name not in KEY)
"""Columns whose difference makes a record changed."""

CURRENT_SCHEMA: Mapping[str, type[pl.DataType]] = {
    "version_id": pl.Int64,
    "record_id": pl.String,
    "first_release": pl.Int64,
    **CONTENT_SCHEMA,
    "status_since": pl.Date,
}

_ID_LENGTH = 16
_BASE32 = b"abcdefghijklmnopqrstuvwxyz234567" * 8
"""Random byte → character of an identifier. Python's own encoder takes more than twice the time."""

_KEYS = cast(Table, RecordKey.__table__)
_VERSIONS = cast(Table, RecordVersion.__table__)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What an edition would change.

    `added` has the content's columns. `ended` has the columns of `CURRENT_SCHEMA`. `changed` has both: the new content,
    and the old values under `<column>_before`, with `version_id`, `record_id`, `first_release` and
    `status_since_before`.
    """

    added: pl.DataFrame
    ended: pl.DataFrame
    changed: pl.DataFrame

    @property
    def is_empty(self) -> bool:
        return self.added.is_empty() and self.ended.is_empty() and self.changed.is_empty()


def read_content(
    session: Session, *, release: int | None = None, columns: Sequence[str] = tuple(CURRENT_SCHEMA)
) -> pl.DataFrame:
    """The records that hold in the book, or that held at `release`.

    Shape: `columns` of `CURRENT_SCHEMA`. Order: version_id.
    """
    return read_frame(session, _content_statement(release, columns), {name: CURRENT_SCHEMA[name] for name in columns})


def read_earlier(
    session: Session, standing: pl.DataFrame, *, release: int, columns: Sequence[str] = tuple(CURRENT_SCHEMA)
) -> pl.DataFrame:
    """The records that held at an earlier `release`, from those of `standing`, which the book holds.

    Only what changed since is read out of the book. Shape: `columns` of `CURRENT_SCHEMA`. Order: none.
    """
    begun = select(_VERSIONS.c.id).where(_VERSIONS.c.from_release > release)
    since = read_frame(session, cast("Select[tuple[object, ...]]", begun), {"id": pl.Int64}).get_column("id")
    ended = _content_statement(release, columns).where(_VERSIONS.c.to_release.is_not(None))
    # A version without a number is part of the release that is being made.
    still = standing.filter(pl.col("version_id").is_not_null() & ~pl.col("version_id").is_in(since.implode()))
    gone = read_frame(session, ended, {name: CURRENT_SCHEMA[name] for name in columns})
    return pl.concat([still.select(columns), gone])


def compare(current: pl.DataFrame, incoming: pl.DataFrame, *, mode: Mode) -> Comparison:
    """What loading `incoming` (content columns; keys unique) would do to `current` (`CURRENT_SCHEMA`).

    With `Mode.MERGE` nothing ends. Order of each part: nit, category, resolution.
    """
    new = incoming.select(CONTENT_SCHEMA.keys())
    old = current.select("version_id", "record_id", "first_release", *CONTENT_SCHEMA, "status_since")
    pairs = (
        new.select(KEY)
        .with_row_index("new")
        .join(old.select(KEY).with_row_index("old"), on=KEY, how="inner")
        .select("new", "old")
    )
    added = new.filter(~_are_among(new.height, pairs["new"])).sort(KEY)
    ended = old.filter(~_are_among(old.height, pairs["old"])).sort(KEY) if mode is Mode.REPLACE else old.clear()
    differs = pl.repeat(False, pairs.height, eager=True)
    # Column by column: both editions side by side would take twice the memory of either.
    for name in COMPARED:
        differs |= new[name].gather(pairs["new"]).ne_missing(old[name].gather(pairs["old"]))
    differing = pairs.filter(differs)
    before = old[differing["old"]].rename({name: f"{name}_before" for name in (*COMPARED, "status_since")}).drop(KEY)
    return Comparison(added=added, ended=ended, changed=new[differing["new"]].hstack(before).sort(KEY))


def _are_among(height: int, places: pl.Series) -> pl.Series:
    """For each of `height` rows, whether its place is one of `places`."""
    return pl.int_range(height, dtype=pl.UInt32, eager=True).is_in(places.implode())


def overlay(current: pl.DataFrame, incoming: pl.DataFrame, *, mode: Mode, cutoff: date) -> pl.DataFrame:
    """`current` as it would stand after `incoming`; new records have no identifiers yet."""
    comparison = compare(current, incoming, mode=mode)
    gone = pl.concat([comparison.ended.select(KEY), comparison.changed.select(KEY)])
    kept = current.join(gone, on=KEY, how="anti")
    blank = [
        pl.lit(None, dtype=CURRENT_SCHEMA[name]).alias(name) for name in ("version_id", "record_id", "first_release")
    ]
    added = comparison.added.with_columns(*blank, pl.lit(cutoff).alias("status_since")).select(CURRENT_SCHEMA.keys())
    changed = _with_status_since(comparison.changed, cutoff).select(CURRENT_SCHEMA.keys())
    return pl.concat([kept, changed, added])


@dataclass(frozen=True, slots=True)
class Entry:
    """What a comparison is about to write into the book.

    `closed` are versions that end. `fresh` has the key, `record_id` and `first_release` of records that the book never
    held. `rows` has the versions that begin in order of record_id, and `content` what the book will hold, those last;
    both as `CURRENT_SCHEMA`. PostgreSQL numbers the versions that begin itself: there they have no `version_id`.
    """

    closed: pl.Series
    fresh: pl.DataFrame
    rows: pl.DataFrame
    content: pl.DataFrame


def prepare_entry(
    session: Session, current: pl.DataFrame, comparison: Comparison, *, release: int, cutoff: date
) -> Entry:
    """What `comparison` with `current`, the book's content, writes as part of `release`; the book stays as it is.

    `cutoff` is the day from which the edition's status holds; a status that did not change keeps its earlier day.
    """
    closed = pl.concat([comparison.ended["version_id"], comparison.changed["version_id"]])
    added, fresh = _with_record_ids(session, comparison.added, release)
    added = added.with_columns(pl.lit(cutoff).alias("status_since"))
    changed = _with_status_since(comparison.changed, cutoff)
    columns = [name for name in CURRENT_SCHEMA if name != "version_id"]
    # In this order the index of the random identifiers grows at its end, which saves a fifth of the time.
    rows = pl.concat([frame.select(columns) for frame in (added, changed)]).sort("record_id")
    rows = rows.select(_number(session, rows.height), *columns)
    kept = current.filter(~pl.col("version_id").is_in(closed.implode())) if len(closed) else current
    return Entry(closed, fresh, rows, pl.concat([kept.select(rows.columns), rows]))


def write_entry(session: Session, entry: Entry, *, release: int, batch: int | None) -> None:
    """Write what was prepared into the book."""
    close_versions(session, _VERSIONS, entry.closed, release=release)
    insert_frame(session, _KEYS, entry.fresh)
    is_numbered = not entry.rows.get_column("version_id").has_nulls()
    numbers = [pl.col("version_id").alias("id")] if is_numbered else []
    rows = entry.rows.select(*numbers, "record_id", *COMPARED, "status_since").with_columns(
        pl.lit(batch, dtype=pl.Int64).alias("batch"), pl.lit(release, dtype=pl.Int64).alias("from_release")
    )
    insert_frame(session, _VERSIONS, rows)


def _number(session: Session, count: int) -> pl.Series:
    """The numbers of `count` versions that begin; null where the database draws them from a sequence."""
    if session.get_bind().dialect.name != SQLITE:
        return pl.repeat(None, count, dtype=pl.Int64, eager=True).alias("version_id")
    last = session.scalar(select(func.max(_VERSIONS.c.id))) or 0
    return pl.int_range(last + 1, last + 1 + count, dtype=pl.Int64, eager=True).alias("version_id")


def restore_content(session: Session, *, source: int, release: int) -> None:
    """Make the book hold, from `release` on, what it held at `source`."""
    restore_versions(session, _VERSIONS, source=source, release=release)


def _content_statement(release: int | None, names: Sequence[str]) -> Select[tuple[object, ...]]:
    of_key = {*KEY, "record_id", "first_release"}
    columns = [
        _VERSIONS.c.id.label("version_id") if n == "version_id" else (_KEYS if n in of_key else _VERSIONS).c[n]
        for n in names
    ]
    return (
        select(*columns)
        .join_from(_VERSIONS, _KEYS, _VERSIONS.c.record_id == _KEYS.c.record_id)
        .where(holds_at(_VERSIONS, release))
        .order_by(_VERSIONS.c.id)
    )


def _with_record_ids(session: Session, added: pl.DataFrame, release: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`added` with the identifiers and first releases their keys already have or get, and the keys that get them."""
    joined = added.join(_find_record_ids(session, added.select(KEY)), on=KEY, how="left")
    fresh = joined.filter(pl.col("record_id").is_null())
    returning = joined.filter(pl.col("record_id").is_not_null())
    fresh = fresh.with_columns(
        pl.Series("record_id", draw_record_ids(fresh.height), dtype=pl.String),
        pl.lit(release, dtype=pl.Int64).alias("first_release"),
    )
    return pl.concat([fresh, returning]), fresh.select("record_id", *KEY, "first_release")


def _find_record_ids(session: Session, keys: pl.DataFrame) -> pl.DataFrame:
    """The identifiers of those keys that were ever in the book.

    Shape: the key, `record_id` and `first_release`.
    """
    schema = {**dict.fromkeys(KEY, pl.String), "record_id": pl.String, "first_release": pl.Int64}
    if session.execute(select(_KEYS.c.record_id).limit(1)).first() is None:
        return pl.DataFrame(schema=schema)
    with staged_frame(session, [Column(name, _KEYS.c[name].type) for name in KEY], keys) as wanted:
        same = and_(*(wanted.c[name] == _KEYS.c[name] for name in KEY))
        found = select(*(_KEYS.c[name] for name in schema)).join_from(wanted, _KEYS, same)
        return read_frame(session, cast("Select[tuple[object, ...]]", found), schema)


def _with_status_since(changed: pl.DataFrame, cutoff: date) -> pl.DataFrame:
    same = pl.col("status").eq_missing(pl.col("status_before"))
    return changed.with_columns(
        pl.when(same).then(pl.col("status_since_before")).otherwise(pl.lit(cutoff)).alias("status_since")
    )


def draw_record_ids(count: int) -> list[str]:
    """`count` identifiers of 16 random base32 characters (80 bits each), in lower case."""
    # Each character is as likely as any other: 256 values of a byte are eight times 32.
    text = secrets.token_bytes(_ID_LENGTH * count).translate(_BASE32).decode("ascii")
    return [text[start : start + _ID_LENGTH] for start in range(0, len(text), _ID_LENGTH)]
