"""The lines of matched lists over HTTP: 10,000 names as people write them, and 10,000 NITs."""

from __future__ import annotations

import http.client
import random
import time
from collections.abc import Iterator, Mapping, Sequence

import polars as pl
import pyarrow as pa

from benchmarks.figures import Better, Figure, Target, compared
from benchmarks.measure import watched_memory
from benchmarks.registry import Registry
from benchmarks.searches import api_path
from benchmarks.server import serving

LINES = 10_000
RUNS = 3
_SEED = 7
_JUDGED_ROWS = 100_000
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def match_targets(rows: int) -> Mapping[str, Target]:
    """What matching is held to, in seconds, against a registry of a hundred thousand records."""
    if rows != _JUDGED_ROWS:
        return {}
    return {"names": Target(Better.LESS, 30.0), "nits": Target(Better.LESS, 2.0)}


def measure_matching(registry: Registry, *, targets: Mapping[str, Target]) -> Iterator[Figure]:
    """Yield the seconds from sending a list to having the whole answer as CSV.

    Of the names a quarter stands as in the registry, a quarter in another order, a quarter with one typo, and a quarter
    is of nobody in it. A worker that matches its first list also reads all names, so each list is sent once before.
    """
    records = pa.ipc.open_file(pa.memory_map(str(registry.release / "records.arrow"))).get_batch(0)
    frame = pl.DataFrame(pl.from_arrow(records.select(["name", "nit"]))).drop_nulls()
    drawn = frame.sample(min(LINES, frame.height), seed=_SEED)
    lists = {
        "names": ("names matched", _as_written(drawn.get_column("name").to_list())),
        "nits": ("NITs matched", drawn.get_column("nit").to_list()),
    }
    with serving("wsgi:app", "api.serving", env=registry.environment, path=api_path(())) as server:
        for key, (what, lines) in lists.items():
            body = "\n".join(lines).encode()
            with watched_memory(server.workers) as memory:
                for _ in server.workers:
                    _send(server.port, body)
                seconds = [_send(server.port, body) for _ in range(RUNS)]
            yield compared(
                f"{len(lines):,} {what}",
                registry.rows,
                "s",
                seconds,
                target=targets.get(key),
                details={"workers_own_memory_mb": memory.peak_mb},
            )


def _as_written(names: Sequence[str]) -> list[str]:
    draw = random.Random(_SEED)
    ways = (_as_it_is, _shuffled, _misspelt, _invented)
    return [ways[place % len(ways)](name, draw) for place, name in enumerate(names)]


def _as_it_is(name: str, _draw: random.Random) -> str:
    return name


def _shuffled(name: str, draw: random.Random) -> str:
    words = name.split()
    draw.shuffle(words)
    return " ".join(words)


def _misspelt(name: str, draw: random.Random) -> str:
    place = draw.randrange(len(name))
    return name[:place] + draw.choice(_LETTERS) + name[place + 1 :]


def _invented(name: str, draw: random.Random) -> str:
    return " ".join("".join(draw.choices(_LETTERS, k=len(word))) for word in name.split())


def _send(port: int, body: bytes) -> float:
    """Seconds until the whole answer is there."""
    started = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request("POST", "/api/v1/match", body, {"Content-Type": "text/plain", "Accept": "text/csv"})
    answer = connection.getresponse()
    lines = answer.read().count(b"\n")
    connection.close()
    if answer.status != 200 or lines <= body.count(b"\n"):
        raise RuntimeError(f"the list was not matched: {answer.status}, {lines} lines")
    return time.perf_counter() - started
