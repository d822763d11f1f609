"""Telling what kind of file was sent, and reading it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pyarrow.compute as pc

from exemptions.finding import Finding
from loaders.archive import DAMAGE
from loaders.biff import inspect_xls
from loaders.decode import decode_to_utf8, is_utf8
from loaders.delimited import read_delimited
from loaders.json_source import looks_like_json, read_json
from loaders.limits import MAX_CELL_CHARACTERS
from loaders.opendocument import inspect_opendocument
from loaders.options import ReadingRefused, ReadOptions, SourceTable
from loaders.parquet_source import read_parquet
from loaders.rules import make_finding
from loaders.sheet_faults import SheetFaults
from loaders.sheets import read_sheet
from loaders.workbook import inspect_workbook

_ZIP = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PARQUET = b"PAR1"
_FOREIGN: Mapping[bytes, str] = {
    b"%PDF": "PDF",
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!": "RAR",
    b"PK\x05\x06": "ZIP",
    b"PK\x07\x08": "ZIP",
    b"PARE": "Parquet + password",
    b"ARROW1": "Arrow",
    b"SQLite format 3": "SQLite",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"{\\rtf": "RTF",
}
"""First bytes → what kind of file that is; none of them can begin a header."""

_HTML = re.compile(rb"\s*<(?:!doctype\s+html|html|head|body|table|meta|style|script|div)\b", re.IGNORECASE)
_XML = re.compile(rb"\s*<[?!A-Za-z]")

_OPENDOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"
_PACKED: Mapping[str, str] = {
    "xl/workbook.bin": "Excel (.xlsb)",
    "word/document.xml": "Word (.docx)",
    "ppt/presentation.xml": "PowerPoint (.pptx)",
    "content.xml": "OpenDocument",
}
"""A part that only one kind of archive has → that kind."""


def read_source(path: Path, options: ReadOptions, *, max_bytes: int) -> SourceTable:
    """The table that a file holds, as text. The kind of file is told by its content, not by its name.

    Raises: ReadingRefused.
    """
    with path.open("rb") as file:
        start = file.read(16)
    if start.startswith(_ZIP):
        source = _read_archive(path, options, max_bytes)
    elif start.startswith(_COMPOUND):
        source = read_sheet(path, options, inspect_xls(path))
        source = _with_unused(source, options, "encoding")
    elif start.startswith(_PARQUET):
        source = _with_unused(read_parquet(path, options), options, "encoding", "sheet", "header_row")
    else:
        _refuse_foreign(start)
        source = _read_text(path, options)
    _refuse_long_cells(source)
    return source


def _refuse_foreign(start: bytes) -> None:
    kind = next((kind for signature, kind in _FOREIGN.items() if start.startswith(signature)), None)
    if kind is not None:
        raise ReadingRefused(make_finding("formato_no_admitido", kind=kind))


def _read_archive(path: Path, options: ReadOptions, max_bytes: int) -> SourceTable:
    inspect = _inspector(path)
    return _with_unused(read_sheet(path, options, inspect(path, max_bytes=max_bytes)), options, "encoding")


def _inspector(path: Path) -> Callable[..., Mapping[str, SheetFaults]]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            with archive.open("mimetype") if "mimetype" in names else path.open("rb") as file:
                declared = file.read(len(_OPENDOCUMENT))
    except (*DAMAGE, RuntimeError) as error:
        raise ReadingRefused(make_finding("archivo_danado", reason=type(error).__name__)) from error
    if declared == _OPENDOCUMENT:
        return inspect_opendocument
    if "xl/workbook.xml" in names:
        return inspect_workbook
    kind = next((kind for part, kind in _PACKED.items() if part in names), "ZIP")
    raise ReadingRefused(make_finding("formato_no_admitido", kind=kind))


def _read_text(path: Path, options: ReadOptions) -> SourceTable:
    data = path.read_bytes()
    if not data:
        raise ReadingRefused(make_finding("archivo_vacio"))
    text = decode_to_utf8(data, options.encoding)
    if _HTML.match(text) or _XML.match(text):
        raise ReadingRefused(make_finding("formato_no_admitido", kind="HTML" if _HTML.match(text) else "XML"))
    if looks_like_json(text):
        # The bytes as received are not needed any longer, and what they hold is about to take twice their size.
        del data
        return _with_unused(read_json(text, options), options, "sheet", "header_row")
    return _with_unused(read_delimited(text, options), options, "sheet")


def _with_unused(source: SourceTable, options: ReadOptions, *names: str) -> SourceTable:
    """The source, with a warning for each of these options that was given and says nothing of such a container."""
    given = {
        "encoding": not is_utf8(options.encoding),
        "sheet": options.sheet is not None,
        "header_row": options.header_row is not None,
    }
    unused: Iterator[Finding] = (
        make_finding("opcion_sin_efecto", value=f"--{name.replace('_', '-')}") for name in names if given[name]
    )
    return SourceTable(source.table, source.header, source.sheet, (*source.findings, *unused))


def _refuse_long_cells(source: SourceTable) -> None:
    """Refuse a cell that no spreadsheet could hold: it is a cell that was never closed, or an attack."""
    table = source.table
    found: list[Finding] = []
    for name, key in zip(source.header.names, source.header.keys, strict=True):
        if key is None or not (pc.max(pc.binary_length(table[key])).as_py() or 0) > MAX_CELL_CHARACTERS:
            continue
        lengths = pc.utf8_length(table[key])
        long = pc.greater(lengths, MAX_CELL_CHARACTERS)
        rows, sizes = table["row"].filter(long).to_pylist(), lengths.filter(long).to_pylist()
        found += [
            make_finding("celda_demasiado_larga", row=row, column=name, key=key, found=size, limit=MAX_CELL_CHARACTERS)
            for row, size in zip(rows, sizes, strict=True)
        ]
    if found:
        raise ReadingRefused(*sorted(found, key=lambda finding: finding.row or 0))
