"""Every text of a workbook, as a spreadsheet would show it, some thousands of rows at a time.

Source: ECMA-376 part 1, §18.3.1.4 (cells), §18.4 (shared strings), §22.9.2.19 (ST_Xstring).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree
from zipfile import ZipFile

import polars as pl

from exemptions.columns import COLUMN
from exporters.sieve import Sieve

_SHEET = re.compile(r"xl/worksheets/.+\.xml")
_STRINGS = "xl/sharedStrings.xml"
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_BLOCK_BYTES = 1024**2
_ROW_END = b"</row>"
_HASH = re.compile("[0-9a-f]{64}")
"""Computed without any identifier; long runs of digits occur in it by chance."""
_WRITTEN_BY_NUMBER = (b"&#", b"_x")
"""Begin a character that is written by its number, which the sieve does not know."""
_BY_NUMBER = re.compile("_x([0-9A-Fa-f]{4})_")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}
_CELL = r'<c r="{}\d+"[^>]*><is><t[^>]*>([^<]*)</t>'
_RECORD_ID, _NIT = (frozenset({column.es, column.en}) for column in (COLUMN["record_id"], COLUMN["nit"]))


class WorkbookTexts(NamedTuple):
    """Some texts of one column of a sheet, or of another part of a workbook."""

    column: str
    first_row: int
    texts: pl.Series


def iter_workbook_texts(path: Path, sieve: Sieve | None = None) -> Iterator[WorkbookTexts]:
    """Yield the texts of a workbook; cells of numbers and days are no text. With a sieve only rows that it keeps."""
    with ZipFile(path) as book:
        shared = _shared_strings(book)
        yield WorkbookTexts(
            _STRINGS, 1, pl.Series([text for text in shared if not _HASH.fullmatch(text)], dtype=pl.String)
        )
        for name in book.namelist():
            if _SHEET.fullmatch(name):
                yield from _sheet_texts(book, name, shared, sieve)
            elif name != _STRINGS:
                yield WorkbookTexts(name, 1, pl.Series(_words(book.read(name)), dtype=pl.String))


def _shared_strings(book: ZipFile) -> list[str]:
    if _STRINGS not in book.namelist():
        return []
    whole = ElementTree.fromstring(book.read(_STRINGS))  # noqa: S314 - our own file, made just now
    return [_decoded("".join(part.text or "" for part in item.iter(f"{_MAIN}t"))) for item in whole]


def _words(content: bytes) -> list[str]:
    return [text for text in ElementTree.fromstring(content).itertext() if text.strip()]  # noqa: S314 - our own file


def _sheet_texts(book: ZipFile, name: str, shared: Sequence[str], sieve: Sieve | None) -> Iterator[WorkbookTexts]:
    blocks = _iter_rows(book, name)
    start = next(blocks, b"")
    heads = _heads(start.partition(b"\n")[0], shared) if start else {}
    first = 1
    for rows in _sifted(filter(None, chain([start], blocks)), sieve):
        lines = pl.Series(rows.decode().removesuffix("\n").split("\n"), dtype=pl.String)
        for letters, head in heads.items():
            if head not in _RECORD_ID:
                texts = _cells(lines, letters)
                marked = "NIT " + texts if head in _NIT else texts
                yield WorkbookTexts(f"{name} {letters}", first, marked)
        first += rows.count(b"\n")


def _sifted(blocks: Iterator[bytes], sieve: Sieve | None) -> Iterator[bytes]:
    """The rows that must be read, those of many blocks together: asking for the cells of a column takes a while."""
    if sieve is None:
        yield from blocks
        return
    whole: list[bytes] = []
    yield from filter(None, sieve.keep(_set_aside(blocks, whole)))
    yield from whole


def _set_aside(blocks: Iterable[bytes], whole: list[bytes]) -> Iterator[bytes]:
    """The blocks that the sieve understands; the others go into `whole`."""
    for rows in blocks:
        if any(sign in rows for sign in _WRITTEN_BY_NUMBER):
            whole.append(rows)
        else:
            yield rows


def _iter_rows(book: ZipFile, name: str) -> Iterator[bytes]:
    """The rows of a sheet in blocks, each row a line."""
    rest = b""
    with book.open(name) as sheet:
        while block := sheet.read(_BLOCK_BYTES):
            rows, end, rest = (rest + block).rpartition(_ROW_END)
            if end:
                yield (rows + end).replace(b"\n", b" ").replace(_ROW_END, _ROW_END + b"\n")


def _heads(row: bytes, shared: Sequence[str]) -> dict[str, str]:
    """Letters of each column → its head, as far as the first row has one."""
    heads = {}
    for cell in ElementTree.fromstring(row[row.index(b"<row") :]):  # noqa: S314 - our own file
        text = "".join(cell.itertext())
        letters = cell.get("r", "").rstrip("0123456789")
        heads[letters] = shared[int(text)] if cell.get("t") == "s" else text
    return heads


def _cells(lines: pl.Series, letters: str) -> pl.Series:
    texts = lines.str.extract(_CELL.format(letters), 1)
    plain = texts.str.replace_many(_ENTITIES)
    by_number = plain.str.contains("_x|&#").fill_null(False)
    if not by_number.any():
        return plain
    return pl.Series([None if text is None else _decoded(text) for text in plain], dtype=pl.String)


def _decoded(text: str) -> str:
    numbered = re.sub("&#(x[0-9A-Fa-f]+|[0-9]+);", lambda found: chr(_number(found[1])), text)
    return _BY_NUMBER.sub(lambda found: chr(int(found[1], 16)), numbered)


def _number(written: str) -> int:
    return int(written[1:], 16) if written.startswith("x") else int(written)
