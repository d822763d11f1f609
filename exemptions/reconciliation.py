"""What the published amounts sum to beside the official estimate of the same year and tax, and why they differ.

The two are never expected to be alike: one adds up taxpayers, the other estimates a whole. Every reason that can be
counted is counted; a reason is there only where the release itself shows it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from exemptions.aggregates import sums
from exemptions.columns import ValueState
from exemptions.estimates import Estimate
from exemptions.expenditure_summary import Axis, RegistrySum, SummaryRow, summarize
from exemptions.facts import quetzales
from exemptions.provisions import list_provisions
from exemptions.query import RegistryQuery
from exemptions.release import Release

_RATIO = Decimal("0.0001")
_CELLS = "withheld_cells"


class ReasonKind(StrEnum):
    """Why the two figures of a line differ."""

    NOT_INDIVIDUALISED = "not_individualised"
    """Treatments of this tax that exempt operations: nobody is registered for them, and the estimate counts them."""
    WITHHELD = "withheld"
    """Amounts of this tax and year that the policy withholds, in the cells that the release tells of them; of a release
    without cells the records that cover the tax and whose amount is withheld, of whatever year."""
    SUSPENSION_NOT_COUNTED = "suspension_not_counted"
    """What was suspended or paid back in this year is not tax not paid."""
    DIFFERENT_CONCEPT = "different_concept"
    """The official figure is a model's estimate by a method of its own."""
    MISSING = "missing"
    """Records that cover this tax, were in force at the end of the year and report no amount at all."""
    TAX_NOT_TOLD = "tax_not_told"
    """Amounts of this year that were stated for all taxes together, so that no tax's sum has them."""
    TAX_NOT_ESTIMATED = "tax_not_estimated"
    """Published amounts of taxes that the reports of this year have no figure of; they are in the year's sum."""


class NoRatio(StrEnum):
    """Why a line has no ratio."""

    NO_ESTIMATE = "no_estimate"
    NO_AMOUNT = "no_amount"
    WITHHELD = "withheld"
    """No amount is published, and some are withheld."""
    ZERO = "zero"


class Unit(StrEnum):
    """What a reason counts."""

    RECORDS = "records"
    TREATMENTS = "treatments"
    TAXPAYERS = "taxpayers"
    """Each once to a category: who is in two is counted twice."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason, with what can be counted of it."""

    kind: ReasonKind
    count: int | None = None
    amount_gtq: Decimal | None = None
    unit: Unit = Unit.RECORDS
    cells: int | None = None
    """Cells of withheld amounts, and of them those whose sum is not told; None where the reason has no cells."""
    untold_cells: int | None = None


@dataclass(frozen=True, slots=True)
class ReconciliationLine:
    """One tax in one year; without a tax, all of them together."""

    year: int
    tax: str | None
    registry: RegistrySum | None
    official: Estimate | None
    ratio: Decimal | None
    """Published amounts to official estimate, four decimals."""
    no_ratio: NoRatio | None
    reasons: tuple[Reason, ...]


def reconcile(release: Release) -> tuple[ReconciliationLine, ...]:
    """Every year and tax that a published amount or an official figure tells of.

    Order: latest year first; all taxes together, then each tax in the catalogue's order.
    Raises: ReleaseDamaged.
    """
    lines: tuple[ReconciliationLine, ...] = release.answers.get("reconciliation", lambda: tuple(_reconcile(release)))
    return lines


def _reconcile(release: Release) -> Iterator[ReconciliationLine]:
    by_tax = summarize(release, Axis.TAX)
    not_told = {row.year: row.registry for row in by_tax if row.code is None and row.registry is not None}
    outside = _not_estimated(by_tax)
    apart = _Apart(release)
    places = {tax: place for place, tax in enumerate(release.catalogs.taxes)}
    rows = [*summarize(release, Axis.YEAR), *(row for row in by_tax if row.code is not None)]
    rows += _withheld_alone(apart, rows)
    for row in sorted(rows, key=lambda row: (-row.year, places.get(row.code or "", -1))):
        if row.axis is Axis.TAX:
            own = _told_apart(ReasonKind.TAX_NOT_TOLD, not_told.get(row.year))
        else:
            own = outside.get(row.year, ())
        yield _line(apart, row, own)


def _withheld_alone(apart: _Apart, rows: Sequence[SummaryRow]) -> list[SummaryRow]:
    """The years and taxes of which everything is withheld, and no report tells."""
    known = {(row.year, row.code) for row in rows}
    return [
        SummaryRow(Axis.YEAR if tax is None else Axis.TAX, tax, year, (), None)
        for year, tax in apart.places
        if (year, tax) not in known
    ]


def _told_apart(kind: ReasonKind, registry: RegistrySum | None) -> tuple[Reason, ...]:
    if registry is None or registry.not_paid_gtq is None:
        return ()
    return (Reason(kind, registry.records, registry.not_paid_gtq),)


def _not_estimated(by_tax: Sequence[SummaryRow]) -> Mapping[int, tuple[Reason, ...]]:
    """For each year whose reports tell of taxes, the amounts of the taxes that they do not tell of."""
    estimated = {row.year for row in by_tax if row.official}
    sums_of: defaultdict[int, list[Decimal]] = defaultdict(list)
    for row in by_tax:
        known = row.registry.not_paid_gtq if row.registry is not None else None
        if row.year in estimated and row.code is not None and not row.official and known is not None:
            sums_of[row.year].append(known)
    return {
        year: (Reason(ReasonKind.TAX_NOT_ESTIMATED, None, sum(amounts, Decimal(0))),)
        for year, amounts in sums_of.items()
    }


def _line(apart: _Apart, row: SummaryRow, own: tuple[Reason, ...]) -> ReconciliationLine:
    official = row.official[0].estimate if row.official else None
    withheld = apart.withheld(row.year, row.code)
    ratio = _ratio(row.registry, official, is_withheld=withheld is not None)
    missing = apart.missing(row.year, row.code)
    return ReconciliationLine(
        year=row.year,
        tax=row.code,
        registry=row.registry,
        official=official,
        ratio=ratio if isinstance(ratio, Decimal) else None,
        no_ratio=ratio if isinstance(ratio, NoRatio) else None,
        reasons=(
            *_some(apart.not_individualised(row.code)),
            *_some(withheld),
            *_of_figures(row.registry, official),
            *_some(missing),
            *own,
        ),
    )


def _ratio(registry: RegistrySum | None, official: Estimate | None, *, is_withheld: bool) -> Decimal | NoRatio:
    if official is None:
        return NoRatio.NO_ESTIMATE
    if registry is None or registry.not_paid_gtq is None:
        return NoRatio.WITHHELD if is_withheld else NoRatio.NO_AMOUNT
    if official.amount_gtq == 0 or registry.not_paid_gtq == 0:
        return NoRatio.ZERO
    return (registry.not_paid_gtq / official.amount_gtq).quantize(_RATIO)


def _some(reason: Reason | None) -> tuple[Reason, ...]:
    return () if reason is None else (reason,)


def _of_figures(registry: RegistrySum | None, official: Estimate | None) -> Iterator[Reason]:
    if registry is not None and registry.deferred_gtq is not None:
        yield Reason(ReasonKind.SUSPENSION_NOT_COUNTED, registry.deferred_records, registry.deferred_gtq)
    if official is not None:
        yield Reason(ReasonKind.DIFFERENT_CONCEPT, None, official.amount_gtq)


class _Apart:
    """What a release tells of amounts that no sum of it can have."""

    def __init__(self, release: Release) -> None:
        self._release = release
        self._objective = Counter(
            one.tax for one in list_provisions(release.catalogs) if not one.has_registered_beneficiaries
        )
        self._cells = _cells_by_place(release) if release.has_fact_table(_CELLS) else None

    @property
    def places(self) -> Iterable[tuple[int, str | None]]:
        """The years and taxes that cells tell of, and each year as a whole."""
        return self._cells or ()

    def not_individualised(self, tax: str | None) -> Reason | None:
        count = self._objective[tax] if tax else self._objective.total()
        return Reason(ReasonKind.NOT_INDIVIDUALISED, count, unit=Unit.TREATMENTS) if count else None

    def withheld(self, year: int, tax: str | None) -> Reason | None:
        if self._cells is None:
            count = self._states(tax)[ValueState.WITHHELD]
            return Reason(ReasonKind.WITHHELD, count) if count else None
        cells = self._cells.get((year, tax), ())
        told = [cell for cell in cells if cell["amount_cents"] is not None]
        if not cells:
            return None
        return Reason(
            ReasonKind.WITHHELD,
            # A taxpayer stands in a cell of each of its taxes, so over all taxes they are not added.
            sum(cell["taxpayers"] for cell in told) if tax and told else None,
            quetzales(sum(cell["amount_cents"] for cell in told)) if told else None,
            Unit.TAXPAYERS,
            len(cells),
            len(cells) - len(told),
        )

    def missing(self, year: int, tax: str | None) -> Reason | None:
        day = last_day(year, self._release)
        count = self._states(tax, day)[ValueState.NOT_REPORTED]
        return Reason(ReasonKind.MISSING, count) if count else None

    def _states(self, tax: str | None, day: date | None = None) -> Mapping[str, int]:
        return sums(self._release, RegistryQuery(tax=(tax,) if tax else (), valid_on=day)).states["amount_gtq"]


def last_day(year: int, release: Release) -> date:
    """The day of a year on which its records in force are counted: its last one that had come."""
    return min(date(year, 12, 31), release.status_date)


def _cells_by_place(release: Release) -> Mapping[tuple[int, str | None], list[dict[str, Any]]]:
    """The cells of withheld amounts by year and tax, and all of a year under None."""
    found: defaultdict[tuple[int, str | None], list[dict[str, Any]]] = defaultdict(list)
    for cell in release.fact_table(_CELLS).to_pylist():
        found[cell["year"], None].append(cell)
        if cell["tax"] is not None:
            found[cell["year"], cell["tax"]].append(cell)
    return found
