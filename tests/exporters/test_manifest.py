"""A release folder is whole only if every file is there, as published, and nothing else is."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from exemptions.errors import ReleaseDamaged
from exporters.manifest import verify_folder
from tests.exporters.staging import Home, row

_ZST = "downloads/records.csv.zst"
OTHER = gzip.compress(b"other", mtime=0)


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _swap_inside(folder: Path, content: bytes = OTHER, name: str = "records.csv.gz") -> None:
    """Replace a download and its own hash, but not the hash of what is inside."""
    path = folder / "downloads" / name
    path.write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    entry = next(e for e in manifest["files"] if e["path"] == f"downloads/{name}")
    entry |= {"bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


DAMAGES: dict[str, Callable[[Path], object]] = {
    "altered table": lambda f: _flip(f / "records.arrow"),
    "altered index": lambda f: _flip(next(p for p in (f / "index").iterdir() if p.stat().st_size > 1000)),
    "missing file": lambda f: (f / "withheld.json").unlink(),
    "surplus file": lambda f: (f / "downloads" / "extra.csv").write_text("x", encoding="utf-8"),
    "shorter file": lambda f: (f / "history.arrow").write_bytes((f / "history.arrow").read_bytes()[:-1]),
    "no manifest": lambda f: (f / "manifest.json").unlink(),
    "broken manifest": lambda f: (f / "manifest.json").write_text("{", encoding="utf-8"),
    "altered content": _swap_inside,
    "no gzip inside": lambda f: _swap_inside(f, b"plain"),
    "altered content in Zstandard": lambda f: _swap_inside(f, zstandard.compress(b"other"), "records.csv.zst"),
    "no Zstandard inside": lambda f: _swap_inside(f, b"plain", "records.csv.zst"),
    "half of Zstandard": lambda f: _swap_inside(f, (f / _ZST).read_bytes()[:-9], "records.csv.zst"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_verify_folder__notices(home: Home, damage: str) -> None:
    folder = home.release([row(n) for n in range(1, 9)])
    verify_folder(folder)
    DAMAGES[damage](folder)
    with pytest.raises(ReleaseDamaged):
        verify_folder(folder)


def test_verify_folder__wants_the_manifest_that_the_pointer_names(home: Home) -> None:
    folder = home.release([row(1)])
    verify_folder(folder, sha256=home.pointer()["manifest_sha256"])
    with pytest.raises(ReleaseDamaged):
        verify_folder(folder, sha256="0" * 64)


def test_manifest__hashes_what_is_inside_compressed_files(home: Home) -> None:
    folder = home.release([row(1)])
    entry = next(e for e in home.manifest()["files"] if e["path"] == "downloads/records.ndjson.gz")
    plain = gzip.decompress((folder / entry["path"]).read_bytes())
    assert entry["plain"] == {"bytes": len(plain), "sha256": hashlib.sha256(plain).hexdigest()}
    assert entry["media_type"] == "application/gzip"


def test_manifest__is_written_with_sorted_keys_and_an_end_of_line(home: Home) -> None:
    content = (
        home.release(
            [row(1)],
        )
        / "manifest.json"
    ).read_bytes()
    parsed = json.loads(content)
    assert content == (json.dumps(parsed, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()
