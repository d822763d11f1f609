"""Every face of every page, looked at by axe in a real browser: no fault of WCAG 2.2 A and AA, in light and in dark."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.conftest import ADMINISTRATOR, APPROVER, sign_in
from tests.browser.pages import Examples, iter_first_paths, iter_paths

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
STAFF = (
    "", "/cargar", "/trabajos", "/lotes", "/lotes/1", "/lotes/1/cambios", "/publicaciones", "/publicaciones/1",
    "/datos/registry", "/cuenta", "/correcciones", "/tokens",
)  # fmt: skip
OF_ADMINISTRATORS = ("/personas", f"/personas/{APPROVER}", "/bitacora")


def violations(page: Page, address: str) -> list[str]:
    page.goto(address)
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{fault['id']}: {node['html'][:160]}" for fault in found for node in fault["nodes"]]


def open_page(browser: Browser, scheme: str, *, width: int = 360, height: int = 740) -> Page:
    # axe puts a script into the page, which our own policy of content refuses.
    context = browser.new_context(
        bypass_csp=True,
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    return context.new_page()


@pytest.mark.parametrize(
    ("scheme", "width", "walk"),
    [("light", 360, iter_paths), ("dark", 360, iter_first_paths), ("light", 1440, iter_first_paths)],
    ids=["light at 360", "dark at 360", "light at 1440"],
)
def test_pages__of_the_public_have_no_fault(
    browser: Browser,
    demonstration: str,
    examples: Examples,
    scheme: str,
    width: int,
    walk: Callable[[Examples], Iterator[str]],
) -> None:
    page = open_page(browser, scheme, width=width)
    found = {path: faults for path in walk(examples) if (faults := violations(page, f"{demonstration}{path}"))}
    assert found == {}


@pytest.mark.parametrize(("name", "paths"), [(APPROVER, STAFF), (ADMINISTRATOR, OF_ADMINISTRATORS)])
def test_pages__of_staff_have_no_fault(browser: Browser, demonstration: str, name: str, paths: tuple[str, ...]) -> None:
    page = open_page(browser, "light")
    assert violations(page, f"{demonstration}/staff/entrar") == []
    sign_in(page, demonstration, name)
    assert {path: faults for path in paths if (faults := violations(page, f"{demonstration}/staff{path}"))} == {}


def test_violations__are_seen_where_there_are_some(browser: Browser) -> None:
    page = open_page(browser, "light")
    faulty = "data:text/html,<html lang=es><title>x</title><main><h1>x</h1><img src=x><button></button></main>"
    assert {fault.partition(":")[0] for fault in violations(page, faulty)} >= {"image-alt", "button-name"}
