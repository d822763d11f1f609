"""What a search engine is asked to leave alone, and where it finds the map of the site."""

from __future__ import annotations

from flask import Flask, Response

from api.conditional import PINNED
from api.pages.language import LANGUAGES, STAFF_LANGUAGES
from api.parameters import refuse_parameters
from api.state import absolute, app_state

_PREFIXES = tuple(language.prefix for language in LANGUAGES.values())
_CLOSED = (
    *(f"{LANGUAGES[code].prefix}/staff" for code in STAFF_LANGUAGES),
    # The same facts as on the pages, in shapes for programs.
    "/api/",
    # A search by one filter is a page worth finding; combinations of filters, orders and positions have no end.
    *(f"{prefix}/buscar?*&" for prefix in _PREFIXES),
    "/*?*cursor=",
    "/*?*release=",
    "/*?*as_of=",
)
_OPEN = tuple(f"{prefix}/tarjeta*.png?release=" for prefix in _PREFIXES)
"""Longer than the rule that would close them: messengers show these pictures beside a link."""


def register_robots(app: Flask) -> None:
    """Add `/robots.txt`."""
    app.add_url_rule("/robots.txt", "robots", answer_robots)


def answer_robots() -> Response:
    """The rules (RFC 9309). The map is named only where the site knows its own public address."""
    refuse_parameters()
    lines = ["User-agent: *", *(f"Allow: {path}" for path in _OPEN), *(f"Disallow: {path}" for path in _CLOSED)]
    if app_state().settings.base_url:
        lines += ["", f"Sitemap: {absolute('/sitemap.xml')}"]
    response = Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = PINNED
    return response
