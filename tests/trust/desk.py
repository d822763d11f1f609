"""A loader and an approver at their desks, over HTTP: when an act is not answered they look whether it was done.

What they were told is done is noted, so that it can be looked for in the book.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Any

import requests

from tests.api.staff_home import PASSWORD, registry_file, school
from tests.trust.staff_at_work import APPROVER, LOADER, Told

UPLOAD, APPROVE, PUBLISH, ROLL_BACK, WITHDRAW, LOG_IN = ACTS = (
    "upload", "approve", "publish", "roll back", "withdraw", "log in",
)  # fmt: skip
"""In the order in which each builds on what came before; a session that was begun serves the approvals after it."""

_SCHOOLS = 30
_PAUSE_S = 0.25
_PATIENCE_S = 600.0


class Desk:
    """Both of them; every act is seen through to its end, whatever happens to the service meanwhile."""

    def __init__(self, address: str, tokens: Mapping[str, str]) -> None:
        self._address = address
        self._tokens = tokens
        self._months = 0
        self._browser = requests.Session()
        self._batch = self._release = 0
        self.told: list[tuple[str, int]] = []
        """What was answered with success: (kind, number)."""
        self.unanswered = 0
        self.on_running: Callable[[], object] = lambda: None
        """Called when a job is first seen running."""

    def do(self, act: str) -> None:
        """Do it, as often as it has to be asked for."""
        {
            UPLOAD: self._upload, APPROVE: self._approve, PUBLISH: self._publish, ROLL_BACK: self._roll_back,
            WITHDRAW: self._withdraw, LOG_IN: self.log_in,
        }[act]()  # fmt: skip

    def is_signed_in(self) -> bool:
        """Whether the session that was begun is still one."""
        return bool(self._insist(lambda: self._page("GET", "/staff", 200, 303)).status_code == 200)

    def log_in(self) -> None:
        """Begin a session by the page."""
        self._browser = requests.Session()

        def enter() -> requests.Response | None:
            fields = {"name": APPROVER, "password": PASSWORD}
            return self._send_form("/staff/entrar", "/staff/entrar", fields, 303)

        self._insist(enter)
        assert self.is_signed_in()

    def _upload(self) -> None:
        self._months += 1
        rows = registry_file(school(number) for number in range(1, _SCHOOLS + self._months))
        address = f"/batches?dataset=registry&mode=merge&file_name={self._months}.csv"
        # Repeating a delivery is harmless.
        outcome = self._see_through(self._ask(LOADER, "POST", address, 202, data=rows))
        self._batch = int(outcome["batch"])
        self._note("batch", self._batch)

    def _approve(self) -> None:
        batch = f"/lotes/{self._batch}"

        def approve() -> requests.Response | None:
            if self._state() != "validated":
                return requests.Response()
            return self._send_form(f"/staff{batch}", f"/staff{batch}/aprobar", {}, 303, 409)

        self._insist(approve)
        assert self._state() == "approved"
        self._note("approval", self._batch)

    def _publish(self) -> None:
        outcome = self._see_through(self._ask(APPROVER, "POST", "/releases", 202, 409, json={}))
        # Without a number it was published by the job whose answer was lost.
        assert outcome["release"] is None or outcome["release"] == self._newest()["release"]
        assert self._state() == "published"
        self._release = self._newest()["release"]
        self._note("release", self._release)

    def _roll_back(self) -> None:
        wanted = self._before(self._release)
        if wanted is None:
            return
        self._until(lambda: self._newest()["restores"] == wanted, f"/releases/{wanted}/rollback", {})
        self._note("release", self._newest()["release"])

    def _withdraw(self) -> None:
        address = f"/releases/{self._release}/withdraw"
        self._until(lambda: self._find(self._release)["withdrawn_at"], address, {"reason": "No debió ser."})
        self._note("withdrawal", self._release)

    def _until(self, is_done: Callable[[], object], address: str, body: Mapping[str, Any]) -> None:
        """Ask for something that must not be done twice: again only if it was not done, and nothing is being done."""
        while not is_done():
            job = self._open_job()
            if job is None:
                answer = self._ask_once(APPROVER, "POST", address, 202, json=body)
                job = answer and self._accepted(answer)
            if job is not None:
                self._follow(job)

    def _see_through(self, answer: Told) -> dict[str, Any]:
        return self._follow(self._accepted(answer))

    def _accepted(self, answer: Told) -> int:
        number = int(answer.body["job"])
        self._note("job", number)
        return number

    def _follow(self, number: int) -> dict[str, Any]:
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            job = self._ask(APPROVER, "GET", f"/jobs/{number}", 200).body
            if job["state"] == "done":
                outcome: dict[str, Any] = job["outcome"]
                return outcome
            assert job["state"] in ("waiting", "running"), job
            if job["state"] == "running":
                self.on_running()
            time.sleep(_PAUSE_S)
        raise AssertionError(f"job {number} does not go on")

    def _open_job(self) -> int | None:
        jobs = self._ask(APPROVER, "GET", "/jobs", 200).body["items"]
        return next((int(job["job"]) for job in jobs if job["state"] in ("waiting", "running")), None)

    def _releases(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self._ask(APPROVER, "GET", "/releases", 200).body["items"]
        return items

    def _newest(self) -> dict[str, Any]:
        return self._releases()[0]

    def _find(self, number: int) -> dict[str, Any]:
        return next(item for item in self._releases() if item["release"] == number)

    def _before(self, number: int) -> int | None:
        """The release before one, of those that can be had."""
        there = [int(item["release"]) for item in self._releases() if not item["withdrawn_at"]]
        return max((release for release in there if release < number), default=None)

    def _state(self) -> str:
        return str(self._ask(APPROVER, "GET", f"/batches/{self._batch}", 200).body["state"])

    def _ask(self, who: str, method: str, path: str, *allowed: int, **body: Any) -> Told:
        return self._insist(lambda: self._ask_once(who, method, path, *allowed, **body))

    def _ask_once(self, who: str, method: str, path: str, *allowed: int, **body: Any) -> Told | None:
        headers = {"Authorization": f"Bearer {self._tokens[who]}"}
        if "json" not in body:
            headers["Content-Type"] = "application/octet-stream"
        address = f"{self._address}/api/v1/staff{path}"
        answer = self._answered(lambda: requests.request(method, address, headers=headers, timeout=120, **body))
        if answer is None:
            return None
        assert answer.status_code in allowed, answer.text
        return Told(answer.status_code, answer.headers, answer.json())

    def _page(self, method: str, path: str, *allowed: int, **body: Any) -> requests.Response | None:
        address = f"{self._address}{path}"
        answer = self._answered(
            lambda: self._browser.request(method, address, timeout=120, allow_redirects=False, **body)
        )
        assert answer is None or answer.status_code in allowed, (path, answer.status_code, answer.text)
        return answer

    def _send_form(self, page: str, path: str, fields: Mapping[str, str], *allowed: int) -> requests.Response | None:
        shown = self._page("GET", page, 200)
        if shown is None:
            return None
        hidden = dict(re.findall(r'name="(csrf_token|seen)" value="([^"]*)"', shown.text))
        return self._page("POST", path, *allowed, data={**hidden, **fields})

    def _answered(self, ask: Callable[[], requests.Response]) -> requests.Response | None:
        """The answer; None where none came, or one that says to try again."""
        try:
            answer = ask()
        except requests.RequestException:
            self.unanswered += 1
            return None
        if answer.status_code == 503:
            self.unanswered += 1
            return None
        return answer

    def _insist(self, ask: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            answer = ask()
            if answer is not None:
                return answer
            time.sleep(_PAUSE_S)
        raise AssertionError("the service does not come back")

    def _note(self, kind: str, number: int) -> None:
        self.told.append((kind, number))
