"""The catalogues of the pages' texts, chosen by the language of the page.

Flask-Babel chooses them by locale, but Unicode has no locale for most Mayan languages; a page's language is known from
its address, and its locale serves only for what Unicode knows of it.
"""

from __future__ import annotations

from babel.support import NullTranslations, Translations
from flask import has_request_context
from flask_babel import Domain, get_locale

from api.pages.language import LANGUAGES, SOURCE, page_language

_DOMAIN = "messages"


class PageTexts(Domain):
    """The texts of a request: of its page's language, or of the locale that the code forces."""

    def get_translations(self) -> NullTranslations:
        """The catalogue; a text that it lacks comes back as it was written, in Spanish."""
        language = LANGUAGES[_language_code()]
        if language.code not in self.cache:
            self.cache[language.code] = _read(language.code)
        found: NullTranslations = self.cache[language.code]
        return found


def _language_code() -> str:
    """The page's language, unless another locale than its own is in force."""
    locale = str(get_locale())
    own = page_language() if has_request_context() else SOURCE
    if LANGUAGES[own].locale == locale:
        return own
    return next((code for code, language in LANGUAGES.items() if language.locale == locale), own)


def _read(code: str) -> NullTranslations:
    path = LANGUAGES[code].texts
    if not path.is_file():
        return NullTranslations()
    with path.open("rb") as file:
        return Translations(file, _DOMAIN)
