"""Facts are kept like records: every state stays answerable, and a file touches its own scope only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy.orm import Session

from exemptions.accounts import Actor
from exemptions.batches import State, Upload, create_batch, next_batch_id
from exemptions.database import Book, open_book
from exemptions.datasets import DATASET_COLUMNS, DEFAULT_MODE, Dataset, Mode
from exemptions.editions import apply_edition, compare_edition, overlay_edition, read_current, restore_editions
from exemptions.fact_content import FACTS, FactSpec
from exemptions.settings import read_settings
from tests.databases import Databases

pytestmark = pytest.mark.both_databases

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
SAMPLES: dict[type[pl.DataType], list[Any]] = {
    pl.String: ["uno", "dos", "tres"],
    pl.Int64: [1, 2, 3],
    pl.Float64: [0.5, 2.6, 3.0],
    pl.Date: [date(2024, 1, 1), date(2025, 1, 1), date(2026, 1, 1)],
}


@pytest.fixture
def book(tmp_path: Path, database: Databases) -> Iterator[Book]:
    environment = {"EXEMPTIONS_HOME": str(tmp_path / "home"), **database.environment()}
    opened = open_book(read_settings(environment), clock=lambda: NOW)
    yield opened
    opened.close()


def facts(spec: FactSpec, *rows: dict[str, Any]) -> pl.DataFrame:
    """Facts with a value in every column, each row's own ones as given."""
    filled = [{name: SAMPLES[kind][0] for name, kind in spec.schema.items()} | row for row in rows]
    return pl.DataFrame(filled, schema=dict(spec.schema))


def load(session: Session, spec: FactSpec, rows: pl.DataFrame, *, release: int, mode: Mode | None = None) -> None:
    upload = Upload(spec.dataset, Mode.REPLACE, NOW.date(), "hechos.csv", "a" * 64, 1, {})
    number = next_batch_id(session)
    create_batch(
        session, number=number, upload=upload, state=State.APPROVED, rows=rows.height, counts=None, findings=[],
        staged_sha256=None, actor=Actor("lucia"), at=NOW,
    )  # fmt: skip
    current = read_current(session, spec.dataset)
    mode = mode or DEFAULT_MODE[spec.dataset]
    comparison = compare_edition(current, rows, dataset=spec.dataset, mode=mode)
    standing = overlay_edition(current, rows, dataset=spec.dataset, mode=mode, cutoff=NOW.date())
    apply_edition(session, current, comparison, dataset=spec.dataset, release=release, batch=number, cutoff=NOW.date())
    assert content(read_current(session, spec.dataset), spec) == content(standing, spec)


def content(frame: pl.DataFrame, spec: FactSpec) -> list[tuple[Any, ...]]:
    return frame.select(spec.schema.keys()).sort(spec.key).rows()


EVERY = pytest.mark.parametrize("spec", FACTS.values(), ids=FACTS.keys())


def test_datasets__every_one_has_columns_and_a_content() -> None:
    assert set(DATASET_COLUMNS) == set(Dataset)
    assert set(FACTS) == set(Dataset) - {Dataset.REGISTRY}


@EVERY
def test_facts__every_column_survives_the_book(book: Book, spec: FactSpec) -> None:
    rows = facts(spec, {})
    with book.write() as session:
        load(session, spec, rows, release=1)
    with book.read() as session:
        assert content(read_current(session, spec.dataset), spec) == content(rows, spec)


@EVERY
def test_facts__past_releases_and_a_rollback_stay_answerable(book: Book, spec: FactSpec) -> None:
    last = spec.key[-1]
    first, second, third = (facts(spec, {last: value}) for value in SAMPLES[spec.schema[last]])
    with book.write() as session:
        load(session, spec, pl.concat([first, second]), release=1)
        before = content(read_current(session, spec.dataset), spec)
        load(session, spec, pl.concat([second, third]), release=2)
        after = content(read_current(session, spec.dataset), spec)
        restore_editions(session, source=1, release=3)
        assert content(read_current(session, spec.dataset), spec) == before
        for release, expected in ((1, before), (2, after), (3, before)):
            assert content(read_current(session, spec.dataset, release=release), spec) == expected


@EVERY
def test_facts__an_identical_file_changes_nothing(book: Book, spec: FactSpec) -> None:
    with book.write() as session:
        load(session, spec, facts(spec, {}), release=1)
        current = read_current(session, spec.dataset)
        for mode in Mode:
            assert compare_edition(current, facts(spec, {}), dataset=spec.dataset, mode=mode).is_empty


@EVERY
def test_facts__a_file_that_replaces_ends_only_what_it_covers(book: Book, spec: FactSpec) -> None:
    other = {name: SAMPLES[spec.schema[name]][2] for name in spec.scope}
    inner = min(
        (name for name in spec.key if name not in spec.scope), key=lambda name: spec.schema[name] is not pl.String
    )
    inside = {inner: SAMPLES[spec.schema[inner]][1]}
    with book.write() as session:
        load(session, spec, facts(spec, {}, inside, *([other] if other else [])), release=1)
        current = read_current(session, spec.dataset)
        comparison = compare_edition(current, facts(spec, {}), dataset=spec.dataset, mode=Mode.REPLACE)
        merged = compare_edition(current, facts(spec, {}), dataset=spec.dataset, mode=Mode.MERGE)
    assert comparison.ended.height == 1
    assert merged.is_empty


def test_facts__a_part_of_the_key_that_is_blank_equals_a_blank(book: Book) -> None:
    spec = FACTS[Dataset.EXPENDITURE]
    blank = facts(spec, {"tax": None, "method_version": None})
    with book.write() as session:
        load(session, spec, blank, release=1)
        current = read_current(session, spec.dataset)
        changed = blank.with_columns(amount_cents=pl.lit(7, dtype=pl.Int64))
        comparison = compare_edition(current, changed, dataset=spec.dataset, mode=Mode.REPLACE)
    assert (comparison.added.height, comparison.ended.height, comparison.changed.height) == (0, 0, 1)
