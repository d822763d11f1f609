"""How much is told of one rule: a bad file of 100,000 rows can break rules a million times.

The first `MOST_OF_A_RULE` findings of a rule in a column are kept; one more says how many there were beyond them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from exemptions.finding import LEFT_OUT, Finding
from loaders.rules import is_error, make_finding

MOST_OF_A_RULE = 1_000
"""Nobody mends more rows than these one by one, and 1,000 of each of some 30 rules load within a second."""


def left_out(first: Finding, count: int) -> Finding:
    """The finding that stands for `count` more like `first`."""
    rule = "mas_errores" if is_error(first) else "mas_avisos"
    detail: dict[str, Any] = {"of_rule": first.rule, LEFT_OUT: count, "kept": MOST_OF_A_RULE}
    return make_finding(rule, column=first.column, key=first.key, **detail)


def bound_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings without those beyond the most of a rule and column, which one each stands for at the end."""
    kept: list[Finding] = []
    seen: Counter[tuple[str, str]] = Counter()
    firsts: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        place = (finding.rule, finding.key)
        seen[place] += 1
        if seen[place] <= MOST_OF_A_RULE:
            kept.append(finding)
        firsts.setdefault(place, finding)
    more = (left_out(firsts[place], count - MOST_OF_A_RULE) for place, count in seen.items() if count > MOST_OF_A_RULE)
    return (*kept, *more)
