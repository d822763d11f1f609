"""From the book's content to the tables that the public may see."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
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
from exporters.tables import erase_nulls, to_batch

_PART_ROWS = 125_000
"""Rows that the policy is applied to at once: some 150 MB."""

_REPEATED = [field.name for field in table_schema() if pa.types.is_dictionary(field.type)]

_FOLLOWED: Mapping[str, str] = {
    "exempt_type_name": "exempt_type",
    "category_name": "category",
    "permanence": "category",
    "legal_basis": "category",
    "activity_name": "activity",
    "department_name": "department",
    "municipality_name": "municipality",
}
"""Column → the code that alone decides its text: looked up once a code, when the rows have their order."""
_NAME_ORDER = "name_order"
_OWN = tuple(key for key in KEYS if key not in (*_FOLLOWED, "changed_release"))


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
    # Most of the steps keep one processor busy, and there are two.
    with ThreadPoolExecutor(max_workers=2) as beside:
        parts = list(beside.map(lambda part: _disclose(part, figures, catalogs, policy), slices))
    withheld = describe_withheld(policy, [part.disclosed for part in parts])
    taxpayers = pl.concat([part.taxpayers for part in parts]).n_unique()
    public = pl.concat([part.records for part in parts])
    # What is no longer needed goes at once: each of these frames holds the whole registry.
    del rows, slices, parts
    order = [_NAME_ORDER, "nit", pl.col("category").cast(pl.String), "resolution", "record_id"]
    public = public.sort(order, nulls_last=True).drop(_NAME_ORDER)
    return Projection(
        records=_tabulate(public, catalogs, previous, release),
        facts=publish_facts(public, facts, policy),
        withheld=withheld,
        taxpayers=taxpayers,
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """Some records as the public may see them.

    `records` has the public table's own columns, repeated texts as categories, the key that sorts the names, and what
    the facts need; `taxpayers` the true NITs of the same rows.
    """

    records: pl.DataFrame
    taxpayers: pl.Series
    disclosed: Disclosed


def _disclose(rows: pl.DataFrame, figures: pl.DataFrame, catalogs: Catalogs, policy: Policy) -> _Part:
    completed = _complete(with_figures(rows, figures), catalogs)
    disclosed = policy.apply(completed)
    stated = _with_states(disclosed.records, catalogs)
    kept = stated.select(*_OWN, "stated", "status_since", name_order_expr(pl.col("name")).alias(_NAME_ORDER))
    return _Part(
        records=kept.with_columns(pl.col(name for name in _OWN if name in _REPEATED).cast(pl.Categorical)),
        taxpayers=completed.join(kept, on="record_id", how="semi").get_column("nit"),
        disclosed=replace(disclosed, records=disclosed.records.clear()),
    )


def _complete(content: pl.DataFrame, catalogs: Catalogs) -> pl.DataFrame:
    """Fill from the catalogues what the file left blank, and give columns their published names."""
    categories = pl.DataFrame(
        [(c.code, c.authority, LIST_SEPARATOR.join(c.taxes) or None) for c in catalogs.categories.values()],
        schema=dict.fromkeys(("category", "own_authority", "own_taxes"), pl.String),
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


def _lookup(column: str, names: Mapping[str, str]) -> pl.Expr:
    return pl.col(column).replace_strict(dict(names), default=None, return_dtype=pl.String)


def _tabulate(
    public: pl.DataFrame, catalogs: Catalogs, previous: pa.RecordBatch | None, release: int
) -> pa.RecordBatch:
    """The records table of rows in their order, with what the catalogues say of their codes."""
    schema = table_schema()
    own = to_batch(public, pa.schema([schema.field(key) for key in _OWN]))
    columns = dict(zip(_OWN, own.columns, strict=True))
    columns |= {key: _follow(columns[_FOLLOWED[key]], words) for key, words in _sayings(catalogs).items()}
    columns["changed_release"] = _find_changed_release(columns, previous, release)
    return pa.RecordBatch.from_arrays([columns[key] for key in KEYS], schema=schema)


def _sayings(catalogs: Catalogs) -> dict[str, dict[str, str | None]]:
    """What each following column says of every code of the one that it follows."""
    categories = catalogs.categories.values()
    return {
        "exempt_type_name": {code: entry.name_es for code, entry in catalogs.types.items()},
        "category_name": {c.code: c.name_es for c in categories},
        "permanence": {c.code: c.permanence.value for c in categories},
        "legal_basis": {c.code: "; ".join(c.legal_basis) or None for c in categories},
        "activity_name": {code: entry.name_es for code, entry in catalogs.activities.items()},
        "department_name": {code: entry.name_es for code, entry in catalogs.departments.items()},
        "municipality_name": {code: entry.name_es for code, entry in catalogs.municipalities.items()},
    }


def _follow(codes: pa.DictionaryArray, words: Mapping[str, str | None]) -> pa.DictionaryArray:
    """What `words` say of each code; nothing of a missing one, as a withheld one is. Its texts are in row order too."""
    said = [words.get(code) for code in codes.dictionary.to_pylist()]
    texts = list(dict.fromkeys(text for text in said if text is not None))
    places = {text: place for place, text in enumerate(texts)}
    indices = pa.array([None if text is None else places[text] for text in said], pa.int32()).take(codes.indices)
    return pa.DictionaryArray.from_arrays(erase_nulls(indices), pa.array(texts, pa.string()))


def _find_changed_release(columns: Mapping[str, pa.Array], previous: pa.RecordBatch | None, release: int) -> pa.Array:
    """`release`, or what the release before says where nothing published differs from it."""
    ids = _series(columns["record_id"]).to_frame("record_id")
    stamp = pl.lit(release, dtype=pl.Int64)
    if previous is None or not previous.num_rows:
        return ids.select(pl.repeat(release, pl.len(), dtype=pl.Int64)).to_series().to_arrow()
    before = pl.DataFrame({"record_id": _series(previous.column("record_id"))}).with_row_index("place")
    place = ids.join(before, on="record_id", how="left", maintain_order="left")["place"]
    same = place.is_not_null()
    # Column by column, since both releases side by side would take twice the memory of either.
    for key in KEYS:
        if key not in (*BOOKKEEPING, "record_id"):
            now, then = _comparable(columns[key], previous.column(key))
            same &= now.eq_missing(then.gather(place))
    carried = _series(previous.column("changed_release")).gather(place)
    return pl.select(pl.when(same).then(carried).otherwise(stamp)).to_series().to_arrow()


def _comparable(now: pa.Array, then: pa.Array) -> tuple[pl.Series, pl.Series]:
    """Two columns as values that are equal where theirs are: of repeated texts their places among those of `now`."""
    if not isinstance(now, pa.DictionaryArray):
        return _series(now), _series(then)
    known = {text: place for place, text in enumerate(now.dictionary.to_pylist())}
    places = pl.Series([known.get(text, -1) for text in then.dictionary.to_pylist()], dtype=pl.Int32)
    return _series(now.indices), places.gather(_series(then.indices))


def _series(values: pa.Array) -> pl.Series:
    return pl.Series(pl.from_arrow(values))
