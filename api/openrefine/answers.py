"""Answering batches of queries and orders of values from a release."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from api.openrefine.batches import Asked, Order
from api.openrefine.entities import Entity, Named, describe, read_entities, types_of
from exemptions.columns import COLUMN, Kind
from exemptions.holders import find_taxpayer
from exemptions.match_keys import match_keys
from exemptions.match_values import AskedList, Candidate, LineMatch, MatchedBy
from exemptions.matching import found_by_words, match_list
from exemptions.nit import is_nit
from exemptions.release import Release
from exemptions.text import fold_text

_CERTAIN = (MatchedBy.NIT, MatchedBy.EXACT_NAME, MatchedBy.SAME_WORDS)
_AGAINST = 0.7
"""A property that says otherwise leaves so much of the score."""


def answer_batch(release: Release, batch: Mapping[str, Asked], lang: str) -> dict[str, dict[str, list[Named]]]:
    """The candidates of each query, the likeliest first; one is a match if it is certain and the only one that is."""
    texts = {key: _text(asked) for key, asked in batch.items()}
    values = [text for text in texts.values() if text]
    matches = dict(zip(values, match_list(release, AskedList(values)), strict=True))
    found = {key: _candidates(release, matches.get(text), text) for key, text in texts.items()}
    entities = read_entities(release, (candidate.taxpayer for all_ in found.values() for candidate in all_))
    return {key: {"result": _results(release, asked, found[key], entities, lang)} for key, asked in batch.items()}


def answer_order(release: Release, order: Order, lang: str) -> dict[str, Any]:
    """The values of properties of entities; an entity that is not there has none."""
    taxpayers = [taxpayer for key in order.ids if (taxpayer := find_taxpayer(release, key)) is not None]
    entities = read_entities(release, taxpayers)
    rows = {}
    for key in order.ids:
        records = entities[key].records if key in entities else []
        rows[key] = {name: _cells(name, (item[name] for item in records)) for name in order.properties}
    return {"meta": [{"id": name, "name": COLUMN[name].label(lang)} for name in order.properties], "rows": rows}


def _text(asked: Asked) -> str:
    """What is matched: the NIT among the properties, else the text, else the name among the properties."""
    nit = next((value for value in asked.properties.get("nit", ()) if is_nit(value)), "")
    return (nit or asked.text or next(iter(asked.properties.get("name", ())), "")).strip()


def _candidates(release: Release, match: LineMatch | None, text: str) -> Sequence[Candidate]:
    if match is None:
        return ()
    if match.candidates or match.problem is not None:
        return match.candidates
    return found_by_words(release, text)


def _results(
    release: Release, asked: Asked, candidates: Sequence[Candidate], entities: Mapping[str, Entity], lang: str
) -> list[Named]:
    fitting = [
        candidate
        for candidate in candidates
        if not asked.types or entities[candidate.taxpayer.id].type_ids.intersection(asked.types)
    ]
    agreed = {c.taxpayer.id: _agreements(entities[c.taxpayer.id], asked.properties) for c in fitting}
    scores = {
        c.taxpayer.id: round(c.score * (1.0 if all(agreed[c.taxpayer.id].values()) else _AGAINST), 1) for c in fitting
    }
    ranked = sorted(fitting, key=lambda candidate: -scores[candidate.taxpayer.id])
    certain = [c.taxpayer.id for c in ranked if c.how in _CERTAIN and all(agreed[c.taxpayer.id].values())]
    is_alone = len(certain) == 1
    return [
        {
            "id": candidate.taxpayer.id,
            "name": entities[candidate.taxpayer.id].name,
            "description": describe(entities[candidate.taxpayer.id], release, lang),
            "score": scores[candidate.taxpayer.id],
            "match": is_alone and candidate.taxpayer.id == certain[0],
            "type": types_of(entities[candidate.taxpayer.id], release, lang),
            "features": [
                {"id": "name", "value": candidate.score},
                *({"id": name, "value": value} for name, value in agreed[candidate.taxpayer.id].items()),
            ],
        }
        for candidate in ranked[: asked.limit]
    ]


def _agreements(entity: Entity, properties: Mapping[str, tuple[str, ...]]) -> dict[str, bool]:
    """Property → whether one of the entity's values is one of those that were told."""
    agreed = {}
    for name, values in properties.items():
        if name not in COLUMN:
            continue
        told = {_comparable(name, value) for value in values}
        own = {_comparable(name, text) for item in entity.records for text in _texts(item[name])}
        # What is not published neither agrees nor disagrees.
        if own:
            agreed[name] = bool(told & own)
    return agreed


def _comparable(name: str, text: str) -> str:
    if name == "name":
        return str(match_keys(pl.Series([text])).get_column("bag")[0])
    return fold_text(text).replace(" ", "").lstrip("0") if name == "nit" else fold_text(text)


def _texts(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _cells(name: str, values: Iterable[Any]) -> list[dict[str, Any]]:
    """The different values of a property, as the data extension writes them."""
    kind = COLUMN[name].kind
    cells: list[dict[str, Any]] = []
    for value in values:
        for one in value if isinstance(value, list) else [value]:
            cell = None if one is None else _cell(kind, one)
            if cell is not None and cell not in cells:
                cells.append(cell)
    return cells


def _cell(kind: Kind, value: Any) -> dict[str, Any]:
    if kind is Kind.INTEGER:
        return {"int": value}
    if kind is Kind.MONEY:
        return {"float": value}
    return {"date": f"{value}T00:00:00"} if kind is Kind.DATE else {"str": value}
