"""PostgreSQL in trouble beyond dying: every failure is told in a sentence, leaves nothing half done, and passes."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import func, make_url, select

from exemptions.bulk import insert_frame
from exemptions.database import Book, open_book
from exemptions.errors import BookUnreachable, Busy, DiskFull, RegistryError
from exemptions.models import Fact
from exemptions.settings import read_settings
from tests.databases import STAFF, Server, find_account
from tests.trust.tables import Tell, tell

ROWS = 20_000


class Wire:
    """What stands between the service and its server, and can be cut or hold everything back."""

    def __init__(self, server: Server) -> None:
        self._to = str(server.folder / ".s.PGSQL.5432")
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.passes = threading.Event()
        self.passes.set()
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """End every connection; later ones pass again."""
        for end in tuple(self._open):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self.passes.set()

    def close(self) -> None:
        self._listener.close()
        self.cut()
        for end in self._open:
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(self._to)
                self._open += [near, far]
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=ends, daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                self.passes.wait()
                sink.sendall(data)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class Trouble:
    """A server, the wire to it, and the book behind both as the staff's process opens it."""

    def __init__(self, server: Server, database: str, folder: Path) -> None:
        self.server, self.database, self.wire = server, database, Wire(server)
        address = make_url(server.url(database, STAFF)).set(host="127.0.0.1", port=self.wire.port, query={})
        url = address.render_as_string(hide_password=False)
        self.book = open_book(read_settings({"EXEMPTIONS_HOME": str(folder / "home"), "DATABASE_URL": url}))

    def count(self) -> int:
        with self.server.connect(self.database) as connection:
            return int(connection.execute("SELECT count(*) FROM book_fact").fetchall()[0][0])

    def settle(self, statement: str) -> None:
        """Do something at the server as its owner."""
        with self.server.connect(self.database) as connection:
            connection.execute(statement)

    def close(self) -> None:
        self.book.close()
        self.wire.close()


@pytest.fixture
def trouble(postgresql_server: Server, tmp_path: Path) -> Iterator[Trouble]:
    name = postgresql_server.take_book()
    with closing(Trouble(postgresql_server, name, tmp_path)) as made:
        yield made
    postgresql_server.give_back(name)


@contextmanager
def no_place_left(trouble: Trouble) -> Iterator[None]:
    trouble.settle(f"ALTER ROLE {STAFF} CONNECTION LIMIT 0")
    trouble.wire.cut()
    yield
    trouble.settle(f"ALTER ROLE {STAFF} CONNECTION LIMIT -1")


@contextmanager
def no_changes_taken(trouble: Trouble) -> Iterator[None]:
    """As a standby, or a server that its operator has set to read only."""
    trouble.settle(f"ALTER ROLE {STAFF} SET default_transaction_read_only = on")
    trouble.wire.cut()
    yield
    trouble.settle(f"ALTER ROLE {STAFF} RESET default_transaction_read_only")


@contextmanager
def during(act: Callable[[], None], *, after_s: float = 0.3) -> Iterator[None]:
    """Do that in a moment, while the block works."""
    beside = threading.Timer(after_s, act)
    beside.start()
    yield
    beside.join()


def cut_wire(trouble: Trouble) -> AbstractContextManager[None]:
    return during(trouble.wire.cut)


@contextmanager
def stalled_wire(trouble: Trouble) -> Iterator[None]:
    """Nothing passes for a while, and then the connections are gone."""
    with during(trouble.wire.passes.clear), during(trouble.wire.cut, after_s=1.5):
        yield


def ended_by_server(trouble: Trouble) -> AbstractContextManager[None]:
    ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = "
    return during(lambda: trouble.settle(f"{ended}'{STAFF}'"))


def cancelled(trouble: Trouble) -> AbstractContextManager[None]:
    """A cancellation between two statements would pass unnoticed, so it waits for one that runs."""
    ended = (
        "SELECT pg_cancel_backend(pid) FROM pg_stat_activity "
        f"WHERE datname = current_database() AND usename = '{STAFF}' AND wait_event = 'PgSleep'"
    )

    def cancel() -> None:
        until = time.monotonic() + 5
        with trouble.server.connect(trouble.database) as connection:
            while connection.execute(ended).rowcount == 0 and time.monotonic() < until:
                time.sleep(0.01)

    return during(cancel)


TROUBLES: dict[str, tuple[Callable[[Trouble], AbstractContextManager[None]], type[RegistryError]]] = {
    "no connection left": (no_place_left, BookUnreachable),
    "a server that takes no changes": (no_changes_taken, BookUnreachable),
    "the connection cut in a write": (cut_wire, BookUnreachable),
    "the network stalled in a write, then cut": (stalled_wire, BookUnreachable),
    "connections ended by the server in a write": (ended_by_server, BookUnreachable),
    "a statement cancelled in a write": (cancelled, Busy),
}


@pytest.mark.parametrize("name", TROUBLES)
def test_trouble__is_told_leaves_nothing_and_passes(name: str, trouble: Trouble, record_property: Tell) -> None:
    before = trouble.count()
    harm, told = TROUBLES[name]
    with harm(trouble):
        started = time.monotonic()
        with pytest.raises(told) as failure:
            _write_for_a_while(trouble.book)
        took_s = time.monotonic() - started
    assert failure.value.es and "Traceback" not in failure.value.es
    assert trouble.count() == before
    with trouble.book.write() as session:
        session.add(Fact(key="afterwards", value="yes"))
    with trouble.book.read() as session:
        assert session.scalar(select(func.count()).select_from(Fact)) == before + 1
    tell(
        record_property, "Trouble with the server of the book", injected=name, times=1,
        told=type(failure.value).__name__, after_s=took_s, half_done=0, next_try_failed=0,
    )  # fmt: skip


@pytest.mark.parametrize("state", ["cut", "stalled, then cut", "ended by the server"])
def test_kept_connection__that_was_lost_is_replaced(state: str, trouble: Trouble) -> None:
    for _ in range(2):
        with trouble.book.read() as session:
            assert session.scalar(select(func.count()).select_from(Fact)) == 1
        with ended_at_once(trouble, state), trouble.book.read() as session:
            assert session.scalar(select(func.count()).select_from(Fact)) == 1


@contextmanager
def ended_at_once(trouble: Trouble, state: str) -> Iterator[None]:
    if state == "stalled, then cut":
        trouble.wire.passes.clear()
        with during(trouble.wire.cut):
            yield
    elif state == "cut":
        trouble.wire.cut()
        yield
    else:
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        trouble.settle(f"{ended} AND usename = '{STAFF}'")
        yield


def test_kept_connection__whose_trial_fails_in_any_way_is_replaced(
    trouble: Trouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The driver says of a frozen server that was ended only that the connection is in use."""
    with trouble.book.read() as session:
        session.execute(select(1))
    dialect = trouble.book.engine.dialect
    tried = []

    def fail(_connection: object) -> bool:
        tried.append(1)
        raise dialect.loaded_dbapi.ProgrammingError("can't change 'autocommit' now: connection in status ACTIVE")

    monkeypatch.setattr(dialect, "do_ping", fail)
    with trouble.book.read() as session:
        assert session.scalar(select(func.count()).select_from(Fact)) == 1
    assert tried


def _write_for_a_while(book: Book) -> None:
    """A transaction of many statements that nothing ends before a second has passed."""
    with book.write() as session:
        for number in range(10):
            keys = [f"{number}-{row}" for row in range(ROWS // 10)]
            insert_frame(session, Fact.__table__, pl.DataFrame({"key": keys, "value": "x" * 100}))
            session.connection().exec_driver_sql("SELECT pg_sleep(0.1)")


@pytest.fixture
def small_place(postgresql_server: Server) -> Iterator[Path]:
    """A file system that a database can fill, owned by the server's account."""
    folder = postgresql_server.folder / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("only root can mount a small file system")
    account = find_account()
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid)
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_full_disk_of_the_server__is_told_leaves_nothing_and_passes(
    postgresql_server: Server, small_place: Path, tmp_path: Path, record_property: Tell
) -> None:
    name = postgresql_server.make_empty()
    with postgresql_server.connect() as connection:
        connection.execute(f"CREATE TABLESPACE small LOCATION '{small_place}'")
        connection.execute(f"ALTER DATABASE {name} SET TABLESPACE small")
    environment = {"EXEMPTIONS_HOME": str(tmp_path / "home"), "DATABASE_URL": postgresql_server.url(name)}
    with closing(open_book(read_settings(environment))) as book:
        with pytest.raises(DiskFull), book.write() as session:
            keys = pl.DataFrame({"key": [str(row) for row in range(200_000)], "value": "x" * 200})
            insert_frame(session, Fact.__table__, keys)
        subprocess.run(["mount", "-o", "remount,size=64m", small_place], check=True)
        with book.write() as session:
            session.add(Fact(key="afterwards", value="yes"))
        with book.read() as session:
            assert session.scalar(select(func.count()).select_from(Fact)) == 2
    with postgresql_server.connect() as connection:
        connection.execute(f"DROP DATABASE {name}")
        connection.execute("DROP TABLESPACE small")
    tell(
        record_property, "Trouble with the server of the book", injected="its disk full in a write", times=1,
        told="DiskFull", half_done=0, next_try_failed=0,
    )  # fmt: skip
