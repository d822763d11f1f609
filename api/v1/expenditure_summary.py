"""`GET /expenditure/summary`: tax expenditure by type, category, group, tax, year, mechanism or authority."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import polars as pl
from flask import Response

from api.asked import asked_selection
from api.conditional import Headers, Representation, answer_body
from api.json_text import encode_json
from api.negotiation import preferred_language, require_acceptable
from api.releases_at import release_of_query
from api.schemas.expenditure_summary import ExpenditureSummarySchema
from api.schemas.texts import both
from api.spec import Document, operation, query_parameter
from api.v1 import table_words
from api.v1.answers import release_facts
from api.v1.blueprints import v1
from api.v1.described import filter_parameters, release_parameters
from api.v1.measures import FIGURE_SCHEMA, PRICE_SCHEMA, figure_facts, price_facts
from api.v1.table_files import AskedTable, TableFiles, add_table_files
from exemptions.catalog_entries import CatalogName
from exemptions.expenditure_summary import OFFICIAL_AXES, Axis, OfficialFigure, RegistrySum, SummaryRow, summarize
from exemptions.macro import Product, read_product
from exemptions.query import RegistryQuery, query_params
from exemptions.release import Release

PATH = "/api/v1/expenditure/summary"
_JSON = "application/json"
_AXIS = "group_by"

CATALOG_OF: Mapping[Axis, CatalogName] = {
    Axis.TAX: CatalogName.TAXES,
    Axis.GROUP: CatalogName.EXPENDITURE_GROUPS,
    Axis.TYPE: CatalogName.TYPES,
    Axis.CATEGORY: CatalogName.CATEGORIES,
    Axis.MECHANISM: CatalogName.MECHANISMS,
    Axis.AUTHORITY: CatalogName.AUTHORITIES,
}
"""Axis → the catalogue that names its values."""

_MONEY = pl.Decimal(38, 2)
_SCHEMA: Mapping[str, Any] = {
    "year": pl.Int64, "code": pl.String, "official_gtq": _MONEY, "official_pct_gdp": pl.Float64,
    "official_key": pl.String, "official_report": pl.String, "official_method_version": pl.String,
    "official_covers": pl.List(pl.String), "registry_not_paid_gtq": _MONEY, "registry_records": pl.Int64,
    "registry_deferred_gtq": _MONEY, "registry_deferred_records": pl.Int64,
    **{f"official_{name}": kind for name, kind in FIGURE_SCHEMA.items()},
    "registry_not_paid_constant_gtq": _MONEY, "registry_deferred_constant_gtq": _MONEY, **PRICE_SCHEMA,
}  # fmt: skip


def _describe(operation_id: str, suffix: str, media: dict[str, object], title: tuple[str, str]) -> Document:
    axis = query_parameter(
        _AXIS,
        both("Por qué se agrupa; siempre año por año.", "What it is grouped by; always year by year."),
        {"type": "string", "enum": list(Axis), "default": Axis.YEAR.value},
    )
    return operation(
        operation_id,
        tag="expenditure",
        summary=title,
        about=(
            "La estimación oficial más reciente junto a la suma de los montos publicados de los registros que cumplen "
            "los filtros. Son cosas distintas y nunca se suman. La cifra de un grupo de beneficiarios sale entera en "
            "cada fila a la que pertenece, con las categorías que abarca; los filtros no la cambian.",
            "The newest official estimate beside the sum of the published amounts of the records that match the "
            "filters. They are different things and never added. A figure of a group of beneficiaries stands whole in "
            "each row that it belongs to, with the categories it covers; filters do not change it.",
        ),
        media=media,
        parameters=[axis, *filter_parameters(), *release_parameters()],
        problems=(404, 410),
        example=f"{PATH}{suffix}?group_by=category&tax=ISR",
    )


@v1.route("/expenditure/summary")
@v1.doc(
    **_describe(
        "summarizeExpenditure",
        "",
        {_JSON: ExpenditureSummarySchema},
        ("Gasto tributario agrupado", "Tax expenditure, grouped"),
    )
)
def summarize_expenditure() -> Response:
    """The summary by one axis."""
    require_acceptable(_JSON)
    release, axis, query = _ask()
    representation = Representation(
        release=release,
        key=f"{PATH}?{urlencode([(_AXIS, axis.value), *query_params(query)])}",
        media_type=_JSON,
        pinned=query.release is not None,
    )
    return answer_body(representation, lambda: _make_json(release, axis, query))


def _ask() -> tuple[Release, Axis, RegistryQuery]:
    query, axis = asked_selection(_AXIS, lambda reader: Axis(reader.name(_AXIS, list(Axis), Axis.YEAR)))
    return release_of_query(query), axis, query


def _ask_table() -> AskedTable:
    release, axis, query = _ask()
    params = [(_AXIS, axis.value), *query_params(query)]
    return AskedTable(release, lambda: _frame(release, axis, query), params, query.release is not None)


def _make_json(release: Release, axis: Axis, query: RegistryQuery) -> tuple[bytes, Headers]:
    lang, product = preferred_language(), read_product(release)
    body = {
        **release_facts(release),
        _AXIS: axis,
        "has_official": axis in OFFICIAL_AXES,
        "items": [
            {
                "code": row.code,
                "label": _label(release, row, lang),
                "year": row.year,
                "official": [_official(figure, product) for figure in row.official],
                "registry": _registry(row.registry, row.year, product),
                **price_facts(product, row.year),
            }
            for row in summarize(release, axis, query)
        ],
    }
    return encode_json(body), ()


def _label(release: Release, row: SummaryRow, lang: str) -> str | None:
    catalog = CATALOG_OF.get(row.axis)
    if row.code is None or catalog is None:
        return None
    known = row.code in release.catalogs.entries(catalog)
    return release.catalogs.label(catalog, row.code, lang) if known else row.code


def _official(figure: OfficialFigure, product: Product) -> dict[str, Any]:
    names = ("amount_gtq", "pct_gdp", "partition", "key", "report", "method_version")
    told = {name: getattr(figure.estimate, name) for name in names}
    return told | {
        "covers": list(figure.coverage.categories) if figure.coverage else [],
        "is_wider": figure.is_wider,
        **figure_facts(product, figure.estimate),
    }


def _registry(found: RegistrySum | None, year: int, product: Product) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "not_paid_gtq": found.not_paid_gtq,
        "not_paid_constant_gtq": product.constant(found.not_paid_gtq, year),
        "records": found.records,
        "deferred_gtq": found.deferred_gtq,
        "deferred_constant_gtq": product.constant(found.deferred_gtq, year),
        "deferred_records": found.deferred_records,
    }


def _frame(release: Release, axis: Axis, query: RegistryQuery) -> pl.DataFrame:
    """A line for each official figure of a row, one where it has none."""
    product = read_product(release)
    lines = [line for row in summarize(release, axis, query) for line in _lines(row, product)]
    return pl.DataFrame(lines, schema=dict(_SCHEMA), orient="row")


def _lines(row: SummaryRow, product: Product) -> list[dict[str, Any]]:
    registry = _registry(row.registry or RegistrySum(None, 0, None, 0), row.year, product) or {}
    own = {
        "year": row.year,
        "code": row.code,
        **{f"registry_{name}": told for name, told in registry.items()},
        **price_facts(product, row.year),
    }
    return [own | _official_line(one, product) for one in row.official] or [own]


def _official_line(figure: OfficialFigure, product: Product) -> dict[str, Any]:
    told = _official(figure, product)
    names = ("pct_gdp", "key", "report", "method_version", *FIGURE_SCHEMA)
    return {f"official_{name}": told[name] for name in names} | {
        "official_gtq": told["amount_gtq"],
        "official_covers": told["covers"],
    }


add_table_files(
    TableFiles(
        "/expenditure/summary",
        "ExpenditureSummary",
        ("Gasto tributario agrupado", "Tax expenditure, grouped"),
        "gasto-tributario-agrupado",
        table_words.SUMMARY,
    ),
    _describe,
    _ask_table,
)
