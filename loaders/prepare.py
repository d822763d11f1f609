"""From the text of a file to the frame that checks work on: all keys, outer white space gone, blank rows set apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from exemptions.datasets import DATASET_COLUMNS, Dataset
from exemptions.finding import Finding
from loaders.checks_text import FREE_TEXT
from loaders.guides import is_example
from loaders.options import SourceTable
from loaders.rules import make_finding


@dataclass(frozen=True, slots=True)
class Prepared:
    """The records of a file: `row`, every key as trimmed text, and free texts as they came under `<key>.raw`."""

    frame: pl.DataFrame
    findings: tuple[Finding, ...]


def prepare(source: SourceTable, dataset: Dataset) -> Prepared:
    """The records of a file, with a finding for every example row and every run of blank rows between the records.

    Blank rows after the last record are the rest of a sheet and are not told.
    """
    keys = [column.key for column in DATASET_COLUMNS[dataset]]
    # A copy that Polars owns: checks filter and join it many times, which mapped chunks make slow.
    raw = pl.DataFrame(pl.from_arrow(source.table, rechunk=True))
    absent = [pl.lit(None, pl.String).alias(key) for key in keys if key not in raw.columns]
    raw = raw.with_columns(absent)
    trimmed = raw.with_columns(_blank_is_null(pl.col(key).str.strip_chars()).alias(key) for key in keys)
    frame = trimmed.hstack([raw.get_column(key).alias(f"{key}.raw") for key in FREE_TEXT[dataset]])
    blank = pl.all_horizontal(pl.col(key).is_null() for key in keys)
    last = frame.filter(~blank).get_column("row").max()
    between = frame.filter(blank & (pl.col("row") < pl.lit(last, pl.Int64))).get_column("row")
    example = is_example(dataset)
    examples = (make_finding("fila_de_ejemplo", row=row) for row in frame.filter(example).get_column("row"))
    return Prepared(frame.filter(~blank & ~example), (*examples, *_blank_runs(between)))


def _blank_runs(rows: pl.Series) -> Iterator[Finding]:
    """Yield one finding a run: a stray cell at the foot of a sheet stands after a million blank rows."""
    runs = rows.to_frame("row").group_by(pl.col("row") - pl.int_range(pl.len()), maintain_order=True)
    for _, first, last in runs.agg(first=pl.col("row").first(), last=pl.col("row").last()).iter_rows():
        if first == last:
            yield make_finding("fila_en_blanco", row=first)
        else:
            yield make_finding("filas_en_blanco", row=first, last=last)


def _blank_is_null(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "").then(text)
