"""Making the HTML of one page: template, language and frame."""

from __future__ import annotations

from flask import render_template

from api.pages.frame import build_frame
from api.pages.language import page_language


def render_page(template: str, *, canonical_query: str = "", **context: object) -> str:
    """The HTML of a page in the language of its address.

    `canonical_query` is the query of the page's lasting address; without it that address has none.
    """
    return render_template(
        template,
        lang=page_language(),
        frame=build_frame(canonical_query=canonical_query),
        **context,
    )
