"""What an indicator of the self-assessment is: what it asks, the check that answers it, and where the evidence is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from exemptions.errors import Sentence
from exemptions.state_documents import DocumentKind

if TYPE_CHECKING:
    from exemptions.indicator_evidence import Evidence


class Verdict(StrEnum):
    """What a check found."""

    MET = "met"
    NOT_MET = "not_met"
    """The registry has no place for it."""
    NEEDS_STATE = "needs_state"
    """There is a place for it, and what the State would have to deliver is missing, wholly or in part."""
    NOT_EVALUATED = "not_evaluated"
    """What the indicator asks is not known to this registry."""


class Framework(StrEnum):
    """Whose list an indicator is of."""

    SERIGY = "serigy"
    EU = "eu"
    GTETI = "gteti"


class EvidenceKind(StrEnum):
    """Where what was counted can be looked up."""

    RECORDS = "records"
    SUMS = "sums"
    PROVISIONS = "provisions"
    ESTIMATES = "estimates"
    RELEASE = "release"
    CATEGORIES = "categories"
    COLUMNS = "columns"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check counted: `count` of `total`; None where it counts nothing."""

    verdict: Verdict
    count: int | None = None
    total: int | None = None
    is_minimum: bool = False
    """Whether `total` is the least that is wanted, and not all there are."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator. Its verdict is only ever that of its check."""

    framework: Framework
    code: str
    asks: Sentence
    rule: Sentence
    """The check in words."""
    check: Callable[[Evidence], Finding]
    evidence: EvidenceKind
    document: DocumentKind | None = None
    """The kind of document that would meet it, where only a document can."""


def all_of(count: int, total: int) -> Finding:
    """Met when all of them have it and there is at least one; else what is missing is the State's to deliver."""
    return Finding(Verdict.MET if total and count == total else Verdict.NEEDS_STATE, count, total)


def at_least(count: int, wanted: int) -> Finding:
    """Met from `wanted` on; below it what is missing is the State's to deliver."""
    return Finding(Verdict.MET if count >= wanted else Verdict.NEEDS_STATE, count, wanted, is_minimum=True)


def has_place(found: bool) -> Finding:
    """For what the registry itself would have to have: without it there is nowhere to deliver to."""
    return Finding(Verdict.NEEDS_STATE if found else Verdict.NOT_MET)


def provided(found: bool) -> Finding:
    """For what is the registry's own work."""
    return Finding(Verdict.MET if found else Verdict.NOT_MET)
