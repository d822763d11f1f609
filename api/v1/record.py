"""`GET /records/<record_id>`: one benefit with all that is known of it."""

from __future__ import annotations

from flask import Response

from api.conditional import Headers, Representation, answer_body
from api.found import FoundRecord, find_record
from api.json_text import encode_json
from api.negotiation import require_acceptable
from api.parameters import parameter_reader
from api.relations import link, link_header
from api.releases_at import CHOICE, chosen_release, read_choice
from api.schemas.records import RecordDetailSchema
from api.schemas.texts import both
from api.spec import operation, path_parameter
from api.state import absolute
from api.v1.answers import choose_fields, lasting_address, release_facts
from api.v1.blueprints import v1
from api.v1.described import fields_parameter, release_parameters
from api.v1.facts import ended_fact, facts_of, origins_of
from exemptions.org_id import identifiers_of
from exemptions.query import read_fields
from exemptions.release import Release

_MEDIA_TYPE = "application/json"


@v1.route("/records/<record_id>")
@v1.doc(
    **operation(
        "getRecord",
        tag="taxpayers",
        summary=("Un beneficio", "One benefit"),
        about=(
            "El registro con sus empleos, montos, proyectos de energía, sucesos e historia. Uno que terminó responde "
            "con record null, cuándo terminó y dónde se lee lo último que se publicó de él.",
            "The record with its jobs, amounts, energy projects, events and history. One that ended answers with "
            "record null, when it ended, and where the last that was published of it can be read.",
        ),
        media={_MEDIA_TYPE: RecordDetailSchema},
        parameters=[
            path_parameter(
                "record_id", both("Identificador del registro.", "Identifier of the record."), {"type": "string"}
            ),
            *release_parameters(),
            fields_parameter(),
        ],
        problems=(404, 410),
        example="/api/v1/records/abcdefghijklmnop",
    )
)
def get_record(record_id: str) -> Response:
    """One record of a release."""
    reader = parameter_reader(*CHOICE, "fields")
    choice, fields = read_choice(reader), read_fields(reader)
    reader.raise_problems()
    require_acceptable(_MEDIA_TYPE)
    release = chosen_release(choice)
    found = find_record(release, record_id)
    representation = Representation(
        release=release,
        key="\x00".join((f"/api/v1/records/{record_id}", ",".join(fields), *found.depends_on)),
        media_type=_MEDIA_TYPE,
        pinned=choice.is_pinned,
        by_language=False,
    )
    return answer_body(representation, lambda: _make(release, record_id, found, fields))


def _make(release: Release, record_id: str, found: FoundRecord, fields: tuple[str, ...]) -> tuple[bytes, Headers]:
    path = f"/api/v1/records/{record_id}"
    lasting, page = lasting_address(path, release, fields), f"/registro/{record_id}"
    records = [] if found.row is None else release.to_items([found.row])
    body = {
        **release_facts(release),
        "record": choose_fields(records[0], fields) if records else None,
        "identifiers": identifiers_of(records[0]) if records else [],
        "ended": ended_fact(found.ended) if found.ended else None,
        "value_releases": choose_fields(origins_of(release, records).get(record_id, {}), fields),
        **facts_of(release, [record_id]),
        "links": {
            "self": absolute(path),
            "permalink": absolute(lasting),
            "page": absolute(page),
        },
    }
    links = link(lasting, "bookmark"), link(page, "alternate", "text/html")
    return encode_json(body), (link_header(release, *links),)
