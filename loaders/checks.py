"""A check is a condition on columns and the rule it breaks; all checks of a file are evaluated together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl

from exemptions.catalogs import Catalogs
from exemptions.datasets import DATASET_COLUMNS, Dataset, Mode
from exemptions.fact_content import FACTS
from exemptions.fact_history import current_schema
from exemptions.finding import Finding
from exemptions.history import CURRENT_SCHEMA
from loaders.bounded import MOST_OF_A_RULE, left_out
from loaders.options import Header
from loaders.rules import WHOLE_ROW, make_finding

Standing = Callable[[Dataset], pl.DataFrame]
"""Gives the records or facts of a dataset as the book will hold them; asked only by the datasets that need it."""


def empty_book(dataset: Dataset) -> pl.DataFrame:
    """What a book without any file holds of a dataset."""
    schema = CURRENT_SCHEMA if dataset is Dataset.REGISTRY else current_schema(FACTS[dataset])
    return pl.DataFrame(schema=dict(schema))


@dataclass(frozen=True, slots=True)
class Context:
    """What checks compare with."""

    catalogs: Catalogs
    cutoff: date
    """Day from which the file's statuses hold; bounds the years that can be."""
    mode: Mode = Mode.REPLACE
    """Whether what the book holds and the file lacks will stay."""
    standing: Standing = empty_book


@dataclass(frozen=True, slots=True)
class DatasetRules:
    """How the files of one dataset are understood, checked, and turned into content."""

    understand: Callable[[pl.DataFrame, Context], pl.DataFrame]
    """Adds to the prepared frame what its texts mean, and whatever else the checks look at."""
    checks: Callable[[Context], Iterator[Check]]
    content: Mapping[str, pl.Expr]
    """Column of the content → where it comes from, for those that are not `<key>.value`."""
    kept_if_unknown: tuple[str, ...] = ()
    """Optional codes: a text that no catalogue knows is kept beside the content and not published."""


@dataclass(frozen=True, slots=True)
class Check:
    """One rule on one column.

    A frame under check has, for every key, the trimmed text under the key's name (null when blank) and what was
    understood of it under `<key>.value`.
    """

    rule: str
    key: str
    when: pl.Expr
    """True where the rule is broken; null counts as false."""
    detail: Mapping[str, pl.Expr] = field(default_factory=dict)
    """What the rule's sentences need, from other columns of the row."""
    explain: Callable[[str], Mapping[str, Any]] | None = None
    """What the rule's sentences need, from the value alone; asked once per distinct value."""
    shown: pl.Expr | None = None
    """The value that the finding repeats, if it is not the column's text."""


def value(key: str) -> pl.Expr:
    """The column that holds what was understood of a key."""
    return pl.col(f"{key}.value")


def is_unreadable(key: str) -> pl.Expr:
    """Where a cell has a text that was not understood."""
    return pl.col(key).is_not_null() & value(key).is_null()


def run_checks(frame: pl.DataFrame, checks: Sequence[Check], *, dataset: Dataset, header: Header) -> list[Finding]:
    """Everything that the checks find.

    Order: row, then the dataset's column order, then the order of the checks.
    """
    fired = frame.lazy().select(check.when.any().alias(str(n)) for n, check in enumerate(checks)).collect().row(0)
    labels = column_labels(dataset, header)
    places = {key: place for place, key in enumerate(labels)}
    found = [
        (finding.row or 0, places[check.key], finding)
        for check, broken in zip(checks, fired, strict=True)
        if broken
        for finding in _iter_findings(frame, check, labels[check.key])
    ]
    found.sort(key=lambda item: item[:2])
    return [finding for _, _, finding in found]


def column_labels(dataset: Dataset, header: Header) -> Mapping[str, str]:
    """Key → header as the file writes it, or as we do where the file lacks the column; in the dataset's order."""
    labels = {WHOLE_ROW: WHOLE_ROW}
    labels |= {column.key: header.name_of(column.key) or column.header for column in DATASET_COLUMNS[dataset]}
    return labels


def _iter_findings(frame: pl.DataFrame, check: Check, label: str) -> Iterator[Finding]:
    shown = pl.lit(None, pl.String) if check.key == WHOLE_ROW else pl.col(check.key)
    broken = frame.filter(check.when).select(
        pl.col("row"), (shown if check.shown is None else check.shown).alias("value"), **check.detail
    )
    explain = lru_cache(maxsize=None)(check.explain) if check.explain else None
    for row, text, *details in broken.head(MOST_OF_A_RULE).iter_rows():
        detail = dict(zip(check.detail, (_plain(part) for part in details), strict=True))
        if explain is not None:
            detail |= explain(text or "")
        yield make_finding(check.rule, row=row, column=label, key=check.key, value=_plain(text), **detail)
    if broken.height > MOST_OF_A_RULE:
        yield left_out(make_finding(check.rule, column=label, key=check.key), broken.height - MOST_OF_A_RULE)


def _plain(part: Any) -> Any:
    """A value as the book's JSON can keep it."""
    return part.isoformat() if isinstance(part, date) else part
