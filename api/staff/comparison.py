"""The pages that tell, before anybody decides, what a batch would change; of a published one, what it changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from math import ceil

import polars as pl
from flask import Response, current_app, request

from api.formatting import format_count, format_money
from api.pages.facts import value_words
from api.pages.language import page_language
from api.pages.texts import gettext as _
from api.pages.values import Reader
from api.recent import Recent
from api.staff.batch_view import BatchView, HoldView, view_batch, view_hold
from api.staff.batches import find_batch
from api.staff.blueprint import needs, render_staff, staff, staff_book
from api.staff.difference_files import stream_csv, stream_json
from api.state import app_state
from exemptions.accounts import Right
from exemptions.catalog_entries import CatalogName
from exemptions.columns import COLUMN
from exemptions.comparison import BatchComparison, Mover, batch_differences, summarise
from exemptions.datasets import Dataset
from exemptions.decisions import fingerprint_batch
from exemptions.guard_limits import GuardLimits
from exemptions.guard_texts import column_label, meaning_text
from exemptions.row_differences import Kind, told_key_of
from exemptions.totals import Quantity, Total

_ROWS_PER_PAGE = 100
_MOVERS = 10
_KEPT_BYTES = 256 * 1024**2
"""Differences that one worker keeps while people turn pages; those of a whole new registry are made anew each time."""
_EXTENSION = "staff_comparisons"


@dataclass(frozen=True, slots=True)
class Compared:
    """A batch compared, as of one fingerprint."""

    summary: BatchComparison
    differences: pl.DataFrame


@dataclass(frozen=True, slots=True)
class CategoryLine:
    code: str
    name: str
    before: int
    added: int
    ended: int
    changed: int
    after: int


@dataclass(frozen=True, slots=True)
class TotalLine:
    """A sum before and after."""

    name: str
    before: str
    after: str
    percent: str


@dataclass(frozen=True, slots=True)
class MoverLine:
    """A taxpayer whose figure moves most."""

    nit: str
    name: str
    what: str
    before: str
    after: str
    change: str


@dataclass(frozen=True, slots=True)
class FieldLine:
    """A value before and after."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class DifferenceLine:
    """A row that comes, goes or changes, with the fields that do; one at the end of a page goes on on the next."""

    kind: str
    look: str
    key: tuple[tuple[str, str], ...]
    name: str
    fields: tuple[FieldLine, ...]


@dataclass(frozen=True, slots=True)
class ComparisonPage:
    """What the page of a comparison tells."""

    batch: BatchView
    summary: BatchComparison
    touched: str
    holds: tuple[HoldView, ...]
    categories: tuple[CategoryLine, ...]
    new_categories: tuple[str, ...]
    vanished_categories: tuple[str, ...]
    fields: tuple[tuple[str, int], ...]
    totals: tuple[TotalLine, ...]
    amount_movers: tuple[MoverLine, ...]
    jobs_movers: tuple[MoverLine, ...]
    lines: tuple[DifferenceLine, ...]
    total_lines: int
    kind: str
    page: int
    pages: int


@staff.get("/lotes/<int:number>/cambios", endpoint="batch_changes")
@needs(Right.LOAD)
def show_changes(number: int) -> Response:
    """The comparison; `?que=` chooses added, ended or changed, `?pagina=` a page of the differences."""
    kind = request.args.get("que", "")
    kind = kind if kind in tuple(Kind) else ""
    asked = request.args.get("pagina", "1")
    compared = _compare(number)
    with staff_book().read() as session:
        view = view_batch(session, find_batch(session, number), holds=compared.summary.holds)
    rows = compared.differences.filter(pl.col("kind") == kind) if kind else compared.differences
    pages = max(1, ceil(rows.height / _ROWS_PER_PAGE))
    page = min(int(asked), pages) if asked.isascii() and asked.isdecimal() and 0 < len(asked) < 9 else 1
    page = max(page, 1)
    shown = rows.slice((page - 1) * _ROWS_PER_PAGE, _ROWS_PER_PAGE)
    return render_staff(
        "staff/changes.html", page=_build(view, compared.summary, shown, kind, rows.height, page, pages)
    )


@staff.get("/lotes/<int:number>/cambios.csv", endpoint="changes_csv")
@needs(Right.LOAD)
def download_csv(number: int) -> Response:
    """All differences for a spreadsheet."""
    return _download(stream_csv(_compare(number).differences), "text/csv; charset=utf-8", f"cambios-lote-{number}.csv")


@staff.get("/lotes/<int:number>/cambios.json", endpoint="changes_json")
@needs(Right.LOAD)
def download_json(number: int) -> Response:
    """All differences for programs."""
    compared = _compare(number)
    stream = stream_json(compared.differences, compared.summary.dataset)
    return _download(stream, "application/json", f"cambios-lote-{number}.json")


def register_comparisons() -> Recent[str, Compared]:
    """What the application keeps of comparisons, made at the first one."""
    kept: Recent[str, Compared] = current_app.extensions.setdefault(
        _EXTENSION,
        Recent(capacity=_KEPT_BYTES, weigh=lambda compared: int(compared.differences.estimated_size()) + 1),
    )
    return kept


def _compare(number: int) -> Compared:
    """The comparison of a batch with what it meets now."""
    kept, settings = register_comparisons(), app_state().settings
    with staff_book().read() as session:
        seen = fingerprint_batch(session, find_batch(session, number))
        found = kept.find(seen)
        if found is None:
            summary = summarise(session, settings.home, number, limits=GuardLimits.of(settings), top=_MOVERS)
            found = Compared(summary, batch_differences(session, settings.home, number))
            kept.keep(seen, found)
    return found


def _download(stream: Iterator[bytes], media_type: str, name: str) -> Response:
    response = Response(stream, content_type=media_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _build(
    batch: BatchView, summary: BatchComparison, shown: pl.DataFrame, kind: str, total: int, page: int, pages: int
) -> ComparisonPage:
    lang = page_language()
    return ComparisonPage(
        batch=batch,
        summary=summary,
        touched=f"{summary.touched_pct:g} %",
        holds=tuple(map(view_hold, summary.holds)),
        categories=tuple(
            CategoryLine(c.category, _category_name(c.category), c.before, c.added, c.ended, c.changed, c.after)
            for c in summary.categories
            if c.added or c.ended or c.changed
        ),
        new_categories=tuple(map(_category_name, summary.new_categories)),
        vanished_categories=tuple(map(_category_name, summary.vanished_categories)),
        fields=tuple((column_label(key, lang), rows) for key, rows in summary.fields),
        totals=tuple(map(_total_line, summary.totals)),
        amount_movers=tuple(_mover_line(mover, Quantity.AMOUNT) for mover in summary.amount_movers),
        jobs_movers=tuple(_mover_line(mover, Quantity.JOBS) for mover in summary.jobs_movers),
        lines=tuple(_difference_lines(shown, summary.dataset)),
        total_lines=total,
        kind=kind,
        page=page,
        pages=pages,
    )


def _category_name(code: str) -> str:
    catalogs = app_state().catalogs
    if code not in catalogs.entries(CatalogName.CATEGORIES):
        return code
    return catalogs.label(CatalogName.CATEGORIES, code, page_language())


def _total_line(total: Total) -> TotalLine:
    said = meaning_text(total.meaning, page_language())
    quantity = _("Montos") if total.quantity is Quantity.AMOUNT else _("Empleos")
    return TotalLine(
        name=" · ".join(part for part in (quantity, total.period, said) if part),
        before=_quantity(total.quantity, total.before),
        after=_quantity(total.quantity, total.after),
        percent=_("sin dato antes") if total.percent is None else f"{total.percent:g} %",
    )


def _mover_line(mover: Mover, quantity: Quantity) -> MoverLine:
    parts = (_category_name(mover.category) if mover.category else "", mover.resolution or "", mover.of)
    sign = "+" if mover.change > 0 else ""
    return MoverLine(
        nit=mover.nit or "",
        name=mover.name or "",
        what=" · ".join(part for part in parts if part),
        before=_quantity(quantity, mover.before),
        after=_quantity(quantity, mover.after),
        change=f"{sign}{_quantity(quantity, mover.change)}",
    )


def _quantity(quantity: Quantity, number: int | None) -> str:
    if number is None:
        return _("sin dato")
    return format_money(Decimal(number) / 100) if quantity is Quantity.AMOUNT else format_count(number)


def _difference_lines(shown: pl.DataFrame, dataset: Dataset) -> Iterator[DifferenceLine]:
    """The rows of a page; the fields of one stand together."""
    names = ("kind", *told_key_of(dataset))
    for _identity, rows in groupby(shown.iter_rows(named=True), key=lambda row: [row[name] for name in names]):
        yield _difference_line(list(rows), dataset)


def _told(key: str, text: str | None) -> str:
    """A value in words, a code of a catalogue with the code beside its name; empty where there is none."""
    if text is None or key not in COLUMN:
        return text or ""
    words = value_words(key, text, Reader(page_language(), app_state().catalogs))
    return f"{words} ({text})" if COLUMN[key].catalog is not None and words != text else words


def _difference_line(rows: list[dict[str, str | None]], dataset: Dataset) -> DifferenceLine:
    lang, first = page_language(), rows[0]
    words = {Kind.ADDED: (_("Alta"), "good"), Kind.ENDED: (_("Baja"), "bad"), Kind.CHANGED: (_("Cambio"), "wait")}
    word, look = words[Kind(first["kind"] or "")]
    fields = (
        FieldLine(
            column_label(row["field"], lang), _told(row["field"], row["before"]), _told(row["field"], row["after"])
        )
        for row in rows
        if row["field"] is not None
    )
    key = tuple((column_label(name, lang), value) for name in told_key_of(dataset) if (value := first[name]))
    return DifferenceLine(word, look, key, first["name"] or "", tuple(fields))
