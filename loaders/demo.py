"""The demonstration registry: a file of invented taxpayers in the layout that staff load."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl

from loaders.demo_plan import plan_taxpayers
from loaders.demo_rows import build_rows

DEFAULT_ROWS = 2_000
DEFAULT_SEED = 20_260

_CHUNK = 65_536
"""Taxpayers made at a time: some 60 MB of columns, whatever the size of the registry."""


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What a demonstration file holds.

    Units: `amount_gtq` in quetzales with two decimals; it is the sum of the column, whatever its years.
    """

    rows: int
    taxpayers: int
    natural_persons: int
    temporary: int
    amount_gtq: Decimal


def write_demo_registry(path: Path, *, rows: int = DEFAULT_ROWS, seed: int = DEFAULT_SEED, today: date) -> DemoSummary:
    """Write a registry of invented taxpayers, as it stands on the day `today`.

    Shape: CSV, UTF-8, the headers of `REGISTRY_COLUMNS`; the same arguments give the same bytes.
    Order: NIT, but for the few natural persons with a CUI.
    Raises: ValueError if `rows` is below 1 or above `loaders.demo_plan.MAX_ROWS`.
    """
    units = plan_taxpayers(rows=rows, seed=seed)
    frames = (
        build_rows(units.slice(start, _CHUNK), seed=seed, taxpayers=units.height, today=today)
        for start in range(0, units.height, _CHUNK)
    )
    return write_frames(path, frames)


def write_frames(path: Path, frames: Iterable[pl.DataFrame]) -> DemoSummary:
    """Write frames of text columns one after the other as one CSV file, and say what it holds."""
    with path.open("wb") as file:
        for number, frame in enumerate(frames):
            frame.write_csv(file, include_header=number == 0)
    return demo_summary(path)


def demo_summary(path: Path) -> DemoSummary:
    """What a demonstration file holds.

    Raises: polars.exceptions.PolarsError or OSError if the file is not one that this module wrote.
    """
    natural = pl.col("TIPO_PERSONA") == "INDIVIDUAL"
    # The amounts have a point and two decimals, so without the point they are cents.
    cents = pl.col("MONTO_NO_PAGADO").str.replace(".", "", literal=True).cast(pl.Int64)
    found = (
        pl.scan_csv(path, infer_schema=False)
        .select(
            rows=pl.len(),
            taxpayers=pl.col("NIT").n_unique(),
            natural=pl.col("NIT").filter(natural).n_unique(),
            temporary=pl.col("VIGENTE_HASTA").count(),
            cents=cents.sum(),
        )
        .collect()
        .row(0, named=True)
    )
    return DemoSummary(
        rows=found["rows"],
        taxpayers=found["taxpayers"],
        natural_persons=found["natural"],
        temporary=found["temporary"],
        amount_gtq=Decimal(found["cents"]).scaleb(-2),
    )
