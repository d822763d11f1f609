"""Many rows go in and out of SQLite by a child process, as they would without it."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import BigInteger, Column, Date, Float, MetaData, String, Table, create_engine, func, select, text
from sqlalchemy.exc import OperationalError

import exemptions.bulk_sqlite as bulk_sqlite
from exemptions.bulk import insert_frame, read_frame, staged_frame
from exemptions.database import Book, open_book
from exemptions.settings import read_settings

SCHEMA = {"id": pl.Int64, "text": pl.String, "cents": pl.Int64, "pct": pl.Float64, "day": pl.Date}
TABLE = Table(
    "odd table",
    MetaData(),
    Column("id", BigInteger),
    Column("text", String),
    Column("cents", BigInteger),
    Column("pct", Float),
    Column("day", Date),
)
BLANK = [(n, None, None, None, None) for n in range(2_000)]
ROWS = pl.DataFrame(
    [*BLANK, (2_000, "", 2**62, 0.1, date(2026, 1, 1)), (2_001, 'it\'s "Ñandú"\n', -1, 1e-9, date(1, 1, 1))],
    schema=SCHEMA,
    orient="row",
)
ALL = select(TABLE).order_by(TABLE.c.id.desc())


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    opened = open_book(read_settings({"EXEMPTIONS_HOME": str(tmp_path / "home")}))
    with opened.write() as session:
        TABLE.create(session.connection())
        insert_frame(session, TABLE, ROWS)
    yield opened
    opened.close()


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[int | None]:
    """The exit statuses of the readers that were started, for tables of any size."""
    statuses: list[int | None] = []

    class Counted(subprocess.Popen[bytes]):
        def __exit__(self, *error: object) -> None:
            super().__exit__(*error)  # type: ignore[arg-type]
            statuses.append(self.returncode)

    monkeypatch.setattr(subprocess, "Popen", Counted)
    monkeypatch.setattr(bulk_sqlite, "_CHILD_ROWS", 1)
    return statuses


def test_read__a_child_gives_the_same_rows_in_the_same_order(book: Book, children: list[int | None]) -> None:
    for access in (book.read, book.write):
        with access() as session:
            assert read_frame(session, ALL, SCHEMA).equals(ROWS.reverse())
    assert children == [0, 0]


def test_read__parameters_reach_the_child(book: Book, children: list[int | None]) -> None:
    with book.read() as session:
        for name in ('it\'s "Ñandú"\n', ""):
            assert read_frame(session, ALL.where(TABLE.c.text == name), SCHEMA)["text"].to_list() == [name]
    assert children == [0, 0]


def test_read__what_is_not_committed_is_read_here(book: Book, children: list[int | None]) -> None:
    with book.write() as session:
        session.execute(text('DELETE FROM "odd table" WHERE id < 2001'))
        assert read_frame(session, ALL, SCHEMA).equals(ROWS.tail(1))
    assert children == []
    with book.read() as session:
        assert read_frame(session, ALL, SCHEMA).equals(ROWS.tail(1))
    assert children == [0]


def test_read__a_temporary_table_that_is_gone_hides_nothing(book: Book, children: list[int | None]) -> None:
    with book.write() as session:
        with staged_frame(session, [Column("id", BigInteger)], pl.DataFrame({"id": [2_000, 2_001]})) as staged:
            wanted = ALL.join(staged, staged.c.id == TABLE.c.id)
            assert read_frame(session, wanted, SCHEMA).equals(ROWS.tail(2).reverse())
        readers = len(children)
        assert read_frame(session, ALL, SCHEMA).equals(ROWS.reverse())
        assert len(children) == readers + 1
        session.connection().execute(TABLE.delete().where(TABLE.c.id == 2_000))
        assert read_frame(session, ALL, SCHEMA).height == ROWS.height - 1
        assert len(children) == readers + 1


def test_read__nothing_needs_no_child(book: Book, children: list[int | None]) -> None:
    with book.read() as session:
        assert read_frame(session, ALL.where(TABLE.c.id < 0), SCHEMA).equals(ROWS.clear())
    assert children == []


def test_read__a_writer_that_waits_for_readers_does_not_stop_one(book: Book, children: list[int | None]) -> None:
    probe = create_engine(book.engine.url, connect_args={"timeout": 0})

    def delete() -> None:
        with book.write() as session:
            session.execute(text('DELETE FROM "odd table"'))

    def is_closed_to_readers() -> bool:
        try:
            with probe.connect() as connection:
                connection.execute(text("SELECT count(*) FROM book_fact"))
        except OperationalError:
            return True
        return False

    with book.read() as session:
        session.execute(text("SELECT count(*) FROM book_fact"))
        writer = threading.Thread(target=delete)
        writer.start()
        while not is_closed_to_readers():
            assert writer.is_alive()
        assert read_frame(session, ALL, SCHEMA).equals(ROWS.reverse())
    writer.join()
    assert children == [75]
    with book.read() as session:
        assert read_frame(session, ALL, SCHEMA).is_empty()
    probe.dispose()


def test_insert__a_child_writes_what_the_session_takes_over(book: Book, children: list[int | None]) -> None:
    with book.write() as session:
        session.execute(text('DELETE FROM "odd table"'))
        for _ in range(12):
            insert_frame(session, TABLE, ROWS)
        assert read_frame(session, select(TABLE), SCHEMA).equals(pl.concat([ROWS] * 12))
    assert children == [0] * 8
    with book.write() as session:
        insert_frame(session, TABLE, ROWS)
    assert children == [0] * 9
    kept = {"audit.anchor", "book.sqlite", "inbox", "writer.lock"}
    assert {path.name for path in book.home.iterdir()} == kept


def test_insert__an_error_takes_it_back(book: Book, children: list[int | None]) -> None:
    for _ in range(2):
        with pytest.raises(RuntimeError), book.write() as session:
            insert_frame(session, TABLE, ROWS)
            raise RuntimeError
    with book.read() as session:
        assert session.scalar(select(func.count()).select_from(TABLE)) == ROWS.height
    assert children == [0, 0]


def test_read__a_child_that_fails_is_told(book: Book, children: list[int | None], tmp_path: Path) -> None:
    with book.read() as session, pytest.raises(OSError, match="status 1"):
        list(bulk_sqlite._read_in_child(session.connection(), select(TABLE.c.id, text("nothing")), {"id": pl.Int64}))
    assert children == [1]
