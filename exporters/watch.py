"""Looking for private identifiers in text while it is written, which spares unpacking it for that afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import polars as pl

from exporters.identifiers import find_identifiers
from exporters.sieve import Sieve
from exporters.texts import Texts, are_rows_lines, iter_line_texts, iter_row_texts

_AT_ONCE_BYTES = 32 * 1024**2
"""Text that goes through the sieve in one call: each call builds the search for all wanted numbers anew."""

Read = Callable[[Iterable[bytes]], Iterator[Texts]]


class Watch:
    """Takes the blocks of one text, each of whole records, and remembers which cells hold one of the numbers."""

    def __init__(self, private: pl.Series, read: Read, is_sifted: Callable[[bytes], bool]) -> None:
        self._private, self._read, self._is_sifted = private, read, is_sifted
        self._sieve = Sieve(private)
        self._waiting: list[bytes] = []
        self._size = 0
        self._found = [pl.Series("text", [], pl.String)]

    @classmethod
    def of_rows(cls, private: pl.Series, names: Sequence[str]) -> Watch:
        """Over rows of CSV with those columns, after its header."""
        return cls(private, lambda blocks: iter_row_texts(blocks, names), are_rows_lines)

    @classmethod
    def of_lines(cls, private: pl.Series) -> Watch:
        """Over lines of JSON."""
        return cls(private, iter_line_texts, lambda _lines: True)

    def add(self, block: bytes) -> None:
        """Look at a block, at once or together with those that follow."""
        if not self._is_sifted(block):
            self._look([block])
            return
        self._waiting.append(block)
        self._size += len(block)
        if self._size >= _AT_ONCE_BYTES:
            self._sift()

    def finish(self) -> pl.Series:
        """The cells of all blocks that hold one of the numbers, each once."""
        self._sift()
        return pl.concat(self._found).unique()

    def _sift(self) -> None:
        self._look(filter(None, self._sieve.keep(self._waiting)))
        self._waiting, self._size = [], 0

    def _look(self, blocks: Iterable[bytes]) -> None:
        texts = [found.texts.alias("text") for found in self._read(blocks)]
        if texts:
            self._found.append(find_identifiers(pl.concat(texts, rechunk=False), self._private))
