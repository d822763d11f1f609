"""A look below what readers show: the bytes of the Arrow files, and the words and bytes of the search index.

A value that was withheld must not lie behind the mark of a null, in a dictionary's unused word or in a gap between two
buffers, where a text editor finds it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa

from exemptions.documents import CODE_FIELDS, CODE_SET, NUMBER_SET
from exemptions.index import index_guard, open_index

SHORTEST = 8
"""Characters. Shorter numbers occur by chance among bytes that mean something else."""

INDEX = "index"
_INDEX_FIELDS = ("nit", "record_id", "text", "first_word", "taxes", CODE_SET, NUMBER_SET, *CODE_FIELDS)
_BLOCK_BYTES = 16 * 1024**2
_LONGEST = 20
"""Bytes that blocks share, so that a number across their border is seen."""
_READABLE = bytes(code if code < 128 else 32 for code in range(256))


def iter_hidden(folder: Path, private: pl.Series) -> Iterator[str]:
    """Yield the places below `folder` where bytes that no reader shows are one of the `private` identifiers.

    Shape: `<file>:byte <n>`, or `index:<field>` for a word of the index.
    Raises: ReleaseDamaged if the index cannot be opened.
    """
    wanted = private.filter(private.str.len_bytes() >= SHORTEST)
    if wanted.is_empty():
        return
    for path in sorted(folder.rglob("*.arrow")):
        place = path.relative_to(folder).as_posix()
        yield from (f"{place}:byte {offset}" for offset in _hidden_in_arrow(path, wanted))
    if (folder / INDEX).is_dir():
        yield from _indexed(folder, wanted)


def _indexed(folder: Path, wanted: pl.Series) -> Iterator[str]:
    """Yield where the index knows a number: its words are packed, so they are asked for as well as looked for."""
    index = open_index(folder / INDEX)
    words = {word for number in wanted for word in (number, number.lower())}
    with index_guard():
        # A release that was taken over may be of a time when its index had other fields.
        fields = [field for field in _INDEX_FIELDS if index.has(field)]
        known = [field for field in fields if any(index.searcher.doc_freq(field, word) for word in words)]
    yield from (f"{INDEX}:{field}" for field in known)
    for path in sorted((folder / INDEX).iterdir()):
        for offset, _ in _find(memoryview(path.read_bytes()), wanted):
            yield f"{path.relative_to(folder).as_posix()}:byte {offset}"


def _hidden_in_arrow(path: Path, wanted: pl.Series) -> Iterator[int]:
    with pa.memory_map(str(path)) as source:
        whole = source.read_buffer()
        hits = list(_find(memoryview(whole), wanted))
        if hits:
            texts = list(_iter_texts(whole))
            yield from (offset for offset, size in hits if not any(text.shows(offset, size) for text in texts))


class _Texts:
    """Where the values of one column of texts lie in a file."""

    def __init__(self, array: pa.Array, base: int) -> None:
        _, offsets, data = array.buffers()
        starts = pa.Array.from_buffers(pa.int32(), len(array) + 1, [None, offsets], offset=array.offset)
        self._starts = pl.Series(pl.from_arrow(starts), dtype=pl.Int64) + (data.address - base if data else 0)
        self._shown = pl.Series(pl.from_arrow(array.is_valid()), dtype=pl.Boolean)

    def shows(self, offset: int, size: int) -> bool:
        """Whether the bytes are those of one or several shown values.

        The texts themselves are judged elsewhere, by rules that know where a number ends: the end of one number and the
        beginning of the next are not a third one.
        """
        if offset < self._starts[0] or offset + size > self._starts[-1]:
            return False
        first = int(self._starts.search_sorted(offset, side="right")) - 1
        last = int(self._starts.search_sorted(offset + size - 1, side="right")) - 1
        lengths = self._starts[first : last + 2].diff().slice(1)
        return bool((self._shown[first : last + 1] | (lengths == 0)).all())


def _iter_texts(whole: pa.Buffer) -> Iterator[_Texts]:
    reader = pa.ipc.open_file(whole)
    for number in range(reader.num_record_batches):
        for column in reader.get_batch(number).columns:
            plain = column.dictionary if isinstance(column, pa.DictionaryArray) else column
            if pa.types.is_string(plain.type) and len(plain):
                yield _Texts(plain, whole.address)


def _find(content: memoryview, wanted: pl.Series) -> Iterator[tuple[int, int]]:
    """Yield the place and length of every number among the bytes."""
    patterns = wanted.to_list()
    for start in range(0, len(content), _BLOCK_BYTES):
        block = bytes(content[start : start + _BLOCK_BYTES + _LONGEST]).translate(_READABLE).decode("ascii")
        text = pl.DataFrame({"block": [block]})
        hits = text.select(
            at=pl.col("block").str.find_many(patterns, overlapping=True, ascii_case_insensitive=True),
            found=pl.col("block").str.extract_many(patterns, overlapping=True, ascii_case_insensitive=True),
        )
        for offset, found in hits.explode("at", "found").drop_nulls().iter_rows():
            if offset < _BLOCK_BYTES:
                yield start + offset, len(found)
