"""Registries that can be spoiled, as many as a test needs, and how many kills there are."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import Databases, Server
from tests.trust.registry import Registry, Worker, prepare
from tests.trust.survival import Kill
from tests.trust.tables import markdown, tables

SHARES = {"publish": 18, "withdraw": 16, "rollback": 14, "load": 6, "approve": 6}
"""Kills of each act, of sixty."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "kill_at_server" in metafunc.fixturenames:
        count = max(1, round(metafunc.config.getoption("kills") / 100))
        kills = [Kill(act, number, count) for act in ("publish", "withdraw") for number in range(count)]
        metafunc.parametrize("kill_at_server", kills, ids=[f"{kill.act}-{kill.number}" for kill in kills])
    if "kill" not in metafunc.fixturenames:
        return
    acts = metafunc.definition.get_closest_marker("acts")
    assert acts is not None
    factor = metafunc.config.getoption("kills") / sum(SHARES.values())
    kills = [
        Kill(act, number, count)
        for act in acts.args
        for count in [max(2, round(SHARES[act] * factor))]
        for number in range(count)
    ]
    metafunc.parametrize("kill", kills, ids=[f"{kill.act}-{kill.number}" for kill in kills])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    for title, lines in tables(told for report in reports for told in report.user_properties).items():
        terminalreporter.write_line("")
        terminalreporter.write(markdown(title, lines))


@pytest.fixture(scope="session")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    made = Worker(tmp_path_factory.mktemp("answers"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `registry` copies where the book is a file."""
    folder = tmp_path_factory.mktemp("prepared")
    prepare(folder, {})
    return folder


@pytest.fixture
def registry(tmp_path: Path, prepared: Path, database: Databases) -> Registry:
    """Makes registries wherever the test has its books."""
    return _maker(tmp_path, prepared, database)


@pytest.fixture
def registry_at_server(tmp_path: Path, postgresql_server: Server) -> Iterator[Registry]:
    """Makes registries with their books in PostgreSQL."""
    databases = Databases(postgresql_server)
    yield _maker(tmp_path, tmp_path, databases)
    databases.give_back()


def _maker(folder: Path, prepared: Path, databases: Databases) -> Registry:
    made = iter(range(1_000_000))

    def make() -> tuple[Path, dict[str, str]]:
        number = next(made)
        path, environment = folder / str(number), databases.environment(str(number))
        if environment:
            prepare(path, environment)
        else:
            # Releases that share files share them in the copy too, or a copy would not be what was prepared.
            subprocess.run(["cp", "-a", prepared, path], check=True)
        return path, environment

    return make
