"""Answering with a staff page: never kept by anybody, never indexed."""

from __future__ import annotations

from http import HTTPStatus

from flask import Response, render_template

from api.pages.language import page_language
from api.staff.frame import build_staff_frame


def render_staff(template: str, *, status: int = HTTPStatus.OK, **context: object) -> Response:
    """The page that a template below `staff/` makes, in the language of the address."""
    html = render_template(template, lang=page_language(), frame=build_staff_frame(), **context)
    response = Response(html, status, content_type="text/html; charset=utf-8")
    response.headers["Content-Language"] = page_language()
    return keep_private(response)


def keep_private(response: Response) -> Response:
    """Forbid every cache to keep an answer and every search engine to show it."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
