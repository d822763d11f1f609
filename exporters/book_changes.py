"""What changed between two releases as the book knows it: staff's view, with what the public may not see."""

from __future__ import annotations

import polars as pl
from sqlalchemy.orm import Session

from exemptions.datasets import Dataset
from exemptions.history import COMPARED, Comparison, read_content
from exemptions.models import Release
from exemptions.row_differences import row_differences
from exemptions.status import derive_status, status_changes
from exporters.gather import gather_events
from exporters.releasing import get_kept_release


def diff_book(session: Session, *, old: int, new: int) -> pl.DataFrame:
    """What differs between the registry's records at two releases.

    Values are those that the registry's files state. Where they state the same status, it is the one that dates and
    events gave on the day of each release, and `reason` tells when the calendar alone changed it.
    Shape: as `row_differences.row_differences`, with the true NITs.
    Order: nit, category, resolution, then the order of the columns. Identical content yields nothing.
    Raises: ReleaseNotFound, ReleaseWithdrawn.
    """
    earlier, later = get_kept_release(session, old), get_kept_release(session, new)
    before, _ = _read(session, earlier)
    after, events = _read(session, later)
    both = _with_derived_status(after.join(before, on="record_id", how="inner", suffix="_before"))
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_before")) for name in COMPARED)
    comparison = Comparison(
        added=after.join(before, on="record_id", how="anti"),
        ended=before.join(after, on="record_id", how="anti"),
        changed=both.filter(differs),
    )
    calendar = status_changes(after, events, since=earlier.status_date, until=later.status_date)
    return _with_reasons(row_differences(comparison, dataset=Dataset.REGISTRY), calendar)


def _read(session: Session, release: Release) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The records at a release, with the status of its day under `derived`, and their events."""
    content = read_content(session, release=release.number)
    events = gather_events(session, content, release=release.number)
    return content.with_columns(derive_status(content, events, on=release.status_date).alias("derived")), events


def _with_derived_status(both: pl.DataFrame) -> pl.DataFrame:
    same = pl.col("status").eq_missing(pl.col("status_before"))
    return both.with_columns(
        pl.when(same).then("derived").otherwise("status").alias("status"),
        pl.when(same).then("derived_before").otherwise("status_before").alias("status_before"),
    )


def _with_reasons(differences: pl.DataFrame, calendar: pl.DataFrame) -> pl.DataFrame:
    told = calendar.select("record_id", "before", "after", field=pl.lit("status"), why="reason")
    joined = differences.join(told, on=["record_id", "field", "before", "after"], how="left", maintain_order="left")
    return joined.with_columns(reason="why").drop("why")
