"""A coarse look at lines of text, many times faster than reading them: which of them may hold a number at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import polars as pl

_BARE = bytes(ord("K") if code in b"Kk" else code for code in range(256))
_NO_DIGIT = bytes(code for code in range(256) if code not in b"0123456789Kk\n")
_ASCII = bytes(code for code in range(128) if code != ord("\n"))
_OTHER_DIGITS = r"[\u{B2}\u{B3}\u{B9}\u{BC}-\u{BE}]|[^\u{0}-\u{24F}]"
"""Signs that may stand for a digit or the letter K."""
_ESCAPE = b"\\u"
"""Begins, in JSON, what may be any sign."""


_AT_ONCE = 32
"""Blocks whose digits are looked at in one call: each call builds the search for all wanted numbers anew."""


class Sieve:
    """Keeps the lines that may hold one of the `wanted` canonical numbers, however it is written.

    In any writing the digits of a number follow each other with only signs and blanks in between, and within one cell,
    so they are there without a gap in a line that has lost everything but digits and the letter K. A line of digits
    that belong to several cells may be kept too: whoever reads what is kept decides.
    """

    def __init__(self, wanted: pl.Series) -> None:
        self._wanted = wanted.to_list()

    def keep(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the lines that must be read, each with its line feed, those of many blocks together.

        Shape: each block is whole lines in UTF-8. Order: theirs.
        """
        waiting = iter(blocks)
        while some := list(islice(waiting, _AT_ONCE)):
            yield self._keep(some)

    def _keep(self, blocks: Sequence[bytes]) -> bytes:
        # Digits and foreign signs are a small part of the bytes, so only that part is cut into lines.
        bare = [block.translate(_BARE, _NO_DIGIT) for block in blocks]
        foreign = [block.translate(None, _ASCII) for block in blocks]
        held = _split(bare).str.contains_any(self._wanted) | _split(foreign).str.contains(_OTHER_DIGITS)
        kept, first = [], 0
        for block, digits in zip(blocks, bare, strict=True):
            count = digits.count(b"\n")
            own = held.slice(first, count)
            first += count
            rows, is_escaped = own.arg_true().to_list(), _holds_pair(block, _ESCAPE)
            if rows or is_escaped:
                lines = block.split(b"\n")
                escaped = [row for row, line in enumerate(lines) if _ESCAPE in line] if is_escaped else []
                kept += [lines[row] + b"\n" for row in sorted({*rows, *escaped})]
        return b"".join(kept)


def _holds_pair(block: bytes, pair: bytes) -> bool:
    """Whether two signs follow each other somewhere.

    Where the first is rare, cutting there takes a fifth of the time of looking for both.
    """
    return any(part.startswith(pair[1:]) for part in block.split(pair[:1])[1:])


def _split(blocks: Sequence[bytes]) -> pl.Series:
    return pl.Series([b"".join(blocks).removesuffix(b"\n").decode()], dtype=pl.String).str.split("\n").explode()
