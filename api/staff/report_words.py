"""What was found in a file, grouped by rule, for a person who does not program."""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass

from api.pages.language import page_language
from api.staff.addresses import staff_url
from exemptions.finding import Finding, Severity
from exemptions.findings import FindingPage, RuleCount
from loaders.rules import RULES, WHOLE_ROW, message_of, printable, remedy_of

_BLANK = "…"
"""Stands in a heading for what differs from row to row."""
_LONGEST_VALUE = 120
_SHOWN_FIELDS = {"row", "column", "key", "value"}
"""Parts of a sentence that stand in columns of their own."""


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One row of the file that breaks a rule."""

    row: int | None
    column: str
    value: str
    message: str
    remedy: str
    """Empty where the group's own remedy says it."""


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """A rule that was broken, with some of the rows."""

    rule: str
    is_error: bool
    count: int
    kept: int
    """How many of them can be seen; the rest is only counted."""
    heading: str
    remedy: str
    """Empty where it differs from row to row."""
    lines: tuple[FindingLine, ...]
    tells_more: bool
    """Whether the sentence of a row says more than the heading and the row's own value do."""
    more_url: str
    """Where the rest is; empty when all are here."""


def group_findings(number: int, counted: RuleCount, page: FindingPage) -> RuleGroup:
    """One rule's part of a batch's report."""
    rule = RULES[counted.rule]
    lang = page_language()
    own = bool(_fields(rule.remedy.text(lang)))
    alone = counted.count == 1 and len(page.findings) == 1
    heading = message_of(page.findings[0], lang) if alone else _generalise(rule.message.text(lang))
    return RuleGroup(
        rule=counted.rule,
        is_error=counted.severity is Severity.ERROR,
        count=counted.count,
        kept=counted.kept,
        heading=heading,
        remedy="" if own else rule.remedy.text(lang),
        tells_more=own or not (alone or _fields(rule.message.text(lang)) <= _SHOWN_FIELDS),
        lines=tuple(_line(finding, lang, own_remedy=own, repeated=heading) for finding in page.findings),
        more_url=staff_url("batch_rule", number=number, rule=counted.rule) if page.next is not None else "",
    )


def has_rows(groups: Sequence[RuleGroup]) -> bool:
    """Whether anything was found in a row that could be given back to be corrected."""
    return any(line.row is not None for group in groups for line in group.lines)


def has_values(lines: Sequence[FindingLine]) -> bool:
    """Whether a column of values would say anything."""
    return any(line.value for line in lines)


def _line(finding: Finding, lang: str, *, own_remedy: bool, repeated: str) -> FindingLine:
    message = message_of(finding, lang)
    value = printable(finding.value or "")
    return FindingLine(
        row=finding.row,
        column="" if finding.column == WHOLE_ROW else printable(finding.column),
        value=value if len(value) <= _LONGEST_VALUE else f"{value[:_LONGEST_VALUE]}{_BLANK}",
        message="" if message == repeated else message,
        remedy=remedy_of(finding, lang) if own_remedy else "",
    )


def _fields(template: str) -> set[str]:
    """The names of what differs in a sentence from row to row."""
    return {name for _text, name, _form, _conversion in string.Formatter().parse(template) if name is not None}


def _generalise(template: str) -> str:
    """The sentence without what differs from row to row."""
    parts = string.Formatter().parse(template)
    return "".join(text + (_BLANK if name is not None else "") for text, name, _form, _conversion in parts)
