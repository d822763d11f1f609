"""The answer to a list that was matched, as a file, the same from the API, the page and the command.

Source: RFC 4180, RFC 8259; xlsxwriter for workbooks.
"""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson
import xlsxwriter

from exemptions.calendar import format_instant
from exemptions.errors import Sentence
from exemptions.match_values import AskedList, MatchState
from exemptions.matching import match_list
from exemptions.release import Release
from exporters.csv_format import LINE_END
from exporters.match_rows import (
    STATE_WORDS,
    MatchedLine,
    cell_text,
    headings,
    is_number,
    iter_matched,
    line_cells,
    line_object,
)

_BYTE_ORDER_MARK = "\ufeff"
_FORMULA = re.compile(r"[=+\-@\t\r\uff1d\uff0b\uff0d\uff20](?!\d+(?:\.\d+)?\Z)")
_CELL_LIMIT = 32_767
_FLUSH_BYTES = 64 * 1024
_COPY_BYTES = 1024**2


@dataclass(frozen=True, slots=True)
class MatchFormat:
    """One format of the answer."""

    name: str
    suffix: str
    media_type: str
    stream: Callable[[Release, AskedList, str | None], Iterator[bytes]]
    """Takes the release, the list, and the language of heads where people read the file."""


def _stream_json(release: Release, asked: AskedList, _lang: str | None) -> Iterator[bytes]:
    head = orjson.dumps(_facts(release, asked))
    yield head[:-1] + b',"items":[\n'
    counts: Counter[MatchState] = Counter()
    separator = b""
    for line in iter_matched(release, match_list(release, asked)):
        counts[line.match.state] += 1
        yield separator + _object(release, line)
        separator = b",\n"
    yield b'\n],"counts":' + orjson.dumps({state.value: counts[state] for state in MatchState}) + b"}\n"


def _stream_ndjson(release: Release, asked: AskedList, _lang: str | None) -> Iterator[bytes]:
    for line in iter_matched(release, match_list(release, asked)):
        yield _object(release, line) + b"\n"


def _stream_csv(release: Release, asked: AskedList, lang: str | None) -> Iterator[bytes]:
    sink = io.StringIO()
    # With a language it is for spreadsheets, which take a text for a formula and guess the encoding.
    sink.write(_BYTE_ORDER_MARK if lang else "")
    writer = csv.writer(sink, lineterminator=LINE_END)
    for row in _table(release, asked, lang):
        texts = [_cell(cell, harmless=lang is not None) for cell in row]
        writer.writerow(texts)
        if sink.tell() > _FLUSH_BYTES:
            yield sink.getvalue().encode()
            sink.seek(0)
            sink.truncate()
    yield sink.getvalue().encode()


def _stream_xlsx(release: Release, asked: AskedList, lang: str | None) -> Iterator[bytes]:
    with tempfile.TemporaryFile() as file:
        _write_book(file, release, asked, lang or "es")
        file.seek(0)
        while chunk := file.read(_COPY_BYTES):
            yield chunk


def _write_book(file: Any, release: Release, asked: AskedList, lang: str) -> None:
    counts: Counter[str] = Counter()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        # The same list and release give the same bytes, so the file was made when its release was.
        book.set_properties({"created": release.published_at.replace(tzinfo=None)})
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet(Sentence("Comparación", "Comparison").text(lang))
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(_table(release, asked, lang, counts)):
            for place, cell in enumerate(row):
                if cell is None:
                    continue
                if number and is_number(cell):
                    sheet.write_number(number, place, cell)
                else:
                    sheet.write_string(number, place, str(cell)[:_CELL_LIMIT], None if number else bold)
        about = book.add_worksheet(Sentence("De dónde sale", "Where it comes from").text(lang))
        about.set_column(0, 1, 40)
        for number, (label, value) in enumerate(_about(release, asked, lang, counts)):
            about.write_string(number, 0, label, bold)
            about.write(number, 1, value)


def _table(
    release: Release, asked: AskedList, lang: str | None, counts: Counter[str] | None = None
) -> Iterator[list[Any]]:
    """The heads, then a row for each line; with a language the sender's own columns come first."""
    own = asked.heads if lang else ()
    yield [*own, *headings(lang)]
    rows: Iterable[Sequence[str]] = asked.rows if own else ((),) * len(asked.values)
    for line, sent in zip(iter_matched(release, match_list(release, asked)), rows, strict=True):
        if counts is not None:
            counts[line.match.state] += 1
        yield [*sent, *line_cells(line, lang)]


def _facts(release: Release, asked: AskedList) -> dict[str, Any]:
    """What an answer begins with: where it comes from, and how the list was read."""
    return {
        "release": release.number,
        "published_at": format_instant(release.published_at),
        "status_date": release.status_date.isoformat(),
        "column": asked.column,
        "expected": asked.expected.value,
        "lines": len(asked.values),
    }


def _about(release: Release, asked: AskedList, lang: str, counts: Mapping[str, int]) -> Iterator[tuple[str, str | int]]:
    yield Sentence("Publicación", "Release").text(lang), release.number
    yield Sentence("Publicada", "Published").text(lang), format_instant(release.published_at)
    yield Sentence("Estados al", "Statuses on").text(lang), release.status_date.isoformat()
    yield Sentence("Licencia", "Licence").text(lang), release.manifest["license"]["name"] or "–"
    yield (
        Sentence("Columna comparada", "Column compared").text(lang),
        asked.column or Sentence("la primera", "the first").text(lang),
    )
    yield Sentence("Líneas", "Lines").text(lang), len(asked.values)
    for state, words in STATE_WORDS.items():
        yield words.text(lang), counts[state]


def _object(release: Release, line: MatchedLine) -> bytes:
    return orjson.dumps(line_object(release, line), default=_digits)


def _digits(value: object) -> object:
    if isinstance(value, Decimal):
        # A float would print 10.1 for 10.10.
        return orjson.Fragment(format(value, "f"))
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _cell(cell: object, *, harmless: bool) -> str:
    text = cell_text(cell)
    return f"'{text}" if harmless and isinstance(cell, str) and _FORMULA.match(text) else text


MATCH_FORMATS: Mapping[str, MatchFormat] = {
    form.name: form
    for form in (
        MatchFormat("json", ".json", "application/json", _stream_json),
        MatchFormat("csv", ".csv", "text/csv; charset=utf-8; header=present", _stream_csv),
        MatchFormat("ndjson", ".ndjson", "application/x-ndjson", _stream_ndjson),
        MatchFormat(
            "xlsx",
            ".xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            _stream_xlsx,
        ),
    )
}
"""Name → format; the first is given to those who ask for none."""
