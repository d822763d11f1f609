"""What surrounds the content of every page: language links, navigation, and the release that the page was made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit

from flask import g, request

from api.pages.language import LANGUAGES, page_language, page_url, same_page_in
from api.pages.texts import gettext as _
from api.state import absolute, app_state
from exemptions.release import Release

_HREFLANG = {"es": "es-GT", "en": "en"}
_OWN_SEARCH = ("home", "search")
"""Pages whose main part is the search box; the header does not repeat it there."""


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    url: str
    label: str
    current: bool


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """What every page tells about the release it was made from."""

    number: int
    published_at: datetime
    status_date: date
    demonstration: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """The surroundings of one page."""

    page: str
    """Name of the page, the same in both languages; empty for an error."""
    other_language: str
    canonical: str
    alternates: tuple[tuple[str, str], ...]
    navigation: tuple[NavigationEntry, ...]
    header_search: bool
    release: ReleaseFacts | None
    publisher: str
    publisher_url: str
    license_name: str
    license_url: str
    contact: str
    contact_url: str


def build_frame(*, canonical_query: str = "", is_error: bool = False) -> Frame:
    """The frame of the page of this request.

    `canonical_query` is the part of the address after `?` that the page's one lasting address keeps; an error has no
    lasting address.
    """
    settings = app_state().settings
    endpoint = request.endpoint or ""
    language, _dot, page = endpoint.partition(".")
    if language not in LANGUAGES:
        page = ""
    release: Release | None = g.get("release")
    told = release.manifest if release is not None else {}
    told_license = told.get("license") or {}
    told_publisher = told.get("publisher") or {}
    contact = settings.contact or told.get("contact") or ""
    return Frame(
        page=page,
        other_language=same_page_in("es" if page_language() == "en" else "en"),
        canonical="" if is_error else _address(request.path, canonical_query),
        alternates=() if is_error else _alternates(canonical_query),
        navigation=_navigation(page),
        header_search=page not in _OWN_SEARCH,
        release=_release_facts(release),
        publisher=settings.publisher or told_publisher.get("name") or "",
        publisher_url=settings.publisher_url or told_publisher.get("url") or "",
        license_name=told_license.get("name") or settings.license_name,
        license_url=told_license.get("url") or settings.license_url,
        contact=contact,
        contact_url=_contact_url(contact),
    )


def _release_facts(release: Release | None) -> ReleaseFacts | None:
    if release is None:
        return None
    return ReleaseFacts(
        number=release.number,
        published_at=release.published_at,
        status_date=release.status_date,
        demonstration=bool(release.manifest["demonstration"]),
    )


def _navigation(page: str) -> tuple[NavigationEntry, ...]:
    entries = (
        ("search", _("Buscar"), ("search", "record", "taxpayer")),
        ("data", _("Datos"), ("data",)),
        ("releases", _("Publicaciones"), ("releases", "release", "changes")),
        ("dictionary", _("Diccionario"), ("dictionary", "catalog")),
        ("methodology", _("Metodología"), ("methodology",)),
    )
    return tuple(NavigationEntry(page_url(name), label, page in family) for name, label, family in entries)


def _address(path: str, query: str) -> str:
    return absolute(f"{path}?{query}" if query else path)


def _alternates(canonical_query: str) -> tuple[tuple[str, str], ...]:
    paths = {lang: urlsplit(same_page_in(lang)).path for lang in LANGUAGES}
    links = [(_HREFLANG[lang], _address(paths[lang], canonical_query)) for lang in LANGUAGES]
    return (*links, ("x-default", _address(paths["es"], canonical_query)))


def _contact_url(contact: str) -> str:
    if contact.startswith(("https://", "http://", "mailto:")):
        return contact
    return f"mailto:{contact}" if "@" in contact and " " not in contact else ""
