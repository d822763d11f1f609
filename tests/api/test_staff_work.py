"""The work of the staff's area over real pages: sending a file, its report, deciding, publishing, going back."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from exemptions.accounts import Actor, StaffRole, set_role
from exemptions.audit import Act, list_entries
from exemptions.jobs import JobKind, get_job
from exemptions.models import Batch
from tests.api.html_page import read_page, untied_errors
from tests.api.staff_home import StaffHome, Visitor, registry_file, school
from tests.exemptions.releases import invented_nit


@pytest.fixture
def home(tmp_path: Path) -> Iterator[StaffHome]:
    made = StaffHome(tmp_path)
    yield made
    made.close()


@pytest.fixture
def luis(home: StaffHome) -> Visitor:
    """Who loads."""
    return home.visit("luis")


@pytest.fixture
def marta(home: StaffHome) -> Visitor:
    """Who approves."""
    return home.visit("marta")


def acts(home: StaffHome) -> list[tuple[str, str]]:
    with home.book.read() as session:
        return [(entry.actor, entry.act) for entry in list_entries(session)]


def public(home: StaffHome, path: str) -> tuple[int, str]:
    answer = home.app.test_client().get(path)
    return answer.status_code, answer.text


def test_journey__from_a_bad_file_to_a_rollback(home: StaffHome, luis: Visitor, marta: Visitor) -> None:
    bad = luis.load([school(1), school(2, NIT="800000000039", MUNICIPIO="0901")])
    report = luis.get(f"/lotes/{bad}").text
    assert "El dígito verificador de «800000000039» no corresponde." in report
    assert "Compare el NIT con la fuente" in report
    assert "Rechazado por errores" in report
    assert "Aprobar" not in [button.text for button in read_page(report).find_all("button")]

    good = luis.load([school(1), school(2)])
    assert "por la regla" not in luis.get(f"/lotes/{good}").text
    assert "Lo decide alguien que aprueba" in luis.get(f"/lotes/{good}").text
    changes = marta.get(f"/lotes/{good}/cambios").text
    assert "COLEGIO INVENTADO 2" in changes
    approved = marta.approve(good)
    assert approved.status_code == 303
    done = marta.publish("Registro de prueba").text
    assert "Se hizo la publicación 1." in done
    assert "COLEGIO INVENTADO 2" in read_page(public(home, "/buscar?q=inventado")[1]).text

    home.wait(days=1)
    later = luis.load([school(1), school(2, NOMBRE="COLEGIO CON OTRO NOMBRE"), *map(school, range(3, 6))])
    assert marta.approve(later).status_code == 303
    marta.publish()
    assert "COLEGIO CON OTRO NOMBRE" in read_page(public(home, "/buscar?q=colegio")[1]).text

    home.wait(days=1)
    asked = marta.post("/publicaciones/1/volver", {"confirm": "1"}, page="/publicaciones/1")
    assert asked.status_code == 303
    assert home.work() == 1
    assert "con el contenido de la 1" in marta.get(asked.headers["Location"].removeprefix("/staff")).text
    assert "COLEGIO CON OTRO NOMBRE" not in read_page(public(home, "/buscar?q=colegio")[1]).text
    recorded = acts(home)
    for actor, act in [
        ("luis", Act.BATCH_LOADED), ("marta", Act.BATCH_APPROVED), ("marta", Act.RELEASE_PUBLISHED),
        ("marta", Act.RELEASE_ROLLED_BACK),
    ]:  # fmt: skip
        assert (actor, act) in recorded


def test_journey__is_told_in_english(home: StaffHome) -> None:
    luis, marta = home.visit("luis", "en"), home.visit("marta", "en")
    refused = luis.load([school(1, NIT="800000000039")])
    assert "The check character of “800000000039” does not match." in luis.get(f"/lotes/{refused}").text
    number = luis.load([school(1)])
    assert "/en/staff/lotes/" in luis.get("/lotes").text
    assert marta.approve(number).status_code == 303
    assert marta.publish().status_code == 200
    assert public(home, "/en/buscar?q=inventado")[0] == 200


def test_batch__shows_its_way_with_who_and_when(home: StaffHome, luis: Visitor, marta: Visitor) -> None:
    number = luis.load([school(1)])
    home.wait(hours=1)
    marta.approve(number)
    steps = read_page(marta.get(f"/lotes/{number}").text).find("ol", class_="journey").find_all("li")
    assert [step.find_all("strong")[0].text for step in steps] == [
        "Recibido", "Comprobado", "Comparado", "Aprobado", "Publicado",
    ]  # fmt: skip
    assert "luis" in steps[0].text and "12:00" in steps[0].text
    assert "1 alta, 0 bajas, 0 cambios" in steps[2].text
    assert "marta" in steps[3].text and "13:00" in steps[3].text
    assert "espera la próxima publicación" in steps[4].text


def test_report__has_every_row_on_its_pages_and_in_its_files(luis: Visitor) -> None:
    number = luis.load([school(n, MUNICIPIO="9999") for n in range(1, 13)])
    page = read_page(luis.get(f"/lotes/{number}").text)
    (rule,) = [article for article in page.find_all("article") if "9999" in article.text]
    assert len(rule.find("tbody").find_all("tr")) == 10
    (more,) = [link for link in rule.find_all("a") if "12" in link.text]
    rest = luis.client.get(more.attrs["href"])
    assert len(read_page(rest.text).find("tbody").find_all("tr")) == 12
    told = json.loads(luis.get(f"/lotes/{number}/informe.json").data)
    assert {item["row"] for item in told if item["value"] == "9999"} == set(range(2, 14))
    csv_text = luis.get(f"/lotes/{number}/informe.csv")
    assert csv_text.headers["Content-Disposition"].startswith("attachment")
    assert csv_text.text.count("9999") >= 12


def test_report__gives_the_rows_back_as_they_were_sent(luis: Visitor) -> None:
    rows = [school(1), school(2, NIT="800000000039", NOMBRE="=COLEGIO"), school(3)]
    number = luis.load(rows)
    assert "Filas por corregir, en Excel" in luis.get(f"/lotes/{number}").text
    given = list(csv.DictReader(io.StringIO(luis.get(f"/lotes/{number}/corregir.csv").text.removeprefix("\ufeff"))))
    assert [row["NIT"] for row in given] == ["800000000039"]
    assert "'=COLEGIO" in given[0].values()
    assert luis.get(f"/lotes/{number}/corregir.xlsx").data.startswith(b"PK")
    clean = luis.load(rows[:1])
    assert "Filas por corregir" not in luis.get(f"/lotes/{clean}").text


def test_comparison__tells_old_and_new_values_and_gives_them_as_files(luis: Visitor, marta: Visitor) -> None:
    marta.approve(luis.load([school(n) for n in range(1, 41)]))
    marta.publish()
    luis.home.wait(days=1)
    rows = [school(n) for n in range(2, 41)]
    number = luis.load([*rows[1:], school(2, NOMBRE="=NUEVO"), school(41)])
    page = read_page(marta.get(f"/lotes/{number}/cambios").text)
    figures = [value.text for value in page.find("dl", class_="figures").find_all("span", class_="figure-value")]
    assert figures == ["1", "1", "1", "7.32 %"]
    changed = read_page(marta.get(f"/lotes/{number}/cambios?que=changed").text)
    (line,) = [row for row in changed.find_all("tr") if "=NUEVO" in row.text]
    assert line.find("del").text == "COLEGIO INVENTADO 2"
    assert line.find("ins").text == "=NUEVO"
    told = json.loads(marta.get(f"/lotes/{number}/cambios.json").data)
    assert {(item["kind"], item["nit"]) for item in told} == {
        ("added", invented_nit(41)), ("ended", invented_nit(1)), ("changed", invented_nit(2)),
    }  # fmt: skip
    (edited,) = [item for item in told if item["kind"] == "changed"]
    assert edited["fields"] == {"name": ["COLEGIO INVENTADO 2", "=NUEVO"]}
    assert "'=NUEVO" in marta.get(f"/lotes/{number}/cambios.csv").text


def test_upload__a_name_has_no_signs_that_do_not_show(home: StaffHome, luis: Visitor) -> None:
    luis.upload(registry_file([school(1)]), name="informe\u202evsc.exe.csv")
    home.work()
    assert "informevsc.exe.csv" in luis.get("/lotes/1").text
    assert "\u202e" not in luis.get("/lotes").text


def test_nul__is_refused_wherever_it_stands(home: StaffHome, luis: Visitor, marta: Visitor) -> None:
    number = luis.load([school(1)])
    page = f"/lotes/{number}"
    assert marta.post(f"{page}/rechazar", {"reject_reason": "a\0b"}, page=page).status_code == 400
    assert marta.get(f"{page}/informe/%00").status_code == 400
    assert marta.get("/lotes?datos=%00").status_code == 400
    assert "Comprobado" in marta.get(page).text


def test_guards__are_lifted_with_numbers_that_cover_them_and_a_reason(
    home: StaffHome, luis: Visitor, marta: Visitor
) -> None:
    marta.approve(luis.load([school(n) for n in range(1, 21)]))
    marta.publish()
    home.wait(days=1)
    number = luis.load([school(n) for n in range(1, 11)])
    page = f"/lotes/{number}"
    assert "Demasiadas bajas" in marta.get(page).text
    missing = marta.post(f"{page}/aprobar", {"removals": "", "reason": ""}, page=page)
    assert missing.status_code == 422
    assert read_page(missing.text).find("p", id="e-removals").text == "Escriba un número entero."
    assert untied_errors(read_page(missing.text)) == []
    few = marta.post(f"{page}/aprobar", {"removals": "9", "reason": "Se depuró"}, page=page)
    assert few.status_code == 409
    assert "No alcanza: son 10." in read_page(few.text).find("p", id="e-removals").text
    assert "Se depuró" in few.text
    assert marta.approve(number, removals="1,010", reason="Se depuró").status_code == 303
    shown = marta.get(page).text
    assert "Se depuró" in shown
    assert "Bajas permitidas" in shown


def test_approve__needs_another_person(home: StaffHome, marta: Visitor) -> None:
    number = marta.load([school(1)])
    page = marta.get(f"/lotes/{number}").text
    assert "Usted cargó este archivo" in page
    assert "Aprobar" not in [button.text for button in read_page(page).find_all("button")]
    tried = marta.approve(number)
    assert tried.status_code == 403
    assert ("marta", Act.DENIED) in acts(home)
    pedro = home.visit("pedro")
    assert pedro.approve(number).status_code == 303


def test_approve__refuses_what_changed_since_it_was_seen(home: StaffHome, luis: Visitor, marta: Visitor) -> None:
    first, second = luis.load([school(1)]), luis.load([school(1), school(2)])
    shown = marta.get(f"/lotes/{second}").text
    form = read_page(shown).find("form", action=f"/staff/lotes/{second}/aprobar")
    fields = {element.attrs["name"]: element.attrs["value"] for element in form.find_all("input")}
    home.visit("pedro").approve(first)
    late = marta.client.post(f"/staff/lotes/{second}/aprobar", data=fields)
    assert late.status_code == 409
    assert "cambió mientras usted lo miraba" in late.text
    with home.book.read() as session:
        assert session.get_one(Batch, second).state == "validated"
    assert marta.approve(second).status_code == 303


def test_batches__show_what_is_received_and_choose_by_data_and_state(luis: Visitor, marta: Visitor) -> None:
    luis.upload(registry_file([school(1)]), "julio.csv")
    assert "Recibidos, sin comprobar" in marta.get("/lotes").text
    assert "«julio.csv»" in marta.get("/lotes").text
    luis.home.work()
    luis.load([school(2, NIT="800000000039")])
    assert "Recibidos, sin comprobar" not in marta.get("/lotes").text
    for query, numbers in (("", [2, 1]), ("?estado=refused", [2]), ("?datos=jobs", []), ("?antes=2", [1])):
        rows = read_page(marta.get(f"/lotes{query}").text).find_all("th", scope="row")
        assert [row.find("a").text for row in rows] == [f"Lote {number}" for number in numbers], query


def test_reject__keeps_the_reason(home: StaffHome, luis: Visitor, marta: Visitor) -> None:
    number = luis.load([school(1)])
    page = f"/lotes/{number}"
    assert marta.post(f"{page}/rechazar", {"reject_reason": " "}, page=page).status_code == 422
    assert marta.post(f"{page}/rechazar", {"reject_reason": "Era de <mayo>"}, page=page).status_code == 303
    assert "Era de &lt;mayo&gt;" in luis.get(page).text
    assert ("marta", Act.BATCH_REJECTED) in acts(home)


def test_publish__of_two_the_second_is_told(home: StaffHome, luis: Visitor, marta: Visitor) -> None:
    pedro = home.visit("pedro")
    marta.approve(luis.load([school(1)]))
    shown = read_page(pedro.get("/publicaciones").text).find("form", action="/staff/publicaciones")
    fields = {element.attrs["name"]: element.attrs.get("value", "") for element in shown.find_all("input")}
    assert marta.post("/publicaciones").status_code == 303
    second = pedro.client.post("/staff/publicaciones", data=fields)
    assert second.status_code == 409
    assert "«marta» ya pidió" in second.text
    assert home.work() == 1
    third = pedro.client.post("/staff/publicaciones", data=fields)
    assert third.status_code == 409
    assert "cambió mientras usted lo miraba" in third.text


def test_rollback__needs_the_number_typed(luis: Visitor, marta: Visitor) -> None:
    for rows in ([school(1)], [school(1), school(2)]):
        marta.approve(luis.load(rows))
        marta.publish()
        luis.home.wait(days=1)
    wrong = marta.post("/publicaciones/1/volver", {"confirm": "2"}, page="/publicaciones/1")
    assert wrong.status_code == 422
    assert "Escriba el número de la publicación, 1" in wrong.text
    assert untied_errors(read_page(wrong.text)) == []
    assert luis.home.work() == 0


def test_withdraw__shows_what_it_takes_along_and_then_does_it(home: StaffHome, luis: Visitor, marta: Visitor) -> None:
    for rows in ([school(1)], [school(1), school(2)]):
        marta.approve(luis.load(rows))
        marta.publish()
        home.wait(days=1)
    page = "/publicaciones/2/retirar"
    assert marta.post(f"{page}/plan", {"reason": ""}, page=page).status_code == 422
    plan = marta.post(f"{page}/plan", {"reason": "Traía un registro que no era público"}, page=page)
    assert "Vuelve a valer el contenido de la publicación 1" in plan.text
    form = read_page(plan.text).find("form", action=f"/staff{page}")
    fields = {field.attrs["name"]: field.attrs.get("value", "") for field in form.find_all("input")}
    assert marta.client.post(f"/staff{page}", data={**fields, "confirm": "1"}).status_code == 422
    asked = marta.client.post(f"/staff{page}", data={**fields, "confirm": "2"})
    assert asked.status_code == 303
    assert home.work() == 1
    assert "Se retiró la publicación 2." in marta.get(asked.headers["Location"].removeprefix("/staff")).text
    assert public(home, "/publicaciones/2")[0] == 410
    assert ("marta", Act.RELEASE_WITHDRAWN) in acts(home)


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (b"", "vacio.csv", "El archivo está vacío"),
        (b"%PDF-1.7", "registro.pdf", "no trae una tabla"),
        (b"PK", "registro.zip", "está comprimido"),
        (b"x" * 3_000, "grande.csv", "pasa de 2,000 bytes"),
    ],
)
def test_upload__is_refused_early_with_the_reason(tmp_path: Path, content: bytes, name: str, told: str) -> None:
    home = StaffHome(tmp_path, EXEMPTIONS_MAX_UPLOAD_BYTES="2000")
    answer = home.visit("luis").upload(content, name)
    assert answer.status_code == 422
    assert told in answer.text
    assert home.work() == 0
    assert list((home.settings.home / "uploads" / "incoming").iterdir()) == []
    home.close()


def test_upload__far_too_large_is_not_even_read(tmp_path: Path) -> None:
    home = StaffHome(tmp_path, EXEMPTIONS_MAX_UPLOAD_BYTES="2000")
    assert home.visit("luis").upload(b"x" * 200_000).status_code == 413
    home.close()


def test_upload__tells_what_is_wrong_beside_its_field(luis: Visitor) -> None:
    answer = luis.upload(b"x", cutoff="ayer", header_row="0", mapping="sin signo", dataset="otro", save_as="../x")
    assert answer.status_code == 422
    page = read_page(answer.text)
    for name in ("cutoff", "header_row", "mapping", "dataset", "save_as"):
        assert page.find("p", id=f"e-{name}").text
    assert untied_errors(page) == []
    # A field keeps its hint beside its error.
    assert page.find("input", id="f-cutoff").attrs["aria-describedby"] == "h-cutoff e-cutoff"


def test_upload__takes_the_options_and_keeps_them_as_a_profile(home: StaffHome, luis: Visitor) -> None:
    text = registry_file([school(1, NOMBRE="COLEGIO ÑANDÚ")]).decode().replace("NOMBRE", "Ente", 1)
    fields = {"encoding": "windows-1252", "mapping": "Ente = name", "cutoff": "2026-10-31"}
    answer = luis.upload(text.encode("cp1252"), save_as="SAT mensual", **fields)
    assert answer.status_code == 303
    home.work()
    with home.book.read() as session:
        batch = session.get_one(Batch, 1)
        assert (batch.state, batch.cutoff.isoformat()) == ("validated", "2026-10-31")
    assert "SAT mensual" in luis.get("/cargar").text
    again = luis.upload(
        registry_file([school(2)]).replace(b"NOMBRE", b"Ente", 1), profile="SAT mensual", encoding="utf-8"
    )
    assert again.status_code == 303
    home.work()
    with home.book.read() as session:
        assert session.get_one(Batch, 2).state != "refused"


@pytest.mark.parametrize(
    "name", ["../../book.sqlite", "..\\..\\keys\\session.key", "/etc/passwd", "<b>x</b>.csv", "ñ\u202e.csv"]
)
def test_upload__keeps_a_file_under_a_name_of_our_own(home: StaffHome, luis: Visitor, name: str) -> None:
    answer = luis.upload(registry_file([school(1)]), name)
    assert answer.status_code == 303
    waiting = list((home.settings.home / "uploads" / "incoming").iterdir())
    assert [len(path.name) for path in waiting] == [32]
    assert home.work() == 1
    assert list((home.settings.home / "uploads" / "incoming").iterdir()) == []
    kept = [path for path in (home.settings.home / "uploads").iterdir() if path.is_file()]
    assert [len(path.name) for path in kept] == [64]
    page = luis.get("/lotes/1").text
    assert "<b>x</b>" not in page
    with home.book.read() as session:
        assert "/" not in session.get_one(Batch, 1).file_name


def test_original__comes_back_as_it_was_sent_and_is_never_shown(luis: Visitor) -> None:
    content = registry_file([school(1)])
    luis.load([school(1)])
    answer = luis.get("/lotes/1/original")
    assert answer.data == content
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


PRIVATE = (
    "/lotes", "/lotes/1", "/lotes/1/cambios", "/lotes/1/cambios.csv", "/lotes/1/cambios.json", "/lotes/1/informe.csv",
    "/lotes/1/informe.json", "/lotes/1/corregir.csv", "/lotes/1/corregir.xlsx", "/lotes/1/original", "/trabajos",
    "/trabajos/1", "/cargar",
)  # fmt: skip


def test_pages__what_is_private_needs_the_right(home: StaffHome, luis: Visitor) -> None:
    luis.load([school(1, MUNICIPIO="9999")])
    ana, nobody = home.visit("ana"), home.app.test_client()
    for path in PRIVATE:
        assert luis.get(path).status_code == 200, path
        assert ana.get(path).status_code == 403, path
        assert nobody.get(f"/staff{path}").status_code == 303, path
    assert acts(home).count(("ana", Act.DENIED)) == len(PRIVATE)


CHANGING = ("/lotes/1/aprobar", "/lotes/1/rechazar", "/publicaciones", "/publicaciones/1/volver",
            "/publicaciones/1/retirar", "/publicaciones/1/retirar/plan")  # fmt: skip


def test_forms__need_the_right_and_the_token(home: StaffHome, luis: Visitor, marta: Visitor) -> None:
    luis.load([school(1)])
    before = acts(home)
    for path in CHANGING:
        assert luis.post(path, page="/lotes/1").status_code == 403, path
        assert marta.client.post(f"/staff{path}", data={"confirm": "1"}).status_code == 400, path
    assert acts(home) == [*before, *[("luis", Act.DENIED)] * len(CHANGING)]


def test_upload__needs_the_token(home: StaffHome, luis: Visitor) -> None:
    file = (io.BytesIO(registry_file([school(1)])), "x.csv")
    assert luis.client.post("/staff/cargar", data={"dataset": "registry", "file": file}).status_code == 400
    assert home.work() == 0


def test_numbers__beyond_the_book_are_not_found(marta: Visitor) -> None:
    for path in ("/lotes/{}", "/lotes/{}/cambios", "/lotes/{}/original", "/trabajos/{}", "/publicaciones/{}"):
        for number in (7, 10**30):
            assert marta.get(path.format(number)).status_code == 404


def test_job__of_somebody_who_lost_the_right_is_not_done(home: StaffHome, luis: Visitor) -> None:
    luis.upload(registry_file([school(1)]))
    with home.book.write() as session:
        set_role(session, actor=Actor("ana"), name="luis", role=StaffRole.ADMINISTRATOR, at=home.now)
    assert home.work() == 1
    with home.book.read() as session:
        job = get_job(session, 1)
        assert (job.kind, job.state) == (JobKind.LOAD, "failed")
        assert session.get(Batch, 1) is None
    assert ("luis", Act.DENIED) in acts(home)
