"""What a visitor's browser is made to do: ask nobody else, keep nothing, and never see the page jump."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import Browser, Request

from tests.browser.pages import Examples, iter_paths

# Above 0.1 people notice it (the web's own measure, Cumulative Layout Shift); nothing here has a reason to move at all.
MOST_SHIFT = 0.01
SHIFTS = """new Promise((tell) => {
  let sum = 0;
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) sum += entry.value; })
    .observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => tell(sum), 150);
})"""
STORED = "[document.cookie, localStorage.length, sessionStorage.length]"


def test_visitors__are_sent_to_nobody_else_and_keep_nothing(
    browser: Browser, demonstration: str, examples: Examples
) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked: set[str] = set()
    faults: list[str] = []

    def note(request: Request) -> None:
        asked.add(urlsplit(request.url).netloc)

    page.on("request", note)
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    page.on("console", lambda line: faults.append(f"{page.url}: {line.text}") if line.type == "error" else None)
    stored = {}
    for path in iter_paths(examples):
        answer = page.goto(f"{demonstration}{path}")
        assert answer is not None
        # The browser itself tells of an answer that is meant to be an error.
        if answer.status >= 400:
            faults[:] = [fault for fault in faults if f"status of {answer.status}" not in fault]
        kept = page.evaluate(STORED)
        stored |= {path: kept} if kept != ["", 0, 0] else {}
    assert asked == {urlsplit(demonstration).netloc}
    assert stored == {}
    assert context.cookies() == []
    assert faults == []


def test_visitors__never_see_the_page_jump(browser: Browser, demonstration: str, examples: Examples) -> None:
    jumping = {}
    paths = ("/", "/buscar?q=cooperativa", "/registro/{temporary}", "/contribuyente/{nit}")
    for width in (360, 1440):
        page = browser.new_context(viewport={"width": width, "height": 800}).new_page()
        for path in map(examples.fill, paths):
            page.goto(f"{demonstration}{path}", wait_until="load")
            shift = page.evaluate(SHIFTS)
            jumping |= {f"{path} at {width}": shift} if shift > MOST_SHIFT else {}
    assert jumping == {}
