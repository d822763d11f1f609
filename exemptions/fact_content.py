"""What the book keeps of the facts beside the records: jobs, amounts, energy projects, events, official estimates
and the gross domestic product.

A fact names its record by the record's key; one whose record is absent is kept and not published.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from exemptions.datasets import Dataset

FactTypes = Mapping[str, type[pl.DataType]]

_RECORD: FactTypes = {"nit": pl.String, "category": pl.String, "resolution": pl.String}


@dataclass(frozen=True, slots=True)
class FactSpec:
    """One dataset of facts."""

    dataset: Dataset
    table: str
    """Table of the book."""
    key: tuple[str, ...]
    """Identifies a fact when files are compared; a blank part of the key is null and equals null."""
    schema: FactTypes
    """Column → type, the key's columns first."""
    scope: tuple[str, ...]
    """A file that replaces covers the facts that share these values with one of its rows; empty: all facts."""

    @property
    def values(self) -> tuple[str, ...]:
        """Columns whose difference makes a fact changed."""
        return tuple(name for name in self.schema if name not in self.key)

    @property
    def staged_schema(self) -> FactTypes:
        """A staged file: the facts and the row of the source file each came from."""
        return {"row": pl.Int64, **self.schema}


JOBS = FactSpec(
    dataset=Dataset.JOBS,
    table="fact_jobs",
    key=("nit", "category", "resolution", "period", "kind"),
    schema={**_RECORD, "period": pl.String, "kind": pl.String, "jobs": pl.Int64, "source": pl.String},
    scope=("period", "kind"),
)
"""`period` is a year (2025) or a quarter (2025-T3)."""

AMOUNTS = FactSpec(
    dataset=Dataset.AMOUNTS,
    table="fact_amounts",
    key=("nit", "category", "resolution", "year", "tax", "mechanism"),
    schema={
        **_RECORD,
        "year": pl.Int64,
        "tax": pl.String,
        "mechanism": pl.String,
        "amount_cents": pl.Int64,
        "source": pl.String,
    },
    scope=("year",),
)

ENERGY = FactSpec(
    dataset=Dataset.ENERGY,
    table="fact_energy",
    key=("nit", "resolution", "project"),
    schema={
        "nit": pl.String,
        "resolution": pl.String,
        "project": pl.String,
        "technology": pl.String,
        "capacity_kw": pl.Int64,
        "municipality": pl.String,
        "valid_from": pl.Date,
        "valid_until": pl.Date,
        "unresolved": pl.String,
    },
    scope=(),
)

EVENTS = FactSpec(
    dataset=Dataset.EVENTS,
    table="fact_event",
    key=("nit", "category", "resolution", "event", "date"),
    schema={
        **_RECORD,
        "event": pl.String,
        "date": pl.Date,
        "until": pl.Date,
        "reason": pl.String,
        "legal_basis": pl.String,
    },
    scope=(),
)

EXPENDITURE = FactSpec(
    dataset=Dataset.EXPENDITURE,
    table="fact_expenditure",
    key=("year", "tax", "partition", "key", "report", "method_version"),
    schema={
        "year": pl.Int64,
        "tax": pl.String,
        "partition": pl.String,
        "key": pl.String,
        "report": pl.String,
        "method_version": pl.String,
        "group": pl.String,
        "amount_cents": pl.Int64,
        "pct_gdp": pl.Float64,
        "note": pl.String,
        "source_url": pl.String,
    },
    scope=("report", "method_version"),
)
"""`pct_gdp` is in percent: 2.6 means 2.6 % of the gross domestic product."""

MACRO = FactSpec(
    dataset=Dataset.MACRO,
    table="fact_macro",
    key=("year",),
    schema={
        "year": pl.Int64,
        "deflator": pl.Float64,
        "base_year": pl.Int64,
        "gdp_cents": pl.Int64,
        "source": pl.String,
    },
    scope=(),
)
"""`deflator` is an index that is 100 in `base_year`."""

FACTS: Mapping[Dataset, FactSpec] = {spec.dataset: spec for spec in (JOBS, AMOUNTS, ENERGY, EVENTS, EXPENDITURE, MACRO)}
