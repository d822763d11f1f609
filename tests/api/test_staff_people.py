"""Accounts, passwords, second factors, tokens, the audit and datasets, as their pages show and change them."""

from __future__ import annotations

import csv
import io
import json
import re

import openpyxl
import pyotp
import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from api.staff.act_words import act_name
from exemptions.accounts import Right, get_account, require
from exemptions.audit import Act, record_act
from exemptions.datasets import DATASET_COLUMNS, Dataset
from exemptions.models import AuditEntry
from exemptions.own_account import find_pending_secret
from exemptions.second_factor import provisioning_uri
from tests.api.html_page import Element, read_page
from tests.api.staff_area import ADMINISTRATOR, APPROVER, LOADER, PASSWORD, StaffArea, form_token, post
from tests.tampering import unlock

NEW = "tres colibríes en la ceiba"


def shown_secret(page: str) -> str:
    return read_page(page).find("p", class_="secret").text


def rows(page: str) -> list[list[str]]:
    """The cells of every row of a page's first table."""
    table = read_page(page).find_all("table")[0]
    return [
        [cell.text for cell in row.children if isinstance(cell, Element)] for row in table.find("tbody").find_all("tr")
    ]


# People


def test_people__a_new_person_gets_a_password_that_is_shown_once_and_has_to_be_changed(staffed: StaffArea) -> None:
    desk = staffed.sign_in(ADMINISTRATOR)
    added = post(desk, "/staff/personas", name="diego", role="approver")
    password = shown_secret(added.text)
    assert password not in desk.get("/staff/personas").text + desk.get("/staff/personas/diego").text
    browser = staffed.sign_in("diego", password)
    for page in ("/staff", "/staff/lotes", "/staff/publicaciones"):
        assert browser.get(page).headers["Location"] == "/staff/cuenta"
    assert post(browser, "/staff/cuenta/segundo-factor").headers["Location"] == "/staff/cuenta"
    assert "Elija su propia contraseña" in browser.get("/staff/cuenta").text
    chosen = post(browser, "/staff/cuenta/contrasena", current=password, password=NEW, again=NEW)
    assert chosen.headers["Location"] == "/staff"
    assert browser.get("/staff").status_code == 200
    staffed.sign_in("diego", NEW)


def test_people__a_name_that_is_taken_or_hidden_is_refused_beside_its_form(staffed: StaffArea) -> None:
    desk = staffed.sign_in(ADMINISTRATOR)
    for name, role in ((LOADER, "loader"), ("operator", "loader"), ("", "loader"), ("=1+1", "loader"), ("eva", "king")):
        response = post(desk, "/staff/personas", name=name, role=role)
        assert response.status_code == 422, name
        assert read_page(response.text).find_all("div", class_="notice-error")
    assert [row[0] for row in rows(desk.get("/staff/personas").text)] == ["admira (usted)", APPROVER, LOADER]


def test_people__a_role_changes_from_the_next_request_on(staffed: StaffArea) -> None:
    desk, browser = staffed.sign_in(ADMINISTRATOR), staffed.sign_in(LOADER)
    assert browser.get("/staff/bitacora").status_code == 403
    assert post(desk, f"/staff/personas/{LOADER}/papel", role="approver").status_code == 303
    assert browser.get("/staff/bitacora").status_code == 200
    (entry,) = staffed.acts(act=Act.ROLE_CHANGED.value)
    assert (entry.actor, entry.subject, dict(entry.details)) == (
        ADMINISTRATOR, LOADER, {"before": "loader", "after": "approver"},
    )  # fmt: skip


def test_people__the_last_administrator_stays(staffed: StaffArea) -> None:
    desk = staffed.sign_in(ADMINISTRATOR)
    for path, fields in (("papel", {"role": "loader"}), ("desactivar", {})):
        response = post(desk, f"/staff/personas/{ADMINISTRATOR}/{path}", **fields)
        assert response.status_code == 422
        assert "es la única cuenta" in response.text
    assert desk.get("/staff/personas").status_code == 200


def test_people__who_is_disabled_comes_in_again_after_being_enabled(staffed: StaffArea) -> None:
    desk = staffed.sign_in(ADMINISTRATOR)
    post(desk, f"/staff/personas/{LOADER}/desactivar")
    assert "Desactivada" in desk.get("/staff/personas").text
    post(desk, f"/staff/personas/{LOADER}/activar")
    staffed.sign_in(LOADER)


def test_people__a_lock_can_be_ended(staffed: StaffArea) -> None:
    browser = staffed.browser()
    for _ in range(10):
        post(browser, "/staff/entrar", name=LOADER, password="no es esta otra")
    desk = staffed.sign_in(ADMINISTRATOR)
    assert "Bloqueada por intentos" in desk.get(f"/staff/personas/{LOADER}").text
    post(desk, f"/staff/personas/{LOADER}/activar")
    staffed.sign_in(LOADER)


def test_people__a_forgotten_password_is_replaced_and_its_sessions_end(staffed: StaffArea) -> None:
    desk, browser = staffed.sign_in(ADMINISTRATOR), staffed.sign_in(LOADER)
    response = post(desk, f"/staff/personas/{LOADER}/contrasena")
    assert browser.get("/staff").status_code == 303
    assert post(staffed.browser(), "/staff/entrar", name=LOADER, password=PASSWORD).status_code == 422
    again = staffed.sign_in(LOADER, shown_secret(response.text))
    assert again.get("/staff").headers["Location"] == "/staff/cuenta"


def test_people__a_lost_second_factor_is_removed(staffed: StaffArea) -> None:
    staffed.add_factor(LOADER)
    desk = staffed.sign_in(ADMINISTRATOR)
    assert post(desk, f"/staff/personas/{LOADER}/segundo-factor").status_code == 303
    staffed.sign_in(LOADER)
    assert [entry.actor for entry in staffed.acts(act=Act.SECOND_FACTOR_RESET.value)] == [ADMINISTRATOR]


def test_people__a_person_that_is_not_there_is_a_404(staffed: StaffArea) -> None:
    desk = staffed.sign_in(ADMINISTRATOR)
    assert desk.get("/staff/personas/nadie").status_code == 404
    for act in ("desactivar", "activar", "contrasena", "segundo-factor"):
        assert post(desk, f"/staff/personas/nadie/{act}").status_code == 404, act


# One's own account


def test_account__the_other_sessions_end_when_the_password_changes(staffed: StaffArea) -> None:
    here, there = staffed.sign_in(LOADER), staffed.sign_in(LOADER)
    response = post(here, "/staff/cuenta/contrasena", current=PASSWORD, password=NEW, again=NEW)
    assert response.status_code == 303
    assert here.get("/staff").status_code == 200
    assert there.get("/staff").status_code == 303


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"current": "otra cosa del todo"}, "La contraseña actual no es esa"),
        ({"again": "no es la misma frase"}, "no son iguales"),
        ({"password": "corta", "again": "corta"}, "de 12 a 256 caracteres"),
        ({"password": PASSWORD, "again": PASSWORD}, "es la de antes"),
    ],
)
def test_account__a_password_is_changed_by_its_owner_to_a_good_one_only(
    staffed: StaffArea, fields: dict[str, str], told: str
) -> None:
    browser = staffed.sign_in(LOADER)
    sent = {"current": PASSWORD, "password": NEW, "again": NEW, **fields}
    response = post(browser, "/staff/cuenta/contrasena", **sent)
    assert response.status_code == 422
    assert told in response.text
    assert NEW not in response.text and PASSWORD not in response.text
    staffed.sign_in(LOADER)


def enrol(browser: FlaskClient) -> pyotp.TOTP:
    """Begin a second factor and read its secret from the page."""
    assert post(browser, "/staff/cuenta/segundo-factor", password=PASSWORD).status_code == 303
    return pyotp.TOTP(shown_secret(browser.get("/staff/cuenta").text).replace(" ", ""))


def test_second_factor__is_active_after_its_first_code(staffed: StaffArea) -> None:
    browser, other = staffed.sign_in(LOADER), staffed.sign_in(LOADER)
    totp = enrol(browser)
    page = read_page(browser.get("/staff/cuenta").text)
    drawing = page.find("div", class_="qr").find("svg")
    # The page's policy lets no style or script of the text itself work, so the drawing must need none.
    assert "style" not in drawing.attrs and not drawing.find_all("style") and not drawing.find_all("script")
    assert post(browser, "/staff/cuenta/segundo-factor/confirmar", code="000000").status_code == 422
    staffed.sign_in(LOADER)
    assert post(browser, "/staff/cuenta/segundo-factor/confirmar", code=totp.at(staffed.now)).status_code == 303
    assert other.get("/staff").status_code == 303, "what was open without it ends"
    assert browser.get("/staff").status_code == 200
    response = post(staffed.browser(), "/staff/entrar", name=LOADER, password=PASSWORD)
    assert response.headers["Location"] == "/staff/entrar/codigo"
    assert totp.secret not in browser.get("/staff/cuenta").text.replace(" ", "")


def test_second_factor__is_begun_with_the_password_only(staffed: StaffArea) -> None:
    browser = staffed.sign_in(LOADER)
    response = post(browser, "/staff/cuenta/segundo-factor", password="no es esta")
    assert response.status_code == 422
    assert "La contraseña actual no es esa." in response.text
    assert "secret" not in browser.get("/staff/cuenta").text
    with staffed.book.read() as session:
        assert find_pending_secret(session, name=LOADER) is None


def test_sessions__are_listed_and_ended_with_the_password_only(staffed: StaffArea) -> None:
    here, there, stranger = staffed.sign_in(LOADER), staffed.sign_in(LOADER), staffed.sign_in(APPROVER)
    boxes = [
        box.attrs["value"]
        for browser in (here, stranger)
        for box in read_page(browser.get("/staff/cuenta").text).find_all("input")
        if box.attrs.get("name") == "session"
    ]
    assert len(boxes) == 1, "one's own others, and of nobody else"
    assert post(here, "/staff/cuenta/sesiones/cerrar", password=PASSWORD).status_code == 422
    assert post(here, "/staff/cuenta/sesiones/cerrar", session=boxes[0], password="no es esta").status_code == 422
    post(stranger, "/staff/cuenta/sesiones/cerrar", session=boxes[0], password=PASSWORD)
    assert there.get("/staff").status_code == 200
    assert post(here, "/staff/cuenta/sesiones/cerrar", session=boxes[0], password=PASSWORD).status_code == 303
    assert (here.get("/staff").status_code, there.get("/staff").status_code) == (200, 303)
    assert [line.actor for line in staffed.acts(act="sessions_ended")] == [LOADER]
    assert "Cerró sesiones suyas" in staffed.sign_in(ADMINISTRATOR).get("/staff/bitacora").text


def test_token__is_made_with_the_password_only(staffed: StaffArea) -> None:
    browser = staffed.sign_in(LOADER)
    response = post(browser, "/staff/tokens", label="robado", days="1", password="no es esta")
    assert response.status_code == 422
    assert "La contraseña actual no es esa." in response.text
    assert "Usted todavía no tiene ninguno." in browser.get("/staff/tokens").text


def test_second_factor__its_drawing_says_what_an_application_needs(staffed: StaffArea) -> None:
    totp = enrol(staffed.sign_in(LOADER))
    uri = provisioning_uri(totp.secret, account=LOADER, issuer="SAT")
    read = pyotp.parse_uri(uri)
    assert isinstance(read, pyotp.TOTP)
    assert (read.secret, read.name, read.issuer, read.digits) == (totp.secret, LOADER, "SAT", 6)


def test_second_factor__is_removed_with_the_password_only(staffed: StaffArea) -> None:
    totp = staffed.add_factor(LOADER)
    browser = staffed.browser()
    post(browser, "/staff/entrar", name=LOADER, password=PASSWORD)
    post(browser, "/staff/entrar/codigo", code=totp.at(staffed.now))
    assert post(browser, "/staff/cuenta/segundo-factor/quitar", password="no es esta").status_code == 422
    assert "Activo" in browser.get("/staff/cuenta").text
    assert post(browser, "/staff/cuenta/segundo-factor/quitar", password=PASSWORD).status_code == 303
    staffed.sign_in(LOADER)


def test_second_factor__guessing_the_password_to_remove_it_ends_the_session(staffed: StaffArea) -> None:
    browser = staffed.sign_in(LOADER)
    token = form_token(browser)
    for _ in range(10):
        browser.post("/staff/cuenta/segundo-factor/quitar", data={"csrf_token": token, "password": "no es esta"})
    assert browser.get("/staff").status_code == 303
    with staffed.book.read() as session:
        assert get_account(session, LOADER).locked_until is not None


# Tokens


def test_tokens__one_is_shown_once_and_acts_for_its_owner(staffed: StaffArea) -> None:
    browser = staffed.sign_in(LOADER)
    made = post(browser, "/staff/tokens", label="  entrega   mensual ", days="30", password=PASSWORD)
    token = shown_secret(made.text)
    assert token not in browser.get("/staff/tokens").text
    assert rows(browser.get("/staff/tokens").text)[0][:4] == ["entrega mensual", "Sirve", "2 mar 2026", "1 abr 2026"]
    with staffed.book.read() as session:
        assert require(session, token=token, right=Right.LOAD, at=staffed.now).name == LOADER


def test_tokens__end_at_once(staffed: StaffArea) -> None:
    browser = staffed.sign_in(LOADER)
    post(browser, "/staff/tokens", label="uno", days="", password=PASSWORD)
    assert post(browser, "/staff/tokens/1/revocar").status_code == 303
    assert rows(browser.get("/staff/tokens").text)[0][:2] == ["uno", "Revocado"]


@pytest.mark.parametrize("days", ["0", "-1", "99999", "uno", "1.5", "٣"])
def test_tokens__days_that_are_none_are_refused(staffed: StaffArea, days: str) -> None:
    browser = staffed.sign_in(LOADER)
    response = post(browser, "/staff/tokens", label="entrega", days=days, password=PASSWORD)
    assert response.status_code == 422
    assert 'value="entrega"' in response.text
    assert not staffed.acts(act=Act.TOKEN_ISSUED.value)


def test_tokens__belong_to_their_owner_and_to_the_administrator(staffed: StaffArea) -> None:
    owner, other, desk = (staffed.sign_in(name) for name in (LOADER, APPROVER, ADMINISTRATOR))
    post(owner, "/staff/tokens", label="el mío", days="", password=PASSWORD)
    assert "el mío" not in other.get("/staff/tokens").text
    assert post(other, "/staff/tokens/1/revocar").status_code == 404
    assert "el mío" in desk.get("/staff/tokens").text
    assert post(desk, "/staff/tokens/1/revocar").status_code == 303
    assert [entry.actor for entry in staffed.acts(act=Act.TOKEN_REVOKED.value)] == [ADMINISTRATOR]


# Audit


def test_audit__tells_everything_that_was_done_newest_first(staffed: StaffArea) -> None:
    desk = staffed.sign_in(ADMINISTRATOR)
    post(desk, "/staff/personas", name="diego", role="loader")
    page = desk.get("/staff/bitacora").text
    assert "Cadena comprobada" in page
    first = rows(page)[0]
    assert (first[2], first[3]) == (ADMINISTRATOR, "Agregó una cuenta")
    assert first[4].startswith("diego")
    numbers = [int(row[0].removeprefix("Anotación ")) for row in rows(page)]
    assert numbers == sorted(numbers, reverse=True)


def test_audit__every_act_has_words_in_its_language(staffed: StaffArea) -> None:
    with staffed.app.test_request_context("/staff/bitacora"):
        assert all(act_name(act.value) != act.value for act in Act)
        assert act_name("of_another_version") == "of_another_version"


def test_audit__is_searched_by_person_act_subject_and_day(staffed: StaffArea) -> None:
    desk = staffed.sign_in(ADMINISTRATOR)
    staffed.wait(days=1)
    desk = staffed.sign_in(ADMINISTRATOR)
    post(desk, "/staff/personas", name="diego", role="loader")
    for query, expected in (
        ("persona=admira&acto=account_added", ["diego"]),
        ("asunto=DIEG", ["diego"]),
        ("asunto=d%25o", []),
        ("desde=2026-03-03&acto=account_added", ["diego"]),
        ("hasta=2026-03-02&asunto=diego", []),
        ("acto=nothing", []),
    ):
        page = desk.get(f"/staff/bitacora?{query}").text
        subjects = [row[4].partition(" ")[0] for row in rows(page)] if "<tbody" in page else []
        assert subjects == expected, query


def test_audit__a_day_that_is_none_is_told(staffed: StaffArea) -> None:
    desk = staffed.sign_in(ADMINISTRATOR)
    for day in ("ayer", "2026-02-30", "0001-01-01", "9999-12-31"):
        page = desk.get(f"/staff/bitacora?desde={day}")
        assert page.status_code == 200
        assert "no se tomó en cuenta" in page.text
        assert desk.get(f"/staff/bitacora.csv?desde={day}").status_code == 422


def test_audit__pages_lead_from_the_newest_to_the_first(staffed: StaffArea) -> None:
    desk = staffed.sign_in(ADMINISTRATOR)
    with staffed.book.write() as session:
        for number in range(60):
            record_act(session, actor=LOADER, act=Act.TOKEN_ISSUED, subject=f"token {number}", at=staffed.now)
    path, seen = "/staff/bitacora?acto=token_issued", []
    while path:
        page = desk.get(path).text
        seen += [row[0] for row in rows(page)]
        following = re.search(r'href="([^"]+)" rel="next"', page)
        path = following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 60


def test_audit__a_broken_chain_is_told(staffed: StaffArea) -> None:
    desk = staffed.sign_in(ADMINISTRATOR)
    with staffed.book.engine.begin() as connection:
        unlock(connection)
        connection.execute(update(AuditEntry).where(AuditEntry.id == 2).values(actor="nobody"))
    page = desk.get("/staff/bitacora").text
    assert "La entrada 2 de la bitácora fue alterada" in page
    assert "Cadena comprobada" not in page


def test_audit__is_taken_away_as_csv_and_ndjson(staffed: StaffArea) -> None:
    desk = staffed.sign_in(ADMINISTRATOR)
    post(desk, "/staff/tokens", label="=1+1", days="1", password=PASSWORD)
    entries = list(reversed(staffed.acts()))
    as_json = [json.loads(line) for line in desk.get("/staff/bitacora.ndjson").text.splitlines()]
    assert as_json == [entry.to_item() for entry in entries]
    as_csv = list(csv.DictReader(io.StringIO(desk.get("/staff/bitacora.csv").text, newline="")))
    assert [row["digest"] for row in as_csv] == [entry.digest for entry in entries]
    assert json.loads(as_csv[-1]["details"])["label"] == "=1+1"
    part = desk.get("/staff/bitacora.ndjson?acto=token_issued")
    assert len(part.text.splitlines()) == 1
    assert part.headers["Content-Disposition"] == 'attachment; filename="bitacora.ndjson"'


# First page and datasets


def test_home__shows_every_dataset_and_only_what_the_role_can_do(staffed: StaffArea) -> None:
    page = staffed.sign_in(LOADER).get("/staff").text
    assert [row[0] for row in rows(page)] == [
        "Registro de exenciones", "Empleos", "Montos no pagados", "Proyectos de energía", "Suspensiones y revocatorias",
        "Gasto tributario", "PIB y deflactor",
    ]  # fmt: skip
    assert all(row[1].startswith("Sin recibir todavía") for row in rows(page))
    names = {role: _navigation(staffed, role) for role in (LOADER, APPROVER, ADMINISTRATOR)}
    assert "Cargar" in names[LOADER] and "Bitácora" not in names[LOADER]
    assert {"Cargar", "Bitácora"} <= set(names[APPROVER]) and "Personas" not in names[APPROVER]
    assert {"Personas", "Bitácora"} <= set(names[ADMINISTRATOR]) and "Cargar" not in names[ADMINISTRATOR]


def _navigation(area: StaffArea, name: str) -> list[str]:
    page = read_page(area.sign_in(name).get("/staff").text)
    return [link.text for link in page.find("nav", class_="main-nav").find_all("a")]


@pytest.mark.parametrize("dataset", Dataset)
def test_dataset__its_page_leads_to_its_templates(staffed: StaffArea, dataset: Dataset) -> None:
    browser = staffed.sign_in(LOADER)
    page = browser.get(f"/staff/datos/{dataset}").text
    headers = [column.header for column in DATASET_COLUMNS[dataset]]
    assert [row[0].removesuffix("Obligatoria").strip() for row in rows(page)] == headers
    workbook = browser.get(f"/staff/plantillas/{dataset}.xlsx")
    assert f'href="/staff/plantillas/{dataset}.xlsx"' in page
    assert [cell.value for cell in openpyxl.load_workbook(io.BytesIO(workbook.data)).worksheets[0][1]] == headers
    text = browser.get(f"/staff/plantillas/{dataset}.csv")
    assert next(csv.reader(io.StringIO(text.data.decode("utf-8-sig")))) == headers
    assert text.headers["Content-Disposition"] == f'attachment; filename="plantilla-{dataset}.csv"'


def test_dataset__a_workbook_in_english_keeps_the_headers_and_translates_the_rest(staffed: StaffArea) -> None:
    browser = staffed.sign_in(LOADER)
    books = [
        openpyxl.load_workbook(io.BytesIO(browser.get(f"{prefix}/staff/plantillas/jobs.xlsx").data))
        for prefix in ("", "/en")
    ]
    assert [book.sheetnames for book in books] == [["Datos", "Columnas", "Códigos"], ["Data", "Columns", "Codes"]]
    assert [cell.value for cell in books[0].worksheets[0][1]] == [cell.value for cell in books[1].worksheets[0][1]]
