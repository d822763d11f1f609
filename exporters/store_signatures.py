"""Who vouches for what lies in the release store that machines share.

Whoever can write into the store can write a release with right hashes. So the files that name everything else, the list
of releases, the list of keys and the log of reports, are signed there by the registry's key:

    <store>/signatures/<name>.<SHA-256 of the file>.sig

The name holds the hash, so that a file and its signature always fit, whichever of two versions a machine reads; it is
written first. The signature is over the name too: none of these files can stand in for another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from exemptions.errors import StoreUntrusted
from exemptions.integrity import SIGNATURE
from exporters.remote import Remote
from exporters.signatures import KeyUnreadable, parse_signature
from exporters.signing import SigningKey
from exporters.verification import Findings
from exporters.verify_signature import Trust, check_signature

_FOLDER = "signatures"
_MOST_BYTES = 4096


def bring_signature(remote: Remote, key: SigningKey | None, name: str, content: bytes) -> None:
    """Put the signature of a file of the store there, unless there is no key or it is there already."""
    path = _path(name, content)
    if key is not None and remote.find(path, most=_MOST_BYTES) is None:
        remote.put(path, (key.sign(_signed(name, content)).encode(name),))


def require_signature(remote: Remote, trust: Trust, name: str, content: bytes) -> None:
    """Make sure that a pinned key signed a file of the store; without pinned keys nothing is asked.

    Raises: StoreUntrusted, StoreUnreachable, StoreRefused.
    """
    if not trust.is_pinned:
        return
    found = remote.find(_path(name, content), most=_MOST_BYTES)
    if found is None:
        raise _untrusted(name, "no está firmado", "it is unsigned")
    try:
        signature = parse_signature(found)
    except KeyUnreadable as error:
        raise _untrusted(name, "su firma no se entiende", "its signature cannot be understood") from error
    key = next((key for key in trust.keys if key.key_id == signature.key_id), None)
    if key is None:
        es = f"lo firma la llave {signature.key_id!r}, que no es de confianza"
        raise _untrusted(name, es, f"it is signed by key {signature.key_id!r}, which is not trusted")
    if not key.verifies(signature.signature, _signed(name, content)):
        raise _untrusted(name, "su firma no vale", "its signature is not valid")


def require_signed_manifest(
    manifest: Mapping[str, Any], content: bytes, signature: bytes | None, trust: Trust, *, is_current: bool
) -> None:
    """Make sure that a manifest's own signature is a pinned key's; without pinned keys nothing is asked.

    An earlier release may be unsigned or signed by a key of its time: the signed list of releases holds its hash. A
    pinned key's signature must be right on any.
    Raises: StoreUntrusted.
    """
    signing = manifest.get("signing")
    named = signing.get("key_id") if isinstance(signing, Mapping) else None
    if not trust.is_pinned or not (is_current or named in {key.key_id for key in trust.keys}):
        return
    findings = Findings()
    check_signature(manifest, content, signature, trust, findings)
    for fault in findings.faults:
        raise _untrusted(f"{manifest.get('release')}/{SIGNATURE}", fault.sentence.es, fault.sentence.en)


def _path(name: str, content: bytes) -> str:
    return f"{_FOLDER}/{name}.{hashlib.sha256(content).hexdigest()}.sig"


def _signed(name: str, content: bytes) -> bytes:
    return f"release store: {name}\n".encode() + content


def _untrusted(name: str, es: str, en: str) -> StoreUntrusted:
    return StoreUntrusted(
        f"{name}, en el almacén, no es de este registro: {es.rstrip('.')}. No se cambia nada; alguien más puede "
        "escribir allí, o la llave es otra (EXEMPTIONS_SIGNING_KEYS).",
        f"{name}, in the store, is not this registry's: {en.rstrip('.')}. Nothing is changed; somebody else can write "
        "there, or the key is another (EXEMPTIONS_SIGNING_KEYS).",
    )
