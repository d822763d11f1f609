"""A loader and an approver who keep delivering, approving and publishing through the staff's API, whatever happens.

They do what the service tells them: after a 503 they wait, and ask again. Everything that they were told is done is
noted, so that it can be looked for in the book afterwards.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from exemptions.accounts import Actor, StaffRole, add_account, issue_token
from exemptions.calendar import system_clock
from exemptions.database import open_book
from exemptions.models import Account
from exemptions.passwords import hash_password
from exemptions.settings import Settings
from tests.api.staff_home import registry_file, school

LOADER, APPROVER = "luis", "marta"
_PAUSE_S = 0.1
_PATIENCE_S = 240.0

SHOWN = {
    "job": "SELECT count(*) FROM job WHERE id = %s",
    "batch": "SELECT count(*) FROM batch WHERE id = %s AND state IN ('validated', 'approved', 'published')",
    "approval": "SELECT count(*) FROM batch WHERE id = %s AND state IN ('approved', 'published')",
    "release": "SELECT count(*) FROM release WHERE number = %s",
}
"""What was acknowledged → how the book shows it."""


def make_staff(settings: Settings, *, password: str | None = None) -> dict[str, str]:
    """A book with a person who loads and one who approves, with that password if any; their tokens."""
    book, operator, now = open_book(settings), Actor("operator"), system_clock()
    tokens = {}
    with book.write() as session:
        add_account(session, actor=operator, name="ana", role=StaffRole.ADMINISTRATOR, at=now)
        for name, role in ((LOADER, StaffRole.LOADER), (APPROVER, StaffRole.APPROVER)):
            add_account(session, actor=operator, name=name, role=role, at=now)
            tokens[name] = issue_token(session, actor=operator, name=name, at=now, days=30)
            if password is not None:
                session.get_one(Account, name).password_hash = hash_password(password)
    book.close()
    return tokens


@dataclass(frozen=True, slots=True)
class Told:
    """One answer of the service."""

    status: int
    headers: Mapping[str, str]
    body: Any


Ask = Callable[..., Told]
"""ask(person, method, path, data=…, json=…)"""


class StaffAtWork(threading.Thread):
    """Both of them, one month after the other, until told to stop."""

    def __init__(self, ask: Ask) -> None:
        super().__init__(daemon=True)
        self._ask_once = ask
        self._stop_asked = threading.Event()
        self.acknowledged: list[tuple[float, str, int]] = []
        """When what was told to be done: (instant, kind, number)."""
        self.refused = Counter[str]()
        """Kinds of answers other than what was asked for."""
        self.doing = ""
        self.took: dict[str, float] = {}
        """How long each thing they do took the last time, in seconds."""
        self._begun = time.monotonic()
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            for month in itertools.count(1):
                self._work_through(month)
                if self._stop_asked.is_set():
                    return
                self._begin("idle")
                time.sleep(5 * _PAUSE_S)
        except BaseException as failure:
            self.failure = failure
            raise

    def finish(self) -> None:
        """End with the month at hand."""
        self._stop_asked.set()
        self.join(_PATIENCE_S)
        assert self.failure is None and not self.is_alive()

    def wait_for(self, doing: str) -> None:
        """Wait until they begin something of this kind."""
        self._wait(lambda: self.doing != doing)
        self._wait(lambda: self.doing == doing)

    def wait_for_acknowledgement(self, after: float) -> float:
        """Wait until something that was asked for later than this was done; gives the instant."""
        self._wait(lambda: self._writes(after) != [])
        return self._writes(after)[0]

    def find_missing(self, book: psycopg.Connection, *, until: float) -> list[tuple[str, int]]:
        """What they were told is done, and the book does not show."""
        told = {(kind, number) for at, kind, number in list(self.acknowledged) if at <= until}
        return sorted(
            (kind, number)
            for kind, number in told
            if book.execute(SHOWN[kind], (number,)).fetchall() != [(1,)]
        )  # fmt: skip

    def _writes(self, after: float) -> list[float]:
        return [at for at, _, _ in list(self.acknowledged) if at > after]

    def _wait(self, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _PATIENCE_S
        while not is_so():
            if self.failure is not None:
                raise self.failure
            assert time.monotonic() < deadline, f"while {self.doing}: {self.refused}"
            time.sleep(0.01)

    def _begin(self, doing: str) -> None:
        now = time.monotonic()
        self.took[self.doing] = now - self._begun
        self.doing, self._begun = doing, now

    def _work_through(self, month: int) -> None:
        self._begin("load")
        schools = registry_file(school(number) for number in range(1, 3 + month))
        address = f"/batches?dataset=registry&mode=merge&file_name={month}.csv"
        outcome = self._see_through(self._ask(LOADER, "POST", address, data=schools))
        batch = int(outcome["batch"])
        self._note("batch", batch)
        self._begin("approve")
        answer = self._ask(APPROVER, "POST", f"/batches/{batch}/approve", allowed=(200, 409))
        # Refused because it is approved: the answer to the first time was lost on its way.
        seen = answer if answer.status == 200 else self._ask(APPROVER, "GET", f"/batches/{batch}")
        assert seen.body["state"] == "approved", seen
        self._note("approval", batch)
        self._begin("publish")
        outcome = self._see_through(self._ask(APPROVER, "POST", "/releases", json={}, allowed=(202, 409)))
        if outcome["release"] is not None:
            self._note("release", int(outcome["release"]))
        assert self._ask(APPROVER, "GET", f"/batches/{batch}").body["state"] == "published"

    def _see_through(self, accepted: Told) -> dict[str, Any]:
        """Follow a job to its end."""
        # Refused because one is being done: the answer to the first time was lost on its way.
        number = int(accepted.body["job"])
        self._note("job", number)
        while True:
            job = self._ask(APPROVER, "GET", f"/jobs/{number}").body
            if job["state"] == "done":
                outcome: dict[str, Any] = job["outcome"]
                return outcome
            assert job["state"] in ("waiting", "running"), job
            time.sleep(_PAUSE_S)

    def _ask(self, who: str, method: str, path: str, *, allowed: tuple[int, ...] = (200, 202), **body: Any) -> Told:
        while True:
            answer = self._ask_once(who, method, path, **body)
            if answer.status in allowed:
                return answer
            assert answer.status == 503 and int(answer.headers["Retry-After"]) > 0, answer
            self.refused[answer.body["type"].rpartition("-")[2]] += 1
            time.sleep(_PAUSE_S)

    def _note(self, kind: str, number: int) -> None:
        self.acknowledged.append((time.monotonic(), kind, number))
