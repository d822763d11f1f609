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

ROWS = "250"
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
        for before, after in zip(rows, rows[1:], strict=False):
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
