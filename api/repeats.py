"""Finished answers, given again before anything of a request is read.

An address that is asked for again with the same headers, while the same release is current, gets the same bytes. All
that differs is the id of the request, its line in the log and the time it took.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from time import perf_counter
from typing import Any
from weakref import ReferenceType, ref

from flask import Response, g, request

from api.metrics import count_body
from api.observability import REQUEST_ID, Answered, choose_request_id, log_answer
from api.recent import Recent
from exemptions.errors import Exhausted, NothingPublished, ReleaseDamaged
from exemptions.release import Release
from exemptions.store import ReleaseStore

Environ = Mapping[str, Any]
StartResponse = Callable[..., Any]
_Key = tuple[str | None, ...]

_KEPT_BYTES = 32 * 1024**2
"""Some thousands of result pages; their bytes are mostly those that the finished bodies hold too."""
_ENTRY_BYTES = 4_096
"""What an entry takes beside its body: key and headers, each of a few hundred bytes as a rule."""

_LONGEST_KEY = 2_048
"""Letters of what decides an answer. Browsers send a few hundred; four headers at their limits would take 34 KB, eight
times what an entry is counted with."""

_REPEATED = (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED)
_DECIDING = (
    "SCRIPT_NAME",
    "PATH_INFO",
    "QUERY_STRING",
    "HTTP_ACCEPT",
    "HTTP_ACCEPT_LANGUAGE",
    "HTTP_ACCEPT_ENCODING",
    "HTTP_IF_NONE_MATCH",
)
"""All of a GET request that an answer made from a release alone can depend on."""


@dataclass(frozen=True, slots=True)
class _Repeat:
    """One answer as it was sent."""

    release: ReferenceType[Release]
    """Weak: what is kept of an earlier release must not keep its maps."""
    status: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    answered: Answered


class Repeats:
    """The finished answers of one process.

    Only answers marked by `mark_repeatable` are kept, and only those made from the release that is current: any other
    one may be withdrawn while it is not.
    """

    def __init__(self, store: ReleaseStore) -> None:
        self._store = store
        self._kept: Recent[_Key, _Repeat] = Recent(
            capacity=_KEPT_BYTES, weigh=lambda repeat: _ENTRY_BYTES + len(repeat.body)
        )

    def answer(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes] | None:
        """Answer the request as the same one was answered before; None if that is not known."""
        started = perf_counter()
        key = _key(environ)
        known = self._kept.find(key) if key is not None else None
        release = known.release() if known is not None else None
        # Where no release can be served there is no current one either, and that is not the one of a kept answer.
        if known is None or release is None or release is not self._current():
            return None
        request_id = choose_request_id(environ.get("HTTP_X_REQUEST_ID", ""))
        if known.body:
            count_body(found=True)
        start_response(known.status, [*known.headers, (REQUEST_ID, request_id)])
        return _Body(known, request_id, started)

    def keep(self, response: Response) -> None:
        """Keep the finished answer to the present request, if it may be repeated."""
        release: Release | None = g.get("repeatable_release")
        key = _key(request.environ)
        if release is None or key is None or response.status_code not in _REPEATED or release is not self._current():
            return
        is_whole = response.status_code == HTTPStatus.OK
        # What a 304 leaves out is left out when it is sent.
        sent = response.headers if is_whole else response.get_wsgi_headers(request.environ)
        headers = tuple((name, value) for name, value in sent if name != REQUEST_ID)
        self._kept.keep(key, _Repeat(ref(release), response.status, headers, response.get_data(), g.answered))

    def _current(self) -> Release | None:
        try:
            return self._store.current()
        except (NothingPublished, ReleaseDamaged, Exhausted):
            return None


def mark_repeatable(release: Release) -> None:
    """Tell that the answer to the present request is made from `release` and its address, and from nothing else."""
    g.repeatable_release = release


class _Body:
    """The body of a repeated answer; its closing, after the last byte, is when it is logged and counted."""

    def __init__(self, repeat: _Repeat, request_id: str, started: float) -> None:
        self._repeat = repeat
        self._request_id = request_id
        self._started = started

    def __iter__(self) -> Iterator[bytes]:
        yield self._repeat.body

    def close(self) -> None:
        log_answer(self._repeat.answered, self._request_id, perf_counter() - self._started)


def _key(environ: Environ) -> _Key | None:
    """What decides the answer; None for requests that are no plain GET, or too long to be kept."""
    if environ["REQUEST_METHOD"] != "GET":
        return None
    key = tuple(map(environ.get, _DECIDING))
    return key if sum(map(len, filter(None, key))) <= _LONGEST_KEY else None
