"""Fetching what a server gives away of its releases, and nothing from any other server."""

from __future__ import annotations

from http.client import HTTPException, HTTPMessage
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from exporters.verification import AddressRefused

MAX_SMALL_BYTES = 16 * 1024**2
"""Over a hundred times the manifest of a release with all its files."""
TIMEOUT_S = 60.0
"""Longest silence of a server."""
MAX_REDIRECTS = 3


def make_opener() -> OpenerDirector:
    """What fetches, following a few redirects of the same server."""
    return build_opener(_SameServer())


def fetch_small(opener: OpenerDirector, address: str) -> bytes:
    """A manifest, a list, a signature: something small.

    Raises: AddressRefused.
    """
    try:
        with open_address(opener, address) as source:
            content = source.read(MAX_SMALL_BYTES + 1)
    except HTTPError as error:
        error.close()
        why = "fue retirada" if error.code == 410 else f"HTTP {error.code}"
        reason = "it was withdrawn" if error.code == 410 else f"HTTP {error.code}"
        raise AddressRefused(f"No se pudo leer {address}: {why}.", f"{address} cannot be read: {reason}.") from error
    except (URLError, HTTPException, OSError) as error:
        told = getattr(error, "reason", error)
        raise AddressRefused(f"No se pudo leer {address}: {told}.", f"{address} cannot be read: {told}.") from error
    if len(content) > MAX_SMALL_BYTES:
        raise AddressRefused(
            f"{address} es más grande que cualquier manifiesto.", f"{address} is larger than any manifest."
        )
    return content


def find_small(opener: OpenerDirector, address: str) -> bytes | None:
    """The same; None where the server has no such thing.

    Raises: AddressRefused.
    """
    try:
        return fetch_small(opener, address)
    except AddressRefused as error:
        cause = error.__cause__
        if isinstance(cause, HTTPError) and cause.code == 404:
            return None
        raise


def open_address(opener: OpenerDirector, address: str) -> IO[bytes]:
    """The answer of a server, to be closed by the caller; the scheme must have been checked."""
    # The scheme was checked: neither a file of this machine nor another protocol can be meant.
    request = Request(address, headers={"Accept-Encoding": "identity", "User-Agent": "exemptions-verify"})  # noqa: S310
    opened: IO[bytes] = opener.open(request, timeout=TIMEOUT_S)
    return opened


class _SameServer(HTTPRedirectHandler):
    """Follows a few redirects, and none to another server: what is checked is what that one gives."""

    max_redirections = MAX_REDIRECTS

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        before, after = urlsplit(req.full_url), urlsplit(newurl)
        if after.hostname != before.hostname or after.scheme not in ("http", "https"):
            return None
        return super().redirect_request(req, fp, code, msg, headers, newurl)
