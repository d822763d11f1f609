"""Cursors: where a walk through a result stands, opaque to its holder and bound to one release and one query."""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass, replace

from exemptions.errors import InvalidQuery, ParameterProblem
from exemptions.query import RegistryQuery, query_params

_FIELDS = struct.Struct(">I8sQ")
_CHECKSUM_BYTES = 4


@dataclass(frozen=True, slots=True)
class Cursor:
    """The release that a walk reads and the rank of the last row it has seen."""

    release: int
    rank: int


def encode_cursor(release: int, query: RegistryQuery, rank: int) -> str:
    """The text that stands for the place after `rank` in the query's order.

    Shape: 32 characters that need no escaping in an address.
    """
    payload = _FIELDS.pack(release, _fingerprint(query), rank)
    return base64.urlsafe_b64encode(payload + _checksum(payload)).decode("ascii")


def decode_cursor(text: str, query: RegistryQuery) -> Cursor:
    """The place that a cursor stands for.

    Raises: InvalidQuery naming `cursor` if it was not made by this service, for this query and this release.
    """
    try:
        content = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
        payload, checksum = content[: _FIELDS.size], content[_FIELDS.size :]
        release, fingerprint, rank = _FIELDS.unpack(payload)
    except (UnicodeEncodeError, binascii.Error, struct.error) as error:
        raise _refused(text, "no es un cursor de este servicio", "is not a cursor of this service") from error
    if checksum != _checksum(payload):
        raise _refused(text, "no es un cursor de este servicio", "is not a cursor of this service")
    if fingerprint != _fingerprint(query):
        raise _refused(text, "es de otra búsqueda", "belongs to another query")
    if query.release not in (None, release):
        raise _refused(text, f"es de la publicación {release}", f"belongs to release {release}")
    return Cursor(release, rank)


def _fingerprint(query: RegistryQuery) -> bytes:
    """What is asked and in which order; the release is told apart, because an address may name it or not."""
    params = query_params(query if query.release is None else replace(query, release=None))
    return hashlib.blake2b(repr(params).encode("utf-8"), digest_size=8).digest()


def _checksum(payload: bytes) -> bytes:
    """Guards against slips and patched cursors, not against an attacker: a cursor gives no access to anything."""
    return hashlib.blake2b(payload, digest_size=_CHECKSUM_BYTES, person=b"cursor").digest()


def _refused(text: str, es: str, en: str) -> InvalidQuery:
    problem = ParameterProblem("cursor", text[:64], f"El cursor {es}.", f"The cursor {en}.")
    return InvalidQuery((problem,))
