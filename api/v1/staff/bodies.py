"""The JSON body of an order, read strictly; and the numbers in addresses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask import request
from marshmallow import Schema, ValidationError
from werkzeug.exceptions import BadRequest

from exemptions.errors import InvalidQuery, ParameterProblem
from exemptions.passwords import is_text

HIGHEST = 2**31 - 1
"""Largest number of a batch, job or release that any database holds."""

_LONGEST_PLACE = 200


def read_body(schema: type[Schema]) -> Mapping[str, Any]:
    """What the body says; an empty body says nothing.

    Raises: InvalidQuery naming every wrong field; UnsupportedMediaType for a body that is no JSON; BadRequest for one
    that cannot be read.
    """
    try:
        sent = request.get_json() if request.get_data(cache=True) else {}
    except RecursionError as error:
        raise BadRequest from error
    _refuse_unfit(sent)
    try:
        loaded: Mapping[str, Any] = schema().load(sent)
    except ValidationError as error:
        raise InvalidQuery(tuple(_problems(error.messages, ""))) from error
    return loaded


def _refuse_unfit(sent: Any) -> None:
    """JSON can write texts that no database keeps: with half of a surrogate pair, or with a NUL."""
    waiting: list[tuple[str, Any]] = [("", sent)]
    while waiting:
        place, part = waiting.pop()
        if isinstance(part, dict):
            waiting += [(_below(place, name), inner) for name, value in part.items() for inner in (name, value)]
        elif isinstance(part, list):
            waiting += [(_below(place, number), value) for number, value in enumerate(part)]
        elif isinstance(part, str) and ("\0" in part or not is_text(part)):
            raise InvalidQuery((_unfit(_sendable(place) or "body"),))


def _unfit(place: str) -> ParameterProblem:
    es = "Hay un carácter que no se puede guardar: NUL, o la mitad de un par."
    en = "There is a character that cannot be kept: NUL, or half of a surrogate pair."
    return ParameterProblem(place, None, f"{place}: {es}", f"{place}: {en}")


def _below(place: str, name: object) -> str:
    """Where a part of what stands at `place` is; cut, because a stranger chooses how long names are."""
    return f"{place}.{str(name)[:_LONGEST_PLACE]}".lstrip(".")[:_LONGEST_PLACE]


def _sendable(place: str) -> str:
    return place.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def _problems(messages: Any, path: str) -> Iterator[ParameterProblem]:
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            own = path if name == "_schema" else f"{path}.{name}".lstrip(".")
            yield from _problems(inner, own)
    else:
        for message in messages:
            es = _SPANISH.get(message, "El valor no es de la forma que se espera.")
            yield ParameterProblem(path or "body", None, f"{path or 'body'}: {es}", f"{path or 'body'}: {message}")


_SPANISH = {
    "Missing data for required field.": "Falta.",
    "Unknown field.": "No existe este campo.",
    "Invalid input type.": "El cuerpo tiene que ser un objeto JSON.",
}
"""Messages of marshmallow that say more than that a value is of the wrong form."""
