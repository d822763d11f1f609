"""Facts of records in answers and on pages: apart by kind, added by year without what is no tax forgone."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from exemptions.release import open_release
from tests.api.conftest import make_app
from tests.exemptions.releases import build_test_release, invented_nit, record

ROW = record(1, category="ENR", resolution="MEM-1-2020", name="Papalote, S.A.", jobs=20, amount_gtq=150_00)
ID = ROW["record_id"]
JOBS = [
    {"record_id": ID, "period": "2025", "year": 2025, "kind": "reported", "jobs": 20, "source": "Boleta"},
    {"record_id": ID, "period": "2021", "year": 2021, "kind": "projected", "jobs": 1500, "source": "Solicitud"},
]
AMOUNTS = [
    {"record_id": ID, "year": 2025, "tax": tax, "mechanism": by, "amount_cents": cents, "source": "SAT"}
    for tax, by, cents in (("ISR", "exencion", 100_00), ("DAI", "franquicia", 50_00), ("DAI", "suspension", 999_00),
                           ("IVA_IMP", "devolucion", 777_00))
]  # fmt: skip
ENERGY = [
    {"record_id": ID, "project": "Viento Norte", "technology": "EOLICA", "capacity_kw": 14_350, "municipality": "1609",
     "valid_from": date(2023, 8, 10), "valid_until": date(2033, 8, 9), "source": "energy"},
    {"record_id": ID, "project": "Viento Sur", "technology": None, "capacity_kw": None, "source": "energy"},
]  # fmt: skip
EVENTS = [
    {"record_id": ID, "event": "suspension", "date": date(2024, 1, 1), "until": date(2024, 6, 30),
     "reason": "Falta de informe", "legal_basis": "Art. 43 bis, Decreto 29-89", "source": "events"},
]  # fmt: skip


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    home: Path = tmp_path_factory.mktemp("facts")
    build_test_release(home / "releases", [ROW], jobs=JOBS, amounts=AMOUNTS, energy=ENERGY, events=EVENTS)
    with make_app(home).test_client() as client:
        yield client


def words(client: FlaskClient, path: str) -> str:
    """The text of a page without its markup."""
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


@pytest.mark.parametrize("path", [f"/api/v1/records/{ID}", f"/api/v1/taxpayers/{invented_nit(1)}"])
def test_facts__are_in_the_answers(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.json["jobs"] == [fact | {"release": None} for fact in JOBS]
    assert [(fact["tax"], fact["mechanism"], fact["amount_gtq"]) for fact in response.json["amounts"]] == [
        ("ISR", "exencion", 100.0), ("DAI", "franquicia", 50.0), ("DAI", "suspension", 999.0),
        ("IVA_IMP", "devolucion", 777.0),
    ]  # fmt: skip
    told = {"valid_from": "2023-08-10", "valid_until": "2033-08-09", "release": None}
    assert response.json["energy"][0] == ENERGY[0] | told
    assert response.json["energy"][1]["municipality"] is None
    assert response.json["events"][0]["legal_basis"] == "Art. 43 bis, Decreto 29-89"


@pytest.mark.parametrize("path", [f"/registro/{ID}", f"/contribuyente/{invented_nit(1)}"])
def test_page__tells_projected_and_reported_jobs_apart(client: FlaskClient, path: str) -> None:
    text = words(client, path)
    table = text[text.index("Período", text.index("Empleos prometidos y reportados por período")) :]
    cells = "" if path.startswith("/registro") else "Energía renovable "
    assert f"2025 {cells}no reportado 20 Boleta" in table
    assert f"2021 {cells}1,500 no reportado Solicitud" in table


@pytest.mark.parametrize("path", [f"/registro/{ID}", f"/contribuyente/{invented_nit(1)}"])
def test_page__adds_the_year_without_what_is_suspended_or_paid_back_and_says_so(client: FlaskClient, path: str) -> None:
    text = words(client, path)
    assert "Q 150.00" in text
    assert "lo suspendido o devuelto no entra en ninguna suma" in text
    assert "Q 999.00" in text
    assert "Q 1,926.00" not in text


def test_page__says_when_nothing_of_it_is_tax_forgone(tmp_path: Path) -> None:
    build_test_release(tmp_path / "releases", [ROW], amounts=AMOUNTS[2:])
    with make_app(tmp_path).test_client() as client:
        for path in (f"/registro/{ID}", f"/contribuyente/{invented_nit(1)}"):
            assert "No hay montos de impuesto no pagado" in words(client, path)
            assert "There are no amounts of tax not paid" in words(client, f"/en{path}")


@pytest.mark.parametrize("path", [f"/registro/{ID}", f"/contribuyente/{invented_nit(1)}"])
def test_page__tells_the_energy_projects(client: FlaskClient, path: str) -> None:
    text = words(client, path)
    assert "Viento Norte Eólica 14.35 MW San Pedro Carchá del 10 ago 2023 al 9 ago 2033" in text
    assert "Viento Sur — — — —" in text
    assert "Viento Norte Wind 14.35 MW San Pedro Carchá from 10 Aug 2023 to 9 Aug 2033" in words(client, f"/en{path}")


@pytest.mark.parametrize("path", [f"/registro/{ID}", f"/contribuyente/{invented_nit(1)}"])
def test_page__tells_the_legal_ground_of_an_event(client: FlaskClient, path: str) -> None:
    assert "hasta el 30 de junio de 2024; Falta de informe; base legal: Art. 43 bis, Decreto 29-89" in words(
        client, path
    )


def test_page__of_jobs_whose_kind_and_year_nobody_knows_is_told_all_the_same(tmp_path: Path) -> None:
    unknown = [
        {"record_id": ID, "period": None, "year": None, "kind": None, "jobs": 4},
        {"record_id": ID, "period": "2025", "year": 2025, "kind": None, "jobs": 5},
        {"record_id": ID, "period": "2025", "year": 2025, "kind": "reported", "jobs": 6},
    ]
    build_test_release(tmp_path / "releases", [ROW], jobs=unknown)
    with make_app(tmp_path).test_client() as client:
        for path in (f"/registro/{ID}", f"/contribuyente/{invented_nit(1)}"):
            text = words(client, path)
            assert "Empleos que no dicen su período o si son reportados o proyectados" in text
            assert "no indicada 4" in text
            assert "no indicada 5" in text


def test_release__made_before_there_were_energy_projects_opens_and_has_none(tmp_path: Path) -> None:
    folder = build_test_release(tmp_path / "releases", [ROW], energy=None)
    assert not (folder / "energy.arrow").exists()
    assert open_release(folder).energy_of([ID]) == []
    with make_app(tmp_path).test_client() as client:
        assert client.get(f"/api/v1/records/{ID}").json["energy"] == []
        assert "Proyectos de energía" not in words(client, f"/registro/{ID}")
