"""Chance that can be repeated: a draw is a pure function of seed, channel and row, so rows can be made in any order."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import polars as pl

# The finaliser of SplitMix64 (Steele, Lea, Flood 2014). Polars' own hash is not stable between its versions.
_GOLDEN = 0x9E3779B97F4A7C15
_FIRST = 0xBF58476D1CE4E5B9
_SECOND = 0x94D049BB133111EB


@dataclass(frozen=True, slots=True)
class Draws:
    """Draws for the rows of a frame, told apart by the whole number in the column `index`."""

    seed: int
    index: str = "unit"

    def bits(self, channel: str, *, run: int = 1) -> pl.Expr:
        """64 evenly spread bits (UInt64); another channel gives independent ones. Every `run` rows share theirs."""
        salt = int.from_bytes(sha256(f"{self.seed}/{channel}".encode()).digest()[:8], "big")
        value = pl.col(self.index).cast(pl.UInt64) // _u64(run) * _u64(_GOLDEN) + _u64(salt)
        value = (value ^ (value // _u64(1 << 30))) * _u64(_FIRST)
        value = (value ^ (value // _u64(1 << 27))) * _u64(_SECOND)
        return value ^ (value // _u64(1 << 31))

    def below(self, channel: str, bound: int | pl.Expr) -> pl.Expr:
        """A whole number (Int64) from 0 to `bound` − 1."""
        limit = _u64(bound) if isinstance(bound, int) else bound.cast(pl.UInt64)
        return (self.bits(channel) % limit).cast(pl.Int64)

    def chance(self, channel: str, per_mille: int | pl.Expr) -> pl.Expr:
        """True in `per_mille` of a thousand rows."""
        return self.below(channel, 1_000) < per_mille

    def one_of(self, channel: str, size: int) -> pl.Expr:
        """True in exactly one row of each run of `size` rows."""
        index = pl.col(self.index).cast(pl.UInt64)
        return index % _u64(size) == self.bits(channel, run=size) % _u64(size)

    def pick(self, channel: str, pool: Sequence[str]) -> pl.Expr:
        """One text of the pool."""
        return pl.lit(pl.Series(pool, dtype=pl.String)).gather(self.below(channel, len(pool)))

    def bell(self, channel: str) -> pl.Expr:
        """A bell-shaped number with mean 0 and deviation 1, between −3.5 and 3.5.

        It is the sum of four 16-bit numbers, which is exact; the mean of one is 32,767.5 and its variance 65,536² / 12.
        """
        value = self.bits(channel)
        parts = [(value // _u64(1 << shift)) % _u64(1 << 16) for shift in (0, 16, 32, 48)]
        total = pl.sum_horizontal(part.cast(pl.Int64) for part in parts)
        return (total.cast(pl.Float64) - 4 * 32_767.5) / (65_536 * math.sqrt(4 / 12))


def _u64(value: int) -> pl.Expr:
    return pl.lit(value, dtype=pl.UInt64)
