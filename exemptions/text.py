"""One way to fold text for comparison, used by search, catalogues and file headers alike.

Names are published as received; the folded text serves comparison only.
"""

from __future__ import annotations

import re
from functools import lru_cache

import polars as pl

_GLOTTAL_AND_QUOTES = "['’‘´ʼʹˈ`′]"
"""Signs written inside Mayan words (k'iche'); they join, so they vanish instead of splitting the word."""


def fold_expr(column: pl.Expr) -> pl.Expr:
    """The folded text of a column of strings.

    Lower case, no accents, glottal signs dropped, dotted acronyms joined (`C.D.A.G.` → `cdag`), every other run of
    signs one space, no space at the ends. Null stays null.
    """
    return (
        column.str.replace_all(_GLOTTAL_AND_QUOTES, "")
        .str.to_lowercase()
        .str.normalize("NFKD")
        .str.replace_all(r"\p{M}", "")
        .str.to_lowercase()
        .str.replace_all("ß", "ss", literal=True)
        # A dot after a lone letter is marked, becomes a space before a longer word (A.López) and vanishes otherwise.
        .str.replace_all(r"\b(\p{L})\.", "${1}\x01")
        .str.replace_all(r"\x01([\p{L}\p{N}]{2,})", " ${1}")
        .str.replace_all("\x01", "", literal=True)
        .str.replace_all(r"[^\p{L}\p{N}]+", " ")
        .str.strip_chars()
    )


_PLAIN = re.compile("[A-Za-z0-9ÁÉÍÓÚÜÑáéíóúüñ ]*")
_UNACCENTED = str.maketrans("ÁÉÍÓÚÜÑáéíóúüñ", "AEIOUUNaeiouun")


@lru_cache(maxsize=65_536)
def fold_text(text: str) -> str:
    """The folded form of one text, by the same rules as `fold_expr`."""
    if _PLAIN.fullmatch(text):
        # Nearly all that is typed is of these signs, of which only case and accents change: a hundredth of the time.
        return " ".join(text.translate(_UNACCENTED).lower().split())
    folded = pl.DataFrame({"text": [text]}, schema={"text": pl.String}).select(_FOLDED).item()
    return str(folded)


def squash(header: str) -> str:
    """The head of a column reduced to what is compared: folded, without spaces."""
    return fold_text(header).replace(" ", "")


_FOLDED = fold_expr(pl.col("text"))
"""Made once: making the expression takes longer than folding one text."""
