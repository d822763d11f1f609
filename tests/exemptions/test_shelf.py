"""Frames put aside on the disk."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from exemptions.shelf import shelve


@pytest.mark.parametrize("rows", [0, 3])
def test_shelve__gives_the_same_frame_and_leaves_no_file(tmp_path: Path, rows: int) -> None:
    frame = pl.DataFrame(
        {
            "text": ["", None, "un nombre más largo que doce bytes"],
            "number": [1, None, 3],
            "day": [date(2026, 1, 1), None, date.max],
        }
    ).head(rows)

    shelved = shelve(frame, tmp_path)

    assert shelved.equals(frame)
    assert shelved.schema == frame.schema
    assert not list(tmp_path.iterdir())


def test_shelve__keeps_the_rows_of_a_part_alone(tmp_path: Path) -> None:
    frame = pl.DataFrame({"text": [f"un nombre más largo que doce bytes {n}" for n in range(1000)]})

    part = shelve(frame.tail(2), tmp_path)

    assert part.equals(frame.tail(2))
    assert part.estimated_size() < frame.estimated_size() / 10
