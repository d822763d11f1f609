"""One table in every container that staff send: the same headers and records, written as each program writes them."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from tests.loaders.registry_files import HEADERS

Record = Mapping[str, str]
Typed = str | int | float | date | None

DATES = ("notified_on", "valid_from", "valid_until")
WHOLE = ("jobs", "jobs_year", "amount_year")
MONEY = "amount_gtq"

OPENDOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"
_NAMESPACES = " ".join(
    f'xmlns:{prefix}="{address}"'
    for prefix, address in {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
        "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
    }.items()
)


def typed(key: str, text: str) -> Typed:
    """A value as a program that knows types holds it; None where it is blank."""
    if not text:
        return None
    if key in DATES:
        return date.fromisoformat(text)
    if key in WHOLE:
        return int(text)
    return float(text) if key == MONEY else text


def delimited(records: Sequence[Record], *, delimiter: str = ",", newline: str = "\n") -> str:
    sink = io.StringIO()
    writer = csv.writer(sink, delimiter=delimiter, lineterminator=newline)
    writer.writerow(HEADERS.values())
    writer.writerows([record.get(key, "") for key in HEADERS] for record in records)
    return sink.getvalue()


def write_xlsx(path: Path, records: Sequence[Record], *, from_1904: bool = False) -> Path:
    options = {"default_date_format": "dd/mm/yyyy", "strings_to_formulas": False, "date_1904": from_1904}
    with xlsxwriter.Workbook(path, options) as book:
        sheet = book.add_worksheet("Registro")
        sheet.write_row(0, 0, list(HEADERS.values()))
        for row, record in enumerate(records, start=1):
            for column, key in enumerate(HEADERS):
                value = typed(key, record.get(key, ""))
                if value is not None:
                    sheet.write(row, column, value)
    return path


def ods_cell(value: Typed, **attributes: str) -> str:
    """A cell of a sheet as LibreOffice writes it; attributes use `__` for the colon and `_` for the hyphen."""
    more = "".join(f' {name.replace("__", ":").replace("_", "-")}="{text}"' for name, text in attributes.items())
    if value is None:
        return f"<table:table-cell{more}/>"
    if isinstance(value, date):
        kind = f'office:value-type="date" office:date-value="{value.isoformat()}"'
    elif isinstance(value, int | float):
        kind = f'office:value-type="float" office:value="{value!r}"'
    else:
        kind = 'office:value-type="string"'
    return f"<table:table-cell{more} {kind}><text:p>{escape(str(value))}</text:p></table:table-cell>"


def write_ods(path: Path, rows: Sequence[str], *, sheet: str = "Registro", before: str = "") -> Path:
    """A sheet of these rows, each the XML of its cells; `before` stands before the document's element."""
    table = "".join(
        row if row.startswith("<table:table-row") else f"<table:table-row>{row}</table:table-row>" for row in rows
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<office:document-content {_NAMESPACES} office:version="1.3">'
        f'<office:body><office:spreadsheet><table:table table:name="{sheet}">{table}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{OPENDOCUMENT.decode()}"/>'
        "</manifest:manifest>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), OPENDOCUMENT)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return path


def ods_rows(records: Sequence[Record]) -> list[str]:
    header = "".join(map(ods_cell, HEADERS.values()))
    return [header, *("".join(ods_cell(typed(key, record.get(key, ""))) for key in HEADERS) for record in records)]


def objects(records: Sequence[Record]) -> list[dict[str, object]]:
    """The records as JSON holds them: our keys, numbers as numbers, taxes as a list, nothing for a blank."""
    return [
        {
            HEADERS[key]: text.split(";") if key == "taxes" else _json_value(key, text)
            for key, text in record.items()
            if text
        }
        for record in records
    ]


def _json_value(key: str, text: str) -> object:
    value = typed(key, text)
    return value.isoformat() if isinstance(value, date) else value


def json_text(records: Sequence[Record]) -> str:
    return json.dumps(objects(records), ensure_ascii=False, indent=1)


def wrapped_json(records: Sequence[Record]) -> str:
    document = {"publicado": "2026-10-31", "etiquetas": ["a"], "records": objects(records), "total": len(records)}
    return json.dumps(document, ensure_ascii=False)


def ndjson(records: Sequence[Record]) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in objects(records))


def write_parquet(path: Path, records: Sequence[Record], *, is_typed: bool) -> Path:
    columns: dict[str, pa.Array] = {}
    for key, header in HEADERS.items():
        texts = [record.get(key) or None for record in records]
        columns[header] = _typed_column(key, texts) if is_typed else pa.array(texts, pa.string())
    pq.write_table(pa.table(columns), path)
    return path


def _typed_column(key: str, texts: Sequence[str | None]) -> pa.Array:
    if key == MONEY:
        return pa.array([None if text is None else Decimal(text) for text in texts], pa.decimal128(18, 2))
    if key == "taxes":
        return pa.array([None if text is None else text.split(";") for text in texts], pa.list_(pa.string()))
    if key in ("category", "exempt_type"):
        return pa.array(texts, pa.string()).dictionary_encode()
    kind = pa.date32() if key in DATES else pa.int32() if key in WHOLE else pa.large_string()
    return pa.array([None if text is None else typed(key, text) for text in texts], kind)


def _text_file(text: Callable[[Sequence[Record]], str], *, encoding: str = "utf-8") -> Callable[..., Path]:
    def write(path: Path, records: Sequence[Record]) -> Path:
        path.write_bytes(text(records).encode(encoding))
        return path

    return write


CONTAINERS: Mapping[str, tuple[Callable[..., Path], str]] = {
    "csv": (_text_file(delimited), "utf-8"),
    "csv-bom": (_text_file(delimited, encoding="utf-8-sig"), "utf-8"),
    "csv-semicolon-crlf": (_text_file(lambda records: delimited(records, delimiter=";", newline="\r\n")), "utf-8"),
    "csv-tab-cr": (_text_file(lambda records: delimited(records, delimiter="\t", newline="\r")), "utf-8"),
    "csv-bar": (_text_file(lambda records: delimited(records, delimiter="|")), "utf-8"),
    "csv-sep-line": (_text_file(lambda records: "sep=;\r\n" + delimited(records, delimiter=";")), "utf-8"),
    "csv-1252": (_text_file(delimited, encoding="cp1252"), "windows-1252"),
    "csv-utf16": (_text_file(lambda records: delimited(records, delimiter="\t"), encoding="utf-16"), "utf-16"),
    "csv-utf16-unmarked": (_text_file(delimited, encoding="utf-16-le"), "utf-16"),
    "xlsx": (write_xlsx, "utf-8"),
    "xlsx-1904": (lambda path, records: write_xlsx(path, records, from_1904=True), "utf-8"),
    "ods": (lambda path, records: write_ods(path, ods_rows(records)), "utf-8"),
    "json": (_text_file(json_text), "utf-8"),
    "json-wrapped": (_text_file(wrapped_json), "utf-8"),
    "json-1252": (_text_file(json_text, encoding="cp1252"), "windows-1252"),
    "ndjson": (_text_file(ndjson), "utf-8"),
    "ndjson-bom": (_text_file(ndjson, encoding="utf-8-sig"), "utf-8"),
    "parquet": (lambda path, records: write_parquet(path, records, is_typed=True), "utf-8"),
    "parquet-text": (lambda path, records: write_parquet(path, records, is_typed=False), "utf-8"),
}
"""Name → what writes the file, and the encoding to declare."""
