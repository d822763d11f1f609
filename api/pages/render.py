"""Making the HTML of one page, and answering with it under the same rules of caching as the data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Response, g, render_template, request

from api.conditional import UNPINNED, Representation, answer_body
from api.pages.frame import build_frame
from api.pages.language import page_language
from api.pages.values import Reader
from api.repeats import mark_repeatable
from api.state import app_state
from exemptions.release import Release

_HTML = "text/html; charset=utf-8"
Context = Mapping[str, object]


def page_reader(release: Release | None = None) -> Reader:
    """The reader of this request's page, with the catalogues of the release's own day."""
    return Reader(page_language(), app_state().catalogs if release is None else release.catalogs)


def render_page(template: str, context: Context, *, canonical_query: str | None = None, is_error: bool = False) -> str:
    """The HTML of a page in the language of its address.

    `canonical_query` is what was asked in its one form; None where the page is not kept for others who ask the same.
    """
    # A page that failed halfway has explained words that the error's page has not.
    g.pop("terms", None)
    return render_template(
        template,
        lang=page_language(),
        frame=build_frame(canonical_query=canonical_query, is_error=is_error),
        **context,
    )


def answer_page(
    release: Release,
    template: str,
    make: Callable[[], Context],
    *,
    query: Sequence[tuple[str, str]] = (),
    pinned: bool = False,
    depends_on: str = "",
) -> Response:
    """The page made from a release, 304 when the client has it.

    `query` is the canonical form of what was asked; `pinned` tells that the address names its release; `depends_on`
    names what else the page is made from. `make` gives what the template needs, and is called only when it must be.
    """
    asked = urlencode(list(query))
    if not depends_on:
        mark_repeatable(release)
    representation = Representation(
        release=release,
        key="\x00".join((request.path, asked, depends_on, *_from_settings())),
        media_type=_HTML,
        pinned=pinned,
        by_language=False,
    )
    response = answer_body(representation, lambda: (render_page(template, make(), canonical_query=asked).encode(), ()))
    response.headers["Content-Language"] = page_language()
    return response


def answer_plain(template: str, context: Context, *, status: int = HTTPStatus.OK) -> Response:
    """A page that is made from no release, or not to be kept."""
    is_error = status != HTTPStatus.OK
    response = Response(render_page(template, context, is_error=is_error), status, content_type=_HTML)
    response.headers["Cache-Control"] = "no-store" if is_error else UNPINNED
    response.headers["Content-Language"] = page_language()
    return response


def _from_settings() -> tuple[str, ...]:
    """What every page repeats from the settings."""
    settings = app_state().settings
    return (settings.publisher, settings.publisher_url, settings.contact, settings.license_name, settings.license_url)
