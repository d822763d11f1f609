"""The lines of exports over HTTP, beside DuckDB's COPY of the same rows to the same format."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import quote

from benchmarks.figures import Better, Figure, Target, compared
from benchmarks.measure import own_memory_mb, run_measured, watched_memory
from benchmarks.registry import ROOT, Registry
from benchmarks.searches import api_path, find_common_word
from benchmarks.server import Server, serving

RUNS = 5
_BLOCK_BYTES = 1 << 20
_HITS_SHARE = 0.08
"""Of the rows a text search should find: 160,000 of 2,000,000."""


@dataclass(frozen=True, slots=True)
class Download:
    """One export, written to a file as a client would. Units: seconds."""

    seconds: float
    first_byte_s: float
    records: int


def measure_exports(registry: Registry, *, duckdb: Path, judged: bool) -> Iterator[Figure]:
    """Yield the figures of exports of everything in three formats, and of a large text search as CSV."""
    source = registry.release / "downloads" / "records.parquet"
    target = registry.folder / "export"
    with serving("wsgi:app", "api.serving", env=registry.environment, path=api_path(())) as server:
        for form in ("csv", "ndjson", "parquet"):
            yield _measure(
                server,
                f"/api/v1/records.{form}",
                f"export of everything as {form.upper() if form != 'parquet' else 'Parquet'}",
                registry,
                target,
                [str(duckdb), str(ROOT / "benchmarks" / "duckdb_copy.py"), str(source), str(target), form],
                Target(Better.LESS, 1.2) if judged else None,
            )
        word, hits = find_common_word(registry.release, hits=int(registry.rows * _HITS_SHARE))
        condition = f"name LIKE '%{word}%'"
        yield _measure(
            server,
            f"/api/v1/records.csv?q={quote(word)}",
            f"export of a text search as CSV ({hits:,} names hold “{word}”)",
            registry,
            target,
            [str(duckdb), str(ROOT / "benchmarks" / "duckdb_copy.py"), str(source), str(target), "csv", condition],
            Target(Better.LESS, 1.5) if judged else None,
        )
    target.unlink(missing_ok=True)


def _measure(
    server: Server, path: str, name: str, registry: Registry, target: Path, reference: list[str], bound: Target | None
) -> Figure:
    before = max(own_memory_mb([worker]) for worker in server.workers)
    downloads, references = [], []
    with watched_memory(server.workers[:1]) as first, watched_memory(server.workers[1:]) as second:
        for _ in range(RUNS):
            downloads.append(_download(server.port, path, target))
            target.unlink()
            references.append(float(run_measured(reference, env=registry.environment, cwd=ROOT).output))
    return compared(
        name,
        registry.rows,
        "s",
        [download.seconds for download in downloads],
        reference="DuckDB COPY from the release's Parquet file, two threads",
        reference_values=references,
        target=bound,
        details={
            "first_byte_ms": median(download.first_byte_s for download in downloads) * 1000,
            "worker_own_memory_grew_mb": max(0.0, max(first.peak_mb, second.peak_mb) - before),
            "records": downloads[0].records,
        },
    )


def _download(port: int, path: str, target: Path) -> Download:
    # Emptying the file of the run before takes up to a third of a second, which is no part of the answer.
    target.unlink(missing_ok=True)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    started = time.perf_counter()
    connection.request("GET", path)
    answer = connection.getresponse()
    if answer.status != 200:
        raise ValueError(answer.read().decode("utf-8", errors="replace"))
    with target.open("wb") as file:
        file.write(answer.read(1))
        first = time.perf_counter() - started
        while block := answer.read(_BLOCK_BYTES):
            file.write(block)
    seconds = time.perf_counter() - started
    connection.close()
    return Download(seconds, first, int(answer.headers["X-Total-Count"]))
