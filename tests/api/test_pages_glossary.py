"""The glossary holds every word that a template explains, and each is reached from the page that uses it."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import nodes

import api
from api.pages.glossary_entries import ENTRIES, ENTRY
from api.pages.language import page_url
from api.pages.terms import PAGE_WORDS, TermLink, first_use
from tests.api.html_page import read_page

TEMPLATES = sorted((Path(api.__file__).parent / "templates").rglob("*.html"))


def explained_keys(app: Flask, path: Path) -> set[str]:
    """The words that a template explains: the first arguments of its calls of `term`."""
    tree = app.jinja_env.parse(path.read_text(encoding="utf-8"))
    return {
        call.args[0].value
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name == "term" and isinstance(call.args[0], nodes.Const)
    }


def test_glossary__has_every_word_that_a_template_explains(app: Flask) -> None:
    used = {key for path in TEMPLATES for key in explained_keys(app, path)}
    assert used
    assert used <= set(ENTRY)


def test_glossary__has_each_word_once_and_leads_only_to_words_it_has() -> None:
    assert len(ENTRY) == len(ENTRIES)
    for entry in ENTRIES:
        assert entry.key.isidentifier(), entry.key
        assert set(entry.see_also) <= set(ENTRY) - {entry.key}, entry.key


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_glossary__shows_every_word_under_its_letter(client: FlaskClient, prefix: str) -> None:
    page = read_page(client.get(f"{prefix}/glosario").get_data(as_text=True))
    words = page.find_all("article", class_="word")
    assert {word.attrs["id"] for word in words} == {entry.anchor for entry in ENTRIES}
    letters = [link.text for link in page.find("nav", class_="letters").find_all("a")]
    assert letters == sorted(set(letters))
    for section in page.find_all("section", class_="letter"):
        letter = section.find("h2").text
        assert letter in letters
        for name in section.find_all("h3"):
            assert name.text[0].translate(str.maketrans("ÁÉÍÓÚ", "AEIOU")) == letter
    ids = [element.attrs["id"] for element in page.find_all("a") if "id" in element.attrs]
    assert len(ids) == len(set(ids))


def test_glossary__says_how_sure_a_source_is(client: FlaskClient) -> None:
    page = read_page(client.get("/glosario").get_data(as_text=True))
    iso = next(word for word in page.find_all("article") if word.attrs["id"] == "iso")
    assert "Decreto 73-2008 (no leído en una fuente; confianza alta)" in iso.text


def test_term__is_a_link_with_its_definition_once_on_a_page(app: Flask) -> None:
    template = app.jinja_env.from_string(
        '{% from "components/term.html" import term, term_notes %}'
        '<h4>{{ term("nit") }}, {{ term("nit", "otra vez") }}</h4>{{ term_notes() }}'
    )
    with app.test_request_context("/en/"):
        page = read_page(template.render())
        address = f"{page_url('glossary')}#nit"
    sentence = page.find("h4")
    assert sentence.text == "NIT, otra vez"
    assert [link.attrs["href"] for link in sentence.find_all("a")] == [address]
    note = page.find("div", class_="term-note")
    described = sentence.find("a").attrs["aria-describedby"]
    assert note.find_all("span")[0].attrs["id"] == described
    assert note.find_all("span")[0].text == "Taxpayer identification number (Número de Identificación Tributaria). " + (
        "Its last sign checks the others and may be a letter K, so it is text and not a quantity."
    )
    button = sentence.find("button")
    assert button.attrs["popovertarget"] == note.attrs["id"]
    assert button.attrs["aria-label"] == "What it means: NIT"


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_page__lists_its_technical_words_that_it_has_not_explained(client: FlaskClient, prefix: str) -> None:
    assert {key for keys in PAGE_WORDS.values() for key in keys} <= set(ENTRY)
    home = read_page(client.get(f"{prefix}/").get_data(as_text=True))
    listed = [link.attrs["href"] for link in home.find("aside", class_="page-words").find_all("a")]
    assert listed == [f"{prefix}/glosario#{ENTRY[key].anchor}" for key in PAGE_WORDS["home"]]
    data = read_page(client.get(f"{prefix}/datos").get_data(as_text=True))
    explained = [
        link.attrs["href"].partition("#")[2] for link in data.find_all("a") if "glosario#" in link.attrs["href"]
    ]
    # One link for each word in the text or at its foot, and one more in its note.
    assert all(explained.count(ENTRY[key].anchor) == 2 for key in PAGE_WORDS["data"])
    ids = [note.attrs["id"] for note in data.find_all("div", class_="term-note")]
    assert len(ids) == len(set(ids)) >= len(PAGE_WORDS["data"])


def test_term__of_an_unknown_word_is_an_error(app: Flask) -> None:
    with app.test_request_context("/"):
        assert isinstance(first_use("nit"), TermLink)
        with pytest.raises(KeyError):
            first_use("nada")
