"""Department and municipality, by INE code or by name; a municipality's name is looked for within its department."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from exemptions.catalog_entries import CatalogName
from exemptions.catalogs import Catalogs
from exemptions.text import fold_expr
from loaders.checks import Check, Context, is_unreadable, value
from loaders.checks_codes import look_up, nearest

_OUTSIDE = "municipality.outside"
_AMBIGUOUS = "municipality.ambiguous"


def parse_places(frame: pl.DataFrame, catalogs: Catalogs) -> pl.DataFrame:
    """The frame with `department.value` and `municipality.value`.

    A municipality of another department is not understood: the department stands, and which of the two is wrong is for
    a person to say. Without a department, a name must be of one department only.
    """
    frame = frame.with_columns(look_up(frame, "department", catalogs.aliases(CatalogName.DEPARTMENTS)))
    names = _every_name(catalogs)
    within = pl.DataFrame(
        [(department, text, code) for (department, text), code in catalogs.municipality_by_name.items()],
        schema={"department.value": pl.String, "_folded": pl.String, "_within": pl.String},
        orient="row",
    )
    return (
        frame.with_columns(_folded=fold_expr(pl.col("municipality")))
        .join(within, on=["department.value", "_folded"], how="left", maintain_order="left")
        .join(names, on="_folded", how="left", maintain_order="left")
        .with_columns(
            pl.when(value("department").is_not_null())
            .then(pl.col("_within"))
            .when(pl.col("_owners") == 1)
            .then(pl.col("_anywhere"))
            .alias("municipality.value")
        )
        .with_columns(
            (is_unreadable("municipality") & value("department").is_not_null() & pl.col("_owners").is_not_null()).alias(
                _OUTSIDE
            ),
            (
                is_unreadable("municipality") & value("department").is_null() & (pl.col("_owners") > 1).fill_null(False)
            ).alias(_AMBIGUOUS),
        )
        .drop("_folded", "_within", "_owners", "_anywhere")
    )


def place_checks(context: Context) -> Iterator[Check]:
    """The checks of department and municipality."""

    def near(text: str) -> dict[str, str]:
        return {"nearest": nearest(context.catalogs, CatalogName.DEPARTMENTS, text)}

    yield Check("departamento_desconocido", "department", is_unreadable("department"), explain=near)
    outside = pl.col(_OUTSIDE)
    yield Check("municipio_fuera_del_departamento", "municipality", outside, {"department": pl.col("department")})
    yield from municipality_checks()


def municipality_checks() -> Iterator[Check]:
    """The checks of the municipality by itself."""
    outside, ambiguous = pl.col(_OUTSIDE), pl.col(_AMBIGUOUS)
    yield Check("municipio_ambiguo", "municipality", ambiguous)
    yield Check("municipio_desconocido", "municipality", is_unreadable("municipality") & ~outside & ~ambiguous)


def _every_name(catalogs: Catalogs) -> pl.DataFrame:
    """Folded name or code → how many municipalities have it, and one of them."""
    rows = [(text, code) for (_, text), code in catalogs.municipality_by_name.items()]
    names = pl.DataFrame(rows, schema={"_folded": pl.String, "_anywhere": pl.String}, orient="row")
    return names.group_by("_folded").agg(_owners=pl.col("_anywhere").n_unique(), _anywhere=pl.col("_anywhere").first())
