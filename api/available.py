"""What a client can have instead of what it asked for: the formats of an address and of those beside it.

Source: RFC 9110 §15.5.7 (406 Not Acceptable).
"""

from __future__ import annotations

from collections.abc import Iterable

from flask import current_app, request
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
    beside = [(form.essence, f"{stem}{form.suffix}") for form in FORMATS.values()]
    found = [(media_type, path) for media_type, path in ((_JSON, stem), *beside) if path != request.path]
    routes = current_app.url_map.bind("")
    others = [(media_type, path) for media_type, path in found if _is_export(path) and routes.test(path, "GET")]
    return [{"media_type": kind, "url": iri_to_uri(absolute(path))} for kind, path in (*own, *others)]


def _is_export(path: str) -> bool:
    """Whether an address is one of the API; of downloads the manifest tells what there is."""
    return path.startswith("/api/v1/")
