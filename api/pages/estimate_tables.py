"""The tables of official estimates: a series with its breaks, a year divided in one way, and what was restated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from api.pages.estimate_cells import EstimateCells, EstimateTeller
from api.pages.estimate_words import (
    PARTITION,
    PARTITION_MEANING,
    break_words,
    change_words,
    contradiction_words,
    figure_name,
)
from exemptions.contradictions import Contradiction
from exemptions.estimates import Estimate, Restatement, SeriesKey
from exemptions.fact_codes import Partition


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """One year; `gap` stands between it and the year before in time, where the two do not compare."""

    cells: EstimateCells
    gap: str


@dataclass(frozen=True, slots=True)
class SeriesTable:
    """The latest figure of each year. Order: the newest year first."""

    title: str
    rows: tuple[SeriesRow, ...]


@dataclass(frozen=True, slots=True)
class PartRow:
    """One part with the length of its bar, in percent of the longest."""

    cells: EstimateCells
    percent: str


@dataclass(frozen=True, slots=True)
class PartitionBlock:
    """One year divided in one way. Its parts are never added to those of another block."""

    key: str
    year: int
    title: str
    about: str
    rows: tuple[PartRow, ...]
    origin: EstimateCells | None
    """The report and method, where all its figures share them."""
    contradictions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RestatementRow:
    year: int
    name: str
    before: EstimateCells
    after: EstimateCells
    change: str


@dataclass(frozen=True, slots=True)
class ContradictionRow:
    year: int
    title: str
    report: str
    words: str


def series_table(key: SeriesKey, teller: EstimateTeller) -> SeriesTable:
    """The years of one thing, with words wherever two neighbours do not compare."""
    series = teller.estimates.series(key)
    gaps = {found.after.year: break_words(found) for found in series.breaks}
    return SeriesTable(
        title=figure_name(series.points[-1], teller.estimates, teller.reader),
        rows=tuple(SeriesRow(teller.cells(point), gaps.get(point.year, "")) for point in reversed(series.points)),
    )


def partition_blocks(
    figures: Sequence[Estimate], contradictions: Iterable[Contradiction], teller: EstimateTeller
) -> tuple[PartitionBlock, ...]:
    """The figures of one year, each way of dividing on its own. Order: that of the ways; the largest part first."""
    told = tuple(contradictions)
    places = {partition: place for place, partition in enumerate(Partition)}
    ordered = sorted(figures, key=lambda one: (places[one.partition], -one.amount_gtq))
    return tuple(
        _block(partition, tuple(parts), told, teller)
        for partition, parts in groupby(ordered, key=lambda one: one.partition)
    )


def _block(
    partition: Partition, parts: tuple[Estimate, ...], told: tuple[Contradiction, ...], teller: EstimateTeller
) -> PartitionBlock:
    rows = tuple(teller.cells(part) for part in parts)
    vintages = {(part.report, part.method_version) for part in parts}
    largest = max(part.amount_gtq for part in parts)
    return PartitionBlock(
        key=partition.value,
        year=parts[0].year,
        title=str(PARTITION[partition]),
        about=str(PARTITION_MEANING[partition]),
        rows=tuple(
            PartRow(cells, f"{max(0, 100 * part.amount_gtq / largest):.1f}" if largest > 0 else "0")
            for part, cells in zip(parts, rows, strict=True)
        ),
        origin=rows[0] if len(vintages) == 1 else None,
        contradictions=tuple(
            contradiction_words(one)
            for one in told
            if one.partition is partition
            and one.year == parts[0].year
            and (one.report, one.method_version) in vintages
            and one.tax in {None if part.partition is Partition.TAX else part.tax for part in parts}
        ),
    )


def current_figures(figures: Iterable[Estimate], places: Mapping[tuple[str, str | None], int]) -> tuple[Estimate, ...]:
    """Of each thing and year the figure of the newest of the vintages at hand."""
    newest: dict[tuple[int, SeriesKey], Estimate] = {}
    for figure in sorted(figures, key=lambda one: places[one.report, one.method_version]):
        newest[figure.year, figure.series] = figure
    return tuple(newest.values())


def restatement_rows(found: Iterable[Restatement], teller: EstimateTeller) -> tuple[RestatementRow, ...]:
    """Every figure that a later report gives otherwise, with both."""
    return tuple(
        RestatementRow(
            year=one.after.year,
            name=figure_name(one.after, teller.estimates, teller.reader),
            before=teller.cells(one.before),
            after=teller.cells(one.after),
            change=change_words(one),
        )
        for one in found
    )


def contradiction_rows(found: Iterable[Contradiction], teller: EstimateTeller) -> tuple[ContradictionRow, ...]:
    """Every division whose parts do not make their whole, report by report."""
    return tuple(
        ContradictionRow(
            year=one.year,
            title=str(PARTITION[one.partition])
            if one.tax is None
            else f"{PARTITION[one.partition]} ({teller.reader.name_of('taxes', one.tax)})",
            report=one.report,
            words=contradiction_words(one),
        )
        for one in found
    )
