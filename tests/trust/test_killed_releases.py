"""Killed while publishing, rolling back or withdrawing: readers have one of two whole releases, the book is sound."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.trust.registry import Registry, Worker
from tests.trust.survival import Kill, check_survival
from tests.trust.tables import Tell, tell


@pytest.mark.acts("publish", "rollback", "withdraw")
def test_killed__leaves_a_whole_release_and_a_book_that_goes_on(
    kill: Kill, registry: Registry, worker: Worker, tmp_path: Path, record_property: Tell
) -> None:
    killed = check_survival(kill, registry, worker)
    # What follows is reached only when everything was whole.
    tell(record_property, "Killed", act=kill.act, in_time=int(killed), too_late=int(not killed), whole_afterwards=1)
    shutil.rmtree(tmp_path)
