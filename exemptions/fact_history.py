"""The facts of the book: read as of a release, compared with a file, and changed by the difference."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from exemptions import fact_models  # noqa: F401 - declares the tables
from exemptions.bulk import insert_frame, read_frame
from exemptions.datasets import Mode
from exemptions.fact_content import FACTS, FactSpec
from exemptions.history import Comparison
from exemptions.models import Base
from exemptions.versions import close_versions, holds_at, restore_versions


def current_schema(spec: FactSpec) -> Mapping[str, type[pl.DataType]]:
    """The shape of what `read_facts` gives."""
    return {"version_id": pl.Int64, **spec.schema}


def read_facts(session: Session, spec: FactSpec, *, release: int | None = None) -> pl.DataFrame:
    """The facts that hold in the book, or that held at `release`.

    Shape: `current_schema(spec)`. Order: version_id.
    """
    table = _table(spec)
    columns = [table.c.id.label("version_id"), *(table.c[name] for name in spec.schema)]
    statement = select(*columns).where(holds_at(table, release)).order_by(table.c.id)
    return read_frame(session, statement, current_schema(spec))


def compare_facts(current: pl.DataFrame, incoming: pl.DataFrame, spec: FactSpec, *, mode: Mode) -> Comparison:
    """What loading `incoming` (columns of `spec.schema`; keys unique) would do to `current`.

    Only facts within the scope of the file can end; with `Mode.MERGE` none does. Order of each part: the key.
    """
    new = incoming.select(spec.schema.keys())
    old = current.select("version_id", *spec.schema)
    added = new.join(old, on=spec.key, how="anti", nulls_equal=True).sort(spec.key)
    ended = old.join(new, on=spec.key, how="anti", nulls_equal=True).sort(spec.key)
    if mode is Mode.MERGE:
        ended = ended.clear()
    elif spec.scope:
        ended = ended.join(new.select(spec.scope).unique(), on=spec.scope, how="semi", nulls_equal=True)
    both = new.join(old, on=spec.key, how="inner", suffix="_before", nulls_equal=True)
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_before")) for name in spec.values)
    return Comparison(added=added, ended=ended, changed=both.filter(differs).sort(spec.key))


def overlay_facts(current: pl.DataFrame, incoming: pl.DataFrame, spec: FactSpec, *, mode: Mode) -> pl.DataFrame:
    """`current` as it would stand after `incoming`; new facts have no `version_id` yet."""
    comparison = compare_facts(current, incoming, spec, mode=mode)
    gone = pl.concat([comparison.ended.select(spec.key), comparison.changed.select(spec.key)])
    kept = current.join(gone, on=spec.key, how="anti", nulls_equal=True)
    came = pl.concat([comparison.added.select(spec.schema.keys()), comparison.changed.select(spec.schema.keys())])
    return pl.concat([kept, came.select(pl.lit(None, dtype=pl.Int64).alias("version_id"), *spec.schema)])


def apply_facts(session: Session, comparison: Comparison, spec: FactSpec, *, release: int, batch: int) -> None:
    """Write `comparison` into the book as part of `release`."""
    table = _table(spec)
    closed = pl.concat([comparison.ended["version_id"], comparison.changed["version_id"]])
    close_versions(session, table, closed, release=release)
    names = spec.schema.keys()
    rows = pl.concat([comparison.added.select(names), comparison.changed.select(names)]).with_columns(
        pl.lit(batch, dtype=pl.Int64).alias("batch"), pl.lit(release, dtype=pl.Int64).alias("from_release")
    )
    insert_frame(session, table, rows)


def restore_facts(session: Session, *, source: int, release: int) -> None:
    """Make the book hold, from `release` on, the facts of every dataset that it held at `source`."""
    for spec in FACTS.values():
        restore_versions(session, _table(spec), source=source, release=release)


def _table(spec: FactSpec) -> Table:
    return Base.metadata.tables[spec.table]
