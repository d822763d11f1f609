"""Who the taxpayer is: NIT or CUI, name, and whether a legal or a natural person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from exemptions.columns import PersonKind
from exemptions.nit import NITNote, NITProblem, TaxpayerIdKind, parse_nit_column
from loaders.checks import Check, value
from loaders.checks_codes import look_up

PERSON_KINDS: Mapping[str, PersonKind] = {
    "juridica": PersonKind.LEGAL,
    "juridico": PersonKind.LEGAL,
    "persona juridica": PersonKind.LEGAL,
    "legal": PersonKind.LEGAL,
    "j": PersonKind.LEGAL,
    "individual": PersonKind.NATURAL,
    "persona individual": PersonKind.NATURAL,
    "natural": PersonKind.NATURAL,
    "persona natural": PersonKind.NATURAL,
    "i": PersonKind.NATURAL,
    "n": PersonKind.NATURAL,
}
"""Folded text of TIPO_PERSONA → kind."""

_KIND, _PROBLEM, _NOTE = "nit.kind", "nit.problem", "nit.note"
_DECLARED = "person_kind.declared"

_SIGNS = (NITNote.COMPATIBILITY_CHARACTERS, NITNote.INVISIBLE_CHARACTERS)
_UNREADABLE = (NITProblem.FORMAT, NITProblem.LENGTH, NITProblem.ZERO)
_BAD_CUI = (NITProblem.CUI, NITProblem.CUI_FORMAT, NITProblem.CUI_CHECK_DIGIT, NITProblem.CUI_PLACE)

# Two surnames, the husband's surname and two given names, with no space after the commas; all but the first surname and
# the first given name may be empty. A firm of partners writes a space after its commas.
_PART = r'[^\s,0-9"][^,0-9"]*'
_NATURAL_NAME = rf"^{_PART},(?:{_PART})?,(?:{_PART})?,{_PART},(?:{_PART})?$"


def parse_taxpayers(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with `person_kind.value`, `nit.value` and what reading the NIT told; needs the facts of the category.

    An unknown kind of person counts as natural where natural persons can hold the category: then less is published.
    """
    can_be_natural = pl.col("category.natural").fill_null(False)
    assumed = pl.when(can_be_natural).then(pl.lit(str(PersonKind.NATURAL))).otherwise(pl.lit(str(PersonKind.LEGAL)))
    frame = read_nit(frame).with_columns(
        look_up(frame, "person_kind", {text: str(kind) for text, kind in PERSON_KINDS.items()}).alias(_DECLARED)
    )
    frame = frame.with_columns(pl.coalesce(_DECLARED, assumed).alias("person_kind.value"))
    usable = (pl.col(_KIND) == str(TaxpayerIdKind.NIT)) | _is_natural()
    return frame.with_columns(pl.when(usable).then(value("nit")).alias("nit.value"))


def read_nit(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with what reading the NIT told, and in `nit.value` the number, be it a NIT or a CUI."""
    parsed = parse_nit_column(frame.get_column("nit"))
    told = parsed.select(
        pl.col("canonical").alias("nit.value"),
        pl.col("kind").alias(_KIND),
        pl.col("problem").alias(_PROBLEM),
        pl.col("note").alias(_NOTE),
    )
    return frame.hstack(told)


def is_cui() -> pl.Expr:
    """Where the NIT is the valid number of an identity card."""
    return pl.col(_KIND) == str(TaxpayerIdKind.CUI)


def is_invalid_cui() -> pl.Expr:
    """Where the NIT has the thirteen digits of an identity card's number and is none."""
    return pl.col(_PROBLEM).is_in([str(p) for p in _BAD_CUI])


def taxpayer_checks() -> Iterator[Check]:
    """The checks of NIT, name and kind of person."""
    yield from nit_checks()
    yield Check("nit_cui", "nit", (is_cui() | is_invalid_cui()) & ~_is_natural())
    yield Check("cui_invalido", "nit", is_invalid_cui() & _is_natural())
    yield Check("nombre_vacio", "name", pl.col("name").is_null())
    natural_name = ~_is_natural() & pl.col("name").str.contains(_NATURAL_NAME)
    yield Check("nombre_de_persona_individual", "name", natural_name)
    unknown = pl.col("person_kind").is_not_null() & pl.col(_DECLARED).is_null()
    yield Check("tipo_persona_desconocido", "person_kind", unknown, {"assumed": value("person_kind")})
    blank = pl.col("person_kind").is_null() & pl.col("category.natural")
    yield Check("tipo_persona_vacio", "person_kind", blank)


def nit_checks() -> Iterator[Check]:
    """The checks of how a NIT is written, whoever's it is."""
    problem, note = pl.col(_PROBLEM), pl.col(_NOTE)
    yield Check("nit_vacio", "nit", problem == str(NITProblem.EMPTY))
    yield Check("nit_consumidor_final", "nit", problem == str(NITProblem.CONSUMER_FINAL))
    yield Check("nit_cientifica", "nit", problem == str(NITProblem.SCIENTIFIC))
    yield Check("nit_formato", "nit", problem.is_in([str(p) for p in _UNREADABLE]))
    yield Check("nit_digito_verificador", "nit", problem == str(NITProblem.CHECK_DIGIT))
    yield Check("nit_k_cirilica", "nit", note == str(NITNote.CYRILLIC_K))
    yield Check("nit_decimal", "nit", note == str(NITNote.DECIMAL_TAIL))
    yield Check("nit_signos", "nit", note.is_in([str(n) for n in _SIGNS]))


def _is_natural() -> pl.Expr:
    return value("person_kind") == str(PersonKind.NATURAL)
