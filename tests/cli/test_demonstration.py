"""The command that fills a home with a month of invented data: what it publishes, and what it leaves alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from api.cli import main
from exemptions.calendar import guatemala_day, system_clock
from exemptions.datasets import Dataset
from loaders.demo_story import month_before
from tests.cli.conftest import Command, school

ROWS = 300
PATIENCE_S = 120.0

Write = Callable[..., Path]


class Demonstration:
    """A home that was filled once, read by every test and changed by none."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.output = self.run("demo", "--rows", str(ROWS))

    def run(self, *words: str, status: int = 0) -> str:
        """What the command says: its result, or its error where it is to fail."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("EXEMPTIONS_HOME", str(self.home))
            patch.setenv("EXEMPTIONS_LANG", "es")
            patch.setattr("sys.argv", ["exemptions", *words])
            with CliRunner().isolation() as (output, errors, _both), pytest.raises(SystemExit) as stop:
                main()
            assert (stop.value.code or 0) == status
            return (errors if status else output).getvalue().decode()

    def manifest(self, release: int) -> dict[str, Any]:
        path = self.home / "releases" / str(release) / "manifest.json"
        found: dict[str, Any] = json.loads(path.read_bytes())
        return found

    def table(self, release: int, name: str) -> pl.DataFrame:
        return pl.read_ipc(self.home / "releases" / str(release) / f"{name}.arrow")


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    return Demonstration(tmp_path_factory.mktemp("demonstration") / "home")


def test_demo__publishes_the_month_before_and_the_present_day(demonstration: Demonstration) -> None:
    today = date_of(demonstration.manifest(2))
    assert today == guatemala_day(system_clock()).isoformat()
    assert date_of(demonstration.manifest(1)) == month_before(guatemala_day(system_clock())).isoformat()
    for release in (1, 2):
        manifest = demonstration.manifest(release)
        assert manifest["demonstration"] is True
        assert "Demostración" in manifest["note"]
        assert "Demonstration" in manifest["note"]
    assert not (demonstration.home / "releases" / "3").exists()


def date_of(manifest: dict[str, Any]) -> str:
    return str(manifest["status_date"])


def test_demo__loads_the_first_edition_for_its_day_and_not_for_the_day_of_loading(demonstration: Demonstration) -> None:
    first = json.loads(demonstration.run("batches", "--json"))[-1]
    assert first["cutoff"] == date_of(demonstration.manifest(1))
    assert first["loaded_at"][:10] > first["cutoff"]


def test_demo__publishes_a_batch_of_every_dataset_without_a_remark(demonstration: Demonstration) -> None:
    batches = json.loads(demonstration.run("batches", "--json"))
    assert {batch["dataset"] for batch in batches} == set(Dataset)
    for batch in batches:
        assert batch["state"] == "published"
        assert (batch["errors"], batch["warnings"], batch["guards"]) == (0, 0, [])
        assert batch["loaded_by"] != batch["decided_by"]
    assert {batch["release"] for batch in batches} == {1, 2}


def test_demo__changes_records_with_reasons(demonstration: Demonstration) -> None:
    changes = json.loads(demonstration.run("changes", "1", "2", "--json"))
    assert {change["kind"] for change in changes} == {"added", "ended", "changed"}
    moved = {tuple(change["fields"]["status"]) for change in changes if "status" in change.get("fields", {})}
    after = {status for _, status in moved}
    assert after >= {"suspended", "revoked", "cancelled", "expired"}
    assert ("suspended", "active") in moved
    assert "expired" in {change["reason"] for change in changes}
    told = [change["fields"] for change in changes if "status_reason" in change.get("fields", {})]
    assert any("Suspensión" in (fields["status_reason"][1] or "") for fields in told)
    corrected = {field for change in changes for field in change.get("fields", {})} - {"status", "status_reason"}
    assert corrected


def test_demo__tells_the_acts_of_the_month_on_the_timeline(demonstration: Demonstration) -> None:
    since = date_of(demonstration.manifest(1))
    events = demonstration.table(2, "events").with_columns(pl.col("date").cast(pl.String), pl.col("event").cast(str))
    assert set(events.filter(pl.col("date") > since)["event"]) >= {
        "suspension",
        "revocation",
        "cancellation",
        "reactivation",
    }
    assert events.filter(pl.col("date") <= since).height > 0
    assert events["legal_basis"].cast(str).str.contains("Decreto 29-89").any()


def test_demo__publishes_facts_of_every_dataset(demonstration: Demonstration) -> None:
    for name in ("jobs", "amounts", "events", "energy", "expenditure", "macro"):
        assert demonstration.table(2, name).height > 0
    taxes = demonstration.table(2, "amounts")["tax"].cast(str)
    assert taxes.drop_nulls().n_unique() > 2
    reports = demonstration.table(2, "expenditure")["report"].cast(str)
    assert reports.str.starts_with("INFORME INVENTADO DE DEMOSTRACIÓN").all()
    assert reports.n_unique() == 2
    assert demonstration.table(2, "macro")["source"].cast(str).str.contains("INVENTADA").all()


def test_demo__says_how_many_rows_became_how_many_public_records(demonstration: Demonstration) -> None:
    batches = json.loads(demonstration.run("batches", "--json"))
    rows = {batch["release"]: batch["rows"] for batch in batches if batch["dataset"] == "registry"}
    assert rows[1] == ROWS
    for release, held in rows.items():
        public = demonstration.manifest(release)["counts"]["records"]
        assert public <= held
        line = f"Publicación {release} de la demostración: {held} filas inventadas; {public} registros públicos."
        assert line in demonstration.output


def test_demo__is_verified_by_its_manifests(demonstration: Demonstration) -> None:
    for release in ("1", "2"):
        assert "en orden" in demonstration.run("verify", release)
    assert "completa" in demonstration.run("audit", "--verify")


def test_demo__again_says_that_it_is_there_and_changes_nothing(demonstration: Demonstration) -> None:
    before = state_of(demonstration.home)
    assert demonstration.run("demo").strip() == "La demostración ya estaba publicada."
    assert state_of(demonstration.home) == before


def state_of(home: Path) -> dict[str, tuple[int, int]]:
    """Every file that holds data, with its size and time."""
    kept = (path for path in home.rglob("*") if path.is_file() and "lock" not in path.name)
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in kept}


def test_demo__refuses_to_become_another_one(demonstration: Demonstration) -> None:
    before = state_of(demonstration.home)
    assert f"{ROWS} filas" in demonstration.run("demo", "--rows", str(ROWS + 1), status=1)
    assert f"{ROWS} filas" in demonstration.run("demo", "--seed", "1", status=1)
    assert demonstration.run("demo", "--rows", str(ROWS)).strip() == "La demostración ya estaba publicada."
    assert state_of(demonstration.home) == before


def test_demo__goes_on_after_it_was_killed(tmp_path: Path, demonstration: Demonstration) -> None:
    home = tmp_path / "home"
    environment = {**os.environ, "EXEMPTIONS_HOME": str(home), "EXEMPTIONS_LANG": "es"}
    words = [sys.executable, "-m", "api.cli", "demo"]
    started = subprocess.Popen(
        [*words, "--rows", str(ROWS)], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + PATIENCE_S
    # The first release is out and the second chapter has just begun.
    while not (home / "releases" / "current.json").exists():
        assert started.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    started.send_signal(signal.SIGKILL)
    started.wait()
    assert not (home / "releases" / "2").exists()
    resumed = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    assert "Publicación 2" in resumed.stdout
    assert "Publicación 1" not in resumed.stdout
    for release in (1, 2):
        kept = json.loads((home / "releases" / str(release) / "manifest.json").read_bytes())
        assert kept["counts"] == demonstration.manifest(release)["counts"]


def test_demo__keeps_real_data_out_of_its_home(demonstration: Demonstration, tmp_path: Path) -> None:
    file = tmp_path / "registro.csv"
    file.write_text("NIT,NOMBRE,TIPO_EXENTO,CATEGORIA_EXENTO\n", "utf-8")
    environment = {**os.environ, "EXEMPTIONS_HOME": str(demonstration.home), "EXEMPTIONS_TWO_PERSON": "off"}
    words = [sys.executable, "-m", "api.cli", "load", "registry", str(file)]
    assert subprocess.run(words, env=environment, capture_output=True, check=False).returncode == 1


def test_demo__refuses_a_home_with_real_data(command: Command, write_file: Write, home: Path) -> None:
    command("load", "registry", write_file(school(0)), "--approve")
    refused = command("demo", "--rows", 300)
    assert refused.status == 1
    assert str(home) in refused.errors


@pytest.mark.both_databases
def test_demo__walks_through_the_month_in_a_book_of_either_kind(command: Command, home: Path) -> None:
    assert command("demo", "--rows", 40).status == 0
    assert command("demo").output.strip() == "La demostración ya estaba publicada."
    changes = command("changes", 1, 2, "--json").json
    assert {change["kind"] for change in changes} >= {"added", "changed"}
    assert command("verify", 2).status == 0
