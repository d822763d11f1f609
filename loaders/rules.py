"""The table of rules: what each code means, whether it blocks, what to tell a person and how to mend it."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from typing import Any

from exemptions.finding import Finding, Severity
from loaders.rule import Rule
from loaders.rules_of_estimates import ESTIMATE_RULES
from loaders.rules_of_facts import FACT_RULES
from loaders.rules_of_files import FILE_RULES
from loaders.rules_of_macro import PRODUCT_RULES
from loaders.rules_of_records import RECORD_RULES
from loaders.rules_of_values import VALUE_RULES

RULES: Mapping[str, Rule] = {
    rule.code: rule for rule in (*FILE_RULES, *VALUE_RULES, *RECORD_RULES, *FACT_RULES, *ESTIMATE_RULES, *PRODUCT_RULES)
}
"""Code → rule."""

WHOLE_ROW = "*"
"""Column and key of a finding that concerns no single column."""

NOTHING_NEAR = "—"
"""What a finding gives as the nearest valid text where no text is near."""

_NEAREST = re.compile("; (lo más parecido es «{nearest}»|the nearest is “{nearest}”)")

_SHOWN = 80
"""Characters of a value that a message repeats; the finding itself keeps all of it."""


def make_finding(
    rule: str,
    *,
    row: int | None = None,
    column: str = WHOLE_ROW,
    key: str = WHOLE_ROW,
    value: str | None = None,
    **detail: Any,
) -> Finding:
    """A finding of a rule, with its severity; `detail` is what the rule's sentences need beyond place and value."""
    return Finding(RULES[rule].severity, row, column, key, value, rule, detail)


def message_of(finding: Finding, lang: str) -> str:
    """What is wrong, as a sentence in `lang`; of the nearest valid text only where there is one."""
    template = RULES[finding.rule].message.text(lang)
    if finding.detail.get("nearest") == NOTHING_NEAR:
        template = _NEAREST.sub("", template)
    return _fill(template, finding)


def remedy_of(finding: Finding, lang: str) -> str:
    """What to do about it, as a sentence in `lang`."""
    return _fill(RULES[finding.rule].remedy.text(lang), finding)


def is_error(finding: Finding) -> bool:
    """Whether the finding blocks the file."""
    return finding.severity is Severity.ERROR


def _fill(template: str, finding: Finding) -> str:
    fields = {
        "row": finding.row,
        "column": printable(finding.column),
        "key": finding.key,
        "value": _shorten(finding.value),
        **{name: _shorten(part) if isinstance(part, str) else part for name, part in finding.detail.items()},
    }
    return string.Formatter().vformat(template, (), fields)


def _shorten(value: str | None) -> str:
    text = printable(value or "")
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def printable(text: str) -> str:
    """The text with everything that cannot be seen, or that turns the writing direction, written as its code point."""
    return "".join(c if c.isprintable() else f"<U+{ord(c):04X}>" for c in text)
