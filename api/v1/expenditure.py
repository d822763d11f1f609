"""`GET /expenditure`: the official estimates of tax expenditure, as their reports give them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from urllib.parse import urlencode

import polars as pl
from flask import Response

from api.conditional import Headers, Representation, answer_body
from api.json_text import encode_json
from api.negotiation import require_acceptable
from api.parameters import parameter_reader
from api.releases_at import CHOICE, ReleaseChoice, chosen_release, read_choice
from api.schemas.expenditure import ExpenditureSchema
from api.schemas.texts import both
from api.spec import Document, operation, query_parameter
from api.state import app_state
from api.v1.answers import release_facts
from api.v1.blueprints import v1
from api.v1.described import release_parameters
from exemptions.catalog_entries import CatalogName
from exemptions.catalogs import load_catalogs
from exemptions.fact_codes import Partition
from exemptions.filters import FILTER, Filter, FilterKind
from exemptions.parameters import MAX_TEXT, ParameterReader
from exemptions.release import Release
from exporters.csv_format import LINE_END
from exporters.frames import quetzales

PATH = "/api/v1/expenditure"
_JSON = "application/json"
_CSV = "text/csv"
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
)
_YEAR = re.compile(r"[0-9]{4}")
_PARTITION = Filter(
    "partition", FilterKind.CODE, "partition", "Partición", "Partition", "{value}", "{value}", choices=tuple(Partition)
)


@dataclass(frozen=True, slots=True)
class EstimateQuery:
    """Which estimates are asked for: any of the values of each filter that has some."""

    year: tuple[int, ...]
    tax: tuple[str, ...]
    partition: tuple[str, ...]
    report: tuple[str, ...]
    choice: ReleaseChoice

    def params(self) -> list[tuple[str, str]]:
        """The filters in their canonical order."""
        filters = (("year", self.year), ("tax", self.tax), ("partition", self.partition), ("report", self.report))
        return [(name, str(value)) for name, values in filters for value in values]


def _describe(operation_id: str, suffix: str, media: dict[str, object], title: tuple[str, str]) -> Document:
    return operation(
        operation_id,
        tag="expenditure",
        summary=title,
        about=(
            "Las estimaciones oficiales tal como las dan sus informes. Las particiones de un total son alternativas y "
            "no se suman entre sí; cifras de metodologías distintas no se comparan.",
            "The official estimates as their reports give them. The partitions of a total are alternatives and are not "
            "added together; figures of different methods do not compare.",
        ),
        media=media,
        parameters=[*_filters(), *release_parameters()],
        problems=(404, 410),
        example=f"{PATH}{suffix}?year=2020&partition=impuesto",
    )


def _filters() -> list[Document]:
    taxes = list(load_catalogs().entries(CatalogName.TAXES))
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
    )
    return [query_parameter(name, both(*about), {"type": "array", "items": item}) for name, about, item in described]


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
    return _answer("", _JSON, _make_json)


@v1.route("/expenditure.csv")
@v1.doc(
    **_describe(
        "exportExpenditureCsv",
        ".csv",
        {_CSV: {"type": "string"}},
        ("Gasto tributario estimado, en CSV", "Estimated tax expenditure as CSV"),
    )
)
def export_expenditure() -> Response:
    """The estimates that match, as CSV."""
    return _answer(".csv", _CSV, _make_csv)


def _answer(suffix: str, media_type: str, make: Callable[[Release, pl.DataFrame], tuple[bytes, Headers]]) -> Response:
    reader = parameter_reader("year", "tax", "partition", "report", *CHOICE)
    query = _read(reader)
    reader.raise_problems()
    require_acceptable(media_type)
    release = chosen_release(query.choice)
    _refuse_unknown_reports(query, release)
    representation = Representation(
        release=release,
        key=f"{PATH}{suffix}?{urlencode(query.params())}",
        media_type=f"{media_type}; charset=utf-8; header=present" if media_type == _CSV else media_type,
        pinned=query.choice.is_pinned,
        by_language=False,
    )
    return answer_body(representation, lambda: make(release, _matching(release, query)))


def _read(reader: ParameterReader) -> EstimateQuery:
    catalogs = app_state().catalogs
    return EstimateQuery(
        year=_years(reader),
        tax=reader.codes(FILTER["tax"], catalogs),
        partition=reader.codes(_PARTITION, catalogs),
        report=tuple(sorted({value.strip() for value in reader.values("report")})),
        choice=read_choice(reader),
    )


def _years(reader: ParameterReader) -> tuple[int, ...]:
    found = set()
    for value in reader.values("year"):
        if _YEAR.fullmatch(value.strip()):
            found.add(int(value))
        else:
            reader.add("year", value, "Un año tiene cuatro cifras: 2025.", "A year has four digits: 2025.")
    return tuple(sorted(found))


def _refuse_unknown_reports(query: EstimateQuery, release: Release) -> None:
    """A report's name is known only once the release is.

    Raises: InvalidQuery.
    """
    known = _estimates(release).get_column("report").unique().sort().to_list() if query.report else []
    problems = ParameterReader({})
    for report in query.report:
        if report not in known:
            nearest = next(iter(get_close_matches(report, known, 1, 0.0)), None)
            hint_es, hint_en = (
                (f" El más parecido es «{nearest}».", f" The nearest is “{nearest}”.") if nearest else ("", "")
            )
            problems.add(
                "report", report,
                f"La publicación no tiene ese informe.{hint_es}",
                f"The release has no such report.{hint_en}",
                nearest,
            )  # fmt: skip
    problems.raise_problems()


def _estimates(release: Release) -> pl.DataFrame:
    frame = pl.from_arrow(release.expenditure)
    if not isinstance(frame, pl.DataFrame):
        raise TypeError("a record batch becomes a frame")
    return frame


def _matching(release: Release, query: EstimateQuery) -> pl.DataFrame:
    """The estimates that fit every filter, in the release's order."""
    filters: tuple[tuple[str, tuple[object, ...]], ...] = (
        ("year", query.year),
        ("tax", query.tax),
        ("partition", query.partition),
        ("report", query.report),
    )
    fits = [pl.col(name).is_in(list(values)) for name, values in filters if values]
    found = _estimates(release).filter(*fits)
    return found.with_columns(amount_gtq=quetzales("amount_cents")).select(_COLUMNS)


def _make_json(release: Release, found: pl.DataFrame) -> tuple[bytes, Headers]:
    return encode_json({**release_facts(release), "total": found.height, "items": found.to_dicts()}), ()


def _make_csv(release: Release, found: pl.DataFrame) -> tuple[bytes, Headers]:
    disposition = f'attachment; filename="gasto-tributario-{release.number}.csv"'
    return found.write_csv(line_terminator=LINE_END).encode(), (("Content-Disposition", disposition),)
