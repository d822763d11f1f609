"""People who read all the time, each from an address of their own, and note whatever is not as it should be."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count

from tests.trust.people import several

EDITION = "edición"
"""Every name of edition k of the invented registry ends in this word and k, and there are k more than ten of them."""

_DAYS = count()


@dataclass
class Reading:
    """What all readers together saw."""

    answers: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    """What was no good answer, or one of two releases."""
    steps_back: int = 0
    """How often somebody was shown an older release than before."""
    slowest_s: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, fault: str | None, seconds: float, *, is_back: bool) -> None:
        with self.lock:
            self.answers += 1
            self.slowest_s = max(self.slowest_s, seconds)
            self.steps_back += is_back
            if fault is not None:
                self.faults[fault] += 1


@contextmanager
def readers(port: int, people: int) -> Iterator[Reading]:
    """Let so many people read at the proxy until the block ends."""
    reading = Reading()
    with several(people, lambda number, stop: _read(port, number, reading, stop)):
        yield reading


def _read(port: int, number: int, reading: Reading, stop: threading.Event) -> None:
    newest, turn = 0, 0
    while not stop.is_set():
        turn += 1
        # Nobody asks the same again, so that nothing comes from what the proxy keeps.
        day = (date(1, 1, 1) + timedelta(days=next(_DAYS))).isoformat()
        search = f"/api/v1/records?limit={3 + number}&facets=category&q=entidad&valid_on={day}"
        export = f"/api/v1/records.csv?fields=name&valid_on={day}"
        path: str | None = export if turn % 13 == 0 else search
        is_first = True
        while path is not None and not stop.is_set():
            begun = time.monotonic()
            fault, release, path = _ask(port, number, path)
            seconds = time.monotonic() - begun
            # The pages after the first are those of its release, also when a newer one has come.
            reading.note(fault, seconds, is_back=is_first and 0 < release < newest)
            newest, is_first = max(newest, release), False
            # One address may ask thirty times a second.
            time.sleep(0.05)


def _ask(port: int, number: int, path: str) -> tuple[str | None, int, str | None]:
    """What is wrong with an answer, the release that it tells, and where it goes on."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30, source_address=(f"127.0.1.{1 + number}", 0))
    try:
        connection.request("GET", path, headers={"Host": "registro.example", "X-Forwarded-Proto": "https"})
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__, 0, None
    finally:
        connection.close()
    if answer.status == 410 and "cursor=" in path:
        # The next page of a release that was withdrawn meanwhile: gone is the right answer.
        return None, 0, None
    if answer.status != 200:
        return f"{answer.status} {body[:200]!r}", 0, None
    release = int(answer.headers["X-Registry-Release"])
    if path.startswith("/api/v1/records.csv"):
        names = body.decode().splitlines()[1:]
        # Rolling back and withdrawing make releases of earlier editions, so the edition is what the first name says.
        edition = names[0].rsplit(" ", 1)[1]
        is_whole = len(names) == 10 + int(edition)
        following = None
    else:
        content = json.loads(body)
        names = [item["name"] for item in content["items"]]
        edition = names[0].rsplit(" ", 1)[1]
        is_whole = content["release"] == release and content["total"] == 10 + int(edition)
        following = content["next"]
    is_one = all(name.endswith(f"{EDITION} {edition}") for name in names)
    return None if is_one and is_whole else f"mixed: {path}", release, following
