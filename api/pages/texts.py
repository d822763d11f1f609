"""Words in the language of the request, with their types, which the library does not declare."""

from __future__ import annotations

import flask_babel
from flask_babel import LazyString

__all__ = ["LazyString", "gettext", "lazy_gettext", "ngettext"]


def gettext(text: str, **values: object) -> str:
    """`text`, written in Spanish, in the language of the request, with `%(name)s` replaced by the values."""
    return str(flask_babel.gettext(text, **values))


def ngettext(one: str, many: str, number: int, **values: object) -> str:
    """`one` or `many`, as the number asks for in the language of the request; the number itself is `%(num)s`."""
    return str(flask_babel.ngettext(one, many, number, **values))


def lazy_gettext(text: str) -> LazyString:
    """`text`, translated where and when it is shown."""
    return flask_babel.lazy_gettext(text)
