"""`GET /suggest`: names and NITs while a person types."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response

from api.conditional import Headers, Representation, answer_body
from api.json_text import encode_json
from api.negotiation import require_acceptable
from api.parameters import parameter_reader
from api.releases_at import CHOICE, chosen_release, read_choice
from api.repeats import mark_repeatable
from api.schemas.records import SuggestionsSchema
from api.schemas.texts import both
from api.spec import operation, query_parameter
from api.v1.answers import release_facts
from api.v1.blueprints import v1
from api.v1.described import release_parameters
from exemptions.parameters import MAX_TEXT
from exemptions.release import Release
from exemptions.suggest import MAX_SUGGESTIONS, suggest

PATH = "/api/v1/suggest"
_MEDIA_TYPE = "application/json"
_DEFAULT_LIMIT = 8
_MAX_LIMIT = MAX_SUGGESTIONS


@v1.route("/suggest")
@v1.doc(
    **operation(
        "suggest",
        tag="records",
        summary=("Sugerir mientras se escribe", "Suggest while typing"),
        about=(
            "Nombres y NIT que empiezan como lo escrito, con cuántos registros tienen.",
            "Names and NITs that begin as typed, with how many records have them.",
        ),
        media={_MEDIA_TYPE: SuggestionsSchema},
        parameters=[
            query_parameter(
                "q",
                both("Lo escrito hasta ahora.", "What was typed so far."),
                {"type": "string", "maxLength": MAX_TEXT},
            ),
            query_parameter(
                "limit",
                both("Sugerencias, como máximo.", "Suggestions at most."),
                {"type": "integer", "minimum": 1, "maximum": _MAX_LIMIT, "default": _DEFAULT_LIMIT},
            ),
            *release_parameters(),
        ],
        problems=(404, 410),
        example="/api/v1/suggest?q=coop",
    )
)
def list_suggestions() -> Response:
    """Suggestions for what was typed so far; none for nothing."""
    reader = parameter_reader("q", "limit", *CHOICE)
    q = reader.words("q")
    limit = reader.count_between("limit", 1, _MAX_LIMIT, _DEFAULT_LIMIT)
    choice = read_choice(reader)
    reader.raise_problems()
    require_acceptable(_MEDIA_TYPE)
    release = chosen_release(choice)
    mark_repeatable(release)
    representation = Representation(
        release=release,
        key=f"{PATH}?{urlencode({'q': q, 'limit': limit})}",
        media_type=_MEDIA_TYPE,
        pinned=choice.is_pinned,
        by_language=False,
    )
    return answer_body(representation, lambda: _make(release, q, limit))


def _make(release: Release, q: str, limit: int) -> tuple[bytes, Headers]:
    items = [
        {"text": found.text, "kind": found.kind, "nit": found.nit, "name": found.name, "count": found.count}
        for found in suggest(release, q, limit)
    ]
    return encode_json({**release_facts(release), "items": items}), ()
