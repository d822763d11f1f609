"""Finding taxpayer numbers in any text, however they are written."""

from __future__ import annotations

import polars as pl

_INVISIBLE = "[\u00ad\u200b-\u200f\u2060\ufeff]"
_RUN = r"[0-9]+(?:[^0-9A-Z]{1,3}[0-9]+)*(?:[^0-9A-Z]{0,3}K)?"
"""Digits with up to three signs or blanks between them, and the letter that some numbers end with."""
_TOKEN = "[0-9]+|K"  # noqa: S105 - a pattern, not a secret
_WHOLE = "^0*([0-9]+)[^0-9A-Z]?([0-9K])$"
_MARKED = r"N[^0-9A-Z]?I[^0-9A-Z]?T|C[^0-9A-Z]?U[^0-9A-Z]?I"
_LONGEST = 13
"""Digits of a CUI, the longest number; each may stand alone between blanks."""

_MAY_HOLD_DIGITS = r"[0-9\u{B2}\u{B3}\u{B9}\u{BC}-\u{BE}]|[^\u{0}-\u{24F}]"
"""Digits, and whatever becomes one in compatibility form: of the Latin signs the raised digits and the fractions."""
_MARK = "NIT "
_ALONE = f"^(?:{_MARK})?[0-9]+K?$"

SURE_LENGTH = 10
"""From this length on any grouping of digits counts: by chance one in 10^10 texts would be such a number."""
SHORT_LENGTH = 7
"""Shorter numbers look like years and counts."""
WHOLE_LENGTH = 5
"""Shorter numbers look like the codes of places and activities, which stand alone in their cells."""


def find_identifiers(texts: pl.Series, wanted: pl.Series) -> pl.Series:
    """The texts that hold one of the `wanted` canonical numbers in any writing.

    Leading zeros, hyphens, dots, commas, blanks, full-width and invisible signs, a Cyrillic or small k make no
    difference. A number of 7 to 9 characters must stand in one piece, with its check character apart, or in groups of
    three; one of 5 or 6 must be the whole text. After the word NIT or CUI any number counts.
    Shape: distinct texts out of `texts`. Order: theirs.
    """
    # Most texts are names and hold no number at all.
    held = texts.filter(texts.str.contains(_MAY_HOLD_DIGITS))
    seen = held.unique(maintain_order=True).rename("text").to_frame()
    # Almost all cells with digits hold one number and nothing else, which needs no looking for where numbers begin.
    alone = pl.col("text").str.contains(_ALONE)
    guilty = pl.concat([_numbers_alone(seen.filter(alone), wanted), _numbers_within(seen.filter(~alone), wanted)])
    return seen.join(guilty, on="text", how="semi", maintain_order="left").get_column("text")


def _numbers_alone(texts: pl.DataFrame, wanted: pl.Series) -> pl.DataFrame:
    """The texts whose one number is wanted, with its last letter or without."""
    whole = pl.col("text").str.strip_prefix(_MARK).str.strip_chars_start("0")
    keys = [whole, whole.str.strip_suffix("K")]
    marked = pl.col("text").str.starts_with("N")
    counts = [key.is_in(wanted.implode()) & (marked | (key.str.len_bytes() >= WHOLE_LENGTH)) for key in keys]
    return texts.filter(pl.any_horizontal(counts)).select("text")


def _numbers_within(texts: pl.DataFrame, wanted: pl.Series) -> pl.DataFrame:
    cleaned = texts.with_columns(clean=_clean(pl.col("text"))).filter(pl.col("clean").str.contains("[0-9]"))
    cleaned = cleaned.with_row_index("id").with_columns(marked=pl.col("clean").str.contains(_MARKED))
    guilty = pl.concat([_whole_cells(cleaned, wanted), _windows(cleaned, wanted)]).unique()
    return cleaned.join(guilty, on="id", how="semi").select("text")


def _clean(text: pl.Expr) -> pl.Expr:
    visible = text.str.normalize("NFKC").str.replace_all(_INVISIBLE, "").str.to_uppercase()
    return visible.str.replace_all("\u041a", "K", literal=True)


def _whole_cells(cleaned: pl.DataFrame, wanted: pl.Series) -> pl.DataFrame:
    packed = pl.col("clean").str.replace_all(r"[\s.,]", "")
    bare = packed.str.extract(_WHOLE, 1) + packed.str.extract(_WHOLE, 2)
    return cleaned.filter((bare.str.len_bytes() >= WHOLE_LENGTH) & bare.is_in(wanted.implode())).select("id")


def _windows(cleaned: pl.DataFrame, wanted: pl.Series) -> pl.DataFrame:
    """The ids of texts in which consecutive groups of digits make a wanted number."""
    tokens = (
        cleaned.select("id", "marked", run=pl.col("clean").str.extract_all(_RUN))
        .explode("run", empty_as_null=False, keep_nulls=False)
        .with_row_index("place")
        .with_columns(token=pl.col("run").str.extract_all(_TOKEN))
        .explode("token")
        .with_columns(size=pl.col("token").str.len_bytes())
        .select("id", "marked", "place", "token", "size")
    )
    found = [cleaned.select("id").clear()]
    growing = tokens.with_columns(number=pl.col("token"), last="size", small=pl.col("size") <= 3)
    for span in range(1, _LONGEST + 1):
        if span > 1:
            growing = _widened(growing, tokens, span - 1)
        found.append(_matches(growing, wanted, span))
        if growing.is_empty():
            break
    return pl.concat(found)


def _widened(growing: pl.DataFrame, tokens: pl.DataFrame, offset: int) -> pl.DataFrame:
    """Each number with the next group of its run at its end; numbers at the end of their run drop out."""
    following = tokens.select(
        next_place=pl.col("place").shift(-offset),
        token=pl.col("token").shift(-offset),
        size=pl.col("size").shift(-offset),
    )
    if "row" not in growing.columns:
        growing = growing.with_row_index("row")
    joined = growing.drop("token", "size").with_columns(following[growing["row"]])
    longer = joined.with_columns(
        number=pl.col("number") + pl.col("token"), small=pl.col("small") & (pl.col("size") <= 3), last="size"
    )
    stripped = pl.col("number").str.strip_chars_start("0").str.len_bytes()
    return longer.filter((pl.col("next_place") == pl.col("place")) & (stripped <= _LONGEST)).drop("next_place")


def _matches(numbers: pl.DataFrame, wanted: pl.Series, span: int) -> pl.DataFrame:
    key = pl.col("number").str.strip_chars_start("0")
    length = key.str.len_bytes()
    one_piece = pl.lit(span == 1) | (pl.lit(span == 2) & (pl.col("last") == 1)) | pl.col("small")
    counts = pl.col("marked") | (length >= SURE_LENGTH) | ((length >= SHORT_LENGTH) & one_piece)
    return numbers.filter(counts & key.is_in(wanted.implode())).select("id")
