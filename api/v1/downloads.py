"""`GET /downloads/<n>/<file>`: the files of a release, whose bytes never change.

Source: RFC 9110 §14 (ranges), RFC 9530 (Repr-Digest).
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import mimetypes
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from flask import Response, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.utils import send_file

from api.compression import guard_stream
from api.conditional import IMMUTABLE, RELEASE_HEADER
from api.negotiation import Coding, accepts_coding
from api.observability import current_request_id
from api.parameters import refuse_parameters
from api.relations import release_links
from api.releases_at import download_name, release_numbered
from api.schemas.texts import both
from api.spec import operation, path_parameter
from api.v1.blueprints import root
from exemptions.errors import NotFound
from exemptions.integrity import MANIFEST, SIGNATURE
from exemptions.release import Release

_FOLDER = "downloads/"
_HIDDEN = ("index/",)
"""Parts of a release that only serve its own search."""
_GZIP = ".gz"
_CHUNK_BYTES = 256 * 1024

FileEntry = Mapping[str, Any]


@root.route("/downloads/<int:number>/<path:name>")
@root.doc(
    **operation(
        "downloadFile",
        tag="releases",
        summary=("Descargar un archivo de una publicación", "Download a file of a release"),
        about=(
            "Los archivos que el manifiesto (manifest.json) lista, con rangos, ETag y resumen SHA-256. Los de texto se "
            "guardan comprimidos: "
            "records.csv.gz es el archivo guardado y records.csv el mismo sin comprimir.",
            "The files that the manifest (manifest.json) lists, with ranges, ETag and SHA-256 digest. Those of text "
            "are stored compressed: "
            "records.csv.gz is the stored file, and records.csv the same uncompressed.",
        ),
        media={"*/*": {"type": "string", "format": "binary"}},
        parameters=[
            path_parameter("number", both("Número de la publicación.", "Number of the release."), {"type": "integer"}),
            path_parameter("name", both("Nombre del archivo.", "Name of the file."), {"type": "string"}),
        ],
        headers={
            "Repr-Digest": ("SHA-256 del archivo (RFC 9530).", "SHA-256 of the file (RFC 9530)."),
            "Accept-Ranges": ("Se aceptan rangos de bytes.", "Byte ranges are accepted."),
        },
        problems=(404, 410, 416),
        example="/downloads/1/records.parquet",
    )
)
def download(number: int, name: str) -> Response:
    """One file of a release."""
    refuse_parameters()
    release = release_numbered(number)
    entry = _find_entry(release, name)
    if entry is not None:
        response = _send_stored(release, entry, media_type=entry["media_type"])
    else:
        stored = _find_entry(release, f"{name}{_GZIP}")
        if stored is None or "plain" not in stored:
            raise NotFound(
                f"La publicación {number} no tiene ese archivo; su manifiesto los lista.",
                f"Release {number} has no such file; its manifest lists them.",
            )
        response = _send_plain(release, stored)
    response.headers["Cache-Control"] = IMMUTABLE
    response.headers[RELEASE_HEADER] = str(release.number)
    response.headers["Content-Disposition"] = f'attachment; filename="{download_name(release, Path(name).name)}"'
    response.headers["Link"] = release_links(release)
    return response


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


def _send_stored(release: Release, entry: FileEntry, *, media_type: str) -> Response:
    environment = request.environ
    if request.range is not None and len(request.range.ranges) > 1:
        # Several ranges at once are not served, which is no reason to refuse them: the client gets the whole file.
        environment = {name: value for name, value in environment.items() if name != "HTTP_RANGE"}
    path, etag = release.folder / entry["path"], entry["sha256"]
    sent = send_file(path, environment, mimetype=media_type, conditional=True, etag=etag, response_class=Response)
    response = cast("Response", sent)
    if response.status_code in (200, 206):
        # The type is given whole; a helper would add a second character set to it.
        response.headers["Content-Type"] = media_type
    response.headers["Repr-Digest"] = _digest(entry["sha256"])
    # The time of a copied file says nothing, and the ETag says everything.
    response.headers.pop("Last-Modified", None)
    return response


def _send_plain(release: Release, entry: FileEntry) -> Response:
    """A text file without its compression; to a client that unpacks by itself, the stored bytes."""
    media_type = _plain_media_type(str(entry["path"]))
    if accepts_coding(Coding.GZIP) > 0:
        response = _send_stored(release, entry, media_type=media_type)
        if response.status_code in (200, 206):
            response.headers["Content-Encoding"] = Coding.GZIP.value
    else:
        response = _stream_plain(release, entry, media_type)
    response.vary.add("Accept-Encoding")
    return response


def _stream_plain(release: Release, entry: FileEntry, media_type: str) -> Response:
    size: int = entry["plain"]["bytes"]
    sha256: str = entry["plain"]["sha256"]
    if request.if_none_match.contains_weak(sha256):
        response = Response(status=304)
    else:
        start, stop = _asked_range(size, sha256)
        chunks = _iter_unpacked(release.folder / entry["path"], start, stop)
        response = Response(guard_stream(chunks, request_id=current_request_id()), content_type=media_type)
        response.content_length = stop - start
        if (start, stop) != (0, size) or _is_ranged(sha256):
            response.status_code = 206
            response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Repr-Digest"] = _digest(sha256)
    response.set_etag(sha256)
    return response


def _is_ranged(etag: str) -> bool:
    """Whether the client wants one range of exactly these bytes (RFC 9110 §13.1.5); for several it gets the whole."""
    asked = request.range
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return False
    # There are no dates to compare with, so a condition by date never holds.
    return "If-Range" not in request.headers or request.if_range.etag == etag


def _asked_range(size: int, etag: str) -> tuple[int, int]:
    """First byte and end of what is to be sent.

    Raises: RequestedRangeNotSatisfiable if the range begins behind the end.
    """
    if not _is_ranged(etag) or request.range is None:
        return 0, size
    found = request.range.range_for_length(size)
    if found is None:
        raise RequestedRangeNotSatisfiable(length=size)
    return found[0], found[1]


def _iter_unpacked(path: Path, start: int, stop: int) -> Iterator[bytes]:
    with gzip.open(path, "rb") as unpacked:
        # Seeking in a compressed file unpacks what lies before: some hundred megabytes a second.
        unpacked.seek(start)
        left = stop - start
        while left > 0:
            chunk = unpacked.read(min(_CHUNK_BYTES, left))
            if not chunk:
                raise EOFError(f"{path.name} ends before its manifest says")
            left -= len(chunk)
            yield chunk


def _plain_media_type(path: str) -> str:
    name = path.removesuffix(_GZIP)
    match Path(name).suffix:
        case ".csv":
            return "text/csv; charset=utf-8; header=present"
        case ".ndjson":
            return "application/x-ndjson"
        case _:
            return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _digest(sha256: str) -> str:
    return f"sha-256=:{base64.b64encode(bytes.fromhex(sha256)).decode()}:"
