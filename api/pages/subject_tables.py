"""The figures of a subject as tables: amounts and jobs by year, the largest taxpayers, first and last days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from api.formatting import NO_BREAK, format_count, format_money, format_percent
from api.pages.labels import JOBS_KIND
from api.pages.language import page_url
from api.pages.sums import year_words
from api.pages.texts import gettext as _
from api.pages.values import Reader, holder_name
from exemptions.columns import JobsKind
from exemptions.rankings import Measure, Ranking
from exemptions.series import AmountYear, JobsYear, Terms

_NOTHING = "—"
_LEAST_SHARE = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class AmountYearRow:
    """Tax not paid in one year, and apart from it what was only suspended or paid back."""

    year: str
    not_paid: str
    records: int
    deferred: str
    deferred_records: int


@dataclass(frozen=True, slots=True)
class AmountLineRow:
    year: str
    tax: str
    mechanism: str
    amount: str
    records: str


@dataclass(frozen=True, slots=True)
class JobsYearRow:
    """One year: what was promised beside what was reported."""

    year: str
    projected: str
    projected_records: int
    reported: str
    reported_records: int


@dataclass(frozen=True, slots=True)
class RankingRow:
    place: int
    name: str
    url: str
    value: str
    share: str


@dataclass(frozen=True, slots=True)
class RankingTable:
    caption: str
    value_head: str
    rows: tuple[RankingRow, ...]
    note: str
    all_url: str
    csv_url: str


@dataclass(frozen=True, slots=True)
class TermRow:
    year: str
    begun: str
    ending: str


def amount_year_rows(years: Iterable[AmountYear]) -> tuple[AmountYearRow, ...]:
    """Tax not paid by year, the latest first, with what was only suspended or paid back beside it."""
    return tuple(
        AmountYearRow(
            year_words(year.year),
            _money(year.not_paid_gtq),
            year.records,
            _money(year.deferred_gtq),
            year.deferred_records,
        )
        for year in years
    )


def amount_line_rows(years: Iterable[AmountYear], reader: Reader) -> tuple[AmountLineRow, ...]:
    """Every tax and mechanism of every year."""
    return tuple(
        AmountLineRow(
            year_words(line.year),
            reader.name_of("taxes", line.tax) if line.tax else _("todos juntos"),
            reader.name_of("mechanisms", line.mechanism) if line.mechanism else _("no indicado"),
            format_money(line.amount_gtq),
            format_count(line.records),
        )
        for year in years
        for line in year.lines
    )


def jobs_year_rows(parts: Sequence[JobsYear]) -> tuple[JobsYearRow, ...]:
    """Promised and reported jobs side by side, the latest year first; those of an unknown kind have their own line."""
    cells = {(part.year, part.kind): part for part in parts}
    rows = []
    for year in dict.fromkeys(part.year for part in parts):
        projected, reported = (cells.get((year, kind)) for kind in (JobsKind.PROJECTED, JobsKind.REPORTED))
        if projected or reported:
            rows.append(JobsYearRow(year_words(year), *_jobs(projected), *_jobs(reported)))
    return tuple(rows)


def unknown_jobs(parts: Iterable[JobsYear]) -> int:
    """How many records have jobs that do not say whether they were promised or reported."""
    return sum(part.records for part in parts if part.kind is None)


def ranking_table(
    ranking: Ranking | None, *, pin: Mapping[str, object], all_url: str, csv_url: str
) -> RankingTable | None:
    """The largest taxpayers; None where no figure is published."""
    if ranking is None:
        return None
    is_amount = ranking.measure is Measure.AMOUNT
    rows = tuple(
        RankingRow(
            place=entry.place,
            name=holder_name({"name": entry.name}),
            url=page_url("taxpayer", nit=entry.nit, **pin) if entry.nit else "",
            value=format_money(entry.value) if is_amount else format_count(int(entry.value)),
            share=percent(entry.share),
        )
        for entry in ranking.entries
    )
    told = format_count(ranking.taxpayers)
    if is_amount:
        caption = _("Los que más dejaron de pagar en %(year)s", year=ranking.year)
        note = _(
            "De %(taxpayers)s contribuyentes con monto publicado de %(year)s, que suman %(total)s.",
            taxpayers=told,
            year=ranking.year,
            total=format_money(ranking.total),
        )
    else:
        kind = str(JOBS_KIND[ranking.kind or ""])
        caption = _("Los que más empleos tienen: %(kind)s de %(year)s", kind=kind, year=ranking.year)
        note = _(
            "De %(taxpayers)s contribuyentes con empleos %(kind)s de %(year)s, que suman %(total)s. Dos beneficios de "
            "un mismo contribuyente pueden contar los mismos empleos.",
            taxpayers=told,
            kind=kind,
            year=ranking.year,
            total=format_count(int(ranking.total)),
        )
    head = _("Impuesto no pagado") if is_amount else _("Empleos")
    return RankingTable(caption, head, rows, note, all_url, csv_url)


def term_rows(terms: Terms) -> tuple[TermRow, ...]:
    """How many benefits begin and end in each year, the latest first."""
    begun = {count.year: count.records for count in terms.begun}
    ending = {count.year: count.records for count in terms.ending}
    return tuple(
        TermRow(str(year), format_count(begun.get(year, 0)), format_count(ending.get(year, 0)))
        for year in sorted(begun.keys() | ending.keys(), reverse=True)
    )


def percent(share: Decimal | None) -> str:
    """A share as a percentage with one decimal: `12.3%`; what is above nothing is never shown as nothing."""
    if share is None:
        return _NOTHING
    if 0 < share < _LEAST_SHARE:
        return f"<{NO_BREAK}{format_percent(_LEAST_SHARE)}"
    return format_percent(share)


def _money(amount: Decimal | None) -> str:
    return _NOTHING if amount is None else format_money(amount)


def _jobs(part: JobsYear | None) -> tuple[str, int]:
    return (_NOTHING, 0) if part is None else (format_count(part.jobs), part.records)
