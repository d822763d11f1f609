"""How the routes of the staff's API are told in the OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from marshmallow import Schema

from api.schemas.texts import both
from api.spec import Document, operation, path_parameter, query_parameter
from api.v1.staff.bodies import HIGHEST

TAG = "staff"
SECURITY_SCHEME = "staffToken"
JSON = "application/json"

SECURITY_DOCUMENT: Document = {
    "type": "http",
    "scheme": "bearer",
    "description": both(
        "Un token de una persona, que se da en /staff/tokens o con «exemptions user token».",
        "A token of a person, issued at /en/staff/tokens or by “exemptions user token”.",
    ),
}

NUMBER = path_parameter("number", both("Su número.", "Its number."), {"type": "integer", "minimum": 1})
BEFORE = query_parameter(
    "before",
    both("Solo los de número menor; viene en next.", "Only those of a lower number; it comes in next."),
    {"type": "integer", "minimum": 1, "maximum": HIGHEST},
)
LIMIT = query_parameter(
    "limit",
    both("Cuántos por respuesta.", "How many in an answer."),
    {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100},
)


def staff_operation(
    operation_id: str,
    *,
    summary: tuple[str, str],
    about: tuple[str, str],
    media: Mapping[str, object],
    parameters: Sequence[Document] = (),
    body: type[Schema] | None = None,
    takes_file: bool = False,
    status: int = 200,
    problems: Iterable[int] = (),
) -> Document:
    """The description of one route, for `Blueprint.doc`."""
    described = operation(
        operation_id,
        tag=TAG,
        summary=summary,
        about=about,
        media=media,
        parameters=parameters,
        not_modified=False,
        problems=(401, 403, *problems),
    )
    responses = described["responses"]
    if status != 200:
        responses[str(status)] = responses.pop("200")
    if body is not None:
        described["requestBody"] = {"content": {JSON: {"schema": body}}}
        if any(field.required for field in body().fields.values()):
            described["requestBody"]["required"] = True
        for code in (400, 413, 415):
            responses[str(code)] = {"$ref": f"#/components/responses/Problem{code}"}
    if takes_file:
        described["requestBody"] = {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    described["security"] = [{SECURITY_SCHEME: []}]
    return described
