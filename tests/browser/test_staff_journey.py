"""The whole way of a registry through a real browser: a bad file, a good one, a second person, the public, and back."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.api.staff_home import registry_file, school
from tests.browser.conftest import APPROVER, LOADER, sign_in

PATIENCE_MS = 60_000


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_journey__from_a_bad_file_to_the_public_and_back(
    browser: Browser, site: str, tmp_path: Path, scripts: bool
) -> None:
    loader = browser.new_context(java_script_enabled=scripts, viewport={"width": 1280, "height": 900}).new_page()
    # The second person works on a phone.
    approver = browser.new_context(java_script_enabled=scripts, viewport={"width": 360, "height": 740}).new_page()
    citizen = browser.new_context(java_script_enabled=scripts).new_page()

    sign_in(loader, site, LOADER)
    upload(loader, site, write(tmp_path, "malo.csv", [school(1, NIT="12345678-0"), school(2)]))
    loader.get_by_role("main").get_by_role("link", name=re.compile("informe|lote", re.IGNORECASE)).first.click()
    report = loader.get_by_role("main")
    expect(report).to_contain_text("12345678-0")
    expect(report).to_contain_text("2")

    first = [school(number) for number in range(1, 21)]
    upload(loader, site, write(tmp_path, "bueno.csv", first))
    assert publish_as_second_person(approver, site, batch=2, first_time=True) == 1
    find(citizen, f"{site}/buscar?q=colegio+inventado+7", "COLEGIO INVENTADO 7")

    renamed = [*first[:6], school(7, NOMBRE="LICEO CORREGIDO"), *first[7:]]
    upload(loader, site, write(tmp_path, "siguiente.csv", renamed))
    assert publish_as_second_person(approver, site, batch=3) == 2
    find(citizen, f"{site}/buscar?q=liceo+corregido", "LICEO CORREGIDO")

    roll_back(approver, site, to=1)
    citizen.goto(f"{site}/publicaciones")
    expect(citizen.get_by_role("main")).to_contain_text("Repite el contenido de la publicación 1")
    find(citizen, f"{site}/buscar?q=colegio+inventado+7", "COLEGIO INVENTADO 7")


def test_journey__who_loads_is_told_why_there_is_no_button_to_approve(
    browser: Browser, site: str, tmp_path: Path
) -> None:
    page = browser.new_page()
    sign_in(page, site, APPROVER)
    upload(page, site, write(tmp_path, "bueno.csv", [school(1)]))
    page.goto(f"{site}/staff/lotes/1")
    expect(page.get_by_role("button", name="Aprobar")).to_have_count(0)
    expect(page.get_by_role("main")).to_contain_text("por la regla de dos personas lo aprueba otra")


def find(page: Page, address: str, text: str) -> None:
    """Look anew until a text is there: each process of the server learns by itself, within a second, what is public."""
    until = time.monotonic() + PATIENCE_MS / 1000
    page.goto(address)
    while text not in page.get_by_role("main").inner_text() and time.monotonic() < until:
        page.wait_for_timeout(200)
        page.goto(address)
    expect(page.get_by_role("main")).to_contain_text(text)


def write(folder: Path, name: str, rows: list[dict[str, str]]) -> Path:
    path = folder / name
    path.write_bytes(registry_file(rows))
    return path


def upload(page: Page, site: str, path: Path) -> None:
    page.goto(f"{site}/staff/cargar")
    page.get_by_label("Qué datos trae").select_option("registry")
    page.get_by_label("Archivo", exact=True).set_input_files(path)
    page.get_by_role("main").get_by_role("button", name="Enviar y comprobar").click()
    wait_for_job(page)


def publish_as_second_person(page: Page, site: str, *, batch: int, first_time: bool = False) -> int:
    """Look at what changes, approve and publish; gives the number of the release."""
    if first_time:
        sign_in(page, site, APPROVER)
    page.goto(f"{site}/staff/lotes/{batch}/cambios")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.goto(f"{site}/staff/lotes/{batch}")
    page.get_by_role("button", name="Aprobar", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("aprobado")
    page.goto(f"{site}/staff/publicaciones")
    page.get_by_role("button", name="Publicar", exact=True).click()
    wait_for_job(page)
    page.goto(f"{site}/staff/publicaciones")
    newest = page.get_by_role("rowheader").get_by_role("link", name=re.compile("Publicación")).first.inner_text()
    return int(re.sub(r"\D", "", newest))


def roll_back(page: Page, site: str, *, to: int) -> None:
    page.goto(f"{site}/staff/publicaciones/{to}")
    form = page.locator("form", has=page.get_by_role("button", name="Volver"))
    form.get_by_role("textbox").first.fill(str(to))
    form.get_by_role("button", name="Volver").click()
    wait_for_job(page)


def wait_for_job(page: Page) -> None:
    """Wait until the page of the job says what came of it; it tells so with JavaScript and without."""
    page.wait_for_url(re.compile("/staff/trabajos/[0-9]+"), timeout=PATIENCE_MS)
    expect(page.locator('[data-follow="ended"]')).to_be_visible(timeout=PATIENCE_MS)
