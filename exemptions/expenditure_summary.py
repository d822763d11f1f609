"""Tax expenditure by type, category, group, tax, year, mechanism or authority: official figures beside the registry's.

The two are different things and are never added: an estimate of a whole, and the sum of the amounts that are published
taxpayer by taxpayer. Years are never added together, nor is a group's figure divided among its categories.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import polars as pl

from exemptions.estimates import Estimate, Estimates, GroupCoverage, read_estimates
from exemptions.fact_codes import Partition
from exemptions.facts import quetzales
from exemptions.figures import amount_figures
from exemptions.query import RegistryQuery
from exemptions.release import Release


class Axis(StrEnum):
    """What the figures are told by; always year by year as well."""

    YEAR = "year"
    TAX = "tax"
    GROUP = "group"
    TYPE = "type"
    CATEGORY = "category"
    MECHANISM = "mechanism"
    AUTHORITY = "authority"


_RECORD_COLUMNS: Mapping[Axis, str] = {
    Axis.TYPE: "exempt_type",
    Axis.CATEGORY: "category",
    Axis.AUTHORITY: "authority",
}
_FIGURE_COLUMNS: Mapping[Axis, str] = {Axis.TAX: "tax", Axis.MECHANISM: "mechanism"}
OFFICIAL_AXES: tuple[Axis, ...] = (Axis.YEAR, Axis.TAX, Axis.GROUP, Axis.TYPE, Axis.CATEGORY)
"""Axes that the official reports have figures for, themselves or by a group; none tells mechanisms or authorities."""


@dataclass(frozen=True, slots=True)
class OfficialFigure:
    """An official figure of a row; with `coverage` it is of a whole group of categories, to which the row belongs."""

    estimate: Estimate
    coverage: GroupCoverage | None = None

    @property
    def is_wider(self) -> bool:
        """Whether the figure is also of categories outside the row it stands in."""
        return self.coverage is not None and self.coverage.is_shared


@dataclass(frozen=True, slots=True)
class RegistrySum:
    """What the published amounts of a row add up to; suspended and paid back apart, for they are not tax not paid."""

    not_paid_gtq: Decimal | None
    records: int
    deferred_gtq: Decimal | None
    deferred_records: int


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One value of the axis in one year; `code` is None where the amounts do not tell it, and for the year axis."""

    axis: Axis
    code: str | None
    year: int
    official: tuple[OfficialFigure, ...]
    registry: RegistrySum | None
    """None where no amount of it is published."""


def summarize(release: Release, axis: Axis, query: RegistryQuery | None = None) -> tuple[SummaryRow, ...]:
    """The official figures and the sums of the registry's amounts of `query`, side by side.

    Only the latest estimate of each thing is shown. Order: year, then code; an unknown code last.
    Raises: ReleaseDamaged.
    """
    asked = query or RegistryQuery()
    rows: tuple[SummaryRow, ...] = release.answers.get(
        ("expenditure summary", axis, asked), lambda: _summarize(release, axis, asked)
    )
    return rows


def _summarize(release: Release, axis: Axis, query: RegistryQuery) -> tuple[SummaryRow, ...]:
    official = _official(read_estimates(release), axis, release)
    registry = _registry(release, axis, query)
    places = sorted({*official, *registry}, key=lambda place: (place[1], place[0] is None, place[0] or ""))
    return tuple(
        SummaryRow(axis, code, year, tuple(official.get((code, year), ())), registry.get((code, year)))
        for code, year in places
    )


Place = tuple[str | None, int]
"""Code and year."""


def _official(estimates: Estimates, axis: Axis, release: Release) -> Mapping[Place, Sequence[OfficialFigure]]:
    found: defaultdict[Place, list[OfficialFigure]] = defaultdict(list)
    for figure in estimates.latest:
        coverage = estimates.find_group(figure)
        match axis:
            case Axis.YEAR if figure.partition is Partition.TOTAL and figure.tax is None:
                found[None, figure.year].append(OfficialFigure(figure))
            case Axis.TAX if figure.partition is Partition.TAX:
                found[figure.tax, figure.year].append(OfficialFigure(figure))
            case Axis.GROUP if coverage is not None:
                found[coverage.group.code, figure.year].append(OfficialFigure(figure, coverage))
            case Axis.CATEGORY if coverage is not None:
                for category in coverage.categories:
                    found[category, figure.year].append(OfficialFigure(figure, coverage))
            case Axis.TYPE if coverage is not None:
                for kind in dict.fromkeys(
                    release.catalogs.categories[code].exempt_type for code in coverage.categories
                ):
                    found[kind, figure.year].append(OfficialFigure(figure, coverage))
            case _:
                continue
    return found


def _registry(release: Release, axis: Axis, query: RegistryQuery) -> Mapping[Place, RegistrySum]:
    figures = amount_figures(release, query).filter(pl.col("year").is_not_null())
    coded = figures.with_columns(_codes(release, axis, figures).alias("code"))
    totals = coded.group_by("code", "year", "is_not_paid").agg(
        pl.col("cents").cast(pl.Int128).sum(), records=pl.col("row").n_unique()
    )
    parts: defaultdict[Place, dict[bool, tuple[Decimal, int]]] = defaultdict(dict)
    for code, year, is_not_paid, cents, records in totals.iter_rows():
        parts[code, year][is_not_paid] = (quetzales(cents), records)
    nothing: tuple[Decimal | None, int] = (None, 0)
    return {place: RegistrySum(*kept.get(True, nothing), *kept.get(False, nothing)) for place, kept in parts.items()}


def _codes(release: Release, axis: Axis, figures: pl.DataFrame) -> pl.Series:
    """The value of the axis for each figure."""
    if axis in _FIGURE_COLUMNS:
        return figures.get_column(_FIGURE_COLUMNS[axis]).cast(pl.String)
    if axis is Axis.YEAR:
        return pl.Series(values=[None] * figures.height, dtype=pl.String)
    name = "category" if axis is Axis.GROUP else _RECORD_COLUMNS[axis]
    values = release.records.column(name).take(figures.get_column("row").to_arrow())
    codes = pl.Series(pl.from_arrow(values)).cast(pl.String)
    if axis is Axis.GROUP:
        groups = {category.code: category.expenditure_group for category in release.catalogs.categories.values()}
        return codes.replace_strict(groups, default=None, return_dtype=pl.String)
    return codes
