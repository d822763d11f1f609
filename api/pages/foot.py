"""The foot of the pages: technical words, links to all pages, the release and the terms of use.

Pages of one kind have the same foot until the next release, and making it takes a fifth of a page's time, so it is made
once for all of them.
"""

from __future__ import annotations

from collections.abc import Hashable

from flask import Flask, current_app, render_template
from markupsafe import Markup

from api.pages.frame import Frame, foot_sections
from api.pages.terms import used_terms
from api.recent import Recent

_EXTENSION = "page_feet"
_MOST_CHARACTERS = 2**22
"""Some four hundred feet: every kind of page in two languages and with several sets of explained words."""


def register_feet(app: Flask) -> None:
    """Give the application a memory of feet, and the templates what shows one."""
    app.extensions[_EXTENSION] = Recent[Hashable, str](capacity=_MOST_CHARACTERS, weigh=len)
    app.jinja_env.globals.update(page_foot=page_foot)


def page_foot(frame: Frame) -> Markup:
    """The foot of a page, whose content must have been made before: its words are those not explained there."""
    feet: Recent[Hashable, str] = current_app.extensions[_EXTENSION]
    # Everything that the template reads.
    key = (
        frame.page,
        frame.language,
        frame.release,
        frame.publisher,
        frame.publisher_url,
        frame.license_name,
        frame.license_url,
        frame.contact,
        frame.contact_url,
        used_terms(),
    )
    made = feet.find(key)
    if made is None:
        made = render_template("parts/foot.html", frame=frame, sections=foot_sections(frame.page))
        feet.keep(key, made)
    return Markup(made)  # noqa: S704 - a template made it, which escapes
