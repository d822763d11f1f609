"""Answers whose bytes lie in a file of a release: whole or in part, as they are or unpacked on the way.

Source: RFC 9110 §13 to §15 (conditions, ranges), RFC 9530 (Repr-Digest).
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast
from urllib.parse import quote

from flask import Response, request
from werkzeug.wsgi import wrap_file

from api.compression import guard_stream
from api.negotiation import Coding
from api.observability import current_request_id
from api.preconditions import Condition, asked_range, judge_conditions
from api.state import app_state
from exporters.manifest import iter_plain

PROXY_OFFER = "X-Accel-Offer"
"""Header with which the shipped proxy (deploy/nginx) offers to send files of the release store from its own disk."""
PROXY_PLACE = "/.releases/"
"""Where that proxy keeps them, for itself only."""

_CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One representation of a file of a release, and the file that holds it."""

    path: Path
    media_type: str
    size_bytes: int
    """Of the representation, which is what is unpacked where the file `is_packed`."""
    sha256: str
    """Of the representation too; it is also its strong ETag."""
    modified: datetime
    """When the release was published; the time of a copied file says nothing."""
    rows: int | None = None
    coding: Coding = Coding.IDENTITY
    is_packed: bool = False
    varies: bool = False
    """Other clients get it in another coding."""


def send_stored(file: StoredFile) -> Response:
    """The file as the request wants it: 200, 206 or 304, each with its length, validators and digest.

    Raises: PreconditionFailed, RequestedRangeNotSatisfiable.
    """
    if judge_conditions(file.sha256, file.modified) is Condition.NOT_MODIFIED:
        return _with_validators(Response(status=304), file)
    part = asked_range(file.size_bytes, etag=file.sha256, modified=file.modified)
    if _is_left_to_proxy(file):
        response = _with_validators(_handed_over(file), file)
        # The proxy says so too.
        del response.headers["Accept-Ranges"]
        return response
    start, stop = part or (0, file.size_bytes)
    response = Response(status=200 if part is None else 206, content_type=file.media_type)
    if part is not None:
        response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{file.size_bytes}"
    if request.method != "HEAD":
        _fill(response, file, start, stop)
    response.content_length = stop - start
    if file.coding is not Coding.IDENTITY:
        response.headers["Content-Encoding"] = file.coding.value
    return _with_validators(response, file)


def _is_left_to_proxy(file: StoredFile) -> bool:
    """Whether the proxy in front offers to send the stored bytes itself, ranges included.

    Ranges that depend on a date are not left to it: it knows the file's date, not the release's.
    """
    return PROXY_OFFER in request.headers and not file.is_packed and request.if_range.date is None


def _handed_over(file: StoredFile) -> Response:
    """An answer without a body that tells the proxy which file to send; it takes over all other headers."""
    response = Response(status=200, content_type=file.media_type)
    place = file.path.relative_to(app_state().settings.releases).as_posix()
    response.headers["X-Accel-Redirect"] = f"{PROXY_PLACE}{quote(place)}"
    if file.coding is not Coding.IDENTITY:
        response.headers["Content-Encoding"] = file.coding.value
    return response


def _with_validators(response: Response, file: StoredFile) -> Response:
    response.set_etag(file.sha256)
    # Nothing was changed after now (RFC 9110 §8.8.2.1), whatever a clock said when it was published.
    response.last_modified = min(file.modified, app_state().clock())
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(file.sha256)).decode()}:"
    if file.varies:
        response.vary.add("Accept-Encoding")
    return response


def _fill(response: Response, file: StoredFile, start: int, stop: int) -> None:
    if file.is_packed:
        chunks = _iter_unpacked(file.path, start, stop)
        response.response = guard_stream(chunks, request_id=current_request_id())
        return
    # The server copies a file to the connection without reading it, as long as nothing stands in between; then only
    # the end of the file tells that the answer is sent.
    part = _Part(file.path, start, stop, response.close)
    response.response = wrap_file(request.environ, cast("io.BufferedReader", part), _CHUNK_BYTES)
    response.direct_passthrough = True


class _Part(io.FileIO):
    """Bytes `start` to `stop` of a file, which tells when it is closed."""

    def __init__(self, path: Path, start: int, stop: int, on_close: Callable[[], None]) -> None:
        super().__init__(path)
        self.seek(start)
        self._stop = stop
        self._on_close = on_close

    def read(self, size: int | None = -1, /) -> bytes:
        left = self._stop - self.tell()
        return super().read(left if size is None or size < 0 else min(size, left)) or b""

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._on_close()


def _iter_unpacked(path: Path, start: int, stop: int) -> Iterator[bytes]:
    """Bytes `start` to `stop` of what is inside; what lies before is unpacked and dropped, a gigabyte a second."""
    position = 0
    for block in iter_plain(path):
        first, last = max(0, start - position), min(len(block), stop - position)
        position += len(block)
        if first < last:
            yield block[first:last]
        if position >= stop:
            return
    raise EOFError(f"{path.name} ends before its manifest says")
