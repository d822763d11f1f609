"""Reading a delimited text file: delimiter from its header lines, rows as text, columns at once."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from exemptions.finding import Finding
from loaders.decode import count_lines, refuse_binary
from loaders.limits import MAX_CELL_CHARACTERS, MAX_LINE_BYTES
from loaders.mapping import HEADER_SEARCH_ROWS, count_recognised, find_header, is_complete, unknown_columns
from loaders.options import Header, ReadingRefused, ReadOptions, SourceTable
from loaders.rules import make_finding
from loaders.structure import Text, first_faults, has_broken_quotes, iter_blanks_before_quotes, iter_faults

DELIMITERS = (",", ";", "\t", "|")

_HEAD_BYTES = 1024**2
"""Read to find the header; fifty title rows of a thousand letters are a twentieth of it."""

_BLOCK_BYTES = 8 * 1024**2
_LARGEST_BLOCK_BYTES = 2**31 - 1

_SEPARATOR_LINE = re.compile(rb'"?sep=(,|;|\t|\|)"?[ \t,;|]*(?:\r\n?|\n)', re.IGNORECASE)
"""What spreadsheets write to declare the delimiter; they do not count it as a row."""


@dataclass(frozen=True, slots=True)
class _Head:
    """The first records of a file under one delimiter; `ends` are the bytes and lines after each."""

    delimiter: str
    records: list[list[str]]
    ends: list[tuple[int, int]]


def read_delimited(text: bytes, options: ReadOptions) -> SourceTable:
    """A CSV as text; it is given in UTF-8, without a byte order mark.

    Raises: ReadingRefused with every structural fault, or with what is wrong with the header.
    """
    declaration = _SEPARATOR_LINE.match(text)
    if declaration:
        text = text[declaration.end() :]
    if re.search(rb"\S", text) is None:
        raise ReadingRefused(make_finding("archivo_vacio"))
    _refuse_long_lines(text, 1 if declaration else 0)
    head = _choose_delimiter(text, options, declaration[1].decode() if declaration else None)
    header = _find_header(head, text, options)
    # A list may have no header; its first record is then the first of all.
    end, line = head.ends[header.first_row - 2] if header.first_row > 1 else (0, 0)
    refuse_binary(text, end)
    body = memoryview(text)[end:]
    line += 1 if declaration else 0
    table, rows = _read_body(body, header, head.delimiter, line)
    unnamed = _unnamed_columns(table, header)
    return SourceTable(_keyed(table, rows, header), header, None, (*unknown_columns(header, options), *unnamed))


def _refuse_long_lines(text: bytes, lines_before: int) -> None:
    """Refuse a line that no table of ours could have, before anything tries to hold its cells."""
    start = 0
    while len(text) - start > MAX_LINE_BYTES:
        window = (start, start + MAX_LINE_BYTES)
        end = text.rfind(b"\n", *window)
        if end < 0:
            end = text.rfind(b"\r", *window)
        if end < 0:
            line = count_lines(text[:start]) + lines_before + 1
            raise ReadingRefused(make_finding("linea_demasiado_larga", line=line, limit=MAX_LINE_BYTES))
        start = end + 1


def _choose_delimiter(text: bytes, options: ReadOptions, declared_delimiter: str | None) -> _Head:
    limit = max(HEADER_SEARCH_ROWS, options.header_row or 0)
    delimiters = sorted(DELIMITERS, key=lambda delimiter: delimiter != declared_delimiter)
    heads = [_read_head(text, delimiter, limit) for delimiter in delimiters]
    for head in heads:
        if options.header_row is None and is_complete(head.records, options):
            return head
    declared = options.header_row
    # max keeps the first of equals, so a file of one column counts as comma-separated.
    return max(
        heads,
        key=lambda head: (
            count_recognised(head.records if declared is None else head.records[declared - 1 : declared], options),
            max((len(record) for record in head.records), default=0),
        ),
    )


def _read_head(text: bytes, delimiter: str, limit: int) -> _Head:
    csv.field_size_limit(MAX_CELL_CHARACTERS * 4)
    lines = io.StringIO(text[:_HEAD_BYTES].decode("utf-8", errors="ignore"), newline="")
    consumed = _Consumed(lines)
    records: list[list[str]] = []
    ends: list[tuple[int, int]] = []
    try:
        # Some programs write a blank between the delimiter and the quotes of a header.
        for record in csv.reader(consumed, delimiter=delimiter, skipinitialspace=True):
            records.append(record)
            ends.append((consumed.byte_count, consumed.line_count))
            if len(records) == limit:
                break
    except csv.Error:
        # A cell above the module's limit, or a stray carriage return: what was read before may still hold the header.
        pass
    return _Head(delimiter, records, ends)


class _Consumed:
    """Lines of a text, counted while they are taken."""

    def __init__(self, lines: io.StringIO) -> None:
        self._lines = lines
        self.byte_count = 0
        self.line_count = 0

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.byte_count += len(line.encode())
            self.line_count += 1
            yield line


def _find_header(head: _Head, text: bytes, options: ReadOptions) -> Header:
    if not head.records:
        raise ReadingRefused(make_finding("archivo_ilegible", reason="csv"))
    try:
        return find_header(head.records, options)
    except ReadingRefused:
        refuse_binary(text, _HEAD_BYTES)
        raise


def _read_body(body: Text, header: Header, delimiter: str, header_line: int) -> tuple[pa.Table, pl.Series]:
    """The cells after the header as string columns c0, c1, …, and the row of each record."""
    columns = len(header.names)
    if not body:
        return _empty(columns), pl.Series("row", [], pl.Int64)
    if has_broken_quotes(body, delimiter):
        blanks = first_faults(iter_blanks_before_quotes(body, delimiter=delimiter, header_line=header_line))
        faults = blanks or _faults(body, header, delimiter, header_line)
        raise ReadingRefused(*(faults or (make_finding("archivo_ilegible", reason='"'),)))
    try:
        table = _parse(body, columns, delimiter, None)
        skipped: list[arrow_csv.InvalidRow] = []
    except pa.ArrowInvalid:
        table, skipped = _read_oddly_shaped(body, header, delimiter, header_line)
    numbers = pl.int_range(1, table.num_rows + len(skipped) + 1, eager=True).alias("row")
    if skipped:
        numbers = numbers.filter(~numbers.is_in([row.number for row in skipped]))
    return table, numbers + (header.first_row - 1)


def _read_oddly_shaped(
    body: Text, header: Header, delimiter: str, header_line: int
) -> tuple[pa.Table, list[arrow_csv.InvalidRow]]:
    """Rows that are blank but have another number of cells are set apart; other ragged rows are refused."""
    skipped: list[arrow_csv.InvalidRow] = []
    try:
        table = _parse(body, len(header.names), delimiter, skipped)
    except pa.ArrowInvalid as error:
        raise ReadingRefused(make_finding("archivo_ilegible", reason=str(error))) from error
    if any(not _is_blank(row.text, delimiter) for row in skipped):
        raise ReadingRefused(*_faults(body, header, delimiter, header_line))
    return table, skipped


def _parse(body: Text, columns: int, delimiter: str, skipped: list[arrow_csv.InvalidRow] | None) -> pa.Table:
    """The cells as text. With a list, rows of another number of cells go there; without, they are an error.

    Raises: pa.ArrowInvalid.
    """
    names = [f"c{position}" for position in range(columns)]
    return arrow_csv.read_csv(
        pa.BufferReader(body),
        read_options=arrow_csv.ReadOptions(
            column_names=names,
            # Rows are numbered only without threads, and the pool of threads now and then aborts a process that ends.
            use_threads=False,
            # A record longer than a block is an error; the second time the whole file is one block.
            block_size=_BLOCK_BYTES if skipped is None else min(len(body) + 1, _LARGEST_BLOCK_BYTES),
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=delimiter,
            newlines_in_values=True,
            ignore_empty_lines=False,
            invalid_row_handler=None if skipped is None else _skip_into(skipped),
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
        ),
    )


def _skip_into(skipped: list[arrow_csv.InvalidRow]) -> Callable[[arrow_csv.InvalidRow], str]:
    def skip(row: arrow_csv.InvalidRow) -> str:
        skipped.append(row)
        return "skip"

    return skip


def _faults(body: Text, header: Header, delimiter: str, header_line: int) -> tuple[Finding, ...]:
    return first_faults(
        iter_faults(
            body,
            delimiter=delimiter,
            header_row=header.first_row - 1,
            header_line=header_line,
            columns=len(header.names),
        )
    )


def _is_blank(text: str | None, delimiter: str) -> bool:
    if len(text or "") > MAX_CELL_CHARACTERS:
        return False
    records = csv.reader(io.StringIO(text or "", newline=""), delimiter=delimiter)
    return not any(cell.strip() for record in records for cell in record)


def _empty(columns: int) -> pa.Table:
    return pa.table({f"c{position}": pa.array([], pa.string()) for position in range(columns)})


def _keyed(table: pa.Table, rows: pl.Series, header: Header) -> pa.Table:
    columns = {"row": rows.to_arrow()}
    for position, key in enumerate(header.keys):
        if key is not None:
            columns[key] = table.column(position)
    return pa.table(columns)


def _unnamed_columns(table: pa.Table, header: Header) -> Iterator[Finding]:
    for position, name in enumerate(header.names):
        if not name and pc.any(pc.not_equal(pc.utf8_trim_whitespace(table.column(position)), "")).as_py():
            yield make_finding("columna_sin_encabezado", row=header.row, position=position + 1)
