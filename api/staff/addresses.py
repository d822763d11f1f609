"""The addresses of the staff's area: Spanish below `/staff`, English below `/en/staff`, the same slugs in both."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import request, url_for

from api.pages.language import ENGLISH_PREFIX, LANGUAGES, page_language

STAFF_PREFIX = "/staff"
PREFIXES = {"es": STAFF_PREFIX, "en": f"{ENGLISH_PREFIX}{STAFF_PREFIX}"}
"""Language → where its pages begin."""
NAMES = {lang: f"{lang}_staff" for lang in LANGUAGES}
"""Language → the name under which the blueprint is registered for it."""


def staff_url(name: str, /, **values: Any) -> str:
    """The path of a staff page in the language of this request; values outside the path become its query."""
    return url_for(f"{NAMES[page_language()]}.{name}", **values)


def same_staff_page_in(lang: str) -> str:
    """The path and query of the staff page asked for, in another language; an unknown one leads to the first page."""
    endpoint = request.endpoint or ""
    registered, _, page = endpoint.partition(".")
    if registered not in NAMES.values():
        return url_for(f"{NAMES[lang]}.home")
    path = url_for(f"{NAMES[lang]}.{page}", **(request.view_args or {}))
    query = urlencode(list(request.args.items(multi=True)))
    return f"{path}?{query}" if query else path


def is_staff_path(path: str) -> bool:
    """Whether a path is one of the staff's area and of nothing else.

    It is asked of what came with a request, so everything that a browser may take for another site, or that leads out
    of the area, is none: schemes, double slashes, back slashes, control characters, steps upward.
    """
    if not path.isprintable() or any(sign in path for sign in ("\\", "//", "..", " ", "#")):
        return False
    bare = path.partition("?")[0]
    return any(bare == prefix or bare.startswith(f"{prefix}/") for prefix in PREFIXES.values())
