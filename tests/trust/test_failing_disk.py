"""The disk fails or is full at any call of an act that writes: told in a sentence, and the next command works."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.trust.failing_disk import NO_COMPILER, compile_failing_disk
from tests.trust.registry import Registry, Worker
from tests.trust.survival import check_goes_on, check_whole
from tests.trust.tables import Tell, tell

FAULTS = {
    "EIO, once": {"error": errno.EIO, "from_then_on": 0},
    "EIO, from then on": {"error": errno.EIO, "from_then_on": 1},
    "ENOSPC, from then on": {"error": errno.ENOSPC, "from_then_on": 1},
}
ACTS = ("load", "approve", "publish", "rollback", "withdraw")
LONG = 12
"""Instants of each act and fault; with three faults at instants of their own, 180 faults in all."""


@pytest.fixture(scope="module")
def failing_worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    folder = tmp_path_factory.mktemp("failing")
    library = compile_failing_disk(folder)
    if library is None:
        pytest.skip(NO_COMPILER)
    made = Worker(folder, preload=library)
    yield made
    made.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "place" not in metafunc.fixturenames:
        return
    if metafunc.config.getoption("--faults") == "all":
        places = [
            (act, fault, (n + k / 3) / LONG) for act in ACTS for k, fault in enumerate(FAULTS) for n in range(LONG)
        ]
    else:
        places = [("load", "EIO, once", 0.1), ("publish", "ENOSPC, from then on", 0.5)]
    metafunc.parametrize("place", places, ids=lambda place: f"{place[0]}-{place[1]}-{place[2]:.3f}")


@pytest.fixture(scope="module")
def calls(request: pytest.FixtureRequest) -> dict[str, int]:
    """Act → how many calls it makes that could fail, as far as that was counted."""
    return {}


def test_failing_disk__is_told_and_loses_nothing(
    place: tuple[str, str, float], calls: dict[str, int], registry: Registry, failing_worker: Worker,
    record_property: Tell, tmp_path: Path,
) -> None:  # fmt: skip
    act, fault, part = place
    if act not in calls:
        calls[act] = _do(failing_worker, registry, act, {"number": 0, "error": 0, "from_then_on": 0})[1]["calls"]
    assert calls[act] > 10
    folder, told = _do(failing_worker, registry, act, {"number": 1 + int(part * calls[act]), **FAULTS[fault]})
    assert told["bug"] is None, told["bug"]
    if told["refused"] is not None:
        name, sentence = told["refused"]
        assert name in ("DiskFull", "DiskFailed"), told
        assert "disco" in sentence
    check_whole(folder, {})
    check_goes_on(act, folder, {})
    told_of = int(told["refused"] is not None)
    tell(
        record_property, "Failing disk", fault=f"{act}: {fault}", injected=1, told_in_a_sentence=told_of,
        done_all_the_same=1 - told_of, corrupt=0, lost=0, manual_repairs=0,
    )  # fmt: skip
    shutil.rmtree(tmp_path)


def _do(worker: Worker, registry: Registry, act: str, fault: dict[str, int]) -> tuple[Path, dict[str, Any]]:
    folder, environment = registry()
    (outcome,) = worker.do(act, folder, environment, fault=fault)
    assert outcome.told is not None, outcome
    return folder, outcome.told
