"""Pages fit a narrow screen, large letters, a keyboard and a person who wants no motion."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, Page

from tests.browser.conftest import APPROVER, sign_in
from tests.browser.pages import Examples, iter_paths
from tests.browser.test_accessibility import STAFF, open_page

# 320 px are what is left of a screen of 1,280 px at 400 % (WCAG 1.4.10).
NARROW = 320
TWICE_THE_LETTERS = "document.documentElement.style.fontSize = '212.5%'"

FOCUSED = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const box = element.getBoundingClientRect(), style = getComputedStyle(element);
  const label = element.matches('.hidden') && element.nextElementSibling || element;
  return {
    html: element.outerHTML.slice(0, 120),
    outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
      || getComputedStyle(label).outlineStyle !== 'none',
    inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}"""

MOVING = """() => [...document.querySelectorAll('*')].filter((element) => {
  const style = getComputedStyle(element);
  return [...style.transitionDuration.split(','), ...style.animationDuration.split(',')].some((d) => parseFloat(d) > 0);
}).map((element) => element.outerHTML.slice(0, 80))"""


def scrolls_sideways(page: Page) -> bool:
    width = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    return bool(width[0] > width[1])


def test_pages__of_the_public_reflow_at_400_percent(browser: Browser, demonstration: str, examples: Examples) -> None:
    page = open_page(browser, "light", width=NARROW)
    wide = []
    for path in iter_paths(examples):
        page.goto(f"{demonstration}{path}")
        wide += [path] if scrolls_sideways(page) else []
    assert wide == []


def test_pages__of_staff_reflow_on_a_phone(browser: Browser, demonstration: str) -> None:
    page = open_page(browser, "light")
    sign_in(page, demonstration, APPROVER)
    wide = []
    for path in STAFF:
        page.goto(f"{demonstration}/staff{path}")
        wide += [path] if scrolls_sideways(page) else []
    assert wide == []


def test_pages__stand_letters_of_twice_the_size(browser: Browser, demonstration: str, examples: Examples) -> None:
    page = open_page(browser, "light", width=1280)
    wide = []
    for path in iter_paths(examples):
        page.goto(f"{demonstration}{path}")
        page.evaluate(TWICE_THE_LETTERS)
        wide += [path] if scrolls_sideways(page) else []
    assert wide == []


def test_pages__show_where_the_keyboard_is(browser: Browser, demonstration: str, examples: Examples) -> None:
    page = open_page(browser, "light", width=1280, height=800)
    unseen: dict[str, list[str]] = {}
    record = examples.fill("/registro/{temporary}")
    for path in ("/", "/buscar?q=cooperativa", record, "/publicaciones", "/correcciones"):
        page.goto(f"{demonstration}{path}")
        found = list(_walk_by_keyboard(page))
        assert len(found) > 10
        faults = [step["html"] for step in found if not (step["outlined"] and step["inside"])]
        unseen |= {path: faults} if faults else {}
    assert unseen == {}


def _walk_by_keyboard(page: Page) -> list[dict[str, Any]]:
    """Every stop of the Tab key until it leaves the page."""
    stops: list[dict[str, Any]] = []
    for _ in range(400):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop is None:
            break
        stops.append(stop)
    return stops


def test_pages__keep_still_for_who_asks_for_it(browser: Browser, demonstration: str, examples: Examples) -> None:
    page = browser.new_context(reduced_motion="reduce").new_page()
    moving = {}
    for path in ("/", "/buscar", examples.fill("/registro/{temporary}")):
        page.goto(f"{demonstration}{path}")
        found = page.evaluate(MOVING)
        moving |= {path: found} if found else {}
    assert moving == {}
