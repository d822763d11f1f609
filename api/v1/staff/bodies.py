"""The JSON body of an order, read strictly; and the numbers in addresses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask import request
from marshmallow import Schema, ValidationError

from exemptions.errors import InvalidQuery, ParameterProblem

HIGHEST = 2**31 - 1
"""Largest number of a batch, job or release that any database holds."""


def read_body(schema: type[Schema]) -> Mapping[str, Any]:
    """What the body says; an empty body says nothing.

    Raises: InvalidQuery naming every wrong field; UnsupportedMediaType for a body that is no JSON; BadRequest for one
    that cannot be read.
    """
    sent = request.get_json() if request.get_data(cache=True) else {}
    try:
        loaded: Mapping[str, Any] = schema().load(sent)
    except ValidationError as error:
        raise InvalidQuery(tuple(_problems(error.messages, ""))) from error
    return loaded


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
