"""Signatures of manifests, as everybody can check them: the public keys, and the file that stands beside a manifest.

Source: RFC 8032 (Ed25519); the signature is over the exact bytes of `manifest.json`.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from exemptions.calendar import format_instant, parse_instant
from exemptions.errors import MALFORMED, RegistryError

KEYS_FILE = "keys.json"
"""The public keys, beside `current.json` in the release store."""
KEYS_FOLDER = "keys"
PRIVATE_KEY = "signing.key"
"""The folder of the home, and the file in it, that only the publisher may read."""
ALGORITHM = "Ed25519"
FORMAT = 1
KEY_BYTES = 32
SIGNATURE_BYTES = 64
_ID_DIGITS = 16


class KeyUnreadable(RegistryError):
    """A text is no public key, no list of them, or no signature."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that signs, or signed, manifests. `until` is None while it does."""

    raw: bytes
    since: datetime | None = None
    until: datetime | None = None

    @property
    def key_id(self) -> str:
        """What signatures name it by: the first 16 hexadecimal digits of its SHA-256."""
        return hashlib.sha256(self.raw).hexdigest()[:_ID_DIGITS]

    @property
    def base64(self) -> str:
        """Its 32 bytes in base64."""
        return base64.b64encode(self.raw).decode()

    @property
    def pem(self) -> str:
        """As `openssl` reads it."""
        key = Ed25519PublicKey.from_public_bytes(self.raw)
        return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def covers(self, at: datetime) -> bool:
        """Whether it was the key of that instant."""
        return (self.since is None or self.since <= at) and (self.until is None or at <= self.until)

    def verifies(self, signature: bytes, content: bytes) -> bool:
        """Whether the signature was made over these bytes with its private half."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, content)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signature:
    """What `manifest.sig` holds."""

    key_id: str
    signature: bytes

    def encode(self, file: str = "manifest.json") -> bytes:
        """The bytes of the file that holds the signature of `file`."""
        told = {
            "algorithm": ALGORITHM,
            "file": file,
            "format": FORMAT,
            "key_id": self.key_id,
            "signature": base64.b64encode(self.signature).decode(),
        }
        return (json.dumps(told, indent=1, sort_keys=True) + "\n").encode()


def parse_signature(content: bytes) -> Signature:
    """The signature that a file holds.

    Raises: KeyUnreadable.
    """
    try:
        told = json.loads(content)
        signature = base64.b64decode(told["signature"], validate=True)
        if told["algorithm"] != ALGORITHM or len(signature) != SIGNATURE_BYTES:
            raise ValueError(told["algorithm"])
        return Signature(str(told["key_id"]), signature)
    except MALFORMED as error:
        raise KeyUnreadable(
            "La firma no se entiende: no es una firma Ed25519 de este registro.",
            "The signature cannot be understood: it is no Ed25519 signature of this registry.",
        ) from error


def parse_key(text: str) -> PublicKey:
    """A public key in PEM, or its 32 bytes in base64 or hexadecimal.

    Raises: KeyUnreadable.
    """
    text = text.strip()
    try:
        if text.startswith("-----BEGIN"):
            key = load_pem_public_key(text.encode())
            if not isinstance(key, Ed25519PublicKey):
                raise ValueError("not Ed25519")
            return PublicKey(key.public_bytes(Encoding.Raw, PublicFormat.Raw))
        raw = bytes.fromhex(text) if len(text) == 2 * KEY_BYTES else base64.b64decode(text, validate=True)
        if len(raw) != KEY_BYTES:
            raise ValueError(len(raw))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyUnreadable(
            "Eso no es una llave pública Ed25519: dé un archivo PEM, o sus 32 bytes en base64 o hexadecimal.",
            "That is no Ed25519 public key: give a PEM file, or its 32 bytes in base64 or hexadecimal.",
        ) from error
    return PublicKey(raw)


def encode_keys(keys: Sequence[PublicKey]) -> bytes:
    """The public list, the oldest key first."""
    return (json.dumps({"format": FORMAT, "keys": [key_facts(key) for key in keys]}, indent=1) + "\n").encode()


def key_facts(key: PublicKey) -> dict[str, str | None]:
    """What is told of a key."""
    return {
        "key_id": key.key_id,
        "algorithm": ALGORITHM,
        "public_key": key.base64,
        "pem": key.pem,
        "since": format_instant(key.since) if key.since else None,
        "until": format_instant(key.until) if key.until else None,
    }


def parse_keys(content: bytes) -> tuple[PublicKey, ...]:
    """The keys of a public list.

    Raises: KeyUnreadable.
    """
    try:
        return tuple(_parse_entry(entry) for entry in json.loads(content)["keys"])
    except MALFORMED as error:
        raise KeyUnreadable(
            f"{KEYS_FILE} no se entiende: no es la lista de llaves de un registro.",
            f"{KEYS_FILE} cannot be understood: it is no list of a registry's keys.",
        ) from error


def read_keys(folder: Path) -> tuple[PublicKey, ...]:
    """The keys that a folder lists; none where it has no list.

    Raises: KeyUnreadable.
    """
    try:
        return parse_keys((folder / KEYS_FILE).read_bytes())
    except FileNotFoundError:
        return ()


def _parse_entry(entry: dict[str, str | None]) -> PublicKey:
    since, until = entry["since"], entry["until"]
    raw = base64.b64decode(entry["public_key"] or "", validate=True)
    if len(raw) != KEY_BYTES:
        raise ValueError(len(raw))
    return PublicKey(raw, parse_instant(since) if since else None, parse_instant(until) if until else None)
