"""Facets and sums of a query, in the words of the client's language."""

from __future__ import annotations

from collections.abc import Sequence

from api.pages.labels import choice_word
from api.pages.language import LOCALES
from api.pages.texts import in_locale
from exemptions.catalogs import Catalogs
from exemptions.filters import FILTER
from exemptions.query import RegistryQuery
from exemptions.release import Release
from exemptions.search import FacetValue, facets


def labelled_facets(
    release: Release, query: RegistryQuery, names: Sequence[str], *, lang: str
) -> dict[str, list[dict[str, object]]]:
    """The facets of those names, each value with its label in `lang`."""
    counted = facets(release, query, names) if names else {}
    # The words of codes that no catalogue names are the pages' own, which follow the locale.
    with in_locale(LOCALES[lang]):
        return {name: [_labelled(release.catalogs, name, value, lang) for value in counted[name]] for name in names}


def _labelled(catalogs: Catalogs, name: str, value: FacetValue, lang: str) -> dict[str, object]:
    catalog = FILTER[name].catalog
    label = catalogs.label(catalog, value.value, lang) if catalog else choice_word(name, value.value)
    return {"value": value.value, "label": label, "count": value.count}
