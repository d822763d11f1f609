"""Which totals of withheld amounts may be told, so that nobody's amount can be computed from them.

A cell is what the taxpayers of one category and kind of person did not pay of one tax in one year, as far as it is
withheld: exactly one rule of the policy decides about it. No total over cells is ever told, so no cell can be computed
from the others, and cells share no amount. What is left to control is each cell by itself, each cell against what is
told of single taxpayers elsewhere, and each cell against the numbers that earlier releases told of it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import polars as pl

MIN_TAXPAYERS = 3
"""Of fewer, one could compute the other's amount from the sum and its own."""

MAX_SHARE_PERCENT = 85
"""Above it the sum would tell the largest amount to within a sixth."""

CELL = ("year", "category", "person_kind", "tax")
"""What names a cell; a `tax` that is null stands for all taxes together, as a registry's own figure may."""


class CellState(StrEnum):
    """Whether the amount of a cell is told, or why not."""

    PUBLISHED = "published"
    FEW = "suppressed_few"
    DOMINANT = "suppressed_dominant"
    COMPLEMENTARY = "suppressed_complementary"
    """It would give an amount away together with another public number."""


CONTRIBUTIONS = {
    "year": pl.Int64,
    "category": pl.String,
    "person_kind": pl.String,
    "tax": pl.String,
    "taxpayer": pl.String,
    "amount_cents": pl.Int64,
    "is_known": pl.Boolean,
}
"""Withheld amounts, any number to a taxpayer; `is_known` where some release told that very amount of that taxpayer."""

TOLD = {
    "year": pl.Int64,
    "category": pl.String,
    "person_kind": pl.String,
    "tax": pl.String,
    "taxpayers": pl.Int64,
    "amount_cents": pl.Int64,
    "since_release": pl.Int64,
    "since_date": pl.Date,
}
"""The numbers that a release told, with the release that told each first."""

CELLS = {
    "year": pl.Int64,
    "category": pl.String,
    "person_kind": pl.String,
    "tax": pl.String,
    "state": pl.String,
    "taxpayers": pl.Int64,
    "amount_cents": pl.Int64,
    "since_release": pl.Int64,
    "since_date": pl.Date,
}
"""The cells of a release. Amount and `since` are null unless told, `taxpayers` where they are fewer than three."""


@dataclass(frozen=True, slots=True)
class Edition:
    """An earlier release: the cells that it told first, and what the book knew then.

    Shape: `cells` has the columns of `CELL`, None if its own account is gone and it may have told any; `contributions`
    is `CONTRIBUTIONS`.
    """

    release: int
    cells: pl.DataFrame | None
    contributions: pl.DataFrame


def build_cells(
    contributions: pl.DataFrame,
    *,
    exempt: Collection[str],
    told: pl.DataFrame,
    earlier: Sequence[Edition],
    release: int,
    day: date,
) -> pl.DataFrame:
    """The cells of a release.

    A number that was told stands, with its release and day, until at least three taxpayers changed since, none with
    more than 85 % of all that changed; from the second change on, until half of the sum is of amounts that no number
    told before. `exempt` are the categories of State bodies, whose sums are always told as they
    are.
    Shape: `told` has for each cell the number last told (`TOLD`), `earlier` every release that told a number first.
    Order: year, category, kind of person, tax.
    """
    judged = (
        contributions.select(CELL)
        .unique()
        .join(_add_up(contributions), on=CELL, how="left", nulls_equal=True)
        .with_columns(pl.col("count", "sum").fill_null(0), pl.col("is_dominated", "is_open").fill_null(False))
    )
    unknown = _add_up(contributions.filter(~pl.col("is_known"))).select(*CELL, is_covered="is_open")
    own = told.select(*CELL, *(pl.col(name).alias(f"last_{name}") for name in _TOLD_VALUES))
    differences = _differences(contributions, told, earlier)
    facts = judged
    for frame in (unknown, own, differences):
        facts = facts.join(frame, on=CELL, how="left", nulls_equal=True)
    decided = facts.with_columns(choice=_choose(pl.col("category").is_in(list(exempt)))).with_columns(
        state=pl.when(pl.col("choice").is_in([_LAST, _NOW])).then(pl.lit(CellState.PUBLISHED.value)).otherwise("choice")
    )
    last, now = pl.col("choice") == _LAST, pl.col("choice") == _NOW
    shown = decided.with_columns(
        taxpayers=pl.when(last).then("last_taxpayers").when(now | (pl.col("count") >= MIN_TAXPAYERS)).then("count"),
        amount_cents=pl.when(last).then("last_amount_cents").when(now).then("sum"),
        since_release=pl.when(last).then("last_since_release").when(now).then(pl.lit(release, pl.Int64)),
        since_date=pl.when(last).then("last_since_date").when(now).then(pl.lit(day)),
    )
    return shown.select(pl.col(name).cast(kind) for name, kind in CELLS.items()).sort(CELL)


_TOLD_VALUES = ("taxpayers", "amount_cents", "since_release", "since_date")
_LAST, _NOW = "last", "now"


def _choose(is_category_exempt: pl.Expr) -> pl.Expr:
    """What becomes of each cell: the number of the day, the one told last, or the reason for none."""
    is_exempt = is_category_exempt & (pl.col("person_kind") == "legal")
    has_last = pl.col("last_amount_cents").is_not_null()
    is_same = pl.col("is_same").fill_null(False)
    stands = has_last & (is_same | pl.col("is_near_last").fill_null(False))
    is_near = pl.col("is_near").fill_null(False)
    return (
        pl.when(is_exempt)
        .then(pl.when(has_last & is_same).then(pl.lit(_LAST)).otherwise(pl.lit(_NOW)))
        .when(stands)
        .then(pl.lit(_LAST))
        .when(pl.col("count") < MIN_TAXPAYERS)
        .then(pl.lit(CellState.FEW.value))
        .when(pl.col("is_dominated"))
        .then(pl.lit(CellState.DOMINANT.value))
        .when(~pl.col("is_covered").fill_null(False))
        .then(pl.lit(CellState.COMPLEMENTARY.value))
        .when(is_near & has_last)
        .then(pl.lit(_LAST))
        .when(is_near)
        .then(pl.lit(CellState.COMPLEMENTARY.value))
        .otherwise(pl.lit(_NOW))
    )


def _add_up(contributions: pl.DataFrame) -> pl.DataFrame:
    """The sum of each cell and whether the rule lets it be told."""
    return _judge(_each(contributions))


def _each(contributions: pl.DataFrame) -> pl.DataFrame:
    """One row to a taxpayer of each cell, without those whose amount is zero: they hide nobody."""
    summed = contributions.group_by(*CELL, "taxpayer").agg(pl.col("amount_cents").sum(), pl.col("is_known").any())
    return summed.filter(pl.col("amount_cents") != 0)


def _judge(each: pl.DataFrame) -> pl.DataFrame:
    """Count, sum and verdict by cell, of one row to a taxpayer."""
    size = pl.col("amount_cents").abs()
    summed = each.group_by(CELL).agg(
        pl.len().cast(pl.Int64).alias("count"),
        pl.col("amount_cents").sum().alias("sum"),
        is_dominated=size.max() * 100 > size.sum() * MAX_SHARE_PERCENT,
    )
    return summed.with_columns(is_open=(pl.col("count") >= MIN_TAXPAYERS) & ~pl.col("is_dominated"))


def _differences(contributions: pl.DataFrame, told: pl.DataFrame, earlier: Sequence[Edition]) -> pl.DataFrame:
    """How each cell differs from what it was when numbers of it were told.

    Shape: `CELL`; `is_near` if numbers that were told, together with today's, would give away what changed; `is_same`
    and `is_near_last` if nothing, or too little, changed since the number told last.
    """
    cells = contributions.select(CELL).unique()
    schema = {name: CONTRIBUTIONS[name] for name in CELL} | _COMPARED
    compared = pl.concat([pl.DataFrame(schema=schema), *(_compare(contributions, one, cells) for one in earlier)])
    near = (
        compared.group_by(CELL)
        .agg(pl.len().alias("numbers"), is_too_near=pl.col("is_too_near").any(), was_told=pl.col("is_same").any())
        .join(_find_renewed(contributions, earlier), on=CELL, how="left", nulls_equal=True)
    )
    is_combined = (pl.col("numbers") > 1) & ~pl.col("is_renewed").fill_null(False)
    last = told.join(compared, on=(*CELL, "since_release"), how="inner", nulls_equal=True)
    return near.select(*CELL, is_near=~pl.col("was_told") & (pl.col("is_too_near") | is_combined)).join(
        last.select(*CELL, "is_same", is_near_last="is_too_near"), on=CELL, how="left", nulls_equal=True
    )


def _find_renewed(contributions: pl.DataFrame, earlier: Sequence[Edition]) -> pl.DataFrame:
    """Whether amounts that no earlier release had make up half of each cell, and are told apart by nobody.

    Two numbers can only be subtracted; of three and more also other combinations cancel what they share. Each of them
    still holds what is in the last number alone.
    """
    size = pl.col("amount_cents").abs().sum()
    each = _each(contributions)
    before = [_each(edition.contributions) for edition in earlier]
    named = (*CELL, "taxpayer", "amount_cents")
    fresh = each.join(pl.concat([each.clear(), *before]), on=named, how="anti", nulls_equal=True)
    unknown = fresh.filter(~pl.col("is_known"))
    sizes = (
        each.group_by(CELL)
        .agg(size=size)
        .join(unknown.group_by(CELL).agg(renewed=size), on=CELL, how="inner", nulls_equal=True)
    )
    return sizes.join(_judge(unknown), on=CELL, how="inner", nulls_equal=True).select(
        *CELL, is_renewed=pl.col("is_open") & (pl.col("renewed") * 2 >= pl.col("size"))
    )


_COMPARED = {"since_release": pl.Int64, "is_same": pl.Boolean, "is_too_near": pl.Boolean}


def _compare(contributions: pl.DataFrame, edition: Edition, cells: pl.DataFrame) -> pl.DataFrame:
    """How today's cells differ from those that one release told."""
    then = edition.cells
    if then is None:
        then = _add_up(edition.contributions).filter("is_open")
    compared = cells.join(then.select(CELL).unique(), on=CELL, how="semi", nulls_equal=True)
    sides = [
        frame.join(compared, on=CELL, how="semi", nulls_equal=True).with_columns(pl.col("amount_cents") * sign)
        for frame, sign in ((contributions, 1), (edition.contributions, -1))
    ]
    changed = _each(pl.concat([side.select(CONTRIBUTIONS.keys()) for side in sides]))
    whole = _judge(changed).select(*CELL, is_whole_open="is_open")
    unknown = _judge(changed.filter(~pl.col("is_known"))).select(*CELL, is_unknown_open="is_open")
    judged = compared.join(whole, on=CELL, how="left", nulls_equal=True).join(
        unknown, on=CELL, how="left", nulls_equal=True
    )
    is_same = pl.col("is_whole_open").is_null()
    is_open = (pl.col("is_whole_open") & pl.col("is_unknown_open")).fill_null(False)
    return judged.select(
        *CELL,
        since_release=pl.lit(edition.release, pl.Int64),
        is_same=is_same,
        is_too_near=~is_same & ~is_open,
    )
