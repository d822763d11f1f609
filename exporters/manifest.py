"""The manifest of a release: what it is, and the hash of every file in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypedDict, cast

import zstandard
from isal import igzip_lib, isal_zlib

from exemptions.integrity import MANIFEST, SIGNATURE, damaged, read_manifest, verify_files
from exporters.published_files import CSVW_SUFFIX

GZIP, ZSTD = ".gz", ".zst"
"""Suffixes of the codings that text is kept in."""
UNPACK_ERRORS = (cast("type[Exception]", igzip_lib.IsalError), zstandard.ZstdError)
"""What unpacking raises; the first library's own types do not say that it is an exception."""

_BLOCK = 1 << 20
_INFLATED = 1 << 16
_MEDIA_TYPES = {
    ".arrow": "application/vnd.apache.arrow.file",
    ".parquet": "application/vnd.apache.parquet",
    ".json": "application/json",
    ".csv": "text/csv; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    GZIP: "application/gzip",
    ZSTD: "application/zstd",
}


class Measure(TypedDict):
    """Size and SHA-256 of some bytes, as the manifest tells them."""

    bytes: int
    sha256: str


def list_files(
    folder: Path, rows: Mapping[str, int], plain: Mapping[str, Measure] | None = None
) -> list[dict[str, Any]]:
    """The manifest's `files`: every file below `folder` but the manifest itself.

    Shape: `path`, `bytes`, `sha256`, `media_type`, `rows` (from `rows`, by path; null where rows mean nothing), and
    `plain` (`bytes`, `sha256` of what is inside) for compressed files: by path where it is known from their writing,
    else unpacked for it.
    Order: path.
    """
    return [_entry(folder, path, rows, plain or {}) for path in sorted(list_present(folder))]


def extend_files(folder: Path, listed: list[dict[str, Any]], rows: Mapping[str, int]) -> list[dict[str, Any]]:
    """The manifest's `files` with those below `folder` that `listed`, made before, does not have; none is read twice.

    Order: path.
    """
    known = {entry["path"] for entry in listed}
    new = [_entry(folder, path, rows, {}) for path in list_present(folder) - known]
    return sorted([*listed, *new], key=lambda entry: str(entry["path"]))


def encode_manifest(manifest: Mapping[str, Any]) -> bytes:
    """The bytes of a manifest: keys sorted, UTF-8, a line feed at the end."""
    return (json.dumps(manifest, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def read_release_manifest(folder: Path, *, sha256: str) -> Mapping[str, Any]:
    """The manifest of a release folder, which must be the one with that hash.

    Raises: ReleaseDamaged.
    """
    manifest, found = read_manifest(folder)
    if found != sha256:
        raise damaged(folder, MANIFEST)
    return manifest


def verify_file(folder: Path, path: str, manifest: Mapping[str, Any]) -> None:
    """Check one file of a release folder against its manifest.

    Raises: ReleaseDamaged.
    """
    entry = next((entry for entry in manifest["files"] if entry["path"] == path), None)
    if entry is None or not (folder / path).is_file():
        raise damaged(folder, path)
    if any(value != entry[key] for key, value in _measure(_iter_blocks(folder / path)).items()):
        raise damaged(folder, path)


def verify_folder(folder: Path, *, sha256: str | None = None) -> Mapping[str, Any]:
    """Check every file of a release folder against its manifest, which is returned.

    Raises: ReleaseDamaged naming the first file that is missing, altered, not in the manifest, or whose compressed
    content is not what the manifest says.
    """
    manifest, found = read_manifest(folder)
    if sha256 not in (None, found):
        raise damaged(folder, MANIFEST)
    verify_files(folder, manifest)
    named = {entry["path"]: entry for entry in manifest["files"]}
    for path in sorted(list_present(folder) - named.keys()):
        raise damaged(folder, path)
    for path, entry in named.items():
        if "plain" in entry and _measure_plain(folder, path) != entry["plain"]:
            raise damaged(folder, path)
    return manifest


def iter_plain(path: Path) -> Iterator[bytes]:
    """The bytes inside a file that is kept in a coding, as its suffix tells, block by block.

    Raises: one of UNPACK_ERRORS if they are not in that coding, or end before they should.
    """
    if path.suffix == ZSTD:
        yield from _iter_zstd(path)
        return
    inflate = isal_zlib.decompressobj(wbits=31)
    for block in _iter_blocks(path):
        # A part at a time, so that what is inside stays in the processor's cache for whoever looks at it.
        for start in range(0, len(block), _INFLATED):
            yield inflate.decompress(block[start : start + _INFLATED])
    yield inflate.flush()


def _iter_zstd(path: Path) -> Iterator[bytes]:
    expand = zstandard.ZstdDecompressor().decompressobj()
    for block in _iter_blocks(path):
        # A little at a time: a block of this size can hold many times as much.
        for start in range(0, len(block), _INFLATED):
            yield expand.decompress(block[start : start + _INFLATED])
    if not expand.eof:
        raise zstandard.ZstdError(f"{path.name} ends before its frame does")


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file in hexadecimal."""
    return _measure(_iter_blocks(path))["sha256"]


def list_present(folder: Path) -> set[str]:
    """The files that lie below a release folder, without its manifest and the signature of that."""
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - {MANIFEST, SIGNATURE}


def _media_type(path: str) -> str:
    if path.endswith(CSVW_SUFFIX):
        return "application/csvm+json"
    return _MEDIA_TYPES.get(Path(path).suffix, "application/octet-stream")


def _entry(folder: Path, path: str, rows: Mapping[str, int], plain: Mapping[str, Measure]) -> dict[str, Any]:
    suffix = Path(path).suffix
    entry: dict[str, Any] = {
        "path": path,
        "media_type": _media_type(path),
        "rows": rows.get(path),
        **_measure(_iter_blocks(folder / path)),
    }
    if suffix in (GZIP, ZSTD):
        entry["plain"] = plain[path] if path in plain else _measure_plain(folder, path)
    return entry


def _measure_plain(folder: Path, path: str) -> Measure:
    try:
        return _measure(iter_plain(folder / path))
    except UNPACK_ERRORS as error:
        raise damaged(folder, path) from error


def _iter_blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as source:
        while block := source.read(_BLOCK):
            yield block


def _measure(blocks: Iterator[bytes]) -> Measure:
    digest, size = hashlib.sha256(), 0
    for block in blocks:
        digest.update(block)
        size += len(block)
    return Measure(bytes=size, sha256=digest.hexdigest())
