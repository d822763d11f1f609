"""XLSX: the rows for people, with a second sheet that tells where they come from and what the columns mean."""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import IO
from xml.etree import ElementTree
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pyarrow as pa
import xlsxwriter
from isal import isal_zlib
from xlsxwriter.format import Format as CellFormat
from xlsxwriter.worksheet import Worksheet

from exemptions.calendar import parse_instant
from exemptions.columns import COLUMN, Column, table_schema
from exemptions.errors import Sentence, TooManyRows
from exporters.frames import iter_slices, select_schema
from exporters.xlsx_rows import format_rows, is_text, number_format

MAX_ROWS = 100_000
"""A spreadsheet holds ten times as many, and becomes slow long before; larger results are CSV."""

_SLICE_ROWS = 4_096
_BLOCK_BYTES = 256 * 1024
_LEVEL = 1
"""The rows repeat themselves so much that more effort saves little and takes three times as long."""
_ROWS_LEVEL = 2
_RAW = -15
"""zlib's way of asking for a stream without a header, as archives have them."""
_FIRST_INSTANT = datetime(1980, 1, 1, tzinfo=UTC)
"""What a file says that tells no instant of publication: archives know none before."""
_ROWS_SHEET = "xl/worksheets/sheet1.xml"
_END_OF_ROWS = b"</sheetData>"
_DIMENSION = re.compile(rb"<dimension [^>]*/>")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"

_ROWS_NAME = Sentence("Datos", "Data")
_ABOUT_NAME = Sentence("Acerca de", "About")
_TOLD: Mapping[str, Sentence] = {
    "release": Sentence("Publicación", "Release"),
    "published_at": Sentence("Publicada el", "Published at"),
    "status_date": Sentence("Estados al", "Statuses as of"),
    "rows": Sentence("Filas", "Rows"),
    "query": Sentence("Búsqueda", "Query"),
    "source": Sentence("Dirección permanente", "Permanent address"),
    "publisher": Sentence("Publica", "Publisher"),
    "license": Sentence("Licencia", "Licence"),
    "license_url": Sentence("Texto de la licencia", "Text of the licence"),
    "manifest_sha256": Sentence("SHA-256 del manifiesto", "SHA-256 of the manifest"),
    "records_sha256": Sentence("SHA-256 de los registros", "SHA-256 of the records"),
}
"""What the second sheet tells of the file, in this order."""
_EVERYTHING = Sentence("todo, sin filtros", "everything, without filters")
_INVENTED = Sentence("Datos inventados: esta es una demostración.", "Invented data: this is a demonstration.")
_DICTIONARY = (
    Sentence("Columna", "Column"),
    Sentence("Clave", "Key"),
    Sentence("Qué es", "What it is"),
    Sentence("Unidad", "Unit"),
    Sentence("Valores", "Values"),
)
_CATALOG = Sentence("códigos del catálogo {}", "codes of the catalogue {}")


def stream_xlsx(
    batches: Iterable[pa.RecordBatch],
    *,
    fields: tuple[str, ...] | None = None,
    metadata: Mapping[str, str] | None = None,
    schema: pa.Schema | None = None,
    lang: str | None = None,
    words: Mapping[str, Column] = COLUMN,
) -> Iterator[bytes]:
    """The bytes of a workbook, which is written whole to a temporary file before the first of them.

    Shape: sheet 1 has the labels in `lang` (Spanish for None), frozen and with filters, and the rows: NIT and codes are
    text, days, numbers and amounts are values. Sheet 2 tells what is in `metadata`, the number of rows and the
    dictionary. Instants inside are `published_at` of `metadata`: the same rows give the same bytes.
    Raises: TooManyRows, and whatever the source raises, when it is called and not later.
    """
    target = tempfile.TemporaryFile(prefix="registry-")  # noqa: SIM115 - closed by whoever reads it to the end
    try:
        columns = select_schema(schema or table_schema(), fields)
        _write(target, batches, _Book(columns, dict(metadata or {}), lang or "es", words))
        return _Written(target)
    except BaseException:
        target.close()
        raise


class _Written(Iterator[bytes]):
    """A finished file, read from its beginning; it is gone when it was read or closed."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.size_bytes = file.seek(0, io.SEEK_END)
        file.seek(0)

    def __next__(self) -> bytes:
        block = b"" if self._file.closed else self._file.read(_BLOCK_BYTES)
        if not block:
            self.close()
            raise StopIteration
        return block

    def close(self) -> None:
        """Forget the file."""
        self._file.close()


class _Book:
    """What a workbook holds beside its rows."""

    def __init__(self, columns: pa.Schema, metadata: Mapping[str, str], lang: str, words: Mapping[str, Column]) -> None:
        self.columns = columns
        self.metadata = metadata
        self.lang = lang
        self.headings = [words[name] for name in columns.names]
        told = metadata.get("published_at")
        self.at = parse_instant(told).astimezone(UTC) if told else _FIRST_INSTANT

    def frame(self, rows: int) -> ZipFile:
        """The workbook with everything but its rows, as xlsxwriter makes it."""
        made = io.BytesIO()
        book = xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        book.set_properties(
            {
                "title": self.metadata.get("title", ""),
                "company": self.metadata.get("publisher", ""),
                "comments": self.metadata.get("source", ""),
                "created": self.at.replace(tzinfo=None),
            }
        )
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self._write_head(book, book.add_worksheet(_ROWS_NAME.text(self.lang)), bold, rows)
        self._write_about(book, book.add_worksheet(_ABOUT_NAME.text(self.lang)), bold, rows)
        book.close()
        return ZipFile(made)

    def _write_head(self, book: xlsxwriter.Workbook, sheet: Worksheet, bold: CellFormat, rows: int) -> None:
        formats = {shown: book.add_format({"num_format": shown}) for shown in map(number_format, self.columns)}
        for number, (field, heading) in enumerate(zip(self.columns, self.headings, strict=True)):
            label = heading.label(self.lang)
            sheet.write_string(0, number, label, bold)
            sheet.set_column(number, number, _width(field, label), formats[number_format(field)])
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, rows, len(self.columns) - 1)

    def _write_about(self, book: xlsxwriter.Workbook, sheet: Worksheet, bold: CellFormat, rows: int) -> None:
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        for column, width in enumerate((28, 24, 80, 10, 40)):
            sheet.set_column(column, column, width)
        line = 0
        if self.metadata.get("demonstration") == "true":
            sheet.write_string(line, 0, _INVENTED.text(self.lang), bold)
            line += 2
        told = {**self.metadata, "rows": str(rows)}
        if "query" in told:
            told["query"] = told["query"] or _EVERYTHING.text(self.lang)
        for key, name in _TOLD.items():
            if told.get(key):
                sheet.write_string(line, 0, name.text(self.lang), bold)
                # A number that is to be compared stays a number, everything else is text whatever it looks like.
                write = sheet.write_number if key in ("rows", "release") else sheet.write_string
                write(line, 1, int(told[key]) if key in ("rows", "release") else told[key])
                line += 1
        line += 1
        for column, head in enumerate(_DICTIONARY):
            sheet.write_string(line, column, head.text(self.lang), bold)
        for key, heading in zip(self.columns.names, self.headings, strict=True):
            line += 1
            for column, text in enumerate(_dictionary_line(key, heading, self.lang)):
                sheet.write_string(line, column, text, wrap)


def _dictionary_line(key: str, heading: Column, lang: str) -> Sequence[str]:
    values = _CATALOG.text(lang).format(heading.catalog) if heading.catalog else ", ".join(heading.choices)
    return (heading.label(lang), key, heading.about(lang), heading.unit or "", values)


def _width(field: pa.Field, label: str) -> int:
    """Width of a column in characters: what most of its cells need, and long words of its label."""
    kind = COLUMN[field.name].kind if field.name in COLUMN else None
    least = max(len(word) for word in label.split()) + 3
    usual = 12 if not is_text(field) else 40 if field.name.endswith("name") or kind is None else 16
    return max(least, usual)


def _write(target: IO[bytes], batches: Iterable[pa.RecordBatch], book: _Book) -> None:
    at = max(book.at, _FIRST_INSTANT)
    stamp = (at.year, at.month, at.day, at.hour, at.minute, at.second)
    with ZipFile(target, "w", ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        rows = 0
        with book.frame(0) as frame:
            head, tail = _DIMENSION.sub(b"", frame.read(_ROWS_SHEET)).split(_END_OF_ROWS)
        styles = _column_styles(head + _END_OF_ROWS + tail, len(book.columns))
        with archive.open(_member(_ROWS_SHEET, stamp), "w", force_zip64=True) as sheet:
            # ISA-L takes a tenth of zlib's time for an eighth more bytes. The module has no option for it; a later one
            # that did not know this name would pack as it does itself.
            sheet._compressor = isal_zlib.compressobj(_ROWS_LEVEL, isal_zlib.DEFLATED, _RAW)  # type: ignore[attr-defined]
            sheet.write(head)
            for piece in _pieces(batches, book.columns):
                rows += piece.num_rows
                if rows > MAX_ROWS:
                    raise too_many_rows(rows)
                sheet.write(format_rows(piece, first=rows - piece.num_rows + 2, styles=styles))
            # How far the filters reach is known only here, and stands behind the rows.
            with book.frame(rows) as frame:
                sheet.write(_END_OF_ROWS + frame.read(_ROWS_SHEET).split(_END_OF_ROWS)[1])
                rest = {name: frame.read(name) for name in frame.namelist() if name != _ROWS_SHEET}
        for name, content in rest.items():
            archive.writestr(_member(name, stamp), content)


def too_many_rows(rows: int, *, instead: str = "") -> TooManyRows:
    """The error for a result that no workbook holds; `instead` is the address of the CSV for spreadsheets."""
    es = f"Un XLSX lleva hasta {MAX_ROWS:,} filas y el resultado tiene {rows:,}."
    en = f"An XLSX holds up to {MAX_ROWS:,} rows, and the result has {rows:,}."
    if instead:
        es += f" El CSV para hojas de cálculo no tiene límite: {instead}"
        en += f" The CSV for spreadsheets has no limit: {instead}"
    return TooManyRows(es, en)


def _member(name: str, stamp: tuple[int, int, int, int, int, int]) -> ZipInfo:
    entry = ZipInfo(name, stamp)
    entry.compress_type = ZIP_DEFLATED
    return entry


def _pieces(batches: Iterable[pa.RecordBatch], columns: pa.Schema) -> Iterator[pa.RecordBatch]:
    for piece in iter_slices(batches, columns):
        for start in range(0, piece.num_rows, _SLICE_ROWS):
            yield piece.slice(start, _SLICE_ROWS)


def _column_styles(sheet: bytes, count: int) -> list[str]:
    """The index of each column's style in the workbook, as the sheet names them."""
    found = ElementTree.fromstring(sheet).iter(f"{_MAIN}col")  # noqa: S314 - made by xlsxwriter a moment ago
    styles = ["0"] * count
    for columns in found:
        first, last = int(columns.get("min", "1")), int(columns.get("max", "0"))
        styles[first - 1 : last] = [columns.get("style", "0")] * (last - first + 1)
    return styles
