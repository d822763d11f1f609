"""From the rows of the catalogue files to types and categories, whose parts lie in files of their own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from exemptions.catalog_entries import (
    Category,
    CategoryPersoneria,
    ExemptType,
    LegalCitation,
    RTUClass,
    RTUClassification,
    Sourcing,
    TaxTreatment,
    TermStart,
)
from exemptions.catalog_files import Faults, Row, collect, read_rows
from exemptions.columns import Permanence, PersonKind

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
    known = collect(
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
    known = collect(
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


_CATEGORY_COLUMNS = (
    "code",
    "exempt_type",
    "name_es",
    "name_en",
    "permanence",
    "authority",
    "authority_sourcing",
    "term_years",
    "term_start",
    "term_sourcing",
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
    "remark_es",
    "remark_en",
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
        authority_sourcing=row.optional_choice("authority_sourcing", Sourcing),
        term_years=row.optional_count("term_years"),
        term_start=row.choice("term_start", TermStart),
        term_sourcing=row.optional_choice("term_sourcing", Sourcing),
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
        source_note=row.blank("source_note"),
        remark_es=row.blank("remark_es"),
        remark_en=row.blank("remark_en"),
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
