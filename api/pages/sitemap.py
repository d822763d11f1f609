"""The map of the site for search engines: every lasting page, in every language, as the newest release has them.

Source: sitemaps.org protocol 0.9. A part holds at most 50,000 addresses and 50 MB.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import chain
from math import ceil
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc
from flask import Flask, Response, current_app, request, url_for

from api.conditional import Representation, answer_body
from api.pages.language import LANGUAGES
from api.parameters import refuse_parameters
from api.releases_at import current_release
from api.state import absolute, app_state
from exemptions.aggregates import facets
from exemptions.calendar import format_instant
from exemptions.catalog_entries import CatalogName
from exemptions.columns import PersonKind
from exemptions.errors import NotFound
from exemptions.query import RegistryQuery
from exemptions.release import Release
from exemptions.subjects import SubjectKind, subject_query, subject_slug

_MEDIA_TYPE = "application/xml; charset=utf-8"
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
PART_PAGES = 50_000 // len(LANGUAGES)
"""Pages of one part: each has an address in every language."""
UNLISTED = frozenset({"style"})
"""Pages whose address has no part that varies, and which are no answer to anybody's search."""

Paths = tuple[str, ...]
"""The paths of one page, one for each language."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of page: its name in the address of its parts, how many there are, and those from one up to another."""

    name: str
    count: Callable[[Release], int]
    paths: Callable[[Release, int, int], Iterable[Paths]]


def register_sitemap(app: Flask) -> None:
    """Add the index and its parts; they are made of absolute addresses, so a site needs to know its own for them."""
    app.add_url_rule("/sitemap.xml", "sitemap", answer_index)
    app.add_url_rule("/sitemap-<kind>-<int:number>.xml", "sitemap_part", answer_part)


def answer_index() -> Response:
    """The list of the parts."""
    refuse_parameters()
    release = current_release()
    return _answer(release, request.path, "sitemapindex", "sitemap", lambda: _part_paths(release))


def answer_part(kind: str, number: int) -> Response:
    """One part: the address of every page, with the moment of the release."""
    refuse_parameters()
    release = current_release()
    found = _KINDS.get(kind)
    if found is None or not 1 <= number <= _parts(found, release):
        raise NotFound("El mapa del sitio no tiene esa parte.", "The map of the site has no such part.")
    first = (number - 1) * PART_PAGES
    last = min(first + PART_PAGES, found.count(release))
    # A withdrawal takes the page of a release away, though the current one stays as it is.
    key = f"{request.path}\x00{app_state().store.published()}"
    return _answer(release, key, "urlset", "url", lambda: chain.from_iterable(found.paths(release, first, last)))


def _answer(release: Release, key: str, root: str, element: str, paths: Callable[[], Iterable[str]]) -> Response:
    representation = Representation(release, key, _MEDIA_TYPE, pinned=False, by_language=False)
    return answer_body(representation, lambda: (_write(release, root, element, paths()), ()))


def _write(release: Release, root: str, element: str, paths: Iterable[str]) -> bytes:
    base, moment = absolute(""), format_instant(release.published_at)
    lines = (f"<{element}><loc>{escape(base + path)}</loc><lastmod>{moment}</lastmod></{element}>" for path in paths)
    return "\n".join(
        ('<?xml version="1.0" encoding="UTF-8"?>', f'<{root} xmlns="{_NAMESPACE}">', *lines, f"</{root}>", "")
    ).encode()


def _parts(kind: Kind, release: Release) -> int:
    return ceil(kind.count(release) / PART_PAGES)


def _part_paths(release: Release) -> Iterator[str]:
    for kind in _KINDS.values():
        for number in range(1, _parts(kind, release) + 1):
            yield url_for("sitemap_part", kind=kind.name, number=number)


def _plain_pages() -> Iterator[str]:
    """The pages whose address has no part that varies."""
    for rule in current_app.url_map.iter_rules():
        language, _dot, page = rule.endpoint.partition(".")
        is_plain = not rule.arguments and "GET" in (rule.methods or ()) and not rule.rule.endswith(".png")
        if language == "es" and is_plain and page not in UNLISTED:
            yield page


def _pages(release: Release) -> list[Paths]:
    """The pages that are of no one record or taxpayer."""
    kept = app_state().store.published()
    return [
        *(_in_all(page) for page in sorted(_plain_pages())),
        *(_in_all("catalog", name=name.value) for name in CatalogName),
        *_subjects(release),
        *(_in_all("release", number=number) for number in kept if number <= release.number),
    ]


def _subjects(release: Release) -> Iterator[Paths]:
    """The pages of types, categories, laws, taxes, places and activities that have records."""
    plain = [kind for kind in SubjectKind if kind is not SubjectKind.LAW]
    counted = facets(release, RegistryQuery(), [kind.value for kind in plain])
    found = {kind: {entry.value for entry in counted[kind.value] if entry.count} for kind in plain}
    for kind in plain:
        yield from (_in_all(kind.value, code=code) for code in sorted(found[kind]))
    for law in release.catalogs.laws.values():
        granted = subject_query(release.catalogs, SubjectKind.LAW, law.code)
        if granted is not None and found[SubjectKind.CATEGORY] & set(granted.category):
            yield _in_all("law", slug=subject_slug(SubjectKind.LAW, law))


def _in_all(page: str, **values: Any) -> Paths:
    return tuple(url_for(f"{language}.{page}", **values) for language in LANGUAGES)


def _under(page: str, name: str, codes: Sequence[str]) -> Iterator[Paths]:
    """The paths of one page for many values of the last part of its address."""
    values: dict[str, Any] = {name: "0"}
    prefixes = [url_for(f"{language}.{page}", **values).removesuffix("0") for language in LANGUAGES]
    return (tuple(prefix + quote(code) for prefix in prefixes) for code in codes)


def _legal_records(release: Release) -> pa.Array:
    """The rows of legal persons. Of natural persons nobody is led to a page by name."""
    return pc.indices_nonzero(pc.equal(release.records.column("person_kind"), PersonKind.LEGAL.value))


def _record_paths(release: Release, first: int, last: int) -> Iterator[Paths]:
    rows = _legal_records(release).slice(first, last - first)
    return _under("record", "record_id", release.records.column("record_id").take(rows).to_pylist())


def _taxpayers(release: Release) -> pa.Array:
    """Every published NIT once, ascending."""
    return pc.unique(release.records.column("nit").take(release.rows_by_nit))


def _taxpayer_paths(release: Release, first: int, last: int) -> Iterator[Paths]:
    return _under("taxpayer", "nit", _taxpayers(release).slice(first, last - first).to_pylist())


_KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("pages", lambda release: len(_pages(release)), lambda release, first, last: _pages(release)[first:last]),
        Kind("records", lambda release: len(_legal_records(release)), _record_paths),
        Kind("taxpayers", lambda release: len(_taxpayers(release)), _taxpayer_paths),
    )
}
