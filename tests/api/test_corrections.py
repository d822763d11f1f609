"""Reporting an error on the public pages: what is taken, what is refused, and what the public gets to see of it."""

import json
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from exemptions import inbox as inboxes
from exemptions.accounts import Actor
from exemptions.correction_log import CorrectionState
from exemptions.inbox import make_inbox, read_reports
from exporters.corrections import answer_publicly, refresh_log, take_in_corrections
from tests.api.conftest import LOGGED_NUMBER, NOW, build_registry, make_app, write_corrections
from tests.api.html_page import Element, read_page, untied_errors
from tests.exemptions.releases import invented_nit, invented_record_id
from tests.exporters.staging import Home, row
from tests.unprivileged import unprivileged

TEXT = "El nombre de esta entidad está mal escrito"
CONTACT = "quien-avisa@ejemplo.example"
HOSTILE = "<script>alert('x')</script> {{7*7}} \"><img src=x onerror=y>"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    build_registry(tmp_path)
    write_corrections(tmp_path / "releases")
    make_inbox(tmp_path / "inbox")
    return tmp_path


@pytest.fixture
def sender(home: Path) -> Iterator[FlaskClient]:
    with make_app(home).test_client() as client:
        yield client


def send(client: FlaskClient, path: str = "/correcciones", **fields: Any) -> TestResponse:
    headers = fields.pop("headers", {})
    return client.post(path, data={"text": TEXT, **fields}, headers={"Accept": "text/html", **headers})


def page_of(response: TestResponse) -> Element:
    return read_page(response.get_data(as_text=True))


def waiting(home: Path) -> list[inboxes.Report]:
    return [found.report for found in read_reports(home / "inbox")]


@pytest.mark.parametrize(("prefix", "lang"), [("", "es"), ("/en", "en")])
def test_report__is_kept_and_leads_to_the_page_of_its_number(
    sender: FlaskClient, home: Path, prefix: str, lang: str
) -> None:
    response = send(
        sender,
        f"{prefix}/correcciones",
        about=invented_record_id(2),
        source=" Resolución 5 ",
        contact=CONTACT,
        website="",
    )
    (report,) = waiting(home)
    assert (response.status_code, response.headers["Location"]) == (303, f"{prefix}/correcciones/{report.number}")
    assert response.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in response.headers
    assert (report.text, report.about, report.lang) == (TEXT, invented_record_id(2), lang)
    assert (report.source, report.contact, report.received_at) == ("Resolución 5", CONTACT, NOW)
    told = sender.get(response.headers["Location"])
    assert told.status_code == 200
    assert report.number in page_of(told).find("h1").text
    assert TEXT not in told.text


def test_report__says_which_record_in_any_way_people_have(sender: FlaskClient, home: Path) -> None:
    written = {
        f"https://registro.example/en/registro/{invented_record_id(2)}?release=3": invented_record_id(2),
        f"https://registro.example/contribuyente/{invented_nit(1)}": invented_nit(1),
        f" NIT {invented_nit(1)[:-1]}-{invented_nit(1)[-1]} ": invented_nit(1),
        "": None,
    }
    for about in written:
        assert send(sender, about=about).status_code == 303
    assert sorted(str(report.about) for report in waiting(home)) == sorted(str(about) for about in written.values())


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"text": ""}, "text"),
        ({"text": " \r\n "}, "text"),
        ({"text": "x" * 2_001}, "text"),
        ({"text": "con \x00 nulo"}, "text"),
        ({"text": "con \x1b[31m color"}, "text"),
        ({"text": "dado \u202e vuelta"}, "text"),
        ({"text": ["una", "otra"]}, "text"),
        ({"about": "no es nada"}, "about"),
        ({"about": "9" * 301}, "about"),
        ({"source": "dos\nlíneas"}, "source"),
        ({"source": "x" * 501}, "source"),
        ({"contact": "x" * 201}, "contact"),
        ({"website": "https://compre.example"}, "website"),
        ({"regimne": "1"}, "regimne"),
    ],
)
def test_report__with_a_fault_is_not_taken_and_nothing_typed_is_lost(
    sender: FlaskClient, home: Path, fields: dict[str, Any], wrong: str
) -> None:
    response = send(sender, **({"source": "Resolución «5»"} | fields))
    assert response.status_code == 422
    assert response.headers["Cache-Control"] == "no-store"
    assert waiting(home) == []
    page = page_of(response)
    assert page.find_all("div", class_="notice-error")
    if wrong in ("text", "about", "source", "contact"):
        field = page.find("textarea" if wrong == "text" else "input", name=wrong)
        assert field.attrs["aria-invalid"] == "true"
        assert page.find("p", id=f"aviso-{wrong}-error").text
        assert f"aviso-{wrong}-error" in field.attrs["aria-describedby"]
        assert untied_errors(page) == []
    if wrong != "source":
        assert page.find("input", name="source").attrs["value"] == "Resolución «5»"


def test_report__of_two_thousand_characters_over_many_lines_is_taken(sender: FlaskClient, home: Path) -> None:
    text = "\r\n".join(["Ñ" * 19] * 100)
    assert send(sender, text=text).status_code == 303
    assert waiting(home)[0].text == "\n".join(["Ñ" * 19] * 100)


def test_report__that_is_hostile_is_shown_as_text(sender: FlaskClient) -> None:
    response = send(sender, text=HOSTILE, about=HOSTILE, source=HOSTILE, contact=HOSTILE, website="x")
    html = response.get_data(as_text=True)
    assert response.status_code == 422
    assert "<script>alert" not in html
    assert "<img" not in html
    page = read_page(html)
    assert page.find("textarea", name="text").text == HOSTILE
    assert page.find("input", name="contact").attrs["value"] == HOSTILE


def test_report__that_is_far_too_large_is_refused(sender: FlaskClient, home: Path) -> None:
    assert send(sender, text="x" * 70_000).status_code == 413
    assert waiting(home) == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Origin": "https://malo.example"}, 403),
        ({"Origin": "http://localhost"}, 303),
        ({"Origin": "null"}, 303),
        ({}, 303),
    ],
)
def test_report__is_not_taken_from_another_sites_page(
    sender: FlaskClient, home: Path, headers: dict[str, str], status: int
) -> None:
    assert send(sender, headers=headers).status_code == status
    assert len(waiting(home)) == (status == 303)


def test_report__knows_its_own_public_address_behind_a_proxy(home: Path) -> None:
    client = make_app(home, EXEMPTIONS_BASE_URL="https://registro.example").test_client()
    assert send(client, headers={"Origin": "https://registro.example"}).status_code == 303
    assert send(client, headers={"Origin": "https://registro.example.malo.example"}).status_code == 403


def test_full_inbox__is_told_with_the_time_to_come_back_and_keeps_what_was_typed(
    sender: FlaskClient, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inboxes, "PLACES", 1)
    assert send(sender).status_code == 303
    response = send(sender)
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert page_of(response).find("textarea", name="text").text == TEXT
    assert len(waiting(home)) == 1


def test_access_log__holds_nothing_of_a_report(sender: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "registry.access"):
        send(sender, about=invented_nit(1), contact=CONTACT).close()
        sender.get(f"/correcciones?nit={invented_nit(1)}").close()
        sender.get("/correcciones/4F7K2M9QXB").close()
    for typed in (TEXT, CONTACT, invented_nit(1), "4F7K2M9QXB"):
        assert typed not in caplog.text
    assert "/correcciones" in caplog.text


def test_form__is_filled_in_for_the_record_or_taxpayer_it_was_opened_for(sender: FlaskClient) -> None:
    record = page_of(sender.get(f"/registro/{invented_record_id(2)}"))
    (link,) = [a.attrs["href"] for a in record.find_all("a") if "Reportar un error de" in a.text]
    page = page_of(sender.get(link))
    assert page.find("input", name="about").attrs["value"] == invented_record_id(2)
    assert record.find("h1").text in page.find("form", class_="report-form").text
    taxpayer = page_of(sender.get(f"/contribuyente/{invented_nit(2)}"))
    (link,) = [a.attrs["href"] for a in taxpayer.find_all("a") if "Reportar un error de" in a.text]
    assert page_of(sender.get(link)).find("input", name="about").attrs["value"] == invented_nit(2)


def test_form__works_before_the_first_release(tmp_path: Path) -> None:
    make_inbox(tmp_path / "inbox")
    with make_app(tmp_path).test_client() as client:
        assert page_of(client.get("/correcciones")).find_all("form", class_="report-form")
        assert send(client).status_code == 303
        assert client.get("/api/v1/corrections").json == {"total": 0, "items": [], "next": None}


def test_form__is_not_offered_where_nothing_can_be_received(tmp_path: Path) -> None:
    build_registry(tmp_path)
    with make_app(tmp_path).test_client() as client:
        page = page_of(client.get("/correcciones"))
        assert not page.find_all("form", class_="report-form")
        assert "datos@registro.example" in page.find("main").text
        assert send(client).status_code == 503


def test_log__tells_state_answer_release_and_record(sender: FlaskClient) -> None:
    first, second = page_of(sender.get("/correcciones")).find("table").find("tbody").find_all("tr")
    assert first.find("th").find("a").attrs["href"] == f"/correcciones/{LOGGED_NUMBER}"
    assert "Corregido" in first.text
    assert "Se corrigieron los empleos." in first.text
    assert {"/publicaciones/3", f"/registro/{invented_record_id(2)}"} <= {a.attrs["href"] for a in first.find_all("a")}
    assert "Recibido" in second.text
    english = page_of(sender.get("/en/correcciones")).find("tbody").find_all("tr")[0]
    assert [p.text for p in english.find_all("p", lang="es")] == ["Se corrigieron los empleos."]


def test_log__has_pages(home: Path) -> None:
    entry = {"state": "received", "received_on": "2026-01-31", "record_id": None, "answer": None, "answered_on": None,
             "release": None}  # fmt: skip
    entries = [{"number": f"00000000{n:02d}", **entry} for n in range(60)]
    (home / "releases" / "corrections.json").write_text(json.dumps({"format": 1, "corrections": entries}))
    with make_app(home).test_client() as client:
        seen = []
        address = "/correcciones"
        while address:
            page = page_of(client.get(address))
            seen += [row.find("th").text for row in page.find("tbody").find_all("tr")]
            following = page.find_all("a", rel="next")
            address = following[0].attrs["href"] if following else ""
        assert seen == [made["number"] for made in entries]
        assert client.get("/correcciones?page=4").status_code == 404
        assert client.get("/correcciones?page=0").status_code == 422
        walked: list[str] = []
        address = "/api/v1/corrections?limit=25"
        while address:
            answer = client.get(address).json
            walked += [item["number"] for item in answer["items"]]
            address = answer["next"]
        assert walked == seen
        assert client.get("/api/v1/corrections?cursor=4F7K2M9QXB").status_code == 422


def test_log__is_the_same_for_programs(sender: FlaskClient) -> None:
    answer = sender.get("/api/v1/corrections")
    assert answer.json["total"] == 2
    assert answer.json["items"][0] == {
        "number": LOGGED_NUMBER, "state": "resolved", "received_on": "2026-02-01", "record_id": invented_record_id(2),
        "answer": "Se corrigieron los empleos.", "answered_on": "2026-02-14", "release": 3,
    }  # fmt: skip
    assert sender.get(f"/api/v1/corrections/{LOGGED_NUMBER.lower()}").json == answer.json["items"][0]
    assert sender.get("/api/v1/corrections/0000000099").status_code == 404
    again = sender.get("/api/v1/corrections", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_number__is_found_in_any_writing_and_a_wrong_one_is_told(sender: FlaskClient) -> None:
    found = sender.get(f"/correcciones/{LOGGED_NUMBER.lower()}")
    assert found.headers["Location"] == f"/correcciones/{LOGGED_NUMBER}"
    page = page_of(sender.get(found.headers["Location"]))
    assert "Se corrigieron los empleos." in page.find("main").text
    assert sender.get("/correcciones/nada").status_code == 404


def test_log__changes_on_a_page_that_was_already_asked_for(sender: FlaskClient, home: Path) -> None:
    first = sender.get("/correcciones")
    log = home / "releases" / "corrections.json"
    log.write_text(log.read_text("utf-8").replace("empleos", "nombres"), "utf-8")
    again = sender.get("/correcciones", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert "Se corrigieron los nombres." in again.text


def test_report__goes_all_the_way_to_its_public_answer(tmp_path: Path) -> None:
    staff = Home(tmp_path)
    staff.release([row(1)])
    record_id = staff.records()[0]["record_id"]
    client = make_app(staff.settings.home).test_client()
    number = send(client, about=record_id, text=HOSTILE, contact=CONTACT).headers["Location"].rsplit("/", 1)[1]
    assert client.get(f"/api/v1/corrections/{number}").status_code == 404
    assert take_in_corrections(staff.book, staff.settings, at=staff.now) == 1
    assert client.get(f"/api/v1/corrections/{number}").json["state"] == "received"
    with staff.book.write() as session:
        answer_publicly(
            session, staff.book, number=number, actor=Actor("marta"), state=CorrectionState.RESOLVED,
            answer="Se <b>corrigió</b>.", release=1, at=staff.now,
        )  # fmt: skip
    refresh_log(staff.book, staff.settings.releases)
    page = client.get(f"/correcciones/{number}").get_data(as_text=True)
    assert "Se &lt;b&gt;corrigió&lt;/b&gt;." in page
    for path in (f"/correcciones/{number}", "/correcciones", "/en/correcciones", "/api/v1/corrections"):
        public = client.get(path).get_data(as_text=True)
        assert number in public
        for hidden in ("alert(", CONTACT, "marta"):
            assert hidden not in public
    staff.book.close()


def test_public_role__needs_to_write_into_the_inbox_and_not_to_read_it(sender: FlaskClient) -> None:
    # The ordinary user may be unable to read Python's own files, so what is imported late is imported before.
    send(sender)
    sender.get("/correcciones")
    with unprivileged() as folder:
        build_registry(folder / "home")
        inbox = folder / "inbox"
        inbox.mkdir()
        inbox.chmod(0o300)
        environment = {"EXEMPTIONS_ROLE": "public", "EXEMPTIONS_INBOX": str(inbox)}
        with make_app(folder / "home", **environment).test_client() as client:
            assert page_of(client.get("/correcciones")).find_all("form", class_="report-form")
            assert send(client).status_code == 303
        with pytest.raises(PermissionError):
            list(inbox.iterdir())
        inbox.chmod(0o700)
        assert [found.report.text for found in read_reports(inbox)] == [TEXT]
        shutil.rmtree(inbox)
