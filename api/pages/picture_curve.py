"""The figures of the concentration curve, with their words."""

from __future__ import annotations

from decimal import Decimal

from api.charts.chart import Chart, ChartKind, Column, Mark, Unit
from api.formatting import format_count, format_percent
from api.pages.picture_subjects import Subject
from api.pages.picture_words import join_sentences, missing_words, money_words
from api.pages.sums import excluded_words
from api.pages.texts import gettext as _
from api.pages.values import Reader, taxpayers_phrase
from exemptions.aggregates import sums
from exemptions.concentration import Concentration, measure_concentration
from exemptions.release import Release


def concentration_chart(release: Release, subject: Subject, reader: Reader) -> Chart | None:
    """How far the tax not paid is that of a few; None where too few taxpayers have a published amount."""
    found = measure_concentration(release, subject.query)
    if found is None:
        return None
    shares = _shares(found)
    places = sorted(shares)
    rows = tuple((place, (Decimal(place) / found.taxpayers).quantize(_DIGITS), shares[place]) for place in places)
    return Chart(
        name="concentracion",
        kind=ChartKind.CURVE,
        title=_("Cuánto del impuesto no pagado es de unos pocos, %(year)s", year=found.year),
        subject=subject.name,
        finding=_(
            "Los %(top)s mayores contribuyentes, de %(taxpayers)s, suman el %(share)s del impuesto no pagado.",
            top=found.top_taxpayers,
            taxpayers=format_count(found.taxpayers),
            share=format_percent(found.top_share),
        ),
        coverage=join_sentences(
            _(
                "Reparte %(amount)s de %(taxpayers)s con monto publicado en %(year)s.",
                amount=money_words(found.total_gtq),
                taxpayers=taxpayers_phrase(found.taxpayers),
                year=found.year,
            ),
            excluded_words(sums(release, subject.query).states["amount_gtq"]),
        ),
        unit=_("Parte acumulada del impuesto no pagado"),
        columns=(
            Column("taxpayers", _("Contribuyentes"), Unit.COUNT),
            Column("taxpayers_share", _("Contribuyentes, de mayor a menor"), Unit.SHARE),
            Column("amount_share", _("Parte del impuesto no pagado"), Unit.SHARE),
        ),
        rows=rows,
        missing=missing_words(),
        marks=_marks(found, places),
        even=_("Así sería si todos dejaran de pagar lo mismo"),
    )


_DIGITS = Decimal("0.0001")


def _shares(found: Concentration) -> dict[int, Decimal]:
    """Number of taxpayers → share; the curve's own points and those that are pointed out."""
    shares = {point.taxpayers: point.share for point in found.curve}
    return shares | {found.top_taxpayers: found.top_share, found.percent_taxpayers: found.percent_share}


def _marks(found: Concentration, places: list[int]) -> tuple[Mark, ...]:
    top = Mark(
        places.index(found.top_taxpayers),
        _("Los %(top)s mayores: %(share)s", top=found.top_taxpayers, share=format_percent(found.top_share)),
    )
    if found.percent_taxpayers == found.top_taxpayers:
        return (top,)
    percent = Mark(
        places.index(found.percent_taxpayers),
        _(
            "El 1%% mayor (%(count)s): %(share)s",
            count=taxpayers_phrase(found.percent_taxpayers),
            share=format_percent(found.percent_share),
        ),
    )
    return (top, percent)
