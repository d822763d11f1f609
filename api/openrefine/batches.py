"""Reading what clients ask: batches of queries and orders of values, strictly, so that no wrong one is answered."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from api.openrefine.entities import is_property
from exemptions.columns import KEYS
from exemptions.errors import InvalidQuery, ParameterProblem

MAX_QUERIES = 100
MAX_IDS = 500
MAX_CANDIDATES = 25
DEFAULT_CANDIDATES = 10

_SHOWN = 80
"""Letters of what was sent that a problem repeats."""
_MEMBERS = {"query", "type", "limit", "properties", "type_strict"}
_STRICT = ("any", "should", "all")
_SCALARS = (str, int, float, bool)


@dataclass(frozen=True, slots=True)
class Asked:
    """One query of a batch."""

    text: str
    types: tuple[str, ...]
    limit: int
    properties: Mapping[str, tuple[str, ...]]
    """Property → values that one of the entity's should equal. A property that no column has says nothing: clients
    send columns under names of their own, and refusing one would refuse their whole batch."""


@dataclass(frozen=True, slots=True)
class Order:
    """Entities and the properties whose values are wanted."""

    ids: tuple[str, ...]
    properties: tuple[str, ...]


def read_batch(text: str) -> dict[str, Asked]:
    """The queries of a batch by their keys.

    Raises: InvalidQuery naming the query that is wrong.
    """
    batch = _object("queries", text)
    if len(batch) > MAX_QUERIES:
        raise _wrong(
            "queries", None, f"hasta {MAX_QUERIES} consultas por envío", f"up to {MAX_QUERIES} queries at once"
        )
    return {key: _read_query(f"queries.{key}", query) for key, query in batch.items()}


def read_order(text: str) -> Order:
    """The entities and properties of an order.

    Raises: InvalidQuery.
    """
    order = _object("extend", text)
    ids = _list_of_texts("extend.ids", order.get("ids"))
    if len(ids) > MAX_IDS:
        raise _wrong("extend.ids", None, f"hasta {MAX_IDS} por envío", f"up to {MAX_IDS} at once")
    properties = order.get("properties")
    if not isinstance(properties, list) or not all(isinstance(item, dict) for item in properties):
        raise _wrong("extend.properties", None, "debe ser una lista de objetos", "must be a list of objects")
    names = _list_of_texts("extend.properties", [item.get("id") for item in properties])
    for name in names:
        if not is_property(name):
            raise _unknown_property("extend.properties", name)
    return Order(ids, names)


def _object(parameter: str, text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
        # Half a surrogate pair, written as an escape, is no character and could not be told back.
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise _wrong(parameter, None, "no es JSON", "is not JSON") from error
    if not isinstance(found, dict):
        raise _wrong(parameter, None, "debe ser un objeto JSON", "must be a JSON object")
    return found


def _read_query(place: str, query: Any) -> Asked:
    if not isinstance(query, dict):
        raise _wrong(place, None, "debe ser un objeto", "must be an object")
    for name in query:
        if name not in _MEMBERS:
            near = get_close_matches(name, sorted(_MEMBERS), 1, 0.5)
            raise _wrong(place, name, f"no tiene «{name[:40]}»", f"has no “{name[:40]}”", near[0] if near else None)
    properties = _read_properties(place, query.get("properties", []))
    text = query.get("query")
    if text is None and not properties:
        raise _wrong(place, None, "le falta query o properties", "lacks query or properties")
    if text is not None and not isinstance(text, str):
        raise _wrong(f"{place}.query", None, "debe ser un texto", "must be a text")
    types = query.get("type", [])
    if query.get("type_strict", "any") not in _STRICT:
        raise _wrong(
            f"{place}.type_strict", None, f"es una de: {', '.join(_STRICT)}", f"is one of: {', '.join(_STRICT)}"
        )
    limit = query.get("limit", DEFAULT_CANDIDATES)
    if isinstance(limit, bool) or not isinstance(limit, int | float) or not limit >= 0:
        raise _wrong(f"{place}.limit", None, "debe ser un número", "must be a number")
    return Asked(
        text=text or "",
        types=_list_of_texts(f"{place}.type", [types] if isinstance(types, str) else types),
        limit=int(min(limit, MAX_CANDIDATES)) or DEFAULT_CANDIDATES,
        properties=properties,
    )


def _read_properties(place: str, properties: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(properties, list):
        raise _wrong(f"{place}.properties", None, "debe ser una lista", "must be a list")
    found: dict[str, tuple[str, ...]] = {}
    for item in properties:
        if not isinstance(item, dict) or not isinstance(item.get("pid"), str) or "v" not in item:
            raise _wrong(f"{place}.properties", None, "son objetos con pid y v", "are objects with pid and v")
        values = item["v"] if isinstance(item["v"], list) else [item["v"]]
        found[item["pid"]] = (*found.get(item["pid"], ()), *(_value(place, value) for value in values))
    return found


def _value(place: str, value: Any) -> str:
    if isinstance(value, dict) and isinstance(value.get("id"), str):
        return str(value["id"])
    if isinstance(value, _SCALARS):
        return str(value)
    raise _wrong(f"{place}.properties", None, "tiene un valor de otra clase", "has a value of another kind")


def _list_of_texts(place: str, values: Any) -> tuple[str, ...]:
    if not isinstance(values, Sequence) or isinstance(values, str) or not all(isinstance(v, str) for v in values):
        raise _wrong(place, None, "debe ser una lista de textos", "must be a list of texts")
    return tuple(values)


def _unknown_property(place: str, name: str) -> InvalidQuery:
    near = get_close_matches(name, KEYS, 1, 0.5)
    return _wrong(place, name, "no existe esa propiedad", "there is no such property", near[0] if near else None)


def _wrong(parameter: str, value: str | None, es: str, en: str, nearest: str | None = None) -> InvalidQuery:
    shown = value[:80] if value is not None else None
    return InvalidQuery(
        (ParameterProblem(parameter[:80], shown, f"{parameter[:80]}: {es}.", f"{parameter[:80]}: {en}.", nearest),)
    )
