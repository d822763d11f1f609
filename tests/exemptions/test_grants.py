"""What the accounts of PostgreSQL may do: enough for all work, and nothing that would cover its traces.

That it is enough is shown by every test that runs on both databases: at PostgreSQL its book is opened as `STAFF`.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from api.cli import commands
from exemptions.database import Book, mark_demonstration, open_book
from exemptions.errors import SettingsError
from exemptions.grants import STAFF_RIGHTS, grant_rights, list_tables
from exemptions.settings import read_settings
from tests.databases import OWNER, STAFF, Server

ROLES = Path(__file__).parents[2] / "deploy" / "postgresql" / "roles.sql"
READER = "reader"
DENIED = "42501"
"""SQLSTATE insufficient_privilege."""


class Accounts:
    """A book at a server, and what an account of it may do."""

    def __init__(self, server: Server, database: str) -> None:
        self.server, self.database = server, database

    def why_not(self, user: str, statement: str) -> str | None:
        """The SQLSTATE of what keeps this account from it; nothing is changed either way."""
        with psycopg.connect(dbname=self.database, user=user, host=str(self.server.folder)) as connection:
            try:
                connection.execute(statement)
            except psycopg.Error as error:
                return error.sqlstate
            finally:
                connection.rollback()
        return None


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory, postgresql_server: Server) -> Iterator[Book]:
    """The book as its owner opens it."""
    name, home = postgresql_server.take_book(), str(tmp_path_factory.mktemp("owned") / "home")
    opened = open_book(read_settings({"EXEMPTIONS_HOME": home, "DATABASE_URL": postgresql_server.url(name)}))
    yield opened
    opened.close()
    postgresql_server.give_back(name)


@pytest.fixture(scope="module")
def accounts(book: Book, postgresql_server: Server) -> Accounts:
    with postgresql_server.connect() as connection:
        connection.execute(f"CREATE ROLE {READER} LOGIN")
    grant_rights(book.engine, staff=[STAFF], readers=[READER])
    return Accounts(postgresql_server, str(book.engine.url.database))


def test_rights__name_every_table() -> None:
    assert set(STAFF_RIGHTS) == list_tables()


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE audit", "ALTER TABLE audit DISABLE TRIGGER ALL", "CREATE TABLE mine (id int)",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "DROP INDEX ix_batch_state",
        "UPDATE audit SET actor = 'nobody'", "DELETE FROM audit", "TRUNCATE audit", "ALTER TABLE audit OWNER TO staff",
        "DELETE FROM release", "UPDATE release SET manifest_sha256 = ''", "UPDATE release SET number = 9",
        "UPDATE record_key SET nit = ''", "DELETE FROM record_key", "UPDATE record_version SET name = ''",
        "UPDATE fact_amounts SET amount_cents = 0", "DELETE FROM batch", "DELETE FROM batch_finding",
        "DELETE FROM account", "DELETE FROM job", "DELETE FROM correction", "DELETE FROM book_fact",
        "UPDATE alembic_version SET version_num = '0001'", "TRUNCATE record_version",
        "SET session_replication_role = replica", "SET ROLE registry", "CREATE ROLE other", "SELECT pg_promote()",
        "SELECT pg_read_file('/etc/passwd')", "COPY audit TO PROGRAM 'cat'", "CREATE EXTENSION file_fdw",
    ],
)  # fmt: skip
def test_staff__can_neither_change_the_tables_nor_rewrite_what_was_done(accounts: Accounts, statement: str) -> None:
    assert accounts.why_not(STAFF, statement) == DENIED
    # What the account may not do is a statement that can be done.
    assert accounts.why_not(OWNER, statement) != DENIED


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO audit SELECT * FROM audit WHERE false", "UPDATE record_version SET to_release = 2",
        "UPDATE release SET withdrawn_reason = ''", "CREATE TEMPORARY TABLE staged (id int)",
        "SELECT pg_try_advisory_xact_lock(1)",
    ],
)  # fmt: skip
def test_staff__can_do_what_their_work_needs(accounts: Accounts, statement: str) -> None:
    assert accounts.why_not(STAFF, statement) is None


def test_reader__reads_everything_and_changes_nothing(accounts: Accounts) -> None:
    for table in list_tables():
        assert accounts.why_not(READER, f'SELECT * FROM "{table}"') is None
        assert accounts.why_not(READER, f'INSERT INTO "{table}" DEFAULT VALUES') == DENIED
        assert accounts.why_not(READER, f'DELETE FROM "{table}"') == DENIED


def test_grants__take_back_what_was_given_beside_them(accounts: Accounts, book: Book) -> None:
    with accounts.server.connect(accounts.database) as connection:
        connection.execute(f"GRANT ALL ON audit TO {STAFF}, PUBLIC")
        connection.execute(f"GRANT UPDATE (actor) ON audit TO {STAFF}")
    assert accounts.why_not(STAFF, "UPDATE audit SET actor = ''") is None
    grant_rights(book.engine, staff=[STAFF], readers=[READER])
    assert accounts.why_not(STAFF, "UPDATE audit SET actor = ''") == DENIED
    assert accounts.why_not(READER, "DELETE FROM audit") == DENIED


def test_grants__an_unknown_account_is_named_and_nothing_is_changed(accounts: Accounts, book: Book) -> None:
    with pytest.raises(SettingsError, match="nobody"):
        grant_rights(book.engine, staff=["nobody"], readers=[STAFF])
    assert accounts.why_not(STAFF, "INSERT INTO audit SELECT * FROM audit WHERE false") is None


def test_open__staff_cannot_make_tables_and_are_told_who_can(tmp_path: Path, postgresql_server: Server) -> None:
    url = postgresql_server.url(postgresql_server.make_empty(), STAFF)
    with pytest.raises(SettingsError, match="exemptions grants"):
        open_book(read_settings({"EXEMPTIONS_HOME": str(tmp_path / "home"), "DATABASE_URL": url}))


def test_command__makes_the_tables_and_gives_the_rights(tmp_path: Path, postgresql_server: Server) -> None:
    name = postgresql_server.make_empty()
    environment = {"EXEMPTIONS_HOME": str(tmp_path / "home"), "DATABASE_URL": postgresql_server.url(name)}
    done = CliRunner().invoke(commands, ["grants", "--staff", STAFF], env=environment)
    assert (done.exit_code, done.output) == (0, f"Derechos dados: {STAFF}.\n")
    open_book(read_settings({**environment, "DATABASE_URL": postgresql_server.url(name, STAFF)})).close()
    assert CliRunner().invoke(commands, ["grants"], env=environment).exit_code == 2


def test_command__a_book_in_a_file_has_no_accounts(tmp_path: Path) -> None:
    done = CliRunner().invoke(commands, ["grants", "--staff", STAFF], env={"EXEMPTIONS_HOME": str(tmp_path / "home")})
    assert isinstance(done.exception, SettingsError)


@pytest.mark.skipif(shutil.which("psql") is None, reason="psql is not installed (Debian, Ubuntu: postgresql-client)")
def test_roles__as_shipped_let_the_owner_make_the_book_and_staff_work_in_it(
    tmp_path: Path, postgresql_server: Server
) -> None:
    psql = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(postgresql_server.folder), "-U", OWNER]
    subprocess.run([*psql, "-d", "postgres", "-f", str(ROLES)], check=True, capture_output=True)
    home = str(tmp_path / "home")
    owner = {"EXEMPTIONS_HOME": home, "DATABASE_URL": postgresql_server.url("registro", "exemptions_owner")}
    command = ["grants", "--staff", "exemptions", "--reader", "exemptions_reader"]
    done = CliRunner().invoke(commands, command, env=owner)
    assert done.exit_code == 0, done.output
    staff = {**owner, "DATABASE_URL": postgresql_server.url("registro", "exemptions")}
    book = open_book(read_settings(staff))
    with book.write() as session:
        mark_demonstration(session, actor="demonstration")
    book.close()
    accounts = Accounts(postgresql_server, "registro")
    assert accounts.why_not("exemptions", "DELETE FROM audit") == DENIED
    assert accounts.why_not("exemptions_reader", "SELECT * FROM audit") is None
    assert accounts.why_not("exemptions_reader", "CREATE TEMPORARY TABLE t (id int)") is not None
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        accounts.why_not("exemptions_replica", "SELECT 1")
