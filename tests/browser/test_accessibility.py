"""Every face of every page, looked at by axe in a real browser: no fault of WCAG 2.2 A and AA, in light and in dark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.conftest import ADMINISTRATOR, APPROVER, sign_in
from tests.browser.pages import Examples, iter_first_paths, iter_paths

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
STAFF = (
    "", "/cargar", "/trabajos", "/lotes", "/lotes/1", "/lotes/1/cambios", "/publicaciones", "/publicaciones/1",
    "/datos/registry", "/cuenta", "/correcciones", "/tokens",
)  # fmt: skip
OF_ADMINISTRATORS = ("/personas", f"/personas/{APPROVER}", "/bitacora")


def violations(page: Page, address: str, rules: Mapping[str, object] = RULES) -> list[str]:
    page.goto(address)
    found = Axe().run(page, options=dict(rules)).response["violations"]
    return [f"{fault['id']}: {node['html'][:160]}" for fault in found for node in fault["nodes"]]


def faults_of(page: Page, site: str, paths: Iterable[str], rules: Mapping[str, object]) -> dict[str, list[str]]:
    return {path: faults for path in paths if (faults := violations(page, f"{site}{path}", rules))}


def open_page(browser: Browser, scheme: str, *, width: int = 360, height: int = 740) -> Page:
    # axe puts a script into the page, which our own policy of content refuses.
    context = browser.new_context(
        bypass_csp=True,
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    return context.new_page()


def test_pages__of_the_public_have_no_fault(browser: Browser, demonstration: str, examples: Examples) -> None:
    assert faults_of(open_page(browser, "light"), demonstration, iter_paths(examples), RULES) == {}


def test_pages__of_the_public_have_no_fault_on_a_wide_screen(
    browser: Browser, demonstration: str, examples: Examples
) -> None:
    page = open_page(browser, "light", width=1440)
    assert faults_of(page, demonstration, iter_first_paths(examples), RULES) == {}


def test_pages__of_the_public_can_be_read_in_the_dark(browser: Browser, demonstration: str, examples: Examples) -> None:
    """The scheme changes colours and nothing else."""
    page = open_page(browser, "dark")
    assert faults_of(page, demonstration, iter_paths(examples), CONTRAST) == {}


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


def test_violations__of_contrast_are_seen_in_the_scheme_that_has_them(browser: Browser) -> None:
    pale = "<style>@media (prefers-color-scheme: dark) { body { background: black; color: rgb(50 50 50) } }</style>"
    address = f"data:text/html,<html lang=es><title>x</title>{pale}<main><h1>Palabras</h1></main>"
    assert violations(open_page(browser, "light"), address, CONTRAST) == []
    assert [fault.partition(":")[0] for fault in violations(open_page(browser, "dark"), address, CONTRAST)] == [
        "color-contrast"
    ]
