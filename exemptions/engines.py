"""Connections to the book of record: SQLite by default, PostgreSQL by `DATABASE_URL`, on one machine or several.

An address of PostgreSQL may name several machines; connections go to the one that takes changes, so that after a
standby has taken over the next connection finds it. Source: https://www.postgresql.org/docs/current/libpq-connect.html.

SQLite keeps a rollback journal with `synchronous=FULL`: acknowledged commits survive a power cut, and SQLite versions
before 3.51.3 can corrupt a write-ahead log written from two processes. Source: https://sqlite.org/wal.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

from exemptions.disk import find_disk_error
from exemptions.errors import BookDamaged, BookUnreachable, Busy, SettingsError

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

_HOSTS = re.compile(r"(?P<before>\w+(?:\+\w+)?://(?:[^/?]*@)?)(?P<hosts>[^/?@]*,[^/?@]*)(?P<after>.*)", re.DOTALL)
_HOST = re.compile(r"\[(?P<v6>[^]]+)\](?::(?P<port6>\d+))?|(?P<name>[^:\[\]]*)(?::(?P<port>\d+))?")

_ENCRYPTED = ("require", "verify-ca", "verify-full")
_LOCAL = re.compile(r"|/.*|@.*|localhost|127(\.\d{1,3}){3}|::1", re.DOTALL)
"""A machine of DATABASE_URL that is this one: none, a socket, or an address that does not leave it."""

_NOT_LET_IN = re.compile(
    "certificate|does not support SSL|authentication failed|no password supplied|no pg_hba.conf entry"
)
"""What waiting does not mend. Source: https://www.postgresql.org/docs/current/libpq-ssl.html."""

_TO_SERVER: dict[str, Any] = {
    "connect_timeout": 5,  # For each machine that the address names.
    # A server or network that vanished without a word is noticed within half a minute instead of hours.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
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
    parsed = parse_database_url(url)
    if parsed.get_backend_name() == SQLITE:
        engine = create_engine(parsed)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "checkin", _relieve_sqlite)
        return engine
    given = {name: value for name, value in _TO_SERVER.items() if name not in parsed.query}
    engine = create_engine(parsed, connect_args=given, pool_pre_ping=True)
    event.listen(engine, "connect", _prepare_postgresql)
    event.listen(engine, "handle_error", _mark_lost)
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

    Raises: Busy if another transaction holds what is needed; BookUnreachable if the database cannot be reached, goes
    down or takes no changes; SettingsError if it does not let the account in or lets it do too little; DiskFull if it,
    or a file that belongs to the act, cannot be written; BookDamaged.
    """
    dbapi = engine.dialect.loaded_dbapi
    try:
        yield
    except OSError as error:
        if (told := find_disk_error(error)) is not None:
            raise told from error
        raise
    except UnicodeDecodeError as error:
        if engine.dialect.name != SQLITE or not _is_of_driver(error):
            raise
        raise book_damaged() from error
    except (DBAPIError, dbapi.Error) as error:
        # What moves frames in bulk speaks to the driver itself, whose errors come as they are.
        cause = error.orig if isinstance(error, DBAPIError) else error
        if (told := find_disk_error(error)) is not None:
            raise told from error
        if _is_damaged(cause):
            raise book_damaged() from error
        if _is_locked(cause):
            raise Busy(
                "Otro proceso está cambiando el libro de registro; intente de nuevo en un momento.",
                "Another process is changing the book of record; try again in a moment.",
            ) from error
        if _is_refused(cause):
            raise _refused(engine.url, str(cause).strip()) from error
        if (isinstance(error, DBAPIError) and error.connection_invalidated) or _is_unreachable(cause, dbapi):
            raise _unreachable(engine.url, str(cause).strip()) from error
        raise


def parse_database_url(url: str) -> URL:
    """`DATABASE_URL` as SQLAlchemy and the tools of PostgreSQL read it.

    Several machines may be written as PostgreSQL does, `user@one:5432,two:5432/registry`. Connections go to one that
    takes changes, unless the address says otherwise with `target_session_attrs`.
    Raises: SettingsError if it is not one of SQLite or PostgreSQL.
    """
    several = _HOSTS.fullmatch(url)
    try:
        parsed = make_url(url if several is None else several["before"] + several["after"])
        if parsed.drivername in ("postgres", POSTGRESQL):
            parsed = parsed.set(drivername=_POSTGRESQL_DRIVER)
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise _wrong_url() from error
    if parsed.drivername not in (SQLITE, "sqlite+pysqlite", _POSTGRESQL_DRIVER):
        raise _wrong_url()
    if parsed.drivername != _POSTGRESQL_DRIVER:
        return parsed
    if several is not None:
        parsed = parsed.update_query_dict(_split_hosts(several["hosts"]))
    return parsed.update_query_dict({"target_session_attrs": "read-write", **parsed.query})


def refuse_clear_connections(url: str) -> None:
    """Make sure that what goes to a database on another machine is encrypted.

    Without `sslmode` PostgreSQL's own library asks for it and does without it where the server says no.
    Raises: SettingsError.
    """
    parsed = parse_database_url(url)
    if parsed.get_backend_name() == SQLITE or parsed.query.get("sslmode") in _ENCRYPTED:
        return
    hosts = parsed.query.get("host") or parsed.host or ""
    others = [host for host in (hosts.split(",") if isinstance(hosts, str) else hosts) if not _LOCAL.fullmatch(host)]
    if others:
        raise SettingsError(
            f"DATABASE_URL lleva a otra máquina ({', '.join(others)}) sin exigir TLS: agregue sslmode=verify-full y "
            "sslrootcert=, o EXEMPTIONS_DATABASE_TLS=optional si esa red ya va cifrada.",
            f"DATABASE_URL leads to another machine ({', '.join(others)}) without demanding TLS: add "
            "sslmode=verify-full and sslrootcert=, or EXEMPTIONS_DATABASE_TLS=optional if that network is encrypted "
            "already.",
        )


def _split_hosts(hosts: str) -> dict[str, str]:
    """The machines of an address as the two options that PostgreSQL has for them."""
    found = [_HOST.fullmatch(host) for host in hosts.split(",")]
    if any(host is None for host in found):
        raise _wrong_url()
    names = [host["v6"] or host["name"] for host in found if host is not None]
    ports = [host["port6"] or host["port"] or "" for host in found if host is not None]
    return {"host": ",".join(names), **({"port": ",".join(ports)} if any(ports) else {})}


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


def check_book_file(engine: Engine) -> None:
    """Read a book in SQLite from end to end: pages, rows and indexes agree, or it is damaged.

    Raises: BookDamaged, Busy, DiskFull.
    """
    if engine.dialect.name != SQLITE:
        return
    with told_errors(engine), engine.connect() as connection:
        told = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
    if told != "ok":
        raise book_damaged()


def book_damaged() -> BookDamaged:
    """The error that says so, and what to do."""
    return BookDamaged(
        "El libro de registro está dañado: no se lee ni se escribe más. Lo publicado sigue como estaba. Aparte la "
        "carpeta del registro y restaure el último respaldo en una nueva: exemptions restore RESPALDO.",
        "The book of record is damaged: it is neither read nor written any further. What is published stays as it was. "
        "Put the registry's folder aside and restore the latest backup into a new one: exemptions restore BACKUP.",
    )


def _is_of_driver(error: BaseException) -> bool:
    """Whether a text of the database, and not one of the program's, could not be read."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_globals.get("__name__", "").startswith(("sqlalchemy.", __name__))


def _is_damaged(cause: BaseException | None) -> bool:
    name = getattr(cause, "sqlite_errorname", "") or ""
    # The shape of the book is looked at before anything else, so what lacks a table or column was altered since.
    lacks = name == "SQLITE_ERROR" and str(cause).startswith(("no such table", "no such column"))
    return lacks or name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or "Could not decode to UTF-8" in str(cause)


def _mark_lost(context: ExceptionContext) -> None:
    """Have a connection replaced that failed its trial, or whose server is gone or takes no changes any more."""
    lost = _is_unreachable(context.original_exception, context.dialect.loaded_dbapi)
    # Of one whose server froze and was ended the driver does not say that it is lost, only that it is in use.
    if context.is_pre_ping or lost:
        context.is_disconnect = True


def _is_locked(cause: BaseException | None) -> bool:
    if getattr(cause, "sqlstate", None) in _LOCKED:
        return True
    return getattr(cause, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))


def _is_refused(cause: BaseException | None) -> bool:
    # Who asks is not known (28), nor what it asks for (3D), or may not do it (42501). Of a connection that did not come
    # about there is no SQLSTATE, only what libpq says.
    state = getattr(cause, "sqlstate", None)
    return state.startswith(("28", "3D", "42501")) if state else _NOT_LET_IN.search(str(cause)) is not None


def _is_unreachable(cause: BaseException | None, dbapi: Any) -> bool:
    # A connection that was lost (08) or never was, for which libpq gives no SQLSTATE; a server that goes down (57P),
    # has no place left (53300), or is a standby (25006).
    state = getattr(cause, "sqlstate", "")
    if state is None:
        return isinstance(cause, (dbapi.OperationalError, dbapi.InterfaceError))
    return state.startswith(("08", "57P", "53300", "25006"))


def _unreachable(url: URL, reason: str) -> BookUnreachable:
    return BookUnreachable(where=_without_secrets(url), reason=reason)


def _refused(url: URL, reason: str) -> SettingsError:
    where = _without_secrets(url)
    return SettingsError(
        f"La base de datos de DATABASE_URL ({where}) no lo permite: {reason}",
        f"The database of DATABASE_URL ({where}) does not allow it: {reason}",
    )


def _without_secrets(url: URL) -> str:
    """The address without a password, which may also be written among its options."""
    return url.difference_update_query(["password", "sslpassword"]).render_as_string(hide_password=True)


def _wrong_url() -> SettingsError:
    # The value is not repeated, because it may hold a password.
    return SettingsError(
        "DATABASE_URL no se entiende; puede ser sqlite:///ruta o postgresql+psycopg://usuario@servidor/base.",
        "DATABASE_URL cannot be understood; it may be sqlite:///path or postgresql+psycopg://user@host/database.",
    )
