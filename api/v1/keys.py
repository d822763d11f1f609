"""`GET /keys`: the public keys that releases are signed with, those of before included."""

from __future__ import annotations

from hashlib import blake2b

from flask import Response

from api.conditional import Headers, Representation, answer_body
from api.json_text import encode_json
from api.negotiation import require_acceptable
from api.parameters import refuse_parameters
from api.releases_at import current_release
from api.schemas.proofs import KeyListSchema
from api.schemas.texts import both
from api.spec import operation, path_parameter
from api.state import app_state
from api.v1.blueprints import v1
from exemptions.errors import NotFound, ReleaseDamaged
from exporters.signatures import FORMAT, KeyUnreadable, PublicKey, key_facts, read_keys

PATH = "/api/v1/keys"
_JSON = "application/json"
_PEM = "application/x-pem-file"


@v1.route("/keys")
@v1.doc(
    **operation(
        "listKeys",
        tag="releases",
        summary=("Llaves públicas", "Public keys"),
        about=(
            "Las llaves Ed25519 con que se firman los manifiestos, la más nueva al final; las que ya no firman siguen "
            "aquí con su último instante. Sin llaves, las publicaciones no están firmadas.",
            "The Ed25519 keys that manifests are signed with, the newest last; those that sign no more stay here with "
            "their last instant. Without keys releases are unsigned.",
        ),
        media={_JSON: KeyListSchema},
        example=PATH,
    )
)
def list_keys() -> Response:
    """Every key."""
    refuse_parameters()
    require_acceptable(_JSON)
    keys = registry_keys()
    return answer_body(_representation(PATH, _JSON, keys), lambda: _make(keys))


@v1.route("/keys/<key_id>.pem")
@v1.doc(
    **operation(
        "getKeyPem",
        tag="releases",
        summary=("Una llave pública en PEM", "A public key as PEM"),
        about=("Como la lee openssl.", "As openssl reads it."),
        media={_PEM: {"type": "string"}},
        parameters=[
            path_parameter(
                "key_id",
                both("Identificador de la llave, como en /keys.", "Identifier of the key, as in /keys."),
                {"type": "string"},
            )
        ],
        problems=(404,),
        example=f"{PATH}/b8a0f6e18012cc90.pem",
    )
)
def get_key_pem(key_id: str) -> Response:
    """One key."""
    refuse_parameters()
    require_acceptable(_PEM)
    key = next((key for key in registry_keys() if key.key_id == key_id), None)
    if key is None:
        raise NotFound("El registro no tiene esa llave.", "The registry has no such key.")
    return answer_body(_representation(f"{PATH}/{key_id}.pem", _PEM, (key,)), lambda: (key.pem.encode(), ()))


def registry_keys() -> tuple[PublicKey, ...]:
    """The keys that the release store lists.

    Raises: ReleaseDamaged if the list cannot be read.
    """
    try:
        return read_keys(app_state().settings.releases)
    except (KeyUnreadable, OSError) as error:
        raise ReleaseDamaged("La lista de llaves no se puede leer.", "The list of keys cannot be read.") from error


def _representation(path: str, media_type: str, keys: tuple[PublicKey, ...]) -> Representation:
    # A key may end, or come, without a new release.
    known = blake2b(repr(keys).encode(), digest_size=16).hexdigest()
    return Representation(
        release=current_release(), key=f"{path}\x00{known}", media_type=media_type, pinned=False, by_language=False
    )


def _make(keys: tuple[PublicKey, ...]) -> tuple[bytes, Headers]:
    return encode_json({"format": FORMAT, "keys": [key_facts(key) for key in keys]}), ()
