"""Coming into the staff's area and going out: every door, and what each lets through."""

from __future__ import annotations

import io
import re
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from flask import Flask
from werkzeug.routing import Rule

from api.staff.access import access_of, signed_in
from api.staff.addresses import NAMES, is_staff_path
from api.staff.cookies import KEY_PATH, read_session_key
from exemptions import errors
from exemptions.accounts import ROLES_WITH, Actor, Right, StaffRole
from exemptions.audit import Act
from exemptions.datasets import Dataset
from loaders.load import LoadOptions, load_file
from tests.api.conftest import make_app
from tests.api.html_page import read_page
from tests.api.staff_area import ADMINISTRATOR, APPROVER, LOADER, PASSWORD, StaffArea, form_token, open_staff_area, post
from tests.loaders.registry_files import csv_text, permanent

VARIABLE = re.compile(r"<(?:(?P<kind>\w+)(?:\((?P<choices>[^)]*)\))?:)?(?P<name>\w+)>")
"""A part of an address: `<name>`, `<int:number>`, `<any(csv, json):form>`."""
SIGN_IN = ("/staff/entrar", "/en/staff/entrar")


@pytest.fixture
def area(tmp_path: Path) -> Iterator[StaffArea]:
    with open_staff_area(tmp_path / "home") as area:
        yield area


def _path_value(variable: re.Match[str]) -> str:
    if variable["choices"]:
        return variable["choices"].partition(",")[0].strip(" \"'")
    return "1" if variable["kind"] == "int" else "registry"


def staff_rules(app: Flask) -> Iterator[tuple[Rule, str, str]]:
    """Every address of the staff's area with a path that fits it and each method it takes."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith(tuple(f"{name}." for name in NAMES.values())):
            path = VARIABLE.sub(_path_value, rule.rule)
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, path, method


def test_staff__every_address_asks_who_it_is(area: StaffArea) -> None:
    browser = area.browser()
    asked = 0
    for rule, path, method in staff_rules(area.app):
        response = browser.open(path, method=method)
        if access_of(area.app.view_functions[rule.endpoint]).person:
            assert response.status_code == 303, (method, path)
            assert response.headers["Location"].partition("?")[0] in SIGN_IN
            asked += 1
        else:
            assert path.startswith(SIGN_IN), path
    assert asked > 40


def test_staff__an_address_that_does_not_say_who_may_ask_is_refused_when_the_area_is_registered() -> None:
    def forgotten() -> str:
        return "open to everybody"

    with pytest.raises(LookupError, match="forgotten"):
        access_of(forgotten)


@pytest.mark.parametrize("name", [ADMINISTRATOR, APPROVER, LOADER])
def test_staff__who_lacks_the_right_gets_a_403_and_an_entry(staffed: StaffArea, name: str) -> None:
    browser = staffed.sign_in(name)
    token = form_token(browser)
    role = {ADMINISTRATOR: StaffRole.ADMINISTRATOR, APPROVER: StaffRole.APPROVER, LOADER: StaffRole.LOADER}[name]
    denied = 0
    for rule, path, method in staff_rules(staffed.app):
        right = access_of(staffed.app.view_functions[rule.endpoint]).right
        if rule.endpoint.startswith("es_") and right is not None and role not in ROLES_WITH[right]:
            response = browser.open(path, method=method, data={"csrf_token": token} if method == "POST" else None)
            assert response.status_code == 403, (method, path)
            assert "Su cuenta no puede hacer esto" in response.text
            denied += 1
    entries = staffed.acts(act=Act.DENIED.value)
    assert [entry.actor for entry in entries] == [name] * denied
    assert denied > 0
    assert {entry.subject for entry in entries} <= set(Right)


def test_staff__a_form_without_its_token_does_nothing(staffed: StaffArea) -> None:
    browser = staffed.sign_in(ADMINISTRATOR)
    before = len(staffed.acts())
    posts = [(rule, path) for rule, path, method in staff_rules(staffed.app) if method == "POST"]
    assert len(posts) > 20
    for rule, path in posts:
        right = access_of(staffed.app.view_functions[rule.endpoint]).right
        if right in (None, Right.ACCOUNTS, Right.AUDIT):
            for fields in ({}, {"csrf_token": "forged"}):
                response = browser.post(path, data={"name": "intruso", "role": "approver", **fields})
                assert response.status_code == 400, path
    assert len(staffed.acts()) == before
    assert browser.get("/staff").status_code == 200


def test_staff__a_token_of_another_browser_does_not_fit(staffed: StaffArea) -> None:
    other = form_token(staffed.sign_in(APPROVER))
    browser = staffed.sign_in(ADMINISTRATOR)
    response = browser.post("/staff/personas", data={"csrf_token": other, "name": "intruso", "role": "loader"})
    assert response.status_code == 400
    assert not staffed.acts(subject="intruso")


@pytest.mark.parametrize("language", ["", "/en"])
def test_staff__pages_are_in_the_language_of_their_address(staffed: StaffArea, language: str) -> None:
    browser = staffed.sign_in(ADMINISTRATOR)
    for page in ("", "/personas", "/tokens", "/bitacora", "/cuenta", "/datos/registry", "/personas/berta"):
        response = browser.get(f"{language}/staff{page}")
        assert response.status_code == 200, page
        assert read_page(response.text).find("html").attrs["lang"] == ("en" if language else "es-GT")
        other = "/staff" if language else "/en/staff"
        assert f'href="{other}{page}"' in response.text, page


def test_staff__no_answer_is_kept_or_indexed_or_open_to_other_sites(staffed: StaffArea) -> None:
    browser = staffed.sign_in(ADMINISTRATOR)
    for path in (
        "/staff",
        "/staff/bitacora.csv",
        "/staff/plantillas/registry.xlsx",
        "/staff/personas/nadie",
        "/staff/cargar",
    ):
        headers = browser.get(path).headers
        assert headers["Cache-Control"] == "no-store", path
        assert headers["X-Robots-Tag"] == "noindex, nofollow"
        assert "Access-Control-Allow-Origin" not in headers
        assert "unsafe-inline" not in headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "DENY"


def cookies_of(area: StaffArea) -> str:
    browser = area.browser()
    token = form_token(browser)
    response = browser.post("/staff/entrar", data={"csrf_token": token, "name": LOADER, "password": PASSWORD})
    assert response.status_code == 303
    return response.headers["Set-Cookie"]


def test_cookie__no_script_reads_it_and_no_other_site_sends_it(staffed: StaffArea) -> None:
    parts = cookies_of(staffed).split("; ")
    assert parts[0].startswith("session=")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(parts)
    assert not any(part.startswith(("Domain", "Expires", "Max-Age")) for part in parts)


def test_cookie__over_tls_it_belongs_to_this_host_alone(tmp_path: Path) -> None:
    with open_staff_area(tmp_path / "home", EXEMPTIONS_BASE_URL="https://exenciones.example.org") as area:
        area.add(ADMINISTRATOR, StaffRole.ADMINISTRATOR)
        browser = area.app.test_client()
        response = browser.get("/staff/entrar", base_url="https://exenciones.example.org")
        parts = response.headers["Set-Cookie"].split("; ")
    assert parts[0].startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= set(parts)


def test_cookie__the_public_pages_neither_set_nor_need_it(registry_home: Path) -> None:
    app = make_app(registry_home)
    browser = app.test_client()
    for path in ("/", "/buscar", "/api/v1/records", "/publicaciones"):
        response = browser.get(path)
        assert response.status_code == 200
        assert "Set-Cookie" not in response.headers
        assert "Cookie" not in response.headers.get("Vary", "")


def test_cookie__an_invented_or_altered_one_lets_nobody_in(staffed: StaffArea) -> None:
    browser = staffed.sign_in(ADMINISTRATOR)
    cookie = browser.get_cookie("session")
    assert cookie is not None
    for value in ("", "x", cookie.value[:-2], f"{cookie.value[:-2]}AA", "\u00e9", cookie.value[::-1]):
        browser.set_cookie("session", value)
        assert browser.get("/staff").status_code == 303, value


def test_sign_in__gives_a_new_token_and_forgets_what_came_before(staffed: StaffArea) -> None:
    """Whoever planted a cookie in a browser must not own the session that begins there."""
    browser = staffed.browser()
    planted = form_token(browser)
    before = browser.get_cookie("session")
    staffed.sign_in(LOADER, browser=browser)
    after = browser.get_cookie("session")
    assert before is not None and after is not None and before.value != after.value
    assert post(browser, "/staff/tokens", csrf_token=planted, label="robado", days="1").status_code == 400
    stranger = staffed.browser()
    stranger.set_cookie("session", before.value)
    assert stranger.get("/staff").status_code == 303


def test_sign_in__a_name_that_is_not_there_and_a_wrong_password_are_told_alike(staffed: StaffArea) -> None:
    answers = []
    for name in (LOADER, "nadie"):
        response = post(staffed.browser(), "/staff/entrar", name=name, password="otra cosa del todo")
        assert response.status_code == 422
        answers.append(_without_token(response.text).replace(name, "NAME"))
    assert answers[0] == answers[1]


def test_sign_in__is_locked_after_ten_failures_alike_for_every_name(staffed: StaffArea) -> None:
    browser = staffed.browser()
    for name in (LOADER, "nadie"):
        for _ in range(10):
            assert post(browser, "/staff/entrar", name=name, password="no es esta").status_code == 422
        response = post(browser, "/staff/entrar", name=name, password=PASSWORD)
        assert response.status_code == 429
        assert "demasiados intentos" in response.text
    staffed.wait(minutes=16)
    staffed.sign_in(LOADER)


def test_sign_in__goes_on_to_a_page_of_the_area_only(staffed: StaffArea) -> None:
    for target in (
        "https://evil.example/staff", "//evil.example/staff", "/\\evil.example", "/staff/../../evil", "/staffevil",
        "/buscar", "javascript:alert(1)", "/staff\\..\\evil", "/staff/\nx", "/staff/%0d%0aSet-Cookie:%20a=b#x", "staff",
        "/en/staffing",
    ):  # fmt: skip
        response = post(staffed.browser(), "/staff/entrar", name=LOADER, password=PASSWORD, next=target)
        assert (response.status_code, response.headers["Location"]) == (303, "/staff"), target


def test_sign_in__goes_on_to_the_page_that_was_asked_for(staffed: StaffArea) -> None:
    for target in ("/staff/tokens", "/en/staff/lotes?estado=blocked", "/staff"):
        assert is_staff_path(target)
        browser = staffed.browser()
        assert browser.get(target).status_code == 303
        response = post(browser, "/staff/entrar", name=LOADER, password=PASSWORD, next=target)
        assert response.headers["Location"] == target


def test_sign_in__asks_for_the_code_of_a_second_factor(staffed: StaffArea) -> None:
    totp = staffed.add_factor(LOADER)
    browser = staffed.browser()
    response = post(browser, "/staff/entrar", name=LOADER, password=PASSWORD, next="/staff/tokens")
    assert response.headers["Location"] == "/staff/entrar/codigo?next=/staff/tokens"
    assert browser.get("/staff").status_code == 303, "the password alone lets nobody in"
    assert post(browser, "/staff/entrar/codigo", code="000000").status_code == 422
    response = post(browser, "/staff/entrar/codigo", code=totp.at(staffed.now), next="/staff/tokens")
    assert response.headers["Location"] == "/staff/tokens"
    assert browser.get("/staff/tokens").status_code == 200


def test_sign_in__a_code_works_once(staffed: StaffArea) -> None:
    totp = staffed.add_factor(LOADER)
    code = totp.at(staffed.now)
    for browser, status in ((staffed.browser(), 303), (staffed.browser(), 422)):
        post(browser, "/staff/entrar", name=LOADER, password=PASSWORD)
        assert post(browser, "/staff/entrar/codigo", code=code).status_code == status


def test_sign_in__a_right_password_waits_five_minutes_for_its_code(staffed: StaffArea) -> None:
    totp = staffed.add_factor(LOADER)
    browser = staffed.browser()
    post(browser, "/staff/entrar", name=LOADER, password=PASSWORD)
    staffed.wait(minutes=5)
    response = post(browser, "/staff/entrar/codigo", code=totp.at(staffed.now))
    assert response.headers["Location"] == "/staff/entrar"
    assert browser.get("/staff").status_code == 303


def test_sign_in__a_code_without_a_password_before_it_is_worth_nothing(staffed: StaffArea) -> None:
    totp = staffed.add_factor(LOADER)
    browser = staffed.browser()
    assert browser.get("/staff/entrar/codigo").headers["Location"] == "/staff/entrar"
    response = post(browser, "/staff/entrar/codigo", code=totp.at(staffed.now), name=LOADER)
    assert response.headers["Location"] == "/staff/entrar"
    assert browser.get("/staff").status_code == 303


def test_sign_in__wrong_codes_lock_as_wrong_passwords_do(staffed: StaffArea) -> None:
    totp = staffed.add_factor(LOADER)
    browser = staffed.browser()
    post(browser, "/staff/entrar", name=LOADER, password=PASSWORD)
    for _ in range(10):
        assert post(browser, "/staff/entrar/codigo", code="000000").status_code == 422
    assert post(browser, "/staff/entrar/codigo", code=totp.at(staffed.now)).status_code == 429
    assert browser.get("/staff").status_code == 303


def test_second_factor__where_it_is_required_nothing_else_opens_without_it(staffed_home: Path, tmp_path: Path) -> None:
    shutil.copytree(staffed_home, tmp_path / "home")
    with open_staff_area(tmp_path / "home", EXEMPTIONS_SECOND_FACTOR="required") as area:
        browser = area.sign_in(LOADER)
        own = ("/staff/cuenta", "/en/staff/cuenta")
        for rule, path, method in staff_rules(area.app):
            if method == "GET" and access_of(area.app.view_functions[rule.endpoint]).person and path not in own:
                response = browser.get(path)
                assert response.status_code == 303, path
                assert response.headers["Location"].endswith("/staff/cuenta#segundo-factor"), path
        assert post(browser, "/staff/tokens", label="x", days="1").headers["Location"].endswith("#segundo-factor")
        assert "segundo factor a todo el personal" in browser.get("/staff/cuenta").text
        assert post(browser, "/staff/cuenta/segundo-factor", password=PASSWORD).status_code == 303
        found = re.search(r'class="secret">([A-Z2-7 ]+)<', browser.get("/staff/cuenta").text)
        assert found
        code = pyotp.TOTP(found[1].replace(" ", "")).at(area.now)
        assert post(browser, "/staff/cuenta/segundo-factor/confirmar", code=code).status_code == 303
        assert browser.get("/staff").status_code == 200


def test_sign_out__ends_every_session_of_the_account(staffed: StaffArea) -> None:
    here, there, other = staffed.sign_in(LOADER), staffed.sign_in(LOADER), staffed.sign_in(APPROVER)
    kept = here.get_cookie("session")
    response = post(here, "/staff/salir")
    assert response.headers["Location"] == "/staff/entrar"
    assert "cookies" not in response.headers["Clear-Site-Data"]
    assert there.get("/staff").status_code == 303
    assert other.get("/staff").status_code == 200
    # What the browser had is worth nothing even when it is sent again.
    assert kept is not None
    here.set_cookie("session", kept.value)
    assert here.get("/staff").status_code == 303


def test_session__ends_when_it_is_not_used(staffed: StaffArea) -> None:
    browser = staffed.sign_in(LOADER)
    staffed.wait(minutes=29)
    assert browser.get("/staff").status_code == 200
    staffed.wait(minutes=29)
    assert browser.get("/staff").status_code == 200, "using it keeps it"
    staffed.wait(minutes=30)
    response = browser.get("/staff/tokens")
    assert response.headers["Location"] == "/staff/entrar?next=/staff/tokens"
    assert "Su sesión terminó" in browser.get("/staff/entrar").text


def test_session__ends_after_twelve_hours_however_much_it_is_used(staffed: StaffArea) -> None:
    browser = staffed.sign_in(LOADER)
    for _ in range(12 * 3 - 1):
        staffed.wait(minutes=20)
        assert browser.get("/staff").status_code == 200
    staffed.wait(minutes=20)
    assert browser.get("/staff").status_code == 303


def test_session__a_form_that_comes_too_late_is_told_and_not_done(staffed: StaffArea) -> None:
    browser = staffed.sign_in(LOADER)
    token = form_token(browser)
    staffed.wait(minutes=31)
    response = browser.post("/staff/tokens", data={"csrf_token": token, "label": "tarde", "days": "1"})
    assert response.headers["Location"] == "/staff/entrar"
    assert "no se guardó" in browser.get("/staff/entrar").text
    assert not staffed.acts(act=Act.TOKEN_ISSUED.value)


def test_session__ends_with_the_account(staffed: StaffArea) -> None:
    browser = staffed.sign_in(LOADER)
    post(staffed.sign_in(ADMINISTRATOR), f"/staff/personas/{LOADER}/desactivar")
    assert browser.get("/staff").status_code == 303
    assert post(staffed.browser(), "/staff/entrar", name=LOADER, password=PASSWORD).status_code == 422


def test_body__a_form_larger_than_any_form_is_refused(staffed: StaffArea) -> None:
    browser = staffed.sign_in(LOADER)
    response = browser.post(
        "/staff/tokens", data={"csrf_token": form_token(browser), "label": "x" * 100_000, "days": "1"}
    )
    assert response.status_code == 413
    assert "demasiado grande" in response.text


def test_body__who_is_not_signed_in_cannot_make_the_service_read_a_file(area: StaffArea) -> None:
    read: list[int] = []

    class Unread(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            read.append(size or 0)
            return super().read(size)

    response = area.browser().post(
        "/staff/cargar",
        input_stream=Unread(b"x" * 1000),
        content_type="multipart/form-data; boundary=a",
    )
    assert response.status_code == 303
    assert read == []


def test_error__pages_stand_in_the_frame_of_the_area(staffed: StaffArea) -> None:
    browser = staffed.sign_in(ADMINISTRATOR)
    response = browser.get("/staff/datos/nada")
    assert response.status_code == 404
    assert "Área de trabajo" in response.text and "No hay un conjunto «nada»" in response.text
    assert "There is no dataset" in browser.get("/en/staff/datos/nada").text


def test_role__the_public_has_no_staff_area(registry_home: Path, tmp_path: Path) -> None:
    home = tmp_path / "public"
    app = make_app(home, EXEMPTIONS_ROLE="public", EXEMPTIONS_RELEASES=str(registry_home / "releases"))
    assert not list(staff_rules(app))
    assert app.test_client().get("/staff/entrar").status_code == 404
    assert not (home / KEY_PATH).exists()


def test_key__is_one_for_every_process_and_for_its_owner_alone(tmp_path: Path) -> None:
    key = read_session_key(tmp_path)
    assert len(key) == 32 and read_session_key(tmp_path) == key
    path = tmp_path / KEY_PATH
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("spoil", ["short", "monotonous", "open"])
def test_a_weak_key_signs_nothing(tmp_path: Path, spoil: str) -> None:
    key = read_session_key(tmp_path)
    path = tmp_path / KEY_PATH
    path.write_bytes({"short": key[:16], "monotonous": b"x" * 32}.get(spoil, key))
    path.chmod(0o640 if spoil == "open" else 0o600)
    with pytest.raises(errors.SettingsError, match="weak"):
        read_session_key(tmp_path)


def test_key__lets_one_worker_know_the_sessions_of_another(staffed: StaffArea) -> None:
    browser = staffed.sign_in(LOADER)
    cookie = browser.get_cookie("session")
    assert cookie is not None
    with open_staff_area(staffed.settings.home) as worker:
        other = worker.browser()
        other.set_cookie("session", cookie.value)
        assert other.get("/staff").status_code == 200


def _without_token(html: str) -> str:
    return "".join(line for line in html.splitlines() if "csrf_token" not in line)


def test_staff__nothing_that_is_sent_makes_a_page_fail(staffed: StaffArea) -> None:
    nasty = (
        "%00", "%ED%A0%80", "%FF", "'%3B--", "%7B%7B7*7%7D%7D", "..%2F..%2Fetc", "a" * 500, "9" * 40, "-1",
        "%F0%9F%99%82",
    )  # fmt: skip
    names = ("next", "antes", "persona", "acto", "asunto", "desde", "hasta", "datos", "estado", "dataset", "pagina")
    for name, role in ((ADMINISTRATOR, StaffRole.ADMINISTRATOR), (APPROVER, StaffRole.APPROVER)):
        browser = staffed.sign_in(name)
        for rule, path, method in staff_rules(staffed.app):
            right = access_of(staffed.app.view_functions[rule.endpoint]).right
            may = right is None or role in ROLES_WITH[right]
            if method == "GET" and rule.endpoint.startswith("es_") and may:
                start = rule.rule.partition("<")[0]
                for value in nasty:
                    asked = "&".join(f"{key}={value}" for key in names)
                    # What stands where a part of the path belongs, and what stands in the query.
                    for address in ({f"{start}{value}"} if "<" in rule.rule else set()) | {f"{path}?{asked}"[:6000]}:
                        assert browser.get(address).status_code < 500, address[:300]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.NotAllowed, 403), (errors.BatchState, 409), (errors.FileRefused, 422), (errors.Busy, 503),
        (errors.DiskFull, 507), (errors.BatchNotFound, 404), (errors.SettingsError, 500),
    ],
)  # fmt: skip
def test_error__of_the_domain_is_told_in_its_words_and_status(
    staffed: StaffArea, monkeypatch: pytest.MonkeyPatch, error: type[errors.RegistryError], status: int
) -> None:
    @signed_in
    def failing() -> str:
        raise error("No pudo ser <hoy>.", "It could not be <today>.")

    monkeypatch.setitem(staffed.app.view_functions, "es_staff.tokens", failing)
    response = staffed.sign_in(LOADER).get("/staff/tokens")
    assert response.status_code == status
    # What nobody expected to reach a page is told without its words.
    assert ("No pudo ser &lt;hoy&gt;." in response.text) == (status != 500)
    assert "Área de trabajo" in response.text and "Código de la solicitud" in response.text
    assert ("Retry-After" in response.headers) == (status == 503)


@pytest.mark.parametrize("name", [ADMINISTRATOR, APPROVER, LOADER])
def test_staff__every_link_of_every_page_leads_somewhere_that_its_reader_may_go(staffed: StaffArea, name: str) -> None:
    table = staffed.settings.home / "registro.csv"
    table.write_text(csv_text(permanent(1), permanent(2, category="NOPE")), encoding="utf-8")
    load_file(
        staffed.book,
        staffed.settings,
        dataset=Dataset.REGISTRY,
        path=table,
        options=LoadOptions(),
        actor=Actor(LOADER),
        clock=staffed.clock,
    )
    browser = staffed.sign_in(name)
    seen, waiting = set[str](), ["/staff"]
    while waiting:
        path = waiting.pop()
        response = browser.get(path, buffered=True)
        assert response.status_code == 200, path
        if response.mimetype != "text/html":
            continue
        page = read_page(response.text)
        links = [link.attrs["href"] for link in page.find_all("a")]
        assert all(links), path
        # What the same page is in the other language is looked at once, and the public pages have tests of their own.
        found = {link.partition("#")[0] for link in links if link.startswith("/staff")} - seen
        seen |= found
        waiting += sorted(found)
    assert not staffed.acts(act=Act.DENIED.value)
    assert {"/staff", "/staff/tokens", "/staff/datos/registry", "/staff/plantillas/registry.xlsx"} <= seen
