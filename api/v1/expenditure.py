"""`GET /expenditure`: the official estimates of tax expenditure, as their reports give them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

import polars as pl
from flask import Response

from api.conditional import Headers, Representation, answer_body
from api.estimate_query import (
    ALL,
    LATEST,
    PARAMETERS,
    EstimateQuery,
    contradictions_of,
    matching_estimates,
    read_estimate_query,
    refuse_unknown_reports,
    restatements_of,
)
from api.json_text import encode_json
from api.negotiation import require_acceptable
from api.parameters import parameter_reader
from api.releases_at import chosen_release
from api.schemas.expenditure import ExpenditureSchema
from api.schemas.texts import both
from api.spec import Document, operation, query_parameter
from api.state import app_state
from api.v1 import table_words
from api.v1.answers import release_facts
from api.v1.blueprints import v1
from api.v1.described import fields_parameter, release_parameters
from api.v1.measures import FIGURE_SCHEMA, PRICE_SCHEMA, figure_facts, price_facts
from api.v1.table_files import AskedTable, TableFiles, add_table_files
from exemptions.catalogs import load_catalogs
from exemptions.estimates import Estimate, Restatement, read_estimates
from exemptions.fact_codes import Partition
from exemptions.macro import read_product
from exemptions.parameters import MAX_TEXT
from exemptions.release import Release

PATH = "/api/v1/expenditure"
_JSON = "application/json"
_FIELDS = "fields"
_COLUMNS = (
    "year",
    "tax",
    "partition",
    "key",
    "group",
    "amount_gtq",
    "pct_gdp",
    "report",
    "method_version",
    "note",
    "source_url",
    "is_latest",
    "group_code",
    "covers",
)
_SCHEMA = {name: pl.String() for name in _COLUMNS} | {
    "year": pl.Int64(), "amount_gtq": pl.Decimal(18, 2), "pct_gdp": pl.Float64(), "is_latest": pl.Boolean(),
    "covers": pl.List(pl.String()),
    **FIGURE_SCHEMA, **PRICE_SCHEMA,
}  # fmt: skip


def _describe(operation_id: str, suffix: str, media: dict[str, object], title: tuple[str, str]) -> Document:
    return operation(
        operation_id,
        tag="expenditure",
        summary=title,
        about=(
            "Las estimaciones oficiales tal como las dan sus informes: la cifra más reciente de cada cosa, o todas con "
            "`vintage=all`. Las particiones de un total son alternativas y no se suman entre sí; cifras de métodos "
            "distintos no se comparan. La de un grupo de beneficiarios es de todas las categorías que abarca y no se "
            "reparte entre ellas. "
            "Junto a cada cifra nominal está la misma en quetzales del año base, y el porcentaje del PIB que el "
            "informe no dice se calcula con la serie de /api/v1/macro.",
            "The official estimates as their reports give them: the newest figure of each thing, or all of them with "
            "`vintage=all`. The partitions of a total are alternatives and are never added together; figures of other "
            "methods do not compare. One of a group of beneficiaries is of all the categories it covers and is not "
            "divided among them. Beside each nominal figure stands the same in "
            "quetzales of the base year, and a percentage of GDP that the report does not state is computed from the "
            "series at /api/v1/macro.",
        ),
        media=media,
        parameters=[*_filters(), *([fields_parameter(tuple(_SCHEMA))] if suffix else ()), *release_parameters()],
        problems=(404, 410),
        example=f"{PATH}{suffix}?year=2020&partition=impuesto",
    )


def _filters() -> list[Document]:
    catalogs = load_catalogs()
    taxes = list(catalogs.taxes)
    described: tuple[tuple[str, tuple[str, str], dict[str, object]], ...] = (
        ("year", ("Año.", "Year."), {"type": "integer", "minimum": 1000, "maximum": 9999}),
        (
            "tax",
            ("Impuesto: código de /api/v1/catalogs/taxes.", "Tax: code of /api/v1/catalogs/taxes."),
            {"type": "string", "enum": taxes},
        ),
        (
            "partition",
            ("Manera de dividir el total.", "Way of dividing the total."),
            {"type": "string", "enum": list(Partition)},
        ),
        (
            "report",
            ("Nombre completo de un informe de la publicación.", "Full name of a report of the release."),
            {"type": "string", "maxLength": MAX_TEXT},
        ),
        (
            "group",
            (
                "Grupo de beneficiarios: código de /api/v1/catalogs/expenditure_groups.",
                "Group of beneficiaries: code of /api/v1/catalogs/expenditure_groups.",
            ),
            {"type": "string", "enum": list(catalogs.expenditure_groups)},
        ),
        (
            "type",
            (
                "Tipo exento: los grupos que abarcan alguna de sus categorías.",
                "Exempt type: the groups that cover one of its categories.",
            ),
            {"type": "string", "enum": list(catalogs.types)},
        ),
        (
            "category",
            ("Categoría: el grupo que la abarca.", "Category: the group that covers it."),
            {"type": "string", "enum": list(catalogs.categories)},
        ),
    )
    filters = [query_parameter(name, both(*about), {"type": "array", "items": item}) for name, about, item in described]
    vintage = query_parameter(
        "vintage",
        both(
            "`latest`: solo la cifra más reciente de cada cosa; `all`: también las que un informe posterior corrigió.",
            "`latest`: only the newest figure of each thing; `all`: those that a later report restated as well.",
        ),
        {"type": "string", "enum": [LATEST, ALL], "default": LATEST},
    )
    return [*filters, vintage]


@v1.route("/expenditure")
@v1.doc(
    **_describe(
        "listExpenditure",
        "",
        {_JSON: ExpenditureSchema},
        ("Gasto tributario estimado", "Estimated tax expenditure"),
    )
)
def list_expenditure() -> Response:
    """The estimates that match."""
    require_acceptable(_JSON)
    release, query, _fields = _ask()
    representation = Representation(
        release=release,
        key=f"{PATH}?{urlencode(query.params())}",
        media_type=_JSON,
        pinned=query.choice.is_pinned,
        by_language=False,
    )
    return answer_body(representation, lambda: _make_json(release, matching_estimates(release, query)))


def _ask(*also: str) -> tuple[Release, EstimateQuery, tuple[str, ...]]:
    """The release and what is asked of it; the columns too where `also` names their parameter."""
    reader = parameter_reader(*PARAMETERS, *also)
    query = read_estimate_query(reader, app_state().catalogs)
    fields = reader.names(_FIELDS, _SCHEMA) if also else ()
    reader.raise_problems()
    release = chosen_release(query.choice)
    refuse_unknown_reports(query, release)
    return release, query, fields


def _ask_table() -> AskedTable:
    release, query, fields = _ask(_FIELDS)
    own = [(_FIELDS, ",".join(fields))] if fields else []
    return AskedTable(
        release, lambda: _frame(release, query), [*query.params(), *own], query.choice.is_pinned, fields=fields
    )


def _rows(release: Release, found: Iterable[Estimate]) -> list[dict[str, Any]]:
    estimates, product = read_estimates(release), read_product(release)
    return [
        {name: getattr(figure, name) for name in _COLUMNS[:-3]}
        | {
            "is_latest": estimates.is_latest(figure),
            "group_code": coverage.group.code if (coverage := estimates.find_group(figure)) else None,
            "covers": list(coverage.categories) if coverage else [],
        }
        | figure_facts(product, figure)
        | price_facts(product, figure.year)
        for figure in found
    ]


def _make_json(release: Release, found: list[Estimate]) -> tuple[bytes, Headers]:
    estimates = read_estimates(release)
    restated, contradicted = restatements_of(estimates, found), contradictions_of(estimates, found)
    body = {
        **release_facts(release),
        "total": len(found),
        "items": _rows(release, found),
        "restatements": [_restatement(one) for one in restated],
        "contradictions": [asdict(one) | {"difference_gtq": one.difference_gtq} for one in contradicted],
    }
    return encode_json(body), ()


def _restatement(one: Restatement) -> dict[str, Any]:
    return {
        "year": one.after.year,
        "partition": one.after.partition,
        "key": one.after.key,
        "tax": one.after.tax,
        "before": {"report": one.before.report, "amount_gtq": one.before.amount_gtq},
        "after": {"report": one.after.report, "amount_gtq": one.after.amount_gtq},
        "difference_gtq": one.difference_gtq,
        "percent": one.percent,
    }


def _frame(release: Release, query: EstimateQuery) -> pl.DataFrame:
    return pl.DataFrame(_rows(release, matching_estimates(release, query)), schema=_SCHEMA, orient="row")


add_table_files(
    TableFiles(
        "/expenditure",
        "Expenditure",
        ("Gasto tributario estimado", "Estimated tax expenditure"),
        "gasto-tributario",
        table_words.EXPENDITURE,
    ),
    _describe,
    _ask_table,
)
