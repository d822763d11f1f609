"""Measuring processes: time, processor time, and memory of a whole tree of them."""

from __future__ import annotations

import resource
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

_KIB = 1024
_EVERY_S = 0.05


class CommandFailed(Exception):
    """A command that is measured ended with an error."""


@dataclass(frozen=True, slots=True)
class Run:
    """One command, from its start to its end.

    Units: seconds; MB of a million bytes. `peak_mb` is the memory of all its processes together at their worst moment:
    what is theirs alone (`RssAnon`), without the pages of mapped files, which the system may drop at any time.
    """

    seconds: float
    processor_s: float
    peak_mb: float
    largest_mb: float
    """Resident memory of the largest single process at its worst moment, mapped files included (`ru_maxrss`)."""
    output: str


def run_measured(command: Sequence[str], *, env: Mapping[str, str], cwd: Path) -> Run:
    """Run a command and measure it and its children.

    Raises: CommandFailed.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    with subprocess.Popen(
        command, env=dict(env), cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as child:
        with watched_memory([child.pid]) as watched:
            output, _ = child.communicate()
        seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if child.returncode:
        raise CommandFailed(f"{' '.join(command)} ended with {child.returncode}:\n{output}")
    return Run(
        seconds=seconds,
        processor_s=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        peak_mb=watched.peak_mb,
        largest_mb=after.ru_maxrss * _KIB / 1e6,
        output=output,
    )


class WatchedMemory:
    """The largest memory seen of some processes and all their children together."""

    def __init__(self) -> None:
        self.peak_mb = 0.0

    def look(self, roots: Sequence[int]) -> None:
        """Take the memory of this moment into account."""
        self.peak_mb = max(self.peak_mb, own_memory_mb(roots))


@contextmanager
def watched_memory(roots: Sequence[int]) -> Iterator[WatchedMemory]:
    """Watch the memory of processes twenty times a second for the length of the block."""
    watched, done = WatchedMemory(), Event()

    def watch() -> None:
        while not done.wait(_EVERY_S):
            watched.look(roots)

    thread = Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield watched
    finally:
        done.set()
        thread.join()


def own_memory_mb(roots: Sequence[int]) -> float:
    """`RssAnon` of processes and their children together, in MB."""
    return sum(_own_kib(pid) for root in roots for pid in _tree(root)) * _KIB / 1e6


def children_of(pid: int) -> list[int]:
    """The processes that a process started and that still run."""
    found: list[int] = []
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    except (FileNotFoundError, ProcessLookupError):
        return found
    return found


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for child in children_of(pid):
        yield from _tree(child)


def _own_kib(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon:")), 0)
