"""`GET /macro`: the gross domestic product and its deflator, year by year, as the release publishes them."""

from __future__ import annotations

from dataclasses import asdict

import pyarrow as pa
from flask import Response

from api.schemas.macro import MacroSchema
from api.spec import Document, operation
from api.v1.blueprints import v1
from api.v1.described import release_parameters
from api.v1.of_release import JSON, add_release_files, answer_json
from api.v1.table_files import TableFiles, words_of
from api.v1.table_words import RELEASE
from exemptions.macro import read_product
from exemptions.release import Release

PATH = "/api/v1/macro"
_SCHEMA = pa.schema(
    [
        ("year", pa.int64()),
        ("deflator", pa.float64()),
        ("base_year", pa.int64()),
        # Whole cents, which every format writes as quetzales.
        ("gdp_gtq", pa.int64()),
        ("source", pa.string()),
        ("release", pa.int64()),
    ]
)


def _describe(operation_id: str, suffix: str, media: dict[str, object], title: tuple[str, str]) -> Document:
    return operation(
        operation_id,
        tag="expenditure",
        summary=title,
        about=(
            "La serie con que se calculan los quetzales constantes y los porcentajes del PIB que un informe no dice. "
            "Monto constante = monto × deflactor del año base ÷ deflactor del año del monto; el del año base es 100 si "
            "la serie no lo trae. Una publicación sin la serie da una lista vacía.",
            "The series that constant quetzales are computed from, and the percentages of GDP that a report does not "
            "state. Constant amount = amount × deflator of the base year ÷ deflator of the amount's year; that of the "
            "base year is 100 if the series lacks it. A release without the series gives an empty list.",
        ),
        media=media,
        parameters=release_parameters(),
        problems=(404, 410),
        example=f"{PATH}{suffix}",
    )


@v1.route("/macro")
@v1.doc(**_describe("listMacro", "", {JSON: MacroSchema}, ("PIB y deflactor", "GDP and deflator")))
def list_macro() -> Response:
    """The series of a release."""
    return answer_json(PATH, _tell)


def _tell(release: Release) -> dict[str, object]:
    product = read_product(release)
    items = [asdict(row) for row in product.years.values()]
    return {"base_year": product.base_year, "total": len(items), "items": items}


def _batch(release: Release) -> pa.RecordBatch:
    rows = [row | {"gdp_gtq": row["gdp_cents"]} for row in release.macro_rows()]
    return pa.RecordBatch.from_pylist(rows, schema=_SCHEMA)


add_release_files(
    TableFiles(
        "/macro", "Macro", ("PIB y deflactor", "GDP and deflator"), "macro", {**words_of("macro"), "release": RELEASE}
    ),
    _describe,
    _batch,
)
