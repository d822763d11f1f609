"""Run the benchmarks: `python -m benchmarks --references FOLDER [--rows N]`; `make bench` calls it."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.export_lines import measure_exports
from benchmarks.figures import Figure
from benchmarks.file_lines import measure_downloads, measure_files
from benchmarks.loading_lines import measure_loading
from benchmarks.matching_lines import match_targets, measure_matching
from benchmarks.measure import run_measured
from benchmarks.registry import ROOT, Registry
from benchmarks.report import PLACE, render_table, to_results, write_results
from benchmarks.requests_lines import measure_requests, search_targets

SHORT_ROWS, LONG_ROWS = 100_000, 2_000_000
RESULTS = ROOT / "benchmarks" / "results.json"
README = ROOT / "README.md"
_SCRATCH = ROOT / "data" / "bench"
_REFERENCES = ("duckdb", "sqlite-utils")
_REQUESTS_PER_RUN = 1_500


def measure(rows: int, references: Path, *, whole: bool) -> Iterator[Figure]:
    """Yield the figures of a registry of that size; without `whole` only those that its size has targets for."""
    registry = Registry(_SCRATCH / str(rows), rows)
    judged = rows >= LONG_ROWS
    shutil.rmtree(registry.folder, ignore_errors=True)
    try:
        registry.make_sources()
        loading = measure_loading(registry, sqlite_utils=references / "sqlite-utils", judged=judged)
        yield from _wanted(loading, whole)
        searching = measure_requests(registry, per_run=_REQUESTS_PER_RUN, targets=search_targets(rows))
        yield from _wanted(searching, whole)
        yield from measure_matching(registry, targets=match_targets(rows))
        if whole:
            yield from measure_exports(registry, duckdb=references / "python", judged=judged)
            yield from measure_downloads(registry, judged=judged)
            # Last, since it begins with an empty home.
            yield from measure_files(registry, judged=judged)
    finally:
        shutil.rmtree(registry.folder, ignore_errors=True)


def _wanted(figures: Iterator[Figure], whole: bool) -> Iterator[Figure]:
    for figure in figures:
        if not whole:
            # The first figure of each group is the one that a short registry is judged by.
            yield figure
            return
        yield figure


def _versions(references: Path) -> dict[str, str]:
    """The versions of the references, which live in an environment of their own."""
    told = run_measured(
        [str(references / "python"), "-m", "pip", "list", "--format", "json"], env={"PATH": ""}, cwd=ROOT
    ).output
    known = {entry["name"]: entry["version"] for entry in json.loads(told[told.index("[") :])}
    return {name: known[name] for name in _REFERENCES}


def main() -> None:
    """Measure, print the table, and with all sizes write it into the README and the file of results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument(
        "--references", type=Path, required=True, help="the bin folder that has DuckDB and sqlite-utils"
    )
    parser.add_argument("--rows", type=int, help="one size only; nothing but the table on standard output is written")
    options = parser.parse_args()
    references = options.references.absolute()
    sizes = [(options.rows, True)] if options.rows else [(SHORT_ROWS, False), (LONG_ROWS, True)]
    started, figures = time.monotonic(), list[Figure]()
    for rows, whole in sizes:
        for figure in measure(rows, references, whole=whole):
            figures.append(figure)
            print(json.dumps(figure.as_json(), ensure_ascii=False), file=sys.stderr, flush=True)
    results = to_results(figures, seconds=time.monotonic() - started, references=_versions(references))
    print(render_table(results))
    if not options.rows:
        write_results(RESULTS, results)
        README.write_text(PLACE.fill(README.read_text("utf-8"), render_table(results)), encoding="utf-8")


if __name__ == "__main__":
    main()
