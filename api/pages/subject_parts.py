"""Parts of a subject's page that are no tables: figures, how its records are spread, ends to come, last changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from api.formatting import MILLION, format_count, format_day, format_millions, format_money
from api.pages.filter_panel import value_label, with_filter
from api.pages.labels import JOBS_KIND
from api.pages.language import page_url
from api.pages.links import search_url
from api.pages.subject_tables import percent
from api.pages.subject_words import AXIS_TITLES, KindWords
from api.pages.texts import gettext as _
from api.pages.texts import ngettext
from api.pages.values import Reader, as_day, holder_name, records_phrase
from exemptions.catalog_entries import CatalogName
from exemptions.columns import Status
from exemptions.concentration import Concentration
from exemptions.filters import FILTER, Filter
from exemptions.overview import AXES, Overview
from exemptions.query import RegistryQuery
from exemptions.release import Release
from exemptions.series import UpcomingEnds, told_jobs, told_year
from exemptions.subject_changes import ResultChanges
from exemptions.subjects import Subject, SubjectKind

_BARS = 6
"""Values of an axis that are in sight; the others are one fold away."""


@dataclass(frozen=True, slots=True)
class SubjectFigure:
    label: str
    value: str
    unit: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One value of an axis, its records, and their search."""

    name: str
    count: int
    percent: str
    url: str


@dataclass(frozen=True, slots=True)
class Axis:
    """How the records of a subject are spread over one other axis."""

    key: str
    title: str
    first: tuple[Bar, ...]
    others: tuple[Bar, ...]
    note: str


@dataclass(frozen=True, slots=True)
class EndRow:
    day: str
    name: str
    category: str
    url: str


@dataclass(frozen=True, slots=True)
class Ends:
    sentence: str
    rows: tuple[EndRow, ...]
    all_url: str


def count_active(found: Overview) -> int:
    return next((value.count for value in found.spread["status"] if value.value == Status.ACTIVE), 0)


def subject_figures(found: Overview) -> tuple[SubjectFigure, ...]:
    figures = [
        SubjectFigure(_("Beneficios"), format_count(found.records)),
        SubjectFigure(_("Contribuyentes"), format_count(found.taxpayers), note=_("Uno puede tener varios beneficios")),
        SubjectFigure(_("Vigentes"), format_count(count_active(found))),
    ]
    return (*figures, *_amount_figure(found), *_jobs_figure(found))


def _amount_figure(found: Overview) -> tuple[SubjectFigure, ...]:
    told = told_year(found.amounts)
    if told is None or told.not_paid_gtq is None:
        return ()
    label = _("Impuesto no pagado en %(year)s", year=told.year)
    exact, note = format_money(told.not_paid_gtq), _("en %(count)s", count=records_phrase(told.records))
    if abs(told.not_paid_gtq) < MILLION:
        return (SubjectFigure(label, exact, note=note),)
    return (SubjectFigure(label, format_millions(told.not_paid_gtq), _("millones"), f"{exact}, {note}"),)


def _jobs_figure(found: Overview) -> tuple[SubjectFigure, ...]:
    told = told_jobs(found.jobs)
    if told is None:
        return ()
    label = _("Empleos %(kind)s en %(year)s", kind=str(JOBS_KIND[told.kind or ""]), year=told.year)
    return (SubjectFigure(label, format_count(told.jobs), note=_("en %(count)s", count=records_phrase(told.records))),)


def unknown_jobs_words(records: int) -> str:
    if not records:
        return ""
    return ngettext(
        "%(count)s registro tiene empleos que no dicen si son proyectados o reportados; no está en la tabla.",
        "%(count)s registros tienen empleos que no dicen si son proyectados o reportados; no están en la tabla.",
        records,
        count=format_count(records),
    )


def concentration_words(found: Concentration | None) -> str:
    if found is None:
        return ""
    top = _(
        "De lo que no se pagó en %(year)s, los %(top)s contribuyentes con los montos más altos suman %(share)s",
        year=found.year,
        top=found.top_taxpayers,
        share=percent(found.top_share),
    )
    others = ngettext(
        "y el uno por ciento de los contribuyentes con monto publicado, que es %(count)s, suma %(share)s.",
        "y el uno por ciento de los contribuyentes con monto publicado, que son %(count)s, suma %(share)s.",
        found.percent_taxpayers,
        count=format_count(found.percent_taxpayers),
        share=percent(found.percent_share),
    )
    return f"{top}, {others}"


def subject_axes(
    subject: Subject, words: KindWords, query: RegistryQuery, found: Overview, reader: Reader
) -> tuple[Axis, ...]:
    left_out = {subject.kind.value, *words.without}
    axes = (_axis(subject, key, query, found, reader) for key in AXES if key not in left_out)
    # One value for all of them spreads nothing.
    return tuple(axis for axis in axes if axis.first and not _covers_all(axis, found))


def _covers_all(axis: Axis, found: Overview) -> bool:
    return len(axis.first) == 1 and axis.first[0].count == found.records


def _axis(subject: Subject, key: str, query: RegistryQuery, found: Overview, reader: Reader) -> Axis:
    spec = FILTER[key]
    # An axis ignores its own filter, and only a law's page filters by an axis that it shows.
    own: Sequence[str] = getattr(query, key)
    values = [value for value in found.spread[key] if not own or value.value in own]
    bars = [
        Bar(
            _value_name(subject, spec, value.value, reader),
            value.count,
            f"{100 * value.count / found.records:.1f}",
            search_url(with_filter(query, key, (value.value,))),
        )
        for value in values
    ]
    shown = len(bars) if len(bars) <= _BARS + 1 else _BARS
    return Axis(
        key=key,
        title=str(AXIS_TITLES[key]),
        first=tuple(bars[:shown]),
        others=tuple(bars[shown:]),
        note=_axis_note(key, found.records - sum(value.count for value in values)),
    )


def _value_name(subject: Subject, spec: Filter, code: str, reader: Reader) -> str:
    """The value as people call it; on its department's page a municipality needs no department beside it."""
    if subject.kind is SubjectKind.DEPARTMENT and spec.catalog is CatalogName.MUNICIPALITIES:
        return reader.name_of(spec.catalog.value, code)
    return value_label(spec, code, reader)


def _axis_note(key: str, missing: int) -> str:
    if key == "tax":
        return _("Un beneficio cubre por lo común varios impuestos, así que las cuentas suman más que los registros.")
    if missing <= 0:
        return ""
    return ngettext(
        "%(count)s registro no tiene este dato publicado.",
        "%(count)s registros no tienen este dato publicado.",
        missing,
        count=format_count(missing),
    )


def subject_ends(
    release: Release, query: RegistryQuery, ends: UpcomingEnds, reader: Reader, pin: Mapping[str, object]
) -> Ends | None:
    if not ends.total:
        return None
    fields = ["record_id", "name", "category", "category_name", "valid_until"]
    rows = tuple(
        EndRow(
            format_day(as_day(item["valid_until"]), reader.lang),
            holder_name(item),
            reader.name_of("categories", item["category"], item["category_name"]),
            page_url("record", record_id=item["record_id"], **pin),
        )
        for item in release.to_items(ends.rows, fields)
    )
    sentence = ngettext(
        "%(count)s beneficio llega a su último día entre el %(first)s y el %(last)s.",
        "%(count)s beneficios llegan a su último día entre el %(first)s y el %(last)s.",
        ends.total,
        count=format_count(ends.total),
        first=format_day(ends.first, reader.lang),
        last=format_day(ends.last, reader.lang),
    )
    all_query = replace(
        query,
        status=(Status.ACTIVE.value, Status.PENDING.value, Status.SUSPENDED.value),
        valid_until_min=ends.first,
        valid_until_max=ends.last,
        sort="valid_until",
    )
    return Ends(sentence, rows, search_url(all_query) if ends.total > len(rows) else "")


def changes_words(changes: ResultChanges | None, release: Release) -> str:
    if changes is None:
        return _("La publicación %(number)s es la primera: todos sus registros son nuevos.", number=release.number)
    if not changes.added and not changes.changed and not changes.ended:
        if changes.ended is None:
            return _("No agregó ni modificó registros de aquí; cuántos retiró ya no se puede saber.")
        return _("No cambió ningún registro de aquí.")
    parts = [
        ngettext(
            "%(count)s registro nuevo", "%(count)s registros nuevos", changes.added, count=format_count(changes.added)
        ),
        ngettext("%(count)s modificado", "%(count)s modificados", changes.changed, count=format_count(changes.changed)),
        _("los retirados ya no se pueden contar")
        if changes.ended is None
        else ngettext("%(count)s retirado", "%(count)s retirados", changes.ended, count=format_count(changes.ended)),
    ]
    return _("Respecto de la anterior: %(parts)s.", parts=", ".join(parts))
