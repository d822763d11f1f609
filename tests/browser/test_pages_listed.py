"""No page escapes the suites of the browser: the list they walk is the application's own."""

from __future__ import annotations

from flask import Flask

from api.pages.blueprint import pages
from tests.browser.pages import NO_OWN_ADDRESS, PATHS

FILES = (".svg", ".png", ".csv")
"""What pages show or offer; it is no page."""


def test_paths__are_of_every_page_of_the_application() -> None:
    app = Flask(__name__)
    app.register_blueprint(pages, name="es")
    gettable = {
        rule.endpoint.removeprefix("es.")
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("es.") and "GET" in (rule.methods or ()) and not rule.rule.endswith(FILES)
    }
    assert gettable == {*PATHS, *NO_OWN_ADDRESS}
