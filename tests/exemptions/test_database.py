"""The book's file: durable, private, one writer at a time."""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

import exemptions.locking as locking
from exemptions.audit import find_broken_entry
from exemptions.database import Book, is_demonstration, is_two_person, mark_demonstration, open_book
from exemptions.errors import Busy
from exemptions.models import Base
from exemptions.settings import Settings, read_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings({"EXEMPTIONS_HOME": str(tmp_path / "home")})


@pytest.fixture
def book(settings: Settings) -> Iterator[Book]:
    opened = open_book(settings)
    yield opened
    opened.close()


def test_open__makes_a_private_home(book: Book) -> None:
    assert stat.S_IMODE(book.home.stat().st_mode) == 0o700


def test_open__keeps_a_rollback_journal_that_survives_a_power_cut(book: Book) -> None:
    with book.read() as session:
        assert session.execute(text("PRAGMA journal_mode")).scalar() == "delete"
        assert session.execute(text("PRAGMA synchronous")).scalar() == 2
        assert session.execute(text("PRAGMA foreign_keys")).scalar() == 1


def test_open__migrations_make_the_tables_of_the_models(book: Book) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with book.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_open__fixes_the_two_person_rule_when_the_book_is_made(settings: Settings, tmp_path: Path) -> None:
    off = read_settings({"EXEMPTIONS_HOME": str(settings.home), "EXEMPTIONS_TWO_PERSON": "off"})
    for first, expected in ((off, False), (settings, False)):
        opened = open_book(first)
        with opened.read() as session:
            assert is_two_person(session) is expected
        opened.close()


def test_mark_demonstration__stays(book: Book) -> None:
    with book.write() as session:
        assert not is_demonstration(session)
        mark_demonstration(session, actor="demonstration")
    with book.read() as session:
        assert is_demonstration(session)
        assert find_broken_entry(session) is None


def test_read__cannot_change_the_book(book: Book) -> None:
    with book.read() as session:
        session.execute(text("INSERT INTO book_fact VALUES ('x', 'y')"))
    with book.read() as session:
        assert session.execute(text("SELECT count(*) FROM book_fact WHERE key = 'x'")).scalar() == 0


HOLDER = """
import sys
from exemptions.database import open_book
from exemptions.settings import read_settings
book = open_book(read_settings({"EXEMPTIONS_HOME": sys.argv[1]}))
with book.write():
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_write__another_process_waits_its_turn(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    command = [sys.executable, "-c", HOLDER, str(book.home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        monkeypatch.setattr(locking, "LOCK_WAIT_S", 0.2)
        with pytest.raises(Busy), book.write():
            pytest.fail("two writers at once")
        with book.read() as session:
            assert is_two_person(session)
        holder.communicate("\n")
    with book.write() as session:
        assert is_two_person(session)


def test_write__the_lock_of_a_killed_writer_is_free(book: Book) -> None:
    command = [sys.executable, "-c", HOLDER, str(book.home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        holder.kill()
    with book.write() as session:
        mark_demonstration(session, actor="demonstration")


def test_write__two_transactions_of_one_process_cannot_overlap(book: Book) -> None:
    with book.write() as session:
        session.execute(text("INSERT INTO book_fact VALUES ('x', 'y')"))
        with book.engine.connect() as other:
            other.execute(text("PRAGMA busy_timeout=100"))
            with pytest.raises(OperationalError, match="locked"):
                other.execute(text("INSERT INTO book_fact VALUES ('z', 'y')"))
