"""`GET /scorecard`: how a release does by three public lists, each verdict computed from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from flask import Response

from api.negotiation import preferred_language
from api.schemas.scorecard import ScorecardSchema
from api.scorecard_links import PATH, evidence_url
from api.spec import Document, operation
from api.v1 import table_words
from api.v1.blueprints import v1
from api.v1.described import release_parameters
from api.v1.of_release import JSON, add_release_files, answer_json, framed
from api.v1.table_files import TableFiles
from exemptions.release import Release
from exemptions.scorecard import Judged, judge

_SCHEMA: Mapping[str, Any] = {
    "framework": pl.String, "code": pl.String, "asks_es": pl.String, "asks_en": pl.String, "verdict": pl.String,
    "rule_es": pl.String, "rule_en": pl.String, "count": pl.Int64, "total": pl.Int64, "is_minimum": pl.Boolean,
    "evidence": pl.String,
}  # fmt: skip


def _describe(operation_id: str, suffix: str, media: dict[str, object], title: tuple[str, str]) -> Document:
    return operation(
        operation_id,
        tag="releases",
        summary=title,
        about=(
            "Los 14 elementos de Serigy, los 13 del mínimo de la Unión Europea y los 25 indicadores del GTETI, cada "
            "uno con la comprobación que se hizo en los datos de la publicación, lo que encontró y dónde verlo.",
            "The 14 items of Serigy, the 13 of the European Union's minimum and the 25 indicators of GTETI, each with "
            "the check that was made on the release's data, what it found and where to see it.",
        ),
        media=media,
        parameters=release_parameters(),
        problems=(404, 410),
        example=f"{PATH}{suffix}",
    )


@v1.route("/scorecard")
@v1.doc(**_describe("getScorecard", "", {JSON: ScorecardSchema}, ("Autoevaluación", "Self-assessment")))
def show_scorecard() -> Response:
    """Every indicator."""
    return answer_json(PATH, _body, by_language=True)


def _body(release: Release) -> dict[str, object]:
    lang = preferred_language()
    items = [
        {
            "framework": one.indicator.framework,
            "code": one.indicator.code,
            "asks": one.indicator.asks.text(lang),
            "verdict": one.finding.verdict,
            "rule": one.indicator.rule.text(lang),
            "count": one.finding.count,
            "total": one.finding.total,
            "is_minimum": one.finding.is_minimum,
            "evidence": evidence_url(one.indicator.evidence, release.number),
        }
        for one in judge(release)
    ]
    return {"total": len(items), "items": items}


def _cells(one: Judged, release: int) -> Sequence[object]:
    indicator, finding = one.indicator, one.finding
    return (
        indicator.framework, indicator.code, indicator.asks.es, indicator.asks.en, finding.verdict, indicator.rule.es,
        indicator.rule.en, finding.count, finding.total, finding.is_minimum,
        evidence_url(indicator.evidence, release),
    )  # fmt: skip


add_release_files(
    TableFiles(
        "/scorecard",
        "Scorecard",
        ("Autoevaluación", "Self-assessment"),
        "autoevaluacion",
        table_words.SCORECARD,
    ),
    _describe,
    lambda release: framed((_cells(one, release.number) for one in judge(release)), _SCHEMA),
)
