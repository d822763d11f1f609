"""Validation: every rule on every row, and the content that a file without errors gives."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from exemptions.datasets import Dataset
from exemptions.editions import staged_schema
from exemptions.finding import Finding
from loaders.bounded import bound_findings
from loaders.checks import Context, DatasetRules, is_unreadable, run_checks, value
from loaders.checks_amounts import AMOUNTS_RULES
from loaders.checks_currency import find_foreign_columns
from loaders.checks_energy import ENERGY_RULES
from loaders.checks_events import EVENTS_RULES
from loaders.checks_expenditure import EXPENDITURE_RULES
from loaders.checks_jobs import JOBS_RULES
from loaders.checks_macro import MACRO_RULES
from loaders.checks_registry import REGISTRY_RULES
from loaders.options import SourceTable
from loaders.prepare import prepare
from loaders.rules import is_error, make_finding

DATASET_RULES: Mapping[Dataset, DatasetRules] = {
    Dataset.REGISTRY: REGISTRY_RULES,
    Dataset.JOBS: JOBS_RULES,
    Dataset.AMOUNTS: AMOUNTS_RULES,
    Dataset.ENERGY: ENERGY_RULES,
    Dataset.EVENTS: EVENTS_RULES,
    Dataset.EXPENDITURE: EXPENDITURE_RULES,
    Dataset.MACRO: MACRO_RULES,
}


@dataclass(frozen=True, slots=True)
class Validated:
    """What validation gives. `content` is None when any finding is an error."""

    rows: int
    content: pl.DataFrame | None
    """`editions.staged_schema` of the dataset, in the file's order."""
    findings: tuple[Finding, ...]


def validate(source: SourceTable, *, dataset: Dataset, context: Context) -> Validated:
    """Check every row of a file by every rule of its dataset.

    Order of the findings: those of the file, then by row, then by column.
    """
    prepared = prepare(source, dataset)
    if prepared.frame.is_empty():
        empty = make_finding("sin_registros", row=source.header.row)
        return Validated(0, None, (*source.findings, *prepared.findings, empty))
    rules = DATASET_RULES[dataset]
    frame = rules.understand(prepared.frame, context)
    found = run_checks(frame, tuple(rules.checks(context)), dataset=dataset, header=source.header)
    rows = sorted((*bound_findings(prepared.findings), *found), key=lambda finding: finding.row or 0)
    findings = (*bound_findings(source.findings), *find_foreign_columns(source.header), *rows)
    content = None if any(is_error(finding) for finding in findings) else _content(frame, dataset, rules)
    return Validated(frame.height, content, findings)


def _content(frame: pl.DataFrame, dataset: Dataset, rules: DatasetRules) -> pl.DataFrame:
    columns = {"row": pl.col("row"), "unresolved": _unresolved(frame, rules.kept_if_unknown), **rules.content}
    return frame.select(
        columns.get(key, value(key)).cast(kind).alias(key) for key, kind in staged_schema(dataset).items()
    )


def _unresolved(frame: pl.DataFrame, keys: tuple[str, ...]) -> pl.Expr:
    """The texts that no catalogue knows as a JSON object by key, null in the rows that have none."""
    if not keys:
        return pl.lit(None, pl.String)
    flags = [is_unreadable(key) for key in keys]
    left = frame.select(
        pl.int_range(pl.len()).alias("place"),
        pl.any_horizontal(flags).alias("any"),
        *(pl.when(flag).then(pl.col(key)).alias(key) for key, flag in zip(keys, flags, strict=True)),
    ).filter("any")
    texts = {
        row["place"]: json.dumps({k: row[k] for k in keys if row[k] is not None}, ensure_ascii=False)
        for row in left.iter_rows(named=True)
    }
    places = pl.int_range(pl.len())
    return places.replace_strict(list(texts), list(texts.values()), default=None, return_dtype=pl.String)
