"""Words in the language of the request, with their types, which the library does not declare.

The catalogue is looked up once a request: the library finds request, locale and catalogue anew for every text, which
took a quarter of the time of a page of results with its 160 texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, cast

import flask_babel
from flask import Flask, g
from flask_babel import LazyString
from jinja2.environment import Template, TemplateModule
from jinja2.runtime import Context
from markupsafe import Markup

__all__ = ["LazyString", "gettext", "in_locale", "lazy_gettext", "ngettext", "speak_in_templates"]

_KEPT = "translations"
_TEXTS_KEPT = 8_192
"""More than all texts of the templates in two languages."""


def gettext(text: str, **values: object) -> str:
    """`text`, written in Spanish, in the language of the request, with `%(name)s` replaced by the values."""
    found = _find_text(text)
    return found % values if values else found


def ngettext(one: str, many: str, number: int, **values: object) -> str:
    """`one` or `many`, as the number asks for in the language of the request; the number itself is `%(num)s`."""
    return _find_plural(one, many, number) % {"num": number, **values}


def lazy_gettext(text: str) -> LazyString:
    """`text`, translated where and when it is shown."""
    return LazyString(gettext, text)


def speak_in_templates(app: Flask) -> None:
    """Let the texts of templates be found the same way."""
    environment = cast(Any, app.jinja_env)  # What the extension for texts adds is not declared.
    environment.install_gettext_callables(_find_text, _find_plural, newstyle=True)
    # The extension makes and fills each of a page's fifty texts anew.
    environment.globals.update(gettext=_say, _=_say)
    environment.template_class = _PageTemplate


class _PageTemplate(Template):
    """A template whose macros are made once.

    The library looks at each import of each page whether the page's globals are others than its own, which took three
    in a hundred of a page's time; here all templates have those of their environment.
    """

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        return super()._get_default_module()


@contextmanager
def in_locale(locale: str) -> Iterator[None]:
    """Speak another language than the request's."""
    kept = g.pop(_KEPT, None)
    try:
        with flask_babel.force_locale(locale):
            yield
    finally:
        g.pop(_KEPT, None)
        if kept is not None:
            setattr(g, _KEPT, kept)


def _say(text: str, /, **values: object) -> Markup:
    """A text of a template, whose values are escaped."""
    return _marked_up(_translations(), text) % values if values else _whole(_translations(), text)


@lru_cache(maxsize=_TEXTS_KEPT)
def _marked_up(translations: Any, text: str) -> Markup:
    return Markup(translations.ugettext(text))  # noqa: S704 - texts are the project's own, as the extension takes them


@lru_cache(maxsize=_TEXTS_KEPT)
def _whole(translations: Any, text: str) -> Markup:
    """The text without values; a doubled sign of percent is a single one in it too."""
    return _marked_up(translations, text) % {}


def _find_text(text: str) -> str:
    return str(_translations().ugettext(text))


def _find_plural(one: str, many: str, number: int) -> str:
    return str(_translations().ungettext(one, many, number))


def _translations() -> Any:
    """The catalogue of the request's language; outside of a request one that leaves texts as they are."""
    try:
        # A page asks two hundred times, and looking through the proxy each time takes longer than all else here.
        kept = cast(Any, g)._get_current_object()
    except RuntimeError:
        return flask_babel.get_translations()
    found = kept.get(_KEPT)
    if found is None:
        found = flask_babel.get_translations()
        setattr(kept, _KEPT, found)
    return found
