"""Answers that a client may keep: ETag before any work, 304, caching, compression.

Source: RFC 9110 §8.8.3 and §13 (validators and preconditions), RFC 9111 (caching).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b

from flask import Response

from api.compression import compress, compress_stream, guard_stream
from api.metrics import count_body
from api.negotiation import Coding, preferred_coding, preferred_language
from api.observability import current_request_id
from api.preconditions import Condition, judge_conditions
from api.relations import release_links
from api.state import FinishedBody, app_state
from api.version import software_version
from exemptions.release import Release

UNPINNED = "public, max-age=0, s-maxage=2"
"""The newest release may change at any time; two seconds in a shared cache carry a rush of readers."""
PINNED = "public, max-age=3600"
"""A release never changes, but it can be withdrawn."""
IMMUTABLE = "public, max-age=31536000, immutable"

RELEASE_HEADER = "X-Registry-Release"

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Representation:
    """What the bytes of an answer depend on, beside language and coding, which the client's headers choose."""

    release: Release
    key: str
    """Canonical address: path and query."""
    media_type: str
    pinned: bool
    """The address names its release, so that its answer never changes."""
    by_language: bool = True
    compressible: bool = True


def answer_body(representation: Representation, make: Callable[[], tuple[bytes, Headers]]) -> Response:
    """The whole answer: 304 when the client has it, from the finished bodies when they have it, else made.

    `make` gives the uncompressed body and headers that come out of the same work.
    """
    coding = _coding(representation)
    etag = _etag(representation, coding)
    if _client_has(etag):
        return _finish(Response(status=304), representation, etag, coding)
    bodies = app_state().bodies
    found = bodies.find(etag)
    count_body(found=found is not None)
    if found is None:
        body, headers = make()
        found = FinishedBody(compress(body, coding), headers)
        bodies.keep(etag, found)
    response = Response(found.body, content_type=representation.media_type)
    response.headers.extend(found.headers)
    return _finish(response, representation, etag, coding)


def answer_stream(representation: Representation, make: Callable[[], tuple[Iterable[bytes], Headers]]) -> Response:
    """The answer sent while it is made, 304 when the client has it."""
    coding = _coding(representation)
    etag = _etag(representation, coding)
    if _client_has(etag):
        return _finish(Response(status=304), representation, etag, coding)
    chunks, headers = make()
    response = Response(_stream(chunks, coding), content_type=representation.media_type)
    # What never began, as in the answer to HEAD, is not ended by itself: a workbook would leave its file open.
    response.call_on_close(getattr(chunks, "close", lambda: None))
    response.headers.extend(headers)
    return _finish(response, representation, etag, coding)


def _stream(chunks: Iterable[bytes], coding: Coding) -> Iterator[bytes]:
    return guard_stream(compress_stream(chunks, coding), request_id=current_request_id())


def _finish(response: Response, representation: Representation, etag: str, coding: Coding) -> Response:
    """The headers that a 200 and its 304 share (RFC 9110 §15.4.5)."""
    response.set_etag(etag)
    response.headers["Cache-Control"] = PINNED if representation.pinned else UNPINNED
    response.headers[RELEASE_HEADER] = str(representation.release.number)
    if representation.compressible:
        response.vary.add("Accept-Encoding")
        if coding is not Coding.IDENTITY and response.status_code != 304:
            response.headers["Content-Encoding"] = coding.value
    if representation.by_language:
        response.vary.add("Accept-Language")
        response.headers["Content-Language"] = preferred_language()
    if response.status_code != 304 and "Link" not in response.headers:
        response.headers.add("Link", release_links(representation.release))
    return response


def _coding(representation: Representation) -> Coding:
    return preferred_coding() if representation.compressible else Coding.IDENTITY


def _etag(representation: Representation, coding: Coding) -> str:
    """A strong validator: two answers of one ETag have the same bytes."""
    parts = (
        representation.release.manifest_sha256,
        representation.key,
        representation.media_type,
        preferred_language() if representation.by_language else "",
        coding.value,
        app_state().settings.base_url,
        software_version(),
    )
    return blake2b("\x00".join(parts).encode(), digest_size=16).hexdigest()


def _client_has(etag: str) -> bool:
    return judge_conditions(etag) is Condition.NOT_MODIFIED
