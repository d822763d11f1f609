"""Loading facts into a real book: compared with the registry as it will stand, in dry runs too, and with each other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from exemptions.accounts import Actor
from exemptions.batches import State, approve_batch, get_batch, read_staged
from exemptions.database import Book, open_book
from exemptions.datasets import DEFAULT_MODE, Dataset, Mode
from exemptions.editions import staged_schema
from exemptions.settings import Settings, read_settings
from loaders.load import LoadOptions, LoadResult, load_file
from tests.loaders.fact_files import REGISTRY, Row, amount, energy, estimate, event, fact_csv, jobs, product
from tests.loaders.registry_files import CUTOFF, csv_text

NOW = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)

ROWS: dict[Dataset, Row] = {
    Dataset.JOBS: jobs(),
    Dataset.AMOUNTS: amount(),
    Dataset.ENERGY: energy(),
    Dataset.EVENTS: event(),
    Dataset.EXPENDITURE: estimate(),
    Dataset.MACRO: product(),
}


class Desk:
    """One home, and what a member of staff does there."""

    def __init__(self, settings: Settings, book: Book, folder: Path) -> None:
        self.settings, self.book, self.folder = settings, book, folder
        self.files = 0

    def load(self, dataset: Dataset, *rows: Row, **options: Any) -> LoadResult:
        self.files += 1
        path = self.folder / f"{self.files}.csv"
        text = csv_text(*rows) if dataset is Dataset.REGISTRY else fact_csv(dataset, *rows)
        path.write_text(text, encoding="utf-8")
        return load_file(
            self.book,
            self.settings,
            dataset=dataset,
            path=path,
            options=LoadOptions(**{"cutoff": CUTOFF, **options}),
            actor=Actor("ana"),
            clock=lambda: NOW,
        )

    def load_and_approve(self, dataset: Dataset, *rows: Row) -> LoadResult:
        result = self.load(dataset, *rows)
        assert result.batch is not None
        with self.book.write() as session:
            approve_batch(session, self.book.home, number=result.batch, actor=Actor("berta"), at=NOW)
        return result


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    settings = read_settings({"EXEMPTIONS_HOME": str(tmp_path / "home")})
    book = open_book(settings, clock=lambda: NOW)
    folder = tmp_path / "inbox"
    folder.mkdir()
    yield Desk(settings, book, folder)
    book.close()


@pytest.mark.parametrize("dataset", ROWS)
def test_load_facts__stages_the_facts_and_says_what_they_add(desk: Desk, dataset: Dataset) -> None:
    desk.load_and_approve(Dataset.REGISTRY, *REGISTRY)
    result = desk.load(dataset, ROWS[dataset])
    assert (result.state, result.rows, result.added, result.findings) == (State.VALIDATED, 1, 1, ())
    assert result.batch is not None
    with desk.book.read() as session:
        batch = get_batch(session, result.batch)
        assert batch.mode == DEFAULT_MODE[dataset]
        staged = read_staged(desk.settings.home, batch)
    assert staged.schema == pl.Schema(staged_schema(dataset))
    assert staged["row"].to_list() == [2]


def test_load_facts__are_compared_with_the_registry_as_it_will_stand(desk: Desk) -> None:
    loaded = desk.load(Dataset.REGISTRY, *REGISTRY)
    absent = desk.load(Dataset.JOBS, jobs(), jobs(period="2023"))
    assert [(f.row, f.rule) for f in absent.warnings] == [(2, "registro_ausente"), (3, "registro_ausente")]
    assert loaded.batch is not None
    with desk.book.write() as session:
        approve_batch(session, desk.book.home, number=loaded.batch, actor=Actor("berta"), at=NOW)
    assert desk.load(Dataset.JOBS, jobs(), jobs(period="2022")).findings == ()


def test_load_facts__a_dry_run_tells_the_same_of_the_registry(desk: Desk) -> None:
    desk.load_and_approve(Dataset.REGISTRY, *REGISTRY)
    rows = (jobs(2), jobs(period="2025", jobs="29"), jobs(resolution="DPI-1-2099"))
    told = [desk.load(Dataset.JOBS, *rows, dry_run=dry_run) for dry_run in (True, False)]
    assert [result.batch for result in told] == [None, 2]
    assert told[0].findings == told[1].findings
    assert [(f.row, f.rule) for f in told[0].findings] == [
        (3, "empleos_distintos_del_registro"),
        (4, "registro_ausente"),
    ]


def test_load_facts__a_card_number_waits_for_the_registry_to_have_the_person(desk: Desk) -> None:
    early = desk.load(Dataset.AMOUNTS, amount(6))
    assert (early.state, [f.rule for f in early.errors]) == (State.REFUSED, ["cui_sin_registro"])
    desk.load_and_approve(Dataset.REGISTRY, *REGISTRY)
    # A refused file that is sent again is read again.
    assert desk.load(Dataset.AMOUNTS, amount(6)).state is State.VALIDATED


def test_load_facts__events_are_compared_with_those_that_the_book_will_hold(desk: Desk) -> None:
    desk.load_and_approve(Dataset.REGISTRY, *REGISTRY)
    desk.load_and_approve(Dataset.EVENTS, event(until=""))
    back = event(event="REACTIVACION", date="2023-07-01", until="")
    added = desk.load(Dataset.EVENTS, back)
    assert (added.added, added.ended, added.findings) == (1, 0, ())
    replacing = desk.load(Dataset.EVENTS, back, mode=Mode.REPLACE)
    assert (replacing.added, replacing.ended) == (1, 1)
    assert [f.rule for f in replacing.findings] == ["reactivacion_sin_motivo"]


def test_load_facts__a_dry_run_of_the_latest_file_is_no_repetition_of_an_older_one(desk: Desk) -> None:
    desk.load_and_approve(Dataset.REGISTRY, *REGISTRY)
    desk.load_and_approve(Dataset.JOBS, jobs())
    again = desk.load(Dataset.JOBS, jobs(), dry_run=True)
    assert (again.state, again.holds, again.added) == (State.VALIDATED, (), 0)
    desk.load(Dataset.JOBS, jobs(jobs="26"))
    older = desk.load(Dataset.JOBS, jobs(), dry_run=True)
    assert older.state is State.BLOCKED
