"""Where the invented taxpayers are: real municipalities, by their codes, in plausible shares."""

from __future__ import annotations

from functools import cache

import polars as pl

from exemptions.catalogs import load_catalogs

# Taxpayers by department, in thousandths: the capital's first.
_SHARES = {
    "01": 330, "02": 12, "03": 38, "04": 40, "05": 62, "06": 20, "07": 24, "08": 18, "09": 72, "10": 34, "11": 30,
    "12": 52, "13": 48, "14": 36, "15": 14, "16": 42, "17": 34, "18": 36, "19": 16, "20": 22, "21": 12, "22": 28,
}  # fmt: skip
_HEAD_WEIGHT = 4
"""The head of a department, its first municipality, has as many taxpayers as four others."""
_POOL_PER_SHARE = 20


@cache
def municipality_pool() -> pl.Series:
    """Codes of municipalities, each repeated by its share: a draw from them is a plausible place."""
    codes: list[str] = []
    for department, share in _SHARES.items():
        members = [entry.code for entry in load_catalogs().municipalities.values() if entry.department == department]
        part = max(1, round(share * _POOL_PER_SHARE / (len(members) + _HEAD_WEIGHT - 1)))
        codes += [members[0]] * part * _HEAD_WEIGHT
        codes += [code for code in members[1:] for _ in range(part)]
    return pl.Series(codes, dtype=pl.String)


@cache
def neighbours() -> pl.DataFrame:
    """Each municipality with the next one of its department.

    Shape: `municipality`, `neighbour`; the last one's neighbour is the first.
    """
    pairs: list[tuple[str, str]] = []
    for department in _SHARES:
        members = [entry.code for entry in load_catalogs().municipalities.values() if entry.department == department]
        pairs += zip(members, (*members[1:], members[0]), strict=True)
    return pl.DataFrame(pairs, schema=["municipality", "neighbour"], orient="row")
