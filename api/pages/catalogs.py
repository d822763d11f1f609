"""The pages of the catalogues: codes with their names and what else is known of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from flask import Response
from markupsafe import Markup

from api.formatting import format_count, format_day
from api.pages.blueprint import pages
from api.pages.files import table_files
from api.pages.labels import PERMANENCE, SOURCING, TERM_START
from api.pages.language import page_url
from api.pages.links import Link
from api.pages.render import Context, answer_page, answer_plain, page_reader
from api.pages.subject_links import subject_url
from api.pages.texts import gettext as _
from api.pages.texts import ngettext
from api.pages.values import Reader
from api.pages.written import as_written
from api.parameters import refuse_parameters
from api.releases_at import current_release
from api.v1.catalogs import PATH as CATALOGS_PATH
from exemptions.catalog_columns import CATALOG_TITLES
from exemptions.catalog_entries import CatalogName, Category, Entry, LegalCitation, Sourcing, TaxTreatment
from exemptions.errors import NotFound, NothingPublished
from exemptions.subjects import CATALOG_OF, SubjectKind, subject_slug

_SUBJECTS: Mapping[CatalogName, SubjectKind] = {catalog: kind for kind, catalog in CATALOG_OF.items()}
"""Catalogue → the kind of page that each of its entries has."""


@dataclass(frozen=True, slots=True)
class CatalogRow:
    """One entry: its code, its name, and what the catalogue's other columns tell."""

    code: str
    name: str
    url: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CategoryFact:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class CategoryEntry:
    """One category with its law, taxes, authority and term."""

    code: str
    name: str
    mark: str
    facts: tuple[CategoryFact, ...]
    treatments: tuple[str, ...]
    citations: tuple[str, ...]
    url: str


@dataclass(frozen=True, slots=True)
class CatalogPage:
    """What the page of a catalogue tells."""

    name: str
    summary: str
    downloads: tuple[Link, ...]
    heads: tuple[str, ...] = ()
    rows: tuple[CatalogRow, ...] = ()
    categories: tuple[CategoryEntry, ...] = ()


@pages.get("/diccionario/<name>", endpoint="catalog")
def show_catalog(name: str) -> Response:
    """One catalogue; it needs no publication."""
    refuse_parameters()
    if name not in set(CatalogName):
        raise NotFound("No existe ese catálogo.", "There is no such catalogue.")
    catalog = CatalogName(name)
    template = "category_catalog.html" if catalog is CatalogName.CATEGORIES else "catalog.html"
    try:
        release = current_release()
    except NothingPublished:
        return answer_plain(template, _context(catalog, page_reader(), ()))
    return answer_page(
        release, template, lambda: _context(catalog, page_reader(release), [("release", str(release.number))])
    )


def _context(catalog: CatalogName, reader: Reader, pin: Iterable[tuple[str, str]]) -> Context:
    entries = reader.catalogs.entries(catalog)
    # A column that no entry fills, such as doubts about sources where there are none, only takes room.
    tells = tuple(one for one in _COLUMNS.get(catalog, ()) if any(one[1](entry, reader) for entry in entries.values()))
    is_categories = catalog is CatalogName.CATEGORIES
    return {
        "catalog": CatalogPage(
            name=CATALOG_TITLES[catalog].text(reader.lang),
            summary=ngettext(
                "%(count)s entrada.", "%(count)s entradas.", len(entries), count=format_count(len(entries))
            ),
            downloads=table_files(f"{CATALOGS_PATH}/{catalog.value}", pin, reader.lang),
            heads=(_("Código"), _("Nombre"), *(head() for head, _cell in tells)),
            rows=() if is_categories else tuple(_row(catalog, entry, reader, tells) for entry in entries.values()),
            categories=tuple(category_entry(category, reader) for category in reader.catalogs.categories.values())
            if is_categories
            else (),
        )
    }


def _row(catalog: CatalogName, entry: Entry, reader: Reader, tells: Tells) -> CatalogRow:
    kind = _SUBJECTS.get(catalog)
    if kind is not None:
        url = subject_url(kind, subject_slug(kind, entry))
    else:
        url = page_url("search", authority=entry.code) if catalog is CatalogName.AUTHORITIES else ""
    return CatalogRow(
        code=entry.code,
        name=_name(entry, reader),
        url=url,
        cells=tuple(cell(entry, reader) for _head, cell in tells),
    )


def _name(entry: Entry, reader: Reader) -> str:
    return entry.name_en if reader.lang == "en" else entry.name_es


def category_entry(category: Category, reader: Reader) -> CategoryEntry:
    """What the catalogue tells of a category, in words."""
    return CategoryEntry(
        code=category.code,
        name=_name(category, reader),
        mark=sourcing_mark(category.sourcing),
        facts=tuple(_category_facts(category, reader)),
        treatments=tuple(_treatment(part, reader) for part in category.treatments),
        citations=tuple(_citation(line, reader) for line in category.legal_citations),
        url=subject_url(SubjectKind.CATEGORY, category.code),
    )


def _category_facts(category: Category, reader: Reader) -> list[CategoryFact]:
    facts = [
        CategoryFact(_("Tipo exento"), reader.name_of("types", category.exempt_type)),
        CategoryFact(_("Permanencia"), str(PERMANENCE[category.permanence])),
        CategoryFact(_("Plazo"), term_words(category, reader)),
        CategoryFact(
            _("Autoridad que califica"),
            authority_words(category, reader),
        ),
        CategoryFact(_("Empleos"), _("se reportan") if category.jobs_apply else _("no aplican")),
        CategoryFact(_("Personas individuales"), _("pueden tenerlo") if category.natural_persons else _("no")),
    ]
    limits = category.limits_en if reader.lang == "en" else category.limits_es
    if limits:
        facts.append(CategoryFact(_("Límites"), limits))
    if category.in_force_from or category.in_force_until:
        facts.append(CategoryFact(_("Vigencia de la ley"), _in_force(category, reader)))
    return facts


def authority_words(category: Category, reader: Reader) -> str:
    """Who decides that somebody belongs to it."""
    return reader.name_of("authorities", category.authority) if category.authority else _("ninguna: lo da la ley")


def term_words(category: Category, reader: Reader) -> str:
    """How long its benefit lasts."""
    note = category.term_note_en if reader.lang == "en" else category.term_note_es
    parts = []
    if category.term_years is not None:
        years = ngettext("hasta %(num)s año", "hasta %(num)s años", category.term_years)
        parts.append(f"{years}, {TERM_START[category.term_start]}")
    elif not note:
        parts.append(_("sin plazo"))
    return ". ".join([*parts, note] if note else parts)


def _in_force(category: Category, reader: Reader) -> str:
    days = (category.in_force_from, category.in_force_until)
    first, last = (format_day(day, reader.lang) if day else "" for day in days)
    if first and last:
        return _("del %(first)s al %(last)s", first=first, last=last)
    return _("desde el %(first)s", first=first) if first else _("hasta el %(last)s", last=last)


def _treatment(part: TaxTreatment, reader: Reader) -> str:
    words = f"{reader.name_of('taxes', part.tax)}: {reader.name_of('mechanisms', part.mechanism).lower()}"
    return _with_notes(words, part.note_en if reader.lang == "en" else part.note_es, part.sourcing)


def _citation(line: LegalCitation, reader: Reader) -> str:
    return _with_notes(as_written(line.citation), line.note_en if reader.lang == "en" else line.note_es, line.sourcing)


def _with_notes(words: str, note: str, sourcing: Sourcing) -> str:
    mark = sourcing_mark(sourcing)
    return Markup("; ").join(part for part in (words, note, mark) if part)


def sourcing_mark(sourcing: Sourcing) -> str:
    """How far a fact is backed, where it was not read in a source."""
    return "" if sourcing is Sourcing.SOURCED else str(SOURCING[sourcing])


Cell = Callable[[Entry, Reader], str]
Head = Callable[[], str]
Tells = tuple[tuple[Head, Cell], ...]


def _cited(entry: Entry, reader: Reader) -> str:
    """The citation of a law, which is its name and stays in Spanish."""
    return as_written(getattr(entry, "citation"))  # noqa: B009


def _attribute(spanish: str, english: str) -> Cell:
    return lambda entry, reader: str(getattr(entry, english if reader.lang == "en" else spanish) or "")


def _code_of(attribute: str, catalog: CatalogName) -> Cell:
    def cell(entry: Entry, reader: Reader) -> str:
        code = getattr(entry, attribute)
        return reader.name_of(catalog.value, code) if code else ""

    return cell


def _sourcing_cell(entry: Entry, reader: Reader) -> str:
    return sourcing_mark(getattr(entry, "sourcing"))  # noqa: B009


_COLUMNS: Mapping[CatalogName, Tells] = {
    CatalogName.TYPES: ((lambda: _("Respaldo"), _sourcing_cell),),
    CatalogName.TAXES: (
        (lambda: _("Ley"), _cited),
        (lambda: _("Respaldo"), _sourcing_cell),
    ),
    CatalogName.MECHANISMS: (
        (lambda: _("Qué es"), _attribute("description_es", "description_en")),
        (lambda: _("Respaldo"), _sourcing_cell),
    ),
    CatalogName.AUTHORITIES: (
        (lambda: _("Qué hace"), _attribute("role_es", "role_en")),
        (lambda: _("Respaldo"), _sourcing_cell),
    ),
    CatalogName.LAWS: (
        (lambda: _("Cita"), _cited),
        (lambda: _("Respaldo"), _sourcing_cell),
    ),
    CatalogName.MUNICIPALITIES: ((lambda: _("Departamento"), _code_of("department", CatalogName.DEPARTMENTS)),),
    CatalogName.ACTIVITIES: ((lambda: _("División"), _code_of("division", CatalogName.ACTIVITY_DIVISIONS)),),
    CatalogName.ACTIVITY_DIVISIONS: ((lambda: _("Sección"), _code_of("section", CatalogName.ACTIVITY_SECTIONS)),),
    CatalogName.EXPENDITURE_GROUPS: ((lambda: _("Respaldo"), _sourcing_cell),),
    CatalogName.RTU_PERSONERIAS: ((lambda: _("Respaldo"), _sourcing_cell),),
    CatalogName.SCENARIOS: (
        (lambda: _("Impuesto"), _code_of("tax", CatalogName.TAXES)),
        (lambda: _("Mecanismo"), _code_of("mechanism", CatalogName.MECHANISMS)),
        (lambda: _("Respaldo"), _sourcing_cell),
    ),
}
"""Catalogue → its further columns: heading and cell."""
