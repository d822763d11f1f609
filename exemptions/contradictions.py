"""What does not add up within a report: parts that do not make their whole, taxes that are more than their nature."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from exemptions.fact_codes import NATURE_TAXES, Partition
from exemptions.facts import quetzales
from exemptions.text import fold_text

if TYPE_CHECKING:
    from exemptions.estimates import Estimate

MILLION_CENTS = 10**8
"""One million quetzales: what rounding may leave between a whole and its parts."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Figures of one report that differ by more than rounding leaves.

    Without `key` they are the parts of a whole. With it, they are the taxes of a nature that together are more than the
    figure of that nature; less they may be, since not every tax need be told.
    """

    year: int
    report: str
    method_version: str | None
    partition: Partition
    tax: str | None
    """The tax whose figure is divided; None where the total is."""
    sum_gtq: Decimal
    whole_gtq: Decimal
    key: str | None = None

    @property
    def difference_gtq(self) -> Decimal:
        return self.sum_gtq - self.whole_gtq


def find_contradictions(figures: Sequence[Estimate]) -> tuple[Contradiction, ...]:
    """What does not add up, report by report. Order: year, report, partition."""
    found = (*_parts_of_wholes(figures), *_taxes_of_natures(figures))
    return tuple(sorted(found, key=lambda one: (one.year, one.report, one.partition, one.tax or "", one.key or "")))


def _parts_of_wholes(figures: Iterable[Estimate]) -> Iterator[Contradiction]:
    wholes: dict[tuple[object, ...], Decimal] = {}
    parts: defaultdict[tuple[int, str, str | None, Partition, str | None], Decimal] = defaultdict(Decimal)
    for figure in figures:
        vintage = (figure.year, figure.report, figure.method_version)
        if figure.partition is Partition.TOTAL:
            wholes[*vintage, figure.tax] = figure.amount_gtq
            continue
        if figure.partition is Partition.TAX:
            wholes.setdefault((*vintage, figure.tax), figure.amount_gtq)
            parts[*vintage, figure.partition, None] += figure.amount_gtq
        else:
            parts[*vintage, figure.partition, figure.tax] += figure.amount_gtq
    for key, total in parts.items():
        whole = wholes.get((*key[:3], key[4]))
        if whole is not None and abs(total - whole) > quetzales(MILLION_CENTS):
            yield Contradiction(*key, sum_gtq=total, whole_gtq=whole)


def _taxes_of_natures(figures: Sequence[Estimate]) -> Iterator[Contradiction]:
    nature_of = {tax: nature for nature, taxes in NATURE_TAXES.items() for tax in taxes}
    sums: defaultdict[tuple[object, ...], Decimal] = defaultdict(Decimal)
    for figure in figures:
        if figure.partition is Partition.TAX and figure.tax in nature_of:
            sums[figure.year, figure.report, figure.method_version, nature_of[figure.tax]] += figure.amount_gtq
    for figure in figures:
        if figure.partition is Partition.NATURE and figure.tax is None:
            nature = fold_text(figure.key).rpartition(" ")[2]
            total = sums.get((figure.year, figure.report, figure.method_version, nature))
            if total is not None and total - figure.amount_gtq > quetzales(MILLION_CENTS):
                yield Contradiction(
                    figure.year, figure.report, figure.method_version, Partition.NATURE, None, total,
                    figure.amount_gtq, figure.key,
                )  # fmt: skip
