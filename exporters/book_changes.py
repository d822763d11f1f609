"""What changed between two releases as the book knows it: staff's view, with what the public may not see."""

from __future__ import annotations

import polars as pl
from sqlalchemy.orm import Session

from exemptions.catalogs import Catalogs
from exemptions.datasets import Dataset
from exemptions.errors import ReleaseNotFound, ReleaseWithdrawn
from exemptions.history import COMPARED, Comparison, read_content
from exemptions.models import Release
from exemptions.row_differences import row_differences
from exemptions.status import derive_status, status_changes
from exporters.gather import Facts, gather_facts, show_figures


def diff_book(session: Session, *, old: int, new: int, catalogs: Catalogs) -> pl.DataFrame:
    """What differs between the records at two releases, each with its status and its figures on that release's day.

    Shape: as `row_differences.row_differences`, with the true NITs. `reason` tells which changes of status are the
    calendar's.
    Order: nit, category, resolution, then the order of the columns. Identical content yields nothing.
    Raises: ReleaseNotFound, ReleaseWithdrawn.
    """
    earlier, later = _get_release(session, old), _get_release(session, new)
    before, _ = _shown(session, earlier, catalogs)
    after, facts = _shown(session, later, catalogs)
    both = after.join(before, on="record_id", how="inner", suffix="_before")
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_before")) for name in COMPARED)
    comparison = Comparison(
        added=after.join(before, on="record_id", how="anti"),
        ended=before.join(after, on="record_id", how="anti"),
        changed=both.filter(differs),
    )
    return _with_reasons(
        row_differences(comparison, dataset=Dataset.REGISTRY),
        status_changes(
            read_content(session, release=new), facts.events, since=earlier.status_date, until=later.status_date
        ),
    )


def _shown(session: Session, release: Release, catalogs: Catalogs) -> tuple[pl.DataFrame, Facts]:
    """The records as the release shows them, and the facts behind them."""
    content = read_content(session, release=release.number)
    facts = gather_facts(session, content, release=release.number)
    status = derive_status(content, facts.events, on=release.status_date)
    return show_figures(content, facts, catalogs).with_columns(status.alias("status")), facts


def _with_reasons(differences: pl.DataFrame, calendar: pl.DataFrame) -> pl.DataFrame:
    told = calendar.select("record_id", "before", "after", field=pl.lit("status"), why="reason")
    joined = differences.join(told, on=["record_id", "field", "before", "after"], how="left", maintain_order="left")
    return joined.with_columns(reason="why").drop("why")


def _get_release(session: Session, number: int) -> Release:
    release = session.get(Release, number)
    if release is None:
        raise ReleaseNotFound(f"No hay ninguna publicación {number}.", f"There is no release {number}.")
    if release.withdrawn_at is not None:
        raise ReleaseWithdrawn(f"La publicación {number} fue retirada.", f"Release {number} was withdrawn.")
    return release
