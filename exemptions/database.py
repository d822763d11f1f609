"""Opening the book of record: one engine, one writer at a time, migrations applied before anything else.

SQLite keeps a rollback journal with `synchronous=FULL`: acknowledged commits survive a power cut, and SQLite versions
before 3.51.3 can corrupt a write-ahead log written from two processes. Source: https://sqlite.org/wal.html.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from exemptions.audit import Act, record_act
from exemptions.calendar import Clock, system_clock
from exemptions.errors import Busy
from exemptions.models import Fact
from exemptions.settings import Settings

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
TWO_PERSON = "two_person"
DEMONSTRATION = "demonstration"

_LOCK_WAIT_S = 60.0
"""How long a writer waits for another one; a publication of the real registry takes seconds."""


@dataclass(frozen=True, slots=True)
class Book:
    """The book of record of one home."""

    engine: Engine
    home: Path

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that only reads; what it changed is rolled back."""
        with Session(self.engine) as session:
            yield session
            session.rollback()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that may write, alone across processes; committed at the end, rolled back on an error.

        Raises: Busy if another writer does not finish within a minute.
        """
        with self.writer_lock(), Session(self.engine.execution_options(writes=True)) as session, session.begin():
            yield session

    @contextmanager
    def writer_lock(self) -> Iterator[None]:
        """Hold the lock that every writer of this home takes, without opening a transaction."""
        path = self.home / "writer.lock"
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _lock(handle)
            yield
        finally:
            os.close(handle)

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


def open_book(settings: Settings, *, clock: Clock = system_clock) -> Book:
    """The book of `settings`, made or brought to the present shape when needed.

    Raises: Busy if another process is changing it for over a minute.
    """
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    book = Book(engine=make_engine(settings.database_url), home=settings.home)
    if _revision(book.engine) != _head():
        with book.writer_lock():
            _migrate(book.engine)
    with book.read() as session:
        created = session.get(Fact, TWO_PERSON) is not None
    if not created:
        with book.write() as session:
            _create_facts(session, settings, clock)
    return book


def is_two_person(session: Session) -> bool:
    """Whether this book demands that who approves is not who loaded."""
    fact = session.get(Fact, TWO_PERSON)
    return fact is None or fact.value == "on"


def is_demonstration(session: Session) -> bool:
    """Whether this book holds invented data."""
    fact = session.get(Fact, DEMONSTRATION)
    return fact is not None and fact.value == "on"


def mark_demonstration(session: Session, *, actor: str, clock: Clock = system_clock) -> None:
    """Mark the book, for good, as holding invented data."""
    session.merge(Fact(key=DEMONSTRATION, value="on"))
    record_act(session, actor=actor, act=Act.DEMONSTRATION_MARKED, subject="book", at=clock())


def sqlite_version(engine: Engine) -> str | None:
    """The version of the SQLite library in use, or None for another database."""
    if engine.dialect.name != "sqlite":
        return None
    with engine.connect() as connection:
        return str(connection.exec_driver_sql("SELECT sqlite_version()").scalar())


def _create_facts(session: Session, settings: Settings, clock: Clock) -> None:
    if session.get(Fact, TWO_PERSON) is not None:
        return
    value = "on" if settings.two_person else "off"
    session.add(Fact(key=TWO_PERSON, value=value))
    record_act(session, actor="system", act=Act.BOOK_CREATED, subject="book", at=clock(), details={TWO_PERSON: value})


def make_engine(url: str) -> Engine:
    """An engine for `url`; on SQLite every connection gets the journal and durability of this module."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver must not begin transactions by itself: `_begin_sqlite` decides between reading and writing.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("busy_timeout=60000", "journal_mode=DELETE", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _lock(handle: int) -> None:
    deadline = time.monotonic() + _LOCK_WAIT_S
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                raise Busy(
                    "Otro proceso está cambiando el libro de registro; intente de nuevo en un momento.",
                    "Another process is changing the book of record; try again in a moment.",
                ) from error
            time.sleep(0.05)
        else:
            return


def _alembic_config(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine
    return config


def _head() -> str | None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config).get_current_head()


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _migrate(engine: Engine) -> None:
    command.upgrade(_alembic_config(engine), "head")
