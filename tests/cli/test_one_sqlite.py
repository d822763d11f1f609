"""No process has the SQLite book open with two SQLite libraries, which would not see each other's locks.

Every process of a command is watched: which databases it opened, and which files it had mapped when it ended. A file
is a SQLite library if it holds the text of one of SQLite's errors, whatever its name and wherever it came from.
"""

from __future__ import annotations

import ctypes.util
import json
import mmap
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import school
from tests.cli.test_serve import free_port, get, wait_for

Write = Callable[..., Path]

ERROR_OF_SQLITE = b"database disk image is malformed"
CARRIERS = frozenset({"adbc_driver_manager", "adbc_driver_sqlite", "apsw", "duckdb", "pysqlite3", "sqlcipher3"})
"""Packages that bring a SQLite of their own."""

WATCHER = """
import atexit, json, os, sys

opened = []

def watch(event, arguments):
    if event == "sqlite3.connect":
        opened.append(os.fspath(arguments[0]))

def tell():
    with open("/proc/self/maps") as maps:
        told = {"opened": opened, "maps": maps.read(), "modules": list(sys.modules)}
    with open(os.path.join(os.environ["WATCHED"], f"{os.getpid()}.json"), "w") as file:
        json.dump(told, file)

sys.addaudithook(watch)
atexit.register(tell)
"""


@dataclass(frozen=True)
class Watched:
    """Processes that tell what they had loaded."""

    home: Path
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        own = {"EXEMPTIONS_HOME": str(self.home), "EXEMPTIONS_TWO_PERSON": "off", "WATCHED": str(self.folder)}
        return {**os.environ, **own, "PYTHONPATH": str(self.folder)}

    def run(self, *words: str) -> None:
        """One Python process with these words."""
        done = subprocess.run([sys.executable, *words], env=self.environment, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()

    def told(self) -> list[dict[str, Any]]:
        """What every process told."""
        return [json.loads(path.read_bytes()) for path in self.folder.glob("*.json")]

    def with_book(self) -> list[dict[str, Any]]:
        """What those processes told that opened the book."""
        return [one for one in self.told() if str(self.home / "book.sqlite") in one["opened"]]

    def alive(self) -> Iterator[Path]:
        """The folders in /proc of the processes that run."""
        mark = f"WATCHED={self.folder}".encode()
        for path in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (path / "environ").read_bytes():
                    yield path
            except OSError:
                continue


@pytest.fixture
def watched(home: Path, tmp_path: Path) -> Watched:
    folder = tmp_path / "watched"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(WATCHER, encoding="utf-8")
    return Watched(home, folder)


def sqlite_libraries(maps: str) -> set[str]:
    """The files among those mapped that are a SQLite library."""
    columns = (line.split(maxsplit=5) for line in maps.splitlines())
    files = {row[5] for row in columns if len(row) == 6 and row[5].startswith("/") and "x" in row[1]}
    return {file for file in files if is_sqlite(file)}


@cache
def is_sqlite(file: str) -> bool:
    if not os.path.isfile(file):
        return False
    with open(file, "rb") as library, mmap.mmap(library.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(ERROR_OF_SQLITE) >= 0


def test_commands__a_process_with_the_book_has_one_sqlite_library(watched: Watched, write_file: Write) -> None:
    first = write_file(school(0), school(1))
    second = write_file(school(1, NOMBRE="OTRO"), school(2), name="dos.csv")
    allowed = ("--approve", "--allow-removals", "1", "--reason", "cerró el colegio")
    commands = [
        ("load", "registry", str(first), "--approve"), ("publish",), ("load", "registry", str(second), *allowed),
        ("diff", "2"), ("publish",), ("changes", "1", "2"),
        ("rollback", "1"), ("work", "--once"), ("doctor",), ("audit", "--verify"), ("batches",),
    ]  # fmt: skip
    for words in commands:
        watched.run("-m", "api.cli", *words)
    told = watched.with_book()
    assert len(told) == len(commands)
    for one in told:
        assert len(sqlite_libraries(one["maps"])) == 1
        assert CARRIERS.isdisjoint(one["modules"])


READ_LARGE = """
import exemptions.bulk_sqlite as bulk_sqlite
from exemptions.database import open_book
from exemptions.history import read_content
from exemptions.settings import read_settings

bulk_sqlite._CHILD_ROWS = 1
book = open_book(read_settings())
with book.read() as session:
    assert read_content(session).height == 2
"""


def test_read__a_large_book_is_read_by_a_child_that_has_one_library_too(watched: Watched, write_file: Write) -> None:
    watched.run("-m", "api.cli", "load", "registry", str(write_file(school(0), school(1))), "--approve")
    watched.run("-m", "api.cli", "publish")
    watched.run("-c", READ_LARGE)
    for one in watched.with_book():
        assert len(sqlite_libraries(one["maps"])) == 1
        assert CARRIERS.isdisjoint(one["modules"])
    (reader,) = [one for one in watched.told() if "adbc_driver_manager" in one["modules"]]
    assert len(sqlite_libraries(reader["maps"])) == 1
    assert "sqlite3" not in reader["modules"]


def test_serve__no_process_has_two_sqlite_libraries(watched: Watched, write_file: Write) -> None:
    watched.run("-m", "api.cli", "load", "registry", str(write_file(school(0))), "--approve")
    watched.run("-m", "api.cli", "publish")
    port = free_port()
    words = [sys.executable, "-m", "api.cli", "serve", "--port", str(port), "--workers", "2"]
    with subprocess.Popen(
        words, env=watched.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as served:
        try:
            wait_for(lambda: get(port, "/health/ready")[0] == 200)
            assert get(port, "/api/v1/records?q=colegio&facets=category")[0] == 200
            found = [sqlite_libraries((process / "maps").read_text()) for process in watched.alive()]
        finally:
            served.send_signal(signal.SIGTERM)
            served.wait(timeout=30)
    # The server, its two workers, and the one that follows the calendar.
    assert len(found) >= 4
    assert all(len(libraries) <= 1 for libraries in found)


def test_watcher__finds_a_second_library(watched: Watched, tmp_path: Path) -> None:
    own = ctypes.util.find_library("sqlite3")
    if own is None:
        pytest.skip("this machine has no SQLite library apart from Python's to plant")
    mapped = "import ctypes, sys; ctypes.CDLL(sys.argv[1]); print(open('/proc/self/maps').read())"
    maps = subprocess.run([sys.executable, "-c", mapped, own], capture_output=True, text=True, check=True).stdout
    (library,) = sqlite_libraries(maps)
    planted = shutil.copy(library, tmp_path / "other.so")
    code = (
        "import ctypes, sys; from exemptions.database import open_book; from exemptions.settings import read_settings; "
        "open_book(read_settings()); ctypes.CDLL(sys.argv[1])"
    )
    watched.run("-c", code, str(planted))
    (told,) = watched.with_book()
    assert str(planted) in sqlite_libraries(told["maps"])
    assert len(sqlite_libraries(told["maps"])) == 2
