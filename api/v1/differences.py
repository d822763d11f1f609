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
from exemptions.columns import COLUMN, LIST_SEPARATOR, Kind
from exemptions.release import Release
from exporters.changes import changes_batch, find_changes
from exporters.tables import read_arrow

_ROWS = 16_384
"""Rows turned into objects at once."""


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

    Shape: `items` holds one object per record; `fields` maps a column to its value before and after.
    """
    head = encode_json({"release": comparison.new.number, "from": comparison.old_number})
    yield head[:-1] + b',"items":['
    separator = b"\n"
    for record_id, rows in groupby(_iter_rows(find_differences(comparison)), key=lambda row: row["record_id"]):
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


def _iter_rows(batch: pa.RecordBatch) -> Iterator[dict[str, Any]]:
    for start in range(0, batch.num_rows, _ROWS):
        yield from batch.slice(start, _ROWS).to_pylist()


def _only(records: pa.RecordBatch, record_ids: pa.Array) -> pa.RecordBatch:
    return records.filter(pc.is_in(records.column("record_id"), value_set=record_ids.cast(pa.string())))
