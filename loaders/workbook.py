"""Looking into an XLSX before it is opened: its unpacked size, how far its cells reach, and its error cells.

The spreadsheet reader builds a dense table up to the farthest cell with a value, so a kilobyte with one far cell asks
for gigabytes, and the unpacked size does not show it. It also gives as empty what is not: errors, and formulas that no
program has computed yet.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from loaders.archive import check_xml, iter_chunks, open_archive, parse_xml, xml_parser
from loaders.limits import MAX_COLUMNS, MAX_ROWS, cells_allowed, refuse_too_large
from loaders.sheet_faults import ErrorCell, SheetFaults, column_number

MAX_PART_BYTES = 256 * 1024**2
"""Of a part that the reader keeps whole: shared texts, styles. A million names are 60 MB."""

_OVERLAP_BYTES = 65_536
"""Kept from one chunk to the next, so that a cell across the border is seen whole; a formula has 8,192 letters."""

_VALUE_AT = re.compile(
    # A cell without content is formatting only, however far it stands; the reader leaves it out.
    # A column or row that no spreadsheet has is counted too: the reader would make room for it.
    rb"""<(?:\w+:)?c\s(?:[^>]*?\s)?r=["']([A-Za-z]+)([0-9]+)["'][^>]*(?<!/)>(?!\s*</)"""
)
_REFERENCE = re.compile(rb"""\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")
_ERROR_MARK = re.compile(rb"""t=["']e["']""")
_ERROR_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*\bt=[\"']e[\"'][^>]*)>(.{0,2000}?)</(?:\w+:)?c>", re.DOTALL)
_ERROR_TEXT = re.compile(rb"<(?:\w+:)?v>([^<]*)<")
_FORMULA_MARK = re.compile(rb"<(?:\w+:)?f[\s/>]")
_UNCOMPUTED_CELL = re.compile(
    rb"<(?:\w+:)?c\s([^>]*)>\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*(?:/>|></(?:\w+:)?v>)\s*)?</(?:\w+:)?c>"
)
_IS_TEXT = re.compile(rb"""\bt=["']str["']""")
"""A formula whose computed value is a text, so that no text at all is one too."""

_SHEET = "sheet"
_SPREADSHEETS = (
    "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}",
    "{http://purl.oclc.org/ooxml/spreadsheetml/main}",
)
_RELATIONS = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)
"""Transitional and strict Office Open XML."""


def inspect_workbook(path: Path, *, max_bytes: int) -> Mapping[str, SheetFaults]:
    """The error cells of every worksheet, by its name.

    Raises: ReadingRefused if it is no workbook, or unfolds to more than is allowed.
    """
    allowed = cells_allowed(path.stat().st_size)
    with open_archive(path, max_bytes=max_bytes) as archive:
        sheets = _worksheets(archive)
        _check_whole_parts(archive, set(sheets.values()))
        faults: dict[str, SheetFaults] = {}
        for name, part in sheets.items():
            errors, cells = _inspect_sheet(archive, part, allowed)
            # The reader may have all sheets open at once, so they share one allowance.
            allowed -= cells
            faults[name] = SheetFaults(errors)
        return faults


def _check_whole_parts(archive: zipfile.ZipFile, sheets: set[str]) -> None:
    for entry in archive.infolist():
        name = entry.filename.lower()
        if name.startswith("xl/") and name.count("/") == 1 and name.endswith(".xml") and entry.filename not in sheets:
            refuse_too_large("bytes", entry.file_size, MAX_PART_BYTES)
            check_xml(archive, entry.filename)


def _worksheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Worksheet name → its part in the archive."""
    book = parse_xml(archive, "xl/workbook.xml")
    relations = parse_xml(archive, "xl/_rels/workbook.xml.rels")
    targets = {item.get("Id", ""): item.get("Target", "") for item in relations if item.get("TargetMode") != "External"}
    names = set(archive.namelist())
    sheets = [sheet for space in _SPREADSHEETS for sheet in book.iter(f"{space}{_SHEET}")]
    parts = {
        sheet.get("name", ""): _part(targets.get(next(filter(None, map(sheet.get, _RELATIONS)), ""), ""))
        for sheet in sheets
    }
    return {name: part for name, part in parts.items() if part in names}


def _part(target: str) -> str:
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _inspect_sheet(archive: zipfile.ZipFile, part: str, allowed: int) -> tuple[tuple[ErrorCell, ...], int]:
    """The error cells of a sheet, and how many cells its table has."""
    columns = rows = 0
    errors: dict[str, ErrorCell] = {}
    kept = b""
    for chunk in iter_chunks(archive, part, xml_parser()):
        seen = kept + chunk
        kept = seen[-_OVERLAP_BYTES:]
        filled = _VALUE_AT.findall(seen)
        columns = max(columns, max((_column(letters) for letters in {letters for letters, _ in filled}), default=0))
        rows = max(rows, max((_row(digits) for digits in {digits for _, digits in filled}), default=0))
        refuse_too_large("columnas / columns", columns, MAX_COLUMNS)
        refuse_too_large("filas / rows", rows, MAX_ROWS)
        refuse_too_large("celdas / cells", columns * rows, allowed)
        errors.update((cell.reference, cell) for cell in (*_error_cells(seen), *_uncomputed_cells(seen)))
    return tuple(errors.values()), columns * rows


def _column(letters: bytes) -> int:
    """The place of a column; of one too far for any spreadsheet some place beyond them all."""
    return column_number(letters[:8].decode().upper())


def _row(digits: bytes) -> int:
    return int(digits.lstrip(b"0")[:10] or b"0")


def _error_cells(chunk: bytes) -> Iterator[ErrorCell]:
    if _ERROR_MARK.search(chunk) is None:
        return
    for found in _ERROR_CELL.finditer(chunk):
        place = _REFERENCE.search(found[1])
        text = _ERROR_TEXT.search(found[2])
        if place is not None:
            shown = text[1].decode("utf-8", errors="replace") if text else ""
            yield ErrorCell(int(place[2]), column_number(place[1].decode()), shown)


def _uncomputed_cells(chunk: bytes) -> Iterator[ErrorCell]:
    """Yield the cells of formulas without a value: programs that make workbooks leave computing to the spreadsheet."""
    if _FORMULA_MARK.search(chunk) is None:
        return
    for found in _UNCOMPUTED_CELL.finditer(chunk):
        place = _REFERENCE.search(found[1])
        if place is not None and _IS_TEXT.search(found[1]) is None:
            yield ErrorCell(int(place[2]), column_number(place[1].decode()), None)
