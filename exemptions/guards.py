"""Guards: what a load would do that somebody has to allow with a number and a reason.

Every guard looks at the edition before and after the load, within the scope of the file: for the registry all records;
for facts those that the file speaks of (its periods, years or reports), or all where it replaces the whole dataset.
A dataset that holds nothing yet has no guard but that of a repeated file.

Totals are compared where they mean the same. A record of the registry shows one figure, that of its latest year, so an
edition has one total of amounts and one of jobs: year and kind move on from edition to edition, and a comparison year
by year would raise an alarm each January. Facts state their period, so each period has a total of its own: jobs by
period and kind, amounts by year, apart from what is suspended or paid back, estimates by report and partition. Periods
of fewer than `LEAST_ROWS` facts are added up first, since in them one correction is already a large share. A period
that stands for the first time only has to be of the same order as the one before, benefit by benefit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any

import polars as pl

from exemptions.catalogs import Catalogs
from exemptions.datasets import Dataset, Mode
from exemptions.editions import compare_edition, overlay_edition
from exemptions.fact_content import FACTS
from exemptions.guard_limits import GuardLimits
from exemptions.history import Comparison
from exemptions.other_names import find_other_names
from exemptions.shifted_columns import find_shifts
from exemptions.totals import Quantity, Total, guarded_totals, new_period_totals

_FEW_NAMES = 5
"""Taxpayers under another name that are never too many: names are corrected and firms renamed every month."""

_LEAP = 10
"""How many times a new period's figures of the same benefits are those of the period before, or the reverse, when they
are thought to be in another unit: cents, thousands."""

_EXAMPLES = 20
"""Examples that a hold keeps; how many there are in all is its measure."""


class Guard(StrEnum):
    """What may hold a load back."""

    REMOVALS = "removals"
    AMOUNT_CHANGE = "amount_change"
    JOBS_CHANGE = "jobs_change"
    CATEGORY_LOST = "category_lost"
    OLDER_FILE = "older_file"
    SHIFTED_COLUMN = "shifted_column"
    SAME_NIT_OTHER_NAME = "same_nit_other_name"


CHANGE_GUARDS = frozenset({Guard.AMOUNT_CHANGE, Guard.JOBS_CHANGE})
"""What a percentage allows."""


@dataclass(frozen=True, slots=True)
class Hold:
    """One reason why a load is held back.

    Units: `measured` and `limit` are records for removals, percent for amounts and jobs, else how many categories,
    columns or taxpayers; of an older file the number of the batch that it repeats.
    """

    guard: Guard
    measured: float
    limit: float
    detail: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The hold as the book keeps it."""
        parts = {"measured": self.measured, "limit": self.limit, "detail": dict(self.detail)}
        return {"guard": str(self.guard), **parts}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Hold:
        """The hold that the book kept."""
        return cls(Guard(kept["guard"]), kept["measured"], kept["limit"], kept["detail"])


@dataclass(frozen=True, slots=True)
class Lift:
    """What an approver allows, and why."""

    removals: int | None = None
    """Records that may end."""
    change_pct: float | None = None
    """By how much the totals of amounts and jobs may move, in percent."""
    accepted: Mapping[Guard, int] = field(default_factory=dict)
    """The other guards, each with the number that may not be exceeded: categories, columns, taxpayers; of an older file
    the batch that it repeats."""
    reason: str = ""

    def covers(self, hold: Hold) -> bool:
        """Whether the hold is allowed; without a written reason nothing is."""
        if not self.reason.strip():
            return False
        allowed = self._allowed(hold.guard)
        if allowed is None:
            return False
        return allowed == hold.measured if hold.guard is Guard.OLDER_FILE else allowed >= hold.measured

    def as_dict(self) -> dict[str, Any]:
        """The lift as book and audit keep it."""
        accepted = {str(guard): number for guard, number in self.accepted.items()}
        return {"removals": self.removals, "change_pct": self.change_pct, "accepted": accepted, "reason": self.reason}

    @classmethod
    def covering(cls, holds: tuple[Hold, ...], *, reason: str) -> Lift:
        """The smallest lift that covers all of them."""
        changes = [hold.measured for hold in holds if hold.guard in CHANGE_GUARDS]
        removals = [int(hold.measured) for hold in holds if hold.guard is Guard.REMOVALS]
        others = {h.guard: int(h.measured) for h in holds if h.guard not in {*CHANGE_GUARDS, Guard.REMOVALS}}
        return cls(max(removals, default=None), max(changes, default=None), others, reason)

    def _allowed(self, guard: Guard) -> float | None:
        if guard is Guard.REMOVALS:
            return self.removals
        return self.change_pct if guard in CHANGE_GUARDS else self.accepted.get(guard)


@dataclass(frozen=True)
class Load:
    """A file against the edition that it would meet."""

    dataset: Dataset
    mode: Mode
    cutoff: date
    standing: pl.DataFrame
    """What stands, as `editions.read_current` gives it."""
    incoming: pl.DataFrame
    """The file's content."""
    repeats: int | None = None
    """The earlier batch whose file this is again, although another one was loaded since."""

    @cached_property
    def comparison(self) -> Comparison:
        """What the file would add, end and change."""
        return compare_edition(self.standing, self.incoming, dataset=self.dataset, mode=self.mode)


def find_holds(load: Load, *, limits: GuardLimits, catalogs: Catalogs) -> tuple[Hold, ...]:
    """Everything that holds the load back; nothing when it may go on.

    Order: that of `Guard`.
    """
    found = sorted(_iter_holds(load, limits, catalogs), key=lambda hold: list(Guard).index(hold.guard))
    return tuple(found)


def _iter_holds(load: Load, limits: GuardLimits, catalogs: Catalogs) -> Iterator[Hold]:
    if load.repeats is not None:
        yield Hold(Guard.OLDER_FILE, load.repeats, 0)
    if load.standing.is_empty():
        return
    before, after = editions_in_scope(load)
    yield from _removals(load, before, limits)
    yield from _totals(load, before, after, limits, catalogs)
    yield from _categories(before, after)
    yield from _shifts(load, limits)
    yield from _names(load, limits)


def editions_in_scope(load: Load) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What stands before and after the load, of what the file speaks of."""
    # A file that replaces is all that will stand of its scope.
    after = load.incoming if load.mode is Mode.REPLACE else _overlaid(load)
    return _in_scope(load.standing, load), _in_scope(after, load)


def _overlaid(load: Load) -> pl.DataFrame:
    return overlay_edition(load.standing, load.incoming, dataset=load.dataset, mode=load.mode, cutoff=load.cutoff)


def _in_scope(edition: pl.DataFrame, load: Load) -> pl.DataFrame:
    scope = FACTS[load.dataset].scope if load.dataset in FACTS else ()
    if not scope:
        return edition
    return edition.join(load.incoming.select(scope).unique(), on=scope, how="semi", nulls_equal=True)


def _removals(load: Load, before: pl.DataFrame, limits: GuardLimits) -> Iterator[Hold]:
    ended = load.comparison.ended.height
    if 100 * ended > limits.removals_pct * before.height:
        allowed = int(limits.removals_pct * before.height / 100)
        detail = {"scope": before.height, "percent": round(100 * ended / before.height, 2)}
        yield Hold(Guard.REMOVALS, ended, allowed, detail)


def _totals(
    load: Load, before: pl.DataFrame, after: pl.DataFrame, limits: GuardLimits, catalogs: Catalogs
) -> Iterator[Hold]:
    guards = {Quantity.AMOUNT: Guard.AMOUNT_CHANGE, Quantity.JOBS: Guard.JOBS_CHANGE}
    for quantity, guard in guards.items():
        totals = guarded_totals(before, after, load.dataset, quantity, catalogs)
        fresh = new_period_totals(load.standing, load.incoming, load.dataset, quantity, catalogs)
        totals += [total for total in fresh if _is_leap(total)]
        moved = [(total.percent, total) for total in totals if total.percent and total.percent > limits.change_pct]
        if moved:
            worst = max(percent for percent, _ in moved)
            told = [_told(total) for _, total in moved[:_EXAMPLES]]
            yield Hold(guard, worst, limits.change_pct, {"totals": told, "count": len(moved)})


def _is_leap(total: Total) -> bool:
    """Whether a total is another power of ten, as in another unit; from one period to the next less may well be so."""
    small, large = sorted((abs(total.before), abs(total.after)))
    return large >= _LEAP * small


def _told(total: Total) -> dict[str, Any]:
    return {
        "period": total.period,
        "meaning": total.meaning,
        "before": total.before,
        "after": total.after,
        "percent": total.percent,
    }


def _categories(before: pl.DataFrame, after: pl.DataFrame) -> Iterator[Hold]:
    if "category" not in before.columns:
        return
    lost = before.join(after.select("category").unique(), on="category", how="anti").group_by("category").len()
    if not lost.is_empty():
        yield Hold(Guard.CATEGORY_LOST, lost.height, 0, {"categories": dict(lost.sort("category").iter_rows())})


def _shifts(load: Load, limits: GuardLimits) -> Iterator[Hold]:
    shifts = find_shifts(
        load.standing,
        load.incoming,
        load.comparison,
        dataset=load.dataset,
        mode=load.mode,
        limit_pct=limits.shift_pct,
    )
    if shifts:
        columns = [
            {"column": s.column, "measure": str(s.measure), "difference": round(s.difference, 1)} for s in shifts
        ]
        yield Hold(Guard.SHIFTED_COLUMN, len(shifts), 0, {"columns": columns, "limit_pct": limits.shift_pct})


def _names(load: Load, limits: GuardLimits) -> Iterator[Hold]:
    """Too many taxpayers under another name.

    In the demonstration registry of 9,206 records, and in its edition of a month later, no taxpayer has two names and
    nine of 9,136 changed theirs. So one by one they are only warnings of the file's report and lines of the comparison;
    a share of them means that names and NITs no longer belong together.
    """
    if load.dataset is not Dataset.REGISTRY:
        return
    taxpayers = load.incoming["nit"].n_unique()
    allowed = max(_FEW_NAMES, int(limits.names_pct * taxpayers / 100))
    # Every other row stands with the name that it has in the file.
    names = [rows.select("nit", "name") for rows in (load.comparison.changed, load.comparison.added)]
    others = find_other_names(load.standing, pl.concat(names))
    renamed = others.get_column("nit").n_unique()
    if renamed > allowed:
        examples = others.head(_EXAMPLES).select("nit", "before", "after").to_dicts()
        yield Hold(Guard.SAME_NIT_OTHER_NAME, renamed, allowed, {"taxpayers": taxpayers, "examples": examples})
