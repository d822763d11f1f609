"""Connections to the book of record: SQLite by default, PostgreSQL by `DATABASE_URL`.

SQLite keeps a rollback journal with `synchronous=FULL`: acknowledged commits survive a power cut, and SQLite versions
before 3.51.3 can corrupt a write-ahead log written from two processes. Source: https://sqlite.org/wal.html.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

from exemptions.disk import disk_full, is_disk_full
from exemptions.errors import Busy, SettingsError

SQLITE = "sqlite"
POSTGRESQL = "postgresql"

ATTACHED = "attached"
"""Under this key of its `info` a SQLite connection keeps the names of the files attached in its transaction."""

CHANGES_AT_BEGIN = "changes_at_begin"
"""Under this key of its `info` a SQLite connection keeps how many rows it had ever changed when a transaction began."""

_POSTGRESQL_DRIVER = "postgresql+psycopg"

_BUSY_MS = 60_000
"""How long a statement waits for what another one holds, as long as a writer waits for another writer."""

_CACHE_KIB = 262_144
"""SQLite's own page cache, taken as it fills. Record identifiers are random, so a load of millions touches every page
of their indexes; with the default of 2 MB each page would go to the file and come back many times."""

_TO_SERVER: dict[str, Any] = {
    "connect_timeout": 10,
    # A server or network that vanished without a word is noticed within about a minute instead of hours.
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
    "client_encoding": "utf8",
    "application_name": "exemptions",
}

_OF_SESSION = (
    "SET datestyle TO 'ISO, YMD'",  # Dates travel as text in bulk.
    "SET extra_float_digits TO 1",  # The shortest text that gives the same number back.
    f"SET lock_timeout TO {_BUSY_MS}",
    # A publication works for minutes between two statements; a limit of the server must not end it.
    "SET idle_in_transaction_session_timeout TO 0",
    "SET statement_timeout TO 0",
)

_LOCKED = frozenset({"55P03", "40P01", "40001", "57014"})
"""SQLSTATE of what is to be tried again: lock not available, deadlock, serialization failure, statement cancelled.
Source: https://www.postgresql.org/docs/current/errcodes-appendix.html."""


def make_engine(url: str) -> Engine:
    """An engine for `url`, whose every connection has the durability, timeouts and formats of this module.

    `postgresql://` and `postgres://` stand for the driver psycopg.
    Raises: SettingsError if the URL is not one of SQLite or PostgreSQL.
    """
    parsed = _parse_url(url)
    if parsed.get_backend_name() == SQLITE:
        engine = create_engine(parsed)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "checkin", _relieve_sqlite)
        return engine
    given = {name: value for name, value in _TO_SERVER.items() if name not in parsed.query}
    engine = create_engine(parsed, connect_args=given, pool_pre_ping=True)
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def describe_database(engine: Engine) -> tuple[str, str]:
    """Name and version of the database in use, such as ("postgresql", "15.4")."""
    query = "SELECT sqlite_version()" if engine.dialect.name == SQLITE else "SHOW server_version"
    with engine.connect() as connection:
        version = str(connection.exec_driver_sql(query).scalar())
    return engine.dialect.name, version.split()[0]


@contextmanager
def told_errors(engine: Engine) -> Iterator[None]:
    """Tell failures that are the surroundings' and not the program's as such.

    Raises: Busy if another transaction holds what is needed; SettingsError if the database cannot be reached; DiskFull
    if it, or a file that belongs to the act, cannot be written.
    """
    try:
        yield
    except OSError as error:
        if is_disk_full(error):
            raise disk_full() from error
        raise
    except DBAPIError as error:
        if is_disk_full(error):
            raise disk_full() from error
        if _is_locked(error):
            raise Busy(
                "Otro proceso está cambiando el libro de registro; intente de nuevo en un momento.",
                "Another process is changing the book of record; try again in a moment.",
            ) from error
        if _is_unreachable(error):
            raise _unreachable(engine.url, str(error.orig).strip()) from error
        raise


def _parse_url(url: str) -> URL:
    try:
        parsed = make_url(url)
        if parsed.drivername in ("postgres", POSTGRESQL):
            parsed = parsed.set(drivername=_POSTGRESQL_DRIVER)
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError) as error:
        raise _wrong_url() from error
    if parsed.drivername not in (SQLITE, "sqlite+pysqlite", _POSTGRESQL_DRIVER):
        raise _wrong_url()
    return parsed


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver must not begin transactions by itself: `_begin_sqlite` decides between reading and writing.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={_BUSY_MS}",
        "journal_mode=DELETE",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"cache_size=-{_CACHE_KIB}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
    driver = connection.connection.driver_connection
    connection.info[CHANGES_AT_BEGIN] = None if driver is None else driver.total_changes


def _relieve_sqlite(connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
    """Let go of what a transaction needed: attached files, which cannot be detached before its end, and the cache."""
    attached = entry.info.pop(ATTACHED, [])
    if connection is None:
        return
    cursor = connection.cursor()
    for name in attached:
        cursor.execute(f"DETACH DATABASE {name}")
    cursor.execute("PRAGMA shrink_memory")
    cursor.close()


def _prepare_postgresql(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for statement in _OF_SESSION:
        cursor.execute(statement)
    cursor.close()
    connection.commit()


def _is_locked(error: DBAPIError) -> bool:
    if getattr(error.orig, "sqlstate", None) in _LOCKED:
        return True
    return getattr(error.orig, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))


def _is_unreachable(error: DBAPIError) -> bool:
    # libpq gives no SQLSTATE for a connection that never was; the classes 08 and 28, 3D and 57P are a server that
    # refuses, does not know the person or the database, or goes down.
    state = getattr(error.orig, "sqlstate", "")
    at_server = type(error.orig).__module__.startswith("psycopg")
    return error.connection_invalidated or (
        at_server and (state is None or state.startswith(("08", "28", "3D", "57P", "53300")))
    )


def _unreachable(url: URL, reason: str) -> SettingsError:
    where = url.render_as_string(hide_password=True)
    return SettingsError(
        f"No se puede usar la base de datos de DATABASE_URL ({where}): {reason}",
        f"The database of DATABASE_URL ({where}) cannot be used: {reason}",
    )


def _wrong_url() -> SettingsError:
    # The value is not repeated, because it may hold a password.
    return SettingsError(
        "DATABASE_URL no se entiende; puede ser sqlite:///ruta o postgresql+psycopg://usuario@servidor/base.",
        "DATABASE_URL cannot be understood; it may be sqlite:///path or postgresql+psycopg://user@host/database.",
    )
