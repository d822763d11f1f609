"""Linked data as Turtle, made from the same nodes as JSON-LD.

Source: W3C, RDF 1.1 Turtle; JSON-LD 1.1 §8 (objects of values and nodes).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rdflib import RDF, BNode, Graph, Literal, Namespace, URIRef

_Prefixes = Mapping[str, str]


def write_turtle(document: Mapping[str, Any]) -> bytes:
    """The graph of a document whose context has prefixes only and whose values are written out."""
    prefixes = document["@context"]
    graph = Graph(bind_namespaces="none")
    for prefix, address in prefixes.items():
        graph.bind(prefix, Namespace(address))
    for node in document["@graph"]:
        _add(graph, node, prefixes)
    text: bytes = graph.serialize(format="turtle", encoding="utf-8")
    return text


def _add(graph: Graph, node: Mapping[str, Any], prefixes: _Prefixes) -> URIRef | BNode:
    """Add a node with all that it holds; gives what names it."""
    subject = _name(node["@id"], prefixes) if "@id" in node else BNode()
    for kind in _listed(node.get("@type", [])):
        graph.add((subject, RDF.type, _name(kind, prefixes)))
    for term, values in node.items():
        if term.startswith("@"):
            continue
        for value in _listed(values):
            told = _literal(value, prefixes) if _is_value(value) else _add(graph, value, prefixes)
            graph.add((subject, _name(term, prefixes), told))
    return subject


def _is_value(value: object) -> bool:
    return not isinstance(value, Mapping) or "@value" in value


def _literal(value: Any, prefixes: _Prefixes) -> Literal:
    if not isinstance(value, Mapping):
        return Literal(value)
    kind = _name(value["@type"], prefixes) if "@type" in value else None
    # The text stays as it is written: a number or an instant in another writing would be another value to some.
    return Literal(value["@value"], lang=value.get("@language"), datatype=kind, normalize=False)


def _name(text: str, prefixes: _Prefixes) -> URIRef:
    prefix, colon, rest = text.partition(":")
    return URIRef(prefixes[prefix] + rest if colon and prefix in prefixes else text)


def _listed(values: Any) -> Iterator[Any]:
    yield from values if isinstance(values, list) else [values]
