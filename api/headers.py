"""Headers that every answer carries: what a browser must not do with it, and who may read it from elsewhere."""

from __future__ import annotations

from http import HTTPStatus

from flask import Flask, Response, redirect, request

from api.charts.drawing import POLICY as PICTURE_POLICY
from api.conditional import RELEASE_HEADER
from api.relations import service_links
from exemptions.settings import Settings

_OPEN_PREFIXES = (
    "/api/v1/", "/downloads/", "/graficas/", "/en/graficas/", "/openapi.json", "/datapackage.json", "/catalog.",
    "/.well-known/api-catalog",
)  # fmt: skip
"""Addresses that any site may show and its scripts may read. The staff's part is not among them."""
_API_PREFIX = "/api/v1/"
_STAFF_PREFIX = "/api/v1/staff"

_DATA_POLICY = "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; script-src 'self'; connect-src "
    "'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Pages load nothing from elsewhere and run nothing that stands in their text."""
_EMBEDDED_PREFIX = "/api/v1/reconcile/preview/"
"""Small pages that reconciling programs show in a frame of theirs; they have no links, forms or scripts."""
_EMBEDDED_POLICY = "default-src 'none'; style-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors *"
_POLICIES = {"text/html": _PAGE_POLICY, "image/svg+xml": PICTURE_POLICY}
"""Media type → policy, of those that have one of their own."""

_EXPOSED = ", ".join(
    (
        "Content-Disposition", "Content-Language", "Content-Location", "Deprecation", "ETag", "Link",
        "RateLimit-Policy", RELEASE_HEADER, "Repr-Digest", "Retry-After", "Sunset", "X-Match-Column",
        "X-Registry-Query", "X-Request-ID",
        "X-Total-Count",
    )
)  # fmt: skip
_PREFLIGHT_SECONDS = "86400"


def register_headers(app: Flask) -> None:
    """Put the headers on every answer, errors included."""
    settings: Settings = app.extensions["settings"]
    always = _PROTECTION
    if settings.base_url.startswith("https://"):
        always = (*always, ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"))
    closed = (*always, ("Cross-Origin-Resource-Policy", "same-origin"))
    opened = (*always, ("Cross-Origin-Resource-Policy", "cross-origin"), *_OPENNESS)
    told = (*opened, *_told(settings))

    def add_headers(response: Response) -> Response:
        path = request.path
        # No other module sets any of these, so they are added, which is many times faster than looking for each first.
        if not _is_open(path):
            response.headers.extend(closed)
        else:
            response.headers.extend(told if path.startswith(_API_PREFIX) else opened)
            if request.method == "OPTIONS":
                _answer_preflight(response)
        _protect(response, path)
        return response

    app.after_request(add_headers)


_PROTECTION: tuple[tuple[str, str], ...] = (
    ("X-Content-Type-Options", "nosniff"),
    # A search may hold somebody's own number, which no other site may learn from the Referer.
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("X-Frame-Options", "DENY"),
)
_OPENNESS = (("Access-Control-Allow-Origin", "*"), ("Access-Control-Expose-Headers", _EXPOSED))


def _protect(response: Response, path: str) -> None:
    headers = response.headers
    if path.startswith(_EMBEDDED_PREFIX):
        headers.remove("X-Frame-Options")
        headers.add("Content-Security-Policy", _EMBEDDED_POLICY)
    else:
        headers.add("Content-Security-Policy", _POLICIES.get(response.mimetype or "", _DATA_POLICY))
    if response.status_code == HTTPStatus.PERMANENT_REDIRECT and headers["Location"].startswith(request.host_url):
        # What the router merges (`//`) it leads to by the name that was asked for, which a client may invent.
        headers["Location"] = "/" + headers["Location"].removeprefix(request.host_url).lstrip("/")
        response.set_data(redirect(headers["Location"]).get_data())


def _told(settings: Settings) -> tuple[tuple[str, str], ...]:
    """What every answer of the public API tells beside itself: its description, and how often it may be asked.

    Source: draft-ietf-httpapi-ratelimit-headers-10.
    """
    links = ("Link", service_links(settings.base_url))
    if not settings.rate_limit:
        return (links,)
    quota, window = settings.rate_limit.split("/")
    return links, ("RateLimit-Policy", f'"default";q={quota};w={window}')


def _answer_preflight(response: Response) -> None:
    response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "GET, HEAD, OPTIONS")
    response.headers["Access-Control-Allow-Headers"] = "Accept, Accept-Language, Content-Type, If-None-Match, Range"
    response.headers["Access-Control-Max-Age"] = _PREFLIGHT_SECONDS


def _is_open(path: str) -> bool:
    return path.startswith(_OPEN_PREFIXES) and not path.startswith(_STAFF_PREFIX)
