"""Names as search sees them: the text that is indexed, the words of a query, and the Spanish order of names.

Legal suffixes are written in many ways (S.A., Sociedad Anónima); a name is indexed with every writing of those it has,
and a query is reduced to the short one, so that even a half-typed long form (`sociedad anon`) still finds.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import polars as pl

from exemptions.errors import NITError
from exemptions.nit import parse_nit
from exemptions.text import fold_expr, fold_text

LEGAL_FORMS: tuple[tuple[str, str], ...] = (
    ("sa", "sociedad anonima"),
    ("rl", "responsabilidad limitada"),
    ("ltda", "limitada"),
    ("cia", "compania"),
)
"""Folded short form and long form. Order matters: `limitada` is also the end of `responsabilidad limitada`."""

_SHORT_FORMS = frozenset(short for short, _ in LEGAL_FORMS)
_LONG_FORMS = tuple((tuple(long.split()), short) for short, long in LEGAL_FORMS)
_LONE_LETTERS = r"\b\p{L}(?: \p{L})+\b"


@dataclass(frozen=True, slots=True)
class Word:
    """One word that a name must have."""

    text: str
    is_prefix: bool = False
    """The name's word may go on after `text`."""
    letters: tuple[str, ...] = ()
    """The lone letters that `text` was joined from (`S. A. T.`); a name that has them apart is meant too."""
    is_legal_form: bool = False
    """A legal form written out, with dots or with its letters apart: whole, so it is never a prefix."""

    @property
    def may_be_misspelt(self) -> bool:
        """Numbers, legal forms and words of fewer than four letters are never matched approximately."""
        return len(self.text) >= 4 and self.text not in _SHORT_FORMS and not any(c.isnumeric() for c in self.text)


def search_texts(names: pl.Series) -> pl.Series:
    """The words that each name is found by, separated by spaces; null for a null name.

    Shape: the folded name, then lone letters joined (`S. A.` → `sa`), then both writings of every legal form in it.
    """
    # Step by step in a frame: as one expression every step would hold copies of the one before, hundreds in the end.
    frame = pl.DataFrame({"name": names}).select(folded=fold_expr(pl.col("name")))
    letters = pl.col("folded").str.extract_all(_LONE_LETTERS)
    frame = frame.with_columns(
        joined=letters.list.eval(pl.element().str.replace_all(" ", "", literal=True)).list.join(" ")
    )
    frame = frame.select(text=pl.concat_str(pl.lit(" "), "folded", pl.lit(" "), "joined", pl.lit(" ")))
    for short, long in LEGAL_FORMS:
        writings = [f" {writing} " for writing in (short, " ".join(short), long)]
        written = pl.any_horizontal(pl.col("text").str.contains(writing, literal=True) for writing in writings)
        frame = frame.with_columns(
            text=pl.when(written).then(pl.col("text") + pl.lit(f"{short} {long} ")).otherwise("text")
        )
    return frame.get_column("text").str.strip_chars(" ")


def query_words(q: str) -> tuple[Word, ...]:
    """The words of a typed text, legal forms reduced to their short writing; none if it has neither letter nor digit.

    Order: as typed. The last word is a prefix unless it is a whole legal form.
    """
    words = _reduce_legal_forms(_join_letters(fold_text(q).split()))
    if not words:
        return ()
    last = words[-1]
    if last.is_legal_form or (last.text in _SHORT_FORMS and q.rstrip().endswith(".")):
        return (*words[:-1], Word(last.text, is_legal_form=True))
    return (*words[:-1], Word(last.text, is_prefix=True, letters=last.letters))


def find_nit(q: str) -> str | None:
    """The canonical NIT when the whole text is one in any usual writing, else None."""
    try:
        return parse_nit(q).canonical
    except NITError:
        return None


def name_order_expr(names: pl.Expr) -> pl.Expr:
    """The key that sorts names in Spanish order; null for a null name.

    Order: without case and accents, ñ after every other n, signs and the width of gaps ignored.
    """
    return (
        names.str.normalize("NFC")
        .str.to_lowercase()
        .str.replace_all("ñ", "n~", literal=True)
        .str.normalize("NFKD")
        .str.to_lowercase()
        .str.replace_all("[^a-z0-9~ ]", "")
        .str.replace_all(" +", " ")
        .str.strip_chars(" ")
    )


def name_order(name: str) -> str:
    """The key of one name, by the same rules as `name_order_expr`."""
    composed = unicodedata.normalize("NFC", name).lower().replace("ñ", "n~")
    plain = re.sub("[^a-z0-9~ ]", "", unicodedata.normalize("NFKD", composed).lower())
    return re.sub(" +", " ", plain).strip(" ")


def _join_letters(tokens: list[str]) -> list[Word]:
    """Make words of tokens; lone letters in a row become one word, but a legal form at their end stands alone."""
    words: list[Word] = []
    run: list[str] = []
    for token in [*tokens, ""]:
        if len(token) == 1 and token.isalpha():
            run.append(token)
            continue
        ending = "".join(run[-2:])
        if len(run) > 2 and ending in _SHORT_FORMS:
            words += [_joined(run[:-2]), Word(ending, is_legal_form=True)]
        elif run:
            words.append(_joined(run))
        run = []
        if token:
            words.append(Word(token))
    return words


def _joined(run: list[str]) -> Word:
    return Word("".join(run), letters=tuple(run) if len(run) > 1 else ())


def _reduce_legal_forms(words: list[Word]) -> list[Word]:
    reduced: list[Word] = []
    place = 0
    while place < len(words):
        for long, short in _LONG_FORMS:
            if tuple(word.text for word in words[place : place + len(long)]) == long:
                reduced.append(Word(short, is_legal_form=True))
                place += len(long)
                break
        else:
            word = words[place]
            spelt_out = word.letters and word.text in _SHORT_FORMS
            reduced.append(Word(word.text, is_legal_form=True) if spelt_out else word)
            place += 1
    return reduced
