"""The catalogue of provisions: every preferential treatment of a tax, what the law says of it and what nobody says.

A provision is one category's treatment of one tax by one mechanism, with registered beneficiaries; or a scenario of
electronic invoices that no category stands for, an objective exemption of operations that nobody is registered for.
What is not known is None and is shown as not declared; nothing is concluded from another provision.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from exemptions.catalog_entries import Category, Scenario, Sourcing, TaxTreatment, TermStart
from exemptions.catalogs import Catalogs


@dataclass(frozen=True, slots=True)
class Provision:
    """One preferential treatment.

    Fields of the catalogue that the transparency index of tax expenditures asks for (objective, type, beneficiaries,
    period, legal reference) stand here; estimates are joined by `expenditure_group` and tax.
    """

    code: str
    """`CATEGORY.TAX.mechanism`, or the code of the scenario."""
    tax: str
    mechanism: str | None
    category: str | None
    exempt_type: str | None
    has_registered_beneficiaries: bool
    beneficiaries_es: str
    beneficiaries_en: str
    objective_es: str | None
    objective_en: str | None
    """What the law says that it is for: the purpose in the title of the law that makes the incentive."""
    legal_references: tuple[str, ...]
    benchmark_es: str | None
    benchmark_en: str | None
    """The treatment that it departs from, as the estimating authority declares it."""
    starts_on: date | None
    ends_on: date | None
    term_years: int | None
    term_start: TermStart | None
    method: str | None
    """How its revenue forgone is estimated, as the estimating authority declares it for this provision."""
    authority: str | None
    expenditure_group: str | None
    scenarios: tuple[str, ...]
    sourcing: Sourcing


PURPOSES: Mapping[str, tuple[str, str]] = {
    "D_29_89": (
        "Fomento y desarrollo de la actividad exportadora y de maquila",
        "Promotion and development of exports and maquila",
    ),
    "D_52_2003": (
        "Desarrollo de proyectos de energía renovable",
        "Development of renewable energy projects",
    ),
    "D_40_2022": ("Movilidad eléctrica", "Electric mobility"),
}
"""Law → the purpose that its own title states. A title that states none is not here."""


def list_provisions(catalogs: Catalogs) -> tuple[Provision, ...]:
    """Every provision of the catalogues. Order: that of the categories and their treatments, then the scenarios."""
    return (*_of_categories(catalogs), *_objective(catalogs))


def provisions_of(catalogs: Catalogs, *, category: str | None = None, tax: str | None = None) -> tuple[Provision, ...]:
    """The provisions of a category, of a tax, or of both."""
    return tuple(
        provision
        for provision in list_provisions(catalogs)
        if category in (None, provision.category) and tax in (None, provision.tax)
    )


class Beneficiaries(StrEnum):
    """Which provisions are asked for, by whether somebody registers for them."""

    ALL = "all"
    REGISTERED = "registered"
    NONE = "none"

    @property
    def wanted(self) -> tuple[bool, ...]:
        """Values of `has_registered_beneficiaries`."""
        return {Beneficiaries.REGISTERED: (True,), Beneficiaries.NONE: (False,)}.get(self, (True, False))


BENEFICIARIES = "beneficiaries"
"""The parameter that tells which of `Beneficiaries` are asked for."""

FILTERED: Mapping[str, str] = {"tax": "tax", "type": "exempt_type", "category": "category"}
"""Parameter → the attribute of a provision that it chooses by."""


def choose_provisions(
    catalogs: Catalogs, chosen: Mapping[str, tuple[str, ...]], beneficiaries: Beneficiaries = Beneficiaries.ALL
) -> tuple[Provision, ...]:
    """The provisions of such beneficiaries that have any of the values of each parameter of `FILTERED` with some."""
    return tuple(
        provision
        for provision in list_provisions(catalogs)
        if provision.has_registered_beneficiaries in beneficiaries.wanted
        and all(not values or getattr(provision, FILTERED[name]) in values for name, values in chosen.items())
    )


def _of_categories(catalogs: Catalogs) -> Iterator[Provision]:
    for category in catalogs.categories.values():
        by_tax = _scenarios_by_tax(catalogs, category)
        for treatment in category.treatments:
            yield _registered(category, treatment, by_tax.get(treatment.tax, ()))


def _registered(category: Category, treatment: TaxTreatment, scenarios: tuple[str, ...]) -> Provision:
    purpose = next((PURPOSES[line.law] for line in category.legal_citations if line.law in PURPOSES), None)
    return Provision(
        code=f"{category.code}.{treatment.tax}.{treatment.mechanism}",
        tax=treatment.tax,
        mechanism=treatment.mechanism,
        category=category.code,
        exempt_type=category.exempt_type,
        has_registered_beneficiaries=True,
        beneficiaries_es=category.name_es,
        beneficiaries_en=category.name_en,
        objective_es=purpose[0] if purpose else None,
        objective_en=purpose[1] if purpose else None,
        legal_references=category.legal_basis,
        benchmark_es=None,
        benchmark_en=None,
        starts_on=category.in_force_from,
        ends_on=category.in_force_until,
        term_years=category.term_years,
        term_start=category.term_start,
        method=None,
        authority=category.authority,
        expenditure_group=category.expenditure_group,
        scenarios=scenarios,
        sourcing=treatment.sourcing,
    )


def _objective(catalogs: Catalogs) -> Iterator[Provision]:
    taken = {code for category in catalogs.categories.values() for code in category.fel_scenarios}
    for scenario in catalogs.scenarios.values():
        if scenario.code not in taken:
            yield _of_scenario(scenario)


def _of_scenario(scenario: Scenario) -> Provision:
    return Provision(
        code=scenario.code,
        tax=scenario.tax,
        mechanism=scenario.mechanism,
        category=None,
        exempt_type=None,
        has_registered_beneficiaries=False,
        beneficiaries_es=scenario.name_es,
        beneficiaries_en=scenario.name_en,
        objective_es=None,
        objective_en=None,
        legal_references=(scenario.citation,) if scenario.citation else (),
        benchmark_es=None,
        benchmark_en=None,
        starts_on=None,
        ends_on=None,
        term_years=None,
        term_start=None,
        method=None,
        authority=None,
        expenditure_group=None,
        scenarios=(scenario.code,),
        sourcing=scenario.sourcing,
    )


def _scenarios_by_tax(catalogs: Catalogs, category: Category) -> Mapping[str, tuple[str, ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for code in category.fel_scenarios:
        if code in catalogs.scenarios:
            found[catalogs.scenarios[code].tax].append(code)
    return {tax: tuple(codes) for tax, codes in found.items()}
