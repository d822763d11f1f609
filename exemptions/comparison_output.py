"""Comparison and differences as programs and spreadsheets read them: dictionaries for JSON, and CSV."""

from __future__ import annotations

import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import polars as pl

from exemptions.comparison import BatchComparison, Mover
from exemptions.guard_texts import describe_hold
from exemptions.guards import Hold
from exemptions.row_differences import RowChange, public_key
from exemptions.totals import Quantity

_SLICE_ROWS = 20_000
_BYTE_ORDER_MARK = "\ufeff"
_NUMBER = r"^-?\d+(\.\d+)?$"
_FORMULA = r"^[=+\-@\t\r]"
"""What a spreadsheet would run; a plain negative number is none."""


def hold_dict(hold: Hold, *, lang: str) -> dict[str, Any]:
    """A hold with its sentence in `lang`."""
    return {**hold.as_dict(), "message": describe_hold(hold).text(lang)}


def comparison_dict(comparison: BatchComparison, *, lang: str) -> dict[str, Any]:
    """The comparison for JSON; amounts in quetzales."""
    return {
        "batch": comparison.batch,
        "dataset": comparison.dataset,
        "state": comparison.state,
        "before": comparison.before,
        "added": comparison.counts.added,
        "ended": comparison.counts.ended,
        "changed": comparison.counts.changed,
        "after": comparison.after,
        "touched_pct": comparison.touched_pct,
        "guards": [hold_dict(hold, lang=lang) for hold in comparison.holds],
        "categories": [
            {name: getattr(one, name) for name in ("category", "before", "added", "ended", "changed", "after")}
            for one in comparison.categories
        ],
        "new_categories": list(comparison.new_categories),
        "vanished_categories": list(comparison.vanished_categories),
        "fields": dict(comparison.fields),
        "movers": {
            str(public_key(quantity)): [_mover(mover, quantity) for mover in movers]
            for quantity, movers in (
                (Quantity.AMOUNT, comparison.amount_movers),
                (Quantity.JOBS, comparison.jobs_movers),
            )
        },
        "totals": [
            {
                "quantity": public_key(total.quantity),
                "period": total.period or None,
                "meaning": total.meaning or None,
                "before": _figure(total.before, total.quantity),
                "after": _figure(total.after, total.quantity),
                "rows_before": total.rows_before,
                "rows_after": total.rows_after,
                "percent": total.percent,
            }
            for total in comparison.totals
        ],
    }


def change_dict(change: RowChange) -> dict[str, Any]:
    """One difference for JSON: kind, record_id, the key, the fields with their value before and after, and a reason."""
    return {
        "kind": str(change.kind),
        "record_id": change.record_id,
        **change.key,
        "name": change.name,
        "fields": {name: list(values) for name, values in change.fields.items()},
        "reason": change.reason,
    }


def iter_csv(differences: pl.DataFrame) -> Iterator[bytes]:
    """The differences as CSV for a spreadsheet: a byte order mark, a header, and no cell that it would run.

    Order: that of `differences`.
    """
    yield (_BYTE_ORDER_MARK + ",".join(differences.columns) + "\r\n").encode()
    for part in differences.iter_slices(_SLICE_ROWS):
        sink = io.BytesIO()
        part.with_columns(_harmless(pl.col(name)) for name in part.columns).write_csv(
            sink, include_header=False, line_terminator="\r\n"
        )
        yield sink.getvalue()


def _harmless(cell: pl.Expr) -> pl.Expr:
    runs = cell.str.contains(_FORMULA) & ~cell.str.contains(_NUMBER)
    return pl.when(runs).then(pl.lit("'") + cell).otherwise(cell).name.keep()


def _mover(mover: Mover, quantity: Quantity) -> dict[str, Any]:
    told = {name: getattr(mover, name) for name in ("nit", "name", "category", "resolution")}
    figures = {name: _figure(getattr(mover, name), quantity) for name in ("before", "after", "change")}
    return {**told, "of": mover.of or None, **figures}


def _figure(value: int | None, quantity: Quantity) -> int | Decimal | None:
    if value is None or quantity is Quantity.JOBS:
        return value
    return Decimal(value) / 100
