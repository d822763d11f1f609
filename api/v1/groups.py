"""`GET /records/groups`: any search split by one or two codes, with what each group adds up to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from urllib.parse import urlencode

import polars as pl
from flask import Response

from api.asked import asked_selection
from api.conditional import Headers, Representation, answer_body
from api.json_text import encode_json
from api.negotiation import preferred_language, require_acceptable
from api.relations import link, link_header, query_header
from api.releases_at import CHOICE, download_name, release_of_query
from api.schemas.groups import GroupsSchema
from api.schemas.texts import both
from api.spec import Document, operation, query_parameter
from api.v1.answers import release_facts
from api.v1.blueprints import v1
from api.v1.described import filter_parameters, release_parameters
from api.v1.labelled import labels_of
from exemptions.columns import ValueState
from exemptions.groups import GROUPINGS, MOST_GROUPINGS, Group, group_records
from exemptions.parameters import ParameterReader
from exemptions.query import RegistryQuery, query_params
from exemptions.release import Release
from exporters.csv_format import LINE_END

PATH = "/api/v1/records/groups"
_JSON = "application/json"
_CSV = "text/csv"
_GROUP_BY = "group_by"
_DEFAULT = ("category",)
_ABOUT = (
    "Cada registro está en un solo grupo, también los que no tienen ese dato (null), así que los grupos suman el "
    "total. Años y clases nunca se suman entre sí, y solo se suma lo publicado: states dice cuántos registros de cada "
    "estado hay. No se agrupa por impuesto, porque un registro tiene varios: vea /overview.",
    "Each record is in one group only, those without that value (null) too, so the groups add up to the total. Years "
    "and kinds are never added together, and only published values are added: states tells how many records of each "
    "state there are. There is no grouping by tax, since a record has several: see /overview.",
)  # fmt: skip


def _parameters() -> list[Document]:
    grouping = query_parameter(
        _GROUP_BY,
        both(
            "Por qué se agrupa: un código, o dos separados por coma.", "What to group by: one code, or two, by comma."
        ),
        {
            "type": "array",
            "items": {"type": "string", "enum": list(GROUPINGS)},
            "maxItems": MOST_GROUPINGS,
            "uniqueItems": True,
            "default": list(_DEFAULT),
        },
    )
    return [grouping | {"explode": False}, *filter_parameters(), *release_parameters()]


@v1.route("/records/groups")
@v1.doc(
    **operation(
        "groupRecords",
        tag="records",
        summary=("Agrupar, contar y sumar", "Group, count and sum"),
        about=_ABOUT,
        media={_JSON: GroupsSchema},
        headers={"X-Registry-Query": ("Qué se pidió de la publicación.", "What was asked of the release.")},
        parameters=_parameters(),
        problems=(404, 410),
        example=f"{PATH}?group_by=category,department&status=active",
    )
)
def group() -> Response:
    """The groups of a query's result."""
    return _answer("", _JSON, _make_json)


@v1.route("/records/groups.csv")
@v1.doc(
    **operation(
        "exportRecordGroupsCsv",
        tag="records",
        summary=("Agrupar, contar y sumar, en CSV", "Group, count and sum, as CSV"),
        about=(
            "Los mismos grupos: por cada uno, número (jobs, amount_gtq) y estado una fila, y de lo reportado una por "
            "año y clase, con su suma y los registros que suma.",
            "The same groups: for each of them, each number (jobs, amount_gtq) and state one row, and of what is "
            "reported one by year and kind, with its sum and the records it adds up.",
        ),
        media={_CSV: {"type": "string"}},
        headers={
            "X-Total-Count": ("Filas que debe tener el archivo.", "Rows that the file must have."),
            "Content-Disposition": ("Nombre del archivo.", "Name of the file."),
        },
        parameters=_parameters(),
        problems=(404, 410),
        example=f"{PATH}.csv?group_by=type",
    )
)
def export_groups_csv() -> Response:
    """The groups of a query's result as CSV."""
    return _answer(".csv", _CSV, _make_csv)


_Make = Callable[[Release, RegistryQuery, tuple[str, ...]], tuple[bytes, list[tuple[str, str]]]]


def _answer(suffix: str, media_type: str, make: _Make) -> Response:
    query, names = asked_selection(_GROUP_BY, _read_names)
    require_acceptable(media_type)
    release = release_of_query(query)
    is_csv = media_type == _CSV
    asked = [(_GROUP_BY, ",".join(names))]
    lasting = [*asked, *(pair for pair in query_params(query) if pair[0] not in CHOICE), ("release", release.number)]

    def write() -> tuple[bytes, Headers]:
        body, headers = make(release, query, names)
        address = urlencode(lasting, safe=",")
        other = (f"{PATH}?{address}", "alternate", _JSON) if is_csv else (f"{PATH}.csv?{address}", "alternate", _CSV)
        # What was asked of the release, without its number, which has a header of its own.
        told = query_header(urlencode(lasting[:-1], safe=","))
        links = link(f"{PATH}{suffix}?{address}", "bookmark"), link(*other)
        return body, (*headers, *told, link_header(release, *links))

    representation = Representation(
        release=release,
        key=f"{PATH}{suffix}?{urlencode([*asked, *query_params(query)])}",
        media_type=f"{media_type}; charset=utf-8; header=present" if is_csv else media_type,
        pinned=query.release is not None,
        by_language=not is_csv,
    )
    return answer_body(representation, write)


def _read_names(reader: ParameterReader) -> tuple[str, ...]:
    names = reader.names(_GROUP_BY, GROUPINGS)
    if len(names) > MOST_GROUPINGS:
        reader.add(
            _GROUP_BY, ",".join(names),
            f"{_GROUP_BY} acepta hasta {MOST_GROUPINGS} códigos y llegaron {len(names)}.",
            f"{_GROUP_BY} accepts up to {MOST_GROUPINGS} codes and {len(names)} came.",
        )  # fmt: skip
    return names or _DEFAULT


def _make_json(release: Release, query: RegistryQuery, names: tuple[str, ...]) -> tuple[bytes, list[tuple[str, str]]]:
    groups = group_records(release, query, names)
    labels = [labels_of(release, name, preferred_language()) for name in names]
    body = {
        **release_facts(release),
        "group_by": names,
        "total": sum(group.records for group in groups),
        "groups": [
            {
                "values": dict(zip(names, group.values, strict=True)),
                "labels": {
                    name: None if value is None else known[value]
                    for name, value, known in zip(names, group.values, labels, strict=True)
                },
                "records": group.records,
                "taxpayers": group.taxpayers,
                "sums": group.sums,
            }
            for group in groups
        ],
    }
    return encode_json(body), []


def _make_csv(release: Release, query: RegistryQuery, names: tuple[str, ...]) -> tuple[bytes, list[tuple[str, str]]]:
    rows = [row for group in group_records(release, query, names) for row in _iter_rows(group)]
    schema = {
        **dict.fromkeys(names, pl.String()),
        "records": pl.Int64(),
        "taxpayers": pl.Int64(),
        "number": pl.String(),
        "state": pl.String(),
        "year": pl.Int64(),
        "kind": pl.String(),
        "sum": pl.String(),
        "rows": pl.Int64(),
    }
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    name = download_name(release, f"{'-'.join(names)}.csv")
    headers = [("Content-Disposition", f'attachment; filename="{name}"'), ("X-Total-Count", str(frame.height))]
    return frame.write_csv(line_terminator=LINE_END).encode(), headers


def _iter_rows(group: Group) -> Iterator[Sequence[object]]:
    """The lines of one group. The rows of one number are all its records, each once."""
    known = (*group.values, group.records, group.taxpayers)
    reported = ValueState.REPORTED.value
    for jobs in group.sums.jobs:
        yield (*known, "jobs", reported, jobs.year, jobs.kind, str(jobs.sum), jobs.rows)
    for amount in group.sums.amount_gtq:
        yield (*known, "amount_gtq", reported, amount.year, None, str(amount.sum), amount.rows)
    for number, states in group.sums.states.items():
        for state, count in states.items():
            if state != reported and count:
                yield (*known, number, state, None, None, None, count)
