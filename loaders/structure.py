"""The second pass over a CSV that did not fit its header: it reads strictly, row by row, and only reports."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Iterator

from exemptions.batches import Finding
from loaders.rules import make_finding


def has_doubtful_quotes(text: bytes, delimiter: str) -> bool:
    """Whether quotes stand where a lenient reader and a strict one could disagree. It errs only by saying yes."""
    if text.count(b'"') % 2:
        return True
    ends = re.escape(delimiter.encode()) + rb"\r\n"
    # A closing quote is followed by the delimiter or the line's end. A run of quotes before anything else closes a cell
    # when its length is odd within a cell, or even at the start of one.
    within = rb'"(?<=[^' + ends + rb'"]")(?:"")*(?=[^' + ends + rb'"])'
    at_start = rb"(?:^|[" + ends + rb'])(?:"")+(?=[^' + ends + rb'"])'
    return re.search(within, text) is not None or re.search(at_start, text) is not None


def iter_faults(text: bytes, *, delimiter: str, header_row: int, header_line: int, columns: int) -> Iterator[Finding]:
    """Yield every row whose number of cells is not the header's, and every cell whose quotes do not close.

    `text` starts after the header, which stands in row `header_row` and ends in line `header_line` of the file.
    """
    csv.field_size_limit(sys.maxsize)
    lines = io.TextIOWrapper(io.BytesIO(text), encoding="utf-8", newline="")
    records = csv.reader(lines, delimiter=delimiter, strict=True)
    row = header_row
    while True:
        row += 1
        line = header_line + records.line_num + 1
        try:
            record = next(records)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end" in str(error):
                yield make_finding("comillas_sin_cerrar", row=row, line=line)
                return
            yield make_finding("texto_tras_comillas", row=row, line=line)
            continue
        if len(record) != columns and any(cell.strip() for cell in record):
            yield make_finding("fila_irregular", row=row, found=len(record), expected=columns)
