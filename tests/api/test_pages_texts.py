"""The texts of the pages: every one translated, none left outside the catalogue."""

import io
import re
from collections.abc import Iterator
from gettext import GNUTranslations
from pathlib import Path
from typing import BinaryIO

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask
from jinja2 import nodes
from jinja2.lexer import TOKEN_DATA

import api
from api.pages.fields import GROUPS, told_columns
from api.pages.labels import CHOICE_MEANINGS, CHOICES, LEVEL, REASON, SOURCING, TERM_START
from api.pages.texts import gettext, in_locale, ngettext
from exemptions.catalog_entries import Sourcing, TermStart
from exemptions.column_words import code_words
from exemptions.columns import COLUMN, COLUMNS, KEYS
from exemptions.disclosure import Level
from exemptions.status import CalendarReason

PACKAGE = Path(api.__file__).parent
TEMPLATES = sorted((PACKAGE / "templates").rglob("*.html"))
ENGLISH = PACKAGE / "translations" / "en" / "LC_MESSAGES"

KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
PLACEHOLDER = re.compile(r"%\((\w+)\)s")

SPOKEN_ATTRIBUTES = re.compile(
    r"""\b(?:title|alt|placeholder|aria-label|content|label)\s*=\s*["']([^"'<>{]*[^\W\d_][^"'<>{]*)["']"""
)
WORDS = re.compile(r"[^\W\d_]\s|[áéíóúñ]")
NOT_SPOKEN = re.compile(
    r"<meta (?:name|property)=\"(?:viewport|color-scheme|theme-color|robots|twitter:card|og:type|og:image:type)\"[^>]*>"
)
LANGUAGE_NAMES = {"Español", "English"}
PROPER_NAMES = {"OpenAPI", "CSV", "JSON", "NDJSON", "XLSX", "NIT", "SHA-256", "openapi.json", "manifest.json", "gz"}


def english() -> Catalog:
    with (ENGLISH / "messages.po").open("rb") as file:
        return read_po(file, locale="en")


def texts_of(message_id: str | tuple[str, ...]) -> tuple[str, ...]:
    return message_id if isinstance(message_id, tuple) else (message_id,)


def extracted() -> set[str | tuple[str, ...]]:
    found = extract_from_dir(
        PACKAGE, METHODS, {"**.html": {"trimmed": "true"}}, keywords=KEYWORDS, strip_comment_tags=False
    )
    return {message for _file, _line, message, _comments, _context in found}


def test_english__has_every_text_and_no_other() -> None:
    translated = {message.id for message in english() if message.id}
    assert translated == extracted()


def test_english__leaves_nothing_empty_fuzzy_or_without_its_values() -> None:
    messages = [message for message in english() if message.id]
    assert len(messages) > 300
    for message in messages:
        assert not message.fuzzy, message.id
        for spanish, text in zip(texts_of(message.id), texts_of(message.string), strict=True):
            assert text.strip(), message.id
            assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(spanish)), message.id


def test_english__is_compiled_from_the_texts_as_they_stand() -> None:
    compiled = io.BytesIO()
    write_mo(compiled, english())
    compiled.seek(0)
    with (ENGLISH / "messages.mo").open("rb") as file:
        assert texts_in(file) == texts_in(compiled)


def texts_in(file: BinaryIO) -> dict[object, str]:
    """Every text of a compiled catalogue; its header, which tells dates, is none."""
    catalog: dict[object, str] = GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return {key: text for key, text in catalog.items() if key}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_template__speaks_only_through_the_catalogue(app: Flask, path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    tokens = list(app.jinja_env.lex(source))
    # Expressions are cut out, so what is left is markup and bare words.
    markup = "".join(text if kind == TOKEN_DATA else "\x00" for _line, kind, text in tokens)
    assert not list(_bare_words(markup)), path.name
    attributes = SPOKEN_ATTRIBUTES.findall(NOT_SPOKEN.sub("", markup))
    assert not attributes, path.name


def test_template_check__sees_what_it_looks_for() -> None:
    assert list(_bare_words("<p>Hola <b>mundo</b> CSV <code>x</code></p>")) == ["Hola", "mundo"]
    assert SPOKEN_ATTRIBUTES.findall('<input aria-label="Buscar" class="campo">') == ["Buscar"]


def _bare_words(markup: str) -> Iterator[str]:
    without_code = re.sub(r"<code>.*?</code>", " ", markup.replace("\x00", ""), flags=re.DOTALL)
    text = re.sub(r"<[^>]*>", " ", without_code)
    for word in re.findall(r"[\w.-]*[^\W\d_][\w.-]*", text):
        if word.strip(".") not in PROPER_NAMES:
            yield word


SIDE_BY_SIDE = ("docs.html", "openrefine.html")
"""The documentation of the API, which writes its texts in both languages side by side."""


@pytest.mark.parametrize(
    "path", [path for path in TEMPLATES if path.name not in SIDE_BY_SIDE], ids=lambda path: path.name
)
def test_template__writes_no_other_text_into_expressions(app: Flask, path: Path) -> None:
    """A constant with a space or an accent inside `{{ }}` is words for people unless the catalogue gives them."""
    tree = app.jinja_env.parse(path.read_text(encoding="utf-8"))
    translated = {
        id(argument)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in KEYWORDS
        for argument in call.args
    }
    words = {
        constant.value
        for constant in tree.find_all(nodes.Const)
        if isinstance(constant.value, str)
        and id(constant) not in translated
        and re.search(r"[^\W\d_]\s|[áéíóúñ]", constant.value)
    }
    assert words <= LANGUAGE_NAMES


def test_words__exist_for_every_code_of_the_domain() -> None:
    for column in COLUMNS:
        if column.choices:
            assert set(CHOICES[column.key]) == set(CHOICE_MEANINGS[column.key]) == set(column.choices)
    assert set(REASON) == set(CalendarReason)
    assert set(LEVEL) == set(Level)
    assert set(TERM_START) == set(TermStart)
    assert set(SOURCING) == set(Sourcing) - {Sourcing.SOURCED}


def test_words__of_codes_are_those_of_the_files(app: Flask) -> None:
    """Pages can be translated into any language, and files speak two: what they say of a code is the same."""
    for lang, path in (("es", "/diccionario"), ("en", "/en/diccionario")):
        with app.test_request_context(path):
            for key, words in CHOICES.items():
                for code, word in words.items():
                    assert code_words(COLUMN[key], code).text(lang) == f"{word}. {CHOICE_MEANINGS[key][code]}"


def test_record_page__tells_every_column_once() -> None:
    told = list(told_columns())
    assert sorted(told) == sorted(KEYS)
    assert len(GROUPS) == 4


def test_texts__follow_the_language_that_is_spoken(app: Flask) -> None:
    """One request may speak two languages: a page its own, the words of codes that of the client."""
    with app.test_request_context("/buscar"):
        assert gettext("Buscar") == "Buscar"
        with in_locale("en"):
            assert gettext("Buscar") == "Search"
            assert ngettext("%(count)s registro", "%(count)s registros", 2, count=2) == "2 records"
        assert gettext("Buscar") == "Buscar"
        assert app.jinja_env.from_string("{{ _('Buscar') }}").render() == "Buscar"
    with app.test_request_context("/en/buscar"):
        assert app.jinja_env.from_string("{{ _('Buscar') }}").render() == "Search"
    assert gettext("Buscar") == "Buscar"
