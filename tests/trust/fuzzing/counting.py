"""How many records a file holds, counted by other means than the readers': what a whole load must have staged.

A record is a row below the header with a value under any header of the dataset.
"""

from __future__ import annotations

import csv
import io
import json
import re
import struct
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from xml.etree import ElementTree

import olefile
import polars as pl

from exemptions.datasets import DATASET_COLUMNS, Dataset

Rows = Iterable[Sequence[str]]

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


class NotCounted(Exception):
    """The counter does not understand the file."""


def count_records(data: bytes, dataset: Dataset, encoding: str) -> int:
    """The records of a file of any container.

    Raises: NotCounted.
    """
    try:
        if data.startswith(b"PK"):
            return _count_archive(data, dataset)
        if data.startswith(b"\xd0\xcf"):
            return _count_old_workbook(data)
        if data.startswith(b"PAR1"):
            return _count_parquet(data, dataset)
        text = _decoded(data, encoding)
        return _count_json(text, dataset) if re.match(r"\s*[\[{]", text) else _count_delimited(text, dataset)
    except NotCounted:
        raise
    except Exception as error:
        raise NotCounted(f"{type(error).__name__}: {error}") from error


def _known(dataset: Dataset) -> dict[str, str]:
    return {
        _squashed(name): column.key
        for column in DATASET_COLUMNS[dataset]
        for name in (column.header, column.key, *column.aliases)
    }


def _squashed(name: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    return re.sub(r"[\W_]", "", plain)


def _below(rows: Sequence[Sequence[str]], dataset: Dataset) -> int:
    """The records below the first row that has every header that must be there."""
    known = _known(dataset)
    needed = {column.key for column in DATASET_COLUMNS[dataset] if column.required}
    for number, row in enumerate(rows):
        keys = [known.get(_squashed(cell)) for cell in row]
        if needed <= set(keys):
            places = [place for place, key in enumerate(keys) if key]
            return sum(any(place < len(row) and row[place].strip() for place in places) for row in rows[number + 1 :])
    raise NotCounted("no header")


def _decoded(data: bytes, encoding: str) -> str:
    codec = {"windows-1252": "cp1252", "utf-8": "utf-8-sig"}.get(encoding, encoding)
    if codec == "utf-16" and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        codec = "utf-16-le"
    return data.decode(codec).removeprefix("\ufeff")


def _count_delimited(text: str, dataset: Dataset) -> int:
    text = re.sub(r'\A"?sep=[,;\t|]"?[ \t,;|]*(\r\n?|\n)', "", text, flags=re.IGNORECASE)
    csv.field_size_limit(2**31 - 1)
    counts = []
    for delimiter in ",;\t|":
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
            counts.append(_below(rows, dataset))
        except (NotCounted, csv.Error):
            continue
    if len(counts) != 1:
        raise NotCounted(f"{len(counts)} delimiters fit")
    return counts[0]


def _count_json(text: str, dataset: Dataset) -> int:
    known = _known(dataset)
    try:
        found = json.loads(text)
    except ValueError:
        found = [json.loads(line) for line in text.split("\n") if line.strip(" \t\r")]
    if isinstance(found, dict):
        lists = [
            value for value in found.values() if isinstance(value, list) and all(isinstance(v, dict) for v in value)
        ]
        found = lists[0] if lists and lists[0] else [found]
    return sum(
        any(_squashed(name.strip()) in known and _is_value(value) for name, value in row.items()) for row in found
    )


def _is_value(value: object) -> bool:
    if isinstance(value, list):
        return any(item is not None for item in value) and ";".join(map(str, value)).strip() != ""
    return value is not None and str(value).strip() != ""


def _count_parquet(data: bytes, dataset: Dataset) -> int:
    try:
        frame = pl.read_parquet(io.BytesIO(data))
        known = _known(dataset)
        columns = [name for name in frame.columns if _squashed(name) in known]
        rows = frame.select(columns).rows()
    except BaseException as error:
        raise NotCounted(f"{type(error).__name__}") from error
    return sum(any(_is_value(_as_text(value)) for value in row) for row in rows)


def _as_text(value: object) -> object:
    return value.decode() if isinstance(value, bytes) else value


def _count_archive(data: bytes, dataset: Dataset) -> int:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    tables = _ods_sheets(parts["content.xml"]) if "content.xml" in parts else _xlsx_sheets(parts)
    counts = []
    for rows in tables:
        try:
            counts.append(_below(rows, dataset))
        except NotCounted:
            continue
    if len(counts) != 1:
        raise NotCounted(f"{len(counts)} sheets fit")
    return counts[0]


def _xlsx_sheets(parts: Mapping[str, bytes]) -> Iterable[list[list[str]]]:
    book = ElementTree.fromstring(parts["xl/workbook.xml"])
    relations = {
        relation.get("Id"): relation.get("Target", "")
        for relation in ElementTree.fromstring(parts["xl/_rels/workbook.xml.rels"])
    }
    shared = []
    if "xl/sharedStrings.xml" in parts:
        for item in ElementTree.fromstring(parts["xl/sharedStrings.xml"]).iter(f"{_MAIN}si"):
            shared.append("".join(text.text or "" for text in item.iter(f"{_MAIN}t")))
    for sheet in book.iter(f"{_MAIN}sheet"):
        if sheet.get("state") in ("hidden", "veryHidden"):
            continue
        target = relations[sheet.get(_RELATION)]
        name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        rows: dict[int, dict[int, str]] = {}
        number = 0
        for row in ElementTree.fromstring(parts[name]).iter(f"{_MAIN}row"):
            number = int(row.get("r") or number + 1)
            place = 0
            for cell in row.iter(f"{_MAIN}c"):
                at = re.fullmatch(r"([A-Za-z]+)(\d+)", cell.get("r") or "")
                place = _letters(at[1]) if at else place + 1
                rows.setdefault(int(at[2]) if at else number, {})[place] = _xlsx_text(cell, shared)
        yield _dense(rows)


def _letters(text: str) -> int:
    number = 0
    for letter in text.upper():
        number = number * 26 + ord(letter) - 64
    return number


def _dense(rows: Mapping[int, Mapping[int, str]]) -> list[list[str]]:
    width = max((place for row in rows.values() for place in row), default=0)
    if width > 2_000:
        raise NotCounted("far cell")
    return [[rows[number].get(place, "") for place in range(1, width + 1)] for number in sorted(rows)]


def _xlsx_text(cell: ElementTree.Element, shared: Sequence[str]) -> str:
    if cell.get("t") == "inlineStr":
        return "".join(text.text or "" for text in cell.iter(f"{_MAIN}t"))
    value = cell.find(f"{_MAIN}v")
    text = "" if value is None else value.text or ""
    return shared[int(text)] if cell.get("t") == "s" and text else text


def _ods_sheets(content: bytes) -> Iterable[list[list[str]]]:
    for table in ElementTree.fromstring(content).iter(f"{_TABLE}table"):
        rows: list[list[str]] = []
        for row in table.iter(f"{_TABLE}table-row"):
            line: list[str] = []
            for cell in row:
                if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
                    continue
                text = "\n".join("".join(p.itertext()) for p in cell.iter(f"{_TEXT}p"))
                text = text or next(
                    (cell.get(f"{_OFFICE}{n}") or "" for n in ("value", "date-value") if cell.get(f"{_OFFICE}{n}")), ""
                )
                times = int(cell.get(f"{_TABLE}number-columns-repeated") or 1)
                line += [text] * min(times, 300)
            times = int(row.get(f"{_TABLE}number-rows-repeated") or 1)
            rows += [line] * min(times, 5_000)
        yield rows


def _count_old_workbook(data: bytes) -> int:
    """The rows below the first that has any cell with a value; the header is one of them."""
    with olefile.OleFileIO(io.BytesIO(data)) as file:
        stream = file.openstream("Workbook" if file.exists("Workbook") else "Book").read()
    cells, place, depth, rows = {0x0203, 0x0204, 0x00FD, 0x027E, 0x00D6, 0x0006, 0x0205, 0x00BD}, 0, 0, []
    while place + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, place)
        if kind == 0x0809:
            depth += 1
            rows.append(set())
        elif kind in cells and rows:
            rows[-1].add(struct.unpack_from("<H", stream, place + 4)[0])
        place += 4 + size
    sheets = [found for found in rows if found]
    if len(sheets) != 1:
        raise NotCounted("several sheets")
    return len(sheets[0]) - 1


Counter = Callable[[bytes, Dataset, str], int]
