"""What a batch would change, or changed, told for the person who decides: counts, categories, movers, sums, rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl
from sqlalchemy import select
from sqlalchemy.orm import Session

from exemptions.batches import (
    Counts,
    State,
    build_load,
    get_batch,
    overlay_batch,
)
from exemptions.catalogs import load_catalogs
from exemptions.datasets import Dataset
from exemptions.editions import read_current
from exemptions.guard_limits import DEFAULT_LIMITS, GuardLimits
from exemptions.guards import Hold, Load, editions_in_scope, find_holds
from exemptions.history import Comparison
from exemptions.models import Batch, RecordKey, RecordVersion
from exemptions.row_differences import compared_of, key_of, public_key, row_differences
from exemptions.standing import read_standing
from exemptions.totals import Quantity, Total, totals_by_period

TOP_MOVERS = 20


@dataclass(frozen=True, slots=True)
class CategoryDifference:
    """What happens to the rows of one category within the file's scope."""

    category: str
    before: int
    added: int
    ended: int
    changed: int
    after: int


@dataclass(frozen=True, slots=True)
class Mover:
    """A row whose figure moves. Money in cents; None where the row had, or has, no figure."""

    nit: str | None
    name: str | None
    category: str | None
    resolution: str | None
    of: str
    """Which of the row's figures, where the dataset has several: a period, a year, a tax."""
    before: int | None
    after: int | None

    @property
    def change(self) -> int:
        """By how much it moves; a figure that is absent counts as nothing."""
        return (self.after or 0) - (self.before or 0)


@dataclass(frozen=True, slots=True)
class BatchComparison:
    """A batch against the edition it meets. All counts are of rows within the file's scope (see `guards`)."""

    batch: int
    dataset: Dataset
    state: State
    before: int
    after: int
    counts: Counts
    touched_pct: float
    """Share of the rows before and of the new ones that are added, ended or changed."""
    categories: tuple[CategoryDifference, ...]
    """Every category before or after, by code; none where the dataset has no categories."""
    fields: tuple[tuple[str, int], ...]
    """Field → in how many rows it changes, the most first."""
    amount_movers: tuple[Mover, ...]
    jobs_movers: tuple[Mover, ...]
    totals: tuple[Total, ...]
    """Sums before and after, each over figures of one period and meaning."""
    holds: tuple[Hold, ...]
    """Measured now for a batch that waits for a decision, else what was measured when it was decided."""

    @property
    def new_categories(self) -> tuple[str, ...]:
        """Categories that had no row before."""
        return tuple(one.category for one in self.categories if not one.before)

    @property
    def vanished_categories(self) -> tuple[str, ...]:
        """Categories that have no row after."""
        return tuple(one.category for one in self.categories if not one.after)


def summarise(
    session: Session, home: Path, number: int, *, limits: GuardLimits = DEFAULT_LIMITS, top: int = TOP_MOVERS
) -> BatchComparison:
    """What the batch changes, in numbers; `top` movers of each quantity.

    Raises: BatchNotFound, BatchState if nothing of its file was staged, ReleaseDamaged.
    """
    batch = get_batch(session, number)
    load = meet(session, home, batch)
    before, after = editions_in_scope(load)
    comparison, state = load.comparison, State(batch.state)
    counts = Counts.of(comparison)
    rows = before.height + counts.added
    waiting, kept = state in (State.VALIDATED, State.BLOCKED), tuple(map(Hold.from_dict, batch.guards))
    catalogs = load_catalogs()
    return BatchComparison(
        batch=batch.id,
        dataset=load.dataset,
        state=state,
        before=before.height,
        after=after.height,
        counts=counts,
        touched_pct=round(100 * (counts.added + counts.ended + counts.changed) / rows, 2) if rows else 0.0,
        categories=_by_category(before, after, comparison),
        fields=_changed_fields(comparison, load.dataset),
        amount_movers=_movers(session, load, Quantity.AMOUNT, top),
        jobs_movers=_movers(session, load, Quantity.JOBS, top),
        totals=tuple(t for q in Quantity for t in totals_by_period(before, after, load.dataset, q, catalogs)),
        holds=find_holds(load, limits=limits, catalogs=catalogs) if waiting else kept,
    )


def batch_differences(session: Session, home: Path, number: int) -> pl.DataFrame:
    """What the batch changes, row by row and field by field.

    Shape and order: as `row_differences.row_differences`.
    Raises: BatchNotFound, BatchState if nothing of its file was staged, ReleaseDamaged.
    """
    load = meet(session, home, get_batch(session, number))
    return row_differences(load.comparison, dataset=load.dataset)


def meet(session: Session, home: Path, batch: Batch) -> Load:
    """The batch against the edition that it meets, or met."""
    return build_load(session, home, batch, standing=edition_before(session, home, batch))


def edition_before(session: Session, home: Path, batch: Batch) -> pl.DataFrame:
    """What the dataset held, or will hold, just before the batch.

    For a published batch that is the release before its own with what that release applied first; for an approved one
    the book with the batches approved earlier; for any other the edition that stands today.
    """
    dataset, released = Dataset(batch.dataset), batch.release if batch.state == State.PUBLISHED else None
    if released is None:
        standing = read_standing(session, home, dataset)
        earlier = select(Batch).where(Batch.state == State.APPROVED)
    else:
        # A batch that changed nothing made no release of its own: what its release holds is what it met.
        own = any((batch.added, batch.ended, batch.changed))
        standing = read_current(session, dataset, release=released - 1 if own else released)
        earlier = select(Batch).where(Batch.state == State.PUBLISHED, Batch.release == released)
    if batch.approval_order is not None:
        earlier = earlier.where(Batch.approval_order < batch.approval_order)
    for other in session.scalars(earlier.where(Batch.dataset == dataset).order_by(Batch.approval_order, Batch.id)):
        standing = overlay_batch(standing, home, other)
    return standing


def _by_category(before: pl.DataFrame, after: pl.DataFrame, comparison: Comparison) -> tuple[CategoryDifference, ...]:
    if "category" not in before.columns:
        return ()
    sides = {"before": before, "added": comparison.added, "ended": comparison.ended, "changed": comparison.changed}
    counted = pl.DataFrame(schema={"category": pl.String})
    for name, rows in {**sides, "after": after}.items():
        own = rows.group_by("category").agg(pl.len().cast(pl.Int64).alias(name))
        counted = counted.join(own, on="category", how="full", coalesce=True)
    return tuple(CategoryDifference(*row) for row in counted.fill_null(0).sort("category").iter_rows())


def _changed_fields(comparison: Comparison, dataset: Dataset) -> tuple[tuple[str, int], ...]:
    names = compared_of(dataset)
    counted = comparison.changed.select(
        pl.col(name).ne_missing(pl.col(f"{name}_before")).sum().alias(public_key(name)) for name in names
    )
    found = ((name, int(rows)) for name, rows in counted.row(0, named=True).items() if rows)
    return tuple(sorted(found, key=lambda item: (-item[1], item[0])))


def _movers(session: Session, load: Load, quantity: Quantity, top: int) -> tuple[Mover, ...]:
    if quantity not in load.standing.columns:
        return ()
    key = [name for name in key_of(load.dataset) if name not in ("nit", "category", "resolution")]
    sides = (load.comparison.added, load.comparison.ended, load.comparison.changed)
    columns = ((None, quantity), (quantity, None), (f"{quantity}_before", quantity))
    moved = pl.concat(_figures(rows, *names, key) for rows, names in zip(sides, columns, strict=True))
    change = (pl.col("after").fill_null(0) - pl.col("before").fill_null(0)).abs()
    largest = moved.with_columns(change=change).filter(pl.col("change") > 0)
    largest = largest.sort("change", "nit", "category", "resolution", "of", descending=[True, *[False] * 4]).head(top)
    names = _find_names(session, load, largest.get_column("nit").drop_nulls().unique().to_list())
    return tuple(
        Mover(nit, name or names.get(nit), category, resolution or None, of, before, after)
        for nit, name, category, resolution, of, before, after, _ in largest.iter_rows()
    )


def _figures(rows: pl.DataFrame, before: str | None, after: str | None, key: list[str]) -> pl.DataFrame:
    nothing = {"text": pl.lit(None, pl.String), "number": pl.lit(None, pl.Int64)}
    of_record = (
        (pl.col(name) if name in rows.columns else nothing["text"]).alias(name)
        for name in ("nit", "name", "category", "resolution")
    )
    return rows.select(
        *of_record,
        of=pl.concat_str([pl.col(name).cast(pl.String) for name in key], separator=" · ", ignore_nulls=True)
        if key
        else pl.lit(""),
        before=pl.col(before) if before else nothing["number"],
        after=pl.col(after) if after else nothing["number"],
    )


def _find_names(session: Session, load: Load, nits: list[str]) -> dict[str | None, str]:
    """The names of the taxpayers of facts; the registry's rows have their own."""
    if load.dataset is Dataset.REGISTRY or not nits:
        return {}
    named = (
        select(RecordKey.nit, RecordVersion.name)
        .join(RecordVersion, RecordVersion.record_id == RecordKey.record_id)
        .where(RecordKey.nit.in_(nits), RecordVersion.to_release.is_(None))
        .order_by(RecordVersion.id)
    )
    return {row.nit: row.name for row in session.execute(named)}
