"""Published jobs and amounts beside the rows of their records: made once for a release, chosen from by each query."""

from __future__ import annotations

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from exemptions.catalogs import Catalogs
from exemptions.columns import JobsKind
from exemptions.query import RegistryQuery
from exemptions.release import Release
from exemptions.row_masks import row_mask

_ANNUAL = 5
"""Stands for a whole year among its quarters, and comes after the last of them."""


def amount_figures(release: Release, query: RegistryQuery) -> pl.DataFrame:
    """Every published amount of the query's records.

    Shape: `row` of the record, `year`, `tax`, `mechanism` (None: all together), `cents`, `is_not_paid`.
    Raises: ReleaseDamaged.
    """
    return _chosen(release, query, release.answers.get("amount figures", lambda: _read_amounts(release)))


def jobs_figures(release: Release, query: RegistryQuery) -> pl.DataFrame:
    """The published jobs of the query's records, one figure for each record, year and kind.

    The figure is the year's own, else that of the last quarter that is published; quarters are never added.
    Shape: `row` of the record, `year`, `kind`, `jobs`, `is_quarter`.
    Raises: ReleaseDamaged.
    """
    return _chosen(release, query, release.answers.get("jobs figures", lambda: _read_jobs(release)))


def taxpayer_rows(release: Release) -> pl.Series:
    """For each row the first row of its taxpayer, which stands for the taxpayer; a row without NIT stands for itself.

    Shape: UInt32, one per row of the records.
    """
    taxpayers: pl.Series = release.answers.get("taxpayer rows", lambda: _find_taxpayers(release))
    return taxpayers


def not_paid_expr(catalogs: Catalogs) -> pl.Expr:
    """Whether a figure is tax not paid; an amount of all mechanisms together was stated as such."""
    others = [code for code, mechanism in catalogs.mechanisms.items() if not mechanism.counts_as_not_paid]
    return pl.col("mechanism").is_null() | ~pl.col("mechanism").is_in(others)


def _chosen(release: Release, query: RegistryQuery, figures: pl.DataFrame) -> pl.DataFrame:
    mask = row_mask(release, query)
    return figures if mask is None else figures.filter(mask.gather(figures.get_column("row")))


def _read_amounts(release: Release) -> pl.DataFrame:
    batch = release.fact_table("amounts")
    frame = pl.DataFrame(
        {
            "row": _rows_of(release, batch),
            "year": _series(batch, "year").cast(pl.Int32),
            "tax": _series(batch, "tax").cast(pl.String),
            "mechanism": _series(batch, "mechanism").cast(pl.String),
            "cents": _series(batch, "amount_cents").cast(pl.Int64),
        }
    )
    # Few texts repeat in every row, so they are kept as numbers.
    return frame.with_columns(not_paid_expr(release.catalogs).alias("is_not_paid")).with_columns(
        pl.col("tax", "mechanism").cast(pl.Categorical)
    )


def _read_jobs(release: Release) -> pl.DataFrame:
    batch = release.fact_table("jobs")
    quarter = pl.col("period").str.extract("-T([1-4])$").cast(pl.Int8).fill_null(_ANNUAL)
    frame = pl.DataFrame(
        {
            "row": _rows_of(release, batch),
            "year": _series(batch, "year").cast(pl.Int32),
            "kind": _series(batch, "kind").cast(pl.Enum(JobsKind)),
            "jobs": _series(batch, "jobs").cast(pl.Int64),
            "period": _series(batch, "period").cast(pl.String),
        }
    )
    latest = frame.with_columns(quarter=quarter).sort("row", "year", "kind", "quarter", descending=[False] * 3 + [True])
    shown = latest.unique(["row", "year", "kind"], keep="first", maintain_order=True)
    return shown.select("row", "year", "kind", "jobs", is_quarter=pl.col("quarter") != _ANNUAL)


def _rows_of(release: Release, batch: pa.RecordBatch) -> pl.Series:
    """The row of the record of each fact; every published fact has one."""
    rows = pc.index_in(batch.column("record_id"), value_set=release.records.column("record_id"))
    return pl.Series("row", pl.from_arrow(rows), dtype=pl.UInt32)


def _series(batch: pa.RecordBatch, name: str) -> pl.Series:
    return pl.Series(name, pl.from_arrow(batch.column(name)))


def _find_taxpayers(release: Release) -> pl.Series:
    nits = pl.Series("nit", pl.from_arrow(release.records.column("nit")), dtype=pl.String)
    frame = pl.DataFrame({"nit": nits}).with_row_index("row")
    first = frame.filter(pl.col("nit").is_not_null()).group_by("nit").agg(first=pl.col("row").min(), rows=pl.len())
    shared = first.filter(pl.col("rows") > 1)
    told = frame.join(shared, on="nit", how="left", maintain_order="left")
    return told.select(pl.coalesce("first", "row")).to_series().cast(pl.UInt32).alias("taxpayer")
