"""Looking into an XLS before it is opened: whether it has a password, how far its cells reach, and its error cells.

The spreadsheet reader gives error cells as empty ones.
Source: [MS-CFB], [MS-XLS] 2.4.20 BOF, 2.4.28 BoundSheet8, 2.4.24 BoolErr, 2.4.127 Formula, 2.4.117 FilePass.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

import olefile

from loaders.limits import MAX_COLUMNS, cells_allowed, refuse_too_large
from loaders.options import ReadingRefused
from loaders.rules import make_finding
from loaders.sheet_faults import ErrorCell, SheetFaults

_STREAMS = ("Workbook", "Book")
_ENCRYPTED_PACKAGE = "EncryptedPackage"
"""The stream of an XLSX with a password, which is kept in the same kind of file as an XLS."""

_BOF, _EOF = 0x0809, 0x000A
_FILE_PASS = 0x002F
_BOUND_SHEET = 0x0085
_FORMULA = 0x0006
_BOOL_ERR = 0x0205
_CELLS = {0x0203: 6, 0x0204: 6, 0x00FD: 6, 0x027E: 6, 0x00D6: 6, _FORMULA: 6, _BOOL_ERR: 6}
"""Records of one cell with a value: number, label, shared label, packed number, rich label, formula, logical."""
_PACKED_NUMBERS = 0x00BD
_WORKSHEET = 0

_ERRORS: Mapping[int, str] = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}

_Record = tuple[int, bytes]


def inspect_xls(path: Path) -> Mapping[str, SheetFaults]:
    """The error cells of every worksheet, by its name.

    Raises: ReadingRefused if it is no workbook, has a password, or unfolds to more than is allowed.
    """
    try:
        stream = _workbook_stream(path)
        return _inspect_stream(stream, cells_allowed(path.stat().st_size))
    except (OSError, struct.error, IndexError, ValueError) as error:
        raise ReadingRefused(make_finding("archivo_danado", reason=type(error).__name__)) from error


def _workbook_stream(path: Path) -> bytes:
    with olefile.OleFileIO(str(path)) as file:
        if file.exists(_ENCRYPTED_PACKAGE):
            raise ReadingRefused(make_finding("libro_con_contrasena"))
        name = next((name for name in _STREAMS if file.exists(name)), None)
        if name is None:
            raise ReadingRefused(make_finding("formato_no_admitido", kind="Word, PowerPoint, Outlook …"))
        stream: bytes = file.openstream(name).read()
        return stream


def _inspect_stream(stream: bytes, allowed: int) -> Mapping[str, SheetFaults]:
    faults: dict[str, SheetFaults] = {}
    for name, start in _worksheets(stream):
        errors, cells = _inspect_sheet(stream, start, allowed)
        allowed -= cells
        faults[name] = SheetFaults(errors)
    return faults


def _worksheets(stream: bytes) -> Iterator[tuple[str, int]]:
    is_unicode = True
    for kind, data in _records(stream, 0):
        if kind == _BOF:
            is_unicode = struct.unpack_from("<H", data)[0] >= 0x0600
        elif kind == _FILE_PASS:
            raise ReadingRefused(make_finding("libro_con_contrasena"))
        elif kind == _BOUND_SHEET:
            start, _, sheet_kind, length = struct.unpack_from("<IBBB", data)
            if sheet_kind == _WORKSHEET:
                yield _sheet_name(data[7:], length, is_unicode=is_unicode), start


def _sheet_name(data: bytes, length: int, *, is_unicode: bool) -> str:
    if not is_unicode:
        return data[:length].decode("cp1252", errors="replace")
    wide = data[0] & 1
    return data[1 : 1 + length * (1 + wide)].decode("utf-16-le" if wide else "latin-1", errors="replace")


def _inspect_sheet(stream: bytes, start: int, allowed: int) -> tuple[tuple[ErrorCell, ...], int]:
    """The error cells of a sheet, and how many cells its table has."""
    rows = columns = 0
    errors: list[ErrorCell] = []
    for kind, data in _records(stream, start):
        if kind == _PACKED_NUMBERS:
            row, column = struct.unpack_from("<H", data)[0], struct.unpack_from("<H", data, len(data) - 2)[0]
        elif kind in _CELLS:
            row, column = struct.unpack_from("<HH", data)
            code = _error_code(kind, data)
            if code is not None:
                errors.append(ErrorCell(row + 1, column + 1, _ERRORS.get(code, f"#{code}")))
        else:
            continue
        rows, columns = max(rows, row + 1), max(columns, column + 1)
    refuse_too_large("columnas / columns", columns, MAX_COLUMNS)
    refuse_too_large("celdas / cells", rows * columns, allowed)
    return tuple(errors), rows * columns


def _error_code(kind: int, data: bytes) -> int | None:
    if kind == _BOOL_ERR and data[7]:
        return data[6]
    if kind == _FORMULA and data[6] == 2 and data[12:14] == b"\xff\xff":
        return data[8]
    return None


def _records(stream: bytes, start: int) -> Iterator[_Record]:
    """Yield the records from `start` to the end of the part that begins there; charts within it are passed over."""
    depth = 0
    while start + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, start)
        if kind == _BOF:
            depth += 1
        if depth == 1 or kind == _BOF:
            yield kind, stream[start + 4 : start + 4 + length]
        if kind == _EOF:
            depth -= 1
            if depth <= 0:
                return
        start += 4 + length
    raise ValueError("no end")
