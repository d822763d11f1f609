"""What a client can have instead of what it asked for: the formats of an address and of those beside it.

Source: RFC 9110 §15.5.7 (406 Not Acceptable).
"""

from __future__ import annotations

from collections.abc import Iterable

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RoutingException
from werkzeug.urls import iri_to_uri

from api.state import absolute
from exporters.formats import FORMATS

_JSON = "application/json"


def list_available(offered: Iterable[str]) -> list[dict[str, str]]:
    """The media types of this address, and the addresses that give the same in other formats."""
    own = [(media_type, request.path) for media_type in offered]
    stem, _, suffix = request.path.rpartition(".")
    if f".{suffix}" not in {form.suffix for form in FORMATS.values()} or "/" in suffix:
        stem = request.path
    beside = [(_JSON, ""), *((form.essence, form.suffix) for form in FORMATS.values())]
    others = [
        (media_type, stem + suffix)
        for media_type, suffix in beside
        if stem + suffix != request.path and _is_export(stem, suffix)
    ]
    return [{"media_type": kind, "url": iri_to_uri(absolute(path))} for kind, path in (*own, *others)]


def _is_export(stem: str, suffix: str) -> bool:
    """Whether the API has this address as one of its formats; of downloads the manifest tells what there is."""
    if not stem.startswith("/api/v1/"):
        return False
    try:
        rule, _values = current_app.url_map.bind("").match(stem + suffix, "GET", return_rule=True)
    except (HTTPException, RoutingException):
        return False
    return rule.rule.endswith(suffix)
