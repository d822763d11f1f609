"""Marks that mailings and social networks hang onto addresses: they say nothing about a page and keep nobody out.

Programs are held to the letter, so addresses of the API refuse them like any unknown parameter.
"""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import unquote_plus

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from api.pages.language import LANGUAGES

_PREFIX = "utm_"
_MARKS = frozenset(
    {
        "fbclid", "gclid", "dclid", "gbraid", "wbraid", "msclkid", "twclid", "ttclid", "yclid", "igshid", "igsh",
        "mc_cid", "mc_eid", "li_fat_id", "_ga", "_gl",
    }
)  # fmt: skip


def leave_campaign_marks_out() -> Response | None:
    """Lead from a page's address with such marks to the same one without; None for every other request."""
    is_page = (request.endpoint or "").partition(".")[0] in LANGUAGES
    if not is_page or request.method not in ("GET", "HEAD") or not request.query_string:
        return None
    parts = request.query_string.decode("ascii", "replace").split("&")
    kept = [part for part in parts if not _is_mark(unquote_plus(part.partition("=")[0]))]
    if len(kept) == len(parts):
        return None
    path, query = url_for(request.endpoint or "", **(request.view_args or {})), "&".join(kept)
    return redirect(f"{path}?{query}" if query else path, code=HTTPStatus.PERMANENT_REDIRECT)


def _is_mark(name: str) -> bool:
    return name in _MARKS or name.startswith(_PREFIX)
