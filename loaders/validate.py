"""Validation: every rule on every record, and the content that a file without errors gives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from exemptions.batches import Finding
from exemptions.content import CONTENT_SCHEMA
from exemptions.datasets import Dataset
from loaders.checks import Check, Context, is_unreadable, run_checks, value
from loaders.checks_benefit import benefit_checks, fill_jobs_kind
from loaders.checks_codes import code_checks, parse_codes
from loaders.checks_dates import date_checks, parse_dates
from loaders.checks_numbers import number_checks, parse_numbers
from loaders.checks_places import parse_places, place_checks
from loaders.checks_taxpayer import parse_taxpayers, taxpayer_checks
from loaders.checks_text import text_checks
from loaders.checks_together import compare_records, together_checks
from loaders.options import SourceTable
from loaders.prepare import prepare
from loaders.rules import is_error, make_finding

KEPT_IF_UNKNOWN = ("authority", "status", "taxes", "activity", "department", "municipality", "jobs_kind")
"""Optional codes: a text that no catalogue knows is kept beside the record and not published."""


@dataclass(frozen=True, slots=True)
class Validated:
    """What validation gives. `content` is None when any finding is an error."""

    rows: int
    content: pl.DataFrame | None
    """`STAGED_SCHEMA`, in the file's order."""
    findings: tuple[Finding, ...]


def validate(source: SourceTable, *, dataset: Dataset, context: Context) -> Validated:
    """Check every record of a file by every rule.

    Order of the findings: those of the file, then by row, then by column.
    """
    prepared = prepare(source, dataset)
    if prepared.frame.is_empty():
        return Validated(0, None, (*source.findings, make_finding("sin_registros", row=source.header.row)))
    frame = _understand(prepared.frame, context)
    found = run_checks(frame, tuple(_checks(context)), dataset=dataset, header=source.header)
    rows = sorted((*prepared.findings, *found), key=lambda finding: finding.row or 0)
    findings = (*source.findings, *rows)
    content = None if any(is_error(finding) for finding in findings) else _content(frame)
    return Validated(frame.height, content, findings)


def _understand(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    frame = parse_codes(frame, context.catalogs)
    frame = parse_taxpayers(frame)
    frame = parse_places(frame, context.catalogs)
    frame = fill_jobs_kind(parse_numbers(parse_dates(frame)))
    return compare_records(frame)


def _checks(context: Context) -> Iterator[Check]:
    yield from taxpayer_checks()
    yield from text_checks(KEPT_IF_UNKNOWN)
    yield from code_checks(context)
    yield from place_checks(context)
    yield from date_checks(context)
    yield from number_checks(context)
    yield from benefit_checks()
    yield from together_checks()


def _content(frame: pl.DataFrame) -> pl.DataFrame:
    from_source = {
        "resolution": pl.col("resolution").fill_null(""),
        "name": pl.col("name"),
        "exempt_type": pl.col("category.type"),
        "status_reason": pl.col("status_reason"),
        "amount_cents": value("amount_gtq"),
        "unresolved": _unresolved(frame),
    }
    columns = [pl.col("row")]
    columns += [from_source.get(key, value(key)).cast(kind).alias(key) for key, kind in CONTENT_SCHEMA.items()]
    return frame.select(columns)


def _unresolved(frame: pl.DataFrame) -> pl.Expr:
    """The texts that no catalogue knows as a JSON object by key, null in the rows that have none."""
    flags = [is_unreadable(key) for key in KEPT_IF_UNKNOWN]
    left = frame.select(
        pl.int_range(pl.len()).alias("place"),
        pl.any_horizontal(flags).alias("any"),
        *(pl.when(flag).then(pl.col(key)).alias(key) for key, flag in zip(KEPT_IF_UNKNOWN, flags, strict=True)),
    ).filter("any")
    texts = {
        row["place"]: json.dumps({k: row[k] for k in KEPT_IF_UNKNOWN if row[k] is not None}, ensure_ascii=False)
        for row in left.iter_rows(named=True)
    }
    places = pl.int_range(pl.len())
    return places.replace_strict(list(texts), list(texts.values()), default=None, return_dtype=pl.String)
