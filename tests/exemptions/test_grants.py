"""What the accounts of PostgreSQL may do: enough for all work, and nothing that would cover its traces.

That it is enough is shown by every test that runs on both databases: at PostgreSQL its book is opened as `STAFF`.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
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


PUBLISHED = """
    INSERT INTO release (number, published_at, status_date, manifest_sha256, published_by, withdrawn_at)
        VALUES (1, now(), now(), '', '', NULL), (2, now(), now(), '', '', NULL), (3, now(), now(), '', '', now());
    INSERT INTO record_key VALUES ('A', '8000000001', 'COOP', '', 1);
    INSERT INTO batch (id, dataset, state, mode, cutoff, file_name, upload_sha256, size_bytes, options, rows, errors,
        warnings, guards, loaded_by, loaded_at)
        VALUES (1, 'macro', '', '', now(), '', '', 0, '{}', 0, 0, 0, '[]', '', now());
    INSERT INTO correction (number, text, lang, received_at, taken_in_at, state)
        VALUES ('1', 'x', 'es', now(), now(), 'received');
"""
VERSIONS = """
    INSERT INTO record_version (record_id, name, person_kind, exempt_type, status_since, from_release, to_release)
        VALUES ('A', 'ended', 'legal', '', now(), 1, 2), ('A', 'holds', 'legal', '', now(), 2, NULL),
            ('A', 'begun', 'legal', '', now(), 4, NULL);
    INSERT INTO fact_macro (year, deflator, base_year, gdp_cents, source, batch, from_release, to_release)
        VALUES (2020, 1, 2020, 1, 'ended', 1, 1, 2), (2021, 1, 2020, 1, 'holds', 1, 2, NULL),
            (2022, 1, 2020, 1, 'begun', 1, 4, NULL);
"""


@pytest.fixture(scope="module")
def published(accounts: Accounts) -> Accounts:
    """A history of three releases, of which the last is withdrawn, and a fourth that is being made."""
    with accounts.server.connect(accounts.database) as connection:
        for table in ("record_version", "fact_macro"):
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        connection.execute(PUBLISHED + VERSIONS)
        for table in ("record_version", "fact_macro"):
            connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")
    return accounts


REWRITINGS = (
    "DELETE FROM record_version", "DELETE FROM record_version WHERE name = 'ended'",
    "DELETE FROM record_version WHERE name = 'holds'", "DELETE FROM fact_macro WHERE source = 'holds'",
    "UPDATE record_version SET to_release = NULL WHERE name = 'ended'",
    "UPDATE record_version SET to_release = 4 WHERE name = 'ended'",
    "UPDATE record_version SET to_release = 3 WHERE name = 'holds'",
    "UPDATE record_version SET to_release = 0 WHERE name = 'holds'",
    "UPDATE fact_macro SET to_release = 3 WHERE source = 'holds'",
    "UPDATE release SET withdrawn_at = NULL WHERE number = 3",
    "UPDATE release SET withdrawn_reason = '' WHERE number = 3",
)  # fmt: skip
SLIPPED_IN = (
    "INSERT INTO record_version (record_id, name, person_kind, exempt_type, status_since, from_release) "
    "VALUES ('A', 'new', 'legal', '', now(), 2)",
    "INSERT INTO fact_macro (year, deflator, base_year, gdp_cents, source, batch, from_release) "
    "VALUES (2023, 1, 2020, 1, '', 1, 3)",
)
PUBLISHING = (
    "DELETE FROM record_version WHERE name = 'begun'", "DELETE FROM fact_macro WHERE source = 'begun'",
    "UPDATE record_version SET to_release = 4 WHERE name = 'holds'",
    "UPDATE fact_macro SET to_release = 5 WHERE source <> 'ended'",
    "UPDATE release SET withdrawn_at = published_at, withdrawn_reason = '' WHERE number = 2",
)  # fmt: skip


@pytest.mark.parametrize("statement", [*REWRITINGS, *SLIPPED_IN])
def test_staff__cannot_rewrite_what_was_published(published: Accounts, statement: str) -> None:
    assert published.why_not(STAFF, statement) == DENIED
    hidden = f"CREATE TEMPORARY TABLE release (number int); SET search_path = pg_temp, public; {statement}"
    if "UPDATE release" not in statement:
        assert published.why_not(STAFF, hidden) == DENIED


@pytest.mark.parametrize("statement", PUBLISHING)
def test_staff__can_publish_and_withdraw(published: Accounts, statement: str) -> None:
    assert published.why_not(STAFF, statement) is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE batch SET upload_sha256 = ''", "UPDATE batch SET loaded_by = ''", "UPDATE batch SET file_name = ''",
        "UPDATE correction SET text = ''", "UPDATE correction SET contact = NULL", "UPDATE correction SET number = ''",
    ],
)  # fmt: skip
def test_staff__cannot_change_what_was_sent(published: Accounts, statement: str) -> None:
    assert published.why_not(STAFF, statement) == DENIED
    assert published.why_not(OWNER, statement) is None


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """The same history in a book that is a file."""
    folder = tmp_path_factory.mktemp("file")
    open_book(read_settings({"EXEMPTIONS_HOME": str(folder)})).close()
    with closing(sqlite3.connect(folder / "book.sqlite", isolation_level=None)) as connection:
        statements = (PUBLISHED + VERSIONS).replace("now()", "'2026-01-01'")
        connection.executescript(statements)
        yield connection


@pytest.mark.parametrize(
    "statement",
    [
        *REWRITINGS, "UPDATE record_version SET name = 'other' WHERE name = 'begun'", "DELETE FROM audit",
        "UPDATE audit SET actor = ''", "DELETE FROM release", "UPDATE release SET manifest_sha256 = 'x'",
        "UPDATE record_key SET nit = ''", "DELETE FROM record_key", "UPDATE fact_macro SET gdp_cents = 0",
    ],
)  # fmt: skip
def test_file__cannot_be_rewritten_by_a_statement_either(file: sqlite3.Connection, statement: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="what was published is kept"):
        file.execute(statement)


@pytest.mark.parametrize("statement", PUBLISHING)
def test_file__lets_a_publication_do_its_work(file: sqlite3.Connection, statement: str) -> None:
    file.execute("BEGIN")
    assert file.execute(statement).rowcount > 0
    file.execute("ROLLBACK")


def test_file__every_kept_table_has_its_triggers(file: sqlite3.Connection) -> None:
    kept = {table for (table,) in file.execute("SELECT DISTINCT tbl_name FROM sqlite_schema WHERE type = 'trigger'")}
    assert kept == {table for table, rights in STAFF_RIGHTS.items() if "to_release" in rights} | {
        "audit", "record_key", "batch_finding", "release",
    }  # fmt: skip


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO audit SELECT * FROM audit WHERE false", "CREATE TEMPORARY TABLE staged (id int)",
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
