"""Whether a proof of inclusion proves what it says, from the file alone and a public key."""

from __future__ import annotations

import hashlib
import json

from exporters.inclusion import Proof, parse_proof
from exporters.verification import Fault, Findings, Verification
from exporters.verify_signature import Trust, check_signature

LINE, TREE, MANIFEST = "line", "tree", "manifest.json"


def check_proof(
    content: bytes, *, target: str = "", trust: Trust | None = None, sha256: str | None = None
) -> Verification:
    """Check the line against the path, the path against the manifest, and the manifest against its signature.

    `sha256` is the hash of the manifest, if it is known from elsewhere.
    Raises: ProofUnreadable.
    """
    proof, findings = parse_proof(content), Findings()
    digest = hashlib.sha256(proof.manifest).hexdigest()
    try:
        manifest = json.loads(proof.manifest)
        merkle, number = manifest["merkle"], int(manifest["release"])
        root, size = str(merkle["root"]), int(merkle["size"])
    except (ValueError, KeyError, TypeError):
        findings.fault(
            MANIFEST,
            "El manifiesto de la constancia no nombra un árbol de registros.",
            "The manifest in the proof names no tree of records.",
        )
        return Verification(target, None, digest, 0, 0, tuple(findings.faults))
    _check_told(json.loads(content), proof, number, findings)
    _check_path(proof, root, size, findings)
    check_signature(manifest, proof.manifest, proof.signature, trust or Trust(), findings)
    if sha256 not in (None, digest):
        findings.fault(
            MANIFEST,
            f"La huella del manifiesto es {digest}, y se esperaba {sha256}.",
            f"The manifest's hash is {digest}, and {sha256} was expected.",
        )
    return Verification(target, number, digest, 0, 0, tuple(findings.faults), tuple(findings.notes))


def _check_path(proof: Proof, root: str, size: int, findings: Findings) -> None:
    found = proof.root()
    if proof.size != size or found is None:
        findings.fault(
            TREE,
            "El camino no es de un árbol como el que el manifiesto nombra.",
            "The path is not of a tree like the one that the manifest names.",
        )
    elif found.hex() != root:
        findings.fault(
            TREE,
            "El registro no está en la publicación tal como la constancia lo dice: su camino no lleva a la raíz del "
            "manifiesto.",
            "The record is not in the release as the proof tells it: its path does not lead to the manifest's root.",
        )
    else:
        findings.note(
            f"La línea es la {proof.index + 1} de {size} de records.ndjson de la publicación.",
            f"The line is number {proof.index + 1} of {size} of the release's records.ndjson.",
        )


def _check_told(told: dict[str, object], proof: Proof, number: int, findings: Findings) -> None:
    """What the file repeats for its reader must be what is proved."""
    try:
        record_id = json.loads(proof.line)["record_id"]
    except (ValueError, KeyError, TypeError):
        record_id = None
    if told.get("record_id") != record_id or record_id is None:
        findings.faults.append(_wrong(LINE, "el identificador", "the identifier"))
    if told.get("release") != number:
        findings.faults.append(_wrong(MANIFEST, "el número de la publicación", "the number of the release"))


def _wrong(file: str, es: str, en: str) -> Fault:
    findings = Findings()
    findings.fault(
        file,
        f"La constancia repite mal {es}: no es el de lo que prueba.",
        f"The proof tells {en} wrongly: it is not that of what it proves.",
    )
    return findings.faults[0]
