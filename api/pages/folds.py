"""The folds of the filter panel that are typed into, made once for all pages that show them alike.

Nothing is typed into most of them most of the time.
"""

from __future__ import annotations

from collections.abc import Hashable

from flask import Flask, current_app, render_template
from markupsafe import Markup

from api.pages.filter_panel import Group
from api.pages.language import page_language
from api.recent import Recent

_EXTENSION = "page_folds"
_MOST_CHARACTERS = 2**20
"""Some five hundred folds."""


def register_folds(app: Flask) -> None:
    """Give the application a memory of folds, and the templates what shows one."""
    app.extensions[_EXTENSION] = Recent[Hashable, str](capacity=_MOST_CHARACTERS, weigh=len)
    app.jinja_env.globals.update(range_fold=range_fold)


def range_fold(group: Group) -> Markup:
    """The fold of a group of fields that are typed into."""
    folds: Recent[Hashable, str] = current_app.extensions[_EXTENSION]
    # Everything that the template reads.
    key = (page_language(), group)
    made = folds.find(key)
    if made is None:
        made = render_template("parts/range_fold.html", group=group)
        folds.keep(key, made)
    return Markup(made)  # noqa: S704 - a template made it, which escapes
