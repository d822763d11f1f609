"""Two publishers at once, a full disk, and a death at PostgreSQL: one wins, nothing is lost, everything is told."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from exporters.manifest import verify_folder
from exporters.publish import reconcile
from tests.exporters.staging import Home
from tests.trust.registry import NO_BYTECODE, Registry, Worker, listed
from tests.trust.survival import STORE, Kill, check_survival, state_of


@pytest.mark.both_databases
def test_publish__by_two_at_once_is_won_by_one_and_the_other_is_told(registry: Registry, worker: Worker) -> None:
    folder, environment = registry()
    outcomes = worker.do("publish", folder, environment, twice=True)
    results = [outcome.told["result"] for outcome in outcomes if outcome.told is not None]
    # The one who came second found nothing left to publish.
    assert sorted(results, key=str) == [3, None]
    assert set(listed(folder)) - STORE == {"1", "2", "3"}
    home = Home(folder, **environment)
    verify_folder(home.folder(), sha256=home.pointer()["manifest_sha256"])
    home.book.close()


@pytest.mark.both_databases
def test_withdraw__by_two_at_once_happens_once(registry: Registry, worker: Worker) -> None:
    folder, environment = registry()
    outcomes = worker.do("withdraw", folder, environment, twice=True)
    assert sorted(outcome.status for outcome in outcomes) == [0, 1]
    assert set(listed(folder)) - STORE == {"1", "3"}


def test_killed__with_a_book_at_a_server(kill_at_server: Kill, registry_at_server: Registry, worker: Worker) -> None:
    check_survival(kill_at_server, registry_at_server, worker)


def run(folder: Path, *command: str, file_bytes: int | None = None) -> subprocess.CompletedProcess[str]:
    """A command on the registry in `folder`, for one person, with files limited to that size."""

    def limit() -> None:
        if file_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))

    environment = {**os.environ, **NO_BYTECODE, "EXEMPTIONS_HOME": str(folder / "home"), "EXEMPTIONS_TWO_PERSON": "off"}
    return subprocess.run(
        [sys.executable, "-m", "api.cli", *command], env=environment, cwd=Path(__file__).parents[2],
        capture_output=True, text=True, preexec_fn=limit, check=False,
    )  # fmt: skip


def check_refused(folder: Path, before: dict[str, bytes], done: subprocess.CompletedProcess[str]) -> None:
    """The command said in a sentence that the disk is full, and readers have what they had."""
    assert done.returncode == 1
    assert "está lleno" in done.stderr
    assert "Traceback" not in done.stderr
    home = Home(folder)
    reconcile(home.book, home.settings)
    home.book.close()
    assert state_of(folder) == before


def let_one_person(folder: Path) -> None:
    """Change the book to the rule of one person, as its making would have."""
    home = Home(folder)
    with home.book.write() as session:
        session.execute(text("UPDATE book_fact SET value = 'off' WHERE key = 'two_person'"))
    home.book.close()


@pytest.mark.parametrize("file_bytes", [1_000, 40_000])
def test_publish__refuses_when_nothing_more_can_be_written(registry: Registry, file_bytes: int) -> None:
    folder, _ = registry()
    let_one_person(folder)
    before = state_of(folder)
    check_refused(folder, before, run(folder, "publish", file_bytes=file_bytes))
    assert run(folder, "publish").returncode == 0
    assert Home(folder).pointer()["release"] == 3


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system that the test can fill."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("only root can mount a small file system")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


# A rollback shares its files with an earlier release, so it takes hardly any room.
@pytest.mark.parametrize(("command", "left_kib"), [(("publish",), 500), (("rollback", "1"), 16)])
def test_a_full_disk__loses_nothing(
    registry: Registry, small_disk: Path, command: tuple[str, ...], left_kib: int
) -> None:
    prepared, _ = registry()
    let_one_person(prepared)
    folder = small_disk / "registry"
    subprocess.run(["cp", "-a", prepared, folder], check=True)
    before = state_of(folder)
    usage = shutil.disk_usage(small_disk)
    (small_disk / "filler").write_bytes(bytes(usage.free - left_kib * 1024))
    done = run(folder, *command)
    (small_disk / "filler").unlink()
    check_refused(folder, before, done)
    assert run(folder, *command).returncode == 0
    assert Home(folder).pointer()["release"] == 3
