"""What people come for, each in a real browser from the home page to the answer, with JavaScript and without.

What staff do has a file of its own.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import urlopen

import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from exemptions.database import open_book
from exemptions.models import RecordKey, RecordVersion
from exemptions.settings import read_settings
from tests.browser.conftest import Demonstration

PHONE, DESKTOP = (360, 740), (1280, 900)
WITH_AND_WITHOUT = pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
ESCUINTLA = "05"
MOST_TABS = 150


def open_page(browser: Browser, size: tuple[int, int], *, scripts: bool) -> Iterator[Page]:
    viewport = {"width": size[0], "height": size[1]}
    with browser.new_context(viewport=viewport, java_script_enabled=scripts) as context:  # type: ignore[arg-type]
        page = context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        yield page
        assert faults == []


@pytest.fixture
def phone(browser: Browser, scripts: bool) -> Iterator[Page]:
    yield from open_page(browser, PHONE, scripts=scripts)


@pytest.fixture
def desk(browser: Browser, scripts: bool) -> Iterator[Page]:
    yield from open_page(browser, DESKTOP, scripts=scripts)


@WITH_AND_WITHOUT
def test_citizen__finds_a_church_by_a_misspelt_name_and_reads_its_status(phone: Page, demonstration: str) -> None:
    church = ask(demonstration, category="CULTO", q="iglesia", limit="1")["items"][0]
    phone.goto(demonstration)
    box = phone.get_by_label("Nombre o NIT")
    box.fill(misspelt(church["name"]))
    box.press("Enter")
    phone.wait_for_url("**/buscar?q=**")
    # The page says that it is guessing, and of what.
    expect(phone.locator("#aproximado")).to_be_visible()
    hit = phone.locator(".hit", has=phone.locator(f"a[href*='{church['record_id']}']"))
    expect(hit.locator(".hit-why")).to_contain_text("se parece a")
    hit.locator("a.title").click()
    phone.wait_for_url(f"**/registro/{church['record_id']}")
    assert as_read(phone.get_by_role("heading", level=1)) == church["name"]
    expect(phone.locator(".verdict strong")).to_have_text(re.compile("^Al [0-9]+ de .+ este beneficio estaba vigente"))
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")


@WITH_AND_WITHOUT
def test_reporter__downloads_the_maquilas_of_escuintla_that_the_screen_counts(
    desk: Page, demonstration: str, tmp_path: Path, scripts: bool
) -> None:
    desk.goto(demonstration)
    desk.get_by_role("main").get_by_role("link", name="Explorar").click()
    desk.get_by_role("main").get_by_role("link", name=re.compile("Decreto 29-89")).first.click()
    desk.get_by_role("main").get_by_role("link", name=re.compile("^Ver [0-9]+ registros$")).first.click()
    desk.wait_for_url("**/buscar?category=MAQ_**")
    everywhere = read_parquet(desk, tmp_path / "maquilas.parquet")
    assert len(everywhere) == shown_count(desk) > 1

    choose_value(desk, "department", ESCUINTLA, scripts=scripts)
    expect(desk.get_by_role("link", name="Quitar el filtro Departamento: Escuintla")).to_be_visible()
    rows = read_parquet(desk, tmp_path / "escuintla.parquet")
    assert len(rows) == shown_count(desk) > 0
    assert {row["department"] for row in rows} == {ESCUINTLA}
    assert {row["record_id"] for row in rows} == set(shown_records(desk))
    assert rows == [row for row in everywhere if row["department"] == ESCUINTLA]
    assert all(row["category"].startswith("MAQ_") for row in rows)


@WITH_AND_WITHOUT
def test_lawyer__asks_what_was_in_force_and_prints_the_proof(
    desk: Page, demonstration: str, tmp_path: Path, scripts: bool
) -> None:
    newest = ask(demonstration, limit="1")
    day, asked = newest["status_date"], "2024-06-30"
    desk.goto(f"{demonstration}/buscar?type=BFT")
    fill_date(desk, "valid_on", asked, scripts=scripts)
    fill_date(desk, "as_of", day, scripts=scripts)
    assert parse_qs(urlsplit(desk.url).query) == {"type": ["BFT"], "valid_on": [asked], "as_of": [day]}
    found = ask(demonstration, type="BFT", valid_on=asked, as_of=day)
    assert shown_count(desk) == found["total"] > 0
    for item in found["items"]:
        assert (item["valid_from"] or asked) <= asked <= (item["valid_until"] or asked)

    desk.locator("a.title").first.click()
    desk.wait_for_url("**/registro/**")
    status = desk.locator(".verdict strong").inner_text()
    desk.get_by_role("link", name="Imprimir constancia").first.click()
    desk.wait_for_url("**/constancia**")
    told = printed(desk, tmp_path / "constancia.pdf")
    assert status in told
    written = re.search(r"[0-9]+ de \w+ de 20[0-9]{2}", status)
    assert written is not None
    assert f"El {written[0]} regía la publicación {newest['release']}, con estados al {written[0]}." in told
    assert f"?release={newest['release']}" in told
    assert "No es una solvencia fiscal" in told


@WITH_AND_WITHOUT
def test_student__compares_categories_on_the_picture_and_its_table(
    phone: Page, demonstration: str, tmp_path: Path
) -> None:
    values = ask(demonstration, facets="category", limit="1")["facets"]["category"]
    counted = {value["value"]: value["count"] for value in values}
    phone.goto(f"{demonstration}/graficas")
    figure = phone.locator("#grafica-categorias")
    picture = figure.get_by_role("img")
    picture.scroll_into_view_if_needed()
    phone.wait_for_function("document.querySelector('#grafica-categorias img').naturalWidth > 0")
    most = max(counted, key=counted.__getitem__)
    assert f"{counted[most]} de {sum(counted.values())}" in (picture.get_attribute("alt") or "")

    figure.locator("summary").click()
    rows = [row.locator("th, td").all_inner_texts() for row in figure.locator("tbody tr").all()]
    named = {code: figure_of(count) for code, _, count in rows if code in counted}
    assert named == {code: counted[code] for code in named}
    assert len(named) >= 5
    assert sum(figure_of(count) for *_, count in rows) == sum(counted.values())

    with phone.expect_download() as started:
        figure.get_by_role("link", name="Datos en CSV").click()
    started.value.save_as(tmp_path / "categorias.csv")
    _, *lines = csv.reader((tmp_path / "categorias.csv").read_text("utf-8-sig").splitlines())
    assert [int(line[-1]) for line in lines] == [figure_of(count) for *_, count in rows]
    assert {line[0]: int(line[-1]) for line in lines}.items() >= named.items()


@WITH_AND_WITHOUT
def test_somebody__who_looks_for_a_natural_persons_number_learns_why_it_is_not_shown(
    phone: Page, demonstration: str, demonstration_home: Demonstration
) -> None:
    numbers = numbers_of_natural_persons(demonstration_home)
    card = next(number for number in numbers if len(number) == 13)
    nit = next(number for number in numbers if len(number) < 13)
    reasons = []
    for number in (card, nit):
        phone.goto(demonstration)
        box = phone.get_by_label("Nombre o NIT")
        box.fill(number)
        box.press("Enter")
        phone.wait_for_url("**/buscar?q=**")
        told = phone.get_by_role("main").get_by_role("region", name=re.compile("Nada coincide"))
        reasons.append(told.locator("p").first.inner_text())
        assert shown_records(phone) == []
        # No path from here ends where there is nothing.
        for link in told.get_by_role("link").all():
            answer = phone.request.get(f"{demonstration}{link.get_attribute('href')}")
            assert answer.ok
            assert "0 registros" not in answer.text()
            assert number not in answer.text()
    assert "documento personal de identificación" in reasons[0]
    assert "de ellas no se publica el NIT, tengan o no un beneficio" in reasons[1]

    phone.get_by_role("link", name=re.compile("Leer por qué de las personas individuales")).click()
    phone.wait_for_url("**/metodologia#reserva")
    expect(phone.locator("#reserva")).to_be_in_viewport()
    phone.go_back()
    phone.get_by_role("link", name=re.compile("lo que sí se publica de personas individuales")).click()
    phone.locator("a.title").first.click()
    phone.wait_for_url("**/registro/**")
    expect(phone.get_by_role("main")).to_contain_text("reservado")
    assert not set(numbers) & set(re.findall("[0-9]{6,13}", phone.content()))


@pytest.mark.parametrize("scripts", [True], ids=["with JavaScript"])
def test_keyboard__leads_from_the_search_to_the_proof(desk: Page, demonstration: str) -> None:
    """Search, suggestion, filter, record and proof, with no other key than those of moving and choosing."""
    desk.goto(demonstration)
    tab_to(desk, desk.get_by_role("combobox"))
    desk.keyboard.type("cooperativa")
    expect(desk.get_by_role("option").first).to_be_visible()
    desk.keyboard.press("Escape")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/buscar?q=cooperativa")
    everything = desk.locator("h1").inner_text()
    tab_to(desk, desk.locator("#f-status input[value=active]"))
    desk.keyboard.press("Space")
    expect(desk.get_by_role("link", name="Quitar el filtro Estado: Vigente")).to_be_visible()
    assert desk.locator("h1").inner_text() != "" != everything
    tab_to(desk, desk.locator("a.title").first)
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/registro/**")
    tab_to(desk, desk.get_by_role("link", name="Imprimir constancia").first)
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/constancia")
    desk.evaluate("window.print = () => { document.title = 'printed'; }")
    tab_to(desk, desk.get_by_role("button", name="Imprimir"))
    desk.keyboard.press("Enter")
    expect(desk).to_have_title("printed")


@pytest.mark.parametrize("scripts", [False], ids=["without JavaScript"])
def test_keyboard__skips_to_the_contents_and_opens_the_filters_of_a_phone(phone: Page, demonstration: str) -> None:
    phone.goto(f"{demonstration}/buscar?q=cooperativa")
    phone.keyboard.press("Tab")
    phone.keyboard.press("Enter")
    assert urlsplit(phone.url).fragment == "contenido"
    tab_to(phone, phone.locator("#ver-filtros"))
    phone.keyboard.press("Space")
    expect(phone.locator("#filtros")).to_be_visible()
    tab_to(phone, phone.locator("#f-status input[value=active]"))
    phone.keyboard.press("Space")
    phone.keyboard.press("Enter")
    phone.wait_for_url("**status=active**")


def ask(site: str, **params: str) -> Mapping[str, Any]:
    """What the API answers to a search."""
    with urlopen(f"{site}/api/v1/records?{urlencode(params)}", timeout=30) as answer:
        found: Mapping[str, Any] = json.load(answer)
    return found


def misspelt(name: str) -> str:
    """A name as somebody writes it in a hurry: a word with a wrong letter, and one with two letters turned round."""
    first, *others = re.findall(r"\w+", name.lower())
    longest = max(others, key=len)
    middle = len(longest) // 2
    turned = longest[: middle - 1] + longest[middle] + longest[middle - 1] + longest[middle + 1 :]
    return f"{first.replace('s', 'c')} {turned}"


def as_read(heading: Locator) -> str:
    return " ".join(heading.inner_text().split())


def figure_of(text: str) -> int:
    return int(text.replace(",", ""))


def shown_count(page: Page) -> int:
    return figure_of(page.get_by_role("heading", level=1).inner_text().split()[0])


def shown_records(page: Page) -> Sequence[str]:
    links = (link.get_attribute("href") or "" for link in page.locator("a.title").all())
    return [urlsplit(link).path.rpartition("/")[2] for link in links]


def read_parquet(page: Page, path: Path) -> list[dict[str, Any]]:
    with page.expect_download() as started:
        page.get_by_role("main").get_by_role("link", name=re.compile("^Parquet")).click()
    started.value.save_as(path)
    return pq.read_table(path).to_pylist()


def choose_value(page: Page, parameter: str, value: str, *, scripts: bool) -> None:
    """Choose a value of a filter where it stands: among the boxes, or in the list of the others."""
    page.locator(f"#f-{parameter} > summary").click()
    box = page.locator(f"#f-{parameter} input[value='{value}']")
    if box.count():
        box.check()
    else:
        page.locator(f"#mas-{parameter}").select_option(value)
    if not scripts:
        page.get_by_role("button", name="Aplicar", exact=True).click()
    page.wait_for_url(f"**{parameter}={value}**")


def fill_date(page: Page, parameter: str, day: str, *, scripts: bool) -> None:
    field = page.locator(f"#f-{parameter}")
    if not field.is_visible():
        page.locator("details", has=field).locator("summary").click()
    field.fill(day)
    field.press("Tab" if scripts else "Enter")
    page.wait_for_url(f"**{parameter}={day}**")


def printed(page: Page, path: Path) -> str:
    """The words of a page as it is printed."""
    if shutil.which("pdftotext") is None:
        pytest.fail("this test reads a PDF: install pdftotext (Debian, Ubuntu: sudo apt install poppler-utils)")
    page.pdf(path=path, format="Letter")
    run = subprocess.run(["pdftotext", path, "-"], check=True, capture_output=True, text=True)
    return " ".join(run.stdout.split())


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus."""
    for _ in range(MOST_TABS):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the keyboard does not reach {target}")


def numbers_of_natural_persons(demonstration: Demonstration) -> list[str]:
    book = open_book(read_settings(demonstration.environment))
    natural = (
        select(RecordKey.nit)
        .join(RecordVersion, RecordVersion.record_id == RecordKey.record_id)
        .where(RecordVersion.person_kind == "natural")
        .distinct()
        .order_by(RecordKey.nit)
    )
    with book.read() as session:
        found = list(session.scalars(natural))
    book.close()
    return found
