"""What of the API is going to end, and when: told in the answers, in the OpenAPI document and on the page of the API.

Source: RFC 9745 (Deprecation), RFC 8594 (Sunset). The rules that an entry keeps are in docs/api.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from flask import Flask, Response, request
from werkzeug.http import http_date

from api.spec import Document

LEAST_NOTICE = timedelta(days=365)
"""What is deprecated goes on answering for a year at least."""


@dataclass(frozen=True, slots=True)
class Deprecation:
    """The end of a route."""

    since: date
    """From this day on it is deprecated, in UTC."""
    sunset: date
    """From this day on it may stop answering."""
    successor: str = ""
    """The path that takes its place; empty if none does."""

    def __post_init__(self) -> None:
        if self.sunset - self.since < LEAST_NOTICE:
            raise ValueError("what is deprecated answers for another year")


DEPRECATIONS: Mapping[str, Deprecation] = {}
"""Path, as the OpenAPI document writes it → its end. Version 1 has none yet."""


def register_deprecations(app: Flask, deprecations: Mapping[str, Deprecation] | None = None) -> None:
    """Tell of the end of routes, which must have been registered, in every answer of theirs.

    Raises: KeyError for a path that no route has.
    """
    ending = DEPRECATIONS if deprecations is None else deprecations
    if not ending:
        return
    if unknown := ending.keys() - {document_path(rule.rule) for rule in app.url_map.iter_rules()}:
        raise KeyError(*unknown)
    base_url = app.extensions["settings"].base_url
    told = {path: _headers(end, base_url) for path, end in ending.items()}

    def tell(response: Response) -> Response:
        if request.url_rule is not None:
            response.headers.extend(told.get(document_path(request.url_rule.rule), ()))
        return response

    app.after_request(tell)


def mark_deprecated(document: Document, deprecations: Mapping[str, Deprecation] | None = None) -> None:
    """Mark the operations of ending routes in the OpenAPI document.

    Raises: KeyError for a path that the document does not have.
    """
    for path in DEPRECATIONS if deprecations is None else deprecations:
        for item in document["paths"][path].values():
            if isinstance(item, dict):
                item["deprecated"] = True


def document_path(rule: str) -> str:
    """A rule of the application as the OpenAPI document writes it."""
    for converter in ("int:", "path:"):
        rule = rule.replace(f"<{converter}", "<")
    return rule.replace("<", "{").replace(">", "}")


def _headers(end: Deprecation, base_url: str) -> list[tuple[str, str]]:
    links = [f'<{base_url}/docs#docs-versions>; rel="deprecation"; type="text/html"']
    links.append(f'<{base_url}/docs#docs-versions>; rel="sunset"; type="text/html"')
    if end.successor:
        links.append(f'<{base_url}{end.successor}>; rel="successor-version"')
    return [
        ("Deprecation", f"@{int(_midnight(end.since).timestamp())}"),
        ("Sunset", http_date(_midnight(end.sunset))),
        ("Link", ", ".join(links)),
    ]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
