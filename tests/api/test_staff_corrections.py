"""Reports of the public in the staff's area: who reads them, how they are answered, and what becomes public."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exemptions.inbox import Report, leave_report
from exporters.corrections import take_in_corrections
from tests.api.html_page import Element, read_page
from tests.api.staff_home import StaffHome, Visitor, school

NUMBER = "4F7K2M9QXB"
HOSTILE = "<script>alert(1)</script> el nombre\nestá mal"
CONTACT = "quien-avisa@ejemplo.example"


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[StaffHome]:
    home = StaffHome(tmp_path)
    luis, marta = home.visit("luis"), home.visit("marta")
    marta.approve(luis.load([school(1)]))
    marta.publish()
    report = Report(
        number=NUMBER, received_at=datetime(2026, 11, 19, 18, tzinfo=UTC), lang="en", about=None, text=HOSTILE,
        source="https://fuente.example/x", contact=CONTACT,
    )  # fmt: skip
    leave_report(home.settings.inbox, report)
    take_in_corrections(home.book, home.settings, at=home.now)
    yield home
    home.close()


def page_of(visitor: Visitor, path: str) -> Element:
    return read_page(visitor.get(path).text)


def answer(visitor: Visitor, **fields: str) -> Element | None:
    """Send the form of the answer; the page it comes back on, or None when it was taken."""
    response = visitor.post(f"/correcciones/{NUMBER}", fields)
    if response.status_code == 303:
        return None
    assert response.status_code == 422, response.text
    return read_page(response.text)


def test_reports__are_listed_by_state_with_their_beginning(registry: StaffHome) -> None:
    luis = registry.visit("luis")
    (row,) = page_of(luis, "/correcciones").find("tbody").find_all("tr")
    assert row.find("a").attrs["href"] == f"/staff/correcciones/{NUMBER}"
    assert "el nombre está mal" in row.text
    assert "No hay avisos en este estado." in luis.get("/correcciones?estado=resolved").text
    assert NUMBER in luis.get("/correcciones?estado=nada&pagina=x").text


def test_report__is_shown_whole_and_as_text(registry: StaffHome) -> None:
    response = registry.visit("luis").get(f"/correcciones/{NUMBER}")
    assert "<script>alert" not in response.text
    page = read_page(response.text)
    assert page.find("p", class_="as-typed").text == " ".join(HOSTILE.split())
    assert page.find("p", class_="as-typed").attrs["lang"] == "en"
    assert CONTACT in page.text
    assert not [link for link in page.find_all("a") if "fuente.example" in link.attrs.get("href", "")]


def test_answer__is_public_at_once_and_in_the_audit(registry: StaffHome) -> None:
    marta = registry.visit("marta")
    assert answer(marta, state="resolved", answer="Se corrigió el nombre.", release="1") is None
    public = registry.app.test_client().get(f"/correcciones/{NUMBER}").get_data(as_text=True)
    assert "Se corrigió el nombre." in public
    assert "/publicaciones/1" in public
    assert "alert(" not in public
    assert CONTACT not in public
    assert "Corregido" in marta.get("/correcciones?estado=resolved").text
    assert NUMBER in marta.get("/bitacora").text


def test_answer__that_cannot_stand_keeps_what_was_written(registry: StaffHome) -> None:
    luis = registry.visit("luis")
    page = answer(luis, state="resolved", answer="Se corrigió.", release="")
    assert page is not None
    assert page.find("div", class_="notice-error").text
    assert page.find("textarea").text == "Se corrigió."
    for fields in (
        {"state": "rejected", "answer": ""},
        {"state": "received", "answer": "x"},
        {"state": "", "answer": "x"},
        {"state": "resolved", "answer": "x", "release": "99"},
        {"state": "resolved", "answer": "x", "release": "uno"},
        {"state": "resolved", "answer": "x", "release": "9" * 30},
        {"state": "rejected", "answer": "dado \u202e vuelta"},
    ):
        assert answer(luis, **fields) is not None, fields
    assert "Espera a que alguien lo revise." in luis.get(f"/correcciones/{NUMBER}").text


def test_answer__never_replaces_one_that_was_not_seen(registry: StaffHome) -> None:
    luis, marta = registry.visit("luis"), registry.visit("marta")
    token = luis.get(f"/correcciones/{NUMBER}").text.partition('name="csrf_token" value="')[2].partition('"')[0]
    assert answer(marta, state="rejected", answer="No era un error.") is None
    late = luis.client.post(
        f"/staff/correcciones/{NUMBER}",
        data={"csrf_token": token, "seen": "", "state": "accepted", "answer": "Sí lo era."},
    )
    assert late.status_code == 422
    assert "No era un error." in late.text
    assert "Sí lo era." in read_page(late.text).find("textarea").text
    assert answer(luis, state="accepted", answer="Sí lo era.") is None


def test_reports__are_for_who_may_answer_them(registry: StaffHome) -> None:
    ana = registry.visit("ana")
    for path in ("/correcciones", f"/correcciones/{NUMBER}"):
        assert ana.get(path).status_code == 403
    assert CONTACT not in ana.get(f"/correcciones/{NUMBER}").text
    assert registry.visit("luis").get("/correcciones/0000000000").status_code == 404
    assert registry.app.test_client().get(f"/staff/correcciones/{NUMBER}").status_code == 303
