"""A list that was sent to be matched, as a request carries it: read within limits, kept nowhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from exemptions.match_values import AskedList
from loaders.decode import find_codec
from loaders.json_source import looks_like_json
from loaders.lists import MAX_LIST_BYTES, read_list_bytes, read_list_lines, telling
from loaders.options import DEFAULT_ENCODING, ReadingRefused
from loaders.rules import make_finding

_FORM_BYTES = 64 * 1024
"""What a form adds to the list that it carries."""

FILE_FIELD, TEXT_FIELD = "file", "list"
"""Fields of a form that hold the list: a file, or pasted lines."""

_Reader = Callable[..., AskedList]

TABLES = (
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/json",
    "application/x-ndjson",
    "application/octet-stream",
)
"""Media types whose kind of table is told by its content."""
_JSON = ("application/json", "application/x-ndjson")
LINES = "text/plain"
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
_READERS: Mapping[str, _Reader] = dict.fromkeys(TABLES, read_list_bytes) | {LINES: read_list_lines}


def allow_list_body() -> None:
    """Let this request carry a list, which is larger than any other body; nothing was read of it so far."""
    request.max_content_length = MAX_LIST_BYTES + _FORM_BYTES
    request.max_form_memory_size = MAX_LIST_BYTES + _FORM_BYTES


def receive_body() -> None:
    """Take in what is being sent, which may be slow, before a place is taken for reading it.

    Raises: RequestEntityTooLarge.
    """
    if request.mimetype in FORMS:
        _ = request.files
    else:
        request.get_data()


def read_sent_list(*, column: str | None, encoding: str | None) -> AskedList:
    """The list of this request.

    Raises: ListRefused, UnsupportedMediaType, RequestEntityTooLarge.
    """
    kind = request.mimetype
    if kind in FORMS:
        return read_form_list(column=column, encoding=encoding)
    if kind not in _READERS:
        raise UnsupportedMediaType(", ".join((*_READERS, *FORMS)))
    declared = encoding or request.mimetype_params.get("charset") or DEFAULT_ENCODING
    data = _within(request.get_data())
    with telling():
        if kind in _JSON and not looks_like_json(data):
            # Told by its content alone it would be a list of one name.
            raise ReadingRefused(make_finding("json_invalido", line=1, position=1, reason="expected [ or {"))
        return _READERS[kind](data, column=column, encoding=declared)


def read_form_list(*, column: str | None, encoding: str | None) -> AskedList:
    """The list of a form: its file, else its pasted lines, which a browser sends as UTF-8.

    Raises: ListRefused, RequestEntityTooLarge.
    """
    sent = request.files.get(FILE_FIELD)
    if sent is not None and sent.filename:
        data = _within(sent.stream.read(MAX_LIST_BYTES + 1))
        reader = read_list_lines if sent.filename.lower().endswith(".txt") else read_list_bytes
        with telling():
            return reader(data, column=column, encoding=encoding or DEFAULT_ENCODING)
    data = _within(request.form.get(TEXT_FIELD, "").encode())
    with telling():
        return read_list_lines(data, column=column)


def is_encoding(text: str) -> bool:
    """Whether a text names an encoding that lists may have."""
    return find_codec(text) is not None


def _within(data: bytes) -> bytes:
    if len(data) > MAX_LIST_BYTES:
        raise RequestEntityTooLarge
    return data
