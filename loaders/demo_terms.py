"""The dates of the invented benefits, as their situation on the day of the file asks."""

from __future__ import annotations

from datetime import date

import polars as pl

from exemptions.catalog_entries import TermStart
from loaders.demo_draws import Draws
from loaders.demo_plan import Extra, Situation
from loaders.demo_profiles import PROFILES, category_of, of_profile, term_years

NEAR_DAYS = 28
"""Benefits that are about to end, or have just begun, do so within this many days of the file."""

_PENDING_DAYS = 75
_ENDED_DAYS = 6 * 365
_OLDEST_DAYS = 20 * 365
# In thousandths: permanent exemptions that were inscribed by a resolution of their own.
_PERMANENT_WITH_RESOLUTION = 20

_TERMS = sorted({term_years(profile) for profile in PROFILES})


def with_terms(rows: pl.DataFrame, draws: Draws, *, today: date) -> pl.DataFrame:
    """Add `notified_on`, `valid_from` and `valid_until` to rows with `profile`, `situation`, `extra` and `second`.

    A permanent benefit has none of them, or the first two. The row of a former resolution ended before the present one
    began; the row of a part begins with the next fiscal year.
    """
    first = rows.with_columns(valid_from=_valid_from(draws, today))
    dated = first.with_columns(valid_until=_valid_until(), notified_on=_notified_on(draws, today))
    return _with_second_terms(dated, draws)


def _valid_from(draws: Draws, today: date) -> pl.Expr:
    day, situation = pl.lit(today), pl.col("situation")
    term_ago = _shifted(day, -1)
    # A benefit in force is at least a month old and ends three months from now at the earliest.
    age = 30 + draws.below("term/age", of_profile(term_years) * 365 - 120)
    permanent = pl.when(draws.chance("term/permanent", _PERMANENT_WITH_RESOLUTION)).then(
        day - _days(30 + draws.below("term/inscribed", _OLDEST_DAYS))
    )
    start = (
        pl.when(situation.is_null())
        .then(permanent)
        .when(situation == Situation.NEW)
        .then(day - _days(draws.below("term/near", NEAR_DAYS)))
        .when(situation == Situation.PENDING)
        .then(day + _days(1 + draws.below("term/pending", _PENDING_DAYS)))
        .when(situation == Situation.EXPIRING)
        .then(term_ago + _days(1 + draws.below("term/near", NEAR_DAYS)))
        .when(situation == Situation.EXPIRED)
        .then(term_ago - _days(1 + draws.below("term/ended", _ENDED_DAYS)))
        .otherwise(day - _days(age))
    )
    return pl.max_horizontal(start, _law_entry())


def _law_entry() -> pl.Expr:
    """The day from which a regime's terms run for everybody, where its law says so; else null."""
    entries = [category_of(profile) for profile in PROFILES]
    days = [entry.in_force_from if entry.term_start is TermStart.LAW_ENTRY else None for entry in entries]
    return pl.lit(pl.Series(days, dtype=pl.Date)).gather(pl.col("profile"))


def _valid_until() -> pl.Expr:
    begun = pl.coalesce(_law_entry(), "valid_from")
    return pl.when(pl.col("situation").is_not_null()).then(_shifted(begun, 1) - _days(pl.lit(1)))


def _notified_on(draws: Draws, today: date) -> pl.Expr:
    """The day of notification: the first of the term where the law says so, else some time before."""
    at_once = of_profile(
        lambda p: category_of(p).term_start in (TermStart.NOTIFICATION, TermStart.LAW_ENTRY, TermStart.NONE)
    )
    before = pl.col("valid_from") - _days(20 + draws.below("term/notified", 600))
    latest = pl.lit(today) - _days(draws.below("term/pending_notified", 60))
    notified = pl.min_horizontal(pl.when(at_once).then("valid_from").otherwise(before), latest)
    return pl.when(pl.col("valid_from").is_not_null()).then(notified)


def _with_second_terms(rows: pl.DataFrame, draws: Draws) -> pl.DataFrame:
    renewed = pl.col("second") & (pl.col("extra") == Extra.RENEWAL)
    part = pl.col("second") & (pl.col("extra") == Extra.PART)
    former_end = pl.col("valid_from") - _days(1 + draws.below("term/gap", 300))
    next_year = pl.date(pl.col("valid_from").dt.year() + 1, 1, 1)
    moved = rows.with_columns(
        valid_from=pl.when(renewed)
        .then(_shifted(former_end + _days(pl.lit(1)), -1))
        .when(part)
        .then(next_year)
        .otherwise("valid_from"),
        valid_until=pl.when(renewed).then(former_end).otherwise("valid_until"),
    )
    return moved.with_columns(
        valid_until=pl.when(part).then(_valid_until()).otherwise("valid_until"),
        notified_on=pl.when(renewed).then("valid_from").otherwise("notified_on"),
    )


def _shifted(day: pl.Expr, direction: int) -> pl.Expr:
    """The day one term of the row's profile later (1) or earlier (−1)."""
    years = of_profile(term_years)
    return pl.coalesce(pl.when(years == term).then(day.dt.offset_by(f"{direction * term}y")) for term in _TERMS)


def _days(number: pl.Expr) -> pl.Expr:
    return pl.duration(days=number)
