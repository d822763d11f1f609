"""How each dataset stands: what was sent last, what it covers, when it was published, what is due."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from exemptions.batches import State
from exemptions.datasets import Dataset
from exemptions.fact_models import FactAmounts, FactEnergy, FactEvent, FactExpenditure, FactJobs, FactMacro
from exemptions.models import Batch, RecordVersion, Release

CADENCE_MONTHS: Mapping[Dataset, int] = {
    Dataset.REGISTRY: 1,
    Dataset.JOBS: 3,
    Dataset.AMOUNTS: 12,
    Dataset.ENERGY: 12,
    Dataset.EVENTS: 1,
    Dataset.EXPENDITURE: 12,
    Dataset.MACRO: 12,
}
"""After how many months a new file of the dataset is expected.

Source: SAT delivers the registry and its events month by month; zones inform quarterly of their jobs (Decree 65-89);
returns, energy, the report on tax expenditure and the national accounts are yearly.
"""

_TAKEN = (State.APPROVED, State.PUBLISHED)


@dataclass(frozen=True, slots=True)
class LastBatch:
    """One batch of a dataset, as a list shows it."""

    number: int
    state: State
    file_name: str
    cutoff: date
    rows: int
    errors: int
    warnings: int
    loaded_by: str
    loaded_at: datetime


@dataclass(frozen=True, slots=True)
class LastPublication:
    """The last publication that a file of the dataset went into."""

    release: int
    published_at: datetime
    batch: int
    cutoff: date


@dataclass(frozen=True, slots=True)
class Covered:
    """The span of time that the dataset's published rows tell of, and how many rows there are."""

    rows: int
    first: str | None
    last: str | None


@dataclass(frozen=True, slots=True)
class DatasetState:
    """How one dataset stands."""

    dataset: Dataset
    last: LastBatch | None
    """The batch sent last, whatever became of it."""
    publication: LastPublication | None
    covered: Covered
    due: date | None
    """The day by which the next file is expected; None while none was ever accepted."""

    def days_overdue(self, today: date) -> int:
        """How many days the next file is late; 0 or less when it is not."""
        return (today - self.due).days if self.due is not None else 0


def describe_datasets(session: Session) -> tuple[DatasetState, ...]:
    """How every dataset stands."""
    return tuple(describe_dataset(session, dataset) for dataset in Dataset)


def describe_dataset(session: Session, dataset: Dataset) -> DatasetState:
    """How one dataset stands."""
    publication = _last_publication(session, dataset)
    return DatasetState(
        dataset=dataset,
        last=next(iter(list_dataset_batches(session, dataset, limit=1)), None),
        publication=publication,
        covered=_covered(session, dataset, publication),
        due=_due(session, dataset),
    )


def add_months(day: date, months: int) -> date:
    """The same day some months later, or the last of a month that is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def list_dataset_batches(session: Session, dataset: Dataset, *, limit: int) -> tuple[LastBatch, ...]:
    """The latest batches of a dataset, newest first."""
    chosen = select(Batch).where(Batch.dataset == dataset.value).order_by(Batch.id.desc()).limit(limit)
    return tuple(_facts(batch) for batch in session.scalars(chosen))


def _facts(batch: Batch) -> LastBatch:
    return LastBatch(
        number=batch.id,
        state=State(batch.state),
        file_name=batch.file_name,
        cutoff=batch.cutoff,
        rows=batch.rows,
        errors=batch.errors,
        warnings=batch.warnings,
        loaded_by=batch.loaded_by,
        loaded_at=batch.loaded_at,
    )


def _last_publication(session: Session, dataset: Dataset) -> LastPublication | None:
    found = session.execute(
        select(Batch.id, Batch.cutoff, Release.number, Release.published_at)
        .join(Release, Release.number == Batch.release)
        .where(Batch.dataset == dataset.value)
        .order_by(Release.number.desc(), Batch.id.desc())
        .limit(1)
    ).first()
    if found is None:
        return None
    batch, cutoff, number, published_at = found
    return LastPublication(release=number, published_at=published_at, batch=batch, cutoff=cutoff)


def _due(session: Session, dataset: Dataset) -> date | None:
    cutoff = session.scalar(
        select(func.max(Batch.cutoff)).where(Batch.dataset == dataset.value, Batch.state.in_(_TAKEN))
    )
    return add_months(cutoff, CADENCE_MONTHS[dataset]) if cutoff is not None else None


def _covered(session: Session, dataset: Dataset, publication: LastPublication | None) -> Covered:
    match dataset:
        case Dataset.JOBS:
            return _span(session, FactJobs.period, FactJobs.to_release.is_(None))
        case Dataset.AMOUNTS:
            return _span(session, FactAmounts.year, FactAmounts.to_release.is_(None))
        case Dataset.EVENTS:
            return _span(session, FactEvent.date, FactEvent.to_release.is_(None))
        case Dataset.EXPENDITURE:
            return _span(session, FactExpenditure.year, FactExpenditure.to_release.is_(None))
        case Dataset.MACRO:
            return _span(session, FactMacro.year, FactMacro.to_release.is_(None))
        case Dataset.REGISTRY:
            return _on_one_day(session, RecordVersion.to_release.is_(None), publication)
        case Dataset.ENERGY:
            return _on_one_day(session, FactEnergy.to_release.is_(None), publication)


def _on_one_day(session: Session, standing: ColumnElement[bool], publication: LastPublication | None) -> Covered:
    """Of a dataset that tells how things are on the day of its file, not over a span."""
    rows = session.scalar(select(func.count()).where(standing)) or 0
    return Covered(rows, None, publication.cutoff.isoformat() if publication is not None and rows else None)


def _span(session: Session, period: InstrumentedAttribute[object], standing: ColumnElement[bool]) -> Covered:
    rows, first, last = session.execute(select(func.count(), func.min(period), func.max(period)).where(standing)).one()
    return Covered(rows, None if first is None else str(first), None if last is None else str(last))
