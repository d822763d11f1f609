"""How a dataset stands: its last file, what is published of it, and when the next one is due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from exemptions.batches import State
from exemptions.database import Book, open_book
from exemptions.dataset_state import add_months, describe_dataset, describe_datasets, list_dataset_batches
from exemptions.datasets import Dataset
from exemptions.fact_models import FactJobs
from exemptions.models import Batch, Release
from exemptions.settings import read_settings
from tests.databases import Databases

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.fixture
def book(tmp_path: Path, database: Databases) -> Iterator[Book]:
    book = open_book(read_settings({"EXEMPTIONS_HOME": str(tmp_path / "home"), **database.environment()}))
    yield book
    book.close()


def batch(number: int, dataset: Dataset, state: State, cutoff: date, **values: Any) -> Batch:
    filled = {
        "mode": "replace", "file_name": f"{number}.csv", "upload_sha256": str(number), "size_bytes": 1, "options": {},
        "rows": 3, "errors": 0, "warnings": 0, "guards": [], "loaded_by": "carlos", "loaded_at": NOW, **values,
    }  # fmt: skip
    return Batch(id=number, dataset=dataset.value, state=state.value, cutoff=cutoff, **filled)


def release(number: int, day: int) -> Release:
    return Release(
        number=number, published_at=datetime(2026, 2, day, tzinfo=UTC), status_date=date(2026, 2, day),
        manifest_sha256="0" * 64, published_by="berta",
    )  # fmt: skip


@pytest.mark.both_databases
def test_dataset_state__of_an_empty_book_nothing_is_known_or_due(book: Book) -> None:
    with book.read() as session:
        states = describe_datasets(session)
    assert [state.dataset for state in states] == list(Dataset)
    for state in states:
        assert (state.last, state.publication, state.due, state.covered.rows) == (None, None, None, 0)
        assert state.days_overdue(date(2030, 1, 1)) == 0


@pytest.mark.both_databases
def test_dataset_state__the_next_file_is_due_after_the_day_of_the_last_accepted_one(book: Book) -> None:
    with book.write() as session:
        session.add(batch(1, Dataset.REGISTRY, State.APPROVED, date(2026, 1, 31)))
        session.flush()
        # What was refused, or waits, is no file that came.
        for number, state in enumerate((State.REFUSED, State.BLOCKED, State.VALIDATED, State.REJECTED), start=2):
            session.add(batch(number, Dataset.REGISTRY, state, date(2026, 2, 28)))
        session.add(batch(6, Dataset.JOBS, State.APPROVED, date(2025, 12, 31)))
    with book.read() as session:
        registry, jobs = (describe_dataset(session, dataset) for dataset in (Dataset.REGISTRY, Dataset.JOBS))
    assert (registry.due, jobs.due) == (date(2026, 2, 28), date(2026, 3, 31))
    assert [registry.days_overdue(date(2026, 2, day)) for day in (27, 28)] == [-1, 0]
    assert registry.days_overdue(date(2026, 3, 2)) == 2
    assert registry.last is not None and (registry.last.number, registry.last.state) == (5, State.REJECTED)


@pytest.mark.both_databases
def test_dataset_state__names_the_last_publication_of_a_file_and_the_periods_it_covers(book: Book) -> None:
    with book.write() as session:
        cutoffs = (date(2025, 6, 30), date(2025, 9, 30), date(2025, 12, 31))
        sent = [batch(n, Dataset.JOBS, State.APPROVED, cutoff) for n, cutoff in enumerate(cutoffs, 1)]
        session.add_all(sent)
        session.flush()
        for period, ended in (("2024", 2), ("2025-T2", None), ("2025-T3", None)):
            session.add(
                FactJobs(
                    nit="80000000001", category="MAQ_SERV", resolution="X", period=period, kind="reported", jobs=1,
                    batch=1, from_release=1, to_release=ended,
                )
            )  # fmt: skip
        session.flush()
        # As a publication does it: what is published cannot be added to afterwards.
        session.add_all([release(1, 1), release(2, 15)])
        session.flush()
        for published, number in zip(sent, (1, 2), strict=False):
            published.state, published.release = State.PUBLISHED, number
    with book.read() as session:
        state = describe_dataset(session, Dataset.JOBS)
        batches = list_dataset_batches(session, Dataset.JOBS, limit=2)
    assert state.publication is not None
    assert (state.publication.release, state.publication.batch) == (2, 2)
    assert (state.publication.published_at, state.publication.cutoff) == (
        release(2, 15).published_at,
        date(2025, 9, 30),
    )
    assert (state.covered.rows, state.covered.first, state.covered.last) == (2, "2025-T2", "2025-T3")
    assert [entry.number for entry in batches] == [3, 2]


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
    ],
)
def test_add_months__ends_on_the_last_day_of_a_shorter_month(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected
