"""The registry: what its columns mean together, its checks, and the content of a record."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from exemptions.datasets import Dataset
from loaders.checks import Check, Context, DatasetRules, value
from loaders.checks_benefit import benefit_checks, fill_jobs_kind
from loaders.checks_codes import code_checks, parse_codes
from loaders.checks_dates import date_checks, parse_dates
from loaders.checks_numbers import number_checks, parse_numbers
from loaders.checks_places import parse_places, place_checks
from loaders.checks_taxpayer import parse_taxpayers, taxpayer_checks
from loaders.checks_text import text_checks
from loaders.checks_together import compare_records, together_checks

_DATES = ("notified_on", "valid_from", "valid_until")
_KEPT_IF_UNKNOWN = ("authority", "status", "taxes", "activity", "department", "municipality", "jobs_kind")


def _understand(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    frame = parse_codes(frame, context.catalogs)
    frame = parse_taxpayers(frame)
    frame = parse_places(frame, context.catalogs)
    frame = fill_jobs_kind(parse_numbers(parse_dates(frame, _DATES)))
    return compare_records(frame)


def _checks(context: Context) -> Iterator[Check]:
    yield from taxpayer_checks()
    yield from text_checks(Dataset.REGISTRY, _KEPT_IF_UNKNOWN)
    yield from code_checks(context)
    yield from place_checks(context)
    yield from date_checks(context, _DATES)
    yield from number_checks(context)
    yield from benefit_checks()
    yield from together_checks()


REGISTRY_RULES = DatasetRules(
    understand=_understand,
    checks=_checks,
    content={
        "resolution": pl.col("resolution").fill_null(""),
        "name": pl.col("name"),
        "exempt_type": pl.col("category.type"),
        "status_reason": pl.col("status_reason"),
        "amount_cents": value("amount_gtq"),
    },
    kept_if_unknown=_KEPT_IF_UNKNOWN,
)
