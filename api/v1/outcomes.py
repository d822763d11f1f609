"""`GET /outcomes`: the benefit against what was promised for it, benefits ended early, and concentration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from flask import Response

from api.schemas.outcomes import OutcomesSchema
from api.spec import Document, operation
from api.v1 import table_words
from api.v1.blueprints import v1
from api.v1.described import release_parameters
from api.v1.of_release import JSON, add_release_files, answer_json, framed
from api.v1.table_files import TableFiles
from exemptions.concentrations import Measured, by_category, by_tax
from exemptions.endings import list_endings
from exemptions.outcomes import Outcome, list_outcomes
from exemptions.release import Release

PATH = "/api/v1/outcomes"
_MONEY = pl.Decimal(38, 2)
_SCHEMA: Mapping[str, Any] = {
    "category": pl.String, "year": pl.Int64, "not_paid_gtq": _MONEY, "not_paid_records": pl.Int64,
    "reported_jobs": pl.Int64, "reported_records": pl.Int64, "projected_jobs": pl.Int64,
    "projected_records": pl.Int64, "compared_records": pl.Int64, "compared_projected": pl.Int64,
    "compared_reported": pl.Int64, "fulfilled": pl.Decimal(38, 4), "compared_no_ratio": pl.String,
    "per_job_records": pl.Int64, "per_job_amount_gtq": _MONEY, "per_job_jobs": pl.Int64,
    "amount_per_job_gtq": _MONEY, "per_job_no_ratio": pl.String,
}  # fmt: skip


def _describe(operation_id: str, suffix: str, media: dict[str, object], title: tuple[str, str]) -> Document:
    return operation(
        operation_id,
        tag="records",
        summary=title,
        about=(
            "Por categoría y año: impuesto no pagado, empleos reportados y proyectados, lo reportado contra lo "
            "prometido por los mismos registros y el monto por empleo con sus dos partes. Donde falta una, es cero o "
            "está reservada no hay razón, y se dice por qué. El JSON trae también las revocatorias y cancelaciones y "
            "qué parte del monto es de pocos contribuyentes.",
            "By category and year: tax not paid, jobs reported and projected, what was reported against what the same "
            "records promised, and the amount per job with both its parts. Where one is missing, zero or withheld "
            "there is no ratio, and the reason is told. The JSON also has revocations and cancellations and how much "
            "of the amount is of a few taxpayers.",
        ),
        media=media,
        parameters=release_parameters(),
        problems=(404, 410),
        example=f"{PATH}{suffix}",
    )


@v1.route("/outcomes")
@v1.doc(**_describe("listOutcomes", "", {JSON: OutcomesSchema}, ("Beneficio y resultados", "Benefit and outcomes")))
def show_outcomes() -> Response:
    """Every category and year."""
    return answer_json(PATH, _body)


def _body(release: Release) -> dict[str, object]:
    outcomes = list_outcomes(release)
    return {
        "total": len(outcomes),
        "items": outcomes,
        "endings": list_endings(release),
        "concentration": {
            "category": [_measured(one) for one in by_category(release)],
            "tax": [_measured(one) for one in by_tax(release)],
        },
    }


def _measured(one: Measured) -> dict[str, object]:
    found = one.found
    return {
        "code": one.code,
        "year": found and found.year,
        "taxpayers": found and found.taxpayers,
        "total_gtq": found and found.total_gtq,
        "top_10_share": found and found.top_share,
        "percent_taxpayers": found and found.percent_taxpayers,
        "percent_share": found and found.percent_share,
    }


def _cells(one: Outcome) -> Sequence[object]:
    compared, per_job = one.compared, one.per_job
    return (
        one.category, one.year, one.not_paid_gtq, one.not_paid_records, one.reported.sum, one.reported.records,
        one.projected.sum, one.projected.records, compared.records, compared.projected, compared.reported,
        compared.fulfilled, compared.no_ratio, per_job.records, per_job.amount_gtq, per_job.jobs,
        per_job.amount_per_job_gtq, per_job.no_ratio,
    )  # fmt: skip


add_release_files(
    TableFiles(
        "/outcomes",
        "Outcomes",
        ("Beneficio y resultados", "Benefit and outcomes"),
        "resultados",
        table_words.OUTCOMES,
    ),
    _describe,
    lambda release: framed(map(_cells, list_outcomes(release)), _SCHEMA),
)
