"""`GET /withheld`: how many taxpayers and how much are withheld, on what ground, as far as it may be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import polars as pl
import pyarrow as pa
from flask import Response

from api.conditional import Headers, Representation, answer_body
from api.json_text import encode_json
from api.negotiation import require_acceptable
from api.parameters import parameter_reader
from api.releases_at import CHOICE, ReleaseChoice, chosen_release, read_choice
from api.schemas.texts import both
from api.schemas.withheld import WithheldSchema
from api.spec import Document, operation, query_parameter
from api.state import app_state
from api.v1.answers import release_facts
from api.v1.blueprints import v1
from api.v1.described import release_parameters
from api.v1.table_files import AskedTable, TableFiles, add_table_files, words_of
from exemptions.catalogs import load_catalogs
from exemptions.facts import quetzales
from exemptions.filters import FILTER
from exemptions.release import Release
from exporters.frames import to_record_batch
from exporters.tables import as_told

PATH = "/api/v1/withheld"
_JSON = "application/json"
_TABLE = "withheld_cells"


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which cells are asked for; nothing chosen is all of them."""

    year: tuple[int, ...]
    tax: tuple[str, ...]

    def params(self) -> list[tuple[str, str]]:
        return [*(("year", str(year)) for year in self.year), *(("tax", tax) for tax in self.tax)]

    def cells(self, release: Release) -> pl.DataFrame:
        """The cells asked for. Order: that of the table."""
        cells = pl.DataFrame(pl.from_arrow(release.fact_table(_TABLE)))
        for name, values in (("year", self.year), ("tax", self.tax)):
            cells = cells.filter(pl.col(name).is_in(values)) if values else cells
        return cells


def _filters() -> list[Document]:
    taxes = list(load_catalogs().taxes)
    return [
        query_parameter(
            "year",
            both("Año del impuesto que no se pagó.", "Year of the tax that was not paid."),
            {"type": "array", "items": {"type": "integer", "minimum": 1000, "maximum": 9999}},
        ),
        query_parameter(
            "tax",
            both(
                "Impuesto. Lo que se informó de todos los impuestos juntos no es de ninguno.",
                "Tax. What was stated for all taxes together is of none of them.",
            ),
            {"type": "array", "items": {"type": "string", "enum": taxes}},
        ),
    ]


def _describe(operation_id: str, suffix: str, media: dict[str, object], title: tuple[str, str]) -> Document:
    return operation(
        operation_id,
        tag="releases",
        summary=title,
        about=(
            "Por año, categoría, clase de persona e impuesto: cuántos contribuyentes y cuánto impuesto no pagado se "
            "reservan, con fundamento, autoridad y fecha. Una cifra se dice si son al menos tres y ninguno pasa del "
            "85 %, y cambia cuando cambiaron al menos tres. No hay totales: permitirían calcular lo que no se dice.",
            "By year, category, kind of person and tax: how many taxpayers and how much tax not paid are withheld, "
            "with ground, authority and date. A number is told if they are at least three and none is above 85 %, and "
            "changes when at least three changed. There are no totals: they would let one compute what is not told.",
        ),
        media=media,
        parameters=[*_filters(), *release_parameters()],
        problems=(404, 410),
        example=f"{PATH}{suffix}",
    )


@v1.route("/withheld")
@v1.doc(**_describe("listWithheld", "", {_JSON: WithheldSchema}, ("Lo que se reserva", "What is withheld")))
def show_withheld() -> Response:
    """The cells of what is withheld, and the counts of withheld values."""
    require_acceptable(_JSON)
    release, asked, choice = _ask()
    representation = Representation(
        release=release,
        key=f"{PATH}?{urlencode(asked.params())}",
        media_type=_JSON,
        pinned=choice.is_pinned,
        by_language=False,
    )
    return answer_body(representation, lambda: _make_json(release, asked))


def _ask() -> tuple[Release, _Asked, ReleaseChoice]:
    reader = parameter_reader("year", "tax", *CHOICE)
    asked = _Asked(reader.years("year"), reader.codes(FILTER["tax"], app_state().catalogs))
    choice = read_choice(reader)
    reader.raise_problems()
    release = chosen_release(choice)
    release.fact_table(_TABLE)
    return release, asked, choice


def _ask_table() -> AskedTable:
    release, asked, choice = _ask()
    return AskedTable(release, lambda: _cells(release, asked), [*asked.params(), *choice.params], choice.is_pinned)


def _cells(release: Release, asked: _Asked) -> pa.RecordBatch:
    return as_told(to_record_batch(asked.cells(release)))


def _make_json(release: Release, asked: _Asked) -> tuple[bytes, Headers]:
    items = [_item(row) for row in asked.cells(release).iter_rows(named=True)]
    counts = {
        "count_only": release.withheld.get("count_only", []),
        "fields_withheld": release.withheld.get("fields", []),
    }
    return encode_json({**release_facts(release), "total": len(items), "items": items, **counts}), ()


def _item(row: dict[str, Any]) -> dict[str, Any]:
    dates = {key: row[key].isoformat() if row[key] else None for key in ("since_date", "decided_on")}
    amount = None if row["amount_cents"] is None else quetzales(row["amount_cents"])
    return {
        ("amount_gtq" if key == "amount_cents" else key): amount if key == "amount_cents" else dates.get(key, value)
        for key, value in row.items()
    }


add_table_files(
    TableFiles("/withheld", "Withheld", ("Lo que se reserva", "What is withheld"), "reservado", words_of(_TABLE)),
    _describe,
    _ask_table,
)
