"""The reconciliation as programs and people get it, recomputed from the release's downloads alone."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.formatting import format_count, format_money
from exemptions.reconciliation import ReasonKind
from tests.api.conftest import make_app
from tests.api.html_page import read_page
from tests.exemptions.releases import build_test_release, invented_record_id, record

PATH = "/api/v1/expenditure/reconciliation"
PAGE = "/gasto-tributario/conciliacion"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    home: Path = tmp_path_factory.mktemp("reconciliation")
    told = {"report": "Informe", "method_version": "v1"}
    estimates = [
        told | {"year": 2024, "partition": "total", "key": "TOTAL", "amount_cents": 1_000_000_01},
        told | {"year": 2024, "partition": "impuesto", "key": "ISR", "tax": "ISR", "amount_cents": 400_000_00},
        told | {"year": 2024, "partition": "impuesto", "key": "ISO", "tax": "ISO", "amount_cents": 7_000_00},
    ]
    amounts = [
        {"record_id": invented_record_id(number), "year": year, "tax": tax, "mechanism": mechanism,
         "amount_cents": cents, "source": "amounts"}
        for number, year, tax, mechanism, cents in (
            (1, 2024, "ISR", "exoneracion", 20_050_55), (1, 2024, "DAI", "suspension", 99_00),
            (2, 2024, "ISR", "exencion", 5_00), (2, 2024, None, None, 8_12), (2, 2021, "IVA", "exencion", 3_00),
            (2, 2024, "IVA", "exencion", 4_00),
        )
    ]  # fmt: skip
    rows = [
        record(1, category="MAQ_ADT_E", taxes="ISR;DAI", amount_gtq=20_050_55),
        record(2, category="COOP", taxes="ISR;IVA", amount_gtq=13_12),
        record(3, category="COOP", taxes="ISR", amount_status="withheld"),
        record(4, category="COOP", taxes="ISR;IVA"),
    ]
    cells = [
        {"year": year, "tax": tax, "category": category, "person_kind": "legal", "taxpayers": taxpayers,
         "amount_cents": cents, "state": "suppressed_few" if cents is None else "published", "ground": "Ley",
         "authority": "SAT", "decided_on": date(2026, 1, 1)}
        for year, tax, category, taxpayers, cents in (
            (2024, "ISR", "COOP", 3, 7_000_01), (2024, "ISR", "ONG", 5, 2_50), (2024, "ISR", "FUND", None, None),
            (2024, "IVA", "COOP", None, None), (2024, None, "ONG", None, None), (2020, "ISR", "COOP", 4, 3_00),
        )
    ]  # fmt: skip
    build_test_release(home / "releases", rows, amounts=amounts, expenditure=estimates, withheld_cells=cells)
    with make_app(home).test_client() as client:
        yield client


def table(client: FlaskClient, path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(path).text)))


@pytest.fixture(scope="module")
def recomputed(client: FlaskClient) -> dict[tuple[int, str | None], dict[str, Any]]:
    """Year and tax → its figures, from the tables that everyone can download."""
    not_paying_back = {"suspension", "devolucion"}
    lines: defaultdict[tuple[int, str | None], dict[str, Any]] = defaultdict(lambda: {"ids": set()})
    for row in table(client, "/api/v1/releases/1/tables/amounts.csv"):
        for tax in (None, row["tax"] or "not told"):
            line = lines[int(row["year"]), tax]
            if row["mechanism"] in not_paying_back:
                line["deferred"] = line.get("deferred", Decimal(0)) + Decimal(row["amount_gtq"])
            else:
                line["not_paid"] = line.get("not_paid", Decimal(0)) + Decimal(row["amount_gtq"])
                line["ids"].add(row["record_id"])
    for row in table(client, "/api/v1/releases/1/tables/expenditure.csv"):
        if row["partition"] in ("total", "impuesto"):
            lines[int(row["year"]), row["tax"] or None]["official"] = Decimal(row["amount_gtq"])
    records = table(client, "/api/v1/records.csv")
    for row in table(client, "/api/v1/releases/1/tables/withheld_cells.csv"):
        for tax in dict.fromkeys((None, row["tax"] or None)):
            cells = lines[int(row["year"]), tax].setdefault("cells", [])
            cells.append((int(row["taxpayers"] or 0), Decimal(row["amount_gtq"]) if row["amount_gtq"] else None))
    for (year, tax), line in lines.items():
        end = min(f"{year}-12-31", "2026-01-15")
        line["not_reported"] = sum(
            row["amount_status"] == "not_reported"
            and (tax is None or tax in row["taxes"].split(";"))
            and row["valid_from"] <= end <= (row["valid_until"] or end)
            for row in records
        )
    return {key: line for key, line in lines.items() if key[1] != "not told"}


def test_reconciliation__is_what_the_downloads_add_up_to(
    client: FlaskClient, recomputed: dict[tuple[int, str | None], dict[str, Any]]
) -> None:
    answer = json.loads(client.get(PATH).text, parse_float=Decimal)
    items = {(item["year"], item["tax"]): item for item in answer["items"]}
    assert set(items) == set(recomputed)
    for key, line in recomputed.items():
        item = items[key]
        registry = item["registry"] or {"not_paid_gtq": None, "deferred_gtq": None, "records": 0}
        assert registry["not_paid_gtq"] == line.get("not_paid")
        assert registry["deferred_gtq"] == line.get("deferred")
        assert registry["records"] == len(line["ids"])
        assert (item["official"] or {}).get("amount_gtq") == line.get("official")
        reasons = {reason["kind"]: reason for reason in item["reasons"]}
        assert (reasons["missing"]["count"] if "missing" in reasons else 0) == line["not_reported"]
        assert ("withheld" in reasons) == ("cells" in line)
        if "cells" in line:
            told = [cell for cell in line["cells"] if cell[1] is not None]
            withheld = reasons["withheld"]
            assert (withheld["cells"], withheld["untold_cells"]) == (len(line["cells"]), len(line["cells"]) - len(told))
            assert withheld["amount_gtq"] == (sum(amount for _, amount in told) if told else None)
            assert withheld["count"] == (sum(count for count, _ in told) if told and key[1] else None)
        if line.get("official") and line.get("not_paid"):
            assert item["ratio"] == (line["not_paid"] / line["official"]).quantize(Decimal("0.0001"))
        else:
            assert item["ratio"] is None and item["no_ratio"]


def test_reconciliation__page_shows_the_numbers_of_the_downloads(
    client: FlaskClient, recomputed: dict[tuple[int, str | None], dict[str, Any]]
) -> None:
    shown = " ".join(read_page(client.get(PAGE).text).text.split())
    for line in recomputed.values():
        for name in ("not_paid", "deferred", "official"):
            if name in line:
                assert " ".join(format_money(line[name]).split()) in shown
        if line["not_reported"]:
            assert f"{format_count(line['not_reported'])} registro" in shown
    assert "Q 7,002.51, 8 contribuyentes; 1 suma que no se dice" in shown.replace("\u00a0", " ")


def answer_of(client: FlaskClient, address: str) -> dict[str, Any]:
    response = client.get(address)
    assert response.status_code == 200, address
    answer: dict[str, Any] = json.loads(response.text, parse_float=Decimal)
    return answer


def looked_up(client: FlaskClient, item: dict[str, Any], reason: dict[str, Any]) -> dict[str, Any]:
    """What the query of a reason gives, as a reader of its answer finds it."""
    answer = answer_of(client, reason["query"])
    found = {"count": None, "amount_gtq": None, "cells": None, "untold_cells": None}
    match reason["kind"]:
        case "not_individualised":
            found["count"] = answer["total"]
        case "missing":
            found["count"] = answer["sums"]["states"]["amount_gtq"]["not_reported"]
        case "withheld":
            told = [cell for cell in answer["items"] if cell["amount_gtq"] is not None]
            found |= {"cells": answer["total"], "untold_cells": answer["total"] - len(told)}
            if told:
                found["amount_gtq"] = sum(cell["amount_gtq"] for cell in told)
            if told and item["tax"]:
                found["count"] = sum(cell["taxpayers"] for cell in told)
        case "different_concept":
            (figure,) = answer["items"]
            found["amount_gtq"] = figure["amount_gtq"]
        case "suspension_not_counted":
            registry = summed(answer, item["year"], item["tax"])
            found |= {"count": registry["deferred_records"], "amount_gtq": registry["deferred_gtq"]}
        case "tax_not_told":
            registry = summed(answer, item["year"], None)
            found |= {"count": registry["records"], "amount_gtq": registry["not_paid_gtq"]}
        case "tax_not_estimated":
            own = [
                row for row in answer["items"] if row["year"] == item["year"] and row["code"] and not row["official"]
            ]
            found["amount_gtq"] = sum(row["registry"]["not_paid_gtq"] or 0 for row in own)
        case other:
            raise AssertionError(other)
    return found


def summed(answer: dict[str, Any], year: int, code: str | None) -> dict[str, Any]:
    """The registry's sums of one line of a summary."""
    (row,) = (row for row in answer["items"] if (row["year"], row["code"]) == (year, code))
    found: dict[str, Any] = row["registry"]
    return found


def test_reconciliation__every_number_is_what_its_query_gives(client: FlaskClient) -> None:
    kinds = set()
    for item in answer_of(client, PATH)["items"]:
        if item["registry"]:
            told = {name: value for name, value in item["registry"].items() if name != "query"}
            found = summed(answer_of(client, item["registry"]["query"]), item["year"], item["tax"])
            assert {name: found[name] for name in told} == told
        if item["official"]:
            (figure,) = answer_of(client, item["official"]["query"])["items"]
            assert {name: figure[name] for name in ("amount_gtq", "report", "method_version")} == {
                name: value for name, value in item["official"].items() if name != "query"
            }
        for reason in item["reasons"]:
            kinds.add(reason["kind"])
            found = looked_up(client, item, reason)
            assert {name: reason[name] for name in found} == found, (item["year"], item["tax"], reason["kind"])
    assert kinds == set(ReasonKind)


def test_reconciliation__every_link_of_the_page_is_that_of_the_number(client: FlaskClient) -> None:
    """The page links the very addresses of the API's answer, around the very numbers that these give."""
    told: defaultdict[str, set[str]] = defaultdict(set)
    for item in answer_of(client, PATH)["items"]:
        for part, name in ((item["registry"], "not_paid_gtq"), (item["official"], "amount_gtq")):
            if part and part[name] is not None:
                told[part["query"]].add(format_money(part[name]))
        for reason in item["reasons"]:
            if reason["kind"] != "different_concept":
                told[reason["query"]].add(words(reason))
    page = read_page(client.get(PAGE).text)
    tables = [*page.find_all("table"), *page.find_all("p", class_="after-table")]
    links = [link for part in tables for link in part.find_all("a") if link.attrs["href"].startswith("/api/")]
    assert {link.attrs["href"] for link in links} == set(told)
    for link in links:
        assert link.text in {" ".join(text.split()) for text in told[link.attrs["href"]]}, link.attrs["href"]


def words(reason: dict[str, Any]) -> str:
    """A reason's numbers as the page writes them."""
    noun = {"records": "registro", "treatments": "trato", "taxpayers": "contribuyente", None: ""}[reason["unit"]]
    parts = [] if reason["amount_gtq"] is None else [format_money(reason["amount_gtq"])]
    if reason["count"] is not None:
        parts.append(f"{format_count(reason['count'])} {noun}{'' if reason['count'] == 1 else 's'}")
    untold = reason["untold_cells"]
    rest = [f"{untold} suma{'' if untold == 1 else 's'} que no se dice{'' if untold == 1 else 'n'}"] if untold else []
    return "; ".join([", ".join(parts)] * bool(parts) + rest)


def test_reconciliation__treatments_without_beneficiaries_are_those_of_the_query(client: FlaskClient) -> None:
    reasons = [reason for item in client.get(PATH).json["items"] for reason in item["reasons"]]
    objective = [reason for reason in reasons if reason["kind"] == "not_individualised"]
    assert objective
    for reason in objective:
        answer = client.get(reason["query"]).json
        assert answer["total"] == reason["count"]
        assert not any(one["has_registered_beneficiaries"] for one in answer["items"])


def test_reconciliation__as_csv_has_the_same_figures(client: FlaskClient) -> None:
    rows = table(client, f"{PATH}.csv")
    items = client.get(PATH).json["items"]
    assert [(row["year"], row["tax"]) for row in rows] == [(str(item["year"]), item["tax"] or "") for item in items]
    told = {(row["year"], row["tax"]): row for row in rows}
    assert told["2024", "ISR"]["ratio"] == "0.0501"
    isr = told["2024", "ISR"]
    withheld = {name: isr[f"withheld_{name}"] for name in ("records", "taxpayers", "gtq", "cells", "cells_untold")}
    assert withheld == {"records": "", "taxpayers": "8", "gtq": "7002.51", "cells": "3", "cells_untold": "1"}
    assert told["2024", "ISO"]["registry_not_paid_gtq"] == ""
    assert told["2024", "ISO"]["no_ratio"] == "no_amount"


def test_reconciliation__of_a_release_without_figures_says_so(client: FlaskClient, tmp_path: Path) -> None:
    build_test_release(tmp_path / "releases", [record(1)], amounts=[])
    with make_app(tmp_path).test_client() as empty:
        assert "no tiene montos por contribuyente" in empty.get(PAGE).text
        assert empty.get(PATH).json["total"] == 0
