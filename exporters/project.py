"""From the book's content to the tables that the public may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl
import pyarrow as pa

from exemptions.catalogs import Catalogs
from exemptions.columns import BOOKKEEPING, KEYS, LIST_SEPARATOR, ValueState, table_schema
from exemptions.disclosure import Disclosed, Policy, describe_withheld
from exemptions.names import name_order_expr
from exemptions.status import derive_status
from exporters.fact_tables import publish_facts
from exporters.gather import Facts, find_figures, with_figures
from exporters.tables import to_batch

_PART_ROWS = 250_000
"""Rows that the policy is applied to at once: some 300 MB."""

_REPEATED = [field.name for field in table_schema() if pa.types.is_dictionary(field.type)]


@dataclass(frozen=True, slots=True)
class Projection:
    """The public tables of one release. Row order of `records` is name order; the facts are in order of record_id."""

    records: pa.RecordBatch
    facts: Mapping[str, pa.RecordBatch]
    """The tables of facts by name: jobs, amounts, energy, events, expenditure, macro."""
    withheld: dict[str, Any]
    taxpayers: int
    """Distinct taxpayers among the published records, natural persons included."""


def project(
    content: pl.DataFrame,
    facts: Facts,
    *,
    catalogs: Catalogs,
    policy: Policy,
    status_date: date,
    release: int,
    previous: pa.RecordBatch | None,
) -> Projection:
    """What the public may see of `content` on `status_date`.

    Shape: `content` is as `history.read_content` gives it, `facts` as `gather.gather_facts` does; `previous` is the
    records table of the release before.
    Raises: PolicyError if a record's category has no rules.
    """
    status = derive_status(content, facts.events, on=status_date)
    figures = find_figures(facts, catalogs)
    rows = content.with_columns(stated="status").with_columns(status.alias("status"))
    # A part at a time: what the rules need beside each value takes several times the memory of the values themselves.
    slices = list(rows.iter_slices(_PART_ROWS)) or [rows]
    parts = [_disclose(part, figures, catalogs, policy) for part in slices]
    withheld = describe_withheld(policy, [part.disclosed for part in parts])
    taxpayers = pl.concat([part.taxpayers for part in parts]).n_unique()
    public = pl.concat([part.records for part in parts])
    # What is no longer needed goes at once: each of these frames holds the whole registry.
    del rows, slices, parts
    order = [name_order_expr(pl.col("name")), "nit", pl.col("category").cast(pl.String), "resolution", "record_id"]
    public = public.sort(order, nulls_last=True)
    return Projection(
        records=to_batch(_with_changed_release(public, previous, release), table_schema()),
        facts=publish_facts(public, facts, policy),
        withheld=withheld,
        taxpayers=taxpayers,
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """Some records as the public may see them.

    `records` has the columns of the public table, repeated texts as categories, and what the facts need; `taxpayers`
    the true NITs of the same rows.
    """

    records: pl.DataFrame
    taxpayers: pl.Series
    disclosed: Disclosed


def _disclose(rows: pl.DataFrame, figures: pl.DataFrame, catalogs: Catalogs, policy: Policy) -> _Part:
    completed = _complete(with_figures(rows, figures), catalogs)
    disclosed = policy.apply(completed)
    named = _with_names(_with_states(disclosed.records, catalogs), catalogs)
    kept = named.select(*(key for key in KEYS if key != "changed_release"), "stated", "status_since")
    return _Part(
        records=kept.with_columns(pl.col(_REPEATED).cast(pl.Categorical)),
        taxpayers=completed.join(kept, on="record_id", how="semi").get_column("nit"),
        disclosed=replace(disclosed, records=disclosed.records.clear()),
    )


def _complete(content: pl.DataFrame, catalogs: Catalogs) -> pl.DataFrame:
    """Fill from the catalogues what the file left blank, and give columns their published names."""
    categories = pl.DataFrame(
        [
            (
                c.code,
                c.permanence.value,
                c.authority,
                LIST_SEPARATOR.join(c.taxes) or None,
                "; ".join(c.legal_basis) or None,
            )
            for c in catalogs.categories.values()
        ],
        schema=dict.fromkeys(("category", "permanence", "own_authority", "own_taxes", "legal_basis"), pl.String),
        orient="row",
    )
    departments = {code: m.department for code, m in catalogs.municipalities.items()}
    joined = content.join(categories, on="category", how="left", maintain_order="left")
    return joined.with_columns(
        authority=_unless_unknown("authority", pl.coalesce("authority", "own_authority")),
        taxes=_unless_unknown("taxes", pl.coalesce("taxes", "own_taxes")),
        resolution=pl.when(pl.col("resolution") != "").then("resolution"),
        department=_unless_unknown("department", pl.coalesce("department", _lookup("municipality", departments))),
        amount_gtq="amount_cents",
    )


def _unless_unknown(key: str, value: pl.Expr) -> pl.Expr:
    """`value`, or null where the file has a text that no catalogue knows: that is not a blank to be filled."""
    return pl.when(pl.col("unresolved").str.json_path_match(f"$.{key}").is_null()).then(value)


def _with_states(records: pl.DataFrame, catalogs: Catalogs) -> pl.DataFrame:
    """Add the state of each number, and withhold the columns that belong to a withheld value."""
    no_jobs = [code for code, c in catalogs.categories.items() if not c.jobs_apply]
    no_amount = [
        code
        for code, c in catalogs.categories.items()
        if not any(catalogs.mechanisms[t.mechanism].counts_as_not_paid for t in c.treatments)
    ]
    return records.with_columns(
        _state("jobs", no_jobs).alias("jobs_status"),
        _state("amount_gtq", no_amount).alias("amount_status"),
        *(pl.when(pl.col("jobs").is_not_null()).then(name).alias(name) for name in ("jobs_year", "jobs_kind")),
        amount_year=pl.when(pl.col("amount_gtq").is_not_null()).then("amount_year"),
    )


def _state(field: str, not_applicable: list[str]) -> pl.Expr:
    return (
        pl.when(f"{field}_withheld")
        .then(pl.lit(ValueState.WITHHELD.value))
        .when(pl.col(field).is_not_null())
        .then(pl.lit(ValueState.REPORTED.value))
        .when(pl.col("category").is_in(not_applicable))
        .then(pl.lit(ValueState.NOT_APPLICABLE.value))
        .otherwise(pl.lit(ValueState.NOT_REPORTED.value))
    )


def _with_names(records: pl.DataFrame, catalogs: Catalogs) -> pl.DataFrame:
    """Add the catalogue's name beside each published code; a withheld code has none."""
    return records.with_columns(
        _lookup("exempt_type", {code: entry.name_es for code, entry in catalogs.types.items()}).alias(
            "exempt_type_name"
        ),
        _lookup("category", {code: c.name_es for code, c in catalogs.categories.items()}).alias("category_name"),
        _lookup("activity", {code: a.name_es for code, a in catalogs.activities.items()}).alias("activity_name"),
        _lookup("department", {code: d.name_es for code, d in catalogs.departments.items()}).alias("department_name"),
        _lookup("municipality", {code: m.name_es for code, m in catalogs.municipalities.items()}).alias(
            "municipality_name"
        ),
    )


def _lookup(column: str, names: Mapping[str, str]) -> pl.Expr:
    return pl.col(column).replace_strict(dict(names), default=None, return_dtype=pl.String)


def _with_changed_release(records: pl.DataFrame, previous: pa.RecordBatch | None, release: int) -> pl.DataFrame:
    """Carry over `changed_release` where nothing published differs from the release before."""
    stamp = pl.lit(release, dtype=pl.Int64)
    if previous is None or not previous.num_rows:
        return records.with_columns(changed_release=stamp)
    before = pl.DataFrame({"record_id": _plain(previous, "record_id")}).with_row_index("place")
    place = records.select("record_id").join(before, on="record_id", how="left", maintain_order="left")["place"]
    same = place.is_not_null()
    # Column by column, since both releases side by side would take twice the memory of either.
    for key in KEYS:
        if key not in (*BOOKKEEPING, "record_id"):
            same &= records[key].cast(_plain_type(key)).eq_missing(_plain(previous, key).gather(place))
    carried = _plain(previous, "changed_release").gather(place)
    return records.with_columns(changed_release=pl.when(same).then(carried).otherwise(stamp))


def _plain(table: pa.RecordBatch, key: str) -> pl.Series:
    return pl.Series(key, pl.from_arrow(table.column(key))).cast(_plain_type(key))


def _plain_type(key: str) -> pl.DataType:
    kind = table_schema().field(key).type
    return pl.Series(pa.array([], kind.value_type if pa.types.is_dictionary(kind) else kind)).dtype
