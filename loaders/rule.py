"""What a rule is."""

from __future__ import annotations

from dataclasses import dataclass

from exemptions.errors import Sentence
from exemptions.finding import Severity


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that a file may be told about.

    The sentences may hold {row}, {column}, {key}, {value} and whatever the finding's detail gives.
    """

    code: str
    severity: Severity
    message: Sentence
    remedy: Sentence


def error(code: str, message: tuple[str, str], remedy: tuple[str, str]) -> Rule:
    """A rule that blocks the whole file; the sentences are (Spanish, English)."""
    return Rule(code, Severity.ERROR, Sentence(*message), Sentence(*remedy))


def warning(code: str, message: tuple[str, str], remedy: tuple[str, str]) -> Rule:
    """A rule that names the row and lets it pass; the sentences are (Spanish, English)."""
    return Rule(code, Severity.WARNING, Sentence(*message), Sentence(*remedy))
