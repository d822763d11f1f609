"""The Delta Lake table of the store: a version for each release, read by two engines, without what was withdrawn."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from exemptions.errors import SettingsError, StoreRefused
from exemptions.pointer import read_pointer
from exemptions.settings import read_settings
from exporters.delta import SOURCE, TABLE, write_delta
from exporters.withdraw import withdraw
from tests.exporters.staging import APPROVER, Home, natural, row
from tests.trust.tables import Tell, tell

pytestmark = pytest.mark.skipif(
    find_spec("deltalake") is None, reason="deltalake is not installed: `make trust` does it"
)

FIRST = [row(1, name="Zapote"), row(2, name="Ñandú, S.A.", category="ENR"), natural(3)]
SECOND = [row(1, name="Zapote"), row(3, name="Nunca, S. A.")]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prepared")
    home = Home(folder)
    home.release(FIRST)
    home.release(SECOND)
    home.book.close()
    return folder


@pytest.fixture
def home(tmp_path: Path, prepared: Path) -> Iterator[Home]:
    shutil.copytree(prepared, tmp_path / "staff")
    made = Home(tmp_path / "staff")
    yield made
    made.book.close()


def write(home: Home, shared: Path) -> tuple[int, ...]:
    releases = home.settings.releases
    return write_delta(f"file://{shared}", releases, read_pointer(releases), tell=lambda _: None)


def versions(shared: Path) -> dict[int, int]:
    """Release → version of the table, by what each commit says of itself."""
    from deltalake import DeltaTable  # type: ignore[import-not-found,unused-ignore]

    told: list[dict[str, Any]] = DeltaTable(str(shared / TABLE)).history()
    return {int(commit["release"]): commit["version"] for commit in told if "release" in commit}


def check_version(home: Home, shared: Path, release: int) -> int:
    """Polars and pyarrow read from the table what the release's own file has; gives its rows."""
    from deltalake import DeltaTable  # type: ignore[import-not-found,unused-ignore]

    own = pq.read_table(home.folder(release) / SOURCE)
    version = versions(shared)[release]
    by_polars = pl.scan_delta(str(shared / TABLE), version=version).collect()
    by_arrow = ds.dataset(DeltaTable(str(shared / TABLE), version=version).file_uris()).to_table()
    expected = pl.DataFrame(pl.from_arrow(own))
    assert by_polars.equals(expected)
    assert pl.DataFrame(pl.from_arrow(by_arrow)).equals(expected)
    return expected.height


def test_table__has_a_version_for_each_release(home: Home, tmp_path: Path, record_property: Tell) -> None:
    shared = tmp_path / "shared"
    assert write(home, shared) == (1, 2)
    assert versions(shared) == {1: 0, 2: 1}
    assert write(home, shared) == ()
    home.rollback(1)
    assert write(home, shared) == (3,)
    rows = sum(check_version(home, shared, release) for release in (1, 2, 3))
    log = shared / TABLE / "_delta_log" / f"{1:020d}.json"
    told = [json.loads(line) for line in log.read_text().splitlines()]
    (commit,) = [line["commitInfo"] for line in told if "commitInfo" in line]
    assert commit["manifest_sha256"] == home.pointer()["releases"][1]["manifest_sha256"]
    assert "Nunca" not in log.read_text()
    tell(
        record_property, "Tabla Delta: lo que leen Polars y pyarrow, fila por fila", versión="publicadas y restaurada",
        versiones=3, filas=rows, diferencias=0,
    )  # fmt: skip


def test_table__is_the_same_after_a_crash_at_any_instant(home: Home, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    write(home, shared)
    log = shared / TABLE / "_delta_log"
    # Killed before its commit, a write leaves files that nothing names.
    (log / f"{1:020d}.json").unlink()
    assert len(list((shared / TABLE).glob("*.parquet"))) == 2
    assert write(home, shared) == (2,)
    assert versions(shared) == {1: 0, 2: 1}
    check_version(home, shared, 2)
    withdraw(home.book, home.settings, release=2, reason="No debió ser.", actor=APPROVER, clock=home.clock)
    write(home, shared)
    assert not any(b"Nunca" in path.read_bytes() for path in (shared / TABLE).rglob("*") if path.is_file())


def test_table__loses_what_was_withdrawn_and_keeps_the_rest(home: Home, tmp_path: Path, record_property: Tell) -> None:
    shared = tmp_path / "shared"
    write(home, shared)
    gone = versions(shared)[2]
    assert any(b"Nunca" in path.read_bytes() for path in (shared / TABLE).glob("*.parquet"))
    withdraw(home.book, home.settings, release=2, reason="No debió ser.", actor=APPROVER, clock=home.clock)
    assert write(home, shared) == (3,)
    files = [path for path in (shared / TABLE).rglob("*") if path.is_file()]
    assert not any(b"Nunca" in path.read_bytes() for path in files)
    with pytest.raises(Exception, match="No such file"):
        pl.scan_delta(str(shared / TABLE), version=gone).collect()
    rows = sum(check_version(home, shared, release) for release in (1, 3))
    assert pl.scan_delta(str(shared / TABLE)).collect().height == len(home.records(3))
    before = len(list((shared / TABLE / "_delta_log").iterdir()))
    assert write(home, shared) == ()
    assert len(list((shared / TABLE / "_delta_log").iterdir())) == before
    tell(
        record_property, "Tabla Delta: lo que leen Polars y pyarrow, fila por fila", versión="tras retirar una",
        versiones=2, filas=rows, diferencias=0,
    )  # fmt: skip


def test_table__is_empty_when_no_public_registry_is_left(tmp_path: Path) -> None:
    home, shared = Home(tmp_path / "staff"), tmp_path / "shared"
    home.release(FIRST)
    write(home, shared)
    withdraw(
        home.book, home.settings, release=1, reason="No debió ser.", actor=APPROVER, clock=home.clock,
        leave_nothing=True,
    )  # fmt: skip
    home.book.close()
    assert write(home, shared) == ()
    assert pl.scan_delta(str(shared / TABLE)).collect().is_empty()
    assert not any(b"Zapote" in path.read_bytes() for path in (shared / TABLE).rglob("*") if path.is_file())


def test_table__of_another_registry_is_left_alone(home: Home, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    write(home, shared)
    other = Home(tmp_path / "other")
    other.release(FIRST)
    with pytest.raises(StoreRefused):
        write(other, shared)
    other.book.close()
    assert versions(shared) == {1: 0, 2: 1}


def test_setting__needs_a_store_that_the_library_writes(tmp_path: Path) -> None:
    for store in ("", "hdfs://namenode/registro"):
        with pytest.raises(SettingsError, match="EXEMPTIONS_DELTA"):
            read_settings({"EXEMPTIONS_DELTA": "on", "EXEMPTIONS_RELEASE_STORE": store})
    settings = read_settings({"EXEMPTIONS_DELTA": "on", "EXEMPTIONS_RELEASE_STORE": f"file://{tmp_path}/shared"})
    assert settings.delta
