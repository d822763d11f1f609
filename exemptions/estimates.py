"""The official estimates of tax expenditure as a reader needs them.

The latest figure of each thing, what was said before, where the method changed, and parts that do not make their whole.

Partitions of a total are alternatives: nothing here adds figures of two partitions, nor of two years or vintages.
Source: the reports' own figures as loaded (domain: a report appears at the end of June and tells of the years before).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

import polars as pl

from exemptions.catalog_entries import CatalogName, ExpenditureGroup
from exemptions.catalogs import Catalogs
from exemptions.contradictions import Contradiction, find_contradictions
from exemptions.fact_codes import Partition
from exemptions.facts import quetzales
from exemptions.release import Release
from exemptions.text import fold_text


@dataclass(frozen=True, slots=True)
class Estimate:
    """One official figure. `pct_gdp` is in percent, as the report states it; None where it does not."""

    year: int
    tax: str | None
    partition: Partition
    key: str
    group: str | None
    amount_gtq: Decimal
    pct_gdp: float | None
    report: str
    method_version: str | None
    note: str | None
    source_url: str | None

    @property
    def series(self) -> SeriesKey:
        """What the figure tells of, whatever the year and the report."""
        return SeriesKey(self.partition, self.key, None if self.partition is Partition.TAX else self.tax)


@dataclass(frozen=True, slots=True, order=True)
class SeriesKey:
    """One thing that is estimated year after year; `tax` where the partition divides one tax instead of the total."""

    partition: Partition
    key: str
    tax: str | None = None


@dataclass(frozen=True, slots=True)
class Restatement:
    """A figure that a later report gives otherwise than an earlier one."""

    before: Estimate
    after: Estimate

    @property
    def difference_gtq(self) -> Decimal:
        return self.after.amount_gtq - self.before.amount_gtq

    @property
    def percent(self) -> float | None:
        """By how much it moved, in percent of before; None where before was nothing."""
        return float(100 * self.difference_gtq / self.before.amount_gtq) if self.before.amount_gtq else None


class BreakReason(StrEnum):
    """Why two neighbouring figures of a series do not compare."""

    METHOD_CHANGED = "method_changed"
    METHOD_NOT_DECLARED = "method_not_declared"
    """At least one of the two reports does not say which version of the method it used."""


@dataclass(frozen=True, slots=True)
class Break:
    """Between these two years a series is not to be connected."""

    before: Estimate
    after: Estimate
    reason: BreakReason


@dataclass(frozen=True, slots=True)
class Series:
    """The latest figure of each year.

    Order: years ascending; a year without a figure is not there and is no zero.
    """

    key: SeriesKey
    points: tuple[Estimate, ...]
    breaks: tuple[Break, ...]


@dataclass(frozen=True, slots=True)
class GroupCoverage:
    """A group of the reports and the categories of the registry it stands for, by the catalogue's crosswalk.

    A figure of a group that covers several categories is of all of them together: it is never split among them.
    """

    group: ExpenditureGroup
    categories: tuple[str, ...]

    @property
    def is_shared(self) -> bool:
        return len(self.categories) > 1


class Estimates:
    """Every estimate of a release. Made by `read_estimates`."""

    def __init__(self, figures: Sequence[Estimate], catalogs: Catalogs) -> None:
        self.all = tuple(figures)
        """As the release has them."""
        self._catalogs = catalogs
        self._coverage = _coverage(catalogs)
        self._vintages = _vintage_order(figures)
        versions: defaultdict[tuple[int, SeriesKey], list[Estimate]] = defaultdict(list)
        for figure in figures:
            versions[figure.year, figure.series].append(figure)
        self._versions: Mapping[tuple[int, SeriesKey], tuple[Estimate, ...]] = {
            key: tuple(sorted(found, key=lambda one: self._vintages[one.report, one.method_version]))
            for key, found in versions.items()
        }

    @property
    def latest(self) -> tuple[Estimate, ...]:
        """The newest figure of each thing and year. Order: year, then partition and key."""
        return tuple(found[-1] for _key, found in sorted(self._versions.items(), key=_place))

    def is_latest(self, figure: Estimate) -> bool:
        """Whether no later report gives this figure anew."""
        return self._versions[figure.year, figure.series][-1] == figure

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(sorted({figure.year for figure in self.all}))

    @property
    def reports(self) -> tuple[tuple[str, str | None], ...]:
        """Every vintage, a report and the version of its method; the oldest first."""
        return tuple(sorted(self._vintages, key=lambda vintage: self._vintages[vintage]))

    @property
    def restatements(self) -> tuple[Restatement, ...]:
        """Every figure that a later report gives otherwise, each against the one just before it.

        Order: year, then partition and key, then the reports'.
        """
        return tuple(
            Restatement(before, after)
            for _key, found in sorted(self._versions.items(), key=_place)
            for before, after in pairwise(found)
            if before.amount_gtq != after.amount_gtq
        )

    @property
    def contradictions(self) -> tuple[Contradiction, ...]:
        """What does not add up within a report. Order: year, report, partition."""
        return find_contradictions(self.all)

    def series(self, key: SeriesKey) -> Series:
        """The latest figures of one thing, with the places where they do not compare."""
        points = tuple(figure for figure in self.latest if figure.series == key)
        pairs = pairwise(points)
        return Series(key, points, tuple(found for pair in pairs if (found := _break(*pair)) is not None))

    @property
    def keys(self) -> tuple[SeriesKey, ...]:
        """Everything that is estimated, each once."""
        return tuple(sorted({figure.series for figure in self.all}, key=_key_place))

    def find_group(self, figure: Estimate) -> GroupCoverage | None:
        """The catalogue's group that a figure by beneficiary is of; None if it names none that is known."""
        if figure.partition is not Partition.BENEFICIARY:
            return None
        aliases = self._catalogs.aliases(CatalogName.EXPENDITURE_GROUPS)
        codes = (aliases.get(fold_text(text)) for text in (figure.key, figure.group or "") if text)
        code = next((code for code in codes if code is not None), None)
        return None if code is None else self._coverage[code]

    def coverage_of(self, category: str) -> GroupCoverage:
        """The group that stands for a category. Raises: KeyError for an unknown category."""
        return self._coverage[self._catalogs.categories[category].expenditure_group]

    def of_group(self, code: str) -> tuple[Estimate, ...]:
        """The latest figures of one group of beneficiaries. Order: year, tax."""
        found = [figure for figure in self.latest if (told := self.find_group(figure)) and told.group.code == code]
        return tuple(sorted(found, key=lambda one: (one.year, one.tax or "")))


def read_estimates(release: Release) -> Estimates:
    """The estimates of a release, read once."""
    found: Estimates = release.answers.get(("estimates",), lambda: _read(release))
    return found


def _read(release: Release) -> Estimates:
    frame = pl.from_arrow(release.expenditure)
    if not isinstance(frame, pl.DataFrame):
        raise TypeError("a record batch becomes a frame")
    return Estimates([_estimate(row) for row in frame.iter_rows(named=True)], release.catalogs)


def _estimate(row: Mapping[str, object]) -> Estimate:
    given = {name: value for name, value in row.items() if name not in ("amount_cents", "partition")}
    return Estimate(
        **given,  # type: ignore[arg-type]
        partition=Partition(str(row["partition"])),
        amount_gtq=quetzales(int(str(row["amount_cents"]))),
    )


def _vintage_order(figures: Sequence[Estimate]) -> Mapping[tuple[str, str | None], tuple[int, str, str]]:
    """Vintage → its place in time.

    A report tells of the years up to the one before it appeared, so the one that reaches further is the later; two that
    reach as far stand in the order of their names, which carry the year of the edition.
    """
    reach: dict[tuple[str, str | None], int] = {}
    for figure in figures:
        vintage = (figure.report, figure.method_version)
        reach[vintage] = max(figure.year, reach.get(vintage, figure.year))
    return {vintage: (year, vintage[0], vintage[1] or "") for vintage, year in reach.items()}


def _break(before: Estimate, after: Estimate) -> Break | None:
    if before.method_version is None or after.method_version is None:
        # Figures of one report are made by one method, whether it tells which or not.
        same_report = before.report == after.report and before.method_version == after.method_version
        return None if same_report else Break(before, after, BreakReason.METHOD_NOT_DECLARED)
    changed = before.method_version != after.method_version
    return Break(before, after, BreakReason.METHOD_CHANGED) if changed else None


def _coverage(catalogs: Catalogs) -> Mapping[str, GroupCoverage]:
    covered: defaultdict[str, list[str]] = defaultdict(list)
    for category in catalogs.categories.values():
        covered[category.expenditure_group].append(category.code)
    return {code: GroupCoverage(group, tuple(covered[code])) for code, group in catalogs.expenditure_groups.items()}


_PARTITION_PLACES = {partition: place for place, partition in enumerate(Partition)}


def _key_place(key: SeriesKey) -> tuple[int, str, str]:
    return _PARTITION_PLACES[key.partition], key.tax or "", key.key


def _place(item: tuple[tuple[int, SeriesKey], object]) -> tuple[int, tuple[int, str, str]]:
    (year, key), _found = item
    return year, _key_place(key)
