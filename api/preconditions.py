"""Whether a client has an answer already, wants another one than there is, or wants a part of it.

Source: RFC 9110 §13 (preconditions, in the order of §13.2.2) and §14 (ranges).
"""

from __future__ import annotations

import re
from datetime import datetime
from enum import Enum, auto

from flask import request
from werkzeug.exceptions import PreconditionFailed, RequestedRangeNotSatisfiable

_RANGE = re.compile(r"bytes *= *([0-9]*) *- *([0-9]*)", re.ASCII | re.IGNORECASE)
"""One range of bytes. Several at once, and what is no range, are not refused: the client gets the whole."""
_LONGEST_NUMBER = 18
"""Digits; a longer number lies behind the end of every file."""


class Condition(Enum):
    """What the conditions of a request leave to be answered."""

    SEND = auto()
    NOT_MODIFIED = auto()


def judge_conditions(etag: str, modified: datetime | None = None) -> Condition:
    """What to answer a GET or HEAD whose answer has this strong ETag and time.

    Without `modified` the answer has no time, and conditions on it are ignored (RFC 9110 §13.1.3).
    Raises: PreconditionFailed.
    """
    headers = request.headers
    if "If-Match" in headers:
        if not (request.if_match.star_tag or request.if_match.contains(etag)):
            raise PreconditionFailed
    elif modified is not None and request.if_unmodified_since is not None and modified > request.if_unmodified_since:
        raise PreconditionFailed
    if "If-None-Match" in headers:
        has = request.if_none_match.star_tag or request.if_none_match.contains_weak(etag)
        return Condition.NOT_MODIFIED if has else Condition.SEND
    since = request.if_modified_since
    if modified is not None and since is not None and modified <= since:
        return Condition.NOT_MODIFIED
    return Condition.SEND


def asked_range(size: int, *, etag: str, modified: datetime) -> tuple[int, int] | None:
    """First byte and end of the part that the request asks for; None for the whole.

    Raises: RequestedRangeNotSatisfiable if there is no such part.
    """
    # Only GET has ranges, and one that belongs to other bytes is none (§14.2, §13.1.5).
    if request.method != "GET" or not _is_of_these(etag, modified):
        return None
    found = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if found is None or not (found[1] or found[2]):
        return None
    first, last = (_number(part) for part in found.groups())
    if first is None:
        start, stop = max(0, size - (last or 0)), size
    elif last is not None and last < first:
        return None
    else:
        start, stop = first, size if last is None else min(last + 1, size)
    if start >= stop:
        raise RequestedRangeNotSatisfiable(length=size)
    return start, stop


def _is_of_these(etag: str, modified: datetime) -> bool:
    told = request.headers.get("If-Range", "").strip()
    if not told:
        return True
    if told.startswith(("W/", "w/")):
        return False
    # A release's time is a strong validator: its bytes never change (§8.8.2.2).
    return request.if_range.date == modified if request.if_range.date else request.if_range.etag == etag


def _number(digits: str) -> int | None:
    if not digits:
        return None
    plain = digits.lstrip("0")
    return int(plain or "0") if len(plain) <= _LONGEST_NUMBER else 10**_LONGEST_NUMBER
