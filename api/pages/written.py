"""Texts that people wrote into the registry: in Spanish, shown as they stand, and said to be Spanish elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup, escape

from api.pages.language import page_language
from api.pages.texts import LazyString
from api.pages.texts import lazy_gettext as _l

_OWN: Mapping[str, LazyString] = {
    "Registro de demostración (datos inventados)": _l("Registro de demostración (datos inventados)"),
    "Datos inventados de demostración. / Invented demonstration data.": _l("Datos inventados de demostración."),
    "Registro de demostración": _l("Registro de demostración"),
    "Política predeterminada": _l("Política predeterminada"),
    "Datos inventados: ningún contribuyente existe": _l("Datos inventados: ningún contribuyente existe"),
}
"""Texts of the project itself that stand in releases where nobody wrote another one → their translation."""


def own_words(text: str) -> str:
    """The text in the language of the page if it is one of the project's own, else as it was written."""
    return str(_OWN[text]) if text in _OWN else text


def as_written(text: str) -> Markup:
    """The text for a page; where the page speaks another language, marked as Spanish for those who listen to it."""
    if text in _OWN:
        return escape(own_words(text))
    if page_language() == "es" or not text:
        return escape(text)
    return Markup('<span lang="es">{}</span>').format(text)
