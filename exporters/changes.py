"""The public difference of two releases, field by field, and the history that the differences add up to."""

from __future__ import annotations

from enum import StrEnum

import polars as pl
import pyarrow as pa

from exemptions.columns import BOOKKEEPING, COLUMN, COLUMNS, KEYS, Kind
from exemptions.disclosure import GOVERNED, RECORD, Level, Policy
from exporters.frames import quetzales
from exporters.tables import CHANGES, to_batch, to_plain_frame


class ChangeKind(StrEnum):
    """What happened to a record."""

    ADDED = "added"
    ENDED = "ended"
    CHANGED = "changed"


COMPARED: tuple[str, ...] = tuple(key for key in KEYS if key not in (*BOOKKEEPING, "record_id"))
"""Columns whose difference is a change, in their order."""

_POSITION = {field: position for position, field in enumerate(COMPARED)}
_GOVERNOR = {c.key: c.follows or c.key for c in COLUMNS if (c.follows or c.key) in GOVERNED}
"""Column → the column that the policy decides by."""


def find_changes(
    old: pa.RecordBatch | None,
    new: pa.RecordBatch,
    calendar: pl.DataFrame,
    *,
    release: int,
    stamped: pl.Series | None = None,
) -> pl.DataFrame:
    """What differs between two records tables.

    Shape: columns of `tables.CHANGES`; a record added or ended is one row without field, a changed one has a row per
    field that differs, with both values as text (days ISO 8601, money with two decimals). `calendar` is as
    `status.CHANGES_SCHEMA` and gives the reason of a change of status that nobody made.
    A value that the new table withholds is not told either as it was before. `stamped`, where it is known, tells of
    each new row whether it may differ from the old one: the others are not looked at again.
    Order: record_id, then the order of the columns.
    """
    earlier = new.slice(0, 0) if old is None else old
    before, after = (to_plain_frame(table.select(["record_id"])) for table in (earlier, new))
    added = _whole(after.join(before, on="record_id", how="anti"), ChangeKind.ADDED)
    ended = _whole(before.join(after, on="record_id", how="anti"), ChangeKind.ENDED)
    numbered = after.with_row_index("after")
    looked_at = numbered if stamped is None else numbered.filter(stamped)
    both = before.with_row_index("before").join(looked_at, on="record_id", how="inner")
    # Column by column: both releases side by side would take twice the memory of either.
    changed = pl.concat([_field_changes(earlier, new, both, field) for field in COMPARED])
    reasons = calendar.select("record_id", "before", "after", "reason", field=pl.lit("status"))
    reasoned = changed.join(reasons, on=["record_id", "field", "before", "after"], how="left")
    rows = pl.concat([added, ended, reasoned.select(added.columns)])
    return in_order(rows.with_columns(release=pl.lit(release, dtype=pl.Int64)))


def count_changes(changes: pl.DataFrame) -> dict[str, int]:
    """How many records were added, ended and changed."""
    counted = changes.group_by("kind").agg(records=pl.col("record_id").n_unique())
    counts = dict(counted.iter_rows())
    return {kind.value: counts.get(kind.value, 0) for kind in ChangeKind}


def extend_history(
    history: pa.RecordBatch | None, changes: pl.DataFrame, subjects: pl.DataFrame, policy: Policy
) -> pl.DataFrame:
    """The changes of all releases so far, without the values that the policy withholds today.

    Shape: columns of `tables.CHANGES`; `subjects` has `record_id`, `person_kind` and `category` of every record that
    the book ever held.
    Order: record_id, release, then the order of the columns.
    """
    earlier = to_plain_frame(history) if history is not None else changes.clear()
    # What is withheld today must not be readable in yesterday's changes, whatever was public then.
    allowed = _redact(earlier, subjects, policy)
    return in_order(pl.concat([allowed, changes]))


def tell_added(records: pl.DataFrame, *, release: int) -> pl.DataFrame:
    """What records that were added hold, one row for each value.

    Shape: columns of `tables.CHANGES`, without `before`; `records` is a frame of the records table with plain texts.
    """
    texts = records.select("record_id", *(as_text(field, field).alias(field) for field in COMPARED))
    values = texts.unpivot(index="record_id", variable_name="field", value_name="after").drop_nulls("after")
    nothing = pl.lit(None, pl.String)
    told = values.with_columns(
        kind=pl.lit(ChangeKind.ADDED.value), before=nothing, reason=nothing, release=pl.lit(release, pl.Int64)
    )
    return in_order(told)


def changes_batch(rows: pl.DataFrame) -> pa.RecordBatch:
    """The rows as a table of a release."""
    return to_batch(rows, CHANGES)


def _whole(records: pl.DataFrame, kind: ChangeKind) -> pl.DataFrame:
    nothing = pl.lit(None, pl.String)
    return records.select(
        "record_id", kind=pl.lit(kind.value), field=nothing, before=nothing, after=nothing, reason=nothing
    )


def _field_changes(old: pa.RecordBatch, new: pa.RecordBatch, both: pl.DataFrame, field: str) -> pl.DataFrame:
    """What differs in one field; `both` has the records that both tables hold, with their rows `before` and `after`."""
    before, after = (
        _plain_at(table, field, both.get_column(rows)) for table, rows in ((old, "before"), (new, "after"))
    )
    differs = before.ne_missing(after)
    rows = both.filter(differs)
    hidden = _plain_at(new, "withheld_fields", rows.get_column("after"))
    differing = rows.select(
        "record_id", hidden.alias("hidden"), before.filter(differs).alias("old"), after.filter(differs).alias("new")
    )
    withheld = pl.col("hidden").str.split(";").list.contains(_GOVERNOR.get(field, field))
    return differing.select(
        "record_id",
        kind=pl.lit(ChangeKind.CHANGED.value),
        field=pl.lit(field),
        before=pl.when(~withheld.fill_null(False)).then(as_text(field, "old")),
        after=as_text(field, "new"),
    )


def _plain_at(table: pa.RecordBatch, field: str, rows: pl.Series) -> pl.Series:
    """The values of one column at some rows, as plain texts where it repeats them."""
    taken = table.column(field).take(rows.to_arrow())
    return to_plain_frame(pa.RecordBatch.from_arrays([taken], names=[field])).get_column(field)


def as_text(field: str, column: str) -> pl.Expr:
    """The values of `column`, which holds what `field` does, as changes write them."""
    match COLUMN[field].kind:
        case Kind.MONEY:
            return quetzales(column).cast(pl.String)
        case Kind.DATE:
            return pl.col(column).dt.to_string("%Y-%m-%d")
        case _:
            return pl.col(column).cast(pl.String)


def in_order(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of changes by record_id, then in the order of the columns."""
    position = pl.col("field").replace_strict(_POSITION, default=-1, return_dtype=pl.Int64)
    return rows.select(CHANGES.names).sort("record_id", "release", position, "kind")


def _redact(rows: pl.DataFrame, subjects: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    pairs = subjects.select("person_kind", "category").unique().sort("person_kind", "category")
    ruled = [
        (kind, category, field, *bounds)
        for kind, category in pairs.iter_rows()
        for field in COMPARED
        if (bounds := _bounds(policy, field, kind, category))
    ]
    schema = {
        "person_kind": pl.String,
        "category": pl.String,
        "field": pl.String,
        "closed": pl.Boolean,
        "least": pl.Int64,
    }
    rules = pl.DataFrame(ruled, schema=schema, orient="row")
    known = subjects.select("record_id", "person_kind", "category")
    marked = rows.join(known, on="record_id", how="left", maintain_order="left").join(
        rules, on=["person_kind", "category", "field"], how="left", maintain_order="left"
    )
    return marked.select(
        pl.when(_is_told(name)).then(name).alias(name) if name in ("before", "after") else pl.col(name)
        for name in CHANGES.names
    )


def _is_told(side: str) -> pl.Expr:
    """Whether the policy still publishes the value on one side of a change."""
    # Money has two decimals always, so without the point it is cents, the unit of its threshold.
    number = pl.col(side).str.replace(".", "", literal=True).cast(pl.Int64, strict=False)
    reaches = pl.col("least").is_null() | (number >= pl.col("least")).fill_null(False)
    return pl.col("person_kind").is_not_null() & ~pl.col("closed").fill_null(False) & reaches


def _bounds(policy: Policy, field: str, kind: str, category: str) -> tuple[bool, int | None] | None:
    """Whether the column is closed, or the least number that is published; None where everything is."""
    if policy.rule(RECORD, kind, category).level is Level.COUNT_ONLY:
        return True, None
    governor = _GOVERNOR.get(field)
    if governor is None:
        return None
    rule = policy.rule(governor, kind, category)
    if rule.level is Level.PUBLIC:
        return None
    if rule.threshold is None:
        return True, None
    # The year or kind of a number tells nothing of its size.
    return (False, rule.threshold) if field == governor else None
