"""The figures of pictures are those of the release's own files: counted again from the downloads alone."""

import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from random import Random
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from api.pages.picture_subjects import KINDS
from api.state import EXTENSION
from tests.api.conftest import make_app
from tests.exemptions.releases import Row, build_test_release, invented_nit, invented_record_id, record

Table = list[dict[str, str]]
SVG = "{http://www.w3.org/2000/svg}"
TOLD = "2025"
"""The year of which most figures are published."""
RECORDS = 80
CATEGORIES = (
    "COOP",
    "MAQ_ADT_E",
    "ASOC",
    "ZF_IND",
    "ENR",
    "FUND",
    "ONG",
    "CDAG",
    "MAQ_DEV",
    "CULTO",
    "MUNI",
    "EST",
)


def rows() -> list[Row]:
    """Legal persons, some with two benefits, some without amount, department or dates."""
    chance = Random(5)
    made = []
    for number in range(1, RECORDS + 1):
        amount = chance.choice([None, *(chance.randrange(10**9) for _ in range(3))])
        made.append(
            record(
                number,
                nit=invented_nit(max(number - (number % 9 == 0), 1)),
                category=CATEGORIES[chance.randrange(len(CATEGORIES)) if number > len(CATEGORIES) else number - 1],
                resolution=f"R-{number}",
                department=chance.choice([None, "01", "05", "17", "22"]),
                municipality=None,
                amount_gtq=amount,
                jobs=chance.choice([None, 0, chance.randrange(400)]),
            )
        )
    return made


def amounts(made: list[Row]) -> list[Row]:
    """Each record's own amount by tax, a year before it for some, and a suspended one that is in no sum."""
    facts = []
    for row in made:
        if row["amount_gtq"] is not None:
            whole = row["amount_gtq"]
            parts = [("2025", "ISR", "exemption", whole // 3), ("2025", "IVA", "exemption", whole - whole // 3)]
            if whole % 2:
                parts += [("2022", "ISR", "exemption", whole // 7), ("2025", "DAI", "suspension", 10**9)]
            facts += [
                {"record_id": row["record_id"], "year": int(year), "tax": tax, "mechanism": mechanism,
                 "amount_cents": cents, "source": "amounts"}
                for year, tax, mechanism, cents in parts
            ]  # fmt: skip
    return facts


def jobs(made: list[Row]) -> list[Row]:
    """Each record's own jobs, and what some promised before."""
    facts = []
    for row in made:
        if row["jobs"] is not None:
            facts.append({"record_id": row["record_id"], "period": "2025", "year": 2025, "kind": "reported",
                          "jobs": row["jobs"], "source": "jobs"})  # fmt: skip
            if row["jobs"] % 3 == 0:
                facts.append({"record_id": row["record_id"], "period": "2022", "year": 2022, "kind": "projected",
                              "jobs": row["jobs"] + 5, "source": "jobs"})  # fmt: skip
    return facts


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    home: Path = tmp_path_factory.mktemp("figures")
    made = rows()
    totals = [
        {"year": year, "partition": "total", "key": "TOTAL", "amount_cents": year * 10**9, "report": f"Informe {year}"}
        for year in (2023, 2024)
    ]
    macro = [
        {"year": year, "deflator": deflator, "base_year": 2023, "gdp_cents": 10**14, "source": "Cuentas"}
        for year, deflator in ((2023, 100.0), (2024, 104.5))
    ]
    build_test_release(home / "releases", made, amounts=amounts(made), jobs=jobs(made), expenditure=totals, macro=macro)
    app = make_app(home)
    with app.test_client() as client:
        yield client
    app.extensions[EXTENSION].renderer.close()


def download(client: FlaskClient, path: str) -> Table:
    response = client.get(path)
    assert response.status_code == 200, path
    return list(csv.DictReader(io.StringIO(response.text)))


@pytest.fixture(scope="module")
def files(client: FlaskClient) -> dict[str, Table]:
    """What anybody can download of the release."""
    tables = {name: download(client, f"/api/v1/releases/1/tables/{name}.csv") for name in ("amounts", "jobs")}
    return {"records": download(client, "/api/v1/records.csv?release=1"), **tables}


Recount = Callable[[Mapping[str, Table]], dict[str, str]]


def by_category(files: Mapping[str, Table]) -> dict[str, str]:
    counted = Counter(row["category"] for row in files["records"]).most_common()
    ordered = sorted(counted, key=lambda pair: (-pair[1], pair[0]))
    shown = ordered if len(ordered) <= 11 else ordered[:10]
    told = {code: str(count) for code, count in shown}
    return told | ({"": str(sum(count for _, count in ordered[10:]))} if shown != ordered else {})


def not_paid(files: Mapping[str, Table]) -> Iterator[dict[str, str]]:
    return (fact for fact in files["amounts"] if fact["mechanism"] != "suspension")


def by_year(files: Mapping[str, Table]) -> dict[str, str]:
    added: defaultdict[str, Decimal] = defaultdict(Decimal)
    for fact in not_paid(files):
        added[fact["year"]] += Decimal(fact["amount_gtq"])
    return {str(year): str(added.get(str(year), "")) for year in range(2022, 2026)}


def place_of(files: Mapping[str, Table], column: str) -> dict[str, str]:
    return {row["record_id"]: row[column] for row in files["records"]}


def all_departments(added: Mapping[str, object], nothing: str) -> dict[str, str]:
    return {f"{code:02d}": str(added.get(f"{code:02d}", nothing)) for code in range(1, 23)}


def benefits_by_department(files: Mapping[str, Table]) -> dict[str, str]:
    return all_departments(Counter(row["department"] for row in files["records"]), "0")


def amounts_by_department(files: Mapping[str, Table]) -> dict[str, str]:
    places, added = place_of(files, "department"), defaultdict(Decimal)
    for fact in not_paid(files):
        if fact["year"] == TOLD:
            added[places[fact["record_id"]]] += Decimal(fact["amount_gtq"])
    return all_departments(added, "")


def jobs_by_department(files: Mapping[str, Table]) -> dict[str, str]:
    places, added = place_of(files, "department"), Counter()
    for fact in files["jobs"]:
        if (fact["year"], fact["kind"]) == (TOLD, "reported"):
            added[places[fact["record_id"]]] += int(fact["jobs"])
    return all_departments(added, "")


def reported_by_year(files: Mapping[str, Table]) -> dict[str, str]:
    added = Counter()
    for fact in files["jobs"]:
        if fact["kind"] == "reported":
            added[fact["year"]] += int(fact["jobs"])
    return {str(year): str(added[str(year)]) if str(year) in added else "" for year in range(2022, 2026)}


def by_taxpayer(files: Mapping[str, Table]) -> list[tuple[str, Decimal]]:
    nits, added = place_of(files, "nit"), defaultdict(Decimal)
    for fact in not_paid(files):
        if fact["year"] == TOLD:
            added[nits[fact["record_id"]]] += Decimal(fact["amount_gtq"])
    return sorted(added.items(), key=lambda pair: -pair[1])


def largest(files: Mapping[str, Table]) -> dict[str, str]:
    ordered = by_taxpayer(files)
    rest = sum((amount for _, amount in ordered[10:]), Decimal(0))
    return {nit: str(amount) for nit, amount in ordered[:10]} | {"": str(rest)}


def concentrated(files: Mapping[str, Table]) -> dict[str, str]:
    amounts_of = [amount for _, amount in by_taxpayer(files)]
    total = sum(amounts_of)
    return {str(n): str((sum(amounts_of[:n], Decimal(0)) / total).quantize(Decimal("0.0001")))
            for n in range(len(amounts_of) + 1)}  # fmt: skip


CHARTS: list[tuple[str, str, str, Recount]] = [
    ("categorias", "category", "records", by_category),
    ("montos", "year", "amount_gtq", by_year),
    ("mapa", "department", "records", benefits_by_department),
    ("mapa-montos", "department", "amount_gtq", amounts_by_department),
    ("mapa-empleos", "department", "jobs", jobs_by_department),
    ("empleos", "year", "jobs_reported", reported_by_year),
    ("mayores", "nit", "amount_gtq", largest),
    ("concentracion", "taxpayers", "amount_share", concentrated),
]


@pytest.mark.parametrize(("chart", "key", "value", "recount"), CHARTS, ids=[chart[0] for chart in CHARTS])
def test_figures__are_those_of_the_downloads(
    client: FlaskClient, files: dict[str, Table], chart: str, key: str, value: str, recount: Recount
) -> None:
    drawn = download(client, f"/graficas/registro/todo/{chart}.csv?release=1")
    assert {row[key]: row[value] for row in drawn} == recount(files)


@pytest.mark.parametrize(("chart", "key", "value", "recount"), CHARTS, ids=[chart[0] for chart in CHARTS])
def test_figures__of_other_files_would_be_others(
    client: FlaskClient, files: dict[str, Table], chart: str, key: str, value: str, recount: Recount
) -> None:
    """A fault planted in the files is noticed: a record less, and the facts of it."""
    places = place_of(files, "department")
    employing = {fact["record_id"] for fact in files["jobs"] if fact["year"] == TOLD and int(fact["jobs"])}
    paid = [fact for fact in not_paid(files) if fact["year"] == TOLD and fact["record_id"] in employing]
    lost = max((Decimal(fact["amount_gtq"]), fact["record_id"]) for fact in paid if places[fact["record_id"]])[1]
    faulty = {name: [row for row in table if row["record_id"] != lost] for name, table in files.items()}
    drawn = download(client, f"/graficas/registro/todo/{chart}.csv?release=1")
    assert {row[key]: row[value] for row in drawn} != recount(faulty)


def test_figures__of_a_year_without_any_are_empty_and_no_zero(client: FlaskClient) -> None:
    drawn = {row["year"]: row["amount_gtq"] for row in download(client, "/graficas/registro/todo/montos.csv")}
    assert drawn["2023"] == drawn["2024"] == ""
    assert drawn["2022"] != ""


def test_figures__of_a_department_are_of_its_records_alone(client: FlaskClient, files: dict[str, Table]) -> None:
    own = [row for row in files["records"] if row["department"] == "05"]
    drawn = download(client, "/graficas/departamento/05/categorias.csv")
    assert sum(int(row["records"]) for row in drawn) == len(own) > 0


def test_figures__of_a_law_are_of_the_categories_that_cite_it(client: FlaskClient, files: dict[str, Table]) -> None:
    drawn = {row["category"] for row in download(client, "/graficas/ley/D_29_89/categorias.csv")}
    assert drawn == {"MAQ_ADT_E", "MAQ_DEV"}


def test_figures__of_natural_persons_never_name_them(tmp_path: Path) -> None:
    natural = record(1, name=None, nit=None, person_kind="natural", category="MAQ_REP", amount_gtq=5_000)
    build_test_release(tmp_path / "releases", [natural, record(2, amount_gtq=100)])
    with make_app(tmp_path).test_client() as client:
        drawn = download(client, "/graficas/registro/todo/mayores.csv")
    assert [(row["nit"], row["name"]) for row in drawn] == [
        ("", "Persona individual (nombre reservado)"),
        (invented_nit(2), "ENTIDAD INVENTADA 2"),
    ]
    assert invented_record_id(1) not in str(drawn)


@pytest.mark.parametrize("chart", KINDS["registro"].charts)
def test_pictures__of_a_phone_hold_the_numbers_and_tell_the_finding(client: FlaskClient, chart: str) -> None:
    response = client.get(f"/graficas/registro/todo/{chart}.svg?w=narrow")
    if response.status_code == 404:
        # The fixture has neither activities nor first days.
        assert chart in ("actividades", "inicios")
        return
    root = ElementTree.fromstring(response.text)
    assert (response.status_code, root.get("width")) == (200, "320")
    sizes = [float(text.get("font-size", "0").removesuffix("px")) for text in root.iter(f"{SVG}text")]
    assert min(sizes) >= 11
    assert re.search(r"\d", root.find(f"{SVG}desc").text)
    assert any(re.search(r"\d", "".join(text.itertext())) for text in root.iter(f"{SVG}text"))
