"""What changed between two releases, ready to be sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from api.json_text import encode_json
from exemptions.answers import AnswerCache
from exemptions.columns import COLUMN, LIST_SEPARATOR, Kind
from exemptions.release import Release
from exporters.changes import COMPARED, ChangeKind, changes_batch, find_changes, in_order, tell_added
from exporters.tables import read_arrow, to_plain_frame

_ROWS = 4_096
"""Rows turned into objects at once; of a record that was added each becomes some twenty."""

# Pages of one comparison are asked for one after the other, and every release is compared with the one before mostly.
_FOUND: AnswerCache[pa.RecordBatch] = AnswerCache(4)


@dataclass(frozen=True, slots=True)
class Comparison:
    """An older release and a newer one; without an older one, the newer is compared with the one before it."""

    new: Release
    old: Release | None

    @property
    def old_number(self) -> int | None:
        """Number of the older release; None when the newer one is the first."""
        if self.old is not None:
            return self.old.number
        previous: int | None = self.new.manifest["previous"]
        return previous


def find_differences(comparison: Comparison) -> pa.RecordBatch:
    """What changed, as a table.

    Shape: columns of `exporters.tables.CHANGES`; one row for each record added or ended and for each changed field.
    Order: record_id, then the order of the columns.
    """
    old, new = comparison.old, comparison.new
    if old is None or old.number == new.manifest["previous"]:
        return new.changes
    return _FOUND.get((old.manifest_sha256, new.manifest_sha256), lambda: _compare(old, new))


def iter_differences(comparison: Comparison) -> Iterator[pa.RecordBatch]:
    """Yield what turns the older release into the newer one.

    Shape: columns of `exporters.tables.CHANGES`; a record that ended is one row, one that changed has a row for each
    field that differs, and one that was added a row for each value it has. A field that no row tells stays as it was.
    Order: record_id, then the order of the columns.
    """
    found = find_differences(comparison)
    rows = _rows_added(found, comparison.new)
    for start in range(0, found.num_rows, _ROWS):
        part = found.slice(start, _ROWS)
        added = rows.slice(start, _ROWS).drop_null()
        yield _with_values(part, added, comparison.new) if len(added) else part


def count_differences(comparison: Comparison) -> int:
    """How many rows `iter_differences` gives."""
    found = find_differences(comparison)
    added = _rows_added(found, comparison.new).drop_null()
    records = comparison.new.records
    values = sum(len(added) - records.column(field).take(added).null_count for field in COMPARED)
    return int(found.num_rows - len(added) + values)


def _rows_added(found: pa.RecordBatch, new: Release) -> pa.Array:
    """The row of each record that was added, null for every other change."""
    added = pc.equal(found.column("kind"), ChangeKind.ADDED.value)
    wanted = pc.if_else(added, found.column("record_id"), pa.scalar(None, pa.string()))
    return pc.index_in(wanted, value_set=new.records.column("record_id"), skip_nulls=True)


def _with_values(part: pa.RecordBatch, added: pa.Array, new: Release) -> pa.RecordBatch:
    told = tell_added(to_plain_frame(new.records.take(added)), release=new.number)
    others = to_plain_frame(part).filter(pl.col("kind") != ChangeKind.ADDED.value)
    return changes_batch(in_order(pl.concat([others, told])))


def _compare(old: Release, new: Release) -> pa.RecordBatch:
    # Only records that some release in between touched can differ, so only they are compared.
    history = pl.DataFrame(pl.from_arrow(read_arrow(new.folder / "history.arrow")))
    between = history.filter(pl.col("release") > old.number)
    touched = between.get_column("record_id").unique().to_arrow()
    reasons = (
        between.filter(pl.col("reason").is_not_null())
        .select("record_id", "before", "after", "reason")
        .unique(["record_id", "before", "after"], keep="last", maintain_order=True)
    )
    found = find_changes(_only(old.records, touched), _only(new.records, touched), reasons, release=new.number)
    return changes_batch(found)


def iter_differences_json(comparison: Comparison) -> Iterator[bytes]:
    """Yield the differences as one JSON object, a record per line.

    Shape: `items` holds one object per record; `fields` maps a column to its value before and after. A record that was
    added has all its values there, one that ended none.
    """
    head = encode_json({"release": comparison.new.number, "from": comparison.old_number})
    yield head[:-1] + b',"items":['
    separator = b"\n"
    changes = (row for part in iter_differences(comparison) for row in part.to_pylist())
    for record_id, rows in groupby(changes, key=lambda row: row["record_id"]):
        yield separator + encode_json(_record_change(record_id, list(rows)))
        separator = b",\n"
    yield b"\n]}\n"


def _record_change(record_id: str, rows: list[dict[str, Any]]) -> dict[str, object]:
    changed = {row["field"]: [_value(row, "before"), _value(row, "after")] for row in rows if row["field"] is not None}
    return {
        "record_id": record_id,
        "kind": rows[0]["kind"],
        "reason": next((row["reason"] for row in rows if row["reason"] is not None), None),
        "fields": changed,
    }


def _value(row: dict[str, Any], side: str) -> object:
    """A value of a change as JSON has it in a record: numbers as numbers with their own digits, lists as lists."""
    text: str | None = row[side]
    if text is None:
        return None
    match COLUMN[row["field"]].kind:
        case Kind.INTEGER:
            return int(text)
        case Kind.MONEY:
            return Decimal(text)
        case Kind.LIST:
            return text.split(LIST_SEPARATOR)
        case _:
            return text


def _only(records: pa.RecordBatch, record_ids: pa.Array) -> pa.RecordBatch:
    return records.filter(pc.is_in(records.column("record_id"), value_set=record_ids.cast(pa.string())))
