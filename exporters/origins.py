"""Which release brought each fact that a release tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl
import pyarrow as pa

from exporters.tables import ORIGINS, to_batch, to_plain_frame

TRACED = ("jobs", "amounts", "energy", "events", "macro")
"""Tables of facts whose rows do not tell themselves which edition they are of; an estimate names its report."""


def find_origins(
    facts: Mapping[str, pa.RecordBatch], previous: Callable[[str], pa.RecordBatch | None], *, release: int
) -> pa.RecordBatch:
    """The release that brought each fact: that of the same fact in the release before, else this one.

    `previous` gives a table of the release before, None where there is none. A fact that the release before told
    without its origin has none here either.
    Shape: `tables.ORIGINS`; a row for each fact. Order: that of `TRACED`, then of the facts' table.
    """
    known = previous("origins")
    traced = [_trace(name, facts[name], previous(name), known, release) for name in TRACED]
    return to_batch(pl.concat(traced), ORIGINS)


def _trace(
    name: str, facts: pa.RecordBatch, before: pa.RecordBatch | None, known: pa.RecordBatch | None, release: int
) -> pl.DataFrame:
    told = to_plain_frame(facts).with_row_index("row")
    columns = [column for column in told.columns if column != "row"]
    if before is None:
        origins = told.with_columns(origin=pl.lit(release, pl.Int64))
    else:
        earlier = _with_origins(name, to_plain_frame(before), known).with_columns(is_known=pl.lit(True))
        # A table may tell a fact twice; either row came with the first of them.
        first = earlier.sort("origin", nulls_last=False, maintain_order=True).unique(columns, keep="first")
        joined = told.join(first, on=columns, how="left", nulls_equal=True, maintain_order="left")
        origin = pl.when(pl.col("is_known")).then("origin").otherwise(pl.lit(release, pl.Int64))
        origins = joined.with_columns(origin=origin)
    return origins.select(table=pl.lit(name), row=pl.col("row").cast(pl.Int64), release="origin")


def _with_origins(name: str, facts: pl.DataFrame, known: pa.RecordBatch | None) -> pl.DataFrame:
    if known is None:
        return facts.with_columns(origin=pl.lit(None, pl.Int64))
    origins = to_plain_frame(known).filter(pl.col("table") == name).sort("row").get_column("release")
    return facts.with_columns(origins.alias("origin"))
