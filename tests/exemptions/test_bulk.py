"""Frames go into the book and come out as they were, in the session's own transaction."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Column, Date, Float, Integer, MetaData, String, Table, select
from sqlalchemy.orm import Session

import exemptions.bulk as bulk
import exemptions.bulk_sqlite as bulk_sqlite
from exemptions.bulk import insert_frame, read_frame, staged_frame
from exemptions.database import Book, open_book
from exemptions.settings import read_settings
from tests.databases import OWNER, Databases

pytestmark = pytest.mark.both_databases

SCHEMA = {"id": pl.Int64, "text": pl.String, "other": pl.String, "cents": pl.Int64, "pct": pl.Float64, "day": pl.Date}


@pytest.fixture
def book(tmp_path: Path, database: Databases) -> Iterator[Book]:
    opened = open_book(read_settings({"EXEMPTIONS_HOME": str(tmp_path / "home"), **database.environment(user=OWNER)}))
    yield opened
    opened.close()


@pytest.fixture
def session(book: Book) -> Iterator[Session]:
    with book.write() as opened:
        yield opened


@pytest.fixture
def table(session: Session) -> Table:
    columns = [Column("id", BigInteger, primary_key=True, autoincrement=False), Column("text", String)]
    columns += [Column("other", String), Column("cents", BigInteger), Column("pct", Float), Column("day", Date)]
    made = Table("odd table", MetaData(), *columns, prefixes=["TEMPORARY"])
    made.create(session.connection())
    return made


def frame(*rows: tuple[object, ...]) -> pl.DataFrame:
    return pl.DataFrame([(n, *row) for n, row in enumerate(rows)], schema=SCHEMA, orient="row")


def read(session: Session, table: Table) -> pl.DataFrame:
    return read_frame(session, select(table).order_by(table.c.id), SCHEMA)


# Neither database keeps NUL in a text, and no encoding has lone surrogates; validation refuses both.
TEXTS = st.none() | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])) | st.sampled_from(
    ["", " ", '"', '""', ",", "\n", "\r\n", "\\.", "\\N", "NULL", "Ñandú, \"S.A.\"", "\ufeff", "0012", "a\n\\.\nb"]
)  # fmt: skip
ROWS = st.tuples(
    TEXTS,
    TEXTS,
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
    st.none() | st.dates(),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROWS, max_size=8))
def test_frames__any_value_comes_back_as_it_was(session: Session, table: Table, rows: list[tuple[object, ...]]) -> None:
    session.execute(table.delete())
    given_rows = frame(*rows)
    insert_frame(session, table, given_rows)
    assert read(session, table).equals(given_rows)


def test_frames__more_than_one_block_keeps_order_and_types(
    session: Session, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (bulk, bulk_sqlite):
        monkeypatch.setattr(module, "_CHUNK", 7)
    monkeypatch.setattr(bulk, "_BLOCK_BYTES", 100)
    blank_first = [(None, None, None, None, None)] * 20
    rows = frame(*blank_first, *[(f"línea\n{n}", "", n, n / 8, date(2026, 1, 1)) for n in range(20)])
    insert_frame(session, table, rows)
    assert read(session, table).equals(rows)


def test_frames__nothing_is_a_frame_of_the_schema(session: Session, table: Table) -> None:
    insert_frame(session, table, frame())
    assert read(session, table).equals(frame())


def test_frames__parameters_are_not_part_of_the_text(session: Session, table: Table) -> None:
    insert_frame(session, table, frame(("it's", None, 1, None, None), ("100 %", None, 2, None, None)))
    for text, cents in (("it's", 1), ("100 %", 2)):
        found = read_frame(session, select(table).where(table.c.text == text), SCHEMA)
        assert found["cents"].to_list() == [cents]


def test_frames__are_part_of_the_transaction(book: Book) -> None:
    fact = Table("book_fact", MetaData(), Column("key", String), Column("value", String))
    rows = pl.DataFrame({"key": ["x"], "value": ["y"]})
    with pytest.raises(RuntimeError), book.write() as session:
        insert_frame(session, fact, rows)
        found = read_frame(session, select(fact).where(fact.c.key == "x"), {"key": pl.String, "value": pl.String})
        assert found.equals(rows)
        raise RuntimeError
    with book.read() as session:
        assert session.execute(select(fact).where(fact.c.key == "x")).all() == []


def test_staged_frame__is_gone_after_the_block(session: Session) -> None:
    for numbers in ([1, 2], [2, 3]):
        with staged_frame(session, [Column("id", Integer)], pl.DataFrame({"id": numbers})) as staged:
            assert list(session.scalars(select(staged.c.id).order_by(staged.c.id))) == numbers
