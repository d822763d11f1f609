"""What a release told the public first, and whether another release tells it too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import polars as pl
import pyarrow as pa

from exporters.assemble import Previous
from exporters.changes import COMPARED, as_text
from exporters.tables import SCHEMAS, to_plain_frame

FACTS: Mapping[str, tuple[str, ...]] = {
    "jobs": ("jobs", "jobs_year", "jobs_kind"),
    "amounts": ("amount_gtq", "amount_year"),
    "energy": ("name", "department", "municipality"),
    "events": ("status", "status_reason"),
    "expenditure": (),
    "macro": (),
    "withheld_cells": ("amount_gtq",),
}
"""Table of facts → the columns of a record that tell the same; a row of such a table is told whole or not at all."""

_TOLD = ("changes", "history")


@dataclass(frozen=True, slots=True)
class Brought:
    """Values that one release showed and none before it.

    Shape: `records` has record_id and the compared columns, null where the value is none of them; `facts` holds whole
    rows by table.
    """

    records: pl.DataFrame
    facts: Mapping[str, pl.DataFrame]

    @property
    def is_empty(self) -> bool:
        """Whether the release showed nothing that was not public before."""
        return self.records.is_empty() and all(rows.is_empty() for rows in self.facts.values())


def find_brought(
    release: Previous, earlier: Iterable[Previous], *, records: Sequence[str] = (), fields: Sequence[str] = ()
) -> Brought:
    """The values of `release` that none of the `earlier` ones shows, of the named records and columns if any are named.

    Raises: ReleaseDamaged.
    """
    found = _all_of(release, records, fields)
    return reduce(_without, earlier, found)


def is_shown(brought: Brought, release: Previous) -> bool:
    """Whether the records or facts of a release show one of the values.

    Raises: ReleaseDamaged.
    """
    return is_among(brought, release.frame(), {name: _facts_of(release, name) for name in brought.facts})


def is_among(brought: Brought, records: pl.DataFrame, facts: Mapping[str, pl.DataFrame]) -> bool:
    """Whether one of the values is among these records and facts, whose texts are plain."""
    marks = _same_values(brought.records, records)
    if not marks.is_empty() and bool(marks.select(pl.any_horizontal(_compared(brought)).any()).item()):
        return True
    return any(
        not rows.join(facts[name], on=rows.columns, how="semi", nulls_equal=True).is_empty()
        for name, rows in brought.facts.items()
        if name in facts and not rows.is_empty()
    )


def is_told(brought: Brought, release: Previous) -> bool:
    """Whether the changes or the history of a release tell one of the values, as it was before or after.

    Raises: ReleaseDamaged.
    """
    changes = pl.concat([to_plain_frame(release.table(name)) for name in _TOLD]).filter(pl.col("field").is_not_null())
    return any(_is_field_told(brought, changes, field) for field in _compared(brought))


def _is_field_told(brought: Brought, changes: pl.DataFrame, field: str) -> bool:
    values = brought.records.select("record_id", value=as_text(field, field)).drop_nulls()
    told = changes.filter(pl.col("field") == field).join(values, on="record_id", how="inner")
    return not told.filter((pl.col("before") == pl.col("value")) | (pl.col("after") == pl.col("value"))).is_empty()


def _all_of(release: Previous, records: Sequence[str], fields: Sequence[str]) -> Brought:
    kept = [field for field in COMPARED if not fields or field in fields]
    frame = release.frame().select("record_id", *kept)
    tables = {
        name: _facts_of(release, name)
        for name, governed in FACTS.items()
        if not fields or not set(governed).isdisjoint(fields)
    }
    if records:
        named = pl.col("record_id").is_in(list(records))
        frame = frame.filter(named)
        tables = {name: rows.filter(named) for name, rows in tables.items() if "record_id" in rows.columns}
    return Brought(frame, tables)


def _without(brought: Brought, shown: Previous) -> Brought:
    """Only what `shown` does not show."""
    fields = _compared(brought)
    before = shown.frame().select("record_id", *(pl.col(field).alias(f"{field}_shown") for field in fields))
    joined = brought.records.join(before, on="record_id", how="left", maintain_order="left")
    # A comparison with a missing value tells nothing, and what was not shown stays.
    left = joined.select(
        "record_id",
        *(pl.when((pl.col(f) != pl.col(f"{f}_shown")).fill_null(True)).then(f).alias(f) for f in fields),
    )
    left = left.filter(pl.any_horizontal(pl.col(fields).is_not_null())) if fields else left.clear()
    facts = {
        name: rows.join(_facts_of(shown, name), on=rows.columns, how="anti", nulls_equal=True)
        for name, rows in brought.facts.items()
    }
    return replace(brought, records=left, facts=facts)


def _same_values(brought: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """For each record that both have, which of its columns hold the value that was brought."""
    fields = [field for field in brought.columns if field != "record_id"]
    shown = records.select("record_id", *(pl.col(field).alias(f"{field}_shown") for field in fields))
    joined = brought.join(shown, on="record_id", how="inner")
    return joined.select((pl.col(field) == pl.col(f"{field}_shown")).fill_null(False).alias(field) for field in fields)


def _compared(brought: Brought) -> list[str]:
    return [field for field in brought.records.columns if field != "record_id"]


def _facts_of(release: Previous, name: str) -> pl.DataFrame:
    """A table of facts; empty for a release that was made before there was such a table."""
    if not any(entry["path"] == f"{name}.arrow" for entry in release.manifest["files"]):
        return to_plain_frame(pa.RecordBatch.from_pylist([], schema=SCHEMAS[name]))
    return to_plain_frame(release.table(name))
