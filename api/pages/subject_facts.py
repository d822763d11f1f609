"""What the catalogues tell of a subject: in plain words first, then with the law behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from api.formatting import format_day
from api.pages.catalogs import category_entry, sourcing_mark
from api.pages.labels import PERSON_KIND
from api.pages.language import page_url
from api.pages.links import Link
from api.pages.texts import LazyString
from api.pages.texts import gettext as _
from api.pages.texts import lazy_gettext as _l
from api.pages.values import Reader
from api.pages.written import as_written
from exemptions.catalog_entries import Category, ExemptType, Law, Municipality, Tax
from exemptions.columns import PersonKind
from exemptions.laws import LawKind, citing_categories, law_kind, law_slug, taxes_of_law
from exemptions.subjects import Subject, SubjectKind

LAW_KINDS: Mapping[LawKind, LazyString] = {
    LawKind.CONSTITUTION: _l("Constitución"),
    LawKind.DECREE: _l("Decreto del Congreso"),
    LawKind.DECREE_LAW: _l("Decreto-Ley"),
    LawKind.AGREEMENT: _l("Acuerdo Gubernativo (reglamento)"),
    LawKind.TREATY: _l("Tratado o convenio internacional"),
    LawKind.STATUTE: _l("Ley o estatuto propio de cada entidad"),
    LawKind.OTHER: _l("Otra norma"),
}


@dataclass(frozen=True, slots=True)
class SubjectFact:
    """One fact: a text, or several lines each of which may lead somewhere."""

    label: str
    lines: tuple[Link, ...]


def subject_facts(subject: Subject, reader: Reader, pin: Mapping[str, object]) -> tuple[SubjectFact, ...]:
    """The facts of a subject, those without content left out; `pin` keeps the release in the links."""
    facts = _FACTS[subject.kind](subject, reader, pin)
    return tuple(fact for fact in facts if fact.lines)


def _type_facts(subject: Subject, reader: Reader, pin: Mapping[str, object]) -> Iterable[SubjectFact]:
    kind: ExemptType = subject.entry
    own = [category for category in reader.catalogs.categories.values() if category.exempt_type == kind.code]
    laws = dict.fromkeys(line.law for category in own for line in category.legal_citations)
    return (
        SubjectFact(_("Categorías que comprende"), tuple(_category_link(category, reader, pin) for category in own)),
        SubjectFact(_("Leyes que citan"), tuple(_law_link(code, reader, pin) for code in laws)),
        SubjectFact(
            _("Códigos del Registro Tributario Unificado (RTU)"),
            tuple(_plain(_rtu(part.person, part.classification, part.name)) for part in kind.rtu),
        ),
        _backing(sourcing_mark(kind.sourcing)),
    )


def _category_facts(subject: Subject, reader: Reader, pin: Mapping[str, object]) -> Iterable[SubjectFact]:
    category: Category = subject.entry
    entry = category_entry(category, reader)
    laws = dict.fromkeys(line.law for line in category.legal_citations)
    remark = category.remark_en if reader.lang == "en" else category.remark_es
    type_page = Link(reader.name_of("types", category.exempt_type), page_url("type", code=category.exempt_type, **pin))
    return (
        SubjectFact(entry.facts[0].label, (type_page,)),
        *(SubjectFact(fact.label, (_plain(fact.value),)) for fact in entry.facts[1:]),
        SubjectFact(_("Impuestos y mecanismo"), tuple(map(_plain, entry.treatments))),
        SubjectFact(_("Base legal"), tuple(map(_plain, entry.citations))),
        SubjectFact(_("Leyes que cita"), tuple(_law_link(code, reader, pin) for code in laws)),
        SubjectFact(
            _("Códigos del Registro Tributario Unificado (RTU)"),
            tuple(_plain(_rtu(part.person, f"{part.classification}/{part.type}", part.name)) for part in category.rtu),
        ),
        SubjectFact(_("Lo que está en duda"), (_plain(remark),) if remark else ()),
        _backing(entry.mark),
    )


def _law_facts(subject: Subject, reader: Reader, pin: Mapping[str, object]) -> Iterable[SubjectFact]:
    law: Law = subject.entry
    citing = citing_categories(reader.catalogs, law.code)
    return (
        SubjectFact(_("Se cita como"), (_plain(as_written(law.citation)),)),
        SubjectFact(_("Clase de norma"), (_plain(str(LAW_KINDS[law_kind(law)])),)),
        SubjectFact(
            _("En vigor desde"),
            (_plain(format_day(law.in_force_from, reader.lang)),) if law.in_force_from else (),
        ),
        SubjectFact(
            _("Impuestos que rige"),
            tuple(_tax_link(tax.code, reader, pin) for tax in taxes_of_law(reader.catalogs, law.code)),
        ),
        SubjectFact(
            _("Categorías cuya base legal la cita"),
            tuple(
                _category_link(found.category, reader, pin, detail="; ".join(line.citation for line in found.citations))
                for found in citing
            ),
        ),
        _backing(sourcing_mark(law.sourcing)),
    )


def _tax_facts(subject: Subject, reader: Reader, pin: Mapping[str, object]) -> Iterable[SubjectFact]:
    tax: Tax = subject.entry
    mechanisms: dict[str, int] = {}
    for category in reader.catalogs.categories.values():
        for code in {part.mechanism for part in category.treatments if part.tax == tax.code}:
            mechanisms[code] = mechanisms.get(code, 0) + 1
    return (
        SubjectFact(_("Ley"), (_law_link(tax.law, reader, pin, detail=tax.citation),) if tax.law else ()),
        SubjectFact(_("Ley"), () if tax.law else (_plain(as_written(tax.citation)),)),
        SubjectFact(_("Vigencia"), (_plain(_("vigente") if tax.in_force else _("histórico: ya no se cobra")),)),
        SubjectFact(
            _("Cómo se releva, y en cuántas categorías"),
            tuple(
                _plain(f"{reader.name_of('mechanisms', code)}: {mechanisms[code]}")
                for code in reader.catalogs.mechanisms
                if code in mechanisms
            ),
        ),
        _backing(sourcing_mark(tax.sourcing)),
    )


def _department_facts(subject: Subject, reader: Reader, pin: Mapping[str, object]) -> Iterable[SubjectFact]:
    return (
        SubjectFact(_("Código INE"), (_plain(subject.entry.code),)),
        SubjectFact(_("Municipios"), (_plain(str(subject.entry.municipality_count)),)),
    )


def _municipality_facts(subject: Subject, reader: Reader, pin: Mapping[str, object]) -> Iterable[SubjectFact]:
    place: Municipality = subject.entry
    department = Link(
        reader.name_of("departments", place.department), page_url("department", code=place.department, **pin)
    )
    return (
        SubjectFact(_("Departamento"), (department,)),
        SubjectFact(_("Código INE"), (_plain(place.code),)),
    )


def _activity_facts(subject: Subject, reader: Reader, pin: Mapping[str, object]) -> Iterable[SubjectFact]:
    catalogs = reader.catalogs
    division = catalogs.activity_divisions[subject.entry.division]
    return (
        SubjectFact(_("Clase de la CIIU Rev. 4"), (_plain(subject.entry.code),)),
        SubjectFact(
            _("División"), (_plain(f"{division.code}: {reader.name_of('activity_divisions', division.code)}"),)
        ),
        SubjectFact(
            _("Sección"), (_plain(f"{division.section}: {reader.name_of('activity_sections', division.section)}"),)
        ),
    )


_FACTS: Mapping[SubjectKind, Callable[[Subject, Reader, Mapping[str, object]], Iterable[SubjectFact]]] = {
    SubjectKind.TYPE: _type_facts,
    SubjectKind.CATEGORY: _category_facts,
    SubjectKind.LAW: _law_facts,
    SubjectKind.TAX: _tax_facts,
    SubjectKind.DEPARTMENT: _department_facts,
    SubjectKind.MUNICIPALITY: _municipality_facts,
    SubjectKind.ACTIVITY: _activity_facts,
}


def _plain(text: str) -> Link:
    return Link(text, "")


def _category_link(category: Category, reader: Reader, pin: Mapping[str, object], detail: str = "") -> Link:
    name = reader.name_of("categories", category.code)
    return Link(name, page_url("category", code=category.code, **pin), as_written(detail))


def _law_link(code: str, reader: Reader, pin: Mapping[str, object], detail: str = "") -> Link:
    law = reader.catalogs.laws[code]
    cited = detail or law.citation
    name = reader.name_of("laws", code)
    return Link(name, page_url("law", slug=law_slug(law), **pin), "" if cited == name else as_written(cited))


def _tax_link(code: str, reader: Reader, pin: Mapping[str, object]) -> Link:
    return Link(reader.name_of("taxes", code), page_url("tax", code=code, **pin))


def _rtu(person: PersonKind, codes: str, name: str) -> str:
    """A class of the taxpayer registry, whose name stays in Spanish."""
    return Markup("{}: {}, {}").format(str(PERSON_KIND[person]), codes, as_written(name))


def _backing(mark: str) -> SubjectFact:
    return SubjectFact(_("Respaldo de estos datos"), (_plain(mark),) if mark else ())
