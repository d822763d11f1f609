"""Whether the process lives, and whether it can answer."""

from __future__ import annotations

from flask import Response

from api.json_text import encode_json
from api.parameters import refuse_parameters
from api.releases_at import current_release
from api.schemas.health import LiveSchema, ReadySchema
from api.spec import operation
from api.state import app_state
from api.v1.blueprints import root


@root.route("/health/live")
@root.doc(
    **operation(
        "getLive",
        tag="service",
        summary=("El proceso vive", "The process lives"),
        about=("Responde mientras el proceso atienda.", "Answers as long as the process serves."),
        media={"application/json": LiveSchema},
        not_modified=False,
    )
)
def live() -> Response:
    """Answer as long as the process serves."""
    refuse_parameters()
    return _answer({"status": "live"})


@root.route("/health/ready")
@root.doc(
    **operation(
        "getReady",
        tag="service",
        summary=("Hay una publicación que servir", "There is a release to serve"),
        about=(
            "Responde 503 hasta que una publicación comprobada esté abierta. `newest` es la más nueva que hay: si es "
            "mayor que `release`, su copia en esta máquina no pasó la comprobación y se sirve la anterior.",
            "Answers 503 until a verified release is open. `newest` is the newest that there is: if it is greater than "
            "`release`, its copy on this machine failed its check, and the one before is served.",
        ),
        media={"application/json": ReadySchema},
        not_modified=False,
    )
)
def ready() -> Response:
    """Answer when a release is open."""
    refuse_parameters()
    newest = app_state().store.get_listed().release
    return _answer({"status": "ready", "release": current_release().number, "newest": newest})


def _answer(body: dict[str, object]) -> Response:
    response = Response(encode_json(body), content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
