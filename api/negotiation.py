"""What the client asked for in its headers: language, coding, media type."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache

from flask import request
from werkzeug.datastructures import LanguageAccept, MIMEAccept
from werkzeug.exceptions import NotAcceptable
from werkzeug.http import parse_accept_header

LANGUAGES = ("es", "en")
"""Languages that answers come in; the first is for those who ask for no other."""


class Coding(StrEnum):
    """How the bytes of an answer are compressed."""

    IDENTITY = "identity"
    GZIP = "gzip"
    ZSTD = "zstd"


def preferred_language() -> str:
    """`es` or `en` by Accept-Language; Spanish when neither is asked for."""
    asked = request.environ.get("HTTP_ACCEPT_LANGUAGE")
    return _best_language(asked) if asked else LANGUAGES[0]


def preferred_coding(offered: Sequence[Coding] = (Coding.ZSTD, Coding.GZIP)) -> Coding:
    """The coding of those offered that the client names with the highest weight; of equal ones the first.

    A bare `*` names no coding: some clients send it without being able to unpack any. No coding at all is chosen where
    the client names that with a higher weight.
    """
    best = max(offered, key=accepts_coding, default=Coding.IDENTITY)
    weight = accepts_coding(best)
    return best if weight > 0 and weight >= accepts_coding(Coding.IDENTITY) else Coding.IDENTITY


def accepts_coding(coding: Coding) -> float:
    """The weight that the client gives a coding by its name; 0 when it does not name it."""
    weights = [float(weight) for name, weight in request.accept_encodings if name.lower() == coding]
    return weights[0] if weights else 0.0


def require_acceptable(media_type: str, *others: str) -> None:
    """Refuse the request when its Accept header rules out all the media types that the address can give.

    Raises: NotAcceptable. A request without Accept takes anything (RFC 9110 §12.5.1).
    """
    offered = (media_type, *others)
    asked = request.environ.get("HTTP_ACCEPT")
    if asked and not _is_acceptable(asked, offered):
        raise NotAcceptable(", ".join(offered))


# Browsers and programs send few different headers.
@lru_cache(maxsize=256)
def _best_language(header: str) -> str:
    return parse_accept_header(header, LanguageAccept).best_match(LANGUAGES, default=LANGUAGES[0]) or LANGUAGES[0]


@lru_cache(maxsize=256)
def _is_acceptable(header: str, offered: tuple[str, ...]) -> bool:
    accepted = parse_accept_header(header, MIMEAccept)
    return not accepted or any(accepted.quality(offer) > 0 for offer in offered)
