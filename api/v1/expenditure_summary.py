"""`GET /expenditure/summary`: tax expenditure by type, category, group, tax, year, mechanism or authority."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from api.v1.answers import release_facts
from api.v1.blueprints import v1
from api.v1.described import filter_parameters, release_parameters
from api.v1.measures import FIGURE_SCHEMA, PRICE_SCHEMA, figure_facts, price_facts
from exemptions.catalog_entries import CatalogName
from exemptions.columns import LIST_SEPARATOR
from exemptions.expenditure_summary import OFFICIAL_AXES, Axis, OfficialFigure, RegistrySum, SummaryRow, summarize
from exemptions.macro import Product, read_product
from exemptions.query import RegistryQuery, query_params
from exemptions.release import Release
from exporters.csv_format import LINE_END

PATH = "/api/v1/expenditure/summary"
_JSON = "application/json"
_CSV = "text/csv"
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
    "official_covers": pl.String, "registry_not_paid_gtq": _MONEY, "registry_records": pl.Int64,
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
    return _answer("", _JSON, _make_json)


@v1.route("/expenditure/summary.csv")
@v1.doc(
    **_describe(
        "exportExpenditureSummaryCsv",
        ".csv",
        {_CSV: {"type": "string"}},
        ("Gasto tributario agrupado, en CSV", "Tax expenditure, grouped, as CSV"),
    )
)
def export_summary() -> Response:
    """The summary by one axis as CSV: a line for each official figure of a row, one where it has none."""
    return _answer(".csv", _CSV, _make_csv)


def _answer(
    suffix: str, media_type: str, make: Callable[[Release, Axis, RegistryQuery], tuple[bytes, Headers]]
) -> Response:
    query, axis = asked_selection(_AXIS, lambda reader: Axis(reader.name(_AXIS, list(Axis), Axis.YEAR)))
    require_acceptable(media_type)
    release = release_of_query(query)
    is_csv = media_type == _CSV
    representation = Representation(
        release=release,
        key=f"{PATH}{suffix}?{urlencode([(_AXIS, axis.value), *query_params(query)])}",
        media_type=f"{media_type}; charset=utf-8; header=present" if is_csv else media_type,
        pinned=query.release is not None,
        by_language=not is_csv,
    )
    return answer_body(representation, lambda: make(release, axis, query))


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


def _make_csv(release: Release, axis: Axis, query: RegistryQuery) -> tuple[bytes, Headers]:
    product = read_product(release)
    lines = [line for row in summarize(release, axis, query) for line in _lines(row, product)]
    frame = pl.DataFrame(lines, schema=dict(_SCHEMA), orient="row")
    disposition = f'attachment; filename="gasto-tributario-{axis}-{release.number}.csv"'
    return frame.write_csv(line_terminator=LINE_END).encode(), (("Content-Disposition", disposition),)


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
        "official_covers": LIST_SEPARATOR.join(told["covers"]) or None,
    }
