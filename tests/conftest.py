"""What every test stands on: no settings of the caller, no network but this machine, no deadline for a property.

A test that opens a book asks for `database` and adds what it gives to the settings. Tests marked `both_databases` run
on SQLite and on PostgreSQL (`--database` chooses one), the others on SQLite.
"""

import os
import socket
from collections.abc import Iterator
from functools import wraps
from types import CodeType

import pytest
from flask import Flask
from hypothesis import settings
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from exemptions import engines
from tests.databases import Databases, EmptyBook, NoServer, Server, running_server

# A registry's settings in the caller's shell would point a test at real data, so they go before anything is imported.
for _name in [name for name in os.environ if name.startswith("EXEMPTIONS_") or name == "DATABASE_URL"]:
    del os.environ[_name]

# Machines differ in speed, and a slow one must not turn a property into a failure.
settings.register_profile("registry", deadline=None)
settings.load_profile("registry")

SQLITE, POSTGRESQL, BOTH = "sqlite", "postgresql", "both"

_LONGEST_FIRST = {"trust": 0, "cli": 1, "exporters": 2, "api": 3, "loaders": 4, "contract": 5, "exemptions": 6}
"""Folders of the tests, by how long a file of theirs takes."""

_LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture(autouse=True)
def _network_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that leaves this machine; Unix sockets and loopback stay open."""
    connect = socket.socket.connect

    def connect_at_home(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = str(address[0]) if isinstance(address, tuple) else str(address)
            if not host.startswith(_LOOPBACK):
                pytest.fail(f"a test tried to reach {host}", pytrace=True)
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", connect_at_home)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=[SQLITE, POSTGRESQL, BOTH],
        default=BOTH,
        help="where the books of the tests are; by default those marked both_databases run on both",
    )

    parser.addoption("--examples", type=int, default=1, help="requests that the fuzzer draws for each route")
    parser.addoption("--workflows", type=int, default=3, help="ways through the staff's work, of some 20 steps each")
    parser.addoption("--recounts", type=int, default=25, help="queries that are recounted from the release's Parquet")
    parser.addoption("--fuzzed-files", type=int, default=40, help="how many damaged files are loaded")
    parser.addoption("--fuzzed-from", type=int, default=1, help="the number of the first of them")
    parser.addoption("--fuzzed-seed", type=int, default=1, help="what their numbers are drawn from")
    parser.addoption("--seeds", default="", help="a folder of real files to damage beside those that the tests write")
    parser.addoption("--fuzzing-s", type=int, default=0, help="seconds that the fuzzer of requests repeats itself for")
    parser.addoption("--kills", type=int, default=54, help="how often the tests of trust kill an act, about")
    parser.addoption("--load", type=int, default=0, help="seconds of each run of a crowd in small; none without it")
    parser.addoption(
        "--faults", choices=["some", "all"], default="some", help="how many files, instants and clients are harmed"
    )
    parser.addoption(
        "--failovers",
        type=int,
        default=0,
        help="how often a primary dies under nodes of their own",
    )
    parser.addoption(
        "--random-kills", type=int, default=2, help="how often an act is killed at an instant drawn at random"
    )
    parser.addoption(
        "--naughty", choices=["some", "all"], default="some", help="how many strings go through each parameter"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "acts(*names): which acts the test of trust kills")
    config.addinivalue_line("markers", "both_databases: runs with a book in SQLite and with one in PostgreSQL")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take long, so that no worker is left with one of them when the others are done."""
    items.sort(key=lambda item: _LONGEST_FIRST.get(item.path.parent.name, len(_LONGEST_FIRST)))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" not in metafunc.fixturenames:
        return
    chosen = metafunc.config.getoption("database")
    if chosen == BOTH and metafunc.definition.get_closest_marker("both_databases"):
        metafunc.parametrize("database", [SQLITE, POSTGRESQL], indirect=True)
    elif chosen == POSTGRESQL:
        metafunc.parametrize("database", [POSTGRESQL], indirect=True)


@pytest.fixture(scope="session", autouse=True)
def _empty_book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Make the tables of new SQLite books by copying those that the migrations made first."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("exemptions.database.migrate", EmptyBook(tmp_path_factory.mktemp("empty")).migrate)
        yield


@pytest.fixture(scope="session", autouse=True)
def _disk_in_no_hurry() -> Iterator[None]:
    """Let nothing wait until the disk has what was written, which a release does 140 times: no test cuts the power."""

    @wraps(engines._prepare_sqlite)
    def prepare(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        prepare.__wrapped__(connection, entry)
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous=OFF")
        cursor.close()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _handle: None)
        patch.setattr(engines, "_prepare_sqlite", prepare)
        yield


class _CompiledTemplates(BytecodeCache):
    """Templates as they were compiled first; every application that a test makes would compile them again."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, CodeType | None]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = self._kept.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = (bucket.checksum, bucket.code)


@pytest.fixture(scope="session", autouse=True)
def _compiled_templates() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {"bytecode_cache": _CompiledTemplates()})
        yield


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """One server for all tests of this process."""
    try:
        with running_server() as server:
            yield server
    except NoServer as reason:
        pytest.skip(f"no PostgreSQL: {reason}")


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[Databases]:
    """The databases of one test, empty again after it."""
    kind = getattr(request, "param", SQLITE)
    databases = Databases(request.getfixturevalue("postgresql_server") if kind == POSTGRESQL else None)
    yield databases
    databases.give_back()
