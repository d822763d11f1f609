"""What the service remembers of a request: an id, one log line, figures. Never what a person typed.

People search for their own numbers, so neither `q` nor `nit` nor a path's values are logged: only names of parameters
and lengths.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_hex
from time import perf_counter

import orjson
from flask import Flask, Response, g, request

from api import metrics
from api.parameters import request_params

_LOG = logging.getLogger("registry.access")
_GIVEN_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_NO_ROUTE = "(none)"
REQUEST_ID = "X-Request-ID"
_MAX_LOGGED_PARAMS = 40
_MAX_LOGGED_NAME_CHARS = 40


@dataclass(frozen=True, slots=True)
class Answered:
    """What is remembered of one answer."""

    method: str
    route: str
    status: int
    release: int | None
    params: Mapping[str, int]
    """Name → length of the values."""


def register_observability(app: Flask) -> None:
    """Give every request an id, and log and count every answer when its last byte is sent."""
    app.before_request(_begin)
    app.after_request(_finish)


def current_request_id() -> str:
    """The id of this request."""
    if "request_id" not in g:
        g.request_id = choose_request_id(request.headers.get(REQUEST_ID, ""))
    request_id: str = g.request_id
    return request_id


def choose_request_id(given: str) -> str:
    """The id of a request: the proxy's when it sent a usable one, else a random one."""
    return given if _GIVEN_ID.fullmatch(given) else token_hex(8)


def route_name() -> str:
    """The address's pattern (`/api/v1/taxpayers/<nit>`), which holds nothing that the client typed."""
    rule = request.url_rule
    return rule.rule if rule is not None else _NO_ROUTE


def _begin() -> None:
    g.started = perf_counter()


def _finish(response: Response) -> Response:
    response.headers[REQUEST_ID] = request_id = current_request_id()
    # Everything is taken from the request before it is gone.
    answered = g.answered = _describe(response)
    started = g.get("started", perf_counter())
    response.call_on_close(lambda: log_answer(answered, request_id, perf_counter() - started))
    return response


def _describe(response: Response) -> Answered:
    release = g.get("release")
    return Answered(
        method=_known_method(),
        route=route_name(),
        status=response.status_code,
        release=release.number if release is not None else None,
        params=_param_lengths(),
    )


def log_answer(answered: Answered, request_id: str, seconds: float) -> None:
    """Log and count an answer whose last byte is sent."""
    metrics.count_request(method=answered.method, route=answered.route, status=answered.status, seconds=seconds)
    line = {
        "request_id": request_id,
        "method": answered.method,
        "route": answered.route,
        "status": answered.status,
        "release": answered.release,
        "params": answered.params,
        "ms": round(seconds * 1000, 1),
    }
    _LOG.info("%s", orjson.dumps(line).decode())


def _known_method() -> str:
    """The method, or `other`: a client may invent any number of methods, and each would become a series of figures."""
    known = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
    method = request.method
    return method if method in known else "other"


def _param_lengths() -> dict[str, int]:
    """Name → length of the values. Unknown names are somebody's text too, so only plain short ones are kept."""
    lengths: dict[str, int] = {}
    for name, values in list(request_params().items())[:_MAX_LOGGED_PARAMS]:
        plain = name.isidentifier() and name.isascii() and len(name) <= _MAX_LOGGED_NAME_CHARS
        key = name if plain else "(other)"
        lengths[key] = lengths.get(key, 0) + sum(map(len, values))
    return lengths
