"""Facts beside the records: jobs, amounts, events and history, found by record."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

import polars as pl
import pyarrow as pa


class FactTable:
    """A table of facts that is mapped, not read; looking one record up touches a few pages of it."""

    def __init__(self, batch: pa.RecordBatch, origins: pa.Array | None = None) -> None:
        """`origins` has for each row the release that brought it; None where the release does not tell."""
        self.batch = batch
        self._origins = origins
        self._ids = batch.column("record_id")

    def find(self, record_ids: Iterable[str]) -> list[dict[str, Any]]:
        """The facts of some records, JSON-ready: dates as text, cents as exact quetzales under `amount_gtq`.

        Each tells the release that brought it under `release`; None where that is not known.

        Order: that of the records asked for, and of the table within one record.
        """
        rows = [row for record_id in dict.fromkeys(record_ids) for row in self._rows_of(record_id)]
        facts = [_json_ready(fact) for fact in self.batch.take(pa.array(rows, pa.uint32())).to_pylist()]
        if "release" in self.batch.schema.names:
            return facts
        return [fact | {"release": self._origin(row)} for fact, row in zip(facts, rows, strict=True)]

    def _origin(self, row: int) -> int | None:
        origin: int | None = None if self._origins is None else self._origins[row].as_py()
        return origin

    @cached_property
    def _order(self) -> pa.Array | None:
        """The rows sorted by record where the table is not, so that every table can be searched by halves."""
        ids = pl.Series(pl.from_arrow(self._ids), dtype=pl.String)
        if ids.is_sorted():
            return None
        ordered = pl.DataFrame({"id": ids}).with_row_index("row").sort("id", "row")
        return ordered.get_column("row").to_arrow()

    def _rows_of(self, record_id: str) -> list[int]:
        place = bisect_left(range(self.batch.num_rows), record_id, key=self._id_at)
        rows = []
        while place < self.batch.num_rows and self._id_at(place) == record_id:
            rows.append(self._row(place))
            place += 1
        return rows

    def _id_at(self, place: int) -> str:
        return str(self._ids[self._row(place)].as_py())

    def _row(self, place: int) -> int:
        return place if self._order is None else int(self._order[place].as_py())


def _json_ready(fact: dict[str, Any]) -> dict[str, Any]:
    ready: dict[str, Any] = {}
    for key, value in fact.items():
        if key == "amount_cents":
            ready["amount_gtq"] = None if value is None else quetzales(value)
        else:
            ready[key] = value.isoformat() if isinstance(value, date) else value
    return ready


def quetzales(cents: int) -> Decimal:
    """Cents as quetzales with two exact decimals."""
    return Decimal(cents).scaleb(-2)
