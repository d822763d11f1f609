"""What was found in a batch's file, counted and page by page: a bad file of a million rows has a million findings."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from exemptions.batches import Finding, Severity
from exemptions.models import BatchFinding


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How often a rule was broken."""

    rule: str
    severity: Severity
    count: int


@dataclass(frozen=True, slots=True)
class FindingPage:
    """Some findings of one rule, in the order of their rows."""

    findings: tuple[Finding, ...]
    next: int | None
    """What `after` has to be for the following ones; None at the end."""


def count_rules(session: Session, number: int) -> list[RuleCount]:
    """The rules that a batch's file broke: errors first, then the one that was broken most often."""
    counted = (
        select(BatchFinding.severity, BatchFinding.rule, func.count())
        .where(BatchFinding.batch == number)
        .group_by(BatchFinding.severity, BatchFinding.rule)
    )
    counts = [RuleCount(rule, Severity(severity), count) for severity, rule, count in session.execute(counted)]
    return sorted(counts, key=lambda c: (c.severity is not Severity.ERROR, -c.count, c.rule))


def page_findings(session: Session, number: int, rule: str, *, limit: int, after: int = 0) -> FindingPage:
    """Up to `limit` findings of a rule, those that follow the place `after`."""
    found = (
        select(BatchFinding)
        .where(BatchFinding.batch == number, BatchFinding.rule == rule, BatchFinding.id > after)
        .order_by(BatchFinding.id)
        .limit(limit + 1)
    )
    rows = list(session.scalars(found))
    findings = tuple(
        Finding(Severity(row.severity), row.row, row.column, row.key, row.value, row.rule, row.detail)
        for row in rows[:limit]
    )
    return FindingPage(findings, rows[limit - 1].id if len(rows) > limit else None)
