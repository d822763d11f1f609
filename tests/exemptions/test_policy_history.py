"""What changed in the disclosure policy, told by the kept releases alone."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from exemptions.policy_history import PolicyHistory, PolicyLog, Scope, trace
from exemptions.store import ReleaseStore
from tests.exemptions.releases import build_test_release, point_at, record


def rule(*fields: str, **given: Any) -> dict[str, Any]:
    """A rule as a release tells it."""
    return {
        "fields": list(fields), "person_kind": "*", "categories": "*", "permanence": "*", "level": "withheld",
        "threshold": None, "ground": "Ley A", "authority": "SAT", "date": "2026-01-01", "note_es": "", "note_en": "",
    } | given  # fmt: skip


CLOSED, OPEN = rule("amount_gtq"), rule("amount_gtq", level="public", ground="Opinión 7-2026", date="2026-02-01")
JOBS = rule("jobs", person_kind="natural", threshold=5)
POLICIES = (
    [rule("nit", "name"), CLOSED],
    [rule("nit", "name"), CLOSED, JOBS],
    [rule("nit", "name", note_es="Otra nota."), OPEN],
    [rule("nit", "name"), OPEN],
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("policies") / "releases"
    for number, policy in enumerate(POLICIES, 1):
        build_test_release(folder, [record(1)], number, policy=policy, published_at=f"2026-0{number}-02T12:00:00Z")
    return folder


def history(folder: Path, number: int) -> PolicyHistory:
    return trace(PolicyLog(ReleaseStore(folder)).until(number))


def told(found: PolicyHistory) -> list[tuple[int, str, str | None, str | None]]:
    return [
        (one.release.release, one.scope.field, one.before and one.before.level, one.after and one.after.level)
        for one in found.changes
    ]


def test_trace__tells_what_was_opened_added_and_dropped_and_since_when(made: Path) -> None:
    found = history(made, 4)
    assert told(found) == [
        (3, "amount_gtq", "withheld", "public"), (3, "jobs", "withheld", None), (2, "jobs", None, "withheld"),
    ]  # fmt: skip
    assert {one.scope.field: one.since.release for one in found.standing} == {"nit": 1, "name": 1, "amount_gtq": 3}
    assert found.first is not None and found.first.release == 1
    changed = found.changes[0]
    assert changed.before and changed.after
    assert (changed.before.ground, changed.after.ground) == ("Ley A", "Opinión 7-2026")


def test_trace__of_an_older_release_knows_nothing_of_later_ones(made: Path) -> None:
    found = history(made, 2)
    assert told(found) == [(2, "jobs", None, "withheld")]
    assert found.standing[-1].scope == Scope("jobs", "natural", None, None)
    assert found.standing[-1].terms.threshold == 5


def test_trace__compares_past_a_release_that_was_withdrawn_or_is_damaged(made: Path, tmp_path: Path) -> None:
    folder = tmp_path / "releases"
    shutil.copytree(made, folder)
    point_at(folder, 4, withdrawn=[2])
    assert [(one.release.release, one.previous.release) for one in history(folder, 4).changes] == [(3, 1)]
    (folder / "3" / "withheld.json").write_text("{}", encoding="utf-8")
    found = history(folder, 4)
    assert found.unknown == (2, 3)
    assert [(one.release.release, one.previous.release) for one in found.changes] == [(4, 1)]


def test_policy_log__reads_each_release_once(made: Path, tmp_path: Path) -> None:
    folder = tmp_path / "releases"
    shutil.copytree(made, folder)
    log = PolicyLog(ReleaseStore(folder))
    before = log.until(4)
    for number in (1, 2, 3, 4):
        (folder / str(number) / "withheld.json").unlink()
    assert log.until(4) == before


def test_trace__of_releases_that_tell_no_rules_tells_nothing(tmp_path: Path) -> None:
    build_test_release(tmp_path, [record(1)])
    found = history(tmp_path, 1)
    assert (found.first, found.standing, found.changes, found.unknown) == (None, (), (), (1,))
