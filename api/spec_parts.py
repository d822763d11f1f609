"""What the OpenAPI document refers to: nothing is told there that no route uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_UNREFERRED = "securitySchemes"
"""Components that are used by name, without a reference."""


def drop_unused(document: dict[str, Any]) -> dict[str, Any]:
    """The document without the components that nothing in it refers to."""
    while unused := _unused(document):
        for kind, name in unused:
            del document["components"][kind][name]
    return document


def _unused(document: dict[str, Any]) -> list[tuple[str, str]]:
    used = set(_iter_references(document))
    return [
        (kind, name)
        for kind, named in document["components"].items()
        for name in named
        if kind != _UNREFERRED and f"#/components/{kind}/{name}" not in used
    ]


def _iter_references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for child in node.values():
            yield from _iter_references(child)
    elif isinstance(node, list | tuple):
        for child in node:
            yield from _iter_references(child)
