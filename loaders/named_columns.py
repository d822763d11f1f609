"""Putting together the table of a container that names its columns itself: JSON and Parquet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pyarrow as pa

from exemptions.columns import Kind
from exemptions.datasets import DATASET_COLUMNS
from loaders.mapping import read_header, unknown_columns
from loaders.options import Header, ReadOptions, SourceTable


def build_source(
    columns: Mapping[str, pa.ChunkedArray], rows: int, header: Header, options: ReadOptions
) -> SourceTable:
    """The table of a file whose header was found among its columns; rows count from 1."""
    table = {"row": pa.array(range(1, rows + 1), pa.int64())}
    table |= {key: columns[name] for name, key in zip(header.names, header.keys, strict=True) if key is not None}
    return SourceTable(pa.table(table), header, None, tuple(unknown_columns(header, options)))


def list_columns(options: ReadOptions) -> Callable[[str], bool]:
    """Whether a column of that name holds several codes, so that a list of texts in it is clear."""
    lists = {column.key for column in DATASET_COLUMNS[options.dataset] if column.kind is Kind.LIST}
    return lambda name: read_header([name], None, options).keys[0] in lists


def joined(items: Sequence[str]) -> str:
    """Several codes as one text, as they are written in a cell."""
    return ";".join(items)
