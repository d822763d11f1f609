"""Reading JSON (a list of objects, alone or as the one list of an object) and NDJSON (one object a line).

Numbers keep the digits that are written, so no amount and no NIT passes through a binary number. Whatever could be
understood in two ways is refused: a key given twice, two lists of objects, text after the end.
Source: RFC 8259; NDJSON as JSON Lines, one value a line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import pyarrow as pa

from exemptions.finding import Finding
from loaders.cells import boolean_text, literal_text
from loaders.limits import refuse_many_columns
from loaders.mapping import name_columns
from loaders.named_columns import build_source, joined, list_columns
from loaders.options import Header, ReadingRefused, ReadOptions, SourceTable
from loaders.rules import make_finding

_CHUNK_ROWS = 10_000
_SPACE = re.compile(r"[ \t\n\r]*")
_OBJECTS = re.compile(r"\[[ \t\n\r]*(?=[{\]])")
"""The start of a list of objects, or of an empty list."""

_LOOKS_LIKE_JSON = re.compile(rb"""\s*(?:\{\s*["}]|\[\s*(?:[\[{"\]0-9-]|true|false|null))""")

_Object = Mapping[str, Any]
_Member = tuple[str, Any]


class _Literal(str):
    """A number, as it was written."""


class _NotAnObject(Exception):
    """What stands where an object is expected."""


def looks_like_json(text: bytes) -> bool:
    """Whether a text begins as JSON does; a header in brackets does not."""
    return _LOOKS_LIKE_JSON.match(text) is not None


def read_json(text: bytes, options: ReadOptions) -> SourceTable:
    """The objects of a JSON or NDJSON text as text, one column for each name.

    Raises: ReadingRefused.
    """
    columns = _Columns(options)
    document = text.decode("utf-8")
    reader = _Reader(document)
    try:
        records = iter(reader.records())
        while chunk := list(islice(records, _CHUNK_ROWS)):
            columns.add(chunk)
    except json.JSONDecodeError as error:
        line = error.lineno + reader.lines_before
        finding = make_finding("json_invalido", row=None, line=line, position=error.colno, reason=error.msg)
        raise ReadingRefused(finding) from error
    except RecursionError as error:
        raise ReadingRefused(make_finding("json_demasiado_anidado", row=reader.row or None)) from error
    except UnicodeEncodeError as error:
        # A half of a surrogate pair, written as an escape, is no character.
        raise ReadingRefused(make_finding("json_caracter_a_medias", row=reader.row or None)) from error
    return columns.source()


class _Reader:
    """Takes one object after the other out of a text, so that only a few are alive."""

    def __init__(self, document: str) -> None:
        self._document = document
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._object,
            parse_int=_Literal,
            parse_float=_Literal,
            parse_constant=self._refuse_constant,
        )
        self.row = 0
        self.lines_before = 0
        """Lines before the text in which the decoder counts."""

    def records(self) -> Iterator[_Object]:
        """Yield the objects.

        Raises: ReadingRefused, json.JSONDecodeError, RecursionError.
        """
        start = self._skip(0)
        if self._document[start] == "[":
            end = yield from self._elements(start)
            self._refuse_rest(end)
            return
        found = yield from self._wrapped(start)
        if not found:
            yield from self._lines()

    def _wrapped(self, start: int) -> Generator[_Object, None, bool]:
        """Yield the objects of the one list of objects that an object has; returns whether there is one."""
        lists: list[str] = []
        place = self._skip(start + 1)
        if self._document[place : place + 1] == "}":
            return False
        while True:
            name, place = self._decoder.raw_decode(self._document, place)
            place = self._expect(":", place)
            if _OBJECTS.match(self._document, place) is not None:
                lists.append(str(name))
                if len(lists) > 1:
                    raise ReadingRefused(make_finding("json_varias_listas", value=", ".join(lists)))
                place = yield from self._elements(place)
            else:
                _, place = self._decoder.raw_decode(self._document, place)
            place = self._skip(place)
            if self._document[place : place + 1] == "}":
                break
            place = self._expect(",", place)
        if lists:
            self._refuse_rest(place + 1)
        elif "\n" in self._document[start:place]:
            # An object over several lines is no line of NDJSON.
            raise ReadingRefused(make_finding("json_sin_objetos"))
        return bool(lists)

    def _elements(self, start: int) -> Generator[_Object, None, int]:
        """Yield the objects of a list; returns where it ends."""
        place = self._skip(start + 1)
        if self._document[place : place + 1] == "]":
            return place + 1
        while True:
            self.row += 1
            value, place = self._decoder.raw_decode(self._document, place)
            yield self._checked(value)
            place = self._skip(place)
            if self._document[place : place + 1] == "]":
                return place + 1
            place = self._expect(",", place)

    def _lines(self) -> Iterator[_Object]:
        start = 0
        while start < len(self._document):
            end = self._document.find("\n", start)
            end = len(self._document) if end < 0 else end
            line = self._document[start:end].strip(" \t\r")
            self.row += 1
            self.lines_before = self.row - 1
            # A blank line is a blank record: it counts, and is told as a blank row is.
            yield self._checked(self._decoder.decode(line)) if line else {}
            start = end + 1

    def _checked(self, value: Any) -> _Object:
        if not isinstance(value, dict):
            raise ReadingRefused(make_finding("json_sin_objetos", row=self.row))
        return value

    def _object(self, members: Sequence[_Member]) -> _Object:
        found = dict(members)
        if len(found) != len(members):
            names = [name for name, _ in members]
            twice = next(name for name in names if names.count(name) > 1)
            raise ReadingRefused(make_finding("json_clave_repetida", row=self.row, column=twice))
        return found

    def _refuse_constant(self, name: str) -> None:
        raise ReadingRefused(make_finding("json_no_es_numero", row=self.row, value=name))

    def _skip(self, place: int) -> int:
        found = _SPACE.match(self._document, place)
        return found.end() if found else place

    def _expect(self, sign: str, place: int) -> int:
        place = self._skip(place)
        if self._document[place : place + 1] != sign:
            raise json.JSONDecodeError(f"Expecting '{sign}'", self._document, place)
        return self._skip(place + 1)

    def _refuse_rest(self, place: int) -> None:
        place = self._skip(place)
        if place < len(self._document):
            raise json.JSONDecodeError("Extra data", self._document, place)


class _Columns:
    """The values of every name, as text, in the order in which names first came."""

    def __init__(self, options: ReadOptions) -> None:
        self._options = options
        self._is_list = list_columns(options)
        self._chunks: dict[str, list[pa.Array]] = {}
        self._lists: dict[str, bool] = {}
        self._nested: dict[str, int] = {}
        """Name → the row of its first list or object that cannot be one value."""
        self._rows = 0

    def add(self, records: Sequence[_Object]) -> None:
        for record in records:
            for name in record:
                if name not in self._chunks:
                    refuse_many_columns(len(self._chunks) + 1)
                    self._chunks[name] = [_blank(self._rows)]
                    self._lists[name] = self._is_list(name)
        for name, chunks in self._chunks.items():
            texts = [self._text(name, record.get(name), at) for at, record in enumerate(records)]
            chunks.append(pa.array(texts, pa.string()))
        self._rows += len(records)

    def source(self) -> SourceTable:
        if not self._chunks:
            raise ReadingRefused(make_finding("json_sin_objetos"))
        header = name_columns(tuple(self._chunks), self._options)
        nested = tuple(self._nested_findings(header))
        if nested:
            raise ReadingRefused(*nested)
        columns = {name.strip(): pa.chunked_array(chunks, pa.string()) for name, chunks in self._chunks.items()}
        return build_source(columns, self._rows, header, self._options)

    def _text(self, name: str, value: Any, place: int) -> str:
        if value is None:
            return ""
        if type(value) is str:
            return value
        if isinstance(value, bool):
            return boolean_text(value)
        if isinstance(value, _Literal):
            return literal_text(value)
        if self._lists[name] and isinstance(value, list) and all(type(item) is str for item in value):
            return joined(value)
        self._nested.setdefault(name, self._rows + place + 1)
        return ""

    def _nested_findings(self, header: Header) -> Iterator[Finding]:
        keys = dict(zip(header.names, header.keys, strict=True))
        for name, row in self._nested.items():
            key = keys[name.strip()]
            if key is not None:
                yield make_finding("valor_anidado", row=row, column=name, key=key)


def _blank(rows: int) -> pa.Array:
    return pa.repeat(pa.scalar("", pa.string()), rows)
