"""The addresses of the staff's area: Spanish below `/staff`, English below `/en/staff`, the same slugs in both."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import current_app, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RoutingException

from api.pages.language import LANGUAGES, STAFF_LANGUAGES, page_language

STAFF_PREFIX = "/staff"
PREFIXES = {lang: f"{LANGUAGES[lang].prefix}{STAFF_PREFIX}" for lang in STAFF_LANGUAGES}
"""Language → where its pages begin."""
NAMES = {lang: f"{lang}_staff" for lang in STAFF_LANGUAGES}
"""Language → the name under which the blueprint is registered for it."""


def staff_url(name: str, /, **values: Any) -> str:
    """The path of a staff page in the language of this request; values outside the path become its query."""
    return url_for(f"{NAMES[page_language()]}.{name}", **values)


def same_staff_page_in(lang: str) -> str:
    """The path and query of the staff page asked for, in another language.

    The answer to a form leads to the page that the form stands on: the nearest address above it that can be opened.
    """
    own, other = PREFIXES[page_language()], PREFIXES[lang]
    path = request.path
    if not path.startswith(own):
        return other
    if request.method in ("GET", "HEAD"):
        query = urlencode(list(request.args.items(multi=True)))
        return f"{other}{path.removeprefix(own)}{'?' if query else ''}{query}"
    addresses = current_app.url_map.bind("")
    while len(path) > len(own):
        try:
            addresses.match(path, method="GET")
        except (HTTPException, RoutingException):
            path = path.rpartition("/")[0]
        else:
            break
    return f"{other}{path.removeprefix(own)}"


def is_staff_path(path: str) -> bool:
    """Whether a path is one of the staff's area and of nothing else.

    It is asked of what came with a request, so everything that a browser may take for another site, or that leads out
    of the area, is none: schemes, double slashes, back slashes, control characters, steps upward.
    """
    if not path.isprintable() or any(sign in path for sign in ("\\", "//", "..", " ", "#")):
        return False
    bare = path.partition("?")[0]
    return any(bare == prefix or bare.startswith(f"{prefix}/") for prefix in PREFIXES.values())
