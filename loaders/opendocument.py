"""Looking into an ODS before it is opened: how far its repeated rows and cells reach, its error cells, its merges.

One element may stand for a million rows of a thousand columns each, so a kilobyte can ask for gigabytes. The
spreadsheet reader gives an error cell as its text or as nothing, and says nothing of merged cells.
Source: OpenDocument 1.3 part 3, 9.1 (table model) and 19.675, 19.677 (repetition).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from loaders.archive import check_xml, iter_chunks, open_archive, xml_parser
from loaders.limits import MAX_COLUMNS, MAX_ROWS, cells_allowed, refuse_too_large
from loaders.sheet_faults import ErrorCell, MergedCells, SheetFaults

_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0 "
_EXTENSION = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 "

_SHEET, _ROW = f"{_TABLE}table", f"{_TABLE}table-row"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")


def inspect_opendocument(path: Path, *, max_bytes: int) -> Mapping[str, SheetFaults]:
    """The error cells and merged cells of every sheet, by its name.

    Raises: ReadingRefused if it is damaged, or unfolds to more than is allowed.
    """
    inspector = _Inspector(cells_allowed(path.stat().st_size))
    with open_archive(path, max_bytes=max_bytes) as archive:
        check_xml(archive, "META-INF/manifest.xml")
        parser = xml_parser()
        parser.StartElementHandler = inspector.start
        parser.EndElementHandler = inspector.end
        for _ in iter_chunks(archive, "content.xml", parser):
            pass
    return inspector.faults


class _Inspector:
    """Counts the rows and cells of each sheet while its elements go by."""

    def __init__(self, allowed: int) -> None:
        self.faults: dict[str, SheetFaults] = {}
        self._allowed = allowed
        self._depth = 0
        self._name = ""
        self._reset_sheet()

    def _reset_sheet(self) -> None:
        self._errors: list[ErrorCell] = []
        self._merged: list[MergedCells] = []
        self._row = self._column = 0
        self._last_row = self._last_column = 0
        self._rows_repeated = self._cells_repeated = 1
        self._row_is_filled = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == _SHEET:
            self._depth += 1
            if self._depth == 1:
                self._name = attributes.get(f"{_TABLE}name", "")
                self._reset_sheet()
        elif self._depth != 1:
            # A table within a cell, or what stands outside of the sheets.
            return
        elif name == _ROW:
            self._rows_repeated = _repetition(attributes, "rows")
            self._column = 0
            self._row_is_filled = False
        elif name in _CELLS:
            self._start_cell(attributes)
        elif name == f"{_TEXT}p":
            self._fill()

    def end(self, name: str) -> None:
        if name == _SHEET:
            self._depth -= 1
            if self._depth == 0:
                self._allowed -= self._last_row * self._last_column
                self.faults[self._name] = SheetFaults(tuple(self._errors), tuple(self._merged))
        elif self._depth == 1 and name == _ROW:
            self._end_row()
        elif self._depth == 1 and name in _CELLS:
            self._column += self._cells_repeated

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._cells_repeated = _repetition(attributes, "columns")
        row, column = self._row + 1, self._column + 1
        if f"{_OFFICE}value-type" in attributes:
            self._fill()
        if attributes.get(f"{_EXTENSION}value-type") == "error":
            self._errors.append(ErrorCell(row, column, "#ERROR"))
        down = int(attributes.get(f"{_TABLE}number-rows-spanned", "1"))
        across = int(attributes.get(f"{_TABLE}number-columns-spanned", "1"))
        if down > 1 or across > 1:
            self._merged.append(MergedCells(row, column, row + down - 1, column + across - 1))

    def _fill(self) -> None:
        """The current cell holds something: the table reaches to its last repetition."""
        self._row_is_filled = True
        self._last_column = max(self._last_column, self._column + self._cells_repeated)
        refuse_too_large("columnas / columns", self._last_column, MAX_COLUMNS)

    def _end_row(self) -> None:
        self._row += self._rows_repeated
        if self._row_is_filled:
            self._last_row = self._row
            refuse_too_large("filas / rows", self._last_row, MAX_ROWS)
            refuse_too_large("celdas / cells", self._last_row * self._last_column, self._allowed)


def _repetition(attributes: dict[str, str], of: str) -> int:
    return int(attributes.get(f"{_TABLE}number-{of}-repeated", "1"))
