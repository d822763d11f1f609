"""The columns of the demonstration registry: planned taxpayers in, rows in the layout of the dataset out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import polars as pl

from exemptions.columns import PersonKind
from exemptions.datasets import REGISTRY_COLUMNS
from loaders.demo_draws import Draws
from loaders.demo_figures import with_amounts, with_jobs
from loaders.demo_names import with_names
from loaders.demo_places import municipality_pool
from loaders.demo_plan import Extra, Situation
from loaders.demo_profiles import PROFILES, category_of, of_profile, pick_of_profile
from loaders.demo_terms import with_terms

REASONS: Mapping[str, tuple[str, ...]] = {
    "SUSPENDIDO": (
        "Suspensión de dos meses por adeudos con el seguro social",
        "Suspensión de cuatro meses por adeudos con el seguro social",
    ),
    "REVOCADO": (
        "Revocatoria por no presentar la boleta estadística",
        "Revocatoria por cierre de operaciones sin aviso",
    ),
    "CANCELADO": ("Cancelada por solicitud del titular",),
    "VENCIDO": ("Fin del plazo",),
}
"""ESTADO → the reasons given for it."""

# In thousandths of the rows.
_WITHOUT_ACTIVITY = 40
_WITHOUT_MUNICIPALITY = 80
_WITHOUT_DEPARTMENT = 500
"""Of those without municipality."""

_PERSON_KINDS = {PersonKind.LEGAL: "JURIDICA", PersonKind.NATURAL: "INDIVIDUAL"}


def build_rows(units: pl.DataFrame, *, seed: int, taxpayers: int, today: date) -> pl.DataFrame:
    """Fill the columns of planned taxpayers (see `loaders.demo_plan`), with a second row where one is planned.

    Shape: text columns under the headers of the registry dataset; null where a cell is empty. `taxpayers` is how many
    the whole registry has.
    Order: that of the taxpayers, the second row after the first.
    """
    draws = Draws(seed)
    rows = _with_second_rows(with_names(units, seed=seed, taxpayers=taxpayers))
    rows = with_terms(rows, draws, today=today).with_columns(status=_status(today))
    rows = rows.with_columns(
        category=of_profile(lambda p: p.category),
        exempt_type=of_profile(lambda p: category_of(p).exempt_type),
        person_kind=of_profile(lambda p: _PERSON_KINDS[p.person_kind]),
        authority=_authority(),
        resolution=_resolution(draws),
        status_reason=_reason(draws),
        taxes=_taxes(),
        activity=_activity(draws),
        department=_department(draws),
        municipality=_municipality(draws),
    )
    rows = with_amounts(with_jobs(rows, draws, today=today), draws, today=today)
    return rows.select(pl.col(column.key).cast(pl.String).alias(column.header) for column in REGISTRY_COLUMNS)


def _with_second_rows(units: pl.DataFrame) -> pl.DataFrame:
    """Repeat the taxpayers that have a second row; that of another regime takes the profile of the regime."""
    of_regime = of_profile(lambda p: _number_of(p.regime.second if p.regime else None)).cast(pl.UInt8)
    second = units.filter(pl.col("extra").is_not_null()).with_columns(
        profile=pl.when(pl.col("extra") == Extra.REGIME).then(of_regime).otherwise("profile"), second=pl.lit(True)
    )
    return pl.concat([units.with_columns(second=pl.lit(False)), second]).sort("unit", "second")


def _number_of(category: str | None) -> int:
    """The profile of the legal persons of a category; 0, which nothing uses, for no category."""
    return next((number for number, p in enumerate(PROFILES) if p.category == category), 0)


def _is_second(extra: Extra) -> pl.Expr:
    return pl.col("second") & (pl.col("extra") == extra).fill_null(False)


def _status(today: date) -> pl.Expr:
    """ESTADO as it stands on the day of the file; a former resolution has its dates alone."""
    situation = pl.when(~_is_second(Extra.RENEWAL)).then("situation")
    return (
        pl.when(situation == Situation.REVOKED)
        .then(pl.lit("REVOCADO"))
        .when(situation == Situation.CANCELLED)
        .then(pl.lit("CANCELADO"))
        .when(pl.col("valid_until") < today)
        .then(pl.lit("VENCIDO"))
        .when(situation == Situation.SUSPENDED)
        .then(pl.lit("SUSPENDIDO"))
        .otherwise(pl.lit("VIGENTE"))
    )


def _reason(draws: Draws) -> pl.Expr:
    return pl.coalesce(
        pl.when(pl.col("status") == status).then(draws.pick("reason", reasons)) for status, reasons in REASONS.items()
    )


def _authority() -> pl.Expr:
    return (
        pl.when(pl.col("situation").is_not_null())
        .then(of_profile(lambda p: category_of(p).authority))
        .when(pl.col("notified_on").is_not_null())
        .then(pl.lit("SAT"))
    )


def _resolution(draws: Draws) -> pl.Expr:
    """Numbers as authorities write them; a part has its tax after the number, a second resolution its own number."""
    own = pl.col("second") & ~_is_second(Extra.PART)
    drawn = pl.when(own).then(draws.below("resolution/second", 6_000)).otherwise(draws.below("resolution", 6_000))
    prefix = (
        pl.when(pl.col("situation").is_null())
        .then(pl.lit("SAT-DCEE"))
        .otherwise(of_profile(lambda p: p.regime.prefix if p.regime else None))
    )
    part = pl.when(_is_second(Extra.PART)).then(pl.lit("/ISR")).otherwise(pl.lit(""))
    return pl.format("{}-{}-{}{}", prefix, 100 + drawn, pl.col("notified_on").dt.year(), part)


def _taxes() -> pl.Expr:
    """All taxes of a temporary benefit; where the part of one has its own row, that tax is only there."""
    return (
        pl.when(pl.col("situation").is_null())
        .then(None)
        .when(_is_second(Extra.PART))
        .then(pl.lit("ISR"))
        .when(pl.col("extra") == Extra.PART)
        .then(of_profile(lambda p: _joined(tax for tax in category_of(p).taxes if tax != "ISR")))
        .otherwise(of_profile(lambda p: _joined(category_of(p).taxes)))
    )


def _joined(taxes: Iterable[str]) -> str:
    return ";".join(taxes)


def _activity(draws: Draws) -> pl.Expr:
    known = ~draws.chance("activity/blank", _WITHOUT_ACTIVITY)
    return pl.when(known).then(pick_of_profile(lambda p: p.activities, draws, "activity"))


def _municipality(draws: Draws) -> pl.Expr:
    return pl.when(~draws.chance("place/blank", _WITHOUT_MUNICIPALITY)).then(_place(draws))


def _department(draws: Draws) -> pl.Expr:
    blank = draws.chance("place/blank", _WITHOUT_MUNICIPALITY) & draws.chance("place/bare", _WITHOUT_DEPARTMENT)
    return pl.when(~blank).then(_place(draws).str.head(2))


def _place(draws: Draws) -> pl.Expr:
    pool = municipality_pool()
    return pl.lit(pool).gather(draws.below("place", pool.len()))
