"""What has to hold after an act was killed, whatever the act and the instant."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from exemptions.audit import find_broken_entry
from exemptions.batches import approve_batch, get_batch, list_batches
from exemptions.datasets import Dataset
from exemptions.errors import BatchState, ReleaseWithdrawn
from exemptions.history import read_content
from exemptions.models import AuditEntry, Release
from exporters.manifest import verify_folder
from exporters.publish import reconcile
from exporters.withdraw import withdraw
from loaders.load import load_file
from loaders.options import LoadOptions
from tests.exporters.staging import APPROVER, CUTOFF, LOADER, Home
from tests.trust.registry import Registry, Worker, listed

STORE = {"current.json", "corrections.json"}
"""What may lie in a release store beside the folders of its releases."""


@dataclass(frozen=True, slots=True)
class Kill:
    """One instant: before a call of the act that touches its files or its book, or after some time."""

    act: str
    number: int
    of: int

    def instant(self, boundaries: int, seconds: float) -> dict[str, Any]:
        """Two of three kills are spread evenly over the calls; one strikes at random, in the middle of any of them."""
        if self.number % 3 == 2:
            return {"after_s": random.Random(f"{self.act} {self.number}").uniform(0.02, 0.95 * seconds)}
        return {"boundary": 1 + round((boundaries - 1) * self.number / max(1, self.of - 1))}


def check_survival(kill: Kill, make: Registry, worker: Worker) -> bool:
    """Kill the act, look at what readers have, and let the next command finish; gives whether it was killed in time."""
    folder, environment = make()
    (outcome,) = worker.do(kill.act, folder, environment, **_instant(kill, make, bool(environment), worker))
    assert outcome.status in (-9, 0)
    check_whole(folder, environment)
    check_goes_on(kill.act, folder, environment)
    return outcome.status == -9


def check_whole(folder: Path, environment: dict[str, str]) -> None:
    """Right after the fault: what readers have is whole, and the book is in one of its states."""
    home = Home(folder, **environment)
    try:
        _check_book(home, check_readers(folder / "home" / "releases"))
    finally:
        home.book.close()


def check_goes_on(act: str, folder: Path, environment: dict[str, str]) -> None:
    """The next command of a person who does not know of the fault finishes the act, and nothing is lost or left."""
    home = Home(folder, **environment)
    try:
        FINISH[act](home)
        check_readers(folder / "home" / "releases")
        _check_book(home, None)
        # The next command has left nothing of what the killed one began.
        published = {str(e["release"]) for e in home.pointer()["releases"] if e["state"] == "published"}
        assert set(listed(folder)) - STORE == published
    finally:
        home.book.close()


_MEASURED: dict[tuple[str, bool], dict[str, Any]] = {}


def _instant(kill: Kill, make: Registry, at_server: bool, worker: Worker) -> dict[str, Any]:
    """When to kill, by how many calls the act makes, and how long it takes, when nobody disturbs it."""
    kind = (kill.act, at_server)
    if kind not in _MEASURED:
        folder, environment = make()
        (outcome,) = worker.do(kill.act, folder, environment)
        assert outcome.told is not None
        _MEASURED[kind] = {name: outcome.told[name] for name in ("boundaries", "seconds")}
    return kill.instant(**_MEASURED[kind])


def check_readers(releases: Path) -> int:
    """What readers are told of is there and whole; gives the current release."""
    pointer = json.loads((releases / "current.json").read_bytes())
    published = [entry for entry in pointer["releases"] if entry["state"] == "published"]
    assert pointer["release"] == max(entry["release"] for entry in published)
    for entry in published:
        verify_folder(releases / str(entry["release"]), sha256=entry["manifest_sha256"])
    return int(pointer["release"])


def _check_book(home: Home, seen: int | None) -> None:
    """The book is in one of its states: each release with its act in the audit, the chain unbroken.

    `seen` is the release that readers have; the book may be one ahead.
    """
    with home.book.read() as session:
        assert find_broken_entry(session) is None
        known = set(session.scalars(select(Release.number)))
        subjects = set(session.scalars(select(AuditEntry.subject).where(AuditEntry.act.like("release_%"))))
        assert {f"release {number}" for number in known} <= subjects
        assert seen is None or max(known) - seen in (0, 1)
        content = read_content(session)
        assert content["nit"].n_unique() == content.height in (2, 3)


def _finish_load(home: Home) -> None:
    path = home.settings.home.parent / "julio.csv"
    options = LoadOptions(cutoff=CUTOFF)
    result = load_file(
        home.book, home.settings, dataset=Dataset.REGISTRY, path=path, options=options, actor=LOADER, clock=home.clock
    )
    assert (result.state, result.errors) == ("validated", ())
    with home.book.write() as session:
        # Loaded once, whether or not the first attempt had entered it already.
        assert [batch.id for batch in list_batches(session)] == [5, 4, 3, 2, 1]
        approve_batch(session, home.settings.home, number=5, actor=APPROVER, at=home.now)
    assert home.publish().release == 3
    assert _names(home) == ["Entidad inventada 004", "Guayaba", "Pepino, S. A."]


def _finish_approve(home: Home) -> None:
    with suppress(BatchState), home.book.write() as session:
        approve_batch(session, home.settings.home, number=4, actor=APPROVER, at=home.now)
    with home.book.read() as session:
        assert get_batch(session, 4).state == "approved"
    assert home.publish().release == 3
    assert _names(home) == ["Entidad inventada 004", "Zapote"]


def _finish_publish(home: Home) -> None:
    assert home.publish().release in (3, None)
    assert home.pointer()["release"] == 3
    assert _names(home) == ["Entidad inventada 004", "Guayaba"]


def _finish_rollback(home: Home) -> None:
    home.rollback(1)
    assert home.pointer()["release"] in (3, 4)
    assert _names(home) == ["Ñandú, S.A.", "Zapote"]
    with home.book.read() as session:
        assert sorted(read_content(session)["name"]) == ["Zapote", "Ñandú, S.A."]


def _finish_withdraw(home: Home) -> None:
    try:
        withdraw(home.book, home.settings, release=2, reason="No debió ser.", actor=APPROVER, clock=home.clock)
    except ReleaseWithdrawn:
        reconcile(home.book, home.settings)
    assert [e["state"] for e in home.pointer()["releases"]] == ["published", "withdrawn", "published"]
    assert _names(home) == ["Ñandú, S.A.", "Zapote"]
    assert not any(b"Nunca" in p.read_bytes() for p in home.settings.releases.rglob("*") if p.is_file())


FINISH: dict[str, Callable[[Home], None]] = {
    "load": _finish_load,
    "approve": _finish_approve,
    "publish": _finish_publish,
    "rollback": _finish_rollback,
    "withdraw": _finish_withdraw,
}
"""Act → the next command of a person who does not know that it was killed, and what must come of it."""


def _names(home: Home) -> list[str]:
    return [record["name"] for record in home.records()]


def state_of(folder: Path) -> dict[str, bytes]:
    """Every file that readers can have, with its content."""
    releases = folder / "home" / "releases"
    return {os.fspath(p.relative_to(releases)): p.read_bytes() for p in sorted(releases.rglob("*")) if p.is_file()}
