"""Facts for search engines inside a page, as data that no browser runs."""

from __future__ import annotations

import json
from collections.abc import Mapping

from markupsafe import Markup

from api.pages.language import page_language
from api.releases_at import listed_with
from api.state import absolute
from exemptions.calendar import format_instant
from exemptions.release import Release
from exporters.dcat import Site
from exporters.schema_org import build_data_catalog, build_dataset

# Inside of a script nothing but its end is markup, and JSON may write any character by its number.
_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


def dataset_facts(release: Release) -> Markup:
    """The release as JSON-LD, safe inside of `<script type="application/ld+json">`."""
    return _safe(build_dataset(release.manifest, Site(absolute("")), lang=page_language()))


def catalog_facts(release: Release) -> Markup:
    """All releases that can be had, the newest first; `release` is the newest."""
    listed = [
        (entry.release, format_instant(entry.published_at))
        for entry in reversed(listed_with(release))
        if not entry.withdrawn
    ]
    return _safe(build_data_catalog(release.manifest, listed, Site(absolute("")), lang=page_language()))


def _safe(content: Mapping[str, object]) -> Markup:
    return Markup(json.dumps(content, ensure_ascii=False).translate(_ESCAPES))  # noqa: S704 - escaped for its place
