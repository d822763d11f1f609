"""Records against each other: the same key twice, the same NIT under two names, as two kinds of person, in two regimes.

Source: Decreto 29-89, art. 4 bis, and Decreto 65-89, art. 5 bis, on regimes that exclude each other.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from exemptions.columns import Status
from exemptions.text import fold_expr
from loaders.checks import Check, value

_DUPLICATE_OF = "together.duplicate_of"
_FIRST_ROW, _FIRST_NAME = "together.first_row", "together.first_name"
_OTHER_NAME, _OTHER_KIND = "together.other_name", "together.other_kind"
_ZONE_ROW = "together.zone_row"

_MAQUILA, _ZONES = ("MAQ_",), ("ZF_IND", "ZF_SERV", "ZOLIC_")
"""How the codes of the categories begin that exclude each other: who administers a free zone does not use it."""
_ENDED = (Status.REVOKED.value, Status.CANCELLED.value, Status.EXPIRED.value)


def compare_records(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with, for every row whose NIT others have too, the first row of its key and of its NIT, and what
    differs from that row. Nearly all rows have a NIT of their own: nothing can contradict them, and theirs are null."""
    nit, kind, named = value("nit"), value("person_kind"), pl.col("name").is_not_null()
    key = (nit, value("category"), pl.col("resolution").fill_null(""))
    looked_at = (nit, kind, value("category"), value("status"))
    shared = (
        frame.select("row", "name", "resolution", *looked_at)
        .filter(nit.is_not_null() & nit.is_duplicated())
        .with_columns(
            pl.col("row").filter(value("category").is_not_null()).first().over(key).alias(_DUPLICATE_OF),
            pl.col("row").filter(named).first().over(nit).alias(_FIRST_ROW),
            pl.col("name").filter(named).first().over(nit).alias(_FIRST_NAME),
            (kind != kind.first().over(nit)).alias(_OTHER_KIND),
            pl.col("row").filter(_holds(_ZONES)).first().over(nit).alias(_ZONE_ROW),
        )
    )
    # Folding is the dearest step, and few rows differ from the first of their NIT at all.
    differing = shared.filter(pl.col("name") != pl.col(_FIRST_NAME))
    renamed = differing.filter(fold_expr(pl.col("name")) != fold_expr(pl.col(_FIRST_NAME))).get_column("row")
    told = shared.select(
        "row", _DUPLICATE_OF, _FIRST_ROW, _FIRST_NAME, _OTHER_KIND, _ZONE_ROW,
        pl.col("row").is_in(renamed.implode()).alias(_OTHER_NAME),
    )  # fmt: skip
    return frame.join(told, on="row", how="left", maintain_order="left")


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
    yield Check(
        "regimenes_que_se_excluyen",
        "category",
        known & _holds(_MAQUILA) & pl.col(_ZONE_ROW).is_not_null(),
        {"first_row": pl.col(_ZONE_ROW)},
    )


def _holds(codes: tuple[str, ...]) -> pl.Expr:
    """Whether the row is a benefit of those categories that the file does not say to have ended."""
    begins = pl.any_horizontal(value("category").str.starts_with(code) for code in codes).fill_null(False)
    return begins & ~value("status").is_in(_ENDED).fill_null(False)
