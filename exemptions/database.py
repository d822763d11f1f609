"""Opening the book of record: one engine, one writer at a time, migrations applied before anything else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from exemptions.audit import Act, record_act
from exemptions.audit_anchor import ANCHOR_NAME, find_next_anchor, keep_anchor
from exemptions.calendar import Clock, system_clock
from exemptions.engines import (
    POSTGRESQL,
    SQLITE,
    book_damaged,
    make_engine,
    refuse_clear_connections,
    told_errors,
)
from exemptions.errors import DemonstrationHome, SettingsError
from exemptions.inbox import make_inbox
from exemptions.locking import LOCK_WAIT_S, WriterLock, hold_writer_lock
from exemptions.migrating import is_present_shape, migrate
from exemptions.models import Fact
from exemptions.settings import Settings

TWO_PERSON = "two_person"
DEMONSTRATION = "demonstration"


@dataclass(frozen=True, slots=True)
class Book:
    """The book of record of one home."""

    engine: Engine
    home: Path

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that only reads, and sees one state of the book throughout; what it changed is rolled back.

        Raises: BookUnreachable; Busy if it is locked for over a minute.
        """
        with told_errors(self.engine), Session(self._reading) as session:
            yield session
            session.rollback()

    @contextmanager
    def write(self, *, wait_s: float = LOCK_WAIT_S) -> Iterator[Session]:
        """A session that may write, alone across processes; committed at the end, rolled back on an error.

        Raises: Busy if another writer does not finish within `wait_s`; BookUnreachable.
        """
        writing = self.engine.execution_options(writes=True)
        with told_errors(self.engine), self.writer_lock(wait_s=wait_s) as lock:
            with Session(writing) as session, session.begin():
                lock.guard(session)
                yield session
                lock.confirm()
                anchor = find_next_anchor(session, self.home)
            if anchor is not None:
                keep_anchor(self.home, anchor)

    @contextmanager
    def writer_lock(self, *, wait_s: float = LOCK_WAIT_S) -> Iterator[WriterLock]:
        """Hold the lock that every writer of this book takes, without opening a transaction.

        Raises: Busy if another writer does not finish within `wait_s`; BookUnreachable.
        """
        with hold_writer_lock(self.engine, self.home, wait_s=wait_s) as lock:
            yield lock

    @property
    def _reading(self) -> Engine:
        # SQLite shows a transaction one state by itself; PostgreSQL would show each statement the state of its moment.
        if self.engine.dialect.name == POSTGRESQL:
            return self.engine.execution_options(isolation_level="REPEATABLE READ")
        return self.engine

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


def open_book(settings: Settings, *, clock: Clock = system_clock) -> Book:
    """The book of `settings`, made or brought to the present shape when needed.

    Raises: Busy if another process is changing it for over a minute; SettingsError if `DATABASE_URL` is wrong or does
    not let its account in; BookUnreachable; BookDamaged, also if it is gone from a home that had one.
    """
    if settings.database_tls == "required" and settings.base_url.startswith("https://"):
        refuse_clear_connections(settings.database_url)
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    make_inbox(settings.inbox)
    book = Book(engine=make_engine(settings.database_url), home=settings.home)
    try:
        _bring_up(book, settings, clock)
    except BaseException:
        book.close()
        raise
    return book


def _bring_up(book: Book, settings: Settings, clock: Clock) -> None:
    _refuse_emptied(book)
    with told_errors(book.engine):
        if not is_present_shape(book.engine):
            with book.writer_lock():
                _migrate(book.engine)
    with book.read() as session:
        created = session.get(Fact, TWO_PERSON) is not None
    if not created:
        with book.write() as session:
            _create_facts(session, settings, clock)


def _refuse_emptied(book: Book) -> None:
    """A book that is gone, or has nothing in it, is not begun anew where one was kept."""
    file = book.engine.url.database
    if book.engine.dialect.name != SQLITE or file in (None, "", ":memory:") or not (book.home / ANCHOR_NAME).exists():
        return
    path = Path(str(file))
    if not path.is_file() or path.stat().st_size == 0:
        raise book_damaged()


def is_two_person(session: Session) -> bool:
    """Whether this book demands that who approves is not who loaded."""
    fact = session.get(Fact, TWO_PERSON)
    return fact is None or fact.value == "on"


def is_demonstration(session: Session) -> bool:
    """Whether this book holds invented data."""
    fact = session.get(Fact, DEMONSTRATION)
    return fact is not None and fact.value == "on"


def refuse_in_demonstration(session: Session) -> None:
    """Make sure that real data may enter this book.

    Raises: DemonstrationHome.
    """
    if is_demonstration(session):
        raise DemonstrationHome(
            "Esta carpeta es de demostración y solo lleva datos inventados; use otra en EXEMPTIONS_HOME.",
            "This home is a demonstration and takes invented data only; use another one in EXEMPTIONS_HOME.",
        )


def mark_demonstration(session: Session, *, actor: str, clock: Clock = system_clock) -> None:
    """Mark the book, for good, as holding invented data."""
    session.merge(Fact(key=DEMONSTRATION, value="on"))
    record_act(session, actor=actor, act=Act.DEMONSTRATION_MARKED, subject="book", at=clock())


def _migrate(engine: Engine) -> None:
    try:
        with told_errors(engine):
            migrate(engine)
    except SettingsError as error:
        raise SettingsError(
            "Las tablas del libro faltan o son de otra versión, y esta cuenta no puede cambiarlas: ejecute exemptions "
            f"grants con la cuenta dueña en DATABASE_URL. {error.es}",
            "The tables of the book are missing or of another version, and this account may not change them: run "
            f"exemptions grants with the account that owns them in DATABASE_URL. {error.en}",
        ) from error


def _create_facts(session: Session, settings: Settings, clock: Clock) -> None:
    if session.get(Fact, TWO_PERSON) is not None:
        return
    value = "on" if settings.two_person else "off"
    session.add(Fact(key=TWO_PERSON, value=value))
    record_act(session, actor="system", act=Act.BOOK_CREATED, subject="book", at=clock(), details={TWO_PERSON: value})
