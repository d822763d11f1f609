"""Reading a sheet of an XLSX workbook as text, row numbers as the spreadsheet shows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path

import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from exemptions.batches import Finding
from loaders.mapping import HEADER_SEARCH_ROWS, find_header, is_complete, unknown_columns
from loaders.options import Header, ReadingRefused, ReadOptions, SourceTable
from loaders.rules import make_finding
from loaders.workbook import LostCells, inspect_workbook

Cell = str | float | int | bool | date | datetime | time | timedelta
Row = Sequence[Cell]

_CHUNK_ROWS = 20_000
"""Turned into columns at once, so that the Python values of a few rows only are alive."""

_EXACT = 10**15
"""Whole numbers from here on are rounded in the file itself: a spreadsheet keeps fifteen digits."""


@dataclass(frozen=True, slots=True)
class _Sheet:
    name: str
    sheet: CalamineSheet
    first_column: int
    """Columns before the first one that holds anything; the reader leaves them out."""

    def head(self, rows: int) -> list[list[str]]:
        """The first rows as text."""
        return [[cell_text(cell) for cell in row] for row in islice(self.sheet.iter_rows(), rows)]


def read_sheet(path: Path, options: ReadOptions, *, max_bytes: int) -> SourceTable:
    """A sheet of a workbook as text: the declared one, or the only visible one with the required headers.

    Raises: ReadingRefused.
    """
    lost = inspect_workbook(path, max_bytes=max_bytes)
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        sheet = _choose_sheet(workbook, options)
        header = find_header(sheet.head(_head_rows(options)), options)
        table = _read_rows(sheet, header)
    except CalamineError as error:
        raise ReadingRefused(make_finding("archivo_danado", reason=str(error))) from error
    faults = tuple(_lost_findings(lost.get(sheet.name, ()), sheet, header))
    if faults:
        raise ReadingRefused(*faults)
    findings = (*unknown_columns(header, options), *_unnamed_columns(sheet, header))
    return SourceTable(table, header, sheet.name, findings)


def cell_text(cell: Cell) -> str:
    """What a cell holds, as text that loses nothing: dates in ISO, whole numbers without a decimal point.

    A number of more than fifteen digits was rounded by the spreadsheet; scientific notation shows that.
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "VERDADERO" if cell else "FALSO"
    if isinstance(cell, datetime):
        midnight = cell.time() == time()
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, int):
        return str(cell) if abs(cell) < _EXACT else f"{cell:.15E}"
    if isinstance(cell, float):
        return _number_text(cell)
    return str(cell)


def _number_text(number: float) -> str:
    if abs(number) >= _EXACT:
        return f"{number:.15E}"
    # Fifteen significant digits are what the spreadsheet shows; the rest is how a binary number ends.
    return str(int(number)) if number.is_integer() else format(number, ".15g")


def _choose_sheet(workbook: CalamineWorkbook, options: ReadOptions) -> _Sheet:
    visible = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    ]
    if options.sheet is not None:
        if options.sheet not in workbook.sheet_names:
            finding = make_finding("hoja_inexistente", value=options.sheet, sheets=", ".join(workbook.sheet_names))
            raise ReadingRefused(finding)
        return _filled(workbook, options.sheet) or _refuse_empty()
    sheets = [sheet for name in visible if (sheet := _filled(workbook, name)) is not None]
    if not sheets:
        _refuse_empty()
    complete = [sheet for sheet in sheets if is_complete(sheet.head(_head_rows(options)), options)]
    if len(complete) > 1:
        names = ", ".join(sheet.name for sheet in complete)
        raise ReadingRefused(make_finding("varias_hojas", sheets=names))
    return complete[0] if complete else sheets[0]


def _filled(workbook: CalamineWorkbook, name: str) -> _Sheet | None:
    sheet = workbook.get_sheet_by_name(name)
    return None if sheet.start is None else _Sheet(name, sheet, sheet.start[1])


def _refuse_empty() -> _Sheet:
    raise ReadingRefused(make_finding("archivo_vacio"))


def _head_rows(options: ReadOptions) -> int:
    return max(HEADER_SEARCH_ROWS, options.header_row or 0)


def _read_rows(sheet: _Sheet, header: Header) -> pa.Table:
    wanted = {position: key for position, key in enumerate(header.keys) if key is not None}
    schema = pa.schema([("row", pa.int64()), *((key, pa.string()) for key in wanted.values())])
    rows = islice(sheet.sheet.iter_rows(), header.row, None)
    batches: list[pa.RecordBatch] = []
    number = header.row + 1
    while chunk := list(islice(rows, _CHUNK_ROWS)):
        columns = list(zip(*chunk, strict=True))
        arrays = [pa.array(range(number, number + len(chunk)), pa.int64())]
        arrays += [_texts(columns[position]) for position in wanted]
        batches.append(pa.record_batch(arrays, schema=schema))
        number += len(chunk)
    return pa.Table.from_batches(batches, schema)


def _texts(cells: Sequence[Cell]) -> pa.Array:
    # Nearly every cell is text already, and a call for each would take as long as reading the sheet.
    return pa.array([cell if type(cell) is str else cell_text(cell) for cell in cells], pa.string())


def _lost_findings(lost: Sequence[LostCells], sheet: _Sheet, header: Header) -> Iterator[Finding]:
    """Yield what stands below the header in columns that are loaded; title blocks may be merged."""
    keys: Mapping[int, tuple[str, str]] = {
        sheet.first_column + position + 1: (name, key)
        for position, (name, key) in enumerate(zip(header.names, header.keys, strict=True))
        if key is not None
    }
    for cells in lost:
        column = next((c for c in range(cells.first_column, cells.last_column + 1) if c in keys), None)
        if cells.last_row > header.row and column is not None:
            name, key = keys[column]
            row = max(cells.first_row, header.row + 1)
            yield make_finding(cells.rule, row=row, column=name, key=key, value=cells.text, cell=cells.reference)


def _unnamed_columns(sheet: _Sheet, header: Header) -> Iterator[Finding]:
    unnamed = [position for position, name in enumerate(header.names) if not name]
    if not unnamed:
        return
    filled: set[int] = set()
    for row in islice(sheet.sheet.iter_rows(), header.row, None):
        filled.update(position for position in unnamed if cell_text(row[position]).strip())
    for position in sorted(filled):
        yield make_finding("columna_sin_encabezado", row=header.row, position=sheet.first_column + position + 1)
