"""Sentences of the pages where a number, a missing setting or a language could make them wrong."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.api.conftest import make_app
from tests.api.html_page import Element, read_page
from tests.api.test_pages_releases import change_manifest
from tests.exemptions.releases import build_test_release, invented_nit, invented_record_id, point_at, record


def load(client: FlaskClient, path: str, status: int = 200) -> Element:
    response = client.get(path, headers={"Accept": "text/html"})
    assert response.status_code == status
    return read_page(response.get_data(as_text=True))


def app_of(home: Path, *rows: dict[str, Any], **environment: str) -> FlaskClient:
    build_test_release(home / "releases", list(rows) or [record(1)], number=1)
    return make_app(home, **environment).test_client()


def test_home__counts_one_as_one(tmp_path: Path) -> None:
    client = app_of(tmp_path, record(1, department=None, department_name=None))
    home = load(client, "/").find("main").text
    assert "1 permanente y 0 temporales" in home
    assert "de 1 registro publicado" in home
    assert "1 registro no tiene departamento publicado." in home
    assert not re.search(r"\b1 (?:permanentes|temporales|registros|contribuyentes)\b", home)
    assert "1 registro de 1 contribuyente" in load(client, "/publicaciones/1").find("main").text
    assert "El registro completo: 1 registro con" in load(client, "/datos").find("main").text


def test_home__offers_changes_only_where_there_were_any(tmp_path: Path, client: FlaskClient) -> None:
    first = load(app_of(tmp_path), "/").find("main").text
    assert "Es la primera." in first
    assert "Ver qué cambió" not in first
    assert "Ver qué cambió" in load(client, "/").find("main").text


@pytest.mark.parametrize(
    ("statuses", "told"),
    [
        (("expired", "expired"), "Tiene 2 beneficios; al {} ninguno estaba vigente."),
        (("active", "expired"), "Tiene 2 beneficios; al {} solo uno estaba vigente."),
        (("active", "active"), "Tiene 2 beneficios; al {} todos estaban vigentes."),
        (("active", "active", "expired"), "Tiene 3 beneficios; al {} estaban vigentes 2."),
    ],
)
def test_taxpayer__tells_how_many_are_in_force_in_a_sentence(
    tmp_path: Path, statuses: tuple[str, ...], told: str
) -> None:
    rows = [
        record(number, nit=invented_nit(1), status=status, resolution=f"R-{number}")
        for number, status in enumerate(statuses, 1)
    ]
    lead = load(app_of(tmp_path, *rows), f"/contribuyente/{invented_nit(1)}").find("p", class_="lead").text
    assert re.sub(r"\d+ de \w+ de \d{4}", "{}", lead) == told


def test_releases__show_the_note_of_each_with_its_label(tmp_path: Path) -> None:
    releases = tmp_path / "releases"
    change_manifest(build_test_release(releases, [record(1)], number=1), note="Primera <edición>.")
    change_manifest(build_test_release(releases, [record(1)], number=2), note=None)
    point_at(releases, 2)
    client = make_app(tmp_path).test_client()
    second, first = (row.text for row in load(client, "/publicaciones").find("tbody").find_all("tr"))
    assert "Nota de quien publica: Primera <edición>." in first
    assert "Nota" not in second
    assert "Nota de quien publica: Primera <edición>." in load(client, "/publicaciones/1").text
    english = load(client, "/en/publicaciones")
    assert [span.text for span in english.find("main").find_all("span", lang="es")] == ["Primera <edición>."]


def test_record__without_dates_has_no_empty_timeline(tmp_path: Path) -> None:
    client = app_of(tmp_path, record(1), record(2, valid_from=date(2020, 1, 1), permanence="permanent"))
    for path in (f"/registro/{invented_record_id(1)}", f"/contribuyente/{invented_nit(1)}"):
        assert not load(client, path).find_all("h2", id="linea")
    assert load(client, f"/registro/{invented_record_id(2)}").find_all("h2", id="linea")


def test_record__folds_what_each_field_means(client: FlaskClient) -> None:
    page = load(client, f"/registro/{invented_record_id(3)}")
    folded = page.find_all("details", class_="explained")
    assert folded
    assert not any("open" in one.attrs for one in folded)


def test_english__says_what_is_spanish(tmp_path: Path) -> None:
    ground = {"ground": "Ley de prueba", "authority": "Política predeterminada", "date": "2026-01-02"}
    withheld = [{"field": "nit", "category": "CED_PRIV", "person_kind": "natural", "records": 1, "level": "withheld",
                 **ground}]  # fmt: skip
    rows = [
        record(1, category="CED_PRIV", person_kind="natural", nit=None, withheld_fields="nit"),
        record(2, status="suspended", status_reason="Por revisión"),
    ]
    build_test_release(tmp_path / "releases", rows, withheld=withheld)
    client = make_app(tmp_path, EXEMPTIONS_PUBLISHER="Institución de ensayo").test_client()

    def spanish(path: str) -> set[str]:
        return {span.text for span in load(client, path).find_all("span", lang="es")}

    assert "Ley de prueba" in spanish(f"/en/registro/{invented_record_id(1)}")
    assert "Ley de prueba" in spanish("/en/metodologia")
    assert "Por revisión" in spanish(f"/en/registro/{invented_record_id(2)}")
    assert "Institución de ensayo" in spanish("/en/")
    event = {"record_id": invented_record_id(2), "event": "suspension", "date": date(2025, 5, 1), "until": None,
             "reason": "Falta <de> informe", "legal_basis": "Decreto 1 & 2", "source": "events"}  # fmt: skip
    build_test_release(tmp_path / "releases", rows, number=2, events=[event], withheld=withheld)
    assert {"Falta <de> informe", "Decreto 1 & 2"} <= spanish(f"/en/registro/{invented_record_id(2)}")
    assert spanish("/") == set()
    assert "Política predeterminada" in load(client, "/metodologia").text


def test_english__marks_the_sources_of_figures_and_shows_no_mark_as_text(tmp_path: Path) -> None:
    told = {"record_id": invented_record_id(1), "period": "2025", "year": 2025}
    jobs = [
        {**told, "kind": "projected", "jobs": 9, "source": "Solicitud <A>"},
        {**told, "kind": "reported", "jobs": 8, "source": "Boleta & anexo"},
    ]
    build_test_release(tmp_path / "releases", [record(1)], jobs=jobs)
    client = make_app(tmp_path).test_client()
    for path in (f"/en/registro/{invented_record_id(1)}", f"/en/contribuyente/{invented_nit(1)}"):
        page = load(client, path)
        assert "<span" not in page.text
        assert {"Solicitud <A>", "Boleta & anexo"} <= {source.text for source in page.find_all("span", lang="es")}
    laws = load(client, "/en/diccionario/laws").find_all("span", lang="es")
    assert "Decreto 29-89" in [cited.text for cited in laws]


def test_error__names_a_contact_only_where_there_is_one(tmp_path: Path, client: FlaskClient) -> None:
    assert "datos@registro.example" in load(client, "/no-hay", 404).find("main").text
    with make_app(tmp_path).test_client() as alone:
        page = load(alone, "/no-hay", 404).find("main").text
    assert "Código de la solicitud:" in page
    assert "Si escribe" not in page


def test_error__of_an_unknown_taxpayer_says_so_in_its_heading(client: FlaskClient) -> None:
    for number in (invented_nit(999), invented_nit(14), "nada"):
        page = load(client, f"/contribuyente/{number}", 404)
        assert page.find("h1").text == "No hay un contribuyente publicado con ese NIT"
    assert load(client, "/registro/0000000000000000", 404).find("h1").text == (
        "No existe un registro con ese identificador"
    )
    assert load(client, "/no-hay", 404).find("h1").text == "Esta página no existe"


def test_citation__has_the_whole_address_or_none(tmp_path: Path) -> None:
    with_address = app_of(tmp_path / "a", EXEMPTIONS_BASE_URL="https://registro.example")
    without = app_of(tmp_path / "b")
    assert "https://registro.example/publicaciones/1." in load(with_address, "/datos").find("blockquote").text
    assert "/publicaciones" not in load(without, "/datos").find("blockquote").text


def test_docs__invent_no_address_of_this_service(tmp_path: Path) -> None:
    page = load(app_of(tmp_path), "/docs").text
    assert "127.0.0.1" not in page
    assert "curl 'https://DIRECCION-DE-ESTE-SITIO/api/v1/" in page


@pytest.mark.parametrize(
    ("asked", "clean"),
    [
        ("/buscar?q=nubes&utm_source=boletin&utm_medium=correo", "/buscar?q=nubes"),
        (
            "/buscar?fbclid=IwAR0&q=a%26b&gclid=x&category=COOP&category=ONG",
            "/buscar?q=a%26b&category=COOP&category=ONG",
        ),
        ("/en/datos?gclid=1", "/en/datos"),
        ("/docs?utm_campaign=x", "/docs"),
        ("/?fbclid=1", "/"),
    ],
)
def test_campaign_marks__lead_to_the_page_without_them(client: FlaskClient, asked: str, clean: str) -> None:
    response = client.get(asked)
    assert (response.status_code, response.headers["Location"]) == (308, clean)
    assert client.get(clean).status_code == 200


def test_campaign_marks__are_unknown_parameters_to_programs(client: FlaskClient) -> None:
    assert client.get("/api/v1/records?utm_source=x").status_code == 422
    assert client.get("/buscar?utm=x").status_code == 422
