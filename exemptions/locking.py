"""The writer's and the worker's lock: one writer of the book, one doer of jobs, across processes and, on PostgreSQL,
across machines."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

from exemptions.engines import POSTGRESQL, told_errors
from exemptions.errors import Busy

LOCK_WAIT_S = 60.0
"""How long a writer waits for another one; a publication of the real registry takes seconds."""

_RETRY_S = 0.05
_WRITER_KEY = 0x6578656D7074
"""Names the writer's lock within its database: the letters "exempt" as a number."""
_WORKER_KEY = _WRITER_KEY + 1
_TRANSACTION_KEY = _WRITER_KEY + 2


@dataclass(frozen=True, slots=True)
class WriterLock:
    """The lock while it is held."""

    connection: Connection | None

    def confirm(self) -> None:
        """Make sure, before a commit, that the lock was not lost with its connection.

        Raises: DBAPIError if the server ended the connection, and the lock with it.
        """
        if self.connection is not None:
            self.connection.execute(text("SELECT 1"))

    def guard(self, session: Session) -> None:
        """Make sure that the transaction of `session` writes alone at the server where it writes.

        While a standby takes over, this lock may be held at the old primary by a connection that still lives, and the
        transaction be at the new one; so the transaction holds a lock too, until its own end.
        Raises: DBAPIError if another transaction holds it for over a minute.
        """
        if self.connection is not None:
            session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _TRANSACTION_KEY})


@contextmanager
def hold_writer_lock(engine: Engine, home: Path, *, wait_s: float = LOCK_WAIT_S) -> Iterator[WriterLock]:
    """Hold the lock that every writer of this book takes.

    The file in the home keeps processes of this machine apart; the advisory lock of PostgreSQL, on a connection of its
    own, those of other machines. Both are free again when their holder dies.
    Raises: Busy if another writer does not finish within `wait_s`; BookUnreachable.
    """
    deadline = time.monotonic() + wait_s
    with told_errors(engine), _open_file(home / "writer.lock") as handle:
        _wait_for(lambda: _try_file(handle), deadline)
        if engine.dialect.name != POSTGRESQL:
            yield WriterLock(None)
            return
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            _wait_for(lambda: _try_advisory(connection, _WRITER_KEY), deadline)
            with _given_back(connection, _WRITER_KEY):
                yield WriterLock(connection)


@contextmanager
def hold_worker_lock(engine: Engine, home: Path) -> Iterator[bool]:
    """Hold, without waiting, the lock of the one process that does jobs; tells whether it could be had.

    It is free again when its holder dies: who has it knows that no job is being done by anybody else.
    Raises: BookUnreachable.
    """
    with told_errors(engine), _open_file(home / "worker.lock") as handle:
        if not _try_file(handle):
            yield False
        elif engine.dialect.name != POSTGRESQL:
            yield True
        else:
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                if not _try_advisory(connection, _WORKER_KEY):
                    yield False
                    return
                with _given_back(connection, _WORKER_KEY):
                    yield True


@contextmanager
def hold_file_lock(path: Path) -> Iterator[bool]:
    """Hold, without waiting, the lock that a file stands for on this machine; tells whether it could be had."""
    with _open_file(path) as handle:
        yield _try_file(handle)


@contextmanager
def _open_file(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield handle
    finally:
        os.close(handle)


@contextmanager
def _given_back(connection: Connection, key: int) -> Iterator[None]:
    try:
        yield
    finally:
        # The connection goes back to a pool, where it would hold the lock for ever.
        if not connection.invalidated:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})


def _try_file(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _try_advisory(connection: Connection, key: int) -> bool:
    return bool(connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}))


def _wait_for(take: Callable[[], bool], deadline: float) -> None:
    while not take():
        if time.monotonic() > deadline:
            raise Busy(
                "Otro proceso está cambiando el libro de registro; intente de nuevo en un momento.",
                "Another process is changing the book of record; try again in a moment.",
            )
        time.sleep(_RETRY_S)
