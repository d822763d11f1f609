"""Taxpayers that appear under another name: in one file, and against what stands."""

from __future__ import annotations

import polars as pl

from exemptions.text import fold_expr


def find_other_names(standing: pl.DataFrame, incoming: pl.DataFrame) -> pl.DataFrame:
    """The names of `incoming` that a NIT had neither in `standing` nor, where it is not there, in its first row.

    Both need `nit` and `name` only; `incoming` may be just the rows that are new or changed.

    Shape: `nit`, `before`, `after`, once per NIT and new name; case, accents and signs make no other name.
    Order: nit, after.
    """
    new = incoming.select("nit", after="name").unique(maintain_order=True)
    old = standing.select("nit", before="name").join(new.select("nit").unique(), on="nit", how="semi")
    old = old.unique(maintain_order=True)
    unseen = new.join(old, left_on=["nit", "after"], right_on=["nit", "before"], how="anti")
    first = pl.concat([old, new.rename({"after": "before"}).join(old, on="nit", how="anti")])
    pairs = unseen.join(first.unique("nit", keep="first", maintain_order=True), on="nit", how="inner")
    # Folding is the dearest step, so only names that differ as written are folded.
    differing = pairs.filter(pl.col("after") != pl.col("before"))
    names = old.join(differing.select("nit").unique(), on="nit", how="semi")
    folded = names.select("nit", folded=fold_expr(pl.col("before"))).unique()
    told = differing.with_columns(folded=fold_expr(pl.col("after")), first=fold_expr(pl.col("before")))
    unknown = told.join(folded, on=["nit", "folded"], how="anti").filter(pl.col("folded") != pl.col("first"))
    return unknown.select("nit", "before", "after").sort("nit", "after")
