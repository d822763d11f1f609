"""What the catalogues must agree on among themselves; each check notes every fault it finds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import TYPE_CHECKING

from exemptions.catalog_entries import CatalogName, Category, Entry, Sourcing, TermStart
from exemptions.catalog_files import Faults

if TYPE_CHECKING:
    from exemptions.catalogs import Catalogs

# Source: the country's division in departments and municipalities (SAT's table, corrected for Petatán) and CIIU Rev. 4.
EXPECTED_COUNTS: Mapping[CatalogName, int] = {
    CatalogName.DEPARTMENTS: 22,
    CatalogName.MUNICIPALITIES: 340,
    CatalogName.ACTIVITY_SECTIONS: 21,
    CatalogName.ACTIVITY_DIVISIONS: 88,
    CatalogName.ACTIVITIES: 419,
}
_FEL_SCENARIO = re.compile(r"[48]\.[1-9][0-9]?")


def check_catalogs(catalogs: Catalogs, faults: Faults) -> None:
    """Note every contradiction between the catalogues."""
    _check_counts(catalogs, faults)
    _check_references(catalogs, faults)
    _check_places(catalogs, faults)
    _check_activities(catalogs, faults)
    for category in catalogs.categories.values():
        _check_term(category, faults)
        _check_jobs(category, faults)
        _check_facts(category, faults)
    _check_languages(catalogs, faults)
    _check_rtu(catalogs, faults)
    _check_sources(catalogs, faults)
    for name, texts in catalogs.ambiguous.items():
        for text in texts:
            faults.add(f"{name}: «{text}» nombra dos entradas.", f"{name}: “{text}” names two entries.")


def _check_counts(catalogs: Catalogs, faults: Faults) -> None:
    for name, expected in EXPECTED_COUNTS.items():
        found = len(catalogs.entries(name))
        if found != expected:
            faults.add(
                f"{name}: hay {found} entradas y deben ser {expected}.", f"{name}: {found} entries, not {expected}."
            )


def _check_references(catalogs: Catalogs, faults: Faults) -> None:
    for tax in catalogs.taxes.values():
        _refer(f"taxes {tax.code}", [tax.law] if tax.law else [], catalogs.laws, faults)
    for category in catalogs.categories.values():
        where = f"categories {category.code}"
        _refer(where, [category.exempt_type], catalogs.types, faults)
        _refer(where, [category.authority] if category.authority else [], catalogs.authorities, faults)
        _refer(where, [category.expenditure_group], catalogs.expenditure_groups, faults)
        _refer(where, [part.tax for part in category.treatments], catalogs.taxes, faults)
        _refer(where, [part.mechanism for part in category.treatments], catalogs.mechanisms, faults)
        _refer(where, [part.law for part in category.legal_citations], catalogs.laws, faults)
        _refer(where, [part.code for part in category.personerias], catalogs.rtu_personerias, faults)
    for scenario in catalogs.scenarios.values():
        where = f"scenarios {scenario.code}"
        _refer(where, [scenario.tax], catalogs.taxes, faults)
        _refer(where, [scenario.mechanism] if scenario.mechanism else [], catalogs.mechanisms, faults)
    used = {category.exempt_type for category in catalogs.categories.values()}
    for code in catalogs.types.keys() - used:
        faults.add(f"types {code}: ninguna categoría lo usa.", f"types {code}: no category uses it.")


def _refer(where: str, codes: Iterable[str], known: Mapping[str, Entry], faults: Faults) -> None:
    for code in codes:
        if code not in known:
            faults.add(f"{where}: {code} no existe.", f"{where}: {code} does not exist.")


def _check_places(catalogs: Catalogs, faults: Faults) -> None:
    counts = Counter(municipality.department for municipality in catalogs.municipalities.values())
    for department in catalogs.departments.values():
        found = counts.pop(department.code, 0)
        expected = [f"{department.code}{position:02}" for position in range(1, department.municipality_count + 1)]
        missing = [code for code in expected if code not in catalogs.municipalities]
        if missing or found != department.municipality_count:
            faults.add(
                f"departments {department.code}: sus municipios no son {department.municipality_count} seguidos.",
                f"departments {department.code}: not {department.municipality_count} municipalities in sequence.",
            )
    for code in counts:
        faults.add(f"municipalities: el departamento {code} no existe.", f"municipalities: no department {code}.")
    for municipality in catalogs.municipalities.values():
        _check_prefix("municipalities", municipality.code, municipality.department, 4, faults)


def _check_activities(catalogs: Catalogs, faults: Faults) -> None:
    for division in catalogs.activity_divisions.values():
        _refer(f"activity_divisions {division.code}", [division.section], catalogs.activity_sections, faults)
    for activity in catalogs.activities.values():
        _refer(f"activities {activity.code}", [activity.division], catalogs.activity_divisions, faults)
        _check_prefix("activities", activity.code, activity.division, 4, faults)


def _check_prefix(name: str, code: str, prefix: str, length: int, faults: Faults) -> None:
    if not (code.isascii() and code.isdigit() and len(code) == length and code.startswith(prefix)):
        faults.add(f"{name} {code}: no es de {prefix}.", f"{name} {code}: does not belong to {prefix}.")


def _check_term(category: Category, faults: Faults) -> None:
    where = f"categories {category.code}"
    if (category.authority is None) != (category.authority_sourcing is None):
        faults.add(f"{where}: la autoridad y su marca van juntas.", f"{where}: an authority goes with its mark.")
    if category.is_temporary != (category.term_sourcing is not None):
        faults.add(f"{where}: lo temporal lleva marca de plazo.", f"{where}: what is temporary has its term marked.")
    if not category.is_temporary:
        if category.term_years is not None or category.term_start is not TermStart.NONE:
            faults.add(f"{where}: lo permanente no tiene plazo.", f"{where}: what is permanent has no term.")
        return
    if category.authority is None:
        faults.add(f"{where}: lo temporal tiene autoridad.", f"{where}: what is temporary has an authority.")
    if category.term_years is None and not category.term_note_es:
        faults.add(f"{where}: falta el plazo o por qué no lo hay.", f"{where}: neither a term nor why there is none.")
    if category.term_years is not None and (category.term_years < 1 or category.term_start is TermStart.NONE):
        faults.add(f"{where}: el plazo no dice desde cuándo.", f"{where}: the term does not say from when it runs.")


def _check_jobs(category: Category, faults: Faults) -> None:
    if category.jobs_apply and not category.is_temporary:
        faults.add(
            f"categories {category.code}: los empleos son solo de lo temporal.",
            f"categories {category.code}: jobs belong to what is temporary only.",
        )
    if category.quarterly_jobs and not category.jobs_apply:
        faults.add(
            f"categories {category.code}: empleos trimestrales sin empleos.",
            f"categories {category.code}: quarterly jobs without jobs.",
        )


def _check_facts(category: Category, faults: Faults) -> None:
    where = f"categories {category.code}"
    if not category.treatments or not category.legal_citations:
        faults.add(f"{where}: faltan impuestos o base legal.", f"{where}: taxes or legal basis are missing.")
    pairs = Counter((part.tax, part.mechanism) for part in category.treatments)
    for (tax, mechanism), times in pairs.items():
        if times > 1:
            faults.add(f"{where}: {tax} {mechanism} está repetido.", f"{where}: {tax} {mechanism} is repeated.")
    positions = [line.position for line in category.legal_citations]
    if positions != list(range(1, len(positions) + 1)):
        faults.add(
            f"{where}: la base legal no está numerada.", f"{where}: the legal basis is not numbered in sequence."
        )
    for scenario in category.fel_scenarios:
        if not _FEL_SCENARIO.fullmatch(scenario):
            faults.add(f"{where}: el escenario {scenario} no existe.", f"{where}: no scenario {scenario}.")
    begin, end = category.in_force_from, category.in_force_until
    if begin and end and end < begin:
        faults.add(f"{where}: deja de regir antes de empezar.", f"{where}: ends before it begins.")


def _check_languages(catalogs: Catalogs, faults: Faults) -> None:
    for category in catalogs.categories.values():
        pairs = [(category.term_note_es, category.term_note_en), (category.limits_es, category.limits_en)]
        pairs += [(category.remark_es, category.remark_en)]
        pairs += [(part.note_es, part.note_en) for part in category.treatments]
        pairs += [(line.note_es, line.note_en) for line in category.legal_citations]
        if any(bool(es) != bool(en) for es, en in pairs):
            faults.add(
                f"categories {category.code}: una nota está en un solo idioma.",
                f"categories {category.code}: a note is in one language only.",
            )


def _check_sources(catalogs: Catalogs, faults: Faults) -> None:
    """A fact that says it has a source names it."""
    for name in CatalogName:
        for entry in catalogs.entries(name).values():
            if getattr(entry, "sourcing", None) is Sourcing.SOURCED and not getattr(entry, "source_note", ""):
                faults.add(
                    f"{name} {entry.code}: no dice su fuente.", f"{name} {entry.code}: does not name its source."
                )


def _check_rtu(catalogs: Catalogs, faults: Faults) -> None:
    owners = Counter(
        chain.from_iterable(
            ((part.person, part.classification) for part in kind.rtu) for kind in catalogs.types.values()
        )
    )
    for (person, classification), times in owners.items():
        if times > 1:
            faults.add(
                f"type_rtu: {person} {classification} es de dos tipos.",
                f"type_rtu: {person} {classification} belongs to two types.",
            )
    for category in catalogs.categories.values():
        for part in category.rtu:
            if (part.person, part.classification) not in owners:
                faults.add(
                    f"category_rtu {category.code}: la clasificación {part.classification} no existe.",
                    f"category_rtu {category.code}: no classification {part.classification}.",
                )
