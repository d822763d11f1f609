"""What only a server of databases can do: other machines, lost connections, statements that wait."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, make_url, select, text

from exemptions.bulk import insert_frame
from exemptions.database import Book, is_demonstration, mark_demonstration, open_book
from exemptions.engines import describe_database
from exemptions.errors import BookUnreachable, Busy
from exemptions.models import Base, Fact
from exemptions.settings import Settings, read_settings
from tests.databases import Server


@pytest.fixture
def settings(tmp_path: Path, postgresql_server: Server) -> Iterator[Settings]:
    name = postgresql_server.take_book()
    yield read_settings({"EXEMPTIONS_HOME": str(tmp_path / "home"), "DATABASE_URL": postgresql_server.url(name)})
    postgresql_server.give_back(name)


@pytest.fixture
def book(settings: Settings) -> Iterator[Book]:
    opened = open_book(settings)
    yield opened
    opened.close()


@pytest.fixture
def elsewhere(settings: Settings, tmp_path: Path) -> Iterator[Book]:
    """The same book as another machine opens it, with a home of its own."""
    opened = open_book(replace(settings, home=tmp_path / "elsewhere"))
    yield opened
    opened.close()


def end_connections(book: Book, where: str) -> None:
    """Have the server end what the book's application has open, as a restart of the server would."""
    with book.engine.connect() as connection:
        ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND "
        assert connection.scalar(text(f"{ended} pid <> pg_backend_pid() AND {where}"))


def test_open__the_short_scheme_means_the_same_driver(settings: Settings) -> None:
    url = make_url(settings.database_url).set(drivername="postgresql")
    opened = open_book(replace(settings, database_url=url.render_as_string(hide_password=False)))
    assert opened.engine.driver == "psycopg"
    assert describe_database(opened.engine)[0] == "postgresql"
    opened.close()


def test_open__migrates_an_empty_database_and_takes_it_down_again(
    postgresql_server: Server, settings: Settings
) -> None:
    url = postgresql_server.url(postgresql_server.make_empty())
    opened = open_book(replace(settings, database_url=url))
    with opened.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    opened.close()


def test_open__an_unknown_database_is_told(settings: Settings) -> None:
    url = make_url(settings.database_url).set(database="nobodys").render_as_string(hide_password=False)
    with pytest.raises(BookUnreachable) as told:
        open_book(replace(settings, database_url=url))
    assert "nobodys" in told.value.cause


def test_write__another_machine_waits_its_turn(book: Book, elsewhere: Book) -> None:
    with book.write():
        with pytest.raises(Busy), elsewhere.write(wait_s=0.2):
            pytest.fail("two writers at once")
        with pytest.raises(Busy), elsewhere.writer_lock(wait_s=0.2):
            pytest.fail("two writers at once")
        with elsewhere.read() as session:
            assert not is_demonstration(session)
    with elsewhere.write() as session:
        mark_demonstration(session, actor="demonstration")


def test_write__commits_nothing_after_its_lock_was_lost(book: Book, elsewhere: Book) -> None:
    with pytest.raises(BookUnreachable), book.write() as session:
        mark_demonstration(session, actor="demonstration")
        session.flush()
        end_connections(elsewhere, "state = 'idle' AND query LIKE '%pg_try_advisory_lock%'")
    with elsewhere.write() as session:
        assert not is_demonstration(session)


def test_read__a_pool_of_lost_connections_is_renewed(book: Book, elsewhere: Book) -> None:
    with book.read() as session:
        assert not is_demonstration(session)
    end_connections(elsewhere, "true")
    with book.read() as session:
        assert not is_demonstration(session)


def test_read__sees_one_state_throughout(book: Book, elsewhere: Book) -> None:
    with book.read() as session:
        assert not is_demonstration(session)
        session.expire_all()
        with elsewhere.write() as other:
            mark_demonstration(other, actor="demonstration")
        assert not is_demonstration(session)


def test_write__what_another_transaction_holds_is_busy(book: Book, elsewhere: Book) -> None:
    with elsewhere.engine.connect() as holder:
        holder.execute(text("LOCK TABLE book_fact IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(Busy), book.write() as session:
            session.execute(text("SET LOCAL lock_timeout TO 100"))
            mark_demonstration(session, actor="demonstration")


def test_write__waits_for_a_transaction_that_writes_without_the_lock(
    book: Book, elsewhere: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the lock of the other writer is held at a server that was the primary until just now."""
    with book.write(), monkeypatch.context() as patch:
        patch.setattr("exemptions.locking._WRITER_KEY", 1)
        patch.setattr("exemptions.engines._OF_SESSION", ("SET lock_timeout TO 100",))
        elsewhere.engine.dispose()
        with pytest.raises(Busy), elsewhere.write():
            pytest.fail("two writers at once")


def test_write__that_loses_its_connection_in_bulk_is_told_and_leaves_nothing(book: Book, elsewhere: Book) -> None:
    names = pl.DataFrame({"key": [str(n) for n in range(200_000)], "value": "x" * 50})
    with pytest.raises(BookUnreachable), book.write() as session:
        session.flush()
        end_connections(elsewhere, "state = 'idle in transaction'")
        insert_frame(session, Fact.__table__, names)
    with book.write() as session:
        assert session.scalar(select(func.count()).select_from(Fact)) == 1
