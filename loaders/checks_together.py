"""Records against each other: the same key twice, the same NIT under two names or as two kinds of person."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from exemptions.text import fold_expr
from loaders.checks import Check, value

_DUPLICATE_OF = "together.duplicate_of"
_FIRST_ROW, _FIRST_NAME = "together.first_row", "together.first_name"
_OTHER_NAME, _OTHER_KIND = "together.other_name", "together.other_kind"


def compare_records(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with, for every row, the first row of its key and of its NIT, and what differs from that row."""
    known = pl.col("row").filter(value("nit").is_not_null() & value("category").is_not_null())
    key = (value("nit"), value("category"), pl.col("resolution").fill_null(""))
    named = value("nit").is_not_null() & pl.col("name").is_not_null()
    frame = frame.with_columns(
        known.first().over(key).alias(_DUPLICATE_OF),
        pl.col("row").filter(named).first().over(value("nit")).alias(_FIRST_ROW),
        pl.col("name").filter(named).first().over(value("nit")).alias(_FIRST_NAME),
        (value("person_kind") != value("person_kind").first().over(value("nit"))).alias(_OTHER_KIND),
    )
    # Folding is the dearest step, and few rows differ from the first of their NIT at all.
    differing = frame.filter(named & (pl.col("name") != pl.col(_FIRST_NAME)))
    renamed = differing.filter(fold_expr(pl.col("name")) != fold_expr(pl.col(_FIRST_NAME))).get_column("row")
    return frame.with_columns(pl.col("row").is_in(renamed.implode()).alias(_OTHER_NAME))


def together_checks() -> Iterator[Check]:
    """The checks of records against each other; each names the later row."""
    known = value("nit").is_not_null()
    repeated = known & value("category").is_not_null() & (pl.col(_DUPLICATE_OF) != pl.col("row"))
    yield Check("llave_duplicada", "nit", repeated, {"first_row": pl.col(_DUPLICATE_OF)})
    renamed = {"first_row": pl.col(_FIRST_ROW), "first_name": pl.col(_FIRST_NAME)}
    yield Check("nit_con_varios_nombres", "name", known & pl.col(_OTHER_NAME), renamed)
    yield Check(
        "nit_con_dos_tipos_de_persona", "person_kind", known & pl.col(_OTHER_KIND), {"first_row": pl.col(_FIRST_ROW)}
    )
