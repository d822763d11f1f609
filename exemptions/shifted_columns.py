"""Columns that look unlike what stands: filled otherwise, written otherwise, or with other codes.

A column taken for another, or sorted without its neighbours, passes every rule on single values; it shows in the whole.
Every measure compares shares, in points of a hundred, and needs `LEAST_VALUES` values on both sides, so that a small
edition raises none. Numbers and days have no measure of their own but how many there are: the totals are guarded, and
their values are meant to move.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from exemptions.datasets import Dataset, Mode
from exemptions.fact_content import FACTS
from exemptions.history import Comparison

LEAST_VALUES = 50
"""Fewer values than these say little about a column: a share of 50 has a standard error of up to 7 points."""

_EMPTIED = 5.0
"""A column filled this many times more or less often than before has been emptied or filled by something else."""

_SLACK_ROWS = 20
"""Rows added to both sides of that ratio, so that rare columns such as the reason of a status may double."""

_LEFT_OVER = "unresolved"
"""What no catalogue knows is no column of its own; the column that it is missing from shows it."""

_SAMPLE = 20_000
"""Texts whose signs are counted: means of so many are exact to a fraction of a point, and counting takes long."""


class Measure(StrEnum):
    """In what a column differs."""

    FILLED = "filled"
    """Share of the rows that have a value."""
    SIGNS = "signs"
    """Total variation distance between the shares of letters, digits, spaces and other signs."""
    LENGTH = "length"
    """Mean length: by how much the longer exceeds the shorter."""
    CODES = "codes"
    """Total variation distance between the shares of the codes."""
    REPEATED = "repeated"
    """Share of distinct values among all values."""
    REWRITTEN = "rewritten"
    """Share of the values of known rows that are another value."""


@dataclass(frozen=True, slots=True)
class Shift:
    """One column that looks unlike what stands; `difference` is in percent or points of a hundred."""

    column: str
    measure: Measure
    difference: float


@dataclass(frozen=True, slots=True)
class Roles:
    """What is expected of the columns of one dataset; a column may have several roles."""

    texts: tuple[str, ...]
    """Free text, whose signs, length and repetition are steady."""
    codes: tuple[str, ...]
    """Few distinct values, whose shares are steady from one whole edition to the next."""
    steady: tuple[str, ...]
    """Values that a row keeps; what moves from edition to edition by its nature is not among them."""
    scope: tuple[str, ...] = ()
    """Rows are comparable in their codes only where these are equal."""


ROLES: Mapping[Dataset, Roles] = {
    Dataset.REGISTRY: Roles(
        texts=("resolution", "name", "status_reason"),
        codes=("category", "person_kind", "exempt_type", "authority", "status", "taxes", "activity", "department",
               "municipality", "jobs_kind"),
        steady=("name", "person_kind", "exempt_type", "authority", "notified_on", "valid_from", "valid_until", "taxes",
                "activity", "department", "municipality"),
    ),
    Dataset.JOBS: Roles(
        texts=("resolution", "source"), codes=("category",), steady=(),
        scope=FACTS[Dataset.JOBS].scope,
    ),
    Dataset.AMOUNTS: Roles(
        texts=("resolution", "source"), codes=("category", "tax", "mechanism"),
        steady=(), scope=FACTS[Dataset.AMOUNTS].scope,
    ),
    Dataset.ENERGY: Roles(
        texts=("resolution", "project"), codes=("technology", "municipality"),
        steady=("technology", "capacity_kw", "municipality", "valid_from", "valid_until"),
    ),
    Dataset.EVENTS: Roles(
        texts=("resolution", "reason", "legal_basis"), codes=("event",),
        steady=("until", "reason", "legal_basis"),
    ),
    Dataset.EXPENDITURE: Roles(
        texts=("note", "source_url"), codes=("tax", "partition"),
        steady=("group",), scope=FACTS[Dataset.EXPENDITURE].scope,
    ),
    Dataset.MACRO: Roles(texts=("source",), codes=(), steady=()),
}  # fmt: skip


def find_shifts(
    standing: pl.DataFrame,
    incoming: pl.DataFrame,
    comparison: Comparison,
    *,
    dataset: Dataset,
    mode: Mode,
    limit_pct: float,
) -> tuple[Shift, ...]:
    """The columns of `incoming` that differ from `standing` by more than `limit_pct`, each with its largest difference.

    A file that only adds and updates need not look like the whole, so of it only the texts and the rewritten values are
    measured. `comparison` is that of the two editions. Order: the columns of the dataset.
    """
    if min(standing.height, incoming.height) < LEAST_VALUES:
        return ()
    roles = ROLES[dataset]
    found = [
        *_text_shifts(standing, incoming, roles),
        *_rewritten(incoming, comparison, roles),
        *(_whole_shifts(standing, incoming, roles) if mode is Mode.REPLACE else ()),
    ]
    largest: dict[str, Shift] = {}
    for shift in found:
        earlier = largest.get(shift.column)
        if shift.difference > limit_pct and (earlier is None or shift.difference > earlier.difference):
            largest[shift.column] = shift
    return tuple(largest[name] for name in incoming.columns if name in largest)


def _whole_shifts(standing: pl.DataFrame, incoming: pl.DataFrame, roles: Roles) -> Iterator[Shift]:
    for name in incoming.columns:
        if name in standing.columns and name != _LEFT_OVER:
            yield Shift(name, Measure.FILLED, _filled_difference(standing[name], incoming[name]))
    if roles.scope:
        standing = standing.join(incoming.select(roles.scope).unique(), on=roles.scope, how="semi", nulls_equal=True)
        incoming = incoming.join(standing.select(roles.scope).unique(), on=roles.scope, how="semi", nulls_equal=True)
    for name in roles.codes:
        before, after = standing[name].drop_nulls(), incoming[name].drop_nulls()
        if min(before.len(), after.len()) >= LEAST_VALUES:
            yield Shift(name, Measure.CODES, _code_distance(before, after))


def _filled_difference(before: pl.Series, after: pl.Series) -> float:
    """Points by which the filled share moved, or 100 for a column that was all but emptied or filled anew."""
    filled = before.len() - _blanks(before), after.len() - _blanks(after)
    shares = filled[0] / before.len(), filled[1] / after.len()
    slack = _SLACK_ROWS / min(before.len(), after.len())
    low, high = min(shares) + slack, max(shares) + slack
    return 100.0 if high / low > _EMPTIED else 100 * abs(shares[1] - shares[0])


def _blanks(column: pl.Series) -> int:
    blank = column.null_count()
    return blank + int((column == "").sum()) if column.dtype == pl.String else blank


def _code_distance(before: pl.Series, after: pl.Series) -> float:
    shares = [
        side.rename("code").value_counts().select("code", share=pl.col("count") / side.len())
        for side in (before, after)
    ]
    both = shares[0].join(shares[1], on="code", how="full", coalesce=True).fill_null(0)
    return 50 * float((both["share"] - both["share_right"]).abs().sum())


def _text_shifts(standing: pl.DataFrame, incoming: pl.DataFrame, roles: Roles) -> Iterator[Shift]:
    for name in roles.texts:
        before, after = (side[name].filter(side[name] != "") for side in (standing, incoming))
        if min(before.len(), after.len()) < LEAST_VALUES:
            continue
        old, new = _profile(before), _profile(after)
        yield Shift(name, Measure.SIGNS, 50 * sum(abs(a - b) for a, b in zip(old.signs, new.signs, strict=True)))
        # A text twice as long as usual is another text; half of that is what a change of wording does.
        longer, shorter = max(old.length, new.length), min(old.length, new.length)
        yield Shift(name, Measure.LENGTH, 50 * (longer / shorter - 1) if shorter else 100.0)
        if not roles.scope:
            yield Shift(name, Measure.REPEATED, 100 * abs(new.distinct - old.distinct))


@dataclass(frozen=True, slots=True)
class _Profile:
    """How the texts of a column are written."""

    signs: tuple[float, ...]
    length: float
    distinct: float


def _profile(texts: pl.Series) -> _Profile:
    column = pl.col("text")
    sample = texts.gather_every(max(1, texts.len() // _SAMPLE)).rename("text").to_frame()
    letters, digits, spaces, signs = sample.select(
        letters=column.str.count_matches(r"\p{L}").sum(),
        digits=column.str.count_matches(r"\p{N}").sum(),
        spaces=column.str.count_matches(" ", literal=True).sum(),
        signs=column.str.len_chars().sum(),
    ).row(0)
    classes = (letters, digits, spaces, signs - letters - digits - spaces)
    return _Profile(tuple(n / signs for n in classes), signs / sample.height, texts.n_unique() / texts.len())


def _rewritten(incoming: pl.DataFrame, comparison: Comparison, roles: Roles) -> Iterator[Shift]:
    """How many values of known rows are another value, of those that had one before and have one after."""
    for name in roles.steady:
        before, after = (comparison.changed[column] for column in (f"{name}_before", name))
        both = before.is_not_null() & after.is_not_null()
        # What is neither new nor changed has the same value on both sides.
        unchanged = _values(incoming[name]) - _values(comparison.added[name]) - _values(after)
        known = unchanged + int(both.sum())
        if known >= LEAST_VALUES:
            yield Shift(name, Measure.REWRITTEN, 100 * int((both & (before != after)).sum()) / known)


def _values(column: pl.Series) -> int:
    return column.len() - column.null_count()
