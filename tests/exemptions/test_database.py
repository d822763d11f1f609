"""The book's database: durable, private, one writer at a time."""

from __future__ import annotations

import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from exemptions import engines
from exemptions.audit import find_broken_entry, list_entries
from exemptions.database import Book, is_demonstration, is_two_person, mark_demonstration, open_book
from exemptions.engines import parse_database_url
from exemptions.errors import BookUnreachable, Busy, SettingsError
from exemptions.migrating import MIGRATIONS, is_present_shape, last_revision
from exemptions.models import Base
from exemptions.settings import Settings, read_settings
from tests.databases import OWNER, Databases

both_databases = pytest.mark.both_databases


@pytest.fixture
def settings(tmp_path: Path, database: Databases) -> Settings:
    return read_settings({"EXEMPTIONS_HOME": str(tmp_path / "home"), **database.environment(user=OWNER)})


@pytest.fixture
def book(settings: Settings) -> Iterator[Book]:
    opened = open_book(settings)
    yield opened
    opened.close()


def test_open__makes_a_private_home(book: Book) -> None:
    assert stat.S_IMODE(book.home.stat().st_mode) == 0o700


def test_open__keeps_a_rollback_journal_that_survives_a_power_cut(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The other tests wait for no disk.
    monkeypatch.setattr(engines, "_prepare_sqlite", engines._prepare_sqlite.__wrapped__)  # type: ignore[attr-defined]
    book = open_book(settings)
    with book.read() as session:
        assert session.execute(text("PRAGMA journal_mode")).scalar() == "delete"
        assert session.execute(text("PRAGMA synchronous")).scalar() == 2
        assert session.execute(text("PRAGMA foreign_keys")).scalar() == 1
    book.close()


@both_databases
def test_open__migrations_make_the_tables_of_the_models(book: Book) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with book.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_open__knows_the_last_migration_without_loading_them(book: Book) -> None:
    from alembic.script import ScriptDirectory

    assert last_revision() == ScriptDirectory(str(MIGRATIONS)).get_current_head()
    assert is_present_shape(book.engine)
    with book.engine.execution_options(writes=True).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert not is_present_shape(book.engine)


@both_databases
def test_open__fixes_the_two_person_rule_when_the_book_is_made(settings: Settings) -> None:
    off = replace(settings, two_person=False)
    for first, expected in ((off, False), (settings, False)):
        opened = open_book(first)
        with opened.read() as session:
            assert is_two_person(session) is expected
        opened.close()


@both_databases
def test_mark_demonstration__stays(book: Book) -> None:
    with book.write() as session:
        assert not is_demonstration(session)
        mark_demonstration(session, actor="demonstration")
    with book.read() as session:
        assert is_demonstration(session)
        assert find_broken_entry(session) is None


@both_databases
def test_read__cannot_change_the_book(book: Book) -> None:
    with book.read() as session:
        session.execute(text("INSERT INTO book_fact VALUES ('x', 'y')"))
    with book.read() as session:
        assert session.execute(text("SELECT count(*) FROM book_fact WHERE key = 'x'")).scalar() == 0


HOLDER = """
import sys
from exemptions.database import open_book
from exemptions.settings import read_settings
book = open_book(read_settings({"EXEMPTIONS_HOME": sys.argv[1], "DATABASE_URL": sys.argv[2]}))
with book.write():
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def holding(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    """Another process that writes until its input ends."""
    command = [sys.executable, "-c", HOLDER, str(settings.home), settings.database_url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        yield holder


@both_databases
def test_write__another_process_waits_its_turn(book: Book, settings: Settings) -> None:
    with holding(settings) as holder:
        with pytest.raises(Busy), book.write(wait_s=0.2):
            pytest.fail("two writers at once")
        with book.read() as session:
            assert is_two_person(session)
        holder.communicate("\n")
    with book.write() as session:
        assert is_two_person(session)


@both_databases
def test_write__the_lock_of_a_killed_writer_is_free(book: Book, settings: Settings) -> None:
    with holding(settings) as holder:
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


def test_write__a_constraint_has_the_same_name_on_every_database(book: Book) -> None:
    with book.engine.connect() as connection:
        made = connection.scalars(text("SELECT sql FROM sqlite_master WHERE name = 'record_key'")).one()
    assert "CONSTRAINT uq_record_key_nit_category_resolution UNIQUE" in made


@both_databases
def test_audit__an_act_that_was_rolled_back_leaves_no_gap(book: Book) -> None:
    with pytest.raises(RuntimeError), book.write() as session:
        mark_demonstration(session, actor="demonstration")
        raise RuntimeError
    with book.write() as session:
        mark_demonstration(session, actor="demonstration")
        assert find_broken_entry(session) is None
        assert [entry.id for entry in list_entries(session)] == [1, 2]


@pytest.mark.parametrize(
    "url",
    [
        "book.sqlite",
        "mysql://registry@db/registry",
        "sqlite+aiosqlite:///book.sqlite",
        "postgresql+asyncpg://db/registry",
    ],
)
def test_open__refuses_what_is_neither_sqlite_nor_postgresql(settings: Settings, url: str) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL"):
        open_book(replace(settings, database_url=url))


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_open__an_unreachable_server_is_told_without_the_password(settings: Settings, scheme: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        url = f"{scheme}://registry:s3cr3t@127.0.0.1:{port}/registry"
        with pytest.raises(BookUnreachable) as refused:
            open_book(replace(settings, database_url=url))
    assert "DATABASE_URL" in refused.value.cause and str(port) in refused.value.cause
    assert "s3cr3t" not in refused.value.es + refused.value.en + refused.value.cause


@pytest.mark.parametrize(
    ("url", "hosts", "ports"),
    [
        ("postgresql://u:p%40@one.example,two.example/r", "one.example,two.example", ","),
        ("postgres://u@one:5432,two:5433/r?sslmode=require", "one,two", "5432,5433"),
        ("postgresql+psycopg://u@one,two:5433/r", "one,two", ",5433"),
        ("postgresql://u@[::1]:5432,[::2]:5433/r", "::1,::2", "5432,5433"),
        ("postgresql://u@/r?host=one,two&port=1,2", "one,two", "1,2"),
    ],
)
def test_parse__several_machines_reach_the_driver_as_postgresql_writes_them(url: str, hosts: str, ports: str) -> None:
    parsed = parse_database_url(url)
    _, told = parsed.get_dialect()().create_connect_args(parsed)
    assert (told["host"], told["port"], told["user"], told["dbname"]) == (hosts, ports, "u", "r")
    assert told["target_session_attrs"] == "read-write"
    assert "p@" in told.get("password", "p@")


def test_parse__what_the_address_says_of_its_sessions_stands() -> None:
    url = "postgresql://u@one,two/r?target_session_attrs=any"
    assert parse_database_url(url).query["target_session_attrs"] == "any"


@pytest.mark.parametrize("url", ["postgresql://u@one:x,two/r", "postgresql://u@one:5432:1,two/r"])
def test_parse__refuses_machines_that_cannot_be_told_apart(url: str) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL"):
        parse_database_url(url)
