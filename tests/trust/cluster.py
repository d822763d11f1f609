"""Two machines with PostgreSQL: a primary and the standby that takes over when it dies.

They are servers of this machine with folders and ports of their own. A commit is acknowledged only once the standby
has it (`synchronous_standby_names`). What is tried is the death of a server, so nothing waits for the disk.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from pwd import struct_passwd

import psycopg

from tests.cli.test_serve import free_port
from tests.databases import OWNER, PATIENCE_S, STAFF, NoServer, as_account, find_account, find_programs, run_program

DATABASE = "registry"
SETTINGS = (
    "listen_addresses = '127.0.0.1'", "fsync = off", "synchronous_commit = on", "max_connections = 40",
    "wal_keep_size = '256MB'", "wal_retrieve_retry_interval = '200ms'", "autovacuum = off",
)  # fmt: skip

# The shell ends the server when the pipe from the tests closes, which it does even if they are killed.
GUARD = '"$@" & server=$!; read -r _; kill -QUIT "$server" 2>/dev/null; wait "$server"'


class Machine:
    """One server, on a port of its own."""

    def __init__(self, name: str, folder: Path, programs: Path, account: struct_passwd | None) -> None:
        self.name = name
        self.port = free_port()
        self.data = folder / name
        self._folder = folder
        self._programs = programs
        self._account = account
        self._guard: subprocess.Popen[bytes] | None = None

    def connect(self, database: str = DATABASE) -> psycopg.Connection:
        """A connection of a test's own, without a transaction."""
        address = {"host": "127.0.0.1", "port": self.port, "user": OWNER, "dbname": database}
        return psycopg.connect(**address, autocommit=True, connect_timeout=5)

    def ask(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """What the server answers to one statement."""
        with self.connect(database) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def make_empty(self) -> None:
        """Make the folder of a new server, with checksums, which `pg_rewind` needs."""
        self._run("initdb", "-D", self.data, "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C", "-k", "--no-sync")
        # In the file and not in the command, because `pg_rewind` starts the server by itself.
        with (self.data / "postgresql.conf").open("a") as file:
            file.write("\n".join(["", *SETTINGS, ""]))

    def copy_from(self, source: Machine) -> None:
        """Become a copy of `source`, ready to follow it."""
        shutil.rmtree(self.data, ignore_errors=True)
        self._run("pg_basebackup", "-D", self.data, "-d", self._address(source), "-R", "-X", "stream", "-c", "fast")

    def rewind_to(self, source: Machine) -> bool:
        """Take back what this server has and `source` never had, to follow it; tells whether that could be done."""
        source.ask("CHECKPOINT")
        with suppress(NoServer):
            self._run("pg_rewind", "-D", self.data, "-R", "--no-sync", f"--source-server={self._address(source)}")
            return True
        return False

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = (f"port={self.port}", f"unix_socket_directories={self._folder}")
        command = [self._programs / "postgres", "-D", self.data, *(w for o in options for w in ("-c", o))]
        with (self._folder / f"{self.name}.log").open("ab") as log:
            self._guard = subprocess.Popen(
                ["/bin/sh", "-c", GUARD, "guard", *map(str, command)],
                stdin=subprocess.PIPE, stdout=log, stderr=log, cwd="/", start_new_session=True,
                **as_account(self._account),
            )  # fmt: skip
        wait_until(self._answers, f"{self.name} does not start")

    def kill(self) -> None:
        """End the server and everything that belongs to it at once, as a machine that loses its power."""
        self._signal(signal.SIGKILL)
        self._end_guard()

    def freeze(self) -> None:
        """Let nothing of the server go on, while its connections stay open, as a machine whose disk hangs."""
        self._signal(signal.SIGSTOP)

    def pid(self) -> int:
        """The process that all others of the server belong to."""
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def stop(self) -> None:
        """End the server, if it runs."""
        if self._guard is not None:
            self._end_guard()

    def _signal(self, number: signal.Signals) -> None:
        postmaster = self.pid()
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        for process in (postmaster, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(process, number)

    def _end_guard(self) -> None:
        assert self._guard is not None
        self._guard.communicate()
        self._guard = None

    def _answers(self) -> bool:
        try:
            self.connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def _address(self, source: Machine) -> str:
        return f"host=127.0.0.1 port={source.port} user={OWNER} dbname=postgres application_name={self.name}"

    def _run(self, program: str, *words: Path | str) -> None:
        run_program([self._programs / program, *words], self._account)


class Cluster:
    """A primary and a standby, and what an operator does with them."""

    def __init__(self, primary: Machine, standby: Machine) -> None:
        self.primary, self.standby = primary, standby
        self._both = (primary, standby)

    def url(self, user: str = OWNER) -> str:
        """What DATABASE_URL says: both machines, in the same order whichever is the primary."""
        return f"postgresql://{user}@{','.join(f'127.0.0.1:{machine.port}' for machine in self._both)}/{DATABASE}"

    def fail_over(self) -> None:
        """Let the standby take over; the old primary must be off."""
        # With nobody to follow it the new primary would wait for ever at its first commit.
        self.standby.ask("ALTER SYSTEM SET synchronous_standby_names = ''")
        self.standby.ask("SELECT pg_reload_conf()")
        self.standby.ask("SELECT pg_promote()")
        self.primary, self.standby = self.standby, self.primary

    def follow(self) -> str:
        """Bring the machine that is off back as the standby, and wait for it at every commit; tells how it was done."""
        how = "pg_rewind" if self.standby.rewind_to(self.primary) else "pg_basebackup"
        if how == "pg_basebackup":
            self.standby.copy_from(self.primary)
        self.standby.start()
        self.wait_for_standby()
        return how

    def set_waited_for(self, name: str) -> None:
        """Have every commit wait until this machine has it; for none with an empty name."""
        self.primary.ask(f"ALTER SYSTEM SET synchronous_standby_names = '{name}'")
        self.primary.ask("SELECT pg_reload_conf()")

    def wait_for_standby(self) -> None:
        """Wait until the standby has everything, and have every commit wait for it from then on."""
        name = self.standby.name
        self.set_waited_for(name)
        wait_until(
            lambda: self.primary.ask(
                f"SELECT 1 FROM pg_stat_replication WHERE application_name = '{name}' AND sync_state = 'sync' "
                "AND replay_lsn = pg_current_wal_lsn()"
            ),
            f"{name} does not follow",
        )


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """A primary with an empty database and its standby, for the length of the block.

    Raises: NoServer.
    """
    folder = Path(tempfile.mkdtemp(prefix="registry-cluster-"))
    machines: list[Machine] = []
    try:
        account = find_account()
        if account is not None:
            os.chown(folder, account.pw_uid, account.pw_gid)
        programs = find_programs(folder, account)
        machines += [Machine(name, folder, programs, account) for name in ("one", "two")]
        primary, standby = machines
        primary.make_empty()
        primary.start()
        primary.ask(f"CREATE DATABASE {DATABASE}")
        primary.ask(f"CREATE ROLE {STAFF} LOGIN")
        standby.copy_from(primary)
        standby.start()
        cluster = Cluster(primary, standby)
        cluster.wait_for_standby()
        yield cluster
    finally:
        for machine in machines:
            machine.stop()
        shutil.rmtree(folder, ignore_errors=True)


def wait_until(is_so: object, otherwise: str) -> None:
    """Ask until the answer is true, for a minute at most.

    Raises: NoServer with what is said otherwise.
    """
    deadline = time.monotonic() + PATIENCE_S
    assert callable(is_so)
    while not is_so():
        if time.monotonic() > deadline:
            raise NoServer(otherwise)
        time.sleep(0.05)
