"""Replies of a reconciliation service: JSON, or a call of the function that an old client names (JSONP)."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Response

from api.conditional import RELEASE_HEADER, Headers, Representation, answer_body
from api.json_text import encode_json
from api.negotiation import preferred_language, require_acceptable
from exemptions.parameters import ParameterReader
from exemptions.release import Release

JSON = "application/json"
SCRIPT = "text/javascript"
CALLBACK = "callback"
"""Name of the parameter that asks for JSONP."""
CALLBACK_NAME = r"[A-Za-z_$][0-9A-Za-z_$]{0,63}(?:\.[A-Za-z_$][0-9A-Za-z_$]{0,63}){0,3}"
"""What it may say: the name of a function."""


def read_callback(reader: ParameterReader) -> str | None:
    """The function to call; what is none is noted."""
    name = reader.single(CALLBACK)
    if name is not None and not re.fullmatch(CALLBACK_NAME, name):
        reader.add(CALLBACK, name, "No es el nombre de una función.", "This is no name of a function.")
    return name


def require_reply(callback: str | None) -> None:
    """Refuse the request when its Accept header rules the reply out.

    Raises: NotAcceptable.
    """
    require_acceptable(SCRIPT if callback else JSON)


def reply_kept(release: Release, key: str, callback: str | None, make: Callable[[], object]) -> Response:
    """A reply that a release decides, which clients may keep."""
    representation = Representation(
        release=release,
        key=f"{key}\x00{callback or ''}",
        media_type=_media_type(callback),
        pinned=False,
    )

    def write() -> tuple[bytes, Headers]:
        return _written(make(), callback), ()

    return answer_body(representation, write)


def reply_now(release: Release, value: object, callback: str | None) -> Response:
    """A reply to what somebody asked about their own data: nobody keeps it."""
    response = Response(_written(value, callback), content_type=_media_type(callback))
    response.headers["Cache-Control"] = "no-store"
    response.headers[RELEASE_HEADER] = str(release.number)
    response.headers["Content-Language"] = preferred_language()
    response.vary.add("Accept-Language")
    return response


def _media_type(callback: str | None) -> str:
    return f"{SCRIPT}; charset=utf-8" if callback else JSON


def _written(value: object, callback: str | None) -> bytes:
    text = encode_json(value)
    if callback is None:
        return text
    # The comment keeps the first bytes from being chosen by whoever asks; two separators of lines are none in JSON.
    safe = text.replace("\u2028".encode(), b"\\u2028").replace("\u2029".encode(), b"\\u2029")
    return b"/**/" + callback.encode() + b"(" + safe + b");"
