"""What the book of record keeps of one record, as a frame: the shape of staged files and of history alike."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

KEY: tuple[str, ...] = ("nit", "category", "resolution")
"""Identifies a record when files are compared; `resolution` is "" where the benefit has none."""

CONTENT_SCHEMA: Mapping[str, type[pl.DataType]] = {
    "nit": pl.String,
    "category": pl.String,
    "resolution": pl.String,
    "name": pl.String,
    "person_kind": pl.String,
    "exempt_type": pl.String,
    "authority": pl.String,
    "notified_on": pl.Date,
    "valid_from": pl.Date,
    "valid_until": pl.Date,
    "status": pl.String,
    "status_reason": pl.String,
    "taxes": pl.String,
    "activity": pl.String,
    "department": pl.String,
    "municipality": pl.String,
    "jobs": pl.Int64,
    "jobs_year": pl.Int64,
    "jobs_kind": pl.String,
    "amount_cents": pl.Int64,
    "amount_year": pl.Int64,
    "unresolved": pl.String,
}
"""Column → type. `unresolved` is a JSON object of the texts that no catalogue knows, by key; null when none."""

STAGED_SCHEMA: Mapping[str, type[pl.DataType]] = {"row": pl.Int64, **CONTENT_SCHEMA}
"""A staged file: the content and the row of the source file it came from."""
