"""Events of the demonstration registry: the acts behind the status that its editions state."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl

from exemptions.datasets import EVENTS_COLUMNS
from loaders.demo_draws import Draws
from loaders.demo_month import KEY_HEADERS, as_day, read_edition

_ACTS = {"SUSPENDIDO": "SUSPENSION", "REVOCADO": "REVOCATORIA", "CANCELADO": "CANCELACION"}
"""ESTADO → the act that brought it about."""

_GROUNDS = {
    "SUSPENSION": "Decreto 29-89, art. 43 bis",
    "REVOCATORIA": "Decreto 29-89, art. 43",
    "CANCELACION": "Acuerdo Gubernativo 533-89, art. 23",
    "REACTIVACION": "Decreto 29-89, art. 43 bis",
}
"""Act → its ground in the export regime, the only one whose law rules all of them."""

_RECENT_DAYS = 25
"""A suspension that stands is younger, so that its two months are not over before the next edition."""

# Benefits in force that were once suspended and reactivated: one in so many, of those that are old enough.
_PER_FORMER = 40
_FORMER_AGE_DAYS = 400
_FORMER_AFTER_DAYS = 100
_FORMER_LENGTH_DAYS = 45
_FORMER_REASON = "Suspensión de dos meses por adeudos con el seguro social"
_REACTIVATION_REASON = "Subsanó el incumplimiento"


def build_past_events(edition: Path, *, seed: int, day: date) -> pl.DataFrame:
    """What authorities had done until `day`, on which the edition was drawn up.

    Every suspended, revoked or cancelled benefit has its act, and some in force were suspended and reactivated before.
    Shape: text columns under the headers of the events dataset.
    Order: that of the edition; of one benefit by date.
    """
    draws = Draws(seed, "row")
    rows = read_edition(edition).filter(pl.col("VIGENTE_HASTA").is_not_null()).select(*_NEEDED).collect()
    rows = rows.with_columns(start=as_day("VIGENTE_DESDE"), end=as_day("VIGENTE_HASTA"))
    stopped = rows.filter(pl.col("ESTADO").is_in(list(_ACTS))).with_columns(
        EVENTO=pl.col("ESTADO").replace_strict(_ACTS, return_dtype=pl.String)
    )
    last = pl.min_horizontal(pl.lit(day), "end")
    term = (last - pl.col("start")).dt.total_days() + 1
    somewhen = pl.col("start") + pl.duration(days=draws.below("event/day", term))
    recent = pl.lit(day) - pl.duration(days=draws.below("event/recent", _RECENT_DAYS))
    acts = stopped.with_columns(date=pl.when(pl.col("ESTADO") == "SUSPENDIDO").then(recent).otherwise(somewhen))
    return _written(pl.concat([acts.with_columns(_suspended_until()), *_former(rows, draws, day)], how="diagonal"))


def build_month_events(edition: Path, *, previous: Path, seed: int, since: date, today: date) -> pl.DataFrame:
    """What authorities did after `since` and until `today`: an act for every status that the two editions tell apart.

    An end of the term is no act of anybody. Shape and order: as `build_past_events`.
    """
    before = read_edition(previous).select(*KEY_HEADERS, before="ESTADO")
    rows = (
        read_edition(edition)
        .filter(pl.col("VIGENTE_HASTA").is_not_null() & (pl.col("VIGENTE_DESDE") <= since.isoformat()))
        .select(*_NEEDED)
        .join(before, on=KEY_HEADERS, how="inner")
        .filter((pl.col("ESTADO") != pl.col("before")) & (pl.col("ESTADO") != "VENCIDO"))
        .sort("row")
        .collect()
    )
    within = 1 + Draws(seed, "row").below("event/month", (today - since).days)
    acts = rows.with_columns(
        start=as_day("VIGENTE_DESDE"),
        end=as_day("VIGENTE_HASTA"),
        date=pl.min_horizontal(pl.lit(since) + pl.duration(days=within), as_day("VIGENTE_HASTA")),
        EVENTO=pl.col("ESTADO").replace_strict({**_ACTS, "VIGENTE": "REACTIVACION"}, return_dtype=pl.String),
        MOTIVO=pl.coalesce("MOTIVO", pl.lit(_REACTIVATION_REASON)),
    )
    return _written(acts.with_columns(_suspended_until()))


_NEEDED = ("row", *KEY_HEADERS, "VIGENTE_DESDE", "VIGENTE_HASTA", "ESTADO", "MOTIVO")


def _suspended_until() -> pl.Expr:
    """The last day of a suspension of as many months as its reason says, within the term; null for other acts."""
    months = pl.when(pl.col("MOTIVO").str.contains("cuatro meses")).then(pl.lit("4mo")).otherwise(pl.lit("2mo"))
    last = pl.col("date").dt.offset_by(months) - timedelta(days=1)
    return pl.when(pl.col("EVENTO") == "SUSPENSION").then(pl.min_horizontal(last, "end")).alias("until")


def _former(rows: pl.DataFrame, draws: Draws, day: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Suspensions that are long past, and the reactivations that ended them."""
    age = (pl.lit(day) - pl.col("start")).dt.total_days()
    chosen = rows.filter(
        (pl.col("ESTADO") == "VIGENTE") & (age > _FORMER_AGE_DAYS) & (draws.below("event/former", _PER_FORMER) == 0)
    )
    room = (pl.lit(day) - pl.col("start")).dt.total_days() - _FORMER_AFTER_DAYS - 2 * _FORMER_LENGTH_DAYS
    started = pl.col("start") + pl.duration(days=_FORMER_AFTER_DAYS + draws.below("event/former/day", room))
    suspended = chosen.with_columns(date=started, EVENTO=pl.lit("SUSPENSION"), MOTIVO=pl.lit(_FORMER_REASON))
    revived = suspended.with_columns(
        date=pl.col("date") + timedelta(days=_FORMER_LENGTH_DAYS),
        EVENTO=pl.lit("REACTIVACION"),
        MOTIVO=pl.lit(_REACTIVATION_REASON),
        until=pl.lit(None, pl.Date),
    )
    return suspended.with_columns(_suspended_until()), revived


def _written(acts: pl.DataFrame) -> pl.DataFrame:
    ground = pl.col("EVENTO").replace_strict(_GROUNDS, return_dtype=pl.String)
    return (
        acts.sort("row", "date", maintain_order=True)
        .with_columns(
            FECHA=pl.col("date").dt.to_string("%Y-%m-%d"),
            HASTA=pl.col("until").dt.to_string("%Y-%m-%d"),
            BASE_LEGAL=pl.when(pl.col("CATEGORIA_EXENTO").str.starts_with("MAQ_")).then(ground),
        )
        .select(column.header for column in EVENTS_COLUMNS)
    )
