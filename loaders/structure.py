"""The second pass over a CSV that did not fit its header: it reads strictly, row by row, and only reports."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice

from exemptions.finding import Finding
from loaders.decode import count_lines
from loaders.rules import make_finding

Text = bytes | memoryview
"""UTF-8; a view spares a copy of the whole file."""

MAX_CELL_BYTES = 4 * 1024**2
"""Read on after quotes that do not close, to tell in which row that is."""

MAX_FAULTS = 10_000
"""Told one by one; a file that has more is of another shape, and how many more is told in one sentence."""


def has_broken_quotes(text: Text, delimiter: str) -> bool:
    """Whether a cell opens quotes and does not close them at its end, or has blanks before them.

    A lenient reader guesses what such a cell is.
    """
    opening, whole = _quoted(delimiter)
    rest = re.sub(whole, b"", text)
    return re.search(opening, rest) is not None or re.search(_blank_before(delimiter), rest) is not None


def iter_blanks_before_quotes(text: Text, *, delimiter: str, header_line: int) -> Iterator[Finding]:
    """Yield every line where a blank stands between a delimiter and quotes, so that they do not open the cell.

    `text` starts after the header, which ends in line `header_line` of the file.
    """
    _, whole = _quoted(delimiter)
    line, end, told = header_line + 1, 0, 0
    for found in re.finditer(whole + rb"|(" + _blank_before(delimiter) + rb")", text):
        line += count_lines(bytes(text[end : found.start()]))
        end = found.start()
        if found[1] is not None and line != told:
            told = line
            yield make_finding("espacio_antes_de_comillas", line=line)


def first_faults(faults: Iterator[Finding]) -> tuple[Finding, ...]:
    """The first faults of a file, and how many more there are, if there are."""
    told = tuple(islice(faults, MAX_FAULTS))
    more = sum(1 for _ in faults)
    return (*told, make_finding("mas_fallas", found=more, limit=MAX_FAULTS)) if more else told


def _blank_before(delimiter: str) -> bytes:
    return re.escape(delimiter.encode()) + rb' +"'


def _quoted(delimiter: str) -> tuple[bytes, bytes]:
    """Patterns of a quote at the start of a cell, and of a whole cell in quotes."""
    ends = re.escape(delimiter.encode()) + rb"\r\n"
    # The quote comes before the look behind it, so that the search for it runs at the speed of memchr.
    opening = rb'"(?<![^' + ends + rb']")'
    return opening, opening + rb'(?:[^"]++|"")*+"(?=[' + ends + rb"]|\Z)"


def iter_faults(text: Text, *, delimiter: str, header_row: int, header_line: int, columns: int) -> Iterator[Finding]:
    """Yield every row whose number of cells is not the header's, and every cell whose quotes do not close.

    `text` starts after the header, which stands in row `header_row` and ends in line `header_line` of the file.
    """
    csv.field_size_limit(MAX_CELL_BYTES)
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
            if "field limit" in str(error):
                yield make_finding("comillas_que_no_cierran_cerca", row=row, line=line, limit=MAX_CELL_BYTES)
                return
            if "unexpected end" in str(error):
                yield make_finding("comillas_sin_cerrar", row=row, line=line)
                return
            yield make_finding("texto_tras_comillas", row=row, line=line)
            continue
        if len(record) != columns and any(cell.strip() for cell in record):
            yield make_finding("fila_irregular", row=row, found=len(record), expected=columns)
