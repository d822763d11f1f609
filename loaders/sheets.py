"""Reading a sheet of a workbook (XLSX, XLS, ODS) as text, row numbers as the spreadsheet shows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyarrow as pa
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from exemptions.finding import Finding
from loaders.cells import Cell, cell_text
from loaders.mapping import HEADER_SEARCH_ROWS, find_header, is_complete, unknown_columns
from loaders.options import Header, ReadingRefused, ReadOptions, SourceTable
from loaders.rules import make_finding
from loaders.sheet_faults import MergedCells, SheetFaults

Row = Sequence[Cell]

_CHUNK_ROWS = 20_000
"""Turned into columns at once, so that the Python values of a few rows only are alive."""


@dataclass(frozen=True, slots=True)
class _Sheet:
    name: str
    sheet: CalamineSheet
    first_column: int
    """Columns before the first one that holds anything; the reader leaves them out."""

    def head(self, rows: int) -> list[list[str]]:
        """The first rows as text."""
        return [[cell_text(cell) for cell in row] for row in islice(self.sheet.iter_rows(), rows)]


def read_sheet(path: Path, options: ReadOptions, faults: Mapping[str, SheetFaults]) -> SourceTable:
    """A sheet of a workbook as text: the declared one, or the only visible one with the required headers.

    `faults` is what was found in each sheet when the file was looked into, which comes before it is opened here.
    Raises: ReadingRefused.
    """
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        sheet = _choose_sheet(workbook, options)
        header = find_header(sheet.head(_head_rows(options)), options)
        table = _read_rows(sheet, header)
    except PasswordError as error:
        raise ReadingRefused(make_finding("libro_con_contrasena")) from error
    except CalamineError as error:
        raise ReadingRefused(make_finding("archivo_danado", reason=str(error))) from error
    except BaseException as error:
        # A panic of the library, whose class it does not export: some damage to old workbooks it did not think of.
        if type(error).__name__ == "PanicException":
            raise ReadingRefused(make_finding("archivo_danado", reason="panic")) from error
        raise
    _refuse_faults(faults.get(sheet.name, SheetFaults()), sheet, header)
    findings = (*unknown_columns(header, options), *_unnamed_columns(sheet, header))
    return SourceTable(table, header, sheet.name, findings)


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
    first = header.first_row
    rows = islice(sheet.sheet.iter_rows(), first - 1, None)
    batches: list[pa.RecordBatch] = []
    number = first
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


def _refuse_faults(faults: SheetFaults, sheet: _Sheet, header: Header) -> None:
    """Refuse error cells, and merged cells among the records: only the first of those has its value."""
    keys: Mapping[int, tuple[str, str]] = {
        sheet.first_column + position + 1: (name, key)
        for position, (name, key) in enumerate(zip(header.names, header.keys, strict=True))
        if key is not None
    }
    found = [
        make_finding(
            cell.rule,
            row=cell.row,
            column=keys[cell.column][0],
            key=keys[cell.column][1],
            value=cell.text,
            cell=cell.reference,
        )
        for cell in faults.errors
        if cell.row >= header.first_row and cell.column in keys
    ]
    for merged in (*faults.merged, *_merged_cells(sheet.sheet)):
        columns = [number for number in keys if merged.first_column <= number <= merged.last_column]
        if columns and merged.last_row >= header.first_row:
            name, key = keys[columns[0]]
            row = max(merged.first_row, header.first_row)
            found.append(make_finding("celdas_combinadas", row=row, column=name, key=key, cell=merged.reference))
    if found:
        raise ReadingRefused(*sorted(found, key=lambda finding: finding.row or 0))


def _merged_cells(sheet: CalamineSheet) -> Iterator[MergedCells]:
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        yield MergedCells(top + 1, left + 1, bottom + 1, right + 1)


def _unnamed_columns(sheet: _Sheet, header: Header) -> Iterator[Finding]:
    unnamed = [position for position, name in enumerate(header.names) if not name]
    if not unnamed:
        return
    filled: set[int] = set()
    for row in islice(sheet.sheet.iter_rows(), header.first_row - 1, None):
        filled.update(position for position in unnamed if cell_text(row[position]).strip())
    for position in sorted(filled):
        yield make_finding("columna_sin_encabezado", row=header.row, position=sheet.first_column + position + 1)
