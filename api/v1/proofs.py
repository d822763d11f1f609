"""`GET /records/<record_id>/proof`: the small file that proves that a release holds a record."""

from __future__ import annotations

from flask import Response

from api.conditional import Headers, Representation, answer_body
from api.negotiation import require_acceptable
from api.parameters import parameter_reader
from api.releases_at import CHOICE, chosen_release, download_name, read_choice
from api.schemas.proofs import ProofSchema
from api.schemas.texts import both
from api.spec import operation, path_parameter
from api.v1.blueprints import v1
from api.v1.described import release_parameters
from exemptions.release import Release
from exporters.inclusion import Proof, encode_proof, prove_row

_JSON = "application/json"


@v1.route("/records/<record_id>/proof")
@v1.doc(
    **operation(
        "getProof",
        tag="taxpayers",
        summary=("Constancia de inclusión de un registro", "Proof of inclusion of a record"),
        about=(
            "El archivo que prueba que la publicación contiene el registro: su línea de records.ndjson, el camino "
            "(RFC 9162) hasta la raíz que el manifiesto nombra, el manifiesto y su firma. Se comprueba sin este "
            "servicio con exemptions verify, o en /verificar.",
            "The file that proves that the release holds the record: its line of records.ndjson, the path (RFC 9162) "
            "to the root that the manifest names, the manifest and its signature. It is checked without this service "
            "with exemptions verify, or at /verificar.",
        ),
        media={_JSON: ProofSchema},
        parameters=[
            path_parameter(
                "record_id", both("Identificador del registro.", "Identifier of the record."), {"type": "string"}
            ),
            *release_parameters(),
        ],
        headers={"Content-Disposition": ("Nombre del archivo.", "Name of the file.")},
        problems=(404, 410),
        example="/api/v1/records/abcdefghijklmnop/proof",
    )
)
def get_proof(record_id: str) -> Response:
    """The proof of one record."""
    reader = parameter_reader(*CHOICE)
    choice = read_choice(reader)
    reader.raise_problems()
    require_acceptable(_JSON)
    release = chosen_release(choice)
    row = release.get_record(record_id)
    representation = Representation(
        release=release,
        key=f"/api/v1/records/{record_id}/proof",
        media_type=_JSON,
        pinned=choice.is_pinned,
        by_language=False,
    )
    return answer_body(representation, lambda: _make(release, record_id, row))


def prove(release: Release, row: int) -> Proof:
    """The proof of one row.

    Raises: NotFound for a release of before there were trees; ReleaseDamaged.
    """
    return prove_row(release.folder, release.manifest, release.records, row)


def _make(release: Release, record_id: str, row: int) -> tuple[bytes, Headers]:
    name = download_name(release, f"{record_id}.proof.json")
    return encode_proof(prove(release, row)), (("Content-Disposition", f'attachment; filename="{name}"'),)
