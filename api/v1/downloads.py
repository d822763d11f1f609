"""`GET /downloads/<n>/<file>`: the files of a release, whose bytes never change.

Source: RFC 9110 §8.8 (validators), §12.5.3 (codings); see api.stored and api.preconditions.
"""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Response

from api.conditional import IMMUTABLE, RELEASE_HEADER
from api.negotiation import Coding, preferred_coding, require_acceptable
from api.parameters import refuse_parameters
from api.provenance import Origin
from api.relations import link
from api.releases_at import release_numbered
from api.schemas.texts import both
from api.spec import operation, path_parameter
from api.stored import StoredFile, send_stored
from api.v1.blueprints import root
from exemptions.errors import NotFound
from exemptions.integrity import MANIFEST, SIGNATURE
from exemptions.release import Release
from exporters.csvw import CSVW_MEDIA_TYPE
from exporters.formats import FORMATS
from exporters.published_files import CSVW_SUFFIX

_FOLDER = "downloads/"
_HIDDEN = ("index/",)
"""Parts of a release that only serve its own search."""
_SUFFIXES = {Coding.ZSTD: ".zst", Coding.GZIP: ".gz"}
"""Coding → suffix of the files that are kept in it; the preferred one first."""

FileEntry = Mapping[str, Any]


@root.route("/downloads/<int:number>/<path:name>")
@root.doc(
    **operation(
        "downloadFile",
        tag="releases",
        summary=("Descargar un archivo de una publicación", "Download a file of a release"),
        about=(
            "Los archivos que el manifiesto (manifest.json) lista, con rangos, condiciones, ETag, fecha y resumen "
            "SHA-256. Los de texto se guardan comprimidos: records.csv.zst y records.csv.gz son archivos guardados; "
            "records.csv da el mismo texto en la compresión que pida Accept-Encoding, o sin comprimir.",
            "The files that the manifest (manifest.json) lists, with ranges, conditions, ETag, date and SHA-256 "
            "digest. Those of text are stored compressed: records.csv.zst and records.csv.gz are stored files; "
            "records.csv gives the same text in the coding that Accept-Encoding asks for, or uncompressed.",
        ),
        media={"*/*": {}},
        parameters=[
            path_parameter("number", both("Número de la publicación.", "Number of the release."), {"type": "integer"}),
            path_parameter("name", both("Nombre del archivo.", "Name of the file."), {"type": "string"}),
        ],
        headers={
            "Repr-Digest": ("SHA-256 del archivo (RFC 9530).", "SHA-256 of the file (RFC 9530)."),
            "Last-Modified": ("Cuándo se publicó.", "When it was published."),
            "Content-Disposition": ("Nombre del archivo.", "Name of the file."),
            "X-Total-Count": ("Filas del archivo, si tiene.", "Rows of the file, if it has any."),
            "X-Registry-Query": ("Vacío: son archivos enteros.", "Empty: these are whole files."),
            "Accept-Ranges": ("Se aceptan rangos de bytes.", "Byte ranges are accepted."),
        },
        problems=(404, 410, 412, 416),
        example="/downloads/1/records.parquet",
    )
)
def download(number: int, name: str) -> Response:
    """One file of a release."""
    refuse_parameters()
    release = release_numbered(number)
    stored = _find_entry(release, name)
    found = _as_stored(release, stored) if stored is not None else _find_plain(release, name)
    if found is None:
        raise NotFound(
            f"La publicación {number} no tiene ese archivo; su manifiesto los lista.",
            f"Release {number} has no such file; its manifest lists them.",
        )
    require_acceptable(found.media_type.partition(";")[0])
    response = send_stored(found)
    response.headers["Cache-Control"] = IMMUTABLE
    response.headers[RELEASE_HEADER] = str(release.number)
    if response.status_code != 304:
        # The path names the release, so that the file is at its permanent address.
        origin = Origin(release, f"/downloads/{number}/{name}", by_path=True)
        response.headers.extend(origin.headers(name=Path(name).name, rows=found.rows))
        response.headers["Link"] = ", ".join((*_metadata_links(release, name), response.headers["Link"]))
    return response


def _metadata_links(release: Release, name: str) -> list[str]:
    """The description of a CSV file that lies beside it (W3C, Model for Tabular Data §5.2)."""
    metadata = f"{name}{CSVW_SUFFIX}"
    if not name.endswith(".csv") or _find_entry(release, metadata) is None:
        return []
    return [link(f"/downloads/{release.number}/{metadata}", "describedby", CSVW_MEDIA_TYPE)]


def _find_entry(release: Release, name: str) -> FileEntry | None:
    """The manifest's entry of a file, which alone says what exists; no path is made of what a client sent.

    The manifest lists neither itself, since it cannot hold its own hash, nor the signature over it.
    """
    if name == MANIFEST:
        return {"path": MANIFEST, "sha256": release.manifest_sha256, "media_type": "application/json"}
    if name == SIGNATURE and (release.folder / SIGNATURE).is_file():
        sha256 = hashlib.sha256((release.folder / SIGNATURE).read_bytes()).hexdigest()
        return {"path": SIGNATURE, "sha256": sha256, "media_type": "application/json"}
    by_path: dict[str, FileEntry] = {entry["path"]: entry for entry in release.manifest["files"]}
    found = by_path.get(f"{_FOLDER}{name}") or by_path.get(name)
    return None if found is None or str(found["path"]).startswith(_HIDDEN) else found


def _as_stored(release: Release, entry: FileEntry) -> StoredFile:
    path = release.folder / entry["path"]
    return StoredFile(
        path=path,
        media_type=entry["media_type"],
        size_bytes=entry["bytes"] if "bytes" in entry else path.stat().st_size,
        sha256=entry["sha256"],
        modified=release.published_at,
        rows=entry.get("rows"),
    )


def _find_plain(release: Release, name: str) -> StoredFile | None:
    """A text that is kept in codings only: in the one that the client unpacks best, or unpacked on the way."""
    kept = {coding: _find_entry(release, name + suffix) for coding, suffix in _SUFFIXES.items()}
    codings = {coding: entry for coding, entry in kept.items() if entry is not None and "plain" in entry}
    if not codings:
        return None
    coding = preferred_coding(tuple(codings))
    media_type = _plain_media_type(name)
    if coding in codings:
        return replace(_as_stored(release, codings[coding]), media_type=media_type, coding=coding, varies=True)
    # The first is also the one that unpacks fastest.
    packed = next(iter(codings.values()))
    plain = packed["plain"]
    return replace(
        _as_stored(release, packed),
        media_type=media_type,
        size_bytes=plain["bytes"],
        sha256=plain["sha256"],
        is_packed=True,
        varies=True,
    )


def _plain_media_type(name: str) -> str:
    suffix = Path(name).suffix
    known = FORMATS.get(suffix.removeprefix("."))
    return known.media_type if known else mimetypes.guess_type(name)[0] or "application/octet-stream"
