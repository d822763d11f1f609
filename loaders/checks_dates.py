"""Dates: ISO, or day first as Guatemala writes them; never a guess between day and month."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import polars as pl

from loaders.checks import Check, Context, is_unreadable, value

_FIRST = date(1950, 1, 1)
_YEARS_AHEAD = 100
"""Past the cutoff; the longest term known is thirty years."""

# A date cell of a spreadsheet saved as text often carries midnight.
_MIDNIGHT = r"[T ]0?0:00(?::00(?:\.0+)?)?$"
_YEAR_FIRST = r"^[0-9]{4}(?:-[0-9]{1,2}-|/[0-9]{1,2}/|\.[0-9]{1,2}\.)[0-9]{1,2}$"
_DAY_FIRST = r"^[0-9]{1,2}(?:-[0-9]{1,2}-|/[0-9]{1,2}/|\.[0-9]{1,2}\.)[0-9]{4}$"
_TWO_DIGITS = r"^[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2}$"


def parse_dates(frame: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """The frame with a `<key>.value` for each date."""
    return frame.with_columns(_date(pl.col(key)).alias(f"{key}.value") for key in keys)


def date_checks(context: Context, keys: Sequence[str]) -> Iterator[Check]:
    """The checks of each date by itself."""
    cutoff = context.cutoff
    last = date(cutoff.year + _YEARS_AHEAD, cutoff.month, min(cutoff.day, 28))
    bounds = {"first": pl.lit(_FIRST.isoformat()), "last": pl.lit(last.isoformat())}
    for key in keys:
        short = pl.col(key).str.contains(_TWO_DIGITS)
        yield Check("fecha_invalida", key, is_unreadable(key) & ~short)
        yield Check("fecha_de_dos_cifras", key, is_unreadable(key) & short)
        yield Check("fecha_improbable", key, ~value(key).is_between(_FIRST, last), bounds)


def _date(text: pl.Expr) -> pl.Expr:
    day = text.str.replace(_MIDNIGHT, "")
    dashed = day.str.replace_all("[/.]", "-")
    iso = (
        pl.when(day.str.contains(_YEAR_FIRST))
        .then(dashed)
        .when(day.str.contains(_DAY_FIRST))
        .then(dashed.str.replace(r"^([0-9]+)-([0-9]+)-([0-9]+)$", "${3}-${2}-${1}"))
    )
    return iso.str.to_date("%Y-%m-%d", strict=False)
