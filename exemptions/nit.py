"""Guatemala's taxpayer number (NIT) and the identity-card number (CUI) that stands in for it.

A NIT is 1 to 11 digits and a check character, 0 to 9 or K. Since 17 March 2025 the NIT of a Guatemalan natural person
is the 13-digit CUI of the identity card, which is private: the two are recognised here and kept apart.
Source: SAT, FEL Reglas y Validaciones v2.0, §5.1; Resolución SAT-DSI-393-2025.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import polars as pl
from stdnum.gt.nit import calc_check_digit

from exemptions.catalogs import load_catalogs
from exemptions.errors import NITError, Sentence

MIN_LENGTH = 2
MAX_LENGTH = 12
CUI_LENGTH = 13

# Office forms write any of these between the body and the check character.
_DASHES = re.compile("[\u2010-\u2015\u2212\u00ad_\ufe58\ufe63\uff0d]")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff]")
_CYRILLIC_K = str.maketrans("\u041a\u043a", "KK")
_PREFIX = re.compile(r"^(?:GT-)?N\.?I\.?T\.?(?:N[O0]\.?|NUM\.?|#)?[:.=-]?(?=[0-9])")
_CONSUMER_FINAL = frozenset({"CF", "CONSUMIDORFINAL"})
_SCIENTIFIC = re.compile(r"^[+-]?[0-9]+(?:[.,][0-9]+)?E[+-]?[0-9]+$")
# One or two zeros after the only separator are the tail of a number cell; three would be a group of thousands.
_DECIMAL_TAIL = re.compile(r"^([0-9]{2,}|[0-9]{1,3}(?:,[0-9]{3})+)\.0{1,2}$|^([0-9]{4,}),0{1,2}$")
# Thousands commas may group the body alone (1,234,567-8) or the whole number (12,345,678; 1,234,56K).
_GROUPED = re.compile(r"^[0-9]{1,3}(?:,[0-9]{3})+-?[0-9K]?$|^(?:[0-9]{1,3},)(?:[0-9]{3},)*[0-9]{2}K$")
# SAT removes the hyphen before the check character only; real lists also group the body (3-37772-5).
_WHOLE = re.compile(r"^([0-9]+(?:-[0-9]+)*)-?([0-9K])$")
_CUI_PREFIX = re.compile(r"^(?:CUI|DPI)[:#=-]?(?=[0-9])")
_CUI_WRITING = re.compile(r"^[0-9]+(?:-[0-9]+)*$")

# The fast path knows the two writings that nearly every row has; all others go to the scalar function.
_PLAIN_NIT = r"^(?:[0-9]{1,11}-?[0-9Kk])$"
_PLAIN_CUI = r"^[1-9][0-9]{3}[ -]?[0-9]{5}[ -]?[0-9]{4}$"
_COLUMN_SCHEMA = {"canonical": pl.String, "kind": pl.String, "problem": pl.String, "note": pl.String}


class NITProblem(StrEnum):
    """Why a text is not a NIT."""

    EMPTY = "empty"
    CONSUMER_FINAL = "consumer_final"
    SCIENTIFIC = "scientific"
    FORMAT = "format"
    LENGTH = "length"
    CHECK_DIGIT = "check_digit"
    ZERO = "zero"
    CUI = "cui"
    CUI_FORMAT = "cui_format"
    CUI_CHECK_DIGIT = "cui_check_digit"
    CUI_PLACE = "cui_place"

    @property
    def sentence(self) -> Sentence:
        """What is wrong, in both languages."""
        return _SENTENCES[self]


_SENTENCES: Mapping[NITProblem, Sentence] = {
    NITProblem.EMPTY: Sentence("Falta el NIT.", "The NIT is missing."),
    NITProblem.CONSUMER_FINAL: Sentence(
        "«CF» (consumidor final) no es un contribuyente.", "“CF” (final consumer) is not a taxpayer."
    ),
    NITProblem.SCIENTIFIC: Sentence(
        "El NIT está en notación científica: la hoja de cálculo perdió dígitos.",
        "The NIT is in scientific notation: the spreadsheet lost digits.",
    ),
    NITProblem.FORMAT: Sentence(
        "No es un NIT: se esperan dígitos y un dígito verificador de 0 a 9 o K.",
        "Not a NIT: digits and a check character from 0 to 9 or K are expected.",
    ),
    NITProblem.LENGTH: Sentence("Un NIT tiene de 2 a 12 caracteres.", "A NIT has 2 to 12 characters."),
    NITProblem.CHECK_DIGIT: Sentence(
        "El dígito verificador del NIT no corresponde.", "The check character of the NIT does not match."
    ),
    NITProblem.ZERO: Sentence("Cero no es un NIT.", "Zero is not a NIT."),
    NITProblem.CUI: Sentence(
        "Es un CUI de 13 dígitos (de una persona individual), no un NIT.",
        "This is a 13-digit CUI (of a natural person), not a NIT.",
    ),
    NITProblem.CUI_FORMAT: Sentence("Un CUI tiene 13 dígitos.", "A CUI has 13 digits."),
    NITProblem.CUI_CHECK_DIGIT: Sentence(
        "Trece dígitos: un NIT tiene hasta 12, y no es un CUI porque el dígito verificador no corresponde.",
        "Thirteen digits: a NIT has up to 12, and it is not a CUI because the check digit does not match.",
    ),
    NITProblem.CUI_PLACE: Sentence(
        "Trece dígitos: un NIT tiene hasta 12, y no es un CUI porque los cuatro últimos no son un municipio.",
        "Thirteen digits: a NIT has up to 12, and it is not a CUI because the last four are not a municipality.",
    ),
}


class NITNote(StrEnum):
    """A repair that parsing needed and that a person should know of."""

    CYRILLIC_K = "cyrillic_k"
    DECIMAL_TAIL = "decimal_tail"
    COMPATIBILITY_CHARACTERS = "compatibility_characters"
    INVISIBLE_CHARACTERS = "invisible_characters"


class TaxpayerIdKind(StrEnum):
    """Which of the two numbers a text holds."""

    NIT = "nit"
    CUI = "cui"


@dataclass(frozen=True, slots=True)
class NIT:
    """A valid NIT: upper case, no separators, no leading zeros."""

    canonical: str
    notes: tuple[NITNote, ...] = ()

    @property
    def display(self) -> str:
        """The NIT as forms print it, with a hyphen before the check character."""
        return format_nit(self.canonical)


@dataclass(frozen=True, slots=True)
class CUI:
    """A valid identity-card number: 13 digits. Never publish it."""

    canonical: str
    notes: tuple[NITNote, ...] = ()


def parse_nit(text: str | None) -> NIT:
    """Give the NIT that a text holds, in any usual writing.

    Accepted: blanks and dots anywhere, hyphens, dashes or underscores between the characters, thousands commas, `NIT:`
    in front, lower-case k, leading zeros and the decimal tail of a spreadsheet.
    Raises: NITError, whose `code` is a NITProblem; thirteen digits that make a valid CUI are `cui`.
    Source: SAT, FEL Reglas y Validaciones v2.0, §5.1.1.
    """
    parsed = parse_taxpayer_id(text)
    if isinstance(parsed, CUI):
        raise _error(NITProblem.CUI)
    return parsed


def parse_taxpayer_id(text: str | None) -> NIT | CUI:
    """Give the NIT or the CUI that a text holds.

    Thirteen digits are a CUI, but with a leading zero they are first tried as a NIT that was padded with zeros.
    Raises: NITError.
    """
    compact, notes = _clean(text)
    thirteen = _thirteen_digits(compact)
    if thirteen is None:
        return NIT(_checked_nit(compact), notes)
    if thirteen.startswith("0"):
        try:
            return NIT(_checked_nit(compact), notes)
        except NITError as padded:
            if not _is_valid_cui(thirteen):
                raise padded from None
    return CUI(_checked_cui(thirteen), notes)


def parse_cui(text: str | None) -> CUI:
    """Give the CUI that a text holds; blanks, dots and hyphens are allowed between the digits.

    Raises: NITError with `cui_format`, `cui_check_digit`, `cui_place` or `empty`.
    Source: SAT, FEL Reglas y Validaciones v2.0, §5.1.4 and §5.1.5.
    """
    compact, notes = _clean(text)
    thirteen = _thirteen_digits(compact)
    if thirteen is None:
        raise _error(NITProblem.CUI_FORMAT)
    return CUI(_checked_cui(thirteen), notes)


def is_cui(text: str | None) -> bool:
    """Tell whether the text is a valid CUI in any writing."""
    return _succeeds(parse_cui, text)


def is_nit(text: str | None) -> bool:
    """Tell whether the text is a valid NIT in any usual writing."""
    return _succeeds(parse_nit, text)


def looks_like_cui(text: str | None) -> bool:
    """Tell whether the text is thirteen digits in any writing, valid or not."""
    try:
        compact, _ = _clean(text)
    except NITError:
        return False
    return _thirteen_digits(compact) is not None


def format_nit(canonical: str) -> str:
    """Give a canonical NIT as forms print it: `1234567-8`."""
    return f"{canonical[:-1]}-{canonical[-1]}"


def parse_nit_column(values: pl.Series) -> pl.DataFrame:
    """Parse a whole column of NIT.

    Shape: one row per value with text columns `canonical`, `kind` (`nit` or `cui`), `problem` (a NITProblem) and `note`
    (the first NITNote). Exactly one of `kind` and `problem` is null; `canonical` is null where there is a problem.
    Order: that of the values.
    """
    frame = pl.DataFrame({"value": values.cast(pl.String)}).with_row_index("row")
    value = pl.col("value")
    plain_nit = value.str.contains(_PLAIN_NIT).fill_null(value=False)
    plain_cui = value.str.contains(_PLAIN_CUI).fill_null(value=False)
    other = frame.filter(~(plain_nit | plain_cui))
    distinct = _parse_distinct(other.get_column("value").unique())
    parts = [
        _with_fields(frame.filter(plain_nit), _nit_canonical(), TaxpayerIdKind.NIT, _nit_problem()),
        _with_fields(frame.filter(plain_cui), _cui_canonical(), TaxpayerIdKind.CUI, _cui_problem()),
        other.join(distinct, on="value", how="left", nulls_equal=True).select("row", *_COLUMN_SCHEMA),
    ]
    return pl.concat(parts).sort("row").drop("row")


def _error(problem: NITProblem) -> NITError:
    return NITError(problem.value, problem.sentence.es, problem.sentence.en)


def _succeeds(parse: Callable[[str | None], object], text: str | None) -> bool:
    try:
        parse(text)
    except NITError:
        return False
    return True


def _clean(text: str | None) -> tuple[str, tuple[NITNote, ...]]:
    """Take away what writers add around a number; what stays is digits, letters, and separators that carry meaning."""
    notes: list[NITNote] = []
    raw = text or ""
    visible = _INVISIBLE.sub("", raw)
    if visible != raw:
        notes.append(NITNote.INVISIBLE_CHARACTERS)
    dashed = _DASHES.sub("-", "".join(visible.split()))
    latin = dashed.translate(_CYRILLIC_K)
    if latin != dashed:
        notes.append(NITNote.CYRILLIC_K)
    narrow = unicodedata.normalize("NFKC", latin)
    if narrow != latin:
        notes.append(NITNote.COMPATIBILITY_CHARACTERS)
    upper = narrow.upper()
    _refuse_non_numbers(upper)
    bare = _PREFIX.sub("", upper, count=1)
    if _SCIENTIFIC.match(bare):
        raise _error(NITProblem.SCIENTIFIC)
    tail = _DECIMAL_TAIL.match(bare)
    if tail:
        notes.append(NITNote.DECIMAL_TAIL)
        bare = tail[1] or tail[2]
    if _GROUPED.match(bare):
        bare = bare.replace(",", "")
    return bare.replace(".", ""), tuple(notes)


def _refuse_non_numbers(upper: str) -> None:
    if not upper:
        raise _error(NITProblem.EMPTY)
    if re.sub(r"[./\\-]", "", upper) in _CONSUMER_FINAL:
        raise _error(NITProblem.CONSUMER_FINAL)


def _thirteen_digits(compact: str) -> str | None:
    bare = _CUI_PREFIX.sub("", compact, count=1)
    if not _CUI_WRITING.match(bare):
        return None
    digits = bare.replace("-", "")
    return digits if len(digits) == CUI_LENGTH else None


def _checked_nit(compact: str) -> str:
    if compact.isascii() and compact.isdigit() and not compact.strip("0"):
        raise _error(NITProblem.ZERO)
    whole = _WHOLE.match(compact)
    if whole is None:
        short = compact.isascii() and compact.isdigit()
        raise _error(NITProblem.LENGTH if short else NITProblem.FORMAT)
    canonical = (whole[1].replace("-", "") + whole[2]).lstrip("0")
    if not canonical:
        raise _error(NITProblem.ZERO)
    if not MIN_LENGTH <= len(canonical) <= MAX_LENGTH:
        raise _error(NITProblem.LENGTH)
    if calc_check_digit(canonical[:-1]) != canonical[-1]:
        raise _error(NITProblem.CHECK_DIGIT)
    return canonical


def _checked_cui(thirteen: str) -> str:
    remainder = sum(int(digit) * weight for weight, digit in enumerate(thirteen[:8], 2)) % 11
    # A remainder of 10 has no digit, so no card carries such a serial.
    if remainder != int(thirteen[8]):
        raise _error(NITProblem.CUI_CHECK_DIGIT)
    if thirteen[9:] not in _places():
        raise _error(NITProblem.CUI_PLACE)
    return thirteen


def _is_valid_cui(thirteen: str) -> bool:
    return _succeeds(lambda text: _checked_cui(text or ""), thirteen)


@cache
def _places() -> frozenset[str]:
    """The four digits that may end a CUI: the department and municipality of birth."""
    return frozenset(load_catalogs().municipalities)


def _parse_distinct(values: pl.Series) -> pl.DataFrame:
    rows = [(value, *_parse_fields(value)) for value in values]
    return pl.DataFrame(rows, schema={"value": pl.String} | _COLUMN_SCHEMA, orient="row")


def _parse_fields(value: str | None) -> tuple[str | None, str | None, str | None, str | None]:
    try:
        parsed = parse_taxpayer_id(value)
    except NITError as error:
        return None, None, error.code, None
    kind = TaxpayerIdKind.CUI if isinstance(parsed, CUI) else TaxpayerIdKind.NIT
    return parsed.canonical, kind.value, None, parsed.notes[0].value if parsed.notes else None


def _with_fields(frame: pl.DataFrame, canonical: pl.Expr, kind: TaxpayerIdKind, problem: pl.Expr) -> pl.DataFrame:
    parsed = frame.with_columns(canonical=canonical).with_columns(problem=problem)
    good = pl.col("problem").is_null()
    return parsed.select(
        "row",
        canonical=pl.when(good).then("canonical"),
        kind=pl.when(good).then(pl.lit(kind.value)),
        problem="problem",
        note=pl.lit(None, dtype=pl.String),
    )


def _nit_canonical() -> pl.Expr:
    return pl.col("value").str.replace("-", "", literal=True).str.to_uppercase().str.strip_chars_start("0")


def _nit_problem() -> pl.Expr:
    canonical = pl.col("canonical")
    size = canonical.str.len_bytes()
    body = canonical.str.head(-1).cast(pl.Int64, strict=False)
    last = canonical.str.tail(1)
    check = pl.when(last == "K").then(10).otherwise(last.cast(pl.Int64, strict=False))
    expected = (11 - _weighted_sum(body, range(2, 13)) % 11) % 11
    return (
        pl.when(size == 0)
        .then(pl.lit(NITProblem.ZERO.value))
        .when(size < MIN_LENGTH)
        .then(pl.lit(NITProblem.LENGTH.value))
        .when(expected != check)
        .then(pl.lit(NITProblem.CHECK_DIGIT.value))
    )


def _cui_canonical() -> pl.Expr:
    return pl.col("value").str.replace_all("[ -]", "")


def _cui_problem() -> pl.Expr:
    canonical = pl.col("canonical")
    serial = canonical.str.head(8).cast(pl.Int64)
    check = canonical.str.slice(8, 1).cast(pl.Int64)
    return (
        pl.when(_weighted_sum(serial, range(9, 1, -1)) % 11 != check)
        .then(pl.lit(NITProblem.CUI_CHECK_DIGIT.value))
        .when(~canonical.str.tail(4).is_in(sorted(_places())))
        .then(pl.lit(NITProblem.CUI_PLACE.value))
    )


def _weighted_sum(number: pl.Expr, weights: range) -> pl.Expr:
    """The digits of a number times the weights, the first weight for the last digit."""
    return pl.sum_horizontal((number // 10**place) % 10 * weight for place, weight in enumerate(weights))
