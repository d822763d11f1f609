"""What the published amounts sum to beside the official estimate of the same year and tax, and why they differ.

The two are never expected to be alike: one adds up taxpayers, the other estimates a whole. Every reason that can be
counted is counted; a reason is there only where the release itself shows it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from exemptions.aggregates import sums
from exemptions.columns import ValueState
from exemptions.estimates import Estimate
from exemptions.expenditure_summary import Axis, RegistrySum, SummaryRow, summarize
from exemptions.provisions import list_provisions
from exemptions.query import RegistryQuery
from exemptions.release import Release

_RATIO = Decimal("0.0001")


class ReasonKind(StrEnum):
    """Why the two figures of a line differ."""

    NOT_INDIVIDUALISED = "not_individualised"
    """Treatments of this tax that exempt operations: nobody is registered for them, and the estimate counts them."""
    WITHHELD = "withheld"
    """Records that cover this tax and whose amount is withheld, of whatever year."""
    SUSPENSION_NOT_COUNTED = "suspension_not_counted"
    """What was suspended or paid back in this year is not tax not paid."""
    DIFFERENT_CONCEPT = "different_concept"
    """The official figure is a model's estimate by a method of its own."""
    MISSING = "missing"
    """Records that cover this tax and report no amount at all."""
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


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason; `count` is of records, and of treatments where nobody is registered."""

    kind: ReasonKind
    count: int | None = None
    amount_gtq: Decimal | None = None


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


@dataclass(frozen=True, slots=True)
class Uncounted:
    """What a tax's sum cannot have, whatever the year."""

    withheld: int
    missing: int
    not_individualised: int


def reconcile(release: Release) -> tuple[ReconciliationLine, ...]:
    """Every year and tax that a published amount or an official figure tells of.

    Order: latest year first; all taxes together, then each tax in the catalogue's order.
    Raises: ReleaseDamaged.
    """
    lines: tuple[ReconciliationLine, ...] = release.answers.get("reconciliation", lambda: tuple(_reconcile(release)))
    return lines


def uncounted(release: Release) -> Mapping[str | None, Uncounted]:
    """For each tax, and for all of them together under None, what its sum cannot have.

    Raises: ReleaseDamaged.
    """
    found: Mapping[str | None, Uncounted] = release.answers.get("uncounted", lambda: _count(release))
    return found


def _reconcile(release: Release) -> Iterator[ReconciliationLine]:
    by_tax = summarize(release, Axis.TAX)
    not_told = {row.year: row.registry for row in by_tax if row.code is None and row.registry is not None}
    outside = _not_estimated(by_tax)
    places = {tax: place for place, tax in enumerate(release.catalogs.taxes)}
    rows = [*summarize(release, Axis.YEAR), *(row for row in by_tax if row.code is not None)]
    for row in sorted(rows, key=lambda row: (-row.year, places.get(row.code or "", -1))):
        if row.axis is Axis.TAX:
            own = _told_apart(ReasonKind.TAX_NOT_TOLD, not_told.get(row.year))
        else:
            own = outside.get(row.year, ())
        yield _line(release, row, own)


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


def _line(release: Release, row: SummaryRow, own: tuple[Reason, ...]) -> ReconciliationLine:
    official = row.official[0].estimate if row.official else None
    kept_apart = uncounted(release).get(row.code, Uncounted(0, 0, 0))
    ratio = _ratio(row.registry, official, kept_apart)
    return ReconciliationLine(
        year=row.year,
        tax=row.code,
        registry=row.registry,
        official=official,
        ratio=ratio if isinstance(ratio, Decimal) else None,
        no_ratio=ratio if isinstance(ratio, NoRatio) else None,
        reasons=(*_reasons(row.registry, official, kept_apart), *own),
    )


def _ratio(registry: RegistrySum | None, official: Estimate | None, apart: Uncounted) -> Decimal | NoRatio:
    if official is None:
        return NoRatio.NO_ESTIMATE
    if registry is None or registry.not_paid_gtq is None:
        return NoRatio.WITHHELD if apart.withheld else NoRatio.NO_AMOUNT
    if official.amount_gtq == 0 or registry.not_paid_gtq == 0:
        return NoRatio.ZERO
    return (registry.not_paid_gtq / official.amount_gtq).quantize(_RATIO)


def _reasons(registry: RegistrySum | None, official: Estimate | None, apart: Uncounted) -> Iterator[Reason]:
    if apart.not_individualised:
        yield Reason(ReasonKind.NOT_INDIVIDUALISED, apart.not_individualised)
    if apart.withheld:
        yield Reason(ReasonKind.WITHHELD, apart.withheld)
    if registry is not None and registry.deferred_gtq is not None:
        yield Reason(ReasonKind.SUSPENSION_NOT_COUNTED, registry.deferred_records, registry.deferred_gtq)
    if official is not None:
        yield Reason(ReasonKind.DIFFERENT_CONCEPT, None, official.amount_gtq)
    if apart.missing:
        yield Reason(ReasonKind.MISSING, apart.missing)


def _count(release: Release) -> Mapping[str | None, Uncounted]:
    objective = Counter(one.tax for one in list_provisions(release.catalogs) if not one.has_registered_beneficiaries)
    found: dict[str | None, Uncounted] = {}
    for tax in (None, *release.catalogs.taxes):
        states = sums(release, RegistryQuery(tax=(tax,) if tax else ())).states["amount_gtq"]
        found[tax] = Uncounted(
            withheld=states[ValueState.WITHHELD],
            missing=states[ValueState.NOT_REPORTED],
            not_individualised=objective[tax] if tax else objective.total(),
        )
    return found
