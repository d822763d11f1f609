"""From the rows of the plain catalogue files to their entries."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from exemptions.catalog_entries import (
    Activity,
    ActivityDivision,
    ActivitySection,
    Authority,
    Department,
    ExpenditureBasis,
    ExpenditureGroup,
    Law,
    Mechanism,
    Municipality,
    Personeria,
    Scenario,
    Sourcing,
    Tax,
)
from exemptions.catalog_files import Faults, collect, read_rows

_NAMES = ("code", "name_es", "name_en")
_MARKS = ("aliases", "sourcing", "source_note")


def read_taxes(folder: Path, faults: Faults) -> Mapping[str, Tax]:
    """The taxes."""
    return collect(
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
    return collect(
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
    return collect(
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
    return collect(
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
    return collect(
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
    return collect(
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


def read_scenarios(folder: Path, faults: Faults) -> Mapping[str, Scenario]:
    """The scenarios of electronic invoices; none where the folder is of a release that had no such catalogue."""
    if not (folder / "scenarios.csv").is_file():
        return {}
    return collect(
        read_rows(folder, "scenarios", (*_NAMES, "tax", "mechanism", "citation", *_MARKS), faults),
        lambda row: Scenario(
            row.text("code"),
            row.text("name_es"),
            row.text("name_en"),
            row.text("tax"),
            row.code("mechanism"),
            row.code("citation"),
            row.items("aliases"),
            row.choice("sourcing", Sourcing),
            row.blank("source_note"),
        ),
        faults,
    )


def read_departments(folder: Path, faults: Faults) -> Mapping[str, Department]:
    """The departments; their names are the same in both languages."""
    return collect(
        read_rows(folder, "departments", ("code", "name", "municipality_count", "aliases"), faults),
        lambda row: Department(
            row.text("code"), row.text("name"), row.text("name"), row.count("municipality_count"), row.items("aliases")
        ),
        faults,
    )


def read_municipalities(folder: Path, faults: Faults) -> Mapping[str, Municipality]:
    """The municipalities; their names are the same in both languages."""
    return collect(
        read_rows(folder, "municipalities", ("code", "department", "name", "aliases"), faults),
        lambda row: Municipality(
            row.text("code"), row.text("department"), row.text("name"), row.text("name"), row.items("aliases")
        ),
        faults,
    )


def read_sections(folder: Path, faults: Faults) -> Mapping[str, ActivitySection]:
    """The sections of CIIU Rev. 4."""
    return collect(
        read_rows(folder, "activity_sections", _NAMES, faults),
        lambda row: ActivitySection(row.text("code"), row.text("name_es"), row.text("name_en"), ()),
        faults,
    )


def read_divisions(folder: Path, faults: Faults) -> Mapping[str, ActivityDivision]:
    """The divisions of CIIU Rev. 4."""
    return collect(
        read_rows(folder, "activity_divisions", ("code", "section", "name_es", "name_en"), faults),
        lambda row: ActivityDivision(
            row.text("code"), row.text("section"), row.text("name_es"), row.text("name_en"), ()
        ),
        faults,
    )


def read_activities(folder: Path, faults: Faults) -> Mapping[str, Activity]:
    """The classes of CIIU Rev. 4."""
    return collect(
        read_rows(folder, "activities", ("code", "division", "name_es", "name_en"), faults),
        lambda row: Activity(row.text("code"), row.text("division"), row.text("name_es"), row.text("name_en"), ()),
        faults,
    )
