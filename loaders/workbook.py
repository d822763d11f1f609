"""Looking into an XLSX before it is opened: its unpacked size, how far its cells reach, what would be read as empty.

The spreadsheet reader builds a dense table up to the farthest cell, so a kilobyte with one far cell asks for gigabytes,
and the unpacked size does not show it. It also gives as empty what is not: errors, formulas that no program has
computed yet, and all cells but one of those that are merged.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

from loaders.options import ReadingRefused
from loaders.rules import make_finding

MAX_ENTRIES = 10_000
MAX_COLUMNS = 256
MAX_ROWS = 1_048_576
MAX_CELLS = 64_000_000
"""Of the table up to the farthest cell: a million rows of sixty columns, some two gigabytes in the reader."""

_CHUNK_BYTES = 4 * 1024**2
_OVERLAP_BYTES = 65_536
"""Kept from one chunk to the next, so that a cell across the border is seen whole; a formula has 8,192 letters."""

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
_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\s+ref=["'](([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7}))["']""")

_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    NotImplementedError,
    ElementTree.ParseError,
    expat.ExpatError,
)
"""What the parts of a damaged archive raise when they are read."""

_SHEETS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}sheet"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True, slots=True)
class LostCells:
    """A cell, or a range of merged ones, whose value the reader would not give; places count from 1."""

    rule: str
    first_row: int
    last_row: int
    first_column: int
    last_column: int
    reference: str
    text: str | None
    """What the cell shows: the name of an error such as #DIV/0!."""


def inspect_workbook(path: Path, *, max_bytes: int) -> Mapping[str, tuple[LostCells, ...]]:
    """The cells of every worksheet that would be read as empty and are not, by its name.

    Raises: ReadingRefused if it is no workbook, or unpacks to more than is allowed.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_sizes(archive, max_bytes)
            return {name: _inspect_sheet(archive, part) for name, part in _worksheets(archive).items()}
    except _DAMAGE as error:
        raise ReadingRefused(make_finding("archivo_danado", reason=type(error).__name__)) from error
    except RuntimeError as error:
        # zipfile raises it for an entry that needs a password.
        raise ReadingRefused(make_finding("archivo_danado", reason="password")) from error


def column_number(letters: str) -> int:
    """The place of a column from its letters: A is 1, Z 26, AA 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _check_sizes(archive: zipfile.ZipFile, max_bytes: int) -> None:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise _too_large("entries", len(entries), MAX_ENTRIES)
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > max_bytes:
        raise _too_large("bytes", unpacked, max_bytes)


def _worksheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Worksheet name → its part in the archive."""
    # The reader runs alone in a process with limits on memory and time, which is what untrusted XML could exhaust.
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {item.get("Id", ""): item.get("Target", "") for item in relations if item.get("TargetMode") != "External"}
    names = set(archive.namelist())
    parts = {sheet.get("name", ""): _part(targets.get(sheet.get(_RELATION, ""), "")) for sheet in book.iter(_SHEETS)}
    return {name: part for name, part in parts.items() if part in names}


def _part(target: str) -> str:
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _inspect_sheet(archive: zipfile.ZipFile, part: str) -> tuple[LostCells, ...]:
    columns = rows = 0
    lost: dict[str, LostCells] = {}
    for chunk in _iter_chunks(archive, part):
        references = _REFERENCE.findall(chunk)
        columns = max(columns, max((column_number(text.decode()) for text in {c for c, _ in references}), default=0))
        rows = max(rows, max((int(row) for _, row in references), default=0))
        _refuse_far_cells(columns, rows)
        for cells in (*_error_cells(chunk), *_uncomputed_cells(chunk), *_merged_cells(chunk)):
            lost[cells.reference] = cells
    return tuple(lost.values())


def _iter_chunks(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    with archive.open(part) as stream:
        # The spreadsheet reader passes over broken XML without a word.
        syntax = expat.ParserCreate()
        kept = b""
        while chunk := stream.read(_CHUNK_BYTES):
            syntax.Parse(chunk, False)
            seen = kept + chunk
            yield seen
            kept = seen[-_OVERLAP_BYTES:]
        syntax.Parse(b"", True)


def _refuse_far_cells(columns: int, rows: int) -> None:
    if columns > MAX_COLUMNS:
        raise _too_large("columns", columns, MAX_COLUMNS)
    if rows > MAX_ROWS:
        raise _too_large("rows", rows, MAX_ROWS)
    if columns * rows > MAX_CELLS:
        raise _too_large("cells", columns * rows, MAX_CELLS)


def _error_cells(chunk: bytes) -> Iterator[LostCells]:
    if _ERROR_MARK.search(chunk) is None:
        return
    for found in _ERROR_CELL.finditer(chunk):
        text = _ERROR_TEXT.search(found[2])
        yield from _cell("celda_con_error", found[1], text[1].decode("utf-8", errors="replace") if text else "")


def _uncomputed_cells(chunk: bytes) -> Iterator[LostCells]:
    """Yield the cells of formulas without a value: programs that make workbooks leave computing to the spreadsheet."""
    if _FORMULA_MARK.search(chunk) is None:
        return
    for found in _UNCOMPUTED_CELL.finditer(chunk):
        if _IS_TEXT.search(found[1]) is None:
            yield from _cell("formula_sin_valor", found[1], None)


def _merged_cells(chunk: bytes) -> Iterator[LostCells]:
    for found in _MERGED.finditer(chunk):
        whole, left, top, right, bottom = (part.decode() for part in found.groups())
        columns = column_number(left), column_number(right)
        yield LostCells("celdas_combinadas", int(top), int(bottom), *columns, whole, None)


def _cell(rule: str, attributes: bytes, text: str | None) -> Iterator[LostCells]:
    place = _REFERENCE.search(attributes)
    if place is not None:
        letters, row = place[1].decode(), int(place[2])
        column = column_number(letters)
        yield LostCells(rule, row, row, column, column, f"{letters}{row}", text)


def _too_large(what: str, found: int, limit: int) -> ReadingRefused:
    return ReadingRefused(make_finding("libro_demasiado_grande", what=what, found=found, limit=limit))
