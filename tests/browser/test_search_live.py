"""The search with a keyboard alone: suggestions while typing, filters that change results in place, and all without."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    yield opened
    context.close()
    assert faults == []


def asked(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def count_of(page: Page) -> str:
    return page.locator("h1").inner_text()


@pytest.mark.parametrize("path", ["/", "/buscar", "/datos", "/en/"])
def test_suggestions__are_chosen_with_the_keyboard(page: Page, demonstration: str, path: str) -> None:
    page.goto(f"{demonstration}{path}")
    box = page.get_by_role("combobox", name="Name or NIT" if path.startswith("/en") else "Nombre o NIT")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.focus()
    page.keyboard.type("cooperativa")
    options = page.get_by_role("listbox").get_by_role("option")
    expect(options.first).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    shown = options.count()
    expect(page.get_by_role("status").filter(has_text=str(shown))).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    second = options.nth(1)
    expect(second).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == second.get_attribute("id")
    name = second.get_attribute("data-text") or ""
    page.keyboard.press("Enter")
    page.wait_for_url("**/buscar?**")
    assert asked(page)["q"] == [name]
    expect(page.locator("a.title").first).to_be_visible()


def test_suggestions__escape_gives_back_what_was_typed(page: Page, demonstration: str) -> None:
    page.goto(demonstration)
    box = page.locator("[role=combobox]")
    box.focus()
    page.keyboard.type("fundaci")
    expect(page.get_by_role("listbox").get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("listbox").get_by_role("option").last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(box).to_have_value("fundaci")
    expect(box).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/buscar?q=fundaci")


def test_suggestions__of_an_older_text_never_replace_those_of_a_newer(page: Page, demonstration: str) -> None:
    """The first answer is held back until the second has come."""
    page.goto(demonstration)
    held = []
    page.route("**/api/v1/suggest?q=co", lambda route: held.append(route))
    page.locator("[role=combobox]").focus()
    page.keyboard.type("co")
    page.wait_for_timeout(400)
    page.keyboard.type("legio")
    expect(page.get_by_role("listbox").get_by_role("option").first).to_contain_text("COLEGIO", ignore_case=True)
    assert len(held) == 1
    held[0].fulfill(json={"items": [{"text": "OTRA", "kind": "name", "nit": None, "name": None, "count": 1}]})
    page.wait_for_timeout(200)
    expect(page.get_by_role("listbox").get_by_role("option").first).to_contain_text("COLEGIO", ignore_case=True)


def test_suggestions__are_not_asked_for_where_data_is_saved(browser: Browser, demonstration: str) -> None:
    with browser.new_context() as context:
        context.add_init_script("Object.defineProperty(navigator, 'connection', {value: {saveData: true}})")
        page = context.new_page()
        page.goto(f"{demonstration}/buscar")
        expect(page.locator("[role=combobox]")).to_have_count(0)
        page.get_by_label("Nombre o NIT").fill("cooperativa")
        page.get_by_role("checkbox", name="Vigente").check()
        assert "status" not in asked(page)


def test_filters__change_the_results_in_place_and_keep_the_focus(page: Page, demonstration: str) -> None:
    page.goto(f"{demonstration}/buscar")
    everything = count_of(page)
    page.evaluate("window.kept = true")
    box = page.locator("#f-status input[value=active]")
    box.focus()
    page.keyboard.press("Space")
    expect(page.locator("h1")).not_to_have_text(everything)
    assert asked(page) == {"status": ["active"]}
    expect(box).to_be_focused()
    expect(box).to_be_checked()
    expect(page.get_by_role("status").filter(has_text=count_of(page))).to_have_count(1)
    expect(page.get_by_role("link", name="Quitar el filtro Estado: Vigente")).to_be_visible()
    counted = page.locator("#f-type .option-count").all_inner_texts()
    assert sum(int(text.replace(",", "")) for text in counted) == int(count_of(page).split()[0].replace(",", ""))
    # The page is the same one all along, and going back gives what it showed.
    page.go_back()
    expect(page.locator("h1")).to_have_text(everything)
    expect(page.locator("#f-status input[value=active]")).not_to_be_checked()
    assert page.evaluate("window.kept") is True


def test_results__are_not_fetched_again_for_another_part_of_the_page(page: Page, demonstration: str) -> None:
    page.goto(f"{demonstration}/buscar?type=BFT")
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url) if "/buscar" in request.url else None)
    page.get_by_role("link", name="Sumas").click()
    page.wait_for_url("**#sumas")
    page.go_back()
    page.wait_for_timeout(200)
    assert fetched == []


def test_filters__that_are_typed_tell_their_errors_at_the_field(page: Page, demonstration: str) -> None:
    page.goto(f"{demonstration}/buscar?type=BFT")
    page.locator("#f-jobs summary").click()
    page.locator("#f-jobs_min").fill("muchos")
    page.keyboard.press("Tab")
    field = page.locator("#f-jobs_min")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("alert")).to_be_visible()
    field.fill("10")
    page.keyboard.press("Tab")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_role("link", name="Quitar el filtro Empleos, desde: 10")).to_be_visible()


def test_filters__day_and_number_of_a_publication_exclude_each_other(page: Page, demonstration: str) -> None:
    page.goto(f"{demonstration}/buscar?release=1")
    page.locator("#f-as_of").fill("2099-01-01")
    page.keyboard.press("Tab")
    expect(page.locator("#f-as_of")).to_have_attribute("aria-invalid", "true")
    assert asked(page) == {"as_of": ["2099-01-01"]}


def test_chips_and_views__work_in_place(page: Page, demonstration: str) -> None:
    page.goto(f"{demonstration}/buscar?type=BFT&status=active")
    page.evaluate("window.kept = true")
    page.get_by_role("link", name="Tabla").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".hits-table")).to_be_visible()
    expect(page.get_by_role("link", name="Tabla")).to_be_focused()
    page.get_by_role("link", name="Quitar el filtro Estado: Vigente").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#cuantos")).to_be_focused()
    assert asked(page) == {"type": ["BFT"], "view": ["table"]}
    assert page.evaluate("window.kept") is True


def test_filters__on_a_phone_lead_to_the_results(browser: Browser, demonstration: str) -> None:
    with browser.new_context(viewport={"width": 360, "height": 740}) as context:
        page = context.new_page()
        page.goto(f"{demonstration}/buscar")
        page.locator("#ver-filtros").focus()
        page.keyboard.press("Space")
        page.locator("#f-type input[value=BFT]").focus()
        page.keyboard.press("Space")
        expect(page.locator("label[for=ver-filtros]")).to_have_text("Filtrar (1)")
        button = page.locator(".filters .apply")
        expect(button).to_have_text(f"Ver {count_of(page)}")
        button.focus()
        page.keyboard.press("Enter")
        expect(page.locator(".filters")).to_be_hidden()
        expect(page.locator("#cuantos")).to_be_focused()


def test_search__without_javascript_is_the_same_journey(browser: Browser, demonstration: str) -> None:
    with browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 800}) as context:
        page = context.new_page()
        page.goto(demonstration)
        page.get_by_label("Nombre o NIT").focus()
        page.keyboard.type("cooperatiba")
        page.keyboard.press("Enter")
        page.wait_for_url("**/buscar?q=cooperatiba")
        assert page.locator("mark").count() > 0
        page.locator("#f-status input[value=active]").focus()
        page.keyboard.press("Space")
        page.get_by_role("button", name="Aplicar", exact=True).focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**status=active**")
        assert asked(page)["q"] == ["cooperatiba"]
        page.get_by_role("link", name="Quitar el filtro Estado: Vigente").focus()
        page.keyboard.press("Enter")
        page.wait_for_url(lambda address: "status" not in address)
        page.get_by_role("link", name="Tabla").focus()
        page.keyboard.press("Enter")
        expect(page.locator(".hits-table")).to_be_visible()
