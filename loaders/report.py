"""What was found in a file, for people and for programs: text grouped by rule, plain dictionaries, CSV."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from exemptions.finding import Finding, Severity
from exemptions.guard_texts import describe_hold
from loaders.load import LoadResult
from loaders.rules import WHOLE_ROW, message_of, printable, remedy_of

REPORT_COLUMNS = ("row", "column", "key", "value", "rule", "severity", "message", "remedy")
"""Of every report that programs read."""

BYTE_ORDER_MARK = "\ufeff"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def finding_dicts(findings: Iterable[Finding], severity: Severity | None = None, *, lang: str) -> list[dict[str, Any]]:
    """The findings as dictionaries with `REPORT_COLUMNS`, all or those of one severity, in their order."""
    return [_as_dict(finding, lang) for finding in findings if severity in (None, finding.severity)]


def csv_findings(findings: Iterable[Finding], *, lang: str) -> str:
    """The findings as CSV for a spreadsheet: with a byte order mark, and no cell that it would run as a formula."""
    sink = io.StringIO()
    sink.write(BYTE_ORDER_MARK)
    writer = csv.writer(sink, lineterminator="\r\n")
    writer.writerow(REPORT_COLUMNS)
    for item in finding_dicts(findings, lang=lang):
        writer.writerow([harmless(item[name]) for name in REPORT_COLUMNS])
    return sink.getvalue()


def text_findings(findings: Sequence[Finding], *, lang: str) -> str:
    """The findings for a person: errors first, each rule once with its remedy, then every row that breaks it."""
    return "\n".join(line for severity in Severity for line in _severity_lines(findings, severity, lang))


def text_report(result: LoadResult, *, lang: str) -> str:
    """What became of a file, for a person: how many rows, what would change, and everything found."""
    return "\n".join(line for line in (*_summary(result, lang), text_findings(result.findings, lang=lang)) if line)


def _as_dict(finding: Finding, lang: str) -> dict[str, Any]:
    return {
        "row": finding.row,
        "column": finding.column,
        "key": finding.key,
        "value": finding.value,
        "rule": finding.rule,
        "severity": str(finding.severity),
        "message": message_of(finding, lang),
        "remedy": remedy_of(finding, lang),
    }


def harmless(cell: Any) -> Any:
    """A cell that no spreadsheet runs as a formula; a plain number, negative or not, stays one."""
    runs = isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(cell)
    return f"'{cell}" if runs else cell


def _summary(result: LoadResult, lang: str) -> Iterator[str]:
    counts = {"rows": result.rows, "added": result.added, "ended": result.ended, "changed": result.changed}
    words: Mapping[str, str] = {"rows": "filas", "added": "altas", "ended": "bajas", "changed": "cambios"}
    parts = [f"{name if lang == 'en' else words[name]}: {n:,}" for name, n in counts.items() if n is not None]
    yield " · ".join(parts)
    for hold in result.holds:
        yield f"{'HELD BACK' if lang == 'en' else 'BLOQUEO'}: {describe_hold(hold).text(lang)}"


def _severity_lines(findings: Sequence[Finding], severity: Severity, lang: str) -> Iterator[str]:
    by_rule: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.severity is severity:
            by_rule[finding.rule].append(finding)
    if not by_rule:
        return
    titles = {
        Severity.ERROR: ("ERRORES", "ERRORS"),
        Severity.WARNING: ("AVISOS", "WARNINGS"),
    }
    title = titles[severity][1 if lang == "en" else 0]
    yield f"{title}: {sum(map(len, by_rule.values())):,}"
    for rule, own in by_rule.items():
        yield f"  {rule} ({len(own):,})"
        remedies = [remedy_of(finding, lang) for finding in own]
        common = len(set(remedies)) == 1
        if common:
            yield f"    → {remedies[0]}"
        for finding, remedy in zip(own, remedies, strict=True):
            yield f"    {_place(finding, lang)}{message_of(finding, lang)}"
            if not common:
                yield f"      → {remedy}"


def _place(finding: Finding, lang: str) -> str:
    parts = []
    if finding.row is not None:
        parts.append(f"{'row' if lang == 'en' else 'fila'} {finding.row}")
    if finding.column != WHOLE_ROW:
        parts.append(printable(finding.column))
    return f"{', '.join(parts)}: " if parts else ""
