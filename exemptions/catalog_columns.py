"""The columns of the catalogues as their files have them, each field described once whatever the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from exemptions.catalog_entries import (
    CatalogName,
    ExpenditureBasis,
    Sourcing,
    TermStart,
)
from exemptions.catalog_export import catalog_fields
from exemptions.columns import Column, Kind, Permanence
from exemptions.errors import Sentence

CATALOG_TITLES: Mapping[CatalogName, Sentence] = {
    CatalogName.TYPES: Sentence("Tipos exentos", "Exempt types"),
    CatalogName.CATEGORIES: Sentence("Categorías", "Categories"),
    CatalogName.TAXES: Sentence("Impuestos", "Taxes"),
    CatalogName.MECHANISMS: Sentence("Mecanismos", "Mechanisms"),
    CatalogName.AUTHORITIES: Sentence("Autoridades", "Authorities"),
    CatalogName.DEPARTMENTS: Sentence("Departamentos", "Departments"),
    CatalogName.MUNICIPALITIES: Sentence("Municipios", "Municipalities"),
    CatalogName.ACTIVITY_SECTIONS: Sentence("Secciones de la CIIU Rev. 4", "Sections of ISIC Rev. 4"),
    CatalogName.ACTIVITY_DIVISIONS: Sentence("Divisiones de la CIIU Rev. 4", "Divisions of ISIC Rev. 4"),
    CatalogName.ACTIVITIES: Sentence("Clases de la CIIU Rev. 4", "Classes of ISIC Rev. 4"),
    CatalogName.EXPENDITURE_GROUPS: Sentence("Grupos del gasto tributario", "Tax-expenditure groups"),
    CatalogName.LAWS: Sentence("Leyes", "Laws"),
    CatalogName.RTU_PERSONERIAS: Sentence("Personerías del RTU", "Legal forms of the taxpayer registry"),
    CatalogName.SCENARIOS: Sentence("Frases de exención de las facturas", "Exemption phrases of invoices"),
}

CATALOG_SOURCE = "catalogue of the program"


def catalog_columns(name: CatalogName) -> tuple[Column, ...]:
    """The columns of a catalogue, in the order of its file."""
    return tuple(_column(key, hint) for key, hint in catalog_fields(name).items())


def _column(key: str, hint: Any) -> Column:
    label, about = _FIELDS[key]
    return Column(
        key,
        _kind(key, hint),
        key not in _ALWAYS and hint is not bool,
        label.es,
        label.en,
        about.es,
        about.en,
        CATALOG_SOURCE,
        catalog=_CATALOGS.get(key),
        choices=tuple(_CHOICES.get(key, ())),
        unit="years" if key == "term_years" else None,
    )


def _kind(key: str, hint: Any) -> Kind:
    if hint is bool:
        return Kind.BOOLEAN
    if hint in (int, int | None):
        return Kind.INTEGER
    if hint == date | None:
        return Kind.DATE
    return Kind.CODE if key in _CHOICES or key in _CATALOGS else Kind.TEXT


_ALWAYS = ("code", "name_es", "name_en")
"""Columns that no entry leaves empty."""

_CATALOGS: Mapping[str, str] = {
    "exempt_type": "types",
    "authority": "authorities",
    "expenditure_group": "expenditure_groups",
    "law": "laws",
    "tax": "taxes",
    "mechanism": "mechanisms",
    "department": "departments",
    "division": "activity_divisions",
    "section": "activity_sections",
}
"""Column → catalogue that lists its values."""

_CHOICES: Mapping[str, type[StrEnum]] = {
    "permanence": Permanence,
    "sourcing": Sourcing,
    "authority_sourcing": Sourcing,
    "term_sourcing": Sourcing,
    "term_start": TermStart,
    "basis": ExpenditureBasis,
}

_JOINED = Sentence(" Unidos por «;».", " Joined by “;”.")


def _field(es: str, en: str, about_es: str, about_en: str, *, joined: bool = False) -> tuple[Sentence, Sentence]:
    more = _JOINED if joined else Sentence("", "")
    return Sentence(es, en), Sentence(about_es + more.es, about_en + more.en)


_SOURCING = (
    "«sourced» es leído en una fuente; «memory_…» es recordado, con confianza alta, media o baja; «proposal» es de este registro.",
    "“sourced” was read in a source; “memory_…” is remembered, with high, medium or low confidence; “proposal” is this registry's.",
)

_FIELDS: Mapping[str, tuple[Sentence, Sentence]] = {
    "code": _field("Código", "Code", "Identifica la entrada en todos los archivos.", "Names the entry in every file."),
    "name_es": _field("Nombre", "Name in Spanish", "Nombre en español.", "Name in Spanish."),
    "name_en": _field("Nombre en inglés", "Name in English", "Nombre en inglés.", "Name in English."),
    "aliases": _field(
        "Otros nombres", "Other names", "Otras maneras de escribirla que se aceptan al cargar.",
        "Other ways of writing it that are accepted when loading.", joined=True,
    ),
    "sourcing": _field("Respaldo", "Backing", *_SOURCING),
    "source_note": _field("Fuente", "Source", "Dónde se leyó.", "Where it was read."),
    "rtu": _field(
        "Clases del RTU", "Classes of the taxpayer registry",
        "Códigos del Registro Tributario Unificado que le corresponden, como persona:clasificación/tipo.",
        "Codes of the unified taxpayer registry that belong to it, as person:classification/type.", joined=True,
    ),
    "exempt_type": _field("Tipo exento", "Exempt type", "Tipo que la categoría fija.", "Type that the category fixes."),
    "permanence": _field(
        "Permanencia", "Permanence", "Si el beneficio es permanente o temporal.",
        "Whether the benefit is permanent or temporary.",
    ),
    "authority": _field(
        "Autoridad", "Authority", "Institución que califica; vacía si lo da la ley.",
        "Institution that grants it; empty if the law itself does.",
    ),
    "authority_sourcing": _field("Respaldo de la autoridad", "Backing of the authority", *_SOURCING),
    "term_years": _field(
        "Plazo (años)", "Term (years)", "Plazo más largo del beneficio en el impuesto sobre la renta; vacío si la ley no lo fija.",
        "Longest term of the income-tax benefit; empty if the law sets none.",
    ),
    "term_start": _field("Comienzo del plazo", "Start of the term", "Hecho desde el que corre.", "Event from which it runs."),
    "term_sourcing": _field("Respaldo del plazo", "Backing of the term", *_SOURCING),
    "term_note_es": _field("Nota del plazo", "Note on the term, in Spanish", "Lo que hay que saber del plazo.", "What one should know of the term."),
    "term_note_en": _field("Nota del plazo, en inglés", "Note on the term", "Lo que hay que saber del plazo.", "What one should know of the term."),
    "jobs_apply": _field("Empleos", "Jobs", "Si sus beneficiarios reportan empleos.", "Whether its beneficiaries report jobs."),
    "quarterly_jobs": _field("Empleos por trimestre", "Jobs by quarter", "Si los reportan cada trimestre.", "Whether they report them every quarter."),
    "natural_persons": _field("Personas individuales", "Natural persons", "Si pueden tenerlo.", "Whether they can hold it."),
    "state_body": _field("Ente del Estado", "Body of the State", "Si sus beneficiarios son entes del Estado.", "Whether its beneficiaries are bodies of the State."),
    "fel_scenarios": _field(
        "Frases de factura", "Invoice phrases", "Frases de la factura electrónica que le corresponden.",
        "Phrases of the electronic invoice that belong to it.", joined=True,
    ),
    "expenditure_group": _field(
        "Grupo del gasto tributario", "Tax-expenditure group", "Grupo de los informes oficiales que la abarca.",
        "Group of the official reports that covers it.",
    ),
    "in_force_from": _field("En vigor desde", "In force from", "Primer día de la ley; vacío si no consta.", "First day of the law; empty if not known."),
    "in_force_until": _field("En vigor hasta", "In force until", "Último día de la ley; vacío si rige.", "Last day of the law; empty while it holds."),
    "limits_es": _field("Límites", "Limits, in Spanish", "Lo que el beneficio no cubre.", "What the benefit does not cover."),
    "limits_en": _field("Límites, en inglés", "Limits", "Lo que el beneficio no cubre.", "What the benefit does not cover."),
    "remark_es": _field("Observación", "Remark, in Spanish", "Lo que conviene saber.", "What one should know."),
    "remark_en": _field("Observación, en inglés", "Remark", "Lo que conviene saber.", "What one should know."),
    "treatments": _field(
        "Impuestos y mecanismos", "Taxes and mechanisms", "Cada impuesto con la manera en que la ley libera de él, como ISR:exencion.",
        "Each tax with the way in which the law frees from it, such as ISR:exencion.", joined=True,
    ),
    "legal_citations": _field(
        "Base legal", "Legal basis", "Leyes y artículos que dan el beneficio, como se citan.",
        "Laws and articles that grant the benefit, as they are cited.", joined=True,
    ),
    "personerias": _field(
        "Personerías", "Legal forms", "Personerías del RTU que le corresponden.",
        "Legal forms of the taxpayer registry that belong to it.", joined=True,
    ),
    "law": _field("Ley", "Law", "Ley que lo crea.", "Law that creates it."),
    "citation": _field("Cita", "Citation", "Cómo se cita la ley.", "How the law is cited."),
    "in_force": _field("En vigor", "In force", "Si el impuesto rige.", "Whether the tax is in force."),
    "description_es": _field("Qué es", "What it is, in Spanish", "Explicación.", "Explanation."),
    "description_en": _field("Qué es, en inglés", "What it is", "Explicación.", "Explanation."),
    "counts_as_not_paid": _field(
        "Cuenta como no pagado", "Counts as not paid",
        "Si sus montos son impuesto dejado de pagar; los de suspensión y devolución no lo son.",
        "Whether its amounts are tax forgone; those of suspension and drawback are not.",
    ),
    "role_es": _field("Qué hace", "What it does, in Spanish", "Su papel.", "Its part."),
    "role_en": _field("Qué hace, en inglés", "What it does", "Su papel.", "Its part."),
    "basis": _field(
        "Base", "Basis", "Cómo dividen los informes a los beneficiarios: por la Constitución o por leyes ordinarias.",
        "How the reports divide beneficiaries: by the Constitution or by ordinary laws.",
    ),
    "tax": _field("Impuesto", "Tax", "Impuesto del que libera.", "Tax that it frees from."),
    "mechanism": _field("Mecanismo", "Mechanism", "Manera en que libera; vacío si el texto no la dice.", "Way in which it frees; empty if its text does not tell."),
    "department": _field("Departamento", "Department", "Departamento al que pertenece.", "Department that it belongs to."),
    "municipality_count": _field("Municipios", "Municipalities", "Cuántos municipios tiene.", "How many municipalities it has."),
    "division": _field("División", "Division", "División a la que pertenece.", "Division that it belongs to."),
    "section": _field("Sección", "Section", "Sección a la que pertenece.", "Section that it belongs to."),
}  # fmt: skip
