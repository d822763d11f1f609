"""The values of the catalogues: what one type, category, tax or place is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from exemptions.columns import Permanence, PersonKind


class CatalogName(StrEnum):
    """The catalogues, by the name they have in files and addresses."""

    TYPES = "types"
    CATEGORIES = "categories"
    TAXES = "taxes"
    MECHANISMS = "mechanisms"
    AUTHORITIES = "authorities"
    DEPARTMENTS = "departments"
    MUNICIPALITIES = "municipalities"
    ACTIVITY_SECTIONS = "activity_sections"
    ACTIVITY_DIVISIONS = "activity_divisions"
    ACTIVITIES = "activities"
    EXPENDITURE_GROUPS = "expenditure_groups"
    LAWS = "laws"
    RTU_PERSONERIAS = "rtu_personerias"
    SCENARIOS = "scenarios"


class Sourcing(StrEnum):
    """How far a fact is backed: read in a source, remembered with some confidence, or proposed by this project."""

    SOURCED = "sourced"
    MEMORY_HIGH = "memory_high"
    MEMORY_MED = "memory_med"
    MEMORY_LOW = "memory_low"
    PROPOSAL = "proposal"


class TermStart(StrEnum):
    """The event from which the term of a temporary benefit runs."""

    NOTIFICATION = "notification"
    AUTHORISATION_PERIOD = "authorisation_period"
    START_OF_OPERATIONS = "start_of_operations"
    COMMERCIAL_START = "commercial_start"
    LAW_ENTRY = "law_entry"
    CONTRACT = "contract"
    NONE = "none"


class ExpenditureBasis(StrEnum):
    """How the official tax-expenditure reports divide their beneficiary groups."""

    CONSTITUTIONAL = "constitutional"
    ORDINARY_LAW = "ordinary_law"


class Entry(Protocol):
    """What every entry of every catalogue has."""

    @property
    def code(self) -> str: ...
    @property
    def name_es(self) -> str: ...
    @property
    def name_en(self) -> str: ...
    @property
    def aliases(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class RTUClass:
    """One class of the taxpayer registry's establishment table; each kind of person has its own codes.

    Source: SAT, FEL Reglas y Validaciones v2.0, §2.2.3.1.
    """

    person: PersonKind
    classification: str
    type: str
    name: str
    sourcing: Sourcing


@dataclass(frozen=True, slots=True)
class RTUClassification:
    """One classification of the taxpayer registry, the level above `RTUClass`."""

    person: PersonKind
    classification: str
    name: str
    sourcing: Sourcing


@dataclass(frozen=True, slots=True)
class TaxTreatment:
    """How a category treats one tax."""

    tax: str
    mechanism: str
    note_es: str
    note_en: str
    sourcing: Sourcing


@dataclass(frozen=True, slots=True)
class LegalCitation:
    """One line of a category's legal basis, at its place in the list."""

    position: int
    law: str
    citation: str
    note_es: str
    note_en: str
    sourcing: Sourcing


@dataclass(frozen=True, slots=True)
class CategoryPersoneria:
    """A legal-personality type of the taxpayer registry that a category has."""

    code: str
    sourcing: Sourcing


@dataclass(frozen=True, slots=True)
class ExemptType:
    """First axis of the registry: what kind of exemption it is."""

    code: str
    name_es: str
    name_en: str
    aliases: tuple[str, ...]
    sourcing: Sourcing
    source_note: str
    rtu: tuple[RTUClassification, ...]


@dataclass(frozen=True, slots=True)
class Category:
    """Second axis of the registry: the class of entity or the incentive regime.

    Units: `term_years` is the longest term of the income-tax benefit in years; None when the law sets none, and
    the term's note says why.
    """

    code: str
    exempt_type: str
    name_es: str
    name_en: str
    permanence: Permanence
    authority: str | None
    authority_sourcing: Sourcing | None
    term_years: int | None
    term_start: TermStart
    term_sourcing: Sourcing | None
    term_note_es: str
    term_note_en: str
    jobs_apply: bool
    quarterly_jobs: bool
    natural_persons: bool
    state_body: bool
    fel_scenarios: tuple[str, ...]
    expenditure_group: str
    in_force_from: date | None
    in_force_until: date | None
    limits_es: str
    limits_en: str
    aliases: tuple[str, ...]
    sourcing: Sourcing
    source_note: str
    remark_es: str
    remark_en: str
    treatments: tuple[TaxTreatment, ...]
    legal_citations: tuple[LegalCitation, ...]
    personerias: tuple[CategoryPersoneria, ...]
    rtu: tuple[RTUClass, ...]

    @property
    def is_temporary(self) -> bool:
        """Whether the benefit ends by itself."""
        return self.permanence is Permanence.TEMPORARY

    @property
    def taxes(self) -> tuple[str, ...]:
        """The codes of the taxes that the category touches, each once."""
        return tuple(dict.fromkeys(treatment.tax for treatment in self.treatments))

    @property
    def legal_basis(self) -> tuple[str, ...]:
        """The citations alone, in Spanish as laws are cited."""
        return tuple(line.citation for line in self.legal_citations)


@dataclass(frozen=True, slots=True)
class Tax:
    """A tax that a benefit can touch."""

    code: str
    name_es: str
    name_en: str
    law: str | None
    citation: str
    in_force: bool
    aliases: tuple[str, ...]
    sourcing: Sourcing
    source_note: str


@dataclass(frozen=True, slots=True)
class Mechanism:
    """A way in which the law treats a tax differently.

    `counts_as_not_paid` is false for suspension and drawback, whose amounts are not revenue forgone.
    """

    code: str
    name_es: str
    name_en: str
    description_es: str
    description_en: str
    counts_as_not_paid: bool
    aliases: tuple[str, ...]
    sourcing: Sourcing
    source_note: str


@dataclass(frozen=True, slots=True)
class Authority:
    """A body that qualifies beneficiaries or has a say in it."""

    code: str
    name_es: str
    name_en: str
    role_es: str
    role_en: str
    aliases: tuple[str, ...]
    sourcing: Sourcing
    source_note: str


@dataclass(frozen=True, slots=True)
class Law:
    """A law, regulation or treaty that citations refer to."""

    code: str
    name_es: str
    name_en: str
    citation: str
    in_force_from: date | None
    aliases: tuple[str, ...]
    sourcing: Sourcing
    source_note: str


@dataclass(frozen=True, slots=True)
class ExpenditureGroup:
    """A beneficiary group of the official tax-expenditure reports."""

    code: str
    name_es: str
    name_en: str
    basis: ExpenditureBasis
    aliases: tuple[str, ...]
    sourcing: Sourcing
    source_note: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """A reason for which an invoice carries no tax, by SAT's catalogue of electronic invoice phrases.

    `code` is `type.scenario`: type 4 is VAT, type 8 income tax. Mechanism and citation are None where its text tells
    none.
    """

    code: str
    name_es: str
    name_en: str
    tax: str
    mechanism: str | None
    citation: str | None
    aliases: tuple[str, ...]
    sourcing: Sourcing
    source_note: str


@dataclass(frozen=True, slots=True)
class Personeria:
    """A legal-personality type of the taxpayer registry."""

    code: str
    name_es: str
    name_en: str
    aliases: tuple[str, ...]
    sourcing: Sourcing
    source_note: str


@dataclass(frozen=True, slots=True)
class Department:
    """A department, by its two-digit INE code."""

    code: str
    name_es: str
    name_en: str
    municipality_count: int
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality, by its four-digit INE code: department and position."""

    code: str
    department: str
    name_es: str
    name_en: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ActivitySection:
    """A section of CIIU (ISIC) Rev. 4, one letter."""

    code: str
    name_es: str
    name_en: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ActivityDivision:
    """A division of CIIU (ISIC) Rev. 4, two digits."""

    code: str
    section: str
    name_es: str
    name_en: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Activity:
    """A class of CIIU (ISIC) Rev. 4, four digits."""

    code: str
    division: str
    name_es: str
    name_en: str
    aliases: tuple[str, ...]
