"""Run the load: `python -m benchmarks.load [--rows N] [--soak MINUTES]`; `make load` calls it."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.load.lines import Lengths, Runs
from benchmarks.load.report import PLACE, render
from benchmarks.load.stage import Stage
from benchmarks.load.wrk import NO_WRK, WRK
from benchmarks.registry import ROOT
from benchmarks.report import to_results, write_results
from tests.trust.proxy import NGINX, NO_NGINX

ROWS = 100_000
RESULTS = ROOT / "benchmarks" / "load.json"
GUIDE = ROOT / "docs" / "desplegar.md"
_SCRATCH = ROOT / "data" / "bench"
_PUBLICATION_EVERY_S = 60


def measure(folder: Path, rows: int, lengths: Lengths) -> Iterator[Figure]:
    """Yield the figures of a registry of that size."""
    try:
        # One publication is measured by itself.
        stage = Stage(folder, rows, editions=lengths.publications + 1)
        with stage.bare() as bare, stage.serving() as server, stage.fronted(server) as front:
            yield from Runs(stage, server, bare, front, lengths).measure()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Measure, print the table, and at full size write it into the guide and the file of results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load")
    parser.add_argument("--rows", type=int, default=ROWS, help="another size; nothing but the table is written then")
    parser.add_argument("--soak", type=float, default=3.0, help="minutes of the long run")
    parser.add_argument("--quick", action="store_true", help="short runs, to see that all works; nothing is written")
    options = parser.parse_args()
    for program, missing in ((WRK, NO_WRK), (NGINX, NO_NGINX)):
        if program is None:
            sys.exit(missing)
    soak = options.soak * 60
    lengths = Lengths(soak=soak, publications=max(8, round(soak / _PUBLICATION_EVERY_S)))
    if options.quick:
        lengths = replace(lengths, reference=2, run=3, visitor=1, rounds=1, soak=30, publications=2)
    started, figures = time.monotonic(), list[Figure]()
    _SCRATCH.mkdir(parents=True, exist_ok=True)
    for figure in measure(Path(tempfile.mkdtemp(dir=_SCRATCH)), options.rows, lengths):
        figures.append(figure)
        print(json.dumps(figure.as_json(), ensure_ascii=False), file=sys.stderr, flush=True)
    results = to_results(figures, seconds=time.monotonic() - started, references={})
    print(render(results))
    if options.rows == ROWS and not options.quick:
        write_results(RESULTS, results)
        GUIDE.write_text(PLACE.fill(GUIDE.read_text("utf-8"), render(results)), encoding="utf-8")


if __name__ == "__main__":
    main()
