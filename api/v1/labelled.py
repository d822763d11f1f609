"""Facets and sums of a query, in the words of the client's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from api.pages.labels import choice_word
from api.pages.language import LANGUAGES
from api.pages.texts import in_locale
from exemptions.filters import FILTER
from exemptions.query import RegistryQuery
from exemptions.release import Release
from exemptions.search import facet_counts, in_order


def labelled_facets(
    release: Release, query: RegistryQuery, names: Sequence[str], *, lang: str
) -> dict[str, list[dict[str, object]]]:
    """The facets of those names, each value with its label in `lang`."""
    counted = facet_counts(release, query, names) if names else {}
    labelled: dict[str, list[dict[str, object]]] = {}
    for name in names:
        labels = labels_of(release, name, lang)
        labelled[name] = [
            {"value": value, "label": labels[value], "count": count} for value, count in in_order(counted[name])
        ]
    return labelled


def labels_of(release: Release, name: str, lang: str) -> Mapping[str, str]:
    """The label in `lang` of every code that a facet can have."""
    labels: Mapping[str, str] = release.answers.get(("labels", name, lang), lambda: _labels(release, name, lang))
    return labels


def _labels(release: Release, name: str, lang: str) -> Mapping[str, str]:
    """The label of every code that a facet can have."""
    catalog = FILTER[name].catalog
    if catalog:
        return release.catalogs.labels(catalog, lang)
    # The words of codes that no catalogue names are the pages' own, which follow the locale.
    with in_locale(LANGUAGES[lang].locale):
        return {code: choice_word(name, code) for code in FILTER[name].choices}
