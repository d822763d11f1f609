"""`GET /records/groups`: any search split by one or two codes, with what each group adds up to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

import polars as pl
from flask import Response

from api.asked import asked_selection
from api.conditional import Headers, Representation, answer_body
from api.json_text import encode_json
from api.negotiation import preferred_language, require_acceptable
from api.provenance import Origin, Params
from api.relations import link, link_header, query_header
from api.releases_at import release_of_query
from api.schemas.groups import GroupsSchema
from api.schemas.texts import both
from api.spec import Document, operation, query_parameter
from api.v1 import table_words
from api.v1.answers import release_facts
from api.v1.blueprints import v1
from api.v1.described import filter_parameters, release_parameters
from api.v1.labelled import labels_of
from api.v1.table_files import AskedTable, TableFiles, add_table_files
from exemptions.columns import ValueState
from exemptions.groups import GROUPINGS, MOST_GROUPINGS, Group, group_records
from exemptions.parameters import ParameterReader
from exemptions.query import RegistryQuery, query_params
from exemptions.release import Release

PATH = "/api/v1/records/groups"
_JSON = "application/json"
_CSV = "text/csv"
_GROUP_BY = "group_by"
_DEFAULT = ("category",)
_TITLE = ("Agrupar, contar y sumar", "Group, count and sum")
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
        summary=_TITLE,
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
    query, names = asked_selection(_GROUP_BY, _read_names)
    require_acceptable(_JSON)
    release = release_of_query(query)
    origin = Origin(release, PATH, _params(query, names))

    def write() -> tuple[bytes, Headers]:
        files = replace(origin, path=f"{PATH}.csv").permalink
        links = link(origin.permalink, "bookmark"), link(files, "alternate", _CSV)
        return _make_json(release, query, names), (*query_header(origin.query), link_header(release, *links))

    representation = Representation(
        release=release, key=origin.address, media_type=_JSON, pinned=query.release is not None
    )
    return answer_body(representation, write)


def _describe_file(operation_id: str, suffix: str, media: dict[str, object], title: tuple[str, str]) -> Document:
    return operation(
        operation_id,
        tag="records",
        summary=title,
        about=(
            "Los mismos grupos: por cada uno, número (jobs, amount_gtq) y estado una fila, y de lo reportado una por "
            "año y clase, con su suma y los registros que suma.",
            "The same groups: for each of them, each number (jobs, amount_gtq) and state one row, and of what is "
            "reported one by year and kind, with its sum and the records it adds up.",
        ),
        media=media,
        headers={
            "X-Total-Count": ("Filas que debe tener el archivo.", "Rows that the file must have."),
            "Content-Disposition": ("Nombre del archivo.", "Name of the file."),
        },
        parameters=_parameters(),
        problems=(404, 410),
        example=f"{PATH}{suffix}?group_by=type",
    )


def _ask_table() -> AskedTable:
    query, names = asked_selection(_GROUP_BY, _read_names)
    release = release_of_query(query)
    return AskedTable(
        release,
        lambda: _frame(release, query, names),
        _params(query, names),
        query.release is not None,
        table=replace(_FILES, name="-".join(names)),
    )


_FILES = TableFiles("/records/groups", "RecordGroups", _TITLE, "groups", table_words.GROUPS)
add_table_files(_FILES, _describe_file, _ask_table)


def _params(query: RegistryQuery, names: Sequence[str]) -> Params:
    return [(_GROUP_BY, ",".join(names)), *query_params(query)]


def _read_names(reader: ParameterReader) -> tuple[str, ...]:
    names = reader.names(_GROUP_BY, GROUPINGS, may_repeat=False)
    if len(names) > MOST_GROUPINGS:
        reader.add(
            _GROUP_BY, ",".join(names),
            f"{_GROUP_BY} acepta hasta {MOST_GROUPINGS} códigos y llegaron {len(names)}.",
            f"{_GROUP_BY} accepts up to {MOST_GROUPINGS} codes and {len(names)} came.",
        )  # fmt: skip
    return names or _DEFAULT


def _make_json(release: Release, query: RegistryQuery, names: tuple[str, ...]) -> bytes:
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
    return encode_json(body)


def _frame(release: Release, query: RegistryQuery, names: Sequence[str]) -> pl.DataFrame:
    rows = [row for group in group_records(release, query, names) for row in _iter_rows(group)]
    schema = {
        **dict.fromkeys(names, pl.String()),
        "records": pl.Int64(),
        "taxpayers": pl.Int64(),
        "number": pl.String(),
        "state": pl.String(),
        "year": pl.Int64(),
        "kind": pl.String(),
        "sum": pl.Decimal(38, 2),
        "rows": pl.Int64(),
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _iter_rows(group: Group) -> Iterator[Sequence[object]]:
    """The lines of one group. The rows of one number are all its records, each once."""
    known = (*group.values, group.records, group.taxpayers)
    reported = ValueState.REPORTED.value
    for jobs in group.sums.jobs:
        yield (*known, "jobs", reported, jobs.year, jobs.kind, Decimal(jobs.sum), jobs.rows)
    for amount in group.sums.amount_gtq:
        yield (*known, "amount_gtq", reported, amount.year, None, amount.sum, amount.rows)
    for number, states in group.sums.states.items():
        for state, count in states.items():
            if state != reported and count:
                yield (*known, number, state, None, None, None, count)
