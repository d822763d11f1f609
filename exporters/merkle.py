"""The Merkle tree over the lines of `records.ndjson`: its root, its stored nodes, and paths that prove one line.

Source: RFC 9162 §2.1, with SHA-256. A leaf is SHA-256(0x00 ‖ line), the line being the bytes of the file between two
line feeds, without either; an inner node is SHA-256(0x01 ‖ left ‖ right). The lines are in the order of the file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

TREE_FILE = "records.tree"
"""Where a release keeps the upper nodes of its tree."""
LEAF = "sha256(0x00 || line without its line feed)"
"""What the manifest says of the leaves."""

HASH_BYTES = 32
BLOCK_LEAVES = 64
"""Leaves below one stored node. Keeping only the nodes from here up takes a sixty-fourth of the leaves' space, 2 MB for
2,000,000 records instead of 128 MB for every node; the leaves of one block are made again from its lines in a
millisecond."""

_BLOCK_LEVELS = BLOCK_LEAVES.bit_length() - 1
_BLOCK_BYTES = BLOCK_LEAVES * HASH_BYTES
_PAIR_BYTES = 2 * HASH_BYTES


@dataclass(frozen=True, slots=True)
class Tree:
    """A finished tree: how many leaves, its root, and the bytes of `records.tree`.

    Shape of `nodes`: every level from that of 64 leaves a node up to the root, each level from the left; an odd last
    node of a level stands in the next one as it is.
    """

    size: int
    root: bytes
    nodes: bytes


class TreeBuilder:
    """Takes lines as they are written, and holds no more than one block of leaves and the stored level."""

    def __init__(self) -> None:
        self.size = 0
        self._rest = b""
        self._leaves = bytearray()
        self._blocks = bytearray()

    def add(self, block: bytes) -> None:
        """Add bytes of the file, cut anywhere."""
        *lines, self._rest = (self._rest + block if self._rest else block).split(b"\n")
        hashes = [leaf_hash(line) for line in lines]
        self.size += len(hashes)
        self._leaves += b"".join(hashes)
        whole = len(self._leaves) // _BLOCK_BYTES * _BLOCK_BYTES
        self._blocks += _fold(bytes(self._leaves[:whole]))
        del self._leaves[:whole]

    def passing(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """The same blocks, each added on its way."""
        for block in blocks:
            self.add(block)
            yield block

    def finish(self) -> Tree:
        """The tree over all lines that were added; a last one without a line feed counts too."""
        if self._rest:
            self.add(b"\n")
        level = bytes(self._blocks) + _fold(bytes(self._leaves))
        nodes = [level]
        while len(level) > HASH_BYTES:
            level = _parents(level)
            nodes.append(level)
        return Tree(self.size, level or empty_root(), b"".join(nodes))


def build_tree(blocks: Iterable[bytes]) -> Tree:
    """The tree over the lines of a file that comes in blocks cut anywhere."""
    builder = TreeBuilder()
    for block in blocks:
        builder.add(block)
    return builder.finish()


def leaf_hash(line: bytes) -> bytes:
    """The leaf of one line, given without its line feed."""
    return hashlib.sha256(b"\x00" + line).digest()


def empty_root() -> bytes:
    """The root of a tree without leaves."""
    return hashlib.sha256().digest()


def inclusion_path(index: int, size: int, block: Sequence[bytes], nodes: bytes) -> list[bytes]:
    """The nodes that lead from a leaf to the root, from below.

    `block` has the lines from leaf `index // 64 * 64` on, at most 64; `nodes` are those of `records.tree`.
    """
    if not 0 <= index < size:
        raise IndexError(index)
    level = b"".join(leaf_hash(line) for line in block)
    path, place = [], index % BLOCK_LEAVES
    for _ in range(_BLOCK_LEVELS):
        path += _sibling(level, place)
        level, place = _parents(level), place // 2
    start, width, place = 0, -(-size // BLOCK_LEAVES), index // BLOCK_LEAVES
    while width > 1:
        path += _sibling(nodes[start * HASH_BYTES : (start + width) * HASH_BYTES], place)
        start, width, place = start + width, -(-width // 2), place // 2
    return path


def root_of_path(line: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a line and its path give; None for a path that belongs to no such leaf.

    Source: RFC 9162 §2.1.3.2.
    """
    if not 0 <= index < size:
        return None
    first, last, found = index, size - 1, leaf_hash(line)
    for node in path:
        if last == 0 or len(node) != HASH_BYTES:
            return None
        if first % 2 or first == last:
            found = _inner_hash(node + found)
            while not first % 2 and first:
                first, last = first // 2, last // 2
        else:
            found = _inner_hash(found + node)
        first, last = first // 2, last // 2
    return found if last == 0 else None


def _sibling(level: bytes, place: int) -> list[bytes]:
    start = (place ^ 1) * HASH_BYTES
    return [level[start : start + HASH_BYTES]] if start < len(level) else []


def _fold(leaves: bytes) -> bytes:
    """The nodes over blocks of leaves, of which the last may be incomplete."""
    level = leaves
    for _ in range(_BLOCK_LEVELS):
        level = _parents(level)
    return level


def _parents(level: bytes) -> bytes:
    """The level above; an odd last node is carried up, which gives the shape of the RFC."""
    whole = len(level) // _PAIR_BYTES * _PAIR_BYTES
    pairs = [_inner_hash(level[start : start + _PAIR_BYTES]) for start in range(0, whole, _PAIR_BYTES)]
    return b"".join(pairs) + level[whole:]


def _inner_hash(pair: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + pair).digest()
