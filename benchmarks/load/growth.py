"""What the processes of the service hold while it runs for long, and whether it grows."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from statistics import median
from threading import Event, Thread

from benchmarks.measure import children_of, own_memory_mb


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at all processes of the service together. Units: seconds since the beginning; MB of a million bytes."""

    second: float
    memory_mb: float
    """What is theirs alone (`RssAnon`)."""
    files: int
    """Open files and sockets."""
    threads: int
    releases: int
    """Releases of which a process has a file mapped: the most of any one process."""


@dataclass(frozen=True, slots=True)
class Growth:
    """How a figure moved: its median, and what a straight line through its samples gains from first to last."""

    median: float
    gained: float

    @property
    def share(self) -> float:
        """The gain as a share of the median."""
        return self.gained / self.median


def growth(times: Sequence[float], values: Sequence[float]) -> Growth:
    """The growth by the slope of Theil and Sen, the median of the slopes between all pairs: no outlier moves it."""
    slopes = [
        (later - earlier) / (end - begin)
        for (begin, earlier), (end, later) in combinations(zip(times, values, strict=True), 2)
        if end > begin
    ]
    return Growth(median(values), median(slopes) * (times[-1] - times[0]))


@contextmanager
def sampling(workers: Sequence[int], *, every_s: float) -> Iterator[list[Sample]]:
    """Look at the workers and their children every so many seconds for the length of the block."""
    samples, done, started = list[Sample](), Event(), time.monotonic()

    def look() -> None:
        while not done.wait(every_s):
            samples.append(take_sample(workers, second=time.monotonic() - started))

    thread = Thread(target=look, daemon=True)
    thread.start()
    try:
        yield samples
    finally:
        done.set()
        thread.join()


def take_sample(workers: Sequence[int], *, second: float) -> Sample:
    """What the workers and their children hold."""
    processes = [pid for worker in workers for pid in (worker, *children_of(worker))]
    return Sample(
        second=second,
        memory_mb=own_memory_mb(workers),
        files=sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in processes),
        threads=sum(len(os.listdir(f"/proc/{pid}/task")) for pid in processes),
        releases=max(len(_mapped_releases(pid)) for pid in workers),
    )


def _mapped_releases(pid: int) -> set[str]:
    maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
    paths = (Path(line.split(maxsplit=5)[5]) for line in maps if "/releases/" in line)
    return {path.parts[path.parts.index("releases") + 1] for path in paths}
