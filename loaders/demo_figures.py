"""Jobs and amounts of the invented taxpayers: log-normal, with blanks and a few reported zeros."""

from __future__ import annotations

from datetime import date
from math import log

import polars as pl

from loaders.demo_draws import Draws
from loaders.demo_plan import Extra, Situation
from loaders.demo_profiles import of_profile

_JOBS_SPREAD = 1.0
_AMOUNT_SPREAD = 1.3

# In thousandths: how many tell their jobs while the benefit lasts, and after it; and whose amount is a year older.
_JOBS_TOLD = 850
_JOBS_TOLD_AFTER = 200
_OLDER_AMOUNTS = 60


def with_jobs(rows: pl.DataFrame, draws: Draws, *, today: date) -> pl.DataFrame:
    """Add `jobs`, `jobs_year` and `jobs_kind`: last year's where the benefit was in force then, else a projection.

    Only first rows of temporary benefits have them, since a taxpayer reports its jobs once.
    """
    last = today.year - 1
    ended = ~pl.col("status").is_in(["VIGENTE", "SUSPENDIDO"])
    told = draws.chance("jobs/told", pl.when(ended).then(_JOBS_TOLD_AFTER).otherwise(_JOBS_TOLD)) | pl.col("zero_jobs")
    started = pl.col("valid_from").dt.year()
    has_jobs = pl.col("situation").is_not_null() & ~pl.col("second") & told
    value = (
        _spread(draws, "jobs", of_profile(lambda p: log(p.regime.jobs if p.regime else 1)), _JOBS_SPREAD)
        .round()
        .clip(1)
        .cast(pl.Int64)
    )
    reported = (started <= last).fill_null(False)
    return rows.with_columns(
        pl.when(has_jobs & ~pl.col("zero_jobs")).then(value).when(has_jobs).then(0).alias("jobs"),
        pl.when(has_jobs)
        .then(
            pl.when(reported).then(pl.min_horizontal(pl.lit(last), pl.col("valid_until").dt.year())).otherwise(started)
        )
        .alias("jobs_year"),
        pl.when(has_jobs)
        .then(pl.when(reported).then(pl.lit("REPORTADO")).otherwise(pl.lit("PROYECTADO")))
        .alias("jobs_kind"),
    )


def with_amounts(rows: pl.DataFrame, draws: Draws, *, today: date) -> pl.DataFrame:
    """Add `amount_gtq` (text with two decimals) and `amount_year`: the tax not paid in a year of the benefit."""
    last = today.year - 1
    started = pl.col("valid_from").dt.year()
    covered = (pl.col("valid_from").is_null() | (started <= last)) & (
        pl.col("situation") != Situation.PENDING
    ).fill_null(True)
    told = draws.chance("amount/told", of_profile(lambda p: p.amounts[1])) | pl.col("zero_amount")
    former = pl.col("second") & (pl.col("extra") == Extra.RENEWAL)
    has_amount = covered & told & ~former.fill_null(False)
    median = of_profile(lambda p: log(max(p.amounts[0], 1) * 100))
    # The second row of a taxpayer draws another amount than the first.
    first, second = (_spread(draws, channel, median, _AMOUNT_SPREAD) for channel in ("amount", "amount/second"))
    drawn = pl.when(pl.col("second")).then(second).otherwise(first).round().cast(pl.Int64)
    cents = pl.when(pl.col("zero_amount") & ~pl.col("second")).then(0).otherwise(drawn)
    older = pl.when(draws.chance("amount/older", _OLDER_AMOUNTS) & (started < last).fill_null(True)).then(last - 1)
    year = pl.min_horizontal(older.otherwise(last), pl.col("valid_until").dt.year())
    return rows.with_columns(
        pl.when(has_amount).then(money_text(cents)).alias("amount_gtq"),
        pl.when(has_amount).then(year).alias("amount_year"),
    )


def money_text(cents: pl.Expr) -> pl.Expr:
    """Whole cents as an amount with a point and two decimals."""
    return pl.concat_str((cents // 100).cast(pl.String), pl.lit("."), (cents % 100).cast(pl.String).str.zfill(2))


def _spread(draws: Draws, channel: str, log_median: pl.Expr, deviation: float) -> pl.Expr:
    return (log_median + draws.bell(channel) * deviation).exp()
