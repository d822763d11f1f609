"""A served registry of its own, and the machine's Chromium to look at it with."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from exemptions.accounts import Actor, StaffRole, add_account, give_password
from exemptions.calendar import system_clock
from exemptions.database import open_book
from exemptions.settings import read_settings
from tests.browser.pages import Examples, read_examples
from tests.served import served

ROOT = Path(__file__).parents[2]
PASSWORD = "un quetzal sobre el muro 1821"
LOADER, APPROVER, ADMINISTRATOR = "luis", "marta", "ana"

# Nothing of the browser's own goes out to the network, where it would wait for answers that never come.
_QUIET = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


def find_chromium() -> str:
    """The program of the machine's browser."""
    found = next(filter(None, map(shutil.which, _CHROMIUM)), None)
    if found is None:
        pytest.fail("these tests need a browser: install Chromium (Debian, Ubuntu: sudo apt install chromium)")
    return found


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    # Chromium's own sandbox does not run as root, which test machines often are.
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    opened = playwright.chromium.launch(executable_path=find_chromium(), args=[*_QUIET, *sandbox])
    yield opened
    opened.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """The address of an empty registry with three people, served with its worker."""
    environment = {"EXEMPTIONS_HOME": str(tmp_path / "home"), "PATH": os.environ["PATH"], "PYTHONUTF8": "1"}
    add_people(environment)
    yield from served(environment)


@dataclass(frozen=True, slots=True)
class Demonstration:
    """A demonstration registry on the disk, and what its commands are run with."""

    environment: Mapping[str, str]


@pytest.fixture(scope="session")
def demonstration_home(tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    """A demonstration registry with three people."""
    home = tmp_path_factory.mktemp("demonstration") / "home"
    environment = {"EXEMPTIONS_HOME": str(home), "PATH": os.environ["PATH"], "PYTHONUTF8": "1"}
    subprocess.run([sys.executable, "-m", "api.cli", "demo", "--rows", "500"], env=environment, cwd=ROOT, check=True)
    add_people(environment)
    return Demonstration(environment)


@pytest.fixture(scope="session")
def demonstration(demonstration_home: Demonstration) -> Iterator[str]:
    """The address of the demonstration registry."""
    yield from served(demonstration_home.environment)


@pytest.fixture(scope="session")
def examples(demonstration: str) -> Examples:
    """Identifiers of the demonstration that addresses are made with."""
    return read_examples(demonstration)


def add_people(environment: Mapping[str, str]) -> None:
    book = open_book(read_settings(environment))
    people = {ADMINISTRATOR: StaffRole.ADMINISTRATOR, LOADER: StaffRole.LOADER, APPROVER: StaffRole.APPROVER}
    with book.write() as session:
        for name, role in people.items():
            add_account(session, actor=Actor("operator"), name=name, role=role, at=system_clock())
            # Who gives a password to oneself has chosen it.
            give_password(session, actor=Actor(name), name=name, password=PASSWORD, at=system_clock())
    book.close()


def sign_in(page: Page, site: str, name: str) -> None:
    page.goto(f"{site}/staff/entrar")
    page.get_by_label("Nombre de la cuenta").fill(name)
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Entrar").click()
    page.wait_for_url(f"{site}/staff*")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell what Lighthouse gave each page, whether it passed or not."""
    marks = [
        value
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport)
        for name, value in report.user_properties
        if name == "lighthouse"
    ]
    for line in dict.fromkeys(marks):
        terminalreporter.write_line(f"lighthouse {line}")
