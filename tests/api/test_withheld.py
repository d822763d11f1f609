"""What is withheld, counted: the cells of the release and the counts of values."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.api.conftest import make_app
from tests.api.html_page import read_page
from tests.exemptions.releases import build_test_release

RULE = {"ground": "Constitución, artículo 24", "authority": "Política", "decided_on": date(2026, 11, 20)}
TOLD = RULE | {
    "year": 2025, "category": "ONG", "person_kind": "legal", "tax": None, "state": "published", "taxpayers": 4,
    "amount_cents": 9_007_199_254_740_993, "since_release": 1, "since_date": date(2026, 11, 21),
}  # fmt: skip
FEW = RULE | {
    "year": 2025, "category": "COOP", "person_kind": "legal", "tax": "ISR", "state": "suppressed_few",
    "taxpayers": None, "amount_cents": None, "since_release": None, "since_date": None,
}  # fmt: skip


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    home: Path = tmp_path_factory.mktemp("withheld")
    build_test_release(home / "releases", withheld_cells=[TOLD, FEW], count_only=[{"category": "DIPL", "records": 7}])
    with make_app(home).test_client() as client:
        yield client


def test_withheld__tells_cells_and_counts(client: FlaskClient) -> None:
    answer = client.get("/api/v1/withheld")
    assert '"amount_gtq":90071992547409.93' in answer.text.replace(" ", "")
    told, few = answer.json["items"]
    assert answer.json["total"] == 2
    assert (told["taxpayers"], told["tax"], told["since_date"], told["decided_on"]) == (
        4, None, "2026-11-21", "2026-11-20",
    )  # fmt: skip
    assert (few["state"], few["amount_gtq"], few["taxpayers"]) == ("suppressed_few", None, None)
    assert answer.json["count_only"] == [{"category": "DIPL", "records": 7}]


def test_withheld_csv__is_the_same_table(client: FlaskClient) -> None:
    answer = client.get("/api/v1/withheld.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["amount_gtq"] for row in rows] == ["90071992547409.93", ""]
    assert rows[0]["ground"] == RULE["ground"]
    assert client.get("/api/v1/withheld?limit=1").status_code == 422


def test_withheld__of_a_year_and_a_tax(client: FlaskClient) -> None:
    def cells(query: str) -> list[str]:
        return [cell["category"] for cell in client.get(f"/api/v1/withheld?{query}").json["items"]]

    assert (cells("year=2025"), cells("year=2024"), cells("tax=ISR")) == (["ONG", "COOP"], [], ["COOP"])
    assert cells("year=2024&year=2025&tax=ISR&tax=IVA") == ["COOP"]
    assert len(client.get("/api/v1/withheld.csv?tax=ISR").text.splitlines()) == 2
    assert client.get("/api/v1/withheld?tax=XYZ").status_code == 422
    assert client.get("/api/v1/withheld?year=25").status_code == 422


def test_methodology__tells_sums_and_why_others_are_not_told(client: FlaskClient) -> None:
    text = read_page(client.get("/metodologia").text).text
    assert "90,071,992,547,409.93" in text
    assert "Cifra de la publicación 1" in text
    assert "No se dice: son menos de tres" in text
    assert "Constitución, artículo 24" in text


@pytest.fixture(scope="module")
def of_policies(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """Two releases; the second publishes amounts that the first withheld."""
    home: Path = tmp_path_factory.mktemp("policies")
    shared = {
        "person_kind": "*", "categories": "*", "permanence": "*", "threshold": None, "authority": "Política",
        "date": "2026-01-01", "note_es": "", "note_en": "",
    }  # fmt: skip
    names = shared | {"fields": ["nit", "name"], "level": "public", "ground": "Decreto 57-2008"}
    closed = shared | {"fields": ["amount_gtq"], "level": "withheld", "ground": "Falta el fundamento"}
    opened = closed | {"level": "public", "ground": "Opinión 7-2026"}
    build_test_release(home / "releases", policy=[names, closed])
    build_test_release(home / "releases", number=2, policy=[names, opened], published_at="2026-02-15T12:00:00Z")
    return make_app(home).test_client()


def test_policy__tells_since_when_each_rule_is_so_and_what_changed(of_policies: FlaskClient) -> None:
    answer = of_policies.get("/api/v1/withheld/policy").json
    assert [(one["scope"]["field"], one["since_release"]) for one in answer["rules"]] == [
        ("nit", 1), ("name", 1), ("amount_gtq", 2),
    ]  # fmt: skip
    (change,) = answer["changes"]
    assert (change["release"], change["previous_release"], change["published_at"]) == (2, 1, "2026-02-15T12:00:00Z")
    assert (change["before"]["level"], change["after"]["ground"]) == ("withheld", "Opinión 7-2026")
    assert of_policies.get("/api/v1/withheld/policy?release=1").json["changes"] == []


def test_methodology__tells_from_which_publication_a_rule_changed(of_policies: FlaskClient) -> None:
    text = " ".join(read_page(of_policies.get("/metodologia").text).text.split())
    assert "Desde la publicación 2, del 15 de febrero de 2026" in text
    assert "pasó de «no se publica» a «se publica»" in text
    assert "Antes: Falta el fundamento. Política, 1 de enero de 2026" in text


def test_methodology__tells_that_a_release_does_not_tell_its_rules(client: FlaskClient) -> None:
    assert "no dice con qué reglas se hizo" in client.get("/metodologia").text
