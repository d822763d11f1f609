"""A crowd that reads through the proxy, each question from another address, and counts what is no whole answer."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from urllib.parse import urlencode

from tests.trust.people import several

ANSWERS = (
    "/api/v1/records?limit=2",
    "/buscar?category=COOP",
    "/api/v1/records?limit=50",
    "/health/live",
    "/api/v1/reconcile",
)
"""What is asked: pages, answers of the API, and names that are sent in with POST to be found."""
EXPORT = "/api/v1/records.csv?fields=record_id,name"
"""A file that is made while it is sent: what was sent already cannot be asked again of another worker."""

WHOLE, CUT, PARTIAL = "whole", "export cut, and noticed", "partial, taken for whole"

_NAMES = urlencode({"queries": json.dumps({"q0": {"query": "cooperativa"}})})
_TURNS = count()


@contextmanager
def crowd(port: int, people: int) -> Iterator[Counter[str]]:
    """Let so many people read until the block ends; what they got, counted."""
    found, export = Counter[str](), _ask(port, 0, EXPORT)
    with several(people, lambda _, stop: _read(port, export, found, stop)):
        yield found


def _read(port: int, export: bytes, found: Counter[str], stop: threading.Event) -> None:
    while not stop.is_set():
        turn = next(_TURNS)
        path = EXPORT if turn % 11 == 0 else ANSWERS[turn % len(ANSWERS)]
        if "?" in path and path != EXPORT:
            # Nobody asks the same again, so that nothing comes from what the proxy keeps.
            path += f"&jobs_min={turn}"
        try:
            body = _ask(port, turn, path)
            is_whole = body == export if path == EXPORT else _is_whole(path, body)
            found[WHOLE if is_whole else PARTIAL] += 1
        except (OSError, http.client.HTTPException) as error:
            found[CUT if path == EXPORT else f"{path.partition('&')[0]}: {error}"] += 1
        time.sleep(0.02)


def _ask(port: int, turn: int, path: str) -> bytes:
    """The body of a good answer.

    Raises: OSError, HTTPException if there is none, also if the connection ends before the answer does.
    """
    # What one address may ask in a minute is another matter.
    person = f"127.1.{turn // 250 % 250}.{1 + turn % 250}"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60, source_address=(person, 0))
    try:
        if path == "/api/v1/reconcile":
            connection.request("POST", path, _NAMES, {"Content-Type": "application/x-www-form-urlencoded"})
        else:
            connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
    finally:
        connection.close()
    if answer.status != 200:
        raise http.client.HTTPException(answer.status)
    return body


def _is_whole(path: str, body: bytes) -> bool:
    if path.startswith("/buscar"):
        return body.rstrip().endswith(b"</html>")
    try:
        return bool(json.loads(body))
    except ValueError:
        return False
