"""Differences row by row: what was added, ended and changed, with the value before and after of every field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

import polars as pl

from exemptions.content import CONTENT_SCHEMA, KEY
from exemptions.datasets import Dataset
from exemptions.fact_content import FACTS
from exemptions.history import COMPARED, Comparison


class Kind(StrEnum):
    """What happens to a row."""

    ADDED = "added"
    ENDED = "ended"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row that differs. Amounts are in quetzales, days in ISO 8601."""

    kind: Kind
    record_id: str | None
    """None for facts, and for records that no release has yet."""
    key: Mapping[str, Any]
    name: str | None
    fields: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    """Field → value before and after; empty for what is added or ended."""
    reason: str | None = None


_SLICE_ROWS = 20_000
_CENTS = "amount_cents"
_AMOUNT = "amount_gtq"
_CHANGE = ("field", "before", "after", "reason")


def public_key(column: str) -> str:
    """The name that a column of the book has for the public."""
    return _AMOUNT if column == _CENTS else column


def key_of(dataset: Dataset) -> tuple[str, ...]:
    """The columns that identify a row of the dataset."""
    return KEY if dataset is Dataset.REGISTRY else FACTS[dataset].key


def told_key_of(dataset: Dataset) -> tuple[str, ...]:
    """The names under which differences give the key: the kind of jobs is not the kind of a change."""
    return tuple("jobs_kind" if name == "kind" else name for name in key_of(dataset))


def compared_of(dataset: Dataset) -> tuple[str, ...]:
    """The columns whose difference makes a row changed."""
    return COMPARED if dataset is Dataset.REGISTRY else FACTS[dataset].values


def row_differences(comparison: Comparison, *, dataset: Dataset) -> pl.DataFrame:
    """The differences as one table.

    Shape: kind, record_id, the key (`told_key_of`), name (of the registry's records, the new one where it changes),
    field, before, after, reason, all text; a row added or ended is one row without field, a changed one has a row per
    field.
    Order: the key, then the order of the columns.
    """
    parts = [
        _whole(comparison.added, Kind.ADDED, dataset),
        _whole(comparison.ended, Kind.ENDED, dataset),
        *(_field(comparison.changed, name, dataset) for name in compared_of(dataset)),
    ]
    position = pl.col("field").replace_strict(
        {public_key(name): n for n, name in enumerate(compared_of(dataset))}, default=-1, return_dtype=pl.Int64
    )
    return pl.concat(parts).sort(*told_key_of(dataset), position)


def iter_changes(differences: pl.DataFrame, *, dataset: Dataset) -> Iterator[RowChange]:
    """The differences one row at a time, each with all its fields; takes memory for one of them only.

    Order: that of `differences`, in which the fields of a row stand together.
    """
    key, types = told_key_of(dataset), _types(dataset)
    identity = ["kind", *key]
    open_row: dict[str, Any] | None = None
    fields: dict[str, tuple[Any, Any]] = {}
    for part in differences.iter_slices(_SLICE_ROWS):
        for row in part.iter_rows(named=True):
            if open_row is None or any(row[name] != open_row[name] for name in identity):
                if open_row is not None:
                    yield _change(open_row, key, fields, types)
                open_row, fields = row, {}
            if row["field"] is not None:
                kind = types[row["field"]]
                fields[row["field"]] = (_typed(row["before"], kind), _typed(row["after"], kind))
                open_row["reason"] = open_row["reason"] or row["reason"]
    if open_row is not None:
        yield _change(open_row, key, fields, types)


def _change(
    row: Mapping[str, Any], key: Sequence[str], fields: Mapping[str, tuple[Any, Any]], types: Mapping[str, Any]
) -> RowChange:
    named = {name: _typed(row[name], types[name]) for name in key}
    return RowChange(Kind(row["kind"]), row["record_id"], named, row["name"], dict(fields), row["reason"])


def _types(dataset: Dataset) -> Mapping[str, Any]:
    schema = CONTENT_SCHEMA if dataset is Dataset.REGISTRY else {**FACTS[dataset].schema, "jobs_kind": pl.String}
    return {public_key(name): Decimal if name == _CENTS else kind for name, kind in schema.items()}


def _typed(text: str | None, kind: Any) -> Any:
    if text is None:
        return None
    if kind is Decimal:
        return Decimal(text)
    if kind == pl.Int64:
        return int(text)
    return float(text) if kind == pl.Float64 else text


def _whole(rows: pl.DataFrame, kind: Kind, dataset: Dataset) -> pl.DataFrame:
    nothing = dict.fromkeys(_CHANGE, pl.lit(None, pl.String))
    return rows.select(*_identity(rows, kind, dataset), **nothing)


def _field(changed: pl.DataFrame, name: str, dataset: Dataset) -> pl.DataFrame:
    before = f"{name}_before"
    differing = changed.filter(pl.col(name).ne_missing(pl.col(before)))
    told = {
        "field": pl.lit(public_key(name)),
        "before": _text(before, name, differing),
        "after": _text(name, name, differing),
        "reason": pl.lit(None, pl.String),
    }
    return differing.select(*_identity(differing, Kind.CHANGED, dataset), **told)


def _identity(rows: pl.DataFrame, kind: Kind, dataset: Dataset) -> list[pl.Expr]:
    nothing = pl.lit(None, pl.String)
    has = rows.columns
    return [
        pl.lit(str(kind)).alias("kind"),
        (pl.col("record_id") if "record_id" in has else nothing).alias("record_id"),
        *(
            _text(name, name, rows).replace("", None).alias(told)
            for name, told in zip(key_of(dataset), told_key_of(dataset), strict=True)
        ),
        (pl.col("name") if "name" in has else nothing).alias("name"),
    ]


def _text(column: str, name: str, rows: pl.DataFrame) -> pl.Expr:
    if name == _CENTS:
        # Dividing floats would not give the nearest one; decimals are exact.
        return (pl.col(column).cast(pl.Decimal(18, 2)) / 100).cast(pl.Decimal(18, 2)).cast(pl.String)
    if rows.schema[column] == pl.Date:
        return pl.col(column).dt.to_string("%Y-%m-%d")
    return pl.col(column).cast(pl.String)
