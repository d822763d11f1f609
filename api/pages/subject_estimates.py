"""What the official reports estimate of a type, category, law or tax: whole groups, flagged, and nothing split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from api.pages.estimate_cells import EstimateCells, EstimateTeller
from api.pages.estimate_tables import SeriesTable, series_table
from api.pages.language import page_url
from api.pages.price_words import PriceNote, price_note
from api.pages.values import Reader
from exemptions.catalog_entries import Category
from exemptions.estimate_series import series_of_group, series_of_tax
from exemptions.estimates import Series, read_estimates
from exemptions.laws import citing_categories
from exemptions.macro import read_product
from exemptions.release import Release
from exemptions.subjects import Subject, SubjectKind


@dataclass(frozen=True, slots=True)
class SubjectEstimates:
    """The official figures that belong to a subject. Without `latest` no report tells any."""

    latest: tuple[EstimateCells, ...]
    """The newest figure of each tax or group, never to be added up."""
    series: SeriesTable | None
    """Its years, where a single thing is told."""
    prices: PriceNote
    url: str
    provisions_url: str


def subject_estimates(
    release: Release, subject: Subject, reader: Reader, pin: Mapping[str, str]
) -> SubjectEstimates | None:
    """What reports tell of a subject; None for kinds that they tell nothing of, and before any estimate."""
    estimates = read_estimates(release)
    if subject.kind not in _PARAMETERS or not estimates.all:
        return None
    teller = EstimateTeller(estimates, read_product(release), reader, pin)
    found = _series(subject, teller)
    asked = _asked(subject, reader)
    return SubjectEstimates(
        latest=tuple(teller.cells(series.points[-1]) for series in found),
        series=series_table(found[0].key, teller) if len(found) == 1 else None,
        prices=price_note(teller.product, release),
        url=page_url("expenditure", **asked, **pin),
        provisions_url=page_url("provisions", **asked, **pin),
    )


_PARAMETERS: Mapping[SubjectKind, str] = {
    SubjectKind.TYPE: "type",
    SubjectKind.CATEGORY: "category",
    SubjectKind.LAW: "category",
    SubjectKind.TAX: "tax",
}
"""Kind → the parameter that chooses its estimates; those of a law are its categories'."""


def _series(subject: Subject, teller: EstimateTeller) -> tuple[Series, ...]:
    if subject.kind is SubjectKind.TAX:
        found = [series_of_tax(teller.estimates, subject.entry.code)]
    else:
        groups = dict.fromkeys(category.expenditure_group for category in _categories(subject, teller.reader))
        found = [series_of_group(teller.estimates, group) for group in groups]
    return tuple(series for series in found if series is not None)


def _categories(subject: Subject, reader: Reader) -> tuple[Category, ...]:
    match subject.kind:
        case SubjectKind.CATEGORY:
            return (reader.catalogs.categories[subject.entry.code],)
        case SubjectKind.LAW:
            return tuple(found.category for found in citing_categories(reader.catalogs, subject.entry.code))
        case _:
            categories = reader.catalogs.categories.values()
            return tuple(one for one in categories if one.exempt_type == subject.entry.code)


def _asked(subject: Subject, reader: Reader) -> dict[str, list[str]]:
    codes = (
        [category.code for category in _categories(subject, reader)]
        if subject.kind is SubjectKind.LAW
        else [subject.entry.code]
    )
    return {_PARAMETERS[subject.kind]: codes}
