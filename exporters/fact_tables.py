"""The public tables of facts: those of published records, each value under the rule of the column it belongs to."""

from __future__ import annotations

import polars as pl
import pyarrow as pa

from exemptions.disclosure import WITH_THRESHOLD, Level, Policy
from exporters.gather import REGISTRY_SOURCE, Facts
from exporters.statements import find_statements
from exporters.tables import AMOUNTS, ENERGY, EVENTS, EXPENDITURE, JOBS, MACRO, to_batch

EVENTS_SOURCE = "events"
ENERGY_SOURCE = "energy"

_GOVERNING = ("name", "valid_from", "valid_until", "status_reason", "department", "municipality", "jobs", "amount_gtq")
"""Columns of a record whose rules decide about facts too."""
_NEEDED = ("record_id", "person_kind", "category", "stated", "status_since", "valid_until", "status_reason")


def publish_facts(records: pl.DataFrame, facts: Facts, policy: Policy) -> dict[str, pa.RecordBatch]:
    """The tables of facts that the public may see, by name.

    Shape: `records` are the published ones as the policy left them, texts or categories, with `stated` and
    `status_since`.
    Order: record_id, then as the facts happened.
    """
    records = records.select(_NEEDED).with_columns(pl.col(pl.Categorical).cast(pl.String))
    decided = _decide(records, policy)
    return {
        "jobs": _jobs(facts.jobs.join(decided, on="record_id")),
        "amounts": _amounts(facts.amounts.join(decided, on="record_id")),
        "energy": _energy(facts.energy.join(decided, on="record_id")),
        "events": _events(records, facts.events, decided),
        "expenditure": _expenditure(facts.expenditure),
        "macro": to_batch(facts.macro.sort("year"), MACRO),
    }


def _decide(records: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """For each record whether each governing column is public, and from which value on where a threshold decides.

    Shape: `record_id`, `<column>_open`, and `<column>_from` for jobs and amounts, null without threshold.
    """
    pairs = records.select("person_kind", "category").unique()
    rows = [_decisions(policy, kind, category) for kind, category in pairs.iter_rows()]
    schema = (
        {"person_kind": pl.String, "category": pl.String}
        | {f"{field}_open": pl.Boolean for field in _GOVERNING}
        | {f"{field}_from": pl.Int64 for field in WITH_THRESHOLD}
    )
    table = pl.DataFrame(rows, schema=schema)
    decided = records.select("record_id", "person_kind", "category").join(table, on=("person_kind", "category"))
    # A municipality tells its department.
    return decided.with_columns(municipality_open=pl.col("municipality_open") & pl.col("department_open")).drop(
        "person_kind", "category"
    )


def _decisions(policy: Policy, kind: str, category: str) -> dict[str, object]:
    rules = {field: policy.rule(field, kind, category) for field in _GOVERNING}
    return (
        {"person_kind": kind, "category": category}
        | {f"{field}_open": rule.level is Level.PUBLIC for field, rule in rules.items()}
        | {f"{field}_from": rules[field].threshold for field in WITH_THRESHOLD}
    )


def _jobs(facts: pl.DataFrame) -> pa.RecordBatch:
    shown = pl.col("jobs_open") | (pl.col("jobs") >= pl.col("jobs_from")).fill_null(False)
    return to_batch(facts.filter(shown).sort("record_id", "period", "kind"), JOBS)


def _amounts(facts: pl.DataFrame) -> pa.RecordBatch:
    """Under a threshold the amounts of a year are published together or not at all.

    The year's sum is public in the record, so a part that is left out could be computed from the others.
    """
    year = ("record_id", "year")
    smallest = pl.min_horizontal(pl.col("amount_cents").min(), pl.col("amount_cents").sum())
    reaches = (smallest.over(year) >= pl.col("amount_gtq_from")).fill_null(False)
    public = facts.filter(pl.col("amount_gtq_open") | reaches)
    return to_batch(public.sort("record_id", "year", "tax", "mechanism"), AMOUNTS)


def _energy(facts: pl.DataFrame) -> pa.RecordBatch:
    """A project is named after its holder or its place more often than not, so its name follows the holder's."""
    governed = {"project": "name"} | {key: key for key in ("municipality", "valid_from", "valid_until")}
    public = facts.with_columns(
        *(pl.when(f"{rule}_open").then(key).alias(key) for key, rule in governed.items()),
        source=pl.lit(ENERGY_SOURCE),
    )
    return to_batch(public.sort("record_id", "project", "technology", "capacity_kw"), ENERGY)


def _events(records: pl.DataFrame, events: pl.DataFrame, decided: pl.DataFrame) -> pa.RecordBatch:
    """The dated events, then on its own day what the file's ESTADO alone tells."""
    reason = pl.when("status_reason_open").then("reason")
    dated = events.join(decided, on="record_id", maintain_order="left").with_columns(
        reason=reason, source=pl.lit(EVENTS_SOURCE)
    )
    reasons = records.select("record_id", reason="status_reason")
    stated = (
        find_statements(records, events)
        .join(reasons, on="record_id", maintain_order="left")
        .with_columns(legal_basis=pl.lit(None, pl.String), source=pl.lit(REGISTRY_SOURCE))
    )
    happened = pl.concat([dated.select(EVENTS.names), stated.select(EVENTS.names)])
    return to_batch(happened.sort("record_id", "date", maintain_order=True), EVENTS)


def _expenditure(estimates: pl.DataFrame) -> pa.RecordBatch:
    ordered = estimates.sort("year", "report", "method_version", "partition", "key", "tax")
    return to_batch(ordered, EXPENDITURE)
