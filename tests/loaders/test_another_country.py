"""The model holds another country's estimates: Honduras, as GTED has them and Sendas Think Tank printed them.

`data/honduras-isrpj-2023.csv` is an excerpt of figure 7 of "Renuncias fiscales sin seguimiento" (Sendas Think Tank,
CC BY 4.0), made from the Global Tax Expenditures Database of 10 October 2025 (CEP and IDOS, CC BY 4.0): the income tax
that twenty regimes of legal persons did not pay in 2023, in millions of dollars.

What holds as it is: year, report as a vintage of its own, a partition by beneficiary under one tax, keys that no
catalogue of Guatemala knows, amounts to the cent, and "not known" for what the source lacks (share of the product,
method). Where the model must bend:

* Currency. A registry has one, and pages write Q. The file is therefore refused as it is, by the name of its column;
  what is loaded here was renamed by hand, and report and note of each figure tell that it is dollars. That shows that
  the shape fits, not that the pages speak of dollars: a registry of Honduras would change that one word.
* Taxes. The tax on legal persons' income is mapped to ISR; a tax that Guatemala lacks (ISV, ISC) would need its code in
  the catalogue, and is refused until then.
* Categories. Regimes have no category here, so they stand in the report's own partition and in no summary by category.
  Their keys begin with the country: "Cooperativas" alone is a group of Guatemala's own reports, and would be taken for
  it.
* Figures that are only a share of the product (figures 1 and 2 of the source) cannot be held: an estimate has an
  amount.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from exemptions.accounts import Actor
from exemptions.batches import State, approve_batch
from exemptions.database import Book, open_book
from exemptions.datasets import Dataset
from exemptions.settings import Settings, read_settings
from exporters.publish import publish
from loaders.load import LoadOptions, LoadResult, load_file
from loaders.rules import message_of
from tests.api.conftest import make_app
from tests.api.html_page import read_page
from tests.loaders.fact_files import estimate, fact_csv, part

SOURCE = Path(__file__).with_name("data") / "honduras-isrpj-2023.csv"
REPORT = "GTED 10-10-2025, Honduras, en millones de dólares"
AMOUNT = "Gasto tributario (millones USD)"
NOW = datetime(2026, 2, 1, 15, 0, tzinfo=UTC)
MAPPING = {
    "Año": "year", "Impuesto": "tax", "Partición": "partition", "Régimen": "key", "Informe": "report", "Nota": "note",
    "Monto": "amount_millions",
}  # fmt: skip


def read_source() -> list[dict[str, str]]:
    with SOURCE.open(encoding="utf-8", newline="") as file:
        lines = [line for line in csv.reader(file) if line[0] not in ("FUENTE", "EXTRACTO")]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def millions(row: dict[str, str]) -> Decimal:
    """The figure to the cent, which is a hundred-millionth of a million."""
    return Decimal(row[AMOUNT]).quantize(Decimal("1e-8"))


def key_of(row: dict[str, str]) -> str:
    return f"HND {row['Régimen']}"


def write_by_hand(path: Path, amount: str) -> Path:
    """The excerpt with the columns that an estimate must have; `amount` is the header over the figures."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([header if header != "Monto" else amount for header in MAPPING])
        for row in read_source():
            assert row["Tipo de impuesto"] == "Impuesto sobre la Renta de Personas Jurídicas"
            note = "Honduras. Dólares de los Estados Unidos, no quetzales."
            writer.writerow([row["Año"], "ISR", "beneficiario", key_of(row), REPORT, note, millions(row)])
    return path


class Desk:
    """A book, and loading estimates into it."""

    def __init__(self, home: Path) -> None:
        self.settings: Settings = read_settings({"EXEMPTIONS_HOME": str(home)})
        self.book: Book = open_book(self.settings, clock=lambda: NOW)

    def load(self, path: Path, mapping: dict[str, str]) -> LoadResult:
        return load_file(
            self.book, self.settings, dataset=Dataset.EXPENDITURE, path=path, options=LoadOptions(mapping=mapping),
            actor=Actor("ana"), clock=lambda: NOW,
        )  # fmt: skip

    def publish(self, path: Path, mapping: dict[str, str]) -> LoadResult:
        result = self.load(path, mapping)
        assert result.state is State.VALIDATED and result.batch is not None
        with self.book.write() as session:
            approve_batch(session, self.book.home, number=result.batch, actor=Actor("berta"), at=NOW)
        publish(self.book, self.settings, actor=Actor("berta"), clock=lambda: NOW)
        return result


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A registry with a report of Guatemala and, beside it, that of Honduras of the same year."""
    folder = tmp_path_factory.mktemp("honduras")
    desk = Desk(folder / "home")
    own = folder / "guatemala.csv"
    guatemala = estimate(year="2023"), part("impuesto", "ISR", "900", tax="ISR", year="2023")
    own.write_text(fact_csv(Dataset.EXPENDITURE, *guatemala), encoding="utf-8")
    desk.publish(own, {})
    result = desk.publish(write_by_hand(folder / "honduras.csv", "Monto"), MAPPING)
    assert (result.rows, result.added, result.ended, result.changed) == (20, 20, 0, 0)
    desk.book.close()
    app = make_app(folder / "home")
    with app.test_client() as client:
        yield client


def test_honduras__is_refused_as_it_is_for_the_columns_it_lacks(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "home")
    mapping = {"Año": "year", "Tipo de impuesto": "tax", "Régimen": "key", AMOUNT: "amount_millions"}
    refused = desk.load(SOURCE, mapping)
    assert refused.state is State.REFUSED
    assert {finding.key for finding in refused.findings if finding.rule == "columna_faltante"} == {
        "partition", "report",
    }  # fmt: skip
    desk.book.close()


def test_honduras__is_refused_by_the_currency_that_its_header_names(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "home")
    mapping = {header: key for header, key in MAPPING.items() if header != "Monto"} | {AMOUNT: "amount_millions"}
    refused = desk.load(write_by_hand(tmp_path / "honduras.csv", AMOUNT), mapping)
    assert refused.state is State.REFUSED
    (finding,) = (finding for finding in refused.findings if finding.rule == "columna_en_otra_moneda")
    assert (finding.key, finding.column) == ("amount_millions", AMOUNT)
    assert AMOUNT in message_of(finding, "es") and AMOUNT in message_of(finding, "en")
    desk.book.close()


@pytest.mark.parametrize(
    ("header", "is_foreign"),
    [
        ("MONTO_MILLONES_USD", True), ("Monto (lempiras)", True), ("US$ millones", True), ("Monto en dólares", True),
        ("MONTO_MILLONES_GTQ", False), ("Monto, millones de quetzales", False), ("Usos", False), ("Peso", True),
    ],
)  # fmt: skip
def test_load__takes_the_currency_of_a_header_by_whole_words(tmp_path: Path, header: str, is_foreign: bool) -> None:
    desk = Desk(tmp_path / "home")
    mapping = {name: key for name, key in MAPPING.items() if name != "Monto"} | {header: "amount_millions"}
    result = desk.load(write_by_hand(tmp_path / "honduras.csv", header), mapping)
    assert ("columna_en_otra_moneda" in {finding.rule for finding in result.findings}) is is_foreign
    desk.book.close()


def test_honduras__is_answered_to_the_cent_under_its_own_report(client: FlaskClient) -> None:
    answer: dict[str, Any] = client.get("/api/v1/expenditure", query_string={"report": REPORT}).get_json()
    told = {item["key"]: item for item in answer["items"]}
    assert told.keys() == {key_of(row) for row in read_source()}
    rows = client.get("/api/v1/expenditure.csv", query_string={"report": REPORT}).text
    amounts = {row["key"]: Decimal(row["amount_gtq"]) for row in csv.DictReader(rows.splitlines())}
    assert amounts == {key_of(row): millions(row) * 1_000_000 for row in read_source()}
    for item in told.values():
        assert (item["year"], item["tax"], item["partition"], item["pct_gdp"]) == (2023, "ISR", "beneficiario", None)
        assert item["method_version"] is None and "Dólares" in item["note"]


def test_honduras__changes_nothing_of_guatemala(client: FlaskClient) -> None:
    totals = client.get("/api/v1/expenditure?year=2023&partition=total").get_json()["items"]
    assert [(item["report"], item["amount_gtq"]) for item in totals] == [("Informe A", 2_500_000_000.0)]
    summary = client.get("/api/v1/expenditure/summary?group_by=category").get_json()["items"]
    assert all(figure["report"] != REPORT for row in summary for figure in row["official"])


def test_honduras__is_shown_with_its_report_and_each_regime(client: FlaskClient) -> None:
    page = read_page(client.get("/gasto-tributario", query_string={"report": REPORT}).text).find("main").text
    assert REPORT in page
    for row in read_source():
        assert key_of(row) in page
    assert "195.16" in page
