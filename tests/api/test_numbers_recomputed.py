"""Every number of the pages of tax expenditure, computed again with Polars from the release's downloads alone.

The release is a published demonstration that withholds the amounts of some categories. A figure that a page shows and
that is not computed here makes a test fail, and so does one that is computed and not shown.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from flask.testing import FlaskClient

from api import create_app
from api.formatting import (
    format_count,
    format_money,
    format_percent,
    format_rounded_millions,
    format_whole_millions,
)
from exemptions.settings import read_settings
from tests.api.html_page import Element, read_page
from tests.api.page_figures import Downloads, figures_by_table, figures_of, numbers_outside

ROWS = "600"
RELEASE = 2
POLICY = """[[rule]]
field = "amount_gtq"
person_kind = "legal"
categories = ["ONG", "ASOC", "CULTO", "COOP", "CED_PRIV", "FUND"]
level = "withheld"
ground = "Prueba"
authority = "Prueba"
date = 2026-01-01
"""
NOTHING = "—"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    home: Path = tmp_path_factory.mktemp("numbers") / "home"
    home.mkdir(mode=0o700)
    (home / "disclosure.toml").write_text(POLICY, encoding="utf-8")
    environment = {"EXEMPTIONS_HOME": str(home), "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-m", "api.cli", "demo", "--rows", ROWS]
    subprocess.run(command, env=environment, check=True, capture_output=True, cwd=Path(__file__).parents[2])
    return create_app(read_settings({"EXEMPTIONS_HOME": str(home)})).test_client()


@pytest.fixture(scope="module")
def files(client: FlaskClient) -> Downloads:
    return Downloads(client, RELEASE)


def main_of(client: FlaskClient, path: str) -> Element:
    response = client.get(path)
    assert response.status_code == 200
    return read_page(response.text).find("main")


def plain(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").split())


def cells(texts: Iterable[str]) -> Counter[str]:
    return Counter(map(plain, texts))


def counted(number: int, one: str, several: str) -> str:
    return f"{format_count(number)} {one if number == 1 else several}"


def percentage(share: Decimal) -> str:
    """A share with one decimal; what is above nothing is never shown as nothing."""
    return "< 0.1%" if 0 < share < Decimal("0.001") else format_percent(share)


# /gasto-tributario


def share_of(row: dict[str, object], files: Downloads) -> str:
    """The share of the product that a figure stands for."""
    if row["pct_gdp"] is not None:
        return f"{Decimal(str(row['pct_gdp'])).normalize():,f}%"
    gdp = Decimal(str(files.macro[int(str(row["year"]))]["gdp_gtq"]))
    exact = 100 * Decimal(str(row["amount_gtq"])) / gdp
    digits = exact.adjusted()
    return f"{exact.quantize(Decimal(1).scaleb(digits - 3)).normalize():,f}% calculado"


def in_millions(row: dict[str, object], files: Downloads) -> tuple[str, str]:
    """Millions of its own year, and rounded ones of the base year."""
    amount = Decimal(str(row["amount_gtq"]))
    return format_whole_millions(amount), format_rounded_millions(files.constant(amount, int(str(row["year"]))))


def expected_series(files: Downloads) -> Iterator[tuple[str, Iterable[str]]]:
    totals = files.estimates.filter(pl.col("is_latest"), pl.col("partition") == "total", pl.col("tax").is_null())
    rows = list(totals.iter_rows(named=True))
    title = "Gasto tributario total"
    yield (
        f"{title}, la cifra más reciente de cada año",
        [text for row in rows for text in (*in_millions(row, files), share_of(row, files))],
    )


def expected_partitions(files: Downloads) -> Iterator[tuple[str, Iterable[str]]]:
    latest = files.estimates.filter("is_latest")
    year = latest["year"].max()
    words = {
        "impuesto": "Por impuesto", "naturaleza": "Por naturaleza del impuesto", "ambito": "Por ámbito",
        "base_legal": "Por base legal", "beneficiario": "Por grupo de beneficiarios",
    }  # fmt: skip
    for partition, title in words.items():
        rows = latest.filter(year=year, partition=partition).iter_rows(named=True)
        told = []
        for row in rows:
            millions, constant = in_millions(row, files)
            told += [f"{millions} {constant} de {files.base_year}", share_of(row, files)]
        yield f"{title}, {year}", told


def expected_restatements(files: Downloads) -> list[str]:
    key = ["year", "tax", "partition", "key"]
    told = []
    for _key, found in files.estimates.sort("edition").group_by(key, maintain_order=True):
        rows = list(found.iter_rows(named=True))
        for before, after in pairwise(rows):
            if before["amount_gtq"] != after["amount_gtq"]:
                moved = after["amount_gtq"] - before["amount_gtq"]
                sign = "+" if moved > 0 else ""
                share = (100 * moved / before["amount_gtq"]).quantize(Decimal("0.1"))
                told += [
                    f"{format_whole_millions(before['amount_gtq'])} {before['report']}",
                    f"{format_whole_millions(after['amount_gtq'])} {after['report']}",
                    f"{sign}{format_whole_millions(moved)} ({sign}{format_percent(share / 100)})",
                ]
    return told


Sums = dict[bool, tuple[Decimal, int]]
"""Whether tax not paid → sum and number of records."""


def registry_sums(files: Downloads, *axes: str) -> dict[tuple[Any, ...], Sums]:
    """(year, …) → whether tax not paid → sum and records."""
    found: dict[tuple[Any, ...], Sums] = {}
    grouped = files.amounts.group_by("year", *axes, "is_not_paid").agg(
        pl.col("amount_gtq").sum(), pl.col("record_id").n_unique()
    )
    for *place, is_not_paid, amount, records in grouped.iter_rows():
        found.setdefault(tuple(place), {})[is_not_paid] = (amount, records)
    return found


def official_figures(files: Downloads) -> dict[tuple[int, str | None], dict[str, object]]:
    """(year, tax) → the newest figure; the total without a tax."""
    newest = files.estimates.filter("is_latest")
    total = newest.filter(pl.col("partition") == "total", pl.col("tax").is_null())
    of_taxes = newest.filter(pl.col("partition") == "impuesto")
    return {(row["year"], row["tax"]): row for row in pl.concat([total, of_taxes]).iter_rows(named=True)}


def compared_cells(
    year: int, official: dict[str, object] | None, sums: Sums, files: Downloads, has_deferred: bool
) -> list[str]:
    """The figures of one line of the comparison of estimates and registry."""

    def money(amount: Decimal) -> str:
        return f"{format_money(amount)} {format_money(files.constant(amount, year))} de {files.base_year}"

    told = [money(Decimal(str(official["amount_gtq"]))) if official else "sin estimación publicada"]
    paid, deferred = sums.get(True), sums.get(False)
    told.append(
        f"{money(paid[0])} en {counted(paid[1], 'registro', 'registros')}" if paid else "ningún monto publicado"
    )
    if has_deferred:
        words = f"{format_money(deferred[0])}, en {counted(deferred[1], 'registro', 'registros')}" if deferred else ""
        told.append(words or NOTHING)
    return told


def test_expenditure__shows_the_figures_of_the_downloads_and_no_other(client: FlaskClient, files: Downloads) -> None:
    main = main_of(client, "/gasto-tributario")
    shown = figures_by_table(main)
    for caption, texts in (*expected_series(files), *expected_partitions(files)):
        assert shown.pop(caption) == cells(texts), caption
    assert take(shown, "Cifras que un informe posterior") == cells(expected_restatements(files))
    assert shown.pop("Los informes y sus métodos") == cells(
        format_count(count) for count in files.estimates.group_by("report", "method_version").len()["len"]
    )
    every = [
        text
        for row in files.estimates.filter("is_latest").iter_rows(named=True)
        for text in (*in_millions(row, files), share_of(row, files))
    ]
    assert shown.pop("Todas las cifras, una por una") == cells(every)
    official, of_years, of_taxes = official_figures(files), registry_sums(files), registry_sums(files, "tax")
    has_deferred = any(False in sums for sums in of_years.values())
    years = {year for (year,) in of_years} | {year for year, tax in official if tax is None}
    assert take(shown, "Todos los impuestos, por año") == cells(
        text
        for year in years
        for text in compared_cells(year, official.get((year, None)), of_years.get((year,), {}), files, has_deferred)
    )
    # Amounts that tell no tax stand in a line of their own.
    places = {*of_taxes, *(place for place in official if place[1])}
    assert take(shown, "Por impuesto y año") == cells(
        text
        for year, tax in places
        for text in compared_cells(
            year, official.get((year, tax)) if tax else None, of_taxes.get((year, tax), {}), files, has_deferred
        )
    )
    pictures = list(shown)
    assert all("estimación oficial por año" in caption for caption in pictures)
    totals = [row for (_year, tax), row in official_figures(files).items() if tax is None]
    whole = [format_money(Decimal(str(row["amount_gtq"]))) for row in totals]
    of_base = [format_money(files.constant(Decimal(str(r["amount_gtq"])), int(str(r["year"])))) for r in totals]
    assert sum((shown[caption] for caption in pictures), Counter()) == cells([*whole, *of_base, *whole])


def take(shown: dict[str, Counter[str]], beginning: str) -> Counter[str]:
    """The figures of the tables whose captions begin so, which are taken out."""
    return sum((shown.pop(caption) for caption in list(shown) if caption.startswith(beginning)), Counter())


def test_expenditure__leads_with_the_newest_total(client: FlaskClient, files: Downloads) -> None:
    main = main_of(client, "/gasto-tributario")
    row = max((row for (_y, tax), row in official_figures(files).items() if not tax), key=lambda row: str(row["year"]))
    millions, constant = in_millions(row, files)
    shown = [value.text for value in main.find("dl", class_="figures").find_all("span", class_="figure-value")]
    share = share_of(row, files).removesuffix(" calculado")
    assert shown == [plain(f"{millions} millones"), share, plain(f"{constant} millones")]


# /gasto-tributario/conciliacion


def covers(tax: str | None) -> pl.Expr:
    return pl.lit(True) if tax is None else pl.col("taxes").fill_null("").str.split(";").list.contains(tax)


def expected_reconciliation(files: Downloads, year: int, tax: str | None, status_date: str) -> tuple[list[str], str]:
    """The figures of one line, and the words of what is missing or apart."""
    official = official_figures(files).get((year, tax))
    sums = (registry_sums(files, "tax").get((year, tax)) if tax else registry_sums(files).get((year,))) or {}
    paid, deferred = sums.get(True), sums.get(False)
    end = min(f"{year}-12-31", status_date)
    found = files.table("withheld_cells").filter(year=year)
    found = found.filter(tax=tax) if tax else found
    told = found.filter(pl.col("amount_gtq").is_not_null())

    registry = (
        f"{format_money(paid[0])} de {counted(paid[1], 'registro', 'registros')}"
        if paid
        else ("no hay montos publicados")
    )
    estimated = "no hay estimación"
    if official:
        amount = Decimal(str(official["amount_gtq"]))
        estimated = f"{format_money(amount)} {official['method_version'] or 'método no declarado'}"
    if not official:
        ratio = "sin estimación"
    elif not paid:
        ratio = "sin montos" if found.is_empty() else "reservado"
    elif 0 in (paid[0], amount):
        ratio = "con un cero no hay razón"
    else:
        ratio = percentage((paid[0] / amount).quantize(Decimal("0.0001")))

    reasons = []
    objective = files.provisions.filter(pl.col("has_registered_beneficiaries") == "false")
    treatments = (objective.filter(tax=tax) if tax else objective).height
    if treatments:
        reasons.append(f"Sin beneficiario con nombre: {counted(treatments, 'trato', 'tratos')}")
    if found.height:
        parts = []
        if told.height:
            words = [format_money(told["amount_gtq"].sum())]
            words += [counted(told["taxpayers"].sum(), "contribuyente", "contribuyentes")] if tax else []
            parts.append(", ".join(words))
        if found.height > told.height:
            parts.append(counted(found.height - told.height, "suma que no se dice", "sumas que no se dicen"))
        reasons.append(f"Monto reservado: {'; '.join(parts)}")
    if deferred:
        reasons.append(
            f"Suspendido o devuelto: {format_money(deferred[0])}, {counted(deferred[1], 'registro', 'registros')}"
        )
    missing = files.records.filter(covers(tax), pl.col("amount_status") == "not_reported", in_force(files, end)).height
    if missing:
        reasons.append(f"Sin monto reportado: {counted(missing, 'registro', 'registros')}")
    if tax is None:
        estimated_taxes = {one for y, one in official_figures(files) if y == year and one}
        others = [
            sums[True][0]
            for (y, one), sums in registry_sums(files, "tax").items()
            if y == year and one and one not in estimated_taxes and True in sums
        ]
        if estimated_taxes and others:
            reasons.append(f"Impuesto sin estimación: {format_money(sum(others, Decimal(0)))}")
    return [registry, estimated, ratio], "".join(reasons)


def in_force(files: Downloads, day: str) -> pl.Expr:
    """Records whose dates contain a day and that no event closed then."""
    events = files.table("events").filter(pl.col("date") <= day).sort("date", maintain_order=True)
    closed = []
    for (record_id,), own in events.group_by("record_id", maintain_order=True):
        ended = suspended = False
        for row in own.iter_rows(named=True):
            if row["event"] in ("revocation", "cancellation"):
                ended = True
            elif row["event"] == "suspension":
                suspended = row["until"] is None or row["until"] >= day
            else:
                ended = suspended = False
        if ended or suspended:
            closed.append(record_id)
    begun = pl.col("valid_from").is_null() | (pl.col("valid_from") <= day)
    lasting = pl.col("valid_until").is_null() | (pl.col("valid_until") >= day)
    return begun & lasting & ~pl.col("record_id").is_in(closed)


def test_reconciliation__shows_the_figures_of_the_downloads_and_no_other(client: FlaskClient, files: Downloads) -> None:
    main = main_of(client, "/gasto-tributario/conciliacion")
    status_date = client.get(f"/api/v1/releases/{RELEASE}").get_json()["status_date"]
    names = {row["name_es"]: code for code, row in files.catalog("taxes").items()} | {"Todos los impuestos": None}
    lines = set()
    for table in main.find_all("table"):
        year = int(table.find("caption").text[-4:])
        for row in table.find("tbody").find_all("tr"):
            tax = names[row.find("th").text]
            figures, reasons = expected_reconciliation(files, year, tax, status_date)
            assert [cell.text for cell in row.find_all("td", class_="amount")] == list(map(plain, figures)), (year, tax)
            assert row.find("td", class_="small").text == plain(reasons), (year, tax)
            lines.add((year, tax))
    withheld = files.table("withheld_cells")
    assert not withheld.is_empty()
    own = {*registry_sums(files, "tax"), *official_figures(files), *withheld.select("year", "tax").iter_rows()}
    assert lines == {(year, tax) for year, tax in own if tax} | {(year, None) for year, _tax in own}


# /resultados


def yearly_jobs(files: Downloads) -> dict[str, dict[tuple[str, int], int]]:
    """Kind → (record, year) → jobs; of a year told by quarters its last quarter."""
    last = files.table("jobs").sort("period").group_by("record_id", "year", "kind").agg(pl.col("jobs").last())
    found: dict[str, dict[tuple[str, int], int]] = {"reported": {}, "projected": {}}
    for record_id, year, kind, jobs in last.iter_rows():
        found[kind][record_id, year] = jobs
    return found


def not_paid_by_record(files: Downloads) -> dict[tuple[str, int], Decimal]:
    paid = files.amounts.filter("is_not_paid").group_by("record_id", "year").agg(pl.col("amount_gtq").sum())
    return {(record_id, year): amount for record_id, year, amount in paid.iter_rows()}


def in_records(count: int) -> str:
    return f"en {counted(count, 'registro', 'registros')}"


def expected_outcome(own: set[str], year: int, files: Downloads) -> list[str | None]:
    """The figures of one category in one year; None where a word stands instead of one."""
    paid = {one: amount for (one, y), amount in not_paid_by_record(files).items() if y == year and one in own}
    jobs = yearly_jobs(files)
    reported = {one: number for (one, y), number in jobs["reported"].items() if y == year and one in own}
    promised = {
        one: max(told)[1]
        for one in reported
        if (told := [(y, number) for (i, y), number in jobs["projected"].items() if i == one and y <= year])
    }
    money = f"{format_money(sum(paid.values(), Decimal(0)))} de {counted(len(paid), 'registro', 'registros')}"
    fulfilled = None
    if promised and (total := sum(promised.values())) and (kept := sum(reported[one] for one in promised)):
        share = percentage((Decimal(kept) / total).quantize(Decimal("0.0001")))
        told = f"{format_count(kept)} de {format_count(total)} prometidos"
        fulfilled = f"{share} {told}, {in_records(len(promised))}"
    both, per_job = paid.keys() & reported.keys(), None
    if both and (jobs_sum := sum(reported[one] for one in both)) and (amount := sum(paid[one] for one in both)):
        each = format_money((amount / jobs_sum).quantize(Decimal("0.01")))
        per_job = (
            f"{each} {format_money(amount)} entre {counted(jobs_sum, 'empleo', 'empleos')}, {in_records(len(both))}"
        )
    return [money if paid else None, fulfilled, per_job]


def test_outcomes__show_the_figures_of_the_downloads_and_no_other(client: FlaskClient, files: Downloads) -> None:
    main = main_of(client, "/resultados")
    categories = {row["name_es"]: code for code, row in files.catalog("categories").items()}
    asked = {code for code, row in files.catalog("categories").items() if row["jobs_apply"] == "true"}
    category_of = dict(files.records.select("record_id", "category").iter_rows())
    told = {
        (int(table.find("caption").text.split("de ")[1][:4]), categories[row.find("th").text]): [
            cell.text for cell in row.find_all("td", class_="amount")
        ]
        for table in main.find_all("table", class_="reconciled")
        for row in table.find("tbody").find_all("tr")
    }
    keys = {
        (year, category_of[record_id])
        for record_id, year in {*not_paid_by_record(files), *yearly_jobs(files)["reported"]}
        if category_of[record_id] in asked
    }
    assert told.keys() == keys
    for (year, category), shown in told.items():
        own = {record_id for record_id, code in category_of.items() if code == category}
        for cell, figure in zip(shown, expected_outcome(own, year, files), strict=True):
            if figure is None:
                assert not any(map(str.isdigit, cell)), (year, category, cell)
            else:
                assert cell == plain(figure), (year, category)
    assert any(figure for shown in told.values() for figure in shown[1:])


def test_outcomes__show_the_endings_and_shares_of_the_downloads(client: FlaskClient, files: Downloads) -> None:
    main = main_of(client, "/resultados")
    tables = {table.find("caption").text: table for table in main.find_all("table")}
    endings = files.table("events").filter(pl.col("event").is_in(["revocation", "cancellation"]))
    by_reason = (
        endings.join(files.records.select("record_id", "category"), on="record_id")
        .group_by(pl.col("date").str.slice(0, 4), "category", "event", "reason")
        .agg(pl.col("record_id").n_unique())
    )
    shown = tables["Revocatorias y cancelaciones por año y categoría"]
    assert figures_of(shown) == cells(format_count(count) for count in by_reason["record_id"])
    paid = files.amounts.filter("is_not_paid")
    for caption, axis, catalog in (("Por categoría", "category", "categories"), ("Por impuesto", "tax", "taxes")):
        expected = {}
        for (code,), own in paid.filter(pl.col(axis).is_not_null()).group_by(axis):
            years = own.group_by("year").agg(pl.col("record_id").n_unique()).sort("record_id", "year")
            year = years["year"][-1]
            holder = pl.coalesce("nit", "record_id")
            values = own.filter(year=year).group_by(holder).agg(pl.col("amount_gtq").sum())["amount_gtq"].sort()
            if len(values) < 20:
                continue
            total, largest = values.sum(), list(values)[::-1]
            percent = -(-len(values) // 100)
            shares = [percentage((sum(largest[:n]) / total).quantize(Decimal("0.0001"))) for n in (10, percent)]
            expected[files.catalog(catalog)[code]["name_es"]] = [
                str(year), f"{format_money(total)} de {format_count(len(values))} contribuyentes", shares[0],
                f"{shares[1]} el uno por ciento: {format_count(percent)}",
            ]  # fmt: skip
        assert expected or axis == "category"
        rows = tables[caption].find("tbody").find_all("tr") if expected else []
        assert {row.find("th").text: [cell.text for cell in row.find_all("td")] for row in rows} == {
            name: [plain(text) for text in texts] for name, texts in expected.items()
        }


# /gasto-tributario/tratamientos


def test_provisions__show_the_counts_and_estimates_of_the_downloads(client: FlaskClient, files: Downloads) -> None:
    main = main_of(client, "/gasto-tributario/tratamientos")
    count = files.provisions.height
    registered = files.provisions.filter(pl.col("has_registered_beneficiaries") == "true").height
    outside = list(
        numbers_outside(main, leaving=("provisions", "toc", "provision-count", "permalink", "download-list"))
    )
    assert outside == [format_count(count), format_count(registered), format_count(count - registered)]
    counts = [one.text for one in main.find_all("span", class_="provision-count")]
    by_tax = files.provisions["tax"].value_counts()
    assert Counter(counts) == Counter(format_count(number) for number in by_tax["count"])
    groups = {
        row["key"]: row
        for row in files.estimates.filter("is_latest", pl.col("partition") == "beneficiario").iter_rows(named=True)
        if row["tax"] is None
    }
    newest = dict(sorted(groups.items(), key=lambda item: item[1]["year"]))
    rows = {row["code"]: row for row in files.provisions.iter_rows(named=True)}
    shown = 0
    for entry in main.find_all("details", class_="provision"):
        row = rows.pop(entry.attrs["id"])
        facts = dict(zip([d.text for d in entry.find_all("dt")], [d.text for d in entry.find_all("dd")], strict=True))
        told = newest.get(row["expenditure_group"] or "")
        if told is None:
            assert not any(map(str.isdigit, facts["Estimación oficial"]))
        else:
            shown += 1
            millions = format_whole_millions(Decimal(str(told["amount_gtq"])))
            assert f", {told['year']}: {plain(millions)} millones." in facts["Estimación oficial"]
            size = sum(
                one["expenditure_group"] == row["expenditure_group"] for one in files.catalog("categories").values()
            )
            assert counted(size, "categoría del registro", "categorías del registro") in facts["Estimación oficial"]
        term = facts["Plazo"].removeprefix("hasta ").partition(" año")[0]
        assert (term if term.isdigit() else None) == (str(row["term_years"]) if row["term_years"] else None)
    assert rows == {} and shown


# /autoevaluacion


def expected_scores(files: Downloads, client: FlaskClient) -> dict[tuple[str, str], tuple[int, int]]:
    """(list, code) → what is counted and of how many; an indicator that counts nothing is not here."""
    records, provisions, every = files.records, files.provisions, files.estimates
    manifest = client.get(f"/api/v1/releases/{RELEASE}").get_json()
    year = int(manifest["status_date"][:4])

    def told(*columns: str) -> tuple[int, int]:
        withheld = pl.col("withheld_fields").fill_null("").str.split(";")
        has = [pl.col(name).is_not_null() | withheld.list.contains(name) for name in columns]
        return records.filter(pl.all_horizontal(has)).height, records.height

    def reported(column: str) -> tuple[int, int]:
        states = records[column].to_list()
        return states.count("reported"), len(states) - states.count("not_applicable")

    def declared(*columns: str) -> tuple[int, int]:
        has = pl.any_horizontal(pl.col(name).is_not_null() for name in columns)
        return provisions.filter(has).height, provisions.height

    def of_categories(codes: Iterable[str | None]) -> tuple[int, int]:
        return records.filter(pl.col("category").is_in([code for code in codes if code])).height, records.height

    begun, lasting = told("valid_from", "valid_until")
    withheld = pl.col("withheld_fields").fill_null("").str.split(";")
    dated = [pl.col(name).is_not_null() | withheld.list.contains(name) for name in ("valid_from", "valid_until")]
    valid = records.filter((pl.col("permanence") == "permanent") | pl.all_horizontal(dated)).height
    assert begun <= valid <= lasting
    totals = every.filter("is_latest", pl.col("partition") == "total", pl.col("tax").is_null())["year"].to_list()
    past, coming = len({y for y in totals if y < year}), len({y for y in totals if y >= year})
    paid_years = set(files.amounts["year"].drop_nulls().to_list())
    due = year - 2 if manifest["status_date"][5:] >= "03-31" else year - 3
    half_year = pl.lit(manifest["published_at"][:10]).str.to_date().dt.offset_by("-6mo")
    fresh = records.filter(
        pl.col("first_release").cast(pl.Int64) == RELEASE, pl.col("valid_from").is_not_null()
    ).select(is_recent=pl.col("valid_from").str.to_date() >= half_year)
    objective = provisions.filter(pl.col("objective_es").is_not_null())["category"]
    mechanism = provisions.filter(pl.col("mechanism").is_not_null())["category"]
    taxes = set(every.filter("is_latest")["tax"].drop_nulls()) & set(files.catalog("taxes"))
    columns = records.width
    linked = every.filter(pl.col("report").is_not_null(), pl.col("source_url").is_not_null()).height
    own_groups = own_estimates(files)
    estimated = sum((row["expenditure_group"], row["tax"]) in own_groups for row in provisions.iter_rows(named=True))
    return {
        ("serigy", "16.1"): told("exempt_type"), ("serigy", "16.2"): declared("objective_es"),
        ("serigy", "16.3"): told("legal_basis"), ("serigy", "16.4"): (coming, 1),
        ("serigy", "16.5"): reported("amount_status"), ("serigy", "16.6"): told("name"),
        ("serigy", "16.7"): told("nit"), ("serigy", "16.8"): told("activity"),
        ("serigy", "16.9"): reported("jobs_status"), ("serigy", "16.10"): (valid, records.height),
        ("serigy", "16.14"): (len(paid_years), 2),
        ("eu", "1"): told("name", "nit"), ("eu", "2"): told("activity"), ("eu", "3"): reported("amount_status"),
        ("eu", "4"): told("valid_from"), ("eu", "5"): told("authority"), ("eu", "6"): of_categories(mechanism),
        ("eu", "7"): told("department"), ("eu", "9"): of_categories(objective), ("eu", "10"): told("legal_basis"),
        ("eu", "11"): (fresh["is_recent"].sum(), fresh.height),
        ("eu", "12"): (sum(one >= due for one in paid_years), 1), ("eu", "13"): (len(paid_years), 10),
        ("gteti", "1.1"): (past, 10), ("gteti", "1.2"): (totals.count(year - 1), 1),
        ("gteti", "1.3"): (linked, every.height), ("gteti", "1.4"): (every.height, 1),
        ("gteti", "1.5"): (columns, columns), ("gteti", "3.1"): (len(taxes), len(files.catalog("taxes"))),
        ("gteti", "3.2"): declared("benchmark_es"), ("gteti", "3.4"): declared("method"),
        ("gteti", "4.1"): declared("objective_es"), ("gteti", "4.2"): declared("mechanism"),
        ("gteti", "4.3"): declared("beneficiaries_es"),
        ("gteti", "4.4"): declared("starts_on", "ends_on", "term_years"),
        ("gteti", "4.5"): declared("legal_references"), ("gteti", "5.1"): (estimated, provisions.height),
        ("gteti", "5.2"): (past, 5), ("gteti", "5.3"): (coming, 1),
        **{("gteti", code): (0, 1) for code in ("2.1", "2.2", "2.3", "2.4", "2.5", "5.4", "5.5")},
    }  # fmt: skip


def own_estimates(files: Downloads) -> set[tuple[str, str | None]]:
    """Group and tax of the figures that are of one category alone."""
    groups = Counter(row["expenditure_group"] for row in files.catalog("categories").values())
    rows = files.estimates.filter("is_latest", pl.col("partition") == "beneficiario").iter_rows(named=True)
    return {(row["key"], row["tax"]) for row in rows if groups[row["key"]] == 1}


def test_scorecard__shows_the_counts_of_the_downloads_and_no_other(client: FlaskClient, files: Downloads) -> None:
    main = main_of(client, "/autoevaluacion")
    expected = expected_scores(files, client)
    verdicts: dict[str, Counter[str]] = {}
    rows = 0
    for framework in ("serigy", "eu", "gteti"):
        for row in (row for row in main.find_all("tr") if f"data-{framework}" in row.attrs):
            rows += 1
            code = row.attrs[f"data-{framework}"]
            verdict = row.find_all("td")[0]
            word = verdict.find("span", class_="score-word").text
            verdicts.setdefault(framework, Counter())[word] += 1
            shown = [int(word.replace(",", "")) for word in verdict.text.replace(";", "").split() if word[0].isdigit()]
            assert shown == list(expected.pop((framework, code), ())), (framework, code)
    assert rows == 52 and expected == {}
    summaries = [one.text for one in main.find_all("strong")]
    for framework, summary in zip(("serigy", "eu", "gteti"), summaries, strict=True):
        parts = dict(part.rsplit(": ", 1) for part in summary.split(" · "))
        assert parts == {word: format_count(count) for word, count in verdicts[framework].items()}


# /metodologia


def test_methodology__shows_the_counts_and_sums_of_the_downloads(client: FlaskClient, files: Downloads) -> None:
    shown = figures_by_table(main_of(client, "/metodologia"))
    texts = []
    for column in ("jobs_status", "amount_status"):
        states = files.records[column].to_list()
        numbers = [states.count(state) for state in ("reported", "not_reported", "not_applicable", "withheld")]
        share = Decimal(numbers[0]) / (len(states) - numbers[2])
        texts += [*map(format_count, numbers), f"{format_percent(share)} de los que lo tendrían"]
    assert shown.pop("Registros con cada dato y sin él, por motivo") == cells(texts)

    account = client.get(f"/api/v1/withheld?release={RELEASE}").get_json()
    hidden = (
        files.records.select("category", "person_kind", field=pl.col("withheld_fields").str.split(";"))
        .explode("field")
        .drop_nulls("field")
        .group_by("field", "category", "person_kind")
        .len()
    )
    numbers_of = {(field, category, kind): count for field, category, kind, count in hidden.iter_rows()}
    lines: Counter[tuple[str, ...]] = Counter()
    for entry in account["fields_withheld"]:
        ground = tuple(entry[name] for name in ("field", "person_kind", "level", "ground", "authority", "date"))
        lines[ground] += numbers_of.pop((entry["field"], entry["category"], entry["person_kind"]))
    assert numbers_of == {}, "a withheld value without its ground"
    whole = [entry["records"] for entry in account["count_only"]]
    assert shown.pop(f"Datos reservados en la publicación {RELEASE}") == cells(
        map(format_count, [*lines.values(), *whole])
    )

    withheld = files.table("withheld_cells")
    year = withheld["year"].max()
    texts = []
    for row in withheld.filter(year=year).iter_rows(named=True):
        texts.append("menos de tres" if row["taxpayers"] is None else format_count(row["taxpayers"]))
        if row["amount_gtq"] is not None:
            texts.append(f"{format_money(row['amount_gtq'])} Cifra de la publicación {row['since_release']}")
    own = take(shown, f"Reservado de {year}")
    reasons = Counter({text: count for text, count in own.items() if text.startswith("No se dice")})
    assert own - reasons == cells(texts)
    assert reasons.total() == withheld.filter(pl.col("year") == year, pl.col("amount_gtq").is_null()).height
    assert any(text.startswith("Q") for text in own)
    assert shown == {}


# What stands between the tables


def words_outside(main: Element) -> Counter[str]:
    """The numbers outside of tables, but years, the release's number, and what the tests above look at."""
    found = numbers_outside(main, leaving=("figures", "permalink", "download-list"))
    bare = (word.strip(".,:;()«»%").partition(".Impuesto")[0] for word in found)
    return Counter(word for word in bare if word and not (word.isdigit() and word.startswith("20") and len(word) == 4))


def test_expenditure__has_no_other_number_between_its_tables(client: FlaskClient, files: Downloads) -> None:
    totals = [row for (_year, tax), row in official_figures(files).items() if tax is None]
    newest = max(totals, key=lambda row: str(row["year"]))
    amount, year = Decimal(str(newest["amount_gtq"])), int(str(newest["year"]))
    drawn = [f"{one / 1_000_000:,.1f}" for one in (amount, files.constant(amount, year))]
    restated = len(expected_restatements(files)) // 3
    day = str(int(client.get(f"/api/v1/releases/{RELEASE}").get_json()["status_date"][8:]))
    figures = [str(restated - 1), str(files.estimates.filter("is_latest").height)]
    found, expected = words_outside(main_of(client, "/gasto-tributario")), Counter([*drawn, *figures, day])
    # Every origin names its method, whose invented name ends in a number, and the citation tells release and day.
    for word in ("1", "2"):
        found.pop(word, None)
        expected.pop(word, None)
    assert found == expected


def test_reconciliation__has_no_other_number_between_its_tables(client: FlaskClient, files: Downloads) -> None:
    expected = Counter()
    for (_year, tax), sums in registry_sums(files, "tax").items():
        if tax is None and True in sums:
            amount, records = sums[True]
            expected += Counter([f"{amount:,.2f}", format_count(records)])
    assert words_outside(main_of(client, "/gasto-tributario/conciliacion")) == expected


def test_outcomes__have_no_other_number_between_their_tables(client: FlaskClient, files: Downloads) -> None:
    asked = {code for code, row in files.catalog("categories").items() if row["jobs_apply"] == "true"}
    category_of = dict(files.records.select("record_id", "category").iter_rows())
    told = {
        category_of[record_id] for record_id, _year in {*not_paid_by_record(files), *yearly_jobs(files)["reported"]}
    }
    assert words_outside(main_of(client, "/resultados")) == Counter([str(len(told - asked)), "20"])
