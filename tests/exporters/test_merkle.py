"""The Merkle tree against the definitions of RFC 9162 §2.1, written out as they stand there."""

import hashlib
import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters.merkle import BLOCK_LEAVES, TreeBuilder, build_tree, inclusion_path, root_of_path

SIZES = [*range(1, 20), 63, 64, 65, 66, 127, 128, 129, 191, 193, 1000, 4097]


def lines_of(size: int) -> list[bytes]:
    return [b'{"n":%d}' % n for n in range(size)]


def mth(leaves: Sequence[bytes]) -> bytes:
    """MTH(D[n])."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + mth(leaves[:half]) + mth(leaves[half:])).digest()


def path(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH(m, D[n])."""
    if len(leaves) == 1:
        return []
    half = 1 << (len(leaves) - 1).bit_length() - 1
    if m < half:
        return [*path(m, leaves[:half]), mth(leaves[half:])]
    return [*path(m - half, leaves[half:]), mth(leaves[:half])]


def block_of(lines: list[bytes], index: int) -> list[bytes]:
    start = index // BLOCK_LEAVES * BLOCK_LEAVES
    return lines[start : start + BLOCK_LEAVES]


def text_of(lines: list[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


@pytest.mark.parametrize("size", SIZES)
def test_tree__is_that_of_the_standard(size: int) -> None:
    lines = lines_of(size)
    tree = build_tree([text_of(lines)])
    assert (tree.size, tree.root) == (size, mth(lines))
    for index in {0, 1, size // 2, size - 2, size - 1} & set(range(size)):
        found = inclusion_path(index, size, block_of(lines, index), tree.nodes)
        assert found == path(index, lines)
        assert root_of_path(lines[index], index, size, found) == tree.root


def test_tree__without_lines_is_the_hash_of_nothing() -> None:
    tree = build_tree([])
    assert (tree.size, tree.root, tree.nodes) == (0, hashlib.sha256().digest(), b"")


@given(st.lists(st.integers(0, 300), max_size=5), st.integers(1, 40))
def test_tree__does_not_depend_on_how_the_lines_come(cuts: list[int], size: int) -> None:
    text = text_of(lines_of(size))
    bounds = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = [text[start:end] for start, end in itertools.pairwise(bounds)]
    whole = TreeBuilder()
    assert list(whole.passing([text])) == [text]
    assert build_tree(pieces) == whole.finish() == build_tree([text[:-1]])


@pytest.mark.parametrize("size", [1, 2, 7, 64, 65, 200])
def test_root_of_path__no_other_leaf_place_or_path_gives_the_root(size: int) -> None:
    lines = lines_of(size)
    tree = build_tree([text_of(lines)])
    index = size // 2
    good = inclusion_path(index, size, block_of(lines, index), tree.nodes)
    assert root_of_path(lines[index] + b" ", index, size, good) != tree.root
    assert root_of_path(lines[index], index, size, [*good, tree.root]) is None
    assert root_of_path(lines[index], size, size, good) is None
    assert root_of_path(lines[index], -1, size, good) is None
    for place, node in enumerate(good):
        flipped = bytes([node[0] ^ 1]) + node[1:]
        assert root_of_path(lines[index], index, size, [*good[:place], flipped, *good[place + 1 :]]) != tree.root
        assert root_of_path(lines[index], index, size, [*good[:place], *good[place + 1 :]]) != tree.root
        assert root_of_path(lines[index], index, size, [*good[:place], node[:-1], *good[place + 1 :]]) is None
    if size > 1:
        assert root_of_path(lines[index], index - 1, size, good) != tree.root
        assert root_of_path(lines[index - 1], index, size, good) != tree.root
