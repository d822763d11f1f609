"""The figures of bars, with their words: a result spread over the values of a filter, and its largest taxpayers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from api.charts.chart import Cell, Chart, ChartKind, Column, Unit
from api.formatting import format_count, format_percent
from api.pages.picture_subjects import Subject
from api.pages.picture_words import join_sentences, missing_words, money_unit, money_words
from api.pages.sums import excluded_words
from api.pages.texts import gettext as _
from api.pages.texts import ngettext
from api.pages.values import Reader, records_phrase, taxpayers_phrase
from exemptions.aggregates import FacetValue, facets, sums
from exemptions.matches import total
from exemptions.rankings import Measure, Ranking, rank_taxpayers
from exemptions.release import Release

_BARS = 10
"""The rest is one bar that tells how many it stands for: more would not fit a phone's screen."""


@dataclass(frozen=True, slots=True)
class _Axis:
    """A filter over whose values benefits are counted, with the words of its picture."""

    name: str
    """Of the picture."""
    facet: str
    catalog: str
    title: str
    label: str
    finding: str
    rest: Callable[[int], str]


def categories_chart(release: Release, subject: Subject, reader: Reader) -> Chart | None:
    """The benefits of a subject by category; None where it has none."""
    axis = _Axis(
        name="categorias",
        facet="category",
        catalog="categories",
        title=_("Beneficios por categoría"),
        label=_("Categoría"),
        finding=_("La categoría con más beneficios es %(name)s: %(count)s de %(records)s (%(share)s)."),
        rest=lambda count: ngettext(
            "Otra categoría", "Las otras %(count)s categorías", count, count=format_count(count)
        ),
    )
    return _count_chart(release, subject, reader, axis)


def activities_chart(release: Release, subject: Subject, reader: Reader) -> Chart | None:
    """The benefits of a subject by economic activity; None where none is published."""
    axis = _Axis(
        name="actividades",
        facet="activity",
        catalog="activities",
        title=_("Beneficios por actividad económica"),
        label=_("Actividad económica"),
        finding=_("La actividad con más beneficios es %(name)s: %(count)s de %(records)s (%(share)s)."),
        rest=lambda count: ngettext(
            "Otra actividad", "Las otras %(count)s actividades", count, count=format_count(count)
        ),
    )
    return _count_chart(release, subject, reader, axis)


def municipalities_chart(release: Release, subject: Subject, reader: Reader) -> Chart | None:
    """The benefits of a subject by municipality; None where none is published."""
    axis = _Axis(
        name="municipios",
        facet="municipality",
        catalog="municipalities",
        title=_("Beneficios por municipio"),
        label=_("Municipio"),
        finding=_("El municipio con más beneficios es %(name)s: %(count)s de %(records)s (%(share)s)."),
        rest=lambda count: ngettext(
            "Otro municipio", "Los otros %(count)s municipios", count, count=format_count(count)
        ),
    )
    return _count_chart(release, subject, reader, axis)


def largest_chart(release: Release, subject: Subject, reader: Reader) -> Chart | None:
    """The taxpayers of a subject that do not pay the most; None where no amount is published."""
    ranking = rank_taxpayers(release, subject.query, Measure.AMOUNT, limit=_BARS)
    if ranking is None:
        return None
    rest = ranking.total - sum((entry.value for entry in ranking.entries), Decimal(0))
    rows = _taxpayer_rows(ranking, rest)
    return Chart(
        name="mayores",
        kind=ChartKind.BARS,
        title=_("Quiénes no pagan más impuesto, %(year)s", year=ranking.year),
        subject=subject.name,
        finding=_largest_words(ranking),
        coverage=join_sentences(
            _(
                "Suma lo publicado de %(year)s: %(taxpayers)s.",
                year=ranking.year,
                taxpayers=taxpayers_phrase(ranking.taxpayers),
            ),
            excluded_words(sums(release, subject.query).states["amount_gtq"]),
        ),
        unit=money_unit([*(entry.value for entry in ranking.entries), rest]),
        columns=(
            Column("nit", _("NIT"), Unit.NIT),
            Column("name", _("Contribuyente"), Unit.NAME),
            Column("amount_gtq", _("Impuesto no pagado"), Unit.MONEY),
        ),
        rows=rows,
        missing=missing_words(),
        is_rest_last=len(rows) > len(ranking.entries),
    )


def _count_chart(release: Release, subject: Subject, reader: Reader, axis: _Axis) -> Chart | None:
    chosen = getattr(subject.query, axis.facet)
    counted = [
        value
        for value in facets(release, subject.query, (axis.facet,))[axis.facet]
        # The facet ignores its own filter, and a law is a choice of categories.
        if not chosen or value.value in chosen
    ]
    if not counted:
        return None
    records = total(release, subject.query)
    first = counted[0]
    told = sum(value.count for value in counted)
    rows = _rows(counted, reader, axis)
    return Chart(
        name=axis.name,
        kind=ChartKind.BARS,
        title=axis.title,
        subject=subject.name,
        finding=axis.finding
        % {
            "name": reader.name_of(axis.catalog, first.value),
            "count": format_count(first.count),
            "records": format_count(records),
            "share": format_percent(Decimal(first.count) / records),
        },
        coverage=join_sentences(
            _("Cuenta cada beneficio publicado una vez: %(count)s.", count=records_phrase(told)),
            _untold_words(records - told),
        ),
        unit=_("Número de beneficios"),
        columns=(
            Column(axis.facet, _("Código"), Unit.CODE),
            Column(f"{axis.facet}_name", axis.label, Unit.NAME),
            Column("records", _("Beneficios"), Unit.COUNT),
        ),
        rows=rows,
        missing=missing_words(),
        is_rest_last=len(rows) < len(counted),
    )


def _rows(counted: Sequence[FacetValue], reader: Reader, axis: _Axis) -> tuple[tuple[Cell, ...], ...]:
    # One more bar takes no more room than a bar that stands for one.
    shown = counted if len(counted) <= _BARS + 1 else counted[:_BARS]
    rows: list[tuple[Cell, ...]] = [
        (value.value, reader.name_of(axis.catalog, value.value), value.count) for value in shown
    ]
    rest = counted[len(shown) :]
    if rest:
        rows.append((None, axis.rest(len(rest)), sum(value.count for value in rest)))
    return tuple(rows)


def _untold_words(count: int) -> str:
    if not count:
        return ""
    return ngettext(
        "Deja fuera %(count)s que no lo tiene publicado.",
        "Deja fuera %(count)s que no lo tienen publicado.",
        count,
        count=records_phrase(count),
    )


def _taxpayer_rows(ranking: Ranking, rest: Decimal) -> tuple[tuple[Cell, ...], ...]:
    rows: list[tuple[Cell, ...]] = [
        (entry.nit, entry.name or _("Persona individual (nombre reservado)"), entry.value) for entry in ranking.entries
    ]
    others = ranking.taxpayers - len(ranking.entries)
    if others:
        words = ngettext("Otro contribuyente", "Los otros %(count)s contribuyentes", others, count=format_count(others))
        rows.append((None, words, rest))
    return tuple(rows)


def _largest_words(ranking: Ranking) -> str:
    first = ranking.entries[0]
    name = first.name or _("Persona individual (nombre reservado)")
    if first.share is None:
        return _("El mayor es %(name)s: %(amount)s.", name=name, amount=money_words(first.value))
    return _(
        "El mayor es %(name)s: %(amount)s, el %(share)s de lo publicado de %(year)s.",
        name=name,
        amount=money_words(first.value),
        share=format_percent(first.share),
        year=ranking.year,
    )
