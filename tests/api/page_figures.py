"""The figures that a page shows, and the tables of a release that everyone can download to compute them again."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property

import polars as pl
from flask.testing import FlaskClient

from tests.api.html_page import Element

_MONEY = pl.Decimal(38, 2)
_NUMBERS: dict[str, pl.DataType | type[pl.DataType]] = {
    "amount_gtq": _MONEY, "gdp_gtq": _MONEY, "year": pl.Int64, "jobs": pl.Int64, "taxpayers": pl.Int64,
    "since_release": pl.Int64, "release": pl.Int64, "term_years": pl.Int64,
}  # fmt: skip


class Downloads:
    """The files of one release, as Polars frames; texts stay texts but for amounts, years and counts."""

    def __init__(self, client: FlaskClient, release: int) -> None:
        self._client = client
        self._release = release

    def read(self, path: str) -> pl.DataFrame:
        """One CSV."""
        response = self._client.get(path)
        assert response.status_code == 200, path
        frame = pl.read_csv(io.BytesIO(response.data), infer_schema=False)
        return frame.with_columns(pl.col(name).cast(kind) for name, kind in _NUMBERS.items() if name in frame.columns)

    def table(self, name: str) -> pl.DataFrame:
        return self.read(f"/api/v1/releases/{self._release}/tables/{name}.csv")

    def catalog(self, name: str) -> dict[str, dict[str, str]]:
        """Code → its row, in the catalogue's order."""
        rows = self.read(f"/api/v1/catalogs/{name}.csv?release={self._release}").iter_rows(named=True)
        return {row["code"]: row for row in rows}

    @cached_property
    def records(self) -> pl.DataFrame:
        return self.read(f"/api/v1/records.csv?release={self._release}")

    @cached_property
    def provisions(self) -> pl.DataFrame:
        return self.read(f"/api/v1/expenditure/provisions.csv?release={self._release}")

    @cached_property
    def estimates(self) -> pl.DataFrame:
        """Every figure, with whether no later report tells it again; these reports end in the year they are of."""
        order = pl.col("report").str.extract(r"(\d{4})$").cast(pl.Int64)
        key = ["year", "tax", "partition", "key"]
        return self.table("expenditure").with_columns(is_latest=(order == order.max().over(key)), edition=order)

    @cached_property
    def macro(self) -> dict[int, dict[str, object]]:
        return {row["year"]: row for row in self.table("macro").iter_rows(named=True)}

    @cached_property
    def amounts(self) -> pl.DataFrame:
        """Every amount, with whether it is tax not paid and the category of its record."""
        paying = {code: row["counts_as_not_paid"] == "true" for code, row in self.catalog("mechanisms").items()}
        return (
            self.table("amounts")
            .with_columns(is_not_paid=pl.col("mechanism").replace_strict(paying, default=True, return_dtype=pl.Boolean))
            .join(self.records.select("record_id", "category", "nit"), on="record_id")
        )

    def constant(self, amount: Decimal, year: int) -> Decimal:
        """An amount in quetzales of the base year."""
        own, base = (Decimal(str(self.macro[one]["deflator"])) for one in (year, self.base_year))
        return (amount * base / own).quantize(Decimal("0.01"))

    @property
    def base_year(self) -> int:
        return int(str(next(iter(self.macro.values()))["base_year"]))


def figures_of(part: Element) -> Counter[str]:
    """The text of every cell of figures inside."""
    return Counter(cell.text for cell in part.find_all("td", class_="amount"))


def figures_by_table(main: Element) -> dict[str, Counter[str]]:
    """Caption of the tables that have figures → their cells of figures."""
    found: dict[str, Counter[str]] = {}
    for table in main.find_all("table"):
        figures = figures_of(table)
        if figures:
            caption = table.find("caption").text
            found[caption] = found.get(caption, Counter()) + figures
    return found


def numbers_outside(main: Element, *, leaving: tuple[str, ...]) -> Iterator[str]:
    """Every word with a digit in the text of a page, outside of tables, forms and elements of the classes of
    `leaving`."""

    def walk(element: Element) -> Iterator[str]:
        for child in element.children:
            if isinstance(child, str):
                yield from (word for word in child.replace("\u00a0", " ").split() if any(map(str.isdigit, word)))
            elif child.tag not in ("table", "form", "svg") and not set(child.attrs.get("class", "").split()) & set(
                leaving
            ):
                yield from walk(child)

    return walk(main)
