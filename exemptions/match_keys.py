"""What names are compared by when a list is matched: the same steps for the names of a list and of a release.

Case, accents, signs and the writing of legal forms do not count (S. A., SA, Sociedad Anónima); then neither does the
order of the words, nor whether a legal form is there.
"""

from __future__ import annotations

import polars as pl
import pyarrow as pa

from exemptions.names import LEGAL_FORMS
from exemptions.text import fold_expr

_FORM = rf"\b(?:{'|'.join(short for short, _ in LEGAL_FORMS)})\b"
_LETTER_FORMS = tuple(short for short, _ in LEGAL_FORMS if len(short) == 2)
"""Legal forms that are often written letter by letter."""

_GAP = "\x01"
"""Stands for the space between two lone letters, which becomes nothing."""


_SLICE_ROWS = 65_536
"""Names whose keys are held at once: some tens of megabytes."""


class NameBags:
    """The rows of a release by the words of their names, as a hash of 8 bytes and a number of 4 for each row."""

    def __init__(self, names: pa.StringArray) -> None:
        starts = range(0, len(names), _SLICE_ROWS)
        hashes = [_hashes(names.slice(start, _SLICE_ROWS)) for start in starts]
        frame = pl.DataFrame({"hash": pl.concat([pl.Series(dtype=pl.UInt64), *hashes])}).with_row_index("row")
        sorted_rows = frame.drop_nulls().sort("hash", maintain_order=True)
        self._hashes, self._rows = sorted_rows.get_column("hash"), sorted_rows.get_column("row")

    def find(self, bags: pl.Series) -> list[list[int]]:
        """The rows whose names may have each of the bags; others of the same hash are to be told apart by their names.

        Order: that of the bags; row order within each.
        """
        wanted = bags.hash()
        firsts = self._hashes.search_sorted(wanted, "left")
        counts = self._hashes.search_sorted(wanted, "right") - firsts
        return [self._rows.slice(*place).to_list() for place in zip(firsts, counts, strict=True)]


def _hashes(names: pa.StringArray) -> pl.Series:
    """The hash of each name's bag; null for a null name."""
    bags = match_keys(pl.Series(pl.from_arrow(names), dtype=pl.String)).select(
        hash=pl.when(pl.col("bag").is_not_null()).then(pl.col("bag").hash())
    )
    return bags.get_column("hash")


def match_keys(names: pl.Series) -> pl.DataFrame:
    """The keys of names.

    Shape: one row per name; `whole` is the folded name with every legal form in its short writing; `bag` its words
    without the legal forms, sorted (a name of nothing else keeps them); `forms` its legal forms, sorted. All are texts
    separated by spaces, and null for a null name.
    Order: that of the names.
    """
    # Step by step in frames: as one expression every step would hold copies of the one before.
    text = pl.col("text")
    frame = pl.DataFrame({"name": names}, schema={"name": pl.String}).select(text=fold_expr(pl.col("name")))
    # Lone letters in a row are one word (S. A. T. → sat), but a legal form at their end is another (A B C S. A.).
    frame = frame.select(text.str.replace_all(r"\b(\p{L}) ", "${1}" + _GAP))
    frame = frame.select(text.str.replace_all(_GAP + r"([\p{L}\p{N}]{2,})", " ${1}"))
    frame = frame.select(text=pl.concat_str(pl.lit(" "), text, pl.lit(" ")))
    for form in _LETTER_FORMS:
        frame = frame.select(text.str.replace_all(f"{_GAP}{_GAP.join(form)} ", f" {form} ", literal=True))
    frame = frame.select(text.str.replace_all(_GAP, "", literal=True))
    for short, long in LEGAL_FORMS:
        frame = frame.select(text.str.replace_all(f" {long} ", f" {short} ", literal=True))
    whole = pl.col("whole")
    frame = frame.select(whole=text.str.strip_chars(" "))
    frame = frame.with_columns(
        bag=whole.str.replace_all(_FORM, "").str.replace_all(" +", " ").str.strip_chars(" "),
        forms=whole.str.extract_all(_FORM).list.unique().list.sort().list.join(" "),
    )
    return frame.with_columns(
        bag=pl.when(pl.col("bag") == "").then("whole").otherwise("bag").str.split(" ").list.sort().list.join(" ")
    )
