"""The headers of answers, as the OpenAPI document tells them: each once, referred to by every answer that has it.

What protects a browser (api.headers) is the same on every answer and no part of the contract of one route.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.schemas.texts import Both, both

_TEXT: dict[str, Any] = {"type": "string"}

HEADERS: Mapping[str, tuple[Both, Mapping[str, Any]]] = {
    "X-Request-ID": (
        both(
            "Identifica la solicitud: el mismo en el problema y en la bitácora. Se acepta el del cliente si tiene de 8 "
            "a 64 letras, dígitos y guiones.",
            "Identifies the request: the same in the problem and in the log. The client's own is taken if it has 8 to "
            "64 letters, digits and hyphens.",
        ),
        _TEXT | {"pattern": "^[A-Za-z0-9-]{8,64}$"},
    ),
    "Cache-Control": (
        both("Cuánto tiempo sirve una copia (RFC 9111).", "How long a copy may be used (RFC 9111)."), _TEXT
    ),
    "Vary": (
        both(
            "Encabezados de la solicitud de los que depende la respuesta.",
            "Headers of the request that the answer depends on.",
        ),
        _TEXT,
    ),
    "ETag": (
        both("Cambia cuando cambian los bytes de la respuesta.", "Changes when the bytes of the answer change."),
        _TEXT,
    ),
    "Content-Language": (both("Idioma de los textos: es o en.", "Language of the texts: es or en."), _TEXT),
    "Content-Encoding": (
        both("Compresión: gzip o zstd, si Accept-Encoding la pidió.", "Compression: gzip or zstd, if asked for."),
        _TEXT,
    ),
    "Link": (
        both(
            "Relaciones (RFC 8288): bookmark, la dirección que siempre da esta respuesta; next y first, las páginas; "
            "alternate, otros formatos; describedby, el diccionario; license; service-desc y service-doc. Falta "
            "el enlace que pase de 1,500 letras.",
            "Relations (RFC 8288): bookmark, the address that always gives this answer; next and first, the pages; "
            "alternate, other formats; describedby, the dictionary; license; service-desc and service-doc. A link "
            "of over 1,500 letters is left out.",
        ),
        _TEXT,
    ),
    "X-Registry-Release": (
        both("Publicación de la que sale la respuesta.", "Release that the answer is made from."),
        {"type": "string", "pattern": "^[1-9][0-9]*$"},
    ),
    "X-Registry-Query": (
        both(
            "Qué se pidió de la publicación, en su forma canónica; vacío si fue todo. Falta si pasa de 1,500 letras.",
            "What was asked of the release, in its canonical form; empty for everything. Absent if over 1,500 letters.",
        ),
        _TEXT,
    ),
    "RateLimit-Policy": (
        both(
            "Cuántas solicitudes (q) caben en cuántos segundos (w); la hace cumplir el proxy.",
            "How many requests (q) fit in how many seconds (w); the proxy enforces it.",
        ),
        _TEXT,
    ),
    "Content-Disposition": (both("Nombre del archivo.", "Name of the file."), _TEXT),
    "X-Total-Count": (
        both(
            "Cuántos registros o filas debe tener el archivo; con menos, la transferencia se cortó.",
            "How many records or rows the file must have; with fewer, the transfer was cut.",
        ),
        {"type": "string", "pattern": "^[0-9]+$"},
    ),
    "Deprecation": (
        both("Desde cuándo está en desuso (RFC 9745).", "Since when it is deprecated (RFC 9745)."), _TEXT
    ),
    "Sunset": (both("Desde cuándo dejará de responder (RFC 8594).", "When it will stop answering (RFC 8594)."), _TEXT),
    "Retry-After": (
        both("Segundos que conviene esperar.", "Seconds to wait."), {"type": "string", "pattern": "^[0-9]+$"}
    ),
    "Allow": (both("Métodos que admite la dirección.", "Methods that the address takes."), _TEXT),
    "Content-Range": (both("Tamaño del archivo entero.", "Size of the whole file."), _TEXT),
    "Accept-Ranges": (both("Se aceptan rangos de bytes.", "Byte ranges are accepted."), _TEXT),
    "WWW-Authenticate": (both("Cómo identificarse.", "How to authenticate."), _TEXT),
}  # fmt: skip
"""Name → what it tells, and the form of its value."""

ANSWER = ("X-Request-ID", "Cache-Control", "Vary", "Link", "RateLimit-Policy", "Deprecation", "Sunset")
"""Of every answer that is no problem."""
CACHED = ("ETag", "Content-Language", "Content-Encoding", "X-Registry-Release")
"""Of an answer that a client may keep, beside those."""
FILE = ("Content-Disposition", "X-Total-Count", "X-Registry-Query")
"""Of an answer that is a file, beside those."""
PROBLEM = ("X-Request-ID", "Cache-Control", "Vary", "Content-Language", "Link", "RateLimit-Policy")
"""Of every problem."""

_ALWAYS = ("X-Request-ID", "Cache-Control")


def header_document(name: str) -> dict[str, Any]:
    """The description of one header."""
    text, schema = HEADERS[name]
    required = {"required": True} if name in _ALWAYS else {}
    return {"description": text, "schema": dict(schema), **required}


def header_references(*names: str) -> dict[str, Any]:
    """Headers by their place in the document."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
