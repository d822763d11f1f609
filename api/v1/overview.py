"""`GET /overview`: what any search is as a whole, and its tables as files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from urllib.parse import urlencode

import polars as pl
from flask import Response

from api.asked import asked_selection
from api.conditional import Headers, Representation, answer_body
from api.json_text import encode_json
from api.negotiation import preferred_language, require_acceptable
from api.overview_links import PATH, OverviewTable
from api.provenance import Params
from api.releases_at import release_of_query
from api.schemas.overview import OverviewSchema
from api.schemas.texts import both
from api.spec import Document, operation, path_parameter, query_parameter
from api.v1 import table_words
from api.v1.answers import release_facts
from api.v1.blueprints import v1
from api.v1.described import filter_parameters, release_parameters
from api.v1.labelled import labelled_facets
from api.v1.table_files import AskedTable, TableFiles, add_table_files
from exemptions.columns import PersonKind
from exemptions.errors import NotFound
from exemptions.overview import AXES, Overview, build_overview
from exemptions.query import RegistryQuery, query_params
from exemptions.rankings import MOST_RANKED, SHOWN, Ranking
from exemptions.release import Release

_JSON = "application/json"
_RANKED = "ranked"
_TITLE = ("Una tabla del conjunto", "A table of the whole")


def _parameters() -> list[Document]:
    ranked = query_parameter(
        _RANKED,
        both("Contribuyentes de cada lista ordenada.", "Taxpayers of each ranking."),
        {"type": "integer", "minimum": 1, "maximum": MOST_RANKED, "default": SHOWN},
    )
    return [*filter_parameters(), *release_parameters(), ranked]


@v1.route("/overview")
@v1.doc(
    **operation(
        "getOverview",
        tag="records",
        summary=("Un resultado en conjunto", "A result as a whole"),
        about=(
            "De los registros que cumplen los filtros: cuántos son y de cuántos contribuyentes, cómo se reparten, "
            "montos y empleos por año, comienzos y vencimientos, los contribuyentes con las cifras más altas y qué "
            "parte del total es de ellos. Solo se suma lo publicado; cada suma dice cuántos registros suma.",
            "Of the records that match the filters: how many they are and of how many taxpayers, how they are spread, "
            "amounts and jobs by year, first and last days, the taxpayers with the largest figures and how much of the "
            "total is theirs. Only published values are added; each sum tells how many records it adds.",
        ),
        media={_JSON: OverviewSchema},
        parameters=_parameters(),
        problems=(404, 410),
        example=f"{PATH}?category=MAQ_ADT_E&department=05",
    )
)
def get_overview() -> Response:
    """The overview of a query."""
    query, ranked, params = _ask()
    require_acceptable(_JSON)
    release = release_of_query(query)
    representation = Representation(
        release=release,
        key=f"{PATH}?{urlencode(params)}",
        media_type=_JSON,
        pinned=query.release is not None,
    )
    return answer_body(representation, lambda: _make_json(release, query, ranked))


def _describe_file(operation_id: str, suffix: str, media: dict[str, object], title: tuple[str, str]) -> Document:
    return operation(
        operation_id,
        tag="records",
        summary=title,
        about=(
            "Montos por año, impuesto y mecanismo; empleos por año y clase; comienzos y vencimientos por año; "
            "contribuyentes por monto y por empleos; curva de concentración.",
            "Amounts by year, tax and mechanism; jobs by year and kind; first and last days by year; taxpayers by "
            "amount and by jobs; concentration curve.",
        ),
        media=media,
        parameters=[
            path_parameter("table", both("Tabla.", "Table."), {"type": "string", "enum": list(OverviewTable)}),
            *_parameters(),
        ],
        problems=(404, 410),
        example=f"{PATH}/amounts{suffix}?category=MAQ_ADT_E",
    )


def _ask_table(table: str) -> AskedTable:
    if table not in list(OverviewTable):
        raise NotFound("El conjunto no tiene esa tabla.", "The overview has no such table.")
    chosen = OverviewTable(table)
    query, ranked, params = _ask()
    release = release_of_query(query)
    return AskedTable(
        release,
        lambda: _make_table(build_overview(release, query, ranked=ranked), chosen),
        params,
        query.release is not None,
        table=TableFiles(f"/overview/{chosen}", "Overview", _TITLE, chosen.value, table_words.OVERVIEW),
    )


add_table_files(
    TableFiles("/overview/<table>", "Overview", _TITLE, "overview", table_words.OVERVIEW), _describe_file, _ask_table
)


def _ask() -> tuple[RegistryQuery, int, Params]:
    query, ranked = asked_selection(_RANKED, lambda reader: reader.count_between(_RANKED, 1, MOST_RANKED, SHOWN))
    return query, ranked, [*query_params(query), (_RANKED, str(ranked))]


def _make_json(release: Release, query: RegistryQuery, ranked: int) -> tuple[bytes, Headers]:
    found = build_overview(release, query, ranked=ranked)
    ends = found.ends
    body = {
        **release_facts(release),
        "records": found.records,
        "taxpayers": found.taxpayers,
        "spread": labelled_facets(release, query, AXES, lang=preferred_language()),
        "sums": found.sums,
        "amounts_by_year": [
            asdict(year) | {"lines": [_without(asdict(line), "year") for line in year.lines]} for year in found.amounts
        ],
        "jobs_by_year": found.jobs,
        "terms": found.terms,
        "upcoming_ends": {"first": ends.first, "last": ends.last, "total": ends.total},
        "rankings": {"amount": _ranking(found.by_amount), "jobs": _ranking(found.by_jobs)},
        "concentration": found.concentration,
    }
    return encode_json(body), ()


def _ranking(ranking: Ranking | None) -> Mapping[str, object] | None:
    if ranking is None:
        return None
    return {
        "year": ranking.year,
        "kind": ranking.kind,
        "total": ranking.total,
        "taxpayers": ranking.taxpayers,
        "records": ranking.records,
        "items": _ranked_rows(ranking),
    }


def _ranked_rows(ranking: Ranking | None) -> list[dict[str, object]]:
    return [
        {
            "place": entry.place,
            "nit": entry.nit,
            "name": entry.name,
            "person_kind": PersonKind.NATURAL.value if entry.is_natural else PersonKind.LEGAL.value,
            "value": entry.value,
            "share": entry.share,
            "records": entry.records,
        }
        for entry in (ranking.entries if ranking is not None else ())
    ]


def _make_table(found: Overview, table: OverviewTable) -> pl.DataFrame:
    rows, schema = _TABLES[table](found)
    return pl.DataFrame(rows, schema=schema, orient="row")


_Rows = tuple[Sequence[Mapping[str, object]], pl.Schema]
_MONEY = pl.Decimal(38, 2)
_SHARE = pl.Decimal(38, 4)
_YEARS = pl.Schema({"year": pl.Int64(), "records": pl.Int64()})


def _amounts_table(found: Overview) -> _Rows:
    return [asdict(line) for year in found.amounts for line in year.lines], pl.Schema(
        {
            "year": pl.Int64(),
            "tax": pl.String(),
            "mechanism": pl.String(),
            "is_not_paid": pl.Boolean(),
            "amount_gtq": _MONEY,
            "records": pl.Int64(),
        }
    )


def _jobs_table(found: Overview) -> _Rows:
    return [asdict(part) for part in found.jobs], pl.Schema(
        {"year": pl.Int64(), "kind": pl.String(), "jobs": pl.Int64(), "records": pl.Int64(), "by_quarter": pl.Int64()}
    )


def _ranking_table(ranking: Ranking | None, value: pl.DataType) -> _Rows:
    return _ranked_rows(ranking), pl.Schema(
        {
            "place": pl.Int64(),
            "nit": pl.String(),
            "name": pl.String(),
            "person_kind": pl.String(),
            "value": value,
            "share": _SHARE,
            "records": pl.Int64(),
        }
    )


def _curve_table(found: Overview) -> _Rows:
    curve = found.concentration.curve if found.concentration is not None else ()
    return [asdict(point) for point in curve], pl.Schema(
        {"taxpayers": pl.Int64(), "taxpayers_share": _SHARE, "amount_gtq": _MONEY, "share": _SHARE}
    )


_TABLES: Mapping[OverviewTable, Callable[[Overview], _Rows]] = {
    OverviewTable.AMOUNTS: _amounts_table,
    OverviewTable.JOBS: _jobs_table,
    OverviewTable.BEGUN: lambda found: ([asdict(year) for year in found.terms.begun], _YEARS),
    OverviewTable.ENDING: lambda found: ([asdict(year) for year in found.terms.ending], _YEARS),
    OverviewTable.BY_AMOUNT: lambda found: _ranking_table(found.by_amount, _MONEY),
    OverviewTable.BY_JOBS: lambda found: _ranking_table(found.by_jobs, pl.Decimal(38, 0)),
    OverviewTable.CONCENTRATION: _curve_table,
}


def _without(row: dict[str, object], name: str) -> dict[str, object]:
    return {key: value for key, value in row.items() if key != name}
