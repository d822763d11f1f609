"""The proof of a record on paper: one sheet, with its text, on white whatever the scheme of the screen."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page


def open_proof(browser: Browser, site: str, scheme: str) -> Page:
    page = browser.new_context(color_scheme="dark" if scheme == "dark" else "light").new_page()
    page.goto(f"{site}/buscar?permanence=temporary&status=active")
    page.goto(site + (page.locator("main a[href*='/registro/']").first.get_attribute("href") or ""))
    page.get_by_role("main").get_by_role("link", name="Imprimir constancia").first.click()
    page.wait_for_url("**/constancia")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("paper", ["Letter", "A4"])
def test_proof__is_one_white_sheet_with_its_text(
    browser: Browser, demonstration: str, tmp_path: Path, paper: str, scheme: str
) -> None:
    if shutil.which("pdftotext") is None:
        pytest.fail("this test reads a PDF: install pdftotext (Debian, Ubuntu: sudo apt install poppler-utils)")
    page = open_proof(browser, demonstration, scheme)
    sheet = tmp_path / "constancia.pdf"
    page.pdf(path=sheet, format=paper, prefer_css_page_size=False)
    text = subprocess.run(["pdftotext", "-layout", sheet, "-"], check=True, capture_output=True, text=True).stdout
    assert text.count("\f") == 1
    told = " ".join(text.split())
    for words in (
        "Constancia de lo publicado", "No es una solvencia fiscal", "este beneficio estaba vigente", "Ley",
        "SHA-256 del manifiesto de la publicación", "exemptions verify", "hora de Guatemala",
        "Datos inventados de demostración",
    ):  # fmt: skip
        assert words in told
    assert page.locator(".proof-name").inner_text().split()[0] in told
    # What surrounds the sheet on the screen is not printed.
    assert "Nombre o NIT" not in told
    page.emulate_media(media="print")
    colours = page.evaluate(
        "['.proof', '.proof-sentence'].map(part => { const look = getComputedStyle(document.querySelector(part));"
        " return [look.backgroundColor, look.color]; })"
    )
    assert colours[0][0] == "rgb(255, 255, 255)"
    assert colours[1][1] == "rgb(0, 0, 0)"


def test_button__prints_where_scripts_run_and_is_absent_elsewhere(browser: Browser, demonstration: str) -> None:
    page = open_proof(browser, demonstration, "light")
    address = page.url
    page.evaluate("window.print = () => { document.title = 'printed'; }")
    page.get_by_role("button", name="Imprimir").click()
    assert page.title() == "printed"
    plain = browser.new_context(java_script_enabled=False).new_page()
    plain.goto(address)
    assert plain.get_by_role("button", name="Imprimir").count() == 0
    assert plain.get_by_text("con la orden Imprimir de su navegador").is_visible()
