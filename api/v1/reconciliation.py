"""`GET /expenditure/reconciliation`: published amounts beside the official estimate, and why they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from flask import Response

from api.reconciliation_links import PATH, official_query, reason_query, registry_query
from api.schemas.reconciliation import ReconciliationSchema
from api.spec import Document, operation
from api.v1 import table_words
from api.v1.blueprints import v1
from api.v1.described import release_parameters
from api.v1.of_release import JSON, add_release_files, answer_json, framed
from api.v1.table_files import TableFiles
from exemptions.reconciliation import Reason, ReasonKind, ReconciliationLine, reconcile
from exemptions.release import Release

_MONEY = pl.Decimal(38, 2)
_SCHEMA: Mapping[str, Any] = {
    "year": pl.Int64, "tax": pl.String, "registry_not_paid_gtq": _MONEY, "registry_records": pl.Int64,
    "registry_deferred_gtq": _MONEY, "registry_deferred_records": pl.Int64, "official_gtq": _MONEY,
    "official_report": pl.String, "official_method_version": pl.String, "ratio": pl.Decimal(38, 4),
    "no_ratio": pl.String, "not_individualised_treatments": pl.Int64, "withheld_records": pl.Int64,
    "withheld_taxpayers": pl.Int64, "withheld_gtq": _MONEY, "withheld_cells": pl.Int64,
    "withheld_cells_untold": pl.Int64, "missing_records": pl.Int64, "tax_not_told_gtq": _MONEY,
    "tax_not_told_records": pl.Int64, "tax_not_estimated_gtq": _MONEY,
}  # fmt: skip


def _describe(operation_id: str, suffix: str, media: dict[str, object], title: tuple[str, str]) -> Document:
    return operation(
        operation_id,
        tag="expenditure",
        summary=title,
        about=(
            "Por año e impuesto: lo que suman los montos publicados, la estimación oficial más reciente, la razón "
            "entre ambos y los motivos de la diferencia que se pueden contar, cada uno con la dirección que da su "
            "número. No hay razón donde falta un dato, es cero o está reservado.",
            "By year and tax: what the published amounts sum to, the newest official estimate, the ratio of both and "
            "the reasons for the difference that can be counted, each with the address that gives its number. There "
            "is no ratio where a figure is missing, zero or withheld.",
        ),
        media=media,
        parameters=release_parameters(),
        problems=(404, 410),
        example=f"{PATH}{suffix}",
    )


@v1.route("/expenditure/reconciliation")
@v1.doc(
    **_describe(
        "reconcileExpenditure",
        "",
        {JSON: ReconciliationSchema},
        ("Montos publicados y estimación oficial", "Published amounts and official estimate"),
    )
)
def show_reconciliation() -> Response:
    """Every year and tax."""
    return answer_json(PATH, _body)


def _body(release: Release) -> dict[str, object]:
    lines = reconcile(release)
    return {"total": len(lines), "items": [_item(line, release) for line in lines]}


def _item(line: ReconciliationLine, release: Release) -> dict[str, object]:
    registry, official = line.registry, line.official
    return {
        "year": line.year,
        "tax": line.tax,
        "registry": registry
        and {
            "not_paid_gtq": registry.not_paid_gtq,
            "records": registry.records,
            "deferred_gtq": registry.deferred_gtq,
            "deferred_records": registry.deferred_records,
            "query": registry_query(release.number, line.tax),
        },
        "official": official
        and {
            "amount_gtq": official.amount_gtq,
            "report": official.report,
            "method_version": official.method_version,
            "query": official_query(release.number, line.year, line.tax),
        },
        "ratio": line.ratio,
        "no_ratio": line.no_ratio,
        "reasons": [
            {
                "kind": reason.kind,
                "count": reason.count,
                "unit": None if reason.count is None else reason.unit,
                "amount_gtq": reason.amount_gtq,
                "cells": reason.cells,
                "untold_cells": reason.untold_cells,
                "query": reason_query(reason, release, line.year, line.tax),
            }
            for reason in line.reasons
        ],
    }


def _cells(line: ReconciliationLine) -> Sequence[object]:
    registry, official = line.registry, line.official
    reasons = {reason.kind: reason for reason in line.reasons}
    counts = {kind: reason.count for kind, reason in reasons.items()}
    withheld = reasons.get(ReasonKind.WITHHELD, Reason(ReasonKind.WITHHELD))
    is_by_year = withheld.cells is not None
    not_told, not_estimated = reasons.get(ReasonKind.TAX_NOT_TOLD), reasons.get(ReasonKind.TAX_NOT_ESTIMATED)
    return (
        line.year, line.tax,
        registry and registry.not_paid_gtq, registry.records if registry else 0,
        registry and registry.deferred_gtq, registry.deferred_records if registry else 0,
        official and official.amount_gtq, official and official.report, official and official.method_version,
        line.ratio, line.no_ratio,
        counts.get(ReasonKind.NOT_INDIVIDUALISED) or 0, None if is_by_year else withheld.count,
        withheld.count if is_by_year else None, withheld.amount_gtq, withheld.cells, withheld.untold_cells,
        counts.get(ReasonKind.MISSING) or 0,
        not_told and not_told.amount_gtq, not_told.count if not_told else 0,
        not_estimated and not_estimated.amount_gtq,
    )  # fmt: skip


add_release_files(
    TableFiles(
        "/expenditure/reconciliation",
        "Reconciliation",
        ("Montos publicados y estimación oficial", "Published amounts and official estimate"),
        "conciliacion",
        table_words.RECONCILIATION,
    ),
    _describe,
    lambda release: framed(map(_cells, reconcile(release)), _SCHEMA),
)
