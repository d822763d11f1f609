"""The figures of bars, with their words: a result spread over the values of one filter."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from api.charts.chart import Cell, Chart, ChartKind, Column, Unit
from api.charts.wording import share_text
from api.formatting import format_count
from api.pages.picture_subjects import Subject
from api.pages.texts import gettext as _
from api.pages.texts import ngettext
from api.pages.values import Reader, records_phrase
from exemptions.aggregates import FacetValue, facets
from exemptions.matches import total
from exemptions.release import Release

_BARS = 10
"""The rest is one bar that tells how many it stands for: more would not fit a phone's screen."""


def categories_chart(release: Release, subject: Subject, reader: Reader) -> Chart | None:
    """The benefits of a subject by category; None where it has none."""
    chosen = subject.query.category
    counted = [
        value
        for value in facets(release, subject.query, ("category",))["category"]
        # The facet ignores its own filter, and a law is a choice of categories.
        if not chosen or value.value in chosen
    ]
    if not counted:
        return None
    records = total(release, subject.query)
    first = counted[0]
    name = reader.name_of("categories", first.value)
    return Chart(
        name="categorias",
        kind=ChartKind.BARS,
        title=subject.title(_("Beneficios por categoría")),
        finding=_(
            "La categoría con más beneficios es %(name)s: %(count)s de %(records)s (%(share)s).",
            name=name,
            count=format_count(first.count),
            records=format_count(records),
            share=share_text(Decimal(first.count) / records),
        ),
        coverage=_("Cuenta cada beneficio publicado una vez: %(count)s.", count=records_phrase(records)),
        unit=_("Número de beneficios"),
        columns=(
            Column("category", _("Código"), Unit.CODE),
            Column("category_name", _("Categoría"), Unit.NAME),
            Column("records", _("Beneficios"), Unit.COUNT),
        ),
        rows=_rows(counted, reader),
        missing=_("sin dato"),
        is_rest_last=len(counted) > _BARS + 1,
    )


def _rows(counted: Sequence[FacetValue], reader: Reader) -> tuple[tuple[Cell, ...], ...]:
    # One more bar takes no more room than a bar that stands for one.
    shown = counted if len(counted) <= _BARS + 1 else counted[:_BARS]
    rows: list[tuple[Cell, ...]] = [
        (value.value, reader.name_of("categories", value.value), value.count) for value in shown
    ]
    rest = counted[len(shown) :]
    if rest:
        words = ngettext("Otra categoría", "Las otras %(count)s categorías", len(rest), count=format_count(len(rest)))
        rows.append((None, words, sum(value.count for value in rest)))
    return tuple(rows)
