"""One registry of two releases for all tests that only read, and a way to make an application over any folder."""

import gzip
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zstandard
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from api import create_app
from exemptions import passwords
from exemptions.inbox import make_inbox
from exemptions.settings import read_settings
from tests.api.staff_area import StaffArea, open_staff_area
from tests.exemptions.releases import build_test_release, default_rows, invented_record_id, point_at, record
from tests.vouched import vouch

NOW = datetime(2026, 3, 1, 18, 0, tzinfo=UTC)

CSV_TEXT = b"record_id,name\r\n" + b"".join(b"r%d,ENTIDAD %d\r\n" % (n, n) for n in range(20_000))

LOGGED_NUMBER = "4F7K2M9QXB"
"""A report that the public log of the registry tells of."""

_LITTLE_KIB = 64

MakeApp = Callable[..., Flask]


def make_app(home: Path, **environment: str) -> Flask:
    """The application over the releases below `home`, at a fixed instant."""
    settings = read_settings({"EXEMPTIONS_HOME": str(home), **environment})
    return create_app(settings, clock=lambda: NOW)


def build_registry(home: Path) -> None:
    """Release 1 withdrawn; release 2 with the default rows; release 3 with one row ended, one added and one changed."""
    releases = home / "releases"
    build_test_release(releases, number=2, published_at="2026-01-15T12:00:00Z", downloads=downloads())
    rows = [row for row in default_rows() if row["record_id"] != invented_record_id(12)]
    rows[1] = rows[1] | {"jobs": 15, "changed_release": 3}
    rows.append(
        record(40, name="Ábaco del Futuro, S. A.", amount_gtq=1_234_567_890_110, first_release=3, changed_release=3)
    )
    changes = [
        {"record_id": invented_record_id(2), "kind": "changed", "field": "jobs", "before": "12", "after": "15",
         "release": 3},
        {"record_id": invented_record_id(12), "kind": "ended", "release": 3},
        {"record_id": invented_record_id(40), "kind": "added", "release": 3},
    ]  # fmt: skip
    build_test_release(
        releases, rows, 3, published_at="2026-02-15T12:00:00Z", status_date="2026-02-15", changes=changes
    )
    point_at(releases, 3, withdrawn=[1])


def downloads() -> dict[str, bytes]:
    return {
        "records.parquet": b"PAR1 not a table PAR1",
        "records.csv.gz": gzip.compress(CSV_TEXT, mtime=0),
        "records.csv.zst": zstandard.compress(CSV_TEXT),
    }


def note_plain_size(release: Path, path: str, plain: bytes) -> None:
    """Write into the manifest what a compressed file holds, as publishing does, before the pointer names it."""
    manifest = json.loads((release / "manifest.json").read_bytes())
    for entry in manifest["files"]:
        if entry["path"] == path:
            entry["plain"] = {"bytes": len(plain), "sha256": hashlib.sha256(plain).hexdigest()}
            entry["media_type"] = "application/gzip"
    (release / "manifest.json").write_text(json.dumps(manifest, sort_keys=True) + "\n", encoding="utf-8")


def write_corrections(releases: Path) -> None:
    """A public log of two reports: one resolved by release 3, and an older one that waits."""
    corrections = [
        {"number": LOGGED_NUMBER, "state": "resolved", "received_on": "2026-02-01",
         "record_id": invented_record_id(2), "answer": "Se corrigieron los empleos.", "answered_on": "2026-02-14",
         "release": 3},
        {"number": "0000000001", "state": "received", "received_on": "2026-01-31", "record_id": None, "answer": None,
         "answered_on": None, "release": None},
    ]  # fmt: skip
    (releases / "corrections.json").write_text(json.dumps({"format": 1, "corrections": corrections}), encoding="utf-8")


@contextmanager
def quick_passwords() -> Iterator[None]:
    """Hash passwords in a hundredth of the time; how strong the real hashes are has its own tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_MEMORY_KIB", _LITTLE_KIB)
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=_LITTLE_KIB, parallelism=1))
        yield


@pytest.fixture(scope="module", autouse=True)
def _quick_passwords() -> Iterator[None]:
    with quick_passwords():
        yield


@pytest.fixture(scope="session")
def registry_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("registry")
    build_registry(home)
    for suffix in ("gz", "zst"):
        note_plain_size(home / "releases" / "2", f"downloads/records.csv.{suffix}", CSV_TEXT)
    vouch(home / "releases", [2, 3], withdrawn={1: "0" * 64})
    point_at(home / "releases", 3, withdrawn=[1])
    write_corrections(home / "releases")
    make_inbox(home / "inbox")
    return home


@pytest.fixture(scope="session")
def app(registry_home: Path) -> Flask:
    return make_app(registry_home)


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as client:
        yield client


@pytest.fixture(scope="session")
def staffed_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one person of each role; for tests to copy."""
    home = tmp_path_factory.mktemp("staff") / "home"
    with quick_passwords(), open_staff_area(home) as area:
        area.add_everybody()
    return home


@pytest.fixture
def staffed(staffed_home: Path, tmp_path: Path) -> Iterator[StaffArea]:
    """The staff's area with one person of each role, for one test."""
    shutil.copytree(staffed_home, tmp_path / "home")
    with open_staff_area(tmp_path / "home") as area:
        yield area
