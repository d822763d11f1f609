"""One official figure as a row of a table: what it is of, how much, by whom and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from api.formatting import format_whole_millions
from api.pages.estimate_words import PARTITION, figure_name, method_words, share_basis_words, share_words
from api.pages.language import page_url
from api.pages.links import Link
from api.pages.price_words import ConstantCell, constant_cell
from api.pages.texts import gettext as _
from api.pages.texts import ngettext
from api.pages.values import Reader, Shown
from exemptions.estimates import Estimate, Estimates, GroupCoverage
from exemptions.fact_codes import Partition
from exemptions.macro import Product


@dataclass(frozen=True, slots=True)
class Coverage:
    """The categories of the registry that a figure of a group is of, all of them together."""

    words: str
    categories: tuple[Link, ...]
    is_shared: bool


@dataclass(frozen=True, slots=True)
class EstimateCells:
    """One official figure in words."""

    year: int
    partition: str
    name: str
    url: str
    """What leads from the name; empty where there is nothing more to see."""
    amount: str
    """Millions of quetzales."""
    constant: ConstantCell | None
    """None where the release has no deflator at all."""
    share: Shown
    share_basis: str
    """Words beside a share that the report does not state."""
    report: str
    method: Shown
    note: str
    source_url: str
    is_latest: bool
    coverage: Coverage | None


@dataclass(frozen=True, slots=True)
class EstimateTeller:
    """Tells the figures of a release to a reader; `pin` keeps the release in the links."""

    estimates: Estimates
    product: Product
    reader: Reader
    pin: Mapping[str, str]

    def cells(self, figure: Estimate) -> EstimateCells:
        """A figure in words."""
        found = self.estimates.find_group(figure)
        share = self.product.share_of(figure)
        return EstimateCells(
            year=figure.year,
            partition=str(PARTITION[figure.partition]),
            name=figure_name(figure, self.estimates, self.reader),
            url=self._url(figure, found),
            amount=format_whole_millions(figure.amount_gtq),
            constant=constant_cell(self.product, figure.amount_gtq, figure.year),
            share=share_words(share),
            share_basis=share_basis_words(share),
            report=figure.report,
            method=method_words(figure.method_version),
            note=figure.note or "",
            source_url=figure.source_url or "",
            is_latest=self.estimates.is_latest(figure),
            coverage=None if found is None else self.coverage(found),
        )

    def coverage(self, found: GroupCoverage) -> Coverage:
        """What a group covers, in words and with the page of each category."""
        links = tuple(
            Link(self.reader.name_of("categories", code), page_url("category", code=code, **self.pin))
            for code in found.categories
        )
        return Coverage(_coverage_words(len(links)), links, found.is_shared)

    def _url(self, figure: Estimate, found: GroupCoverage | None) -> str:
        if figure.partition is Partition.TAX and figure.tax:
            return page_url("tax", code=figure.tax, **self.pin)
        return "" if found is None else page_url("expenditure", group=found.group.code, **self.pin)


def _coverage_words(count: int) -> str:
    if not count:
        return _("No corresponde a ninguna categoría del registro")
    return ngettext(
        "Corresponde a %(num)s categoría del registro",
        "Abarca %(num)s categorías del registro, todas juntas",
        count,
    )
