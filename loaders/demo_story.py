"""The month that the demonstration tells: which files arrive, for which day, and what is published together."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from exemptions.datasets import Dataset
from exemptions.errors import Sentence
from loaders.demo import demo_summary, write_demo_registry
from loaders.demo_amounts import build_amounts
from loaders.demo_energy import build_energy
from loaders.demo_events import build_month_events, build_past_events
from loaders.demo_expenditure import build_expenditure
from loaders.demo_jobs import build_jobs
from loaders.demo_macro import build_macro
from loaders.demo_month import write_next_edition


@dataclass(frozen=True, slots=True)
class Delivery:
    """A file as an institution sends it; `cutoff` is the day for which it holds."""

    dataset: Dataset
    path: Path
    cutoff: date


@dataclass(frozen=True, slots=True)
class Chapter:
    """What is published together, with the day for which statuses are told and a note for readers."""

    rows: int
    """Of the registry's edition."""
    deliveries: tuple[Delivery, ...]
    status_date: date
    note: Sentence


def month_before(day: date) -> date:
    """The same day of the month before, or its last day where it is shorter."""
    year, month = (day.year, day.month - 1) if day.month > 1 else (day.year - 1, 12)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def final_file(today: date) -> str:
    """The name of the file that the last chapter publishes whatever the size of the registry."""
    return _file(Dataset.REGISTRY, today)


def write_story(folder: Path, *, rows: int, seed: int, today: date) -> tuple[Chapter, ...]:
    """Write the files of the month that ends on `today`.

    Shape: two chapters. A month ago the registry and what had happened to its benefits; today its next edition, the
    acts in between, and the facts of the other institutions. A file that would hold no row is left out.
    Order: as the files are to be loaded.
    Raises: ValueError if `rows` is out of the range of `demo.write_demo_registry`.
    """
    since = month_before(today)
    first, second = (folder / _file(Dataset.REGISTRY, day) for day in (since, today))
    write_demo_registry(first, rows=rows, seed=seed, today=since)
    write_next_edition(second, previous=first, seed=seed, since=since, today=today)
    beginning = {Dataset.EVENTS: build_past_events(first, seed=seed, day=since)}
    month = {
        Dataset.EVENTS: build_month_events(second, previous=first, seed=seed, since=since, today=today),
        Dataset.JOBS: build_jobs(second, seed=seed, today=today),
        Dataset.AMOUNTS: build_amounts(second, seed=seed),
        Dataset.ENERGY: build_energy(second, seed=seed),
        Dataset.EXPENDITURE: build_expenditure(seed=seed, today=today),
        Dataset.MACRO: build_macro(seed=seed, today=today),
    }
    return (
        Chapter(
            rows,
            (Delivery(Dataset.REGISTRY, first, since), *_deliver(folder, beginning, since)),
            since,
            Sentence(
                f"Demostración: el registro inventado como estaba el {since}, cargado después.",
                f"Demonstration: the invented registry as it stood on {since}, loaded later.",
            ),
        ),
        Chapter(
            demo_summary(second).rows,
            (Delivery(Dataset.REGISTRY, second, today), *_deliver(folder, month, today)),
            today,
            Sentence(
                f"Demostración: edición siguiente, del {today}, con los sucesos del mes, empleos, montos, energía, "
                "gasto tributario y producto inventados.",
                f"Demonstration: the next edition, of {today}, with the month's events and with invented jobs, "
                "amounts, energy projects, tax expenditure and gross domestic product.",
            ),
        ),
    )


def _deliver(folder: Path, files: dict[Dataset, pl.DataFrame], day: date) -> Iterator[Delivery]:
    for dataset, frame in files.items():
        if frame.is_empty():
            continue
        path = folder / _file(dataset, day)
        frame.write_csv(path)
        yield Delivery(dataset, path, day)


def _file(dataset: Dataset, day: date) -> str:
    return f"demostracion-{dataset}-{day}.csv"
