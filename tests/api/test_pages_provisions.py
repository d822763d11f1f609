"""The page of provisions: every field that is asked of a treatment, and visibly what nobody declared of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.api.conftest import make_app
from tests.api.html_page import Element
from tests.api.test_pages_words import load
from tests.exemptions.releases import build_test_release, record

PATH = "/gasto-tributario/tratamientos"
API = "/api/v1/expenditure/provisions"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    home: Path = tmp_path_factory.mktemp("provisions")
    told = {"year": 2024, "report": "Informe", "partition": "beneficiario"}
    estimates = [told | {"key": "REGIMEN_29_89", "amount_cents": 400_000_000_00}]
    build_test_release(home / "releases", [record(1)], expenditure=estimates)
    with make_app(home).test_client() as client:
        yield client


def main_of(client: FlaskClient, query: str = "") -> Element:
    return load(client, f"{PATH}{query}").find("main")


def facts_of(entry: Element) -> dict[str, str]:
    names = [name.text for name in entry.find_all("dt")]
    return dict(zip(names, [value.text for value in entry.find_all("dd")], strict=True))


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?tax=ISR",
        "?category=COOP&group_by=category",
        "?type=BFT",
        "?group_by=category",
        "?beneficiaries=none",
        "?tax=ISR&beneficiaries=none",
        "?beneficiaries=registered&group_by=category",
    ],
)
def test_provisions__are_those_of_the_api(client: FlaskClient, query: str) -> None:
    page = main_of(client, query)
    asked = query.replace("&group_by=category", "").replace("?group_by=category", "")
    items = client.get(f"{API}{asked}").json["items"]
    entries = page.find_all("details", class_="provision")
    assert sorted(entry.attrs["id"] for entry in entries) == sorted(item["code"] for item in items)
    assert f"{len(items)} fila" in page.find("ul", class_="download-list").text


def test_provisions__without_beneficiaries_are_chosen_on_the_page_as_in_the_files(client: FlaskClient) -> None:
    page = main_of(client, "?beneficiaries=none&tax=IVA")
    assert "0 con beneficiarios inscritos" in page.text
    chosen = {one.attrs["value"]: one.text for one in page.find_all("option") if "selected" in one.attrs}
    assert chosen.keys() == {"IVA", "none"} and chosen["none"] == "Objetivos: eximen operaciones"
    (chip,) = [one for one in page.find_all("a", class_="chip") if "Objetivos" in one.text]
    assert chip.attrs["href"] == f"{PATH}?tax=IVA"
    files = [link.attrs["href"] for link in page.find("ul", class_="download-list").find_all("a")]
    rows = client.get(next(address for address in files if ".csv" in address)).text.splitlines()[1:]
    assert len(rows) == len(page.find_all("details", class_="provision")) > 0
    assert client.get(f"{PATH}?beneficiaries=algunos").status_code == 422


def test_provision__tells_every_field_and_what_is_not_declared(client: FlaskClient) -> None:
    (entry,) = main_of(client, "?category=MAQ_ADT_E&tax=IVA_IMP").find_all("details", class_="provision")
    (item,) = client.get(f"{API}?category=MAQ_ADT_E&tax=IVA_IMP").json["items"]
    facts = facts_of(entry)
    assert facts["Objetivo"] == item["objective_es"]
    assert facts["Sistema de referencia del que se aparta"] == "no declarado"
    assert facts["Método con que se estima"] == "no declarado"
    assert facts["Cómo se obtiene"] == "Los beneficiarios se inscriben y están en el registro"
    for reference in item["legal_references"]:
        assert reference in facts["Base legal"]
    assert "Usuarios del régimen del Decreto 29-89, 2024: Q 400.00 millones" in facts["Estimación oficial"]
    assert "Abarca 7 categorías del registro, todas juntas" in facts["Estimación oficial"]


def test_provision__that_is_objective_says_that_nobody_registers(client: FlaskClient) -> None:
    page = main_of(client, "?group_by=category")
    section = page.find_all("section")[-2]
    assert section.find("h2").text.startswith("Exenciones objetivas")
    entries = section.find_all("details", class_="provision")
    items = [one for one in client.get(API).json["items"] if not one["has_registered_beneficiaries"]]
    assert [entry.attrs["id"] for entry in entries] == [item["code"] for item in items]
    assert facts_of(entries[0])["Cómo se obtiene"] == "Es objetiva: exime operaciones y nadie se inscribe"
    assert facts_of(entries[0])["Estimación oficial"] == "ningún informe publicado la da"


def test_provisions__stand_open_where_they_are_few(client: FlaskClient) -> None:
    (entry,) = main_of(client, "?category=MAQ_ADT_E&tax=IVA_IMP").find_all("details", class_="provision")
    assert "open" in entry.attrs
    assert all("open" not in one.attrs for one in main_of(client).find_all("details", class_="provision"))


def test_provisions__lead_only_to_what_is_there(client: FlaskClient) -> None:
    links = {link.attrs["href"] for link in load(client, f"/en{PATH}").find("main").find_all("a")}
    for address in links:
        if not address.startswith("#"):
            assert client.get(address).status_code == 200, address


def test_provisions__that_do_not_exist_say_so(client: FlaskClient) -> None:
    assert "Ningún tratamiento cumple" in main_of(client, "?category=COOP&type=BFT").text
    assert client.get(f"{PATH}?category=XYZ").status_code == 422
    assert client.get(f"{PATH}?group_by=law").status_code == 422
