"""The results as a file for programs and as the table of the README."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.figures import Better, Figure, Target
from benchmarks.places import Place

PLACE = Place("<!-- benchmarks: begin; written by make bench -->", "<!-- benchmarks: end -->")
"""Where the README has its table."""
_MEASURED = ("tantivy", "polars", "pyarrow", "flask", "gunicorn")

_IN_TABLE = {
    "peak_mb": "peak {:,.0f} MB",
    "worker_own_memory_grew_mb": "worker + {:,.0f} MB",
    "first_byte_ms": "first byte {:,.0f} ms",
    "workers_own_memory_mb": "two workers {:,.0f} MB",
    "book_grew_mb": "book + {:,.0f} MB",
    "p50_ms": "median {:,.1f} ms",
    "empty_search_slowest_ms": "empty search ≤ {:,.0f} ms",
}
"""Details that the table tells, in this order."""


def to_results(figures: Sequence[Figure], *, seconds: float, references: dict[str, str]) -> dict[str, Any]:
    """What the file of results holds."""
    return {
        "machine": {
            "system": f"{platform.system()} {platform.machine()}",
            "processors": len(os.sched_getaffinity(0)),
            "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9),
            "python": platform.python_version(),
        },
        "versions": {**{name: version(name) for name in _MEASURED}, **references},
        "seconds": round(seconds),
        "figures": [figure.as_json() for figure in figures],
    }


def write_results(path: Path, results: dict[str, Any]) -> None:
    """Write the file of results."""
    path.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def render_table(results: dict[str, Any]) -> str:
    """The table of the README, with a line on where it was measured."""
    figures = [Figure.from_json(told) for told in results["figures"]]
    machine = results["machine"]
    lines = [
        "| what | records | measured | reference | ratio | to beat | |",
        "|---|---|---|---|---|---|---|",
        *(_line(figure) for figure in figures),
        "",
        f"{machine['processors']} processors, {machine['memory_gb']} GB, Python {machine['python']}. Requests, exports "
        "and 100,000 records: medians of five. The load generator and both servers share the processors.",
    ]
    return "\n".join(lines)


def _line(figure: Figure) -> str:
    told = "; ".join(text.format(figure.details[name]) for name, text in _IN_TABLE.items() if name in figure.details)
    reference = "–" if figure.reference_value is None else f"{_number(figure.reference_value, figure.unit)}"
    ratio = "–" if figure.ratio is None else _ratio(figure.ratio, figure.target)
    cells = [
        figure.name + (f" ({figure.reference})" if figure.reference else ""),
        f"{figure.rows:,}",
        _number(figure.value, figure.unit) + (f" ({told})" if told else ""),
        reference,
        ratio,
        _bound(figure),
        {True: "met", False: "**not met**", None: ""}[figure.is_met],
    ]
    return f"| {' | '.join(cells)} |"


def _number(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:,.1f} {unit}"


def _ratio(ratio: float, target: Target | None) -> str:
    return f"{ratio:.1%}" if target is not None and target.better is Better.MORE else f"{ratio:.2f} ×"


def _bound(figure: Figure) -> str:
    target = figure.target
    if target is None:
        return ""
    sign = "≥" if target.better is Better.MORE else "≤"
    if figure.reference_value is None:
        return f"{sign} {target.bound:g} {figure.unit}"
    return f"{sign} {target.bound:.0%}" if target.better is Better.MORE else f"{sign} {target.bound:g} ×"
