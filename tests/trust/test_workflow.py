"""The staff's work in any order that people might do it in: after each step the registry is what a plain model says.

Files are loaded, sent again, spoiled, approved, rejected, published, rolled back and withdrawn over the staff's API by
three people, each also tries what is not theirs to do, and reports of the public are answered. `--workflows=N`.
"""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from exemptions.accounts import Actor
from exemptions.audit import find_broken_entry
from exemptions.correction_log import CorrectionState
from exemptions.corrections import answer_correction, list_corrections, take_in
from exemptions.errors import CorrectionRefused
from exemptions.inbox import Report, draw_number, leave_report
from exemptions.models import AuditEntry
from exporters.withdraw import Withdrawal, plan_withdrawal
from tests.api.office import Office
from tests.api.staff_home import registry_file, school
from tests.databases import Databases
from tests.exemptions.releases import invented_nit
from tests.trust.tables import Tell, tell
from tests.trust.workflow import GONE, WAITING, Content, Model

NUMBER_OF = {invented_nit(number): number for number in range(1, 60)}
NAMES = ("COLEGIO NUBE", "COLEGIO ZARZAL", "COLEGIO VOLCÁN")
FILES = st.dictionaries(st.integers(1, 24), st.sampled_from(NAMES), min_size=1, max_size=24)
MODES = st.sampled_from(["replace", "replace", "merge"])
LOADS = st.sampled_from(["luis", "luis", "luis", "luis", "marta", "ana"])
DECIDES = st.sampled_from(["marta", "marta", "marta", "marta", "luis", "ana"])
"""Mostly those whose work it is, or nothing would ever be published."""
REMOTE = 40
"""A taxpayer whom every file keeps, so that no file ends everything."""

_OF_A_SHARE = 10
"""Ways of one test, so that several are walked at once."""

Steps = dict[str, int]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "walks" in metafunc.fixturenames:
        count = metafunc.config.getoption("--workflows")
        shares = [range(start, min(start + _OF_A_SHARE, count)) for start in range(0, count, _OF_A_SHARE)]
        metafunc.parametrize("walks", shares, ids=[f"{share.start + 1}-{share.stop}" for share in shares])


class Work(RuleBasedStateMachine):
    """What people do, and what the model expects of it."""

    steps: Steps
    databases: Databases

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        limits = {f"EXEMPTIONS_GUARD_{name}_PCT": "100" for name in ("SHIFT", "NAMES", "CHANGE")}
        self.office = Office(Path(self.folder.name) / "home", **limits, **self.databases.environment())
        self.model = Model()
        self.files: list[tuple[str, Content, bool]] = []
        self.reports: dict[str, str] = {}
        self.entries = 0

    def teardown(self) -> None:
        extensions = self.office.app.extensions
        if "book" in extensions:
            extensions["book"].close()
        self.office.book.close()
        self.databases.give_back()
        self.folder.cleanup()

    @initialize(many=FILES, few=FILES)
    def begin(self, many: Content, few: Content) -> None:
        """Two releases, so that there is something to go back to and to withdraw."""
        for mode, rows in (("replace", many), ("merge", few)):
            self.make_an_edition(rows=rows, mode=mode, lasting=True)

    @rule(rows=FILES, mode=MODES, lasting=st.booleans())
    def make_an_edition(self, rows: Content, mode: str, lasting: bool) -> None:
        """What the staff do most."""
        self.load(rows=rows, mode=mode, by="luis", lasting=lasting)
        self._approve(max(self.model.batches), "marta", lifts=True)
        self.publish(by="marta")

    @rule(rows=FILES, mode=MODES, by=LOADS, lasting=st.booleans())
    def load(self, rows: Content, mode: str, by: str, lasting: bool) -> None:
        # Most editions keep what was there, or the guard of removals would hold nearly every one back.
        kept = self.model.standing() if lasting else {}
        self.files.append((mode, {**kept, **rows, REMOTE: NAMES[0]}, True))
        self._send(len(self.files) - 1, by)

    @rule(rows=FILES, by=LOADS)
    def load_with_an_error(self, rows: Content, by: str) -> None:
        self.files.append(("replace", rows, False))
        self._send(len(self.files) - 1, by)

    @precondition(lambda self: self.files)
    @rule(which=st.integers(0, 99), by=LOADS)
    def send_again(self, which: int, by: str) -> None:
        self._send(which % len(self.files), by)

    def _send(self, file: int, by: str) -> None:
        mode, rows, is_good = self.files[file]
        lines = [school(number, NOMBRE=name) for number, name in sorted(rows.items())]
        if not is_good:
            lines[0]["NIT"] = "CF"
        # Blank lines at the end say nothing, and make files of other bytes.
        content = registry_file(lines) + b"\n" * file
        answer = self.office.deliver(content, f"dataset=registry&file_name=a.csv&mode={mode}", name=by)
        if by == "ana":
            return self._expect_refused(answer, 403)
        outcome = self.office.work(answer)["outcome"]
        self.count("files loaded")
        number = self.model.send(file, mode, rows, by, is_good=is_good)
        assert outcome["batch"] == number, (outcome, self.model.batches)
        return None

    @precondition(lambda self: self.model.waiting())
    @rule(which=st.integers(0, 99), says=st.sampled_from(["yes", "yes", "yes", "no"]))
    def decide_what_waits(self, which: int, says: str) -> None:
        waiting = self.model.waiting()
        number = waiting[which % len(waiting)]
        if says == "yes":
            self._approve(number, "marta", lifts=True)
        else:
            self._reject(number, "marta")

    @precondition(lambda self: self.model.batches)
    @rule(which=st.integers(0, 99), by=DECIDES, lifts=st.booleans(), blind=st.booleans())
    def approve(self, which: int, by: str, lifts: bool, blind: bool) -> None:
        """Any batch, in any state, by anybody."""
        self._approve(1 + which % (len(self.model.batches) + 1), by, lifts=lifts, blind=blind)

    def _approve(self, number: int, by: str, *, lifts: bool, blind: bool = False) -> None:
        batch = self.model.batches.get(number)
        body: dict[str, Any] = {}
        if lifts:
            measured = self.model.holds(batch, number) if batch is not None else {}
            # An older file is let through by its own number.
            accepted = {"older_file": measured["older_file"]} if "older_file" in measured else {}
            body["lift"] = {"removals": 10**6, "accepted": accepted, "reason": "Edición de prueba"}
        if batch is not None and not blind:
            body["seen"] = self.office.ask("marta", f"/batches/{number}").json["seen"]
        answer = self.office.order(by, f"/batches/{number}/approve", body)
        if by != "marta":
            self._expect_refused(answer, 403)
        elif batch is None:
            self._expect_refused(answer, 404)
        elif batch.state not in WAITING:
            self._expect_refused(answer, 409)
        elif batch.by == by:
            self._expect_refused(answer, 403)
        elif self.model.holds(batch, number) and not lifts:
            self._expect_refused(answer, 409)
        else:
            assert answer.status_code == 200, answer.text
            self.model.approve(number)
            self.count("approvals")

    @precondition(lambda self: self.model.batches)
    @rule(which=st.integers(0, 99), by=DECIDES)
    def reject(self, which: int, by: str) -> None:
        """Any batch, in any state, by anybody."""
        self._reject(1 + which % (len(self.model.batches) + 1), by)

    def _reject(self, number: int, by: str) -> None:
        batch = self.model.batches.get(number)
        answer = self.office.order(by, f"/batches/{number}/reject", {"reason": "No es la edición"})
        if by != "marta":
            self._expect_refused(answer, 403)
        elif batch is None:
            self._expect_refused(answer, 404)
        elif batch.state not in (*WAITING, "approved"):
            self._expect_refused(answer, 409)
        else:
            assert answer.status_code == 200, answer.text
            self.model.reject(number)
            self.count("rejections")

    @precondition(lambda self: self.model.approved())
    @rule()
    def publish_what_is_approved(self) -> None:
        self.publish(by="marta")

    @rule(by=DECIDES)
    def publish(self, by: str) -> None:
        answer = self.office.order(by, "/releases", {})
        if by != "marta":
            return self._expect_refused(answer, 403)
        job = self.office.work(answer)
        made = self.model.publish()
        assert (job["state"], job["outcome"]) == ("done", {"release": made}), job
        self.count("publications" if made else "publications of nothing new")
        return None

    @precondition(lambda self: len(self.model.releases) > 1)
    @rule(which=st.integers(0, 99))
    def go_back(self, which: int) -> None:
        """To a release that is still there and is not the current one."""
        earlier = sorted(self.model.releases)[:-1]
        self._roll_back(earlier[which % len(earlier)], "marta")

    @precondition(lambda self: self.model.current is not None)
    @rule(which=st.integers(0, 99), by=DECIDES)
    def roll_back(self, which: int, by: str) -> None:
        """To any release, by anybody."""
        self._roll_back(1 + which % self.model.next_release, by)

    def _roll_back(self, number: int, by: str) -> None:
        answer = self.office.order(by, f"/releases/{number}/rollback")
        if by != "marta":
            return self._expect_refused(answer, 403)
        if number == self.model.next_release:
            return self._expect_refused(answer, 404)
        job = self.office.work(answer)
        if number in self.model.withdrawn:
            assert job["state"] == "failed", job
            self.count("refused as they should be")
            return None
        made = self.model.roll_back(number)
        assert (job["state"], job["outcome"]) == ("done", {"release": made, "restores": number}), job
        self.count("rollbacks" if made else "rollbacks to what is current")
        return None

    @precondition(lambda self: len(self.model.releases) > 1)
    @rule(which=st.integers(0, 99), leave_nothing=st.sampled_from([False, False, False, True]))
    def take_back(self, which: int, leave_nothing: bool) -> None:
        """As a person does who has read what a withdrawal would take along."""
        kept = sorted(self.model.releases)
        self._withdraw(kept[which % len(kept)], "marta", None, leave_nothing=leave_nothing)

    @precondition(lambda self: self.model.releases)
    @rule(which=st.integers(0, 99), also=st.integers(0, 2), by=DECIDES)
    def withdraw(self, which: int, also: int, by: str) -> None:
        """Any release, however much goes with it, by anybody."""
        kept = sorted(self.model.releases)
        self._withdraw(kept[which % len(kept)], by, also)

    def _withdraw(self, number: int, by: str, also: int | None, *, leave_nothing: bool = False) -> None:
        office, asked = self.office, Withdrawal(number, "No debió publicarse", leave_nothing=leave_nothing)
        plan = plan_withdrawal(office.book, office.settings, asked=asked, actor=Actor(by), clock=office.clock)
        also = len(plan.others) if also is None else also
        order = {"reason": asked.reason, "also": also, "leave_nothing": leave_nothing}
        answer = self.office.order(by, f"/releases/{number}/withdraw", order)
        if by != "marta":
            return self._expect_refused(answer, 403)
        job = self.office.work(answer)
        if job["state"] == "failed":
            # Nothing has changed, which the invariants look at.
            self.count("refused as they should be")
            return None
        self.count("withdrawals")
        self._take_out(number, also, set(job["outcome"]["withdrawn"]), plan.restores)
        return None

    def _take_out(self, number: int, also: int, gone: set[int], restores: int | None) -> None:
        """What a withdrawal decides is its own to tell; that nothing is left of what it took is not."""
        model, brought = self.model, self.model.brought(number)
        assert number in gone
        assert len(gone) == 1 + also
        before = {known: model.releases.pop(known) for known in sorted(gone)}
        model.withdrawn |= gone
        # The current release goes with the rest only if another content takes its place.
        made = [known for known in self._kept_releases() if known not in model.releases]
        for new in sorted(made):
            content = self._public(new)
            assert content in (*before.values(), model.book, *model.releases.values())
            model.releases[new] = content
        if restores is not None:
            model.book = dict(model.releases[restores])
            model.send_back()
        for known, content in model.releases.items():
            assert not brought & set(content.items()), f"release {known} still tells it"
        for known in gone:
            assert self.office.client.get(f"/api/v1/records?release={known}").status_code == 410

    def _kept_releases(self) -> list[int]:
        listed = self.office.ask("marta", "/releases").json["items"]
        return [entry["release"] for entry in listed if entry["withdrawn_at"] is None]

    @rule(state=st.sampled_from(CorrectionState), words=st.sampled_from(["", "Se revisó."]), which=st.integers(0, 9))
    def answer_a_report(self, state: CorrectionState, words: str, which: int) -> None:
        office, at = self.office, self.office.now
        if len(self.reports) < 3:
            number = draw_number()
            leave_report(office.settings.inbox, Report(number, at, "es", None, "El nombre está mal.", None, None))
            with office.book.write() as session:
                take_in(session, office.settings.inbox, at=at)
            self.reports[number] = "received"
        number = sorted(self.reports)[which % len(self.reports)]
        release = self.model.current if state is CorrectionState.RESOLVED else None
        needs_words = state is not CorrectionState.IN_REVIEW
        is_right = state is not CorrectionState.RECEIVED and (bool(words) or not needs_words)
        is_right = is_right and (state is not CorrectionState.RESOLVED or release is not None)
        try:
            with office.book.write() as session:
                answer_correction(
                    session, number=number, actor=Actor("luis"), state=state, answer=words, release=release, at=at
                )
        except CorrectionRefused:
            assert not is_right, (state, words, release)
            self.count("refused as they should be")
        else:
            assert is_right, (state, words, release)
            self.reports[number] = str(state)
            self.count("reports answered")

    @invariant()
    def batches_are_where_the_model_says(self) -> None:
        listed = self.office.ask("marta", "/batches?limit=1000").json["items"]
        told = {entry["batch"]: entry["state"] for entry in listed}
        assert told == {number: batch.state for number, batch in self.model.batches.items()}
        staged = self.office.settings.home / "staged"
        lying = {path.stem for path in staged.iterdir()} if staged.is_dir() else set()
        assert {str(n) for n, b in self.model.batches.items() if b.state not in (*GONE, "published")} <= lying

    @invariant()
    def what_is_public_is_what_the_model_says(self) -> None:
        if self.model.current is None:
            assert self.office.client.get("/api/v1/records").status_code == 503
            return
        assert self._public(None) == self.model.releases[self.model.current]
        assert self._kept_releases() == sorted(self.model.releases, reverse=True)
        oldest = min(self.model.releases)
        assert self._public(oldest) == self.model.releases[oldest]

    def _public(self, release: int | None) -> Content:
        query = {"limit": 1000, "fields": "nit,name"} | ({"release": release} if release else {})
        answer = self.office.client.get("/api/v1/records", query_string=query)
        assert answer.status_code == 200, answer.text
        assert release in (None, answer.json["release"])
        return {NUMBER_OF[item["nit"]]: item["name"] for item in answer.json["items"]}

    @invariant()
    def the_trail_is_whole_and_only_grows(self) -> None:
        with self.office.book.read() as session:
            assert find_broken_entry(session) is None
            entries = session.scalar(select(func.count()).select_from(AuditEntry)) or 0
            told = {facts.number: str(facts.state) for facts in list_corrections(session)}
        assert entries >= self.entries
        self.entries = entries
        assert told == self.reports
        self.office.now += timedelta(seconds=7)

    def _expect_refused(self, answer: Any, status: int) -> None:
        assert answer.status_code == status, answer.text
        assert answer.mimetype == "application/problem+json"
        assert answer.json["type"].partition("#")[2].startswith("problem-")
        self.count("refused as they should be")

    def count(self, what: str) -> None:
        self.steps[what] = self.steps.get(what, 0) + 1


@pytest.mark.both_databases
def test_any_way_through_the_work__leaves_what_the_model_says(
    walks: range, database: Databases, record_property: Tell
) -> None:
    steps: Steps = {}
    machine = seed(walks.start)(type("OfOneDatabase", (Work,), {"steps": steps, "databases": database}))
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=len(walks), stateful_step_count=20, deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
    assert steps["files loaded"] >= 2 * len(walks)
    for what, times in sorted(steps.items()):
        tell(record_property, "Steps of the staff's work", step=what, times=times, unlike_the_model=0)
