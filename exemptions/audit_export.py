"""The audit trail as files: CSV for a spreadsheet, NDJSON for a program. Both hold what the digests are made of."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum

from exemptions.audit_search import AuditLine

CSV_FIELDS = ("id", "at", "actor", "act", "subject", "details", "previous", "digest")
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a cell that begins so for a formula; a quote before it makes it text."""


class AuditFormat(StrEnum):
    """A file format of the trail."""

    CSV = "csv"
    NDJSON = "ndjson"


MEDIA_TYPES: Mapping[AuditFormat, str] = {
    AuditFormat.CSV: "text/csv; charset=utf-8",
    AuditFormat.NDJSON: "application/x-ndjson",
}


def iter_csv(lines: Iterable[AuditLine]) -> Iterator[str]:
    """Yield the lines of a CSV file (RFC 4180), the header first."""
    yield _csv_row(CSV_FIELDS)
    for line in lines:
        item = line.to_item()
        item["details"] = json.dumps(item["details"], ensure_ascii=False, sort_keys=True)
        cells = (str(item[name]) for name in CSV_FIELDS)
        yield _csv_row([f"'{cell}" if cell.startswith(_FORMULA_SIGNS) else cell for cell in cells])


def iter_ndjson(lines: Iterable[AuditLine]) -> Iterator[str]:
    """Yield one JSON object a line."""
    for line in lines:
        yield json.dumps(line.to_item(), ensure_ascii=False) + "\n"


WRITERS: Mapping[AuditFormat, Callable[[Iterable[AuditLine]], Iterator[str]]] = {
    AuditFormat.CSV: iter_csv,
    AuditFormat.NDJSON: iter_ndjson,
}


def _csv_row(cells: Iterable[str]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue()
