"""Jobs of the invented benefits by year or quarter, in agreement with the figure that the registry states."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from exemptions.catalogs import load_catalogs
from exemptions.datasets import JOBS_COLUMNS
from loaders.demo_draws import Draws
from loaders.demo_month import KEY_HEADERS, as_day, read_edition

# Years before (−1) and after (1) the one that the registry states, and quarters in them; 0 is the year as a whole.
_PERIODS = pl.DataFrame(
    [(offset, quarter) for offset in (-1, 0, 1) for quarter in range(5)],
    schema={"offset": pl.Int64, "quarter": pl.Int64},
    orient="row",
)

_APPLICATION = "Solicitud de calificación"
_YEARLY = "Boleta estadística anual"
_QUARTERLY = "Informe trimestral"


def build_jobs(edition: Path, *, seed: int, today: date) -> pl.DataFrame:
    """The jobs of the benefits whose jobs an edition states: projected once, then reported period by period.

    Regimes that report by quarter do so until the last quarter that is over on `today`; the others by year. The last
    period of the year that the registry states has the registry's number.
    Shape: text columns under the headers of the jobs dataset.
    Order: that of the edition; of one benefit the projection, then by period.
    """
    rows = _stated(edition)
    frames = [_projected(rows, Draws(seed, "row")), _reported(rows, seed, today)]
    return (
        pl.concat(frames, how="diagonal")
        .sort("row", pl.col("TIPO") != "PROYECTADO", "period", maintain_order=True)
        .with_columns(PERIODO="period", EMPLEOS=pl.col("value").cast(pl.String))
        .select(column.header for column in JOBS_COLUMNS)
    )


def _stated(edition: Path) -> pl.DataFrame:
    """The benefits with jobs: their key, `jobs`, `year`, TIPO, first and last day, ESTADO and `quarterly`."""
    categories = load_catalogs().categories.values()
    applies = [category.code for category in categories if category.jobs_apply]
    quarterly = [category.code for category in categories if category.quarterly_jobs]
    return (
        read_edition(edition)
        .filter(pl.col("EMPLEOS_GENERADOS").is_not_null() & pl.col("CATEGORIA_EXENTO").is_in(applies))
        .select(
            "row",
            *KEY_HEADERS,
            "ESTADO",
            jobs=pl.col("EMPLEOS_GENERADOS").cast(pl.Int64),
            year=pl.col("ANIO_EMPLEOS").cast(pl.Int64),
            TIPO="TIPO_EMPLEOS",
            start=as_day("VIGENTE_DESDE"),
            end=as_day("VIGENTE_HASTA"),
            quarterly=pl.col("CATEGORIA_EXENTO").is_in(quarterly),
        )
        .collect()
    )


def _projected(rows: pl.DataFrame, draws: Draws) -> pl.DataFrame:
    """What each holder expected for its first year; the number of the registry where it states that one."""
    expected = _moved(80 + draws.below("jobs/expected", 50))
    return rows.with_columns(
        value=pl.when(pl.col("TIPO") == "PROYECTADO").then("jobs").otherwise(expected),
        period=pl.col("start").dt.year().cast(pl.String),
        TIPO=pl.lit("PROYECTADO"),
        FUENTE=pl.lit(_APPLICATION),
    )


def _reported(rows: pl.DataFrame, seed: int, today: date) -> pl.DataFrame:
    # The pair of row and period is the index of the draws, so that each period has another number.
    cells = (
        rows.filter(pl.col("TIPO") == "REPORTADO")
        .join(_PERIODS, how="cross")
        .with_columns(
            cell=pl.col("row").cast(pl.UInt64) * _PERIODS.height + (pl.col("offset") + 1) * 5 + pl.col("quarter"),
            told=pl.col("year") + pl.col("offset"),
        )
        .filter((pl.col("quarter") > 0) == pl.col("quarterly"))
        .with_columns(first=pl.date("told", pl.max_horizontal(pl.col("quarter") * 3 - 2, 1), 1))
    )
    length = pl.when("quarterly").then(pl.lit("3mo")).otherwise(pl.lit("1y"))
    cells = cells.with_columns(last=pl.col("first").dt.offset_by(length).dt.offset_by("-1d")).filter(_is_told(today))
    newest = pl.col("first") == pl.col("first").max().over("row", "told")
    moved = _moved(92 + Draws(seed, "cell").below("jobs/moved", 17))
    quarter = pl.concat_str(pl.col("told"), pl.lit("-T"), pl.col("quarter"))
    return cells.with_columns(
        value=pl.when((pl.col("offset") == 0) & newest).then("jobs").otherwise(moved),
        period=pl.when("quarterly").then(quarter).otherwise(pl.col("told").cast(pl.String)),
        FUENTE=pl.when("quarterly").then(pl.lit(_QUARTERLY)).otherwise(pl.lit(_YEARLY)),
    )


def _moved(percent: pl.Expr) -> pl.Expr:
    """A share of the stated jobs: none of none, else at least one."""
    return pl.max_horizontal(pl.col("jobs") * percent // 100, pl.col("jobs").clip(0, 1))


def _is_told(today: date) -> pl.Expr:
    """Whether the period is over and touches the term; of the present year only those in force report at once."""
    touches = (pl.col("first") <= pl.col("end")) & (pl.col("last") >= pl.col("start")) & (pl.col("last") < today)
    present = (pl.col("told") == today.year) & pl.col("quarterly") & pl.col("ESTADO").is_in(["VIGENTE", "SUSPENDIDO"])
    return touches & ((pl.col("offset") < 1) | present)
