"""Reading a list of NITs or names that anybody sends to be matched: any table that loads, or plain lines.

A table is read by a child process under tighter limits than those of staff's files, from a file that is gone before the
list is matched.
"""

from __future__ import annotations

import difflib
import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from exemptions.errors import ListFault, ListRefused, Sentence
from exemptions.finding import Finding
from exemptions.match_values import MAX_LINES, AskedList, Expected
from exemptions.text import squash
from loaders.decode import decode_to_utf8, refuse_binary
from loaders.isolation import ReaderLimits, read_isolated
from loaders.list_headers import list_key
from loaders.options import DEFAULT_ENCODING, ReadingRefused, ReadOptions, SourceTable
from loaders.rules import NOTHING_NEAR, make_finding, message_of, remedy_of

MAX_LIST_BYTES = 8 * 1024**2
"""Of what is sent: 50,000 lines of 160 bytes."""

_LIMITS = ReaderLimits(memory_bytes=768 * 1024**2, time_s=20.0, unpacked_bytes=256 * 1024**2)
"""A workbook of 50,000 rows and twenty columns unpacks to 60 MB and is read in two seconds."""

_EXPECTED = {"nit": Expected.NIT, "name": Expected.NAME}
_HALF = re.compile("[\ud800-\udfff]")
"""Half a surrogate pair, which JSON can escape and no text can hold."""
_LINE_END = re.compile(r"\r\n|\r|\n")


def read_list_file(
    path: Path, *, column: str | None = None, encoding: str = DEFAULT_ENCODING, sheet: str | None = None
) -> AskedList:
    """The list in a file: CSV, a spreadsheet, JSON, NDJSON or Parquet, told by its content.

    Raises: ReadingRefused.
    """
    if path.stat().st_size <= MAX_LIST_BYTES and _starts_json(path):
        plain = _plain_json(path.read_bytes())
        if plain is not None:
            return plain
    source = read_isolated(path, ReadOptions(encoding=encoding, sheet=sheet, is_list=True, list_column=column), _LIMITS)
    return _asked(source, column)


def read_list_bytes(data: bytes, *, column: str | None = None, encoding: str = DEFAULT_ENCODING) -> AskedList:
    """The list in the bytes of such a file, which lie on the disk for no longer than they are read.

    Raises: ReadingRefused.
    """
    with tempfile.TemporaryDirectory(prefix="exemptions-list-") as folder:
        path = Path(folder, "list")
        path.write_bytes(data)
        return read_list_file(path, column=column, encoding=encoding)


def read_list_lines(data: bytes, *, column: str | None = None, encoding: str = DEFAULT_ENCODING) -> AskedList:
    """The list in plain lines, or in cells copied from a spreadsheet, which tabs stand between.

    Raises: ReadingRefused.
    """
    text = decode_to_utf8(data, encoding)
    refuse_binary(text, len(text))
    if b"\t" in text.strip(b"\r\n").partition(b"\n")[0]:
        return read_list_bytes(text, column=column)
    refuse_long(text.count(b"\n"))
    lines = _LINE_END.split(text.decode())
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines:
        raise ReadingRefused(make_finding("archivo_vacio"))
    # Only a column that is called just so is a head: «Empresa» may as well be the first name of a list.
    heads = {"nit", "nombre", "name"} if column is None else {squash(column)}
    head = lines[0].strip() if squash(lines[0]) in heads else None
    if column is not None and head is None:
        raise ReadingRefused(_no_column(column, []))
    values = tuple(lines[1:] if head else lines)
    refuse_long(len(values))
    return AskedList(values, 2 if head else 1, head, _EXPECTED.get(list_key(head or "") or "", Expected.EITHER))


def refuse_long(lines: int) -> None:
    """Refuse a list of more lines than are matched at once.

    Raises: ReadingRefused.
    """
    if lines > MAX_LINES:
        raise ReadingRefused(make_finding("lista_demasiado_larga", found=lines, limit=MAX_LINES))


def _asked(source: SourceTable, column: str | None) -> AskedList:
    refuse_long(source.table.num_rows)
    if not source.table.num_rows:
        raise ReadingRefused(make_finding("archivo_vacio"))
    heads = source.header.names
    place, expected = _choose(heads, column)
    cells = [source.table.column(key).to_pylist() for key in source.header.keys if key is not None]
    has_header = any(heads)
    return AskedList(
        values=tuple(cells[place]),
        first_line=source.header.first_row if source.header.row is not None else 1,
        column=heads[place] or None,
        expected=expected,
        heads=tuple(heads) if len(heads) > 1 and has_header else (),
        rows=tuple(zip(*cells, strict=True)) if len(heads) > 1 and has_header else (),
    )


def _choose(heads: Sequence[str], column: str | None) -> tuple[int, Expected]:
    """The column asked for; else that of NITs, that of names, or the first; and what its lines are taken for."""
    keys = [list_key(head) for head in heads]
    if column is not None:
        wanted = squash(column)
        place = next((place for place, head in enumerate(heads) if head and squash(head) == wanted), None)
        if place is None:
            raise ReadingRefused(_no_column(column, [head for head in heads if head]))
    else:
        place = next((keys.index(key) for key in _EXPECTED if key in keys), 0)
    return place, _EXPECTED.get(keys[place] or "", Expected.EITHER)


def _no_column(column: str, heads: Sequence[str]) -> Finding:
    if not heads:
        return make_finding("lista_sin_encabezado", value=column)
    near = difflib.get_close_matches(squash(column), [squash(head) for head in heads], n=1, cutoff=0.5)
    nearest = next((head for head in heads if near and squash(head) == near[0]), NOTHING_NEAR)
    return make_finding("lista_sin_columna", value=column, nearest=nearest, names=", ".join(heads))


def _starts_json(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"[")


def _plain_json(data: bytes) -> AskedList | None:
    """A JSON list of texts; None for anything else, which is read as every other table."""
    try:
        values = json.loads(data, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, list) or not values or isinstance(values[0], dict):
        return None
    refuse_long(len(values))
    for row, value in enumerate(values, start=1):
        if not isinstance(value, str):
            raise ReadingRefused(make_finding("lista_de_otra_cosa", row=row))
        if _HALF.search(value):
            raise ReadingRefused(make_finding("json_caracter_a_medias", row=row))
    return AskedList(tuple(values))


@contextmanager
def telling() -> Iterator[None]:
    """Tell in both languages what is wrong with a list.

    Raises: ListRefused.
    """
    try:
        yield
    except ReadingRefused as refusal:
        faults = tuple(
            ListFault(
                row=finding.row,
                column=finding.column,
                value=finding.value,
                rule=finding.rule,
                message=Sentence(message_of(finding, "es"), message_of(finding, "en")),
                remedy=Sentence(remedy_of(finding, "es"), remedy_of(finding, "en")),
            )
            for finding in refusal.findings
        )
        first = faults[0].message
        raise ListRefused(first.es, first.en, faults) from refusal
