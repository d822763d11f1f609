"""What the service remembers of a request: an id, one log line, figures. Never what a person typed.

People search for their own numbers, so neither `q` nor `nit` nor a path's values are logged: only names of parameters
and lengths.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from secrets import token_hex
from time import perf_counter

from flask import Flask, Response, g, request

from api import metrics
from api.parameters import request_params

_LOG = logging.getLogger("registry.access")
_GIVEN_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_NO_ROUTE = "(none)"
_MAX_LOGGED_PARAMS = 40
_MAX_LOGGED_NAME_CHARS = 40


def register_observability(app: Flask) -> None:
    """Give every request an id, and log and count every answer when its last byte is sent."""
    app.before_request(_begin)
    app.after_request(_finish)


def current_request_id() -> str:
    """The id of this request: the proxy's when it sent a usable one, else a random one."""
    if "request_id" not in g:
        given = request.headers.get("X-Request-ID", "")
        g.request_id = given if _GIVEN_ID.fullmatch(given) else token_hex(8)
    request_id: str = g.request_id
    return request_id


def route_name() -> str:
    """The address's pattern (`/api/v1/taxpayers/<nit>`), which holds nothing that the client typed."""
    return request.url_rule.rule if request.url_rule is not None else _NO_ROUTE


def _begin() -> None:
    g.started = perf_counter()


def _finish(response: Response) -> Response:
    response.headers["X-Request-ID"] = current_request_id()
    response.call_on_close(_describe(response))
    return response


def _describe(response: Response) -> Callable[[], None]:
    """What to do when the answer is sent; everything is taken from the request before it is gone."""
    started = g.get("started", perf_counter())
    method, route, status = _known_method(), route_name(), response.status_code
    release = g.get("release")
    line: dict[str, object] = {
        "request_id": current_request_id(),
        "method": method,
        "route": route,
        "status": status,
        "release": release.number if release is not None else None,
        "params": _param_lengths(),
    }

    def describe() -> None:
        seconds = perf_counter() - started
        metrics.count_request(method=method, route=route, status=status, seconds=seconds)
        _LOG.info("%s", json.dumps({**line, "ms": round(seconds * 1000, 1)}, ensure_ascii=True))

    return describe


def _known_method() -> str:
    """The method, or `other`: a client may invent any number of methods, and each would become a series of figures."""
    known = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
    return request.method if request.method in known else "other"


def _param_lengths() -> dict[str, int]:
    """Name → length of the values. Unknown names are somebody's text too, so only plain short ones are kept."""
    lengths: dict[str, int] = {}
    for name, values in list(request_params().items())[:_MAX_LOGGED_PARAMS]:
        plain = name.isidentifier() and name.isascii() and len(name) <= _MAX_LOGGED_NAME_CHARS
        key = name if plain else "(other)"
        lengths[key] = lengths.get(key, 0) + sum(map(len, values))
    return lengths
