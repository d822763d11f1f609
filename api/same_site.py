"""Whether a form was sent from a page of ours, as far as the browser tells.

Source: Fetch Metadata (Sec-Fetch-Site), RFC 6454 (Origin). A page whose policy is `no-referrer` sends its forms with
`Origin: null`, so that value tells nothing.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request

from api.state import app_state

_OURS = ("same-origin", "none")
"""`none`: the person did it without any page, as when a sent form is loaded again."""


def is_from_elsewhere() -> bool:
    """Whether another site's page sent this request; a program that tells nothing of pages did not."""
    told = request.headers.get("Sec-Fetch-Site")
    if told is not None:
        return told not in _OURS
    origin = request.headers.get("Origin", "null")
    if origin == "null":
        return False
    base = app_state().settings.base_url
    return urlsplit(origin).netloc not in {request.host, urlsplit(base).netloc}
