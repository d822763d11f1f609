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


def test_methodology__tells_sums_and_why_others_are_not_told(client: FlaskClient) -> None:
    text = read_page(client.get("/metodologia").text).text
    assert "90,071,992,547,409.93" in text
    assert "Cifra de la publicación 1" in text
    assert "No se dice: son menos de tres" in text
    assert "Constitución, artículo 24" in text
