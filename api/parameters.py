"""The query string of a request, read strictly: nothing is guessed, dropped or taken twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from flask import g, request

from exemptions.parameters import ParameterReader


def request_params() -> Mapping[str, Sequence[str]]:
    """Every parameter of the query string with all its values, in the order sent.

    Bytes that are not UTF-8 become lone surrogates, which every reader of values refuses by name.
    """
    if "params" not in g:
        g.params = _read_params()
    params: Mapping[str, Sequence[str]] = g.params
    return params


def take_parameter(name: str) -> Sequence[str]:
    """The values of a parameter that this request's other readers are not to see."""
    rest = dict(request_params())
    values = rest.pop(name, ())
    g.params = rest
    return values


def _read_params() -> Mapping[str, Sequence[str]]:
    params: dict[str, list[str]] = {}
    text = request.query_string.decode("utf-8", "surrogateescape")
    for name, value in parse_qsl(text, keep_blank_values=True, errors="surrogateescape"):
        params.setdefault(name, []).append(value)
    return params


def parameter_reader(*known: str) -> ParameterReader:
    """A reader of this request's parameters, which has noted those that are not known."""
    reader = ParameterReader(request_params())
    reader.refuse_unknown(known)
    return reader


def refuse_parameters() -> None:
    """Refuse every parameter, at an address that has none.

    Raises: InvalidQuery.
    """
    parameter_reader().raise_problems()
