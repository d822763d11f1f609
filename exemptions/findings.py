"""What was found in a batch's file, counted and page by page: a bad file of a million rows has a million findings."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from exemptions.finding import LEFT_OUT, Finding, Severity
from exemptions.models import BatchFinding


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How often a rule was broken."""

    rule: str
    severity: Severity
    count: int
    """All of them, also those that the report only counts."""
    kept: int
    """Those that the report names."""


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
    more = _count_left_out(session, number)
    counts = [
        RuleCount(rule, Severity(severity), kept + more[rule], kept)
        for severity, rule, kept in session.execute(counted)
    ]
    return sorted(counts, key=lambda c: (c.severity is not Severity.ERROR, -c.count, c.rule))


def _count_left_out(session: Session, number: int) -> Counter[str]:
    """Rule → how many of its findings another one only counts; that one is about the whole file, so it has no row."""
    of_file = select(BatchFinding.detail).where(BatchFinding.batch == number, BatchFinding.row.is_(None))
    more: Counter[str] = Counter()
    for detail in session.scalars(of_file):
        if LEFT_OUT in detail:
            more[detail["rule"]] += detail[LEFT_OUT]
    return more


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
