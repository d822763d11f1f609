"""Whether files are what a manifest says, read from a folder or from a server."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any, cast
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urljoin
from urllib.request import OpenerDirector

import zstandard
from isal import isal_zlib

from exemptions.errors import Sentence
from exporters.manifest import UNPACK_ERRORS, ZSTD, iter_plain
from exporters.merkle import TreeBuilder
from exporters.verification import Fault
from exporters.verify_http import open_address

_BLOCK = 1 << 20

Entry = Mapping[str, Any]


@dataclass(slots=True)
class Measure:
    """The size and hash of bytes as they pass, and the tree over their lines if one is wanted."""

    tree: TreeBuilder | None = None
    size: int = 0
    digest: Any = field(default_factory=hashlib.sha256)

    def add(self, block: bytes) -> None:
        """Add some bytes."""
        self.digest.update(block)
        self.size += len(block)
        if self.tree is not None:
            self.tree.add(block)

    def matches(self, entry: Entry) -> bool:
        """Whether these are the bytes that the manifest tells."""
        return bool(entry["bytes"] == self.size and entry["sha256"] == self.digest.hexdigest())


def fault_of_file(folder: Path, path: str, entry: Entry, tree: TreeBuilder | None) -> Fault | None:
    """What is wrong with a file of a folder; the lines inside it go into `tree`."""
    place = Path(path)
    if place.is_absolute() or ".." in place.parts:
        return Fault(path, Sentence(f"{path} queda fuera de la carpeta.", f"{path} lies outside the folder."))
    try:
        with (folder / place).open("rb") as source:
            blocks = iter(lambda: source.read(_BLOCK), b"")
            return _compare(path, entry, blocks) or _fault_inside(folder, path, entry, tree)
    except OSError as error:
        return missing(path, error.strerror or str(error))


def fault_of_address(opener: OpenerDirector, base: str, entry: Entry, tree: TreeBuilder | None) -> Fault | None:
    """What is wrong with a file that a server gives; of it no more is read than the manifest says it has."""
    path = str(entry["path"])
    # What the manifest names is a path below the release, whoever wrote it.
    address = base + quote(path.removeprefix("downloads/"))
    if ".." in path.split("/") or not urljoin(base, quote(path)).startswith(base):
        return Fault(path, Sentence(f"{path} queda fuera de la publicación.", f"{path} lies outside the release."))
    try:
        with open_address(opener, address) as source:
            return _compare_with_inside(path, entry, _iter_bounded(source, int(entry["bytes"])), tree)
    except HTTPError as error:
        error.close()
        return missing(path, f"HTTP {error.code}")
    except (URLError, HTTPException, OSError) as error:
        return missing(path, str(getattr(error, "reason", error)))


def missing(path: str, reason: str) -> Fault:
    """That a file cannot be read."""
    return Fault(path, Sentence(f"{path} no se pudo leer: {reason}.", f"{path} cannot be read: {reason}."))


def different(path: str) -> Fault:
    """That a file is another one."""
    return Fault(path, Sentence(f"{path} no es lo que dice el manifiesto.", f"{path} is not what the manifest says."))


def _fault_inside(folder: Path, path: str, entry: Entry, tree: TreeBuilder | None) -> Fault | None:
    if "plain" not in entry:
        return None
    inside = Measure(tree)
    try:
        for block in iter_plain(folder / path):
            inside.add(block)
    except UNPACK_ERRORS:
        return different(path)
    return None if inside.matches(entry["plain"]) else different(path)


def _compare(path: str, entry: Entry, blocks: Iterator[bytes]) -> Fault | None:
    measure = Measure()
    for block in blocks:
        measure.add(block)
    return None if measure.matches(entry) else different(path)


def _compare_with_inside(path: str, entry: Entry, blocks: Iterator[bytes], tree: TreeBuilder | None) -> Fault | None:
    plain = entry.get("plain")
    outside, inside = Measure(), Measure(tree)
    passing = _measured(blocks, outside)
    try:
        if plain:
            # A small file can hold a very large one; what is longer than the manifest says is wrong already.
            for part in _iter_inside(path, passing):
                inside.add(part)
                if inside.size > plain["bytes"]:
                    break
        for _ in passing:
            """What was not unpacked is measured all the same."""
    except UNPACK_ERRORS:
        return different(path)
    is_right = outside.matches(entry) and (not plain or inside.matches(plain))
    return None if is_right else different(path)


def _measured(blocks: Iterator[bytes], measure: Measure) -> Iterator[bytes]:
    for block in blocks:
        measure.add(block)
        yield block


def _iter_inside(path: str, blocks: Iterator[bytes]) -> Iterator[bytes]:
    """What is inside, never more than a block at once, whatever a server sends."""
    if Path(path).suffix == ZSTD:
        with zstandard.ZstdDecompressor().stream_reader(cast("IO[bytes]", _Readable(blocks))) as reader:
            yield from iter(lambda: reader.read(_BLOCK), b"")
        return
    unpack = isal_zlib.decompressobj(wbits=31)
    for block in blocks:
        while block:
            yield unpack.decompress(block, _BLOCK)
            block = unpack.unconsumed_tail
    yield unpack.flush()


class _Readable:
    """Blocks as something to read from."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks

    def read(self, _size: int) -> bytes:
        """The next block, whatever its size; nothing after the last."""
        return next(self._blocks, b"")


def _iter_bounded(source: IO[bytes], size: int) -> Iterator[bytes]:
    """The bytes that a server sends, at most one more than there should be."""
    left = size + 1
    while left > 0 and (block := source.read(min(_BLOCK, left))):
        left -= len(block)
        yield block
