"""What surrounds the content of every page: language links, navigation, and the release that the page was made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from flask import g, request

from api.pages.card_addresses import card_url
from api.pages.language import LANGUAGES, SOURCE, Language, page_language, page_url, same_page_in
from api.pages.opensearch import description_url
from api.pages.texts import LazyString
from api.pages.texts import lazy_gettext as _l
from api.state import absolute, app_state
from exemptions.release import Release

_OWN_SEARCH = ("home", "search")
"""Pages whose main part is the search box; the header does not repeat it there, nor on an error, which has its own."""


@dataclass(frozen=True, slots=True)
class Place:
    """A page that a list of links leads to."""

    page: str
    label: LazyString
    family: tuple[str, ...] = ()
    """The other pages that belong to it: on each of them its link is shown as the current one."""


NAVIGATION = (
    Place("search", _l("Buscar"), ("record", "taxpayer", "proof")),
    Place(
        "explore",
        _l("Explorar"),
        ("type", "category", "law", "tax", "department", "municipality", "activity"),
    ),
    Place("expenditure", _l("Gasto tributario"), ("provisions", "reconciliation", "outcomes")),
    Place("data", _l("Datos"), ("docs",)),
    Place("releases", _l("Publicaciones"), ("release", "changes", "verify", "check")),
    Place("reading", _l("Entender"), ("questions", "glossary", "methodology", "dictionary", "catalog")),
)
"""What the head of every page links; few enough for two lines on a phone. A new page adds its line here or below."""

FOOTER = (
    (
        _l("Consultar"),
        (
            Place("search", _l("Buscar por nombre o NIT")),
            Place("compare", _l("Comparar una lista"), ("compare_list",)),
            Place("explore", _l("Explorar por tipo, ley o lugar")),
            Place("pictures", _l("El registro en gráficas"), ("subject_pictures",)),
            Place("expenditure", _l("Gasto tributario")),
            Place("reconciliation", _l("Lo publicado y lo estimado")),
            Place("outcomes", _l("Lo que cuesta y lo prometido")),
            Place("releases", _l("Publicaciones y cambios")),
            Place("verify", _l("Verificar lo publicado")),
            Place("data", _l("Descargar y citar")),
            Place("docs", _l("Interfaz para programas (API)")),
        ),
    ),
    (
        _l("Entender"),
        (
            Place("reading", _l("Cómo leer el registro")),
            Place("questions", _l("Preguntas frecuentes")),
            Place("glossary", _l("Glosario")),
            Place("methodology", _l("Qué se publica y qué no")),
            Place("dictionary", _l("Qué significa cada columna")),
        ),
    ),
    (
        _l("Sobre este sitio"),
        (
            Place("about", _l("Acerca de este registro")),
            Place("scorecard", _l("Autoevaluación")),
            Place("corrections", _l("Reportar un error y ver las correcciones")),
            Place("privacy", _l("Privacidad")),
            Place("accessibility", _l("Accesibilidad")),
            Place("style", _l("Elementos de diseño")),
        ),
    ),
)
"""What the foot of every page links: sections with their title and their places."""


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    url: str
    label: str
    current: bool


@dataclass(frozen=True, slots=True)
class NavigationSection:
    """Links under a title."""

    key: str
    title: str
    entries: tuple[NavigationEntry, ...]


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """What every page tells about the release it was made from."""

    number: int
    published_at: datetime
    status_date: date
    demonstration: bool


@dataclass(frozen=True, slots=True)
class LanguageLink:
    """The page asked for, in another language."""

    url: str
    tag: str
    name: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The surroundings of one page."""

    page: str
    """Name of the page, the same in both languages; empty for an error."""
    language: Language
    other_languages: tuple[LanguageLink, ...]
    canonical: str
    """The page's one lasting address; empty without a public address, and on an error, which has none."""
    picture: str
    """The address of what messengers show beside a link to this page; empty without a public address or a release."""
    search_description: str
    """The path of the OpenSearch description; empty without a public address."""
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


def build_frame(*, canonical_query: str | None = None, is_error: bool = False) -> Frame:
    """The frame of the page of this request.

    `canonical_query` is the part of the address after `?` that the page's one lasting address keeps, and with which it
    leads to its other languages: a page that is kept for all who ask the same repeats nobody's own spelling of it. An
    error has no lasting address.
    """
    asked = urlencode(list(request.args.items(multi=True))) if canonical_query is None else canonical_query
    lasting = canonical_query or ""
    settings = app_state().settings
    endpoint = request.endpoint or ""
    language, _dot, page = endpoint.partition(".")
    if language not in LANGUAGES:
        page = ""
    release: Release | None = g.get("release")
    told = release.manifest if release is not None else {}
    told_license = told.get("license") or {}
    told_publisher = told.get("publisher") or {}
    is_told = bool(settings.base_url) and not is_error
    contact = settings.contact or told.get("contact") or ""
    return Frame(
        page=page,
        language=LANGUAGES[page_language()],
        other_languages=tuple(
            LanguageLink(_with_query(same_page_in(code), asked), other.tag, other.name)
            for code, other in LANGUAGES.items()
            if code != page_language()
        ),
        picture=_picture(page, release) if is_told and release is not None else "",
        search_description=description_url() if settings.base_url else "",
        canonical=absolute(_with_query(request.path, lasting)) if is_told else "",
        alternates=_alternates(lasting) if is_told else (),
        navigation=_entries(NAVIGATION, page),
        header_search=release is not None and page not in _OWN_SEARCH and not is_error,
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


def foot_sections(page: str) -> tuple[NavigationSection, ...]:
    """The links of the foot, as they stand on a page."""
    return tuple(
        NavigationSection(str(position), str(title), _entries(places, page))
        for position, (title, places) in enumerate(FOOTER, 1)
    )


def _entries(places: tuple[Place, ...], page: str) -> tuple[NavigationEntry, ...]:
    return tuple(
        NavigationEntry(page_url(place.page), str(place.label), page == place.page or page in place.family)
        for place in places
    )


def _picture(page: str, release: Release) -> str:
    return absolute(card_url(page, request.path, release))


def _with_query(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


def _alternates(query: str) -> tuple[tuple[str, str], ...]:
    links = [(LANGUAGES[lang].tag, absolute(_with_query(same_page_in(lang), query))) for lang in LANGUAGES]
    return (*links, ("x-default", absolute(_with_query(same_page_in(SOURCE), query))))


def _contact_url(contact: str) -> str:
    if contact.startswith(("https://", "http://", "mailto:")):
        return contact
    return f"mailto:{contact}" if "@" in contact and " " not in contact else ""
