"""`GET /taxpayers/<nit>`: all benefits of one legal person."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Response

from api.conditional import Headers, Representation, answer_body
from api.found import FoundTaxpayer, find_taxpayer
from api.json_text import encode_json
from api.negotiation import require_acceptable
from api.parameters import parameter_reader
from api.relations import link, link_header
from api.releases_at import CHOICE, chosen_release, read_choice
from api.schemas.records import TaxpayerDetailSchema
from api.schemas.texts import both
from api.spec import operation, path_parameter
from api.state import absolute
from api.v1.answers import choose_fields, lasting_address, release_facts
from api.v1.blueprints import v1
from api.v1.described import fields_parameter, release_parameters
from api.v1.facts import ended_fact, facts_of, origins_of
from exemptions.columns import PersonKind
from exemptions.errors import NotFound
from exemptions.nit import format_nit
from exemptions.org_id import identifiers_of
from exemptions.query import read_fields
from exemptions.release import Release

_MEDIA_TYPE = "application/json"


@v1.route("/taxpayers/<nit>")
@v1.doc(
    **operation(
        "getTaxpayer",
        tag="taxpayers",
        summary=("Una persona jurídica", "A legal person"),
        about=(
            "Todos sus beneficios con empleos, montos, proyectos de energía, sucesos e historia. El NIT puede ir con "
            "o sin guion. Uno que solo tuvo beneficios en publicaciones anteriores responde sin registros y dice "
            "cuándo terminaron. El de una persona individual responde el mismo 404 que uno que no existe.",
            "All its benefits with jobs, amounts, energy projects, events and history. The NIT may be written with or "
            "without hyphen. One whose benefits were all in earlier releases answers without records and tells when "
            "they ended. That of a natural person answers the same 404 as one that does not exist.",
        ),
        media={_MEDIA_TYPE: TaxpayerDetailSchema},
        parameters=[
            path_parameter("nit", both("NIT, en cualquier escritura.", "NIT, in any writing."), {"type": "string"}),
            *release_parameters(),
            fields_parameter(),
        ],
        headers={"Content-Location": ("La dirección con el NIT canónico.", "The address with the canonical NIT.")},
        problems=(404, 410),
        example="/api/v1/taxpayers/800000000001",
    )
)
def get_taxpayer(nit: str) -> Response:
    """One taxpayer of a release."""
    reader = parameter_reader(*CHOICE, "fields")
    choice, fields = read_choice(reader), read_fields(reader)
    reader.raise_problems()
    require_acceptable(_MEDIA_TYPE)
    release = chosen_release(choice)
    found = _find(release, nit)
    path = f"/api/v1/taxpayers/{found.nit}"
    representation = Representation(
        release=release,
        key="\x00".join((path, ",".join(fields), *found.depends_on)),
        media_type=_MEDIA_TYPE,
        pinned=choice.is_pinned,
        by_language=False,
    )
    response = answer_body(representation, lambda: _make(release, found, fields))
    params = [*choice.params, *([("fields", ",".join(fields))] if fields else [])]
    response.headers["Content-Location"] = f"{path}?{urlencode(params, safe=',')}" if params else path
    return response


def _find(release: Release, nit: str) -> FoundTaxpayer:
    """The taxpayer.

    Raises: NotFound in the same words for every reason: what is no NIT, a CUI, a natural person's NIT, an unknown one.
    """
    try:
        return find_taxpayer(release, nit)
    except NotFound as reason:
        raise NotFound(
            "No hay una persona jurídica con ese NIT en el registro. Las personas individuales no tienen página.",
            "There is no legal person with that NIT in the registry. Natural persons have no page.",
        ) from reason


def _make(release: Release, found: FoundTaxpayer, fields: tuple[str, ...]) -> tuple[bytes, Headers]:
    records = release.to_items(found.rows)
    path = f"/api/v1/taxpayers/{found.nit}"
    lasting, page = lasting_address(path, release, fields), f"/contribuyente/{found.nit}"
    body = {
        **release_facts(release),
        "taxpayer": _taxpayer(found, records),
        "records": [choose_fields(record, fields) for record in records],
        "ended": [ended_fact(benefit) for benefit in found.ended],
        "value_releases": {
            record_id: choose_fields(origins, fields) for record_id, origins in origins_of(release, records).items()
        },
        **facts_of(release, [str(record["record_id"]) for record in records]),
        "links": {
            "self": absolute(path),
            "permalink": absolute(lasting),
            "page": absolute(page),
        },
    }
    links = link(lasting, "bookmark"), link(page, "alternate", "text/html")
    return encode_json(body), (link_header(release, *links),)


def _taxpayer(found: FoundTaxpayer, records: list[dict[str, Any]]) -> dict[str, object]:
    kind = records[0]["person_kind"] if records else PersonKind.LEGAL.value
    return {
        "nit": found.nit,
        "nit_display": format_nit(found.nit),
        "name": records[0]["name"] if records else found.ended[0].name,
        "person_kind": kind,
        "identifiers": identifiers_of({"nit": found.nit, "person_kind": kind}),
    }
