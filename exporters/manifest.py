"""The manifest of a release: what it is, and the hash of every file in it."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from exemptions.errors import ReleaseDamaged

MANIFEST = "manifest.json"
FORMAT = 1

_BLOCK = 1 << 20
_MEDIA_TYPES = {
    ".arrow": "application/vnd.apache.arrow.file",
    ".parquet": "application/vnd.apache.parquet",
    ".json": "application/json",
    ".csv": "text/csv; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".gz": "application/gzip",
}


def list_files(folder: Path, rows: dict[str, int]) -> list[dict[str, Any]]:
    """The manifest's `files`: every file below `folder` but the manifest itself.

    Shape: `path`, `bytes`, `sha256`, `media_type`, `rows` (from `rows`, by path; null where rows mean nothing), and
    `plain` (`bytes`, `sha256` of what is inside) for compressed files.
    Order: path.
    """
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    return [_entry(folder, path, rows) for path in paths]


def encode_manifest(manifest: dict[str, Any]) -> bytes:
    """The bytes of a manifest: keys sorted, UTF-8, a line feed at the end."""
    return (json.dumps(manifest, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def read_manifest(folder: Path, *, sha256: str | None = None) -> dict[str, Any]:
    """The manifest of a release folder.

    Raises: ReleaseDamaged if it is missing, is not the one that `sha256` tells, or cannot be read.
    """
    path = folder / MANIFEST
    try:
        content = path.read_bytes()
        manifest: dict[str, Any] = json.loads(content)
    except (OSError, ValueError) as error:
        raise _damaged(folder, MANIFEST) from error
    if sha256 is not None and hashlib.sha256(content).hexdigest() != sha256:
        raise _damaged(folder, MANIFEST)
    return manifest


def verify_folder(folder: Path, *, sha256: str | None = None) -> dict[str, Any]:
    """Check every file of a release folder against its manifest, which is returned.

    Raises: ReleaseDamaged naming the first file that is missing, altered, or not in the manifest.
    """
    manifest = read_manifest(folder, sha256=sha256)
    expected = {entry["path"]: entry for entry in manifest["files"]}
    present = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - {MANIFEST}
    for path in sorted(expected.keys() ^ present):
        raise _damaged(folder, path)
    for path, entry in expected.items():
        found = _entry(folder, folder / path, {})
        if any(found[key] != entry[key] for key in ("bytes", "sha256")) or found.get("plain") != entry.get("plain"):
            raise _damaged(folder, path)
    return manifest


def iter_plain(path: Path) -> Iterator[bytes]:
    """The bytes inside a gzip file, block by block."""
    inflate = zlib.decompressobj(wbits=31)
    with path.open("rb") as source:
        while block := source.read(_BLOCK):
            yield inflate.decompress(block)
    yield inflate.flush()


def _entry(folder: Path, path: Path, rows: dict[str, int]) -> dict[str, Any]:
    name = path.relative_to(folder).as_posix()
    entry: dict[str, Any] = {
        "path": name,
        "media_type": _MEDIA_TYPES.get(path.suffix, "application/octet-stream"),
        "rows": rows.get(name),
        **_measure(_iter_blocks(path)),
    }
    if path.suffix == ".gz":
        try:
            entry["plain"] = _measure(iter_plain(path))
        except zlib.error as error:
            raise _damaged(folder, name) from error
    return entry


def _iter_blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as source:
        while block := source.read(_BLOCK):
            yield block


def _measure(blocks: Iterator[bytes]) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    for block in blocks:
        digest.update(block)
        size += len(block)
    return {"bytes": size, "sha256": digest.hexdigest()}


def _damaged(folder: Path, path: str) -> ReleaseDamaged:
    return ReleaseDamaged(
        f"Publicación {folder.name}: el archivo {path} falta, sobra o no es el publicado.",
        f"Release {folder.name}: the file {path} is missing, surplus or not the published one.",
    )
