"""The living page of the design: nothing that pages are made of is missing from it."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import nodes

import api
from api.pages.style import COLOURS, SPACE, TYPE
from tests.api.test_pages import load

PACKAGE = Path(api.__file__).parent
COMPONENTS = sorted((PACKAGE / "templates" / "components").glob("*.html"))
STYLESHEET = (PACKAGE / "static" / "site.css").read_text(encoding="utf-8")
NOT_SEEN = {"term_notes", "page_words"}
"""Macros that every page calls once for what its other components hold."""


def macros(app: Flask) -> set[str]:
    """The name of every component."""
    trees = [app.jinja_env.parse(path.read_text(encoding="utf-8")) for path in COMPONENTS]
    return {macro.name for tree in trees for macro in tree.find_all(nodes.Macro)} - NOT_SEEN


def test_style__shows_every_component_with_when_to_use_it(app: Flask, client: FlaskClient) -> None:
    page = load(client, "/estilo")
    shown = [section.find("h3").text for section in page.find_all("div", class_="specimen")]
    assert len(macros(app)) >= 15
    assert macros(app) <= set(shown)
    assert len(shown) == len(set(shown))
    for section in page.find_all("div", class_="specimen"):
        about, *_rest = section.find_all("p")
        assert len(about.text) > 20
        assert section.find("div", class_="specimen-stage").text


def test_style__calls_the_components_themselves(app: Flask) -> None:
    tree = app.jinja_env.parse((PACKAGE / "templates" / "style.html").read_text(encoding="utf-8"))
    imported = {
        name if isinstance(name, str) else name[1]: name if isinstance(name, str) else name[0]
        for statement in tree.find_all(nodes.FromImport)
        for name in statement.names
    }
    called = {call.node.name for call in tree.find_all(nodes.Call) if isinstance(call.node, nodes.Name)}
    assert macros(app) <= {imported[name] for name in called & imported.keys()} | {"contents"}
    assert "contents" in called


def test_style__names_every_colour_and_step_of_the_stylesheet() -> None:
    light, dark = (block.partition("\n}")[0] for block in STYLESHEET.split(":root {")[1:4:2])
    named = set(re.findall(r"--([\w-]+): (?:#|rgb|color)", light))
    assert named == {name for name, _about in COLOURS}
    assert set(re.findall(r"--([\w-]+): #", dark)) <= named
    assert re.findall(r"--(s\d): ", light) == list(SPACE)
    assert set(re.findall(r"--(t-\w+): ", light)) == set(TYPE)


def test_stylesheet__uses_colours_by_their_names() -> None:
    """Only the masthead, its buttons and paper keep a colour of their own, the same in both schemes."""
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", STYLESHEET.partition("/* Ground */")[2].partition("@media print")[0])
    own = {selector.strip() for selector, body in rules if re.search(r"#[0-9a-fA-F]{3,8}\b", body)}
    assert {
        selector for selector in own if not re.search(r"mark-|main-nav|search-box-compact|\.hero|button", selector)
    } == set()


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_style__is_found_from_the_footer_and_by_no_search_engine(client: FlaskClient, prefix: str) -> None:
    page = load(client, f"{prefix}/estilo")
    assert page.find("meta", name="robots").attrs["content"] == "noindex"
    assert f"{prefix}/estilo" in [link.attrs["href"] for link in page.find("footer").find_all("a")]
