"""`GET /corrections`: the public log of reported errors. It belongs to no release: answers change as staff answer."""

from __future__ import annotations

from dataclasses import asdict
from hashlib import blake2b

from flask import Response, request

from api.conditional import UNPINNED
from api.json_text import encode_json
from api.negotiation import require_acceptable
from api.parameters import parameter_reader, refuse_parameters
from api.schemas.corrections import CorrectionListSchema, CorrectionSchema
from api.schemas.texts import both
from api.spec import operation, path_parameter, query_parameter
from api.state import app_state
from api.v1.blueprints import v1
from exemptions.correction_log import LoggedCorrection
from exemptions.errors import CorrectionNotFound
from exemptions.inbox import find_number

PATH = "/api/v1/corrections"
_JSON = "application/json"
_MAX_LIMIT = 1_000
_DEFAULT_LIMIT = 100
_NUMBER = path_parameter(
    "number", both("Número que recibió quien avisó.", "Number that who reported it was given."), {"type": "string"}
)


@v1.route("/corrections")
@v1.doc(
    **operation(
        "listCorrections",
        tag="corrections",
        summary=("Avisos de errores", "Reports of errors"),
        about=(
            "Lo que se respondió a los avisos del público, el más nuevo primero. Lo que se escribió en ellos no es "
            "público. Se avisa en la página /correcciones.",
            "What was answered to the public's reports, the latest first. What was written in them is not public. "
            "Errors are reported on the page /en/correcciones.",
        ),
        media={_JSON: CorrectionListSchema},
        parameters=[
            query_parameter(
                "limit",
                both("Avisos por respuesta.", "Reports in an answer."),
                {"type": "integer", "minimum": 1, "maximum": _MAX_LIMIT, "default": _DEFAULT_LIMIT},
            ),
            query_parameter(
                "cursor",
                both("Lugar donde sigue la lista; viene en next.", "Place where the list goes on; it comes in next."),
                {"type": "string"},
            ),
        ],
        example="/api/v1/corrections?limit=20",
    )
)
def list_corrections() -> Response:
    """The log, part by part; walking it by `next` gives every report once, however many come meanwhile."""
    reader = parameter_reader("limit", "cursor")
    limit = reader.count_between("limit", 1, _MAX_LIMIT, _DEFAULT_LIMIT)
    cursor = reader.single("cursor")
    entries = app_state().corrections.current().entries
    start = 0
    if cursor is not None:
        places = [place for place, entry in enumerate(entries) if entry.number == find_number(cursor)]
        if not places:
            reader.add("cursor", cursor, "No es un cursor de esta lista.", "This is no cursor of this list.")
        start = places[0] + 1 if places else 0
    reader.raise_problems()
    require_acceptable(_JSON)
    shown = entries[start : start + limit]
    goes_on = start + limit < len(entries)
    following = f"{PATH}?limit={limit}&cursor={shown[-1].number}" if goes_on else None
    return _answer({"total": len(entries), "items": [asdict(entry) for entry in shown], "next": following})


@v1.route("/corrections/<number>")
@v1.doc(
    **operation(
        "getCorrection",
        tag="corrections",
        summary=("Un aviso", "One report"),
        about=(
            "Estado y respuesta de un aviso. Uno recién enviado aparece en unos minutos.",
            "State and answer of a report. One that was just sent appears within minutes.",
        ),
        media={_JSON: CorrectionSchema},
        parameters=[_NUMBER],
        problems=(404,),
    )
)
def get_correction(number: str) -> Response:
    """What became of one report."""
    refuse_parameters()
    require_acceptable(_JSON)
    canonical = find_number(number)
    entry: LoggedCorrection | None = app_state().corrections.current().find(canonical) if canonical else None
    if entry is None:
        raise CorrectionNotFound(
            "El registro público no tiene un aviso con ese número.", "The public log has no report of that number."
        )
    return _answer(asdict(entry))


def _answer(body: object) -> Response:
    response = Response(encode_json(body), content_type=_JSON)
    response.headers["Cache-Control"] = UNPINNED
    response.set_etag(blake2b(response.get_data(), digest_size=16).hexdigest())
    conditional = response.make_conditional(request)
    if not isinstance(conditional, Response):
        raise TypeError("a conditional answer is the same answer")
    return conditional
