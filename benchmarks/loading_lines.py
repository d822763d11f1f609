"""The lines of loading and publishing as whole processes, beside sqlite-utils."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Better, Figure, Target, compared
from benchmarks.measure import Run, run_measured
from benchmarks.registry import ROOT, Registry

SHORT_RUNS = 5
_SHORT_ROWS = 100_000
_REFERENCE = "sqlite-utils: insert, enable-fts, five indexes"
_INDEXED = ("NIT", "CATEGORIA_EXENTO", "DEPARTAMENTO", "MUNICIPIO", "ESTADO")


def measure_loading(registry: Registry, *, sqlite_utils: Path, judged: bool) -> Iterator[Figure]:
    """Yield the figures of a first edition and of the next one; the home holds both afterwards.

    The reference runs once for both: it has no notion of an edition and would load everything again.
    """
    short = registry.rows <= _SHORT_ROWS
    firsts = []
    for _ in range(SHORT_RUNS if short else 1):
        registry.clear()
        firsts.append((registry.load(registry.source), registry.publish()))
    if short:
        yield compared(
            "load and publish, whole processes",
            registry.rows,
            "s",
            [_seconds(runs) for runs in firsts],
            target=Target(Better.LESS, 8.0),
            details=_details(firsts[-1]),
        )
    reference = _reference(registry, sqlite_utils)
    bound = Target(Better.LESS, 0.5) if judged else None
    yield compared(
        "load and publish from CSV, all rules, SQLite",
        registry.rows,
        "s",
        [_seconds(runs) for runs in firsts],
        reference=_REFERENCE,
        reference_values=[reference.seconds],
        target=bound,
        details={**_details(firsts[-1]), "reference_peak_mb": reference.peak_mb},
    )
    yield _peak("load and publish from CSV, memory", registry.rows, firsts[-1], judged=judged)
    before = registry.book.stat().st_size
    update = (registry.load(registry.update), registry.publish())
    yield compared(
        "the next edition (1 % changed, 0.5 % added and removed): load, compare, publish",
        registry.rows,
        "s",
        [_seconds(update)],
        reference=_REFERENCE,
        reference_values=[reference.seconds],
        target=bound,
        details={
            **_details(update),
            "book_before_mb": before / 1e6,
            "book_grew_mb": (registry.book.stat().st_size - before) / 1e6,
        },
    )
    yield _peak("the next edition, memory", registry.rows, update, judged=judged)


def _peak(name: str, rows: int, runs: tuple[Run, Run], *, judged: bool) -> Figure:
    """What all processes of a run held at their worst moment."""
    target = Target(Better.LESS, 2500) if judged else None
    return compared(name, rows, "MB", [_details(runs)["peak_mb"]], target=target)


def _seconds(runs: tuple[Run, Run]) -> float:
    return sum(run.seconds for run in runs)


def _details(runs: tuple[Run, Run]) -> dict[str, float]:
    load, publish = runs
    return {
        "load_s": load.seconds,
        "publish_s": publish.seconds,
        "processor_s": load.processor_s + publish.processor_s,
        "peak_mb": max(run.peak_mb for run in runs),
        "largest_process_resident_mb": max(run.largest_mb for run in runs),
    }


def _reference(registry: Registry, sqlite_utils: Path) -> Run:
    """The same file made searchable with sqlite-utils, three commands in a row."""
    database = registry.folder / "reference.db"
    database.unlink(missing_ok=True)
    base = [str(sqlite_utils), "{}", str(database), "registry"]
    indexes = [[*_named(base, "create-index"), column] for column in _INDEXED]
    commands = [
        [*_named(base, "insert"), str(registry.source), "--csv"],
        [*_named(base, "enable-fts"), "NOMBRE"],
        *indexes,
    ]
    runs = [run_measured(command, env=registry.environment, cwd=ROOT) for command in commands]
    database.unlink()
    return Run(
        seconds=sum(run.seconds for run in runs),
        processor_s=sum(run.processor_s for run in runs),
        peak_mb=max(run.peak_mb for run in runs),
        largest_mb=max(run.largest_mb for run in runs),
        output="",
    )


def _named(base: list[str], command: str) -> list[str]:
    return [word.replace("{}", command) for word in base]
