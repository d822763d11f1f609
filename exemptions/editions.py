"""An edition is the content of one file of any dataset; here records and facts are read, compared and applied alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl
from sqlalchemy.orm import Session

from exemptions.content import STAGED_SCHEMA
from exemptions.datasets import Dataset, Mode
from exemptions.fact_content import FACTS
from exemptions.fact_history import apply_facts, compare_facts, overlay_facts, read_facts, restore_facts
from exemptions.history import (
    Comparison,
    compare,
    overlay,
    prepare_entry,
    read_content,
    restore_content,
    write_entry,
)


def staged_schema(dataset: Dataset) -> Mapping[str, type[pl.DataType]]:
    """The shape of a staged file of the dataset: the row of the source file, then the content."""
    return STAGED_SCHEMA if dataset is Dataset.REGISTRY else FACTS[dataset].staged_schema


def read_current(session: Session, dataset: Dataset, *, release: int | None = None) -> pl.DataFrame:
    """What holds in the book, or held at `release`.

    Shape: `history.CURRENT_SCHEMA` for the registry, else `fact_history.current_schema`.
    """
    if dataset is Dataset.REGISTRY:
        return read_content(session, release=release)
    return read_facts(session, FACTS[dataset], release=release)


def compare_edition(current: pl.DataFrame, incoming: pl.DataFrame, *, dataset: Dataset, mode: Mode) -> Comparison:
    """What an edition would add, end and change."""
    if dataset is Dataset.REGISTRY:
        return compare(current, incoming, mode=mode)
    return compare_facts(current, incoming, FACTS[dataset], mode=mode)


def overlay_edition(
    current: pl.DataFrame, incoming: pl.DataFrame, *, dataset: Dataset, mode: Mode, cutoff: date
) -> pl.DataFrame:
    """`current` as it would stand after the edition."""
    if dataset is Dataset.REGISTRY:
        return overlay(current, incoming, mode=mode, cutoff=cutoff)
    return overlay_facts(current, incoming, FACTS[dataset], mode=mode)


def apply_edition(
    session: Session,
    current: pl.DataFrame,
    comparison: Comparison,
    *,
    dataset: Dataset,
    release: int,
    batch: int,
    cutoff: date,
) -> None:
    """Write what an edition changes in `current`, the book's content, into the book as part of `release`."""
    if dataset is Dataset.REGISTRY:
        entry = prepare_entry(session, current, comparison, release=release, cutoff=cutoff)
        write_entry(session, entry, release=release, batch=batch)
    else:
        apply_facts(session, comparison, FACTS[dataset], release=release, batch=batch)


def restore_editions(session: Session, *, source: int, release: int) -> None:
    """Make the book hold, from `release` on, all that it held at `source`."""
    restore_content(session, source=source, release=release)
    restore_facts(session, source=source, release=release)
