"""The differences that a batch makes, as files: CSV for spreadsheets, JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import polars as pl

from api.json_text import encode_json
from exemptions.datasets import Dataset
from exemptions.row_differences import RowChange, iter_changes

_SLICE_ROWS = 16_384
_BYTE_ORDER_MARK = "\ufeff".encode()
_RUNNABLE = r"^[=+\-@\t\r]"
_NUMBER = r"^[+-]?[0-9][0-9.,]*$"


def stream_csv(differences: pl.DataFrame) -> Iterator[bytes]:
    """The differences for a spreadsheet: one line a field, no cell that it would run as a formula."""
    yield _BYTE_ORDER_MARK
    safe = differences.with_columns(_harmless(name) for name in differences.columns)
    for start in range(0, max(safe.height, 1), _SLICE_ROWS):
        sink = BytesIO()
        safe.slice(start, _SLICE_ROWS).write_csv(sink, include_header=start == 0, line_terminator="\r\n")
        yield sink.getvalue()


def stream_json(differences: pl.DataFrame, dataset: Dataset) -> Iterator[bytes]:
    """The differences as a JSON list: one object a row, its fields as `{key: [before, after]}`."""
    yield b"["
    separator = b"\n"
    for change in iter_changes(differences, dataset=dataset):
        yield separator + encode_json(_as_dict(change))
        separator = b",\n"
    yield b"\n]\n"


def _as_dict(change: RowChange) -> dict[str, object]:
    fields = {name: [before, after] for name, (before, after) in change.fields.items()}
    identity = {"kind": str(change.kind), "record_id": change.record_id, **change.key, "name": change.name}
    return {**identity, "fields": fields, "reason": change.reason}


def _harmless(name: str) -> pl.Expr:
    text = pl.col(name)
    runnable = text.str.contains(_RUNNABLE) & ~text.str.contains(_NUMBER)
    return pl.when(runnable).then(pl.concat_str(pl.lit("'"), text)).otherwise(text).alias(name)
