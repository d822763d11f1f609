"""Renewable-energy projects of the invented benefits of that law."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from exemptions.datasets import ENERGY_COLUMNS
from loaders.demo_draws import Draws
from loaders.demo_month import read_edition
from loaders.demo_words import POOLS

_CATEGORY = "ENR"

# Written more often where there are more of them; the largest plants in kilowatts.
_TECHNOLOGIES = (
    *(("HIDROELECTRICA", "HIDRO", 60_000),) * 5,
    *(("SOLAR", "SOLAR", 20_000),) * 4,
    *(("EOLICA", "EÓLICO", 50_000),) * 2,
    ("GEOTERMICA", "GEOTÉRMICO", 25_000),
    *(("BIOMASA", "BIOMASA", 30_000),) * 2,
    ("BIOGAS", "BIOGÁS", 3_000),
)
_LEAST_KW = 300


def build_energy(edition: Path, *, seed: int) -> pl.DataFrame:
    """A project for every benefit of the energy law in an edition, with the dates and the place of its record.

    Shape: text columns under the headers of the energy dataset.
    Order: that of the edition.
    """
    draws = Draws(seed, "row")
    which = draws.below("energy/technology", len(_TECHNOLOGIES))
    code, word, largest = (
        pl.lit(pl.Series([entry[part] for entry in _TECHNOLOGIES])).gather(which) for part in range(3)
    )
    kilowatts = _LEAST_KW + draws.below("energy/capacity", largest - _LEAST_KW)
    thousandths = (kilowatts % 1_000).cast(pl.String).str.zfill(3)
    return (
        read_edition(edition)
        .filter(pl.col("CATEGORIA_EXENTO") == _CATEGORY)
        .collect()
        .with_columns(
            PROYECTO=pl.concat_str(word, pl.lit(" "), draws.pick("energy/place", POOLS["place"])),
            TECNOLOGIA=code,
            CAPACIDAD_MW=pl.concat_str((kilowatts // 1_000).cast(pl.String), pl.lit("."), thousandths),
        )
        .select(column.header for column in ENERGY_COLUMNS)
    )
