"""From the rows of the catalogue files to their entries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from exemptions.catalog_entries import (
    Activity,
    ActivityDivision,
    ActivitySection,
    Authority,
    Category,
    CategoryPersoneria,
    Department,
    Entry,
    ExemptType,
    ExpenditureBasis,
    ExpenditureGroup,
    Law,
    LegalCitation,
    Mechanism,
    Municipality,
    Personeria,
    RTUClass,
    RTUClassification,
    Sourcing,
    Tax,
    TaxTreatment,
    TermStart,
)
from exemptions.catalog_files import Faults, Row, read_rows
from exemptions.columns import Permanence, PersonKind

AnyEntry = TypeVar("AnyEntry", bound=Entry)
Part = TypeVar("Part")

_NAMES = ("code", "name_es", "name_en")
_MARKS = ("aliases", "sourcing", "source_note")


def read_types(folder: Path, faults: Faults) -> Mapping[str, ExemptType]:
    """The exempt types with their RTU classifications."""
    rtu = _parts(
        folder,
        "type_rtu",
        ("exempt_type", "person", "classification", "classification_name", "sourcing"),
        _classification,
        faults,
    )
    known = _entries(
        read_rows(folder, "types", (*_NAMES, *_MARKS), faults),
        lambda row: ExemptType(
            row.text("code"),
            row.text("name_es"),
            row.text("name_en"),
            row.items("aliases"),
            row.choice("sourcing", Sourcing),
            row.blank("source_note"),
            rtu.pop(row.text("code"), ()),
        ),
        faults,
    )
    _refuse_orphans("type_rtu.csv", rtu, faults)
    return known


def read_categories(folder: Path, faults: Faults) -> Mapping[str, Category]:
    """The categories with their taxes, laws, legal-personality types and RTU classes."""
    taxes = _parts(
        folder, "category_taxes", ("category", "tax", "mechanism", "note_es", "note_en", "sourcing"), _treatment, faults
    )
    laws = _parts(
        folder,
        "category_laws",
        ("category", "position", "law", "citation", "note_es", "note_en", "sourcing"),
        _citation,
        faults,
    )
    kinds = _parts(folder, "category_personerias", ("category", "personeria", "sourcing"), _category_personeria, faults)
    rtu = _parts(
        folder,
        "category_rtu",
        ("category", "person", "classification", "type", "type_name", "sourcing"),
        _rtu_class,
        faults,
    )
    known = _entries(
        read_rows(folder, "categories", _CATEGORY_COLUMNS, faults),
        lambda row: _category(
            row,
            taxes.pop(row.cells["code"], ()),
            laws.pop(row.cells["code"], ()),
            kinds.pop(row.cells["code"], ()),
            rtu.pop(row.cells["code"], ()),
        ),
        faults,
    )
    for name, left in (("taxes", taxes), ("laws", laws), ("personerias", kinds), ("rtu", rtu)):
        _refuse_orphans(f"category_{name}.csv", left, faults)
    return known


def read_taxes(folder: Path, faults: Faults) -> Mapping[str, Tax]:
    """The taxes."""
    return _entries(
        read_rows(folder, "taxes", (*_NAMES, "law", "citation", "in_force", *_MARKS), faults),
        lambda row: Tax(
            row.text("code"),
            row.text("name_es"),
            row.text("name_en"),
            row.code("law"),
            row.text("citation"),
            row.flag("in_force"),
            row.items("aliases"),
            row.choice("sourcing", Sourcing),
            row.blank("source_note"),
        ),
        faults,
    )


def read_mechanisms(folder: Path, faults: Faults) -> Mapping[str, Mechanism]:
    """The mechanisms."""
    columns = (*_NAMES, "description_es", "description_en", "counts_as_not_paid", *_MARKS)
    return _entries(
        read_rows(folder, "mechanisms", columns, faults),
        lambda row: Mechanism(
            row.text("code"),
            row.text("name_es"),
            row.text("name_en"),
            row.text("description_es"),
            row.text("description_en"),
            row.flag("counts_as_not_paid"),
            row.items("aliases"),
            row.choice("sourcing", Sourcing),
            row.blank("source_note"),
        ),
        faults,
    )


def read_authorities(folder: Path, faults: Faults) -> Mapping[str, Authority]:
    """The authorities."""
    return _entries(
        read_rows(folder, "authorities", (*_NAMES, "role_es", "role_en", *_MARKS), faults),
        lambda row: Authority(
            row.text("code"),
            row.text("name_es"),
            row.text("name_en"),
            row.text("role_es"),
            row.text("role_en"),
            row.items("aliases"),
            row.choice("sourcing", Sourcing),
            row.blank("source_note"),
        ),
        faults,
    )


def read_laws(folder: Path, faults: Faults) -> Mapping[str, Law]:
    """The laws that citations refer to."""
    return _entries(
        read_rows(folder, "laws", (*_NAMES, "citation", "in_force_from", *_MARKS), faults),
        lambda row: Law(
            row.text("code"),
            row.text("name_es"),
            row.text("name_en"),
            row.text("citation"),
            row.optional_date("in_force_from"),
            row.items("aliases"),
            row.choice("sourcing", Sourcing),
            row.blank("source_note"),
        ),
        faults,
    )


def read_expenditure_groups(folder: Path, faults: Faults) -> Mapping[str, ExpenditureGroup]:
    """The beneficiary groups of the official tax-expenditure reports."""
    return _entries(
        read_rows(folder, "expenditure_groups", (*_NAMES, "basis", *_MARKS), faults),
        lambda row: ExpenditureGroup(
            row.text("code"),
            row.text("name_es"),
            row.text("name_en"),
            row.choice("basis", ExpenditureBasis),
            row.items("aliases"),
            row.choice("sourcing", Sourcing),
            row.blank("source_note"),
        ),
        faults,
    )


def read_personerias(folder: Path, faults: Faults) -> Mapping[str, Personeria]:
    """The legal-personality types of the taxpayer registry."""
    return _entries(
        read_rows(folder, "rtu_personerias", (*_NAMES, "sourcing", "source_note"), faults),
        lambda row: Personeria(
            row.text("code"),
            row.text("name_es"),
            row.text("name_en"),
            (),
            row.choice("sourcing", Sourcing),
            row.blank("source_note"),
        ),
        faults,
    )


def read_departments(folder: Path, faults: Faults) -> Mapping[str, Department]:
    """The departments; their names are the same in both languages."""
    return _entries(
        read_rows(folder, "departments", ("code", "name", "municipality_count", "aliases"), faults),
        lambda row: Department(
            row.text("code"), row.text("name"), row.text("name"), row.count("municipality_count"), row.items("aliases")
        ),
        faults,
    )


def read_municipalities(folder: Path, faults: Faults) -> Mapping[str, Municipality]:
    """The municipalities; their names are the same in both languages."""
    return _entries(
        read_rows(folder, "municipalities", ("code", "department", "name", "aliases"), faults),
        lambda row: Municipality(
            row.text("code"), row.text("department"), row.text("name"), row.text("name"), row.items("aliases")
        ),
        faults,
    )


def read_sections(folder: Path, faults: Faults) -> Mapping[str, ActivitySection]:
    """The sections of CIIU Rev. 4."""
    return _entries(
        read_rows(folder, "activity_sections", _NAMES, faults),
        lambda row: ActivitySection(row.text("code"), row.text("name_es"), row.text("name_en"), ()),
        faults,
    )


def read_divisions(folder: Path, faults: Faults) -> Mapping[str, ActivityDivision]:
    """The divisions of CIIU Rev. 4."""
    return _entries(
        read_rows(folder, "activity_divisions", ("code", "section", "name_es", "name_en"), faults),
        lambda row: ActivityDivision(
            row.text("code"), row.text("section"), row.text("name_es"), row.text("name_en"), ()
        ),
        faults,
    )


def read_activities(folder: Path, faults: Faults) -> Mapping[str, Activity]:
    """The classes of CIIU Rev. 4."""
    return _entries(
        read_rows(folder, "activities", ("code", "division", "name_es", "name_en"), faults),
        lambda row: Activity(row.text("code"), row.text("division"), row.text("name_es"), row.text("name_en"), ()),
        faults,
    )


_CATEGORY_COLUMNS = (
    "code",
    "exempt_type",
    "name_es",
    "name_en",
    "permanence",
    "authority",
    "term_years",
    "term_start",
    "term_note_es",
    "term_note_en",
    "jobs_apply",
    "quarterly_jobs",
    "natural_persons",
    "state_body",
    "fel_scenarios",
    "expenditure_group",
    "in_force_from",
    "in_force_until",
    "limits_es",
    "limits_en",
    *_MARKS,
)


def _category(
    row: Row,
    treatments: tuple[TaxTreatment, ...],
    citations: tuple[LegalCitation, ...],
    personerias: tuple[CategoryPersoneria, ...],
    rtu: tuple[RTUClass, ...],
) -> Category:
    return Category(
        code=row.text("code"),
        exempt_type=row.text("exempt_type"),
        name_es=row.text("name_es"),
        name_en=row.text("name_en"),
        permanence=row.choice("permanence", Permanence),
        authority=row.code("authority"),
        term_years=row.optional_count("term_years"),
        term_start=row.choice("term_start", TermStart),
        term_note_es=row.blank("term_note_es"),
        term_note_en=row.blank("term_note_en"),
        jobs_apply=row.flag("jobs_apply"),
        quarterly_jobs=row.flag("quarterly_jobs"),
        natural_persons=row.flag("natural_persons"),
        state_body=row.flag("state_body"),
        fel_scenarios=row.items("fel_scenarios", ";"),
        expenditure_group=row.text("expenditure_group"),
        in_force_from=row.optional_date("in_force_from"),
        in_force_until=row.optional_date("in_force_until"),
        limits_es=row.blank("limits_es"),
        limits_en=row.blank("limits_en"),
        aliases=row.items("aliases"),
        sourcing=row.choice("sourcing", Sourcing),
        source_note=row.text("source_note"),
        treatments=treatments,
        legal_citations=citations,
        personerias=personerias,
        rtu=rtu,
    )


def _treatment(row: Row) -> TaxTreatment:
    return TaxTreatment(
        row.text("tax"),
        row.text("mechanism"),
        row.blank("note_es"),
        row.blank("note_en"),
        row.choice("sourcing", Sourcing),
    )


def _citation(row: Row) -> LegalCitation:
    return LegalCitation(
        row.count("position"),
        row.text("law"),
        row.text("citation"),
        row.blank("note_es"),
        row.blank("note_en"),
        row.choice("sourcing", Sourcing),
    )


def _category_personeria(row: Row) -> CategoryPersoneria:
    return CategoryPersoneria(row.text("personeria"), row.choice("sourcing", Sourcing))


def _rtu_class(row: Row) -> RTUClass:
    return RTUClass(
        row.choice("person", PersonKind),
        row.text("classification"),
        row.text("type"),
        row.text("type_name"),
        row.choice("sourcing", Sourcing),
    )


def _classification(row: Row) -> RTUClassification:
    return RTUClassification(
        row.choice("person", PersonKind),
        row.text("classification"),
        row.text("classification_name"),
        row.choice("sourcing", Sourcing),
    )


def _entries(rows: Iterator[Row], build: Callable[[Row], AnyEntry], faults: Faults) -> Mapping[str, AnyEntry]:
    """Build the entries in file order; a code given twice is a fault and its first entry stays."""
    known: dict[str, AnyEntry] = {}
    for row in rows:
        entry = build(row)
        if entry.code in known:
            faults.add(
                f"{row.place}: el código {entry.code} está repetido.",
                f"{row.place}: the code {entry.code} is repeated.",
            )
        else:
            known[entry.code] = entry
    return MappingProxyType(known)


def _parts(
    folder: Path, name: str, columns: tuple[str, ...], build: Callable[[Row], Part], faults: Faults
) -> dict[str, tuple[Part, ...]]:
    """What a file adds to each entry named in its first column, in file order."""
    parts: defaultdict[str, list[Part]] = defaultdict(list)
    for row in read_rows(folder, name, columns, faults):
        parts[row.text(columns[0])].append(build(row))
    return {code: tuple(members) for code, members in parts.items()}


def _refuse_orphans(file: str, left: Mapping[str, object], faults: Faults) -> None:
    for code in left:
        faults.add(f"{file}: {code} no existe.", f"{file}: {code} does not exist.")
