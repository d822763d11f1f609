"""Texts that are kept as received: what they may not hold, and what a person should look at."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import polars as pl

from exemptions.datasets import Dataset
from loaders.checks import Check, is_unreadable

FREE_TEXT: Mapping[Dataset, Mapping[str, int]] = {
    Dataset.REGISTRY: {"name": 500, "resolution": 100, "status_reason": 1000},
    Dataset.JOBS: {"resolution": 100, "source": 500},
    Dataset.AMOUNTS: {"resolution": 100, "source": 500},
    Dataset.ENERGY: {"resolution": 100, "project": 500},
    Dataset.EVENTS: {"resolution": 100, "reason": 1000, "legal_basis": 500},
    Dataset.EXPENDITURE: {"key": 80, "group": 500, "report": 500, "method_version": 500, "note": 2000},
    Dataset.MACRO: {"source": 500},
}
"""Dataset → key of a text that is kept verbatim → the longest it may be."""

_LONGEST_CODE_TEXT = 500
"""Of a text that no catalogue knows, which the book keeps beside the record."""

_CONTROL = r"[\x00-\x1f\x7f-\x9f\u2028\u2029]"
_DIRECTION = r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
_LOST = "\ufffd"
_INVISIBLE = r"[\u00ad\u180e\u200b-\u200d\u2060-\u2064\ufeff]"
_FORMULA = r"^\s*[=+\-@]|^[\t\r]"

# What windows-1252 makes of the bytes 80 to BF, the second and later bytes of a letter in UTF-8. Readers that keep the
# five bytes without a character give U+0081, U+008D, U+008F, U+0090 and U+009D, so the whole range stands here too.
_TAIL = "[\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
# Letters and signs of Latin-1, typographic signs, €, ™, the mark of a loss and the byte order mark.
_TWICE = f"[ÂÃ]{_TAIL}|â[€‚„\u0080\u0082\u0084]{_TAIL}|ï¿½|ï»¿"
_SEQUENCE = f"[Â-ß]{_TAIL}|[à-ï]{_TAIL}{{2}}"
"""Wider than what is an error: letters of a text encoded three times pass through signs that alone are honest."""


def text_checks(dataset: Dataset, kept_if_unknown: tuple[str, ...] = ()) -> Iterator[Check]:
    """The checks of free texts, and of those codes whose text is kept when no catalogue knows it."""
    for key, limit in FREE_TEXT[dataset].items():
        yield from _hygiene(key, pl.lit(True), limit)
        yield Check("texto_con_formula", key, pl.col(f"{key}.raw").str.contains(_FORMULA))
    for key in kept_if_unknown:
        yield from _hygiene(key, is_unreadable(key), _LONGEST_CODE_TEXT)


def repair_double_encoding(text: str) -> str:
    """The text as it was before UTF-8 was read as windows-1252, once or several times."""
    if re.search(_TWICE, text) is None:
        return text
    repaired = re.sub(_SEQUENCE, _decode_again, text)
    return text if repaired == text else repair_double_encoding(repaired)


def _hygiene(key: str, concerned: pl.Expr, limit: int) -> Iterator[Check]:
    text = pl.col(key)
    # What double encoding leaves behind may itself be an odd sign; the repair tells more.
    twice = text.str.contains(_TWICE)
    yield Check("texto_doble_codificacion", key, concerned & twice, explain=_repaired)
    yield Check("caracter_de_control", key, concerned & text.str.contains(_CONTROL) & ~twice, explain=_first(_CONTROL))
    yield Check("caracter_de_direccion", key, concerned & text.str.contains(_DIRECTION), explain=_first(_DIRECTION))
    yield Check("caracter_perdido", key, concerned & text.str.contains(_LOST, literal=True))
    yield Check(
        "caracter_invisible", key, concerned & text.str.contains(_INVISIBLE) & ~twice, explain=_first(_INVISIBLE)
    )
    length = text.str.len_chars()
    yield Check("texto_demasiado_largo", key, concerned & (length > limit), {"length": length, "limit": pl.lit(limit)})


def _first(pattern: str) -> Callable[[str], Mapping[str, Any]]:
    def explain(text: str) -> Mapping[str, Any]:
        found = re.search(pattern, text)
        return {"found": f"U+{ord(found[0]):04X}" if found else ""}

    return explain


def _repaired(text: str) -> Mapping[str, Any]:
    return {"repaired": repair_double_encoding(text)}


def _decode_again(found: re.Match[str]) -> str:
    letter = b"".join(_byte(part) for part in found[0]).decode("utf-8", errors="replace")
    return letter if letter in "\ufffd\ufeff" or _is_western(letter) else found[0]


def _is_western(letter: str) -> bool:
    try:
        return len(_byte(letter)) == 1
    except UnicodeEncodeError:
        return False


def _byte(letter: str) -> bytes:
    try:
        return letter.encode("cp1252")
    except UnicodeEncodeError:
        return letter.encode("latin-1")
