"""Texts of the OpenAPI document in both languages, until one is chosen."""

from __future__ import annotations

from typing import Any

from exemptions.errors import Sentence

Both = dict[str, str]


def both(es: str, en: str) -> Both:
    """A text in both languages; `localise` puts one of them in its place."""
    return {"es": es, "en": en}


def about(es: str, en: str) -> dict[str, Any]:
    """The metadata of a field that a sentence explains."""
    return {"description": both(es, en)}


def sentence(text: Sentence) -> Both:
    """A sentence of the domain as a text in both languages."""
    return both(text.es, text.en)


def localise(node: object, lang: str) -> object:
    """A copy of `node` in which every text in both languages is the one in `lang`."""
    if isinstance(node, dict):
        if node.keys() == {"es", "en"}:
            return node[lang]
        return {key: localise(value, lang) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [localise(value, lang) for value in node]
    return node
