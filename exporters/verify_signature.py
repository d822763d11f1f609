"""Whether a manifest is signed by who should have signed it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exemptions.calendar import parse_instant
from exemptions.integrity import SIGNATURE
from exporters.signatures import KeyUnreadable, PublicKey, parse_signature
from exporters.verification import Findings


@dataclass(frozen=True, slots=True)
class Trust:
    """The keys to check with. `is_pinned` tells that the person who asks gave them, and so demands a signature."""

    keys: Sequence[PublicKey] = ()
    is_pinned: bool = False


def check_signature(
    manifest: Mapping[str, Any], content: bytes, signature: bytes | None, trust: Trust, findings: Findings
) -> None:
    """Note whether the signature over a manifest, given with its bytes, is a trusted key's of its day."""
    promised = manifest.get("signing")
    if signature is None:
        _note_missing(promised, trust, findings)
        return
    try:
        found = parse_signature(signature)
    except KeyUnreadable as error:
        findings.fault(SIGNATURE, error.es, error.en)
        return
    if not isinstance(promised, Mapping) or promised.get("key_id") != found.key_id:
        findings.fault(
            SIGNATURE,
            "La firma no es de la llave que el manifiesto nombra.",
            "The signature is not of the key that the manifest names.",
        )
        return
    key = next((key for key in trust.keys if key.key_id == found.key_id), None)
    if key is None:
        _note_unknown(found.key_id, trust, findings)
    elif not key.verifies(found.signature, content):
        findings.fault(
            SIGNATURE,
            f"La firma no vale: la llave {key.key_id} no firmó este manifiesto.",
            f"The signature is not valid: key {key.key_id} did not sign this manifest.",
        )
    elif not key.covers(parse_instant(str(manifest["published_at"]))):
        findings.fault(
            SIGNATURE,
            f"La llave {key.key_id} no era la del registro el día de esta publicación.",
            f"Key {key.key_id} was not the registry's on the day of this release.",
        )
    elif trust.is_pinned:
        findings.note(
            f"Firma válida de la llave {key.key_id}, la que usted indicó.",
            f"Valid signature of key {key.key_id}, the one that you gave.",
        )
    else:
        findings.note(
            f"Firma válida de la llave {key.key_id}, que publica el mismo registro; si la conoce por otra vía, "
            "indíquela con --key.",
            f"Valid signature of key {key.key_id}, which the registry itself publishes; if you know it from "
            "elsewhere, give it with --key.",
        )


def _note_missing(promised: object, trust: Trust, findings: Findings) -> None:
    if promised is not None:
        findings.fault(
            SIGNATURE,
            f"Falta {SIGNATURE}, aunque el manifiesto dice que está firmado.",
            f"{SIGNATURE} is missing, though the manifest says that it is signed.",
        )
    elif trust.is_pinned:
        findings.fault(
            SIGNATURE,
            "La publicación no está firmada, y se pidió una firma.",
            "The release is unsigned, and a signature was asked for.",
        )
    else:
        findings.note("La publicación no está firmada.", "The release is unsigned.")


def _note_unknown(key_id: str, trust: Trust, findings: Findings) -> None:
    if trust.keys:
        findings.fault(
            SIGNATURE,
            f"Firma la llave {key_id}, que no es ninguna de las conocidas.",
            f"It is signed by key {key_id}, which is none of the known ones.",
        )
    else:
        findings.note(
            f"Está firmada por la llave {key_id}; sin llave pública (--key) no se comprobó la firma.",
            f"It is signed by key {key_id}; without a public key (--key) the signature was not checked.",
        )
