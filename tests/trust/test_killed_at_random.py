"""kill -9 at instants drawn at random over load, approve, publish and roll back: what was corrupt, lost or had to be
repaired by hand is counted, and must be nothing."""

from __future__ import annotations

import random
import shutil
import time
from pathlib import Path

import pytest

from exemptions.errors import RegistryError
from tests.trust.registry import Registry, Worker
from tests.trust.survival import check_goes_on, check_whole
from tests.trust.tables import Tell, tell

ACTS = ("load", "approve", "publish", "rollback")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "instant" in metafunc.fixturenames:
        count = metafunc.config.getoption("--random-kills")
        drawn = random.Random("instants")
        # Of the time that the act takes when nobody disturbs it.
        places = [(ACTS[n % len(ACTS)], round(drawn.uniform(0.0, 0.95), 4)) for n in range(count)]
        metafunc.parametrize("instant", places, ids=lambda place: f"{place[0]}-{place[1]}")


@pytest.fixture(scope="module")
def seconds() -> dict[str, float]:
    """Act → how long it takes, as far as that was measured."""
    return {}


def test_killed_at_random__nothing_is_corrupt_or_lost(
    instant: tuple[str, float], seconds: dict[str, float], registry: Registry, worker: Worker, record_property: Tell,
    tmp_path: Path,
) -> None:  # fmt: skip
    act, part = instant
    if act not in seconds:
        # What happens once, as imports do, is no part of it.
        seconds[act] = min(_measure(act, registry, worker) for _ in range(2))
    folder, environment = registry()
    (outcome,) = worker.do(act, folder, environment, after_s=part * seconds[act])
    assert outcome.status in (-9, 0)
    corrupt = lost = repairs = 0
    faults: list[str] = []
    try:
        check_whole(folder, environment)
    except (AssertionError, RegistryError, OSError, ValueError) as fault:
        corrupt, faults = 1, [repr(fault)]
    try:
        # The next command of a person who knows of nothing: it must need no other.
        check_goes_on(act, folder, environment)
    except RegistryError as fault:
        repairs, faults = 1, [*faults, repr(fault)]
    except AssertionError as fault:
        lost, faults = 1, [*faults, repr(fault)]
    in_time = int(outcome.status == -9)
    tell(
        record_property, "Killed at random instants", act=act, killed=in_time, done_before=1 - in_time,
        corrupt=corrupt, lost=lost, manual_repairs=repairs,
    )  # fmt: skip
    assert not faults
    shutil.rmtree(tmp_path)


def _measure(act: str, registry: Registry, worker: Worker) -> float:
    folder, environment = registry()
    started = time.monotonic()
    worker.do(act, folder, environment)
    return time.monotonic() - started
