"""Killed while publishing, rolling back or withdrawing: readers have one of two whole releases, the book is sound."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.trust.registry import Registry, Worker
from tests.trust.survival import Kill, check_survival


@pytest.mark.acts("publish", "rollback", "withdraw")
def test_killed__leaves_a_whole_release_and_a_book_that_goes_on(
    kill: Kill, registry: Registry, worker: Worker, tmp_path: Path
) -> None:
    check_survival(kill, registry, worker)
    shutil.rmtree(tmp_path)
