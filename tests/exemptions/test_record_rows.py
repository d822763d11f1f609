"""The row of a record by its identifier, as the index's folder keeps it."""

from __future__ import annotations

import secrets
from pathlib import Path

import pyarrow as pa
import pytest

from exemptions.history import draw_record_ids
from exemptions.record_rows import find_row, map_record_rows, write_record_rows


@pytest.mark.parametrize("count", [0, 1, 2, 1_000])
def test_record_rows__give_the_row_of_every_record_and_of_no_other(tmp_path: Path, count: int) -> None:
    *ids, stranger = draw_record_ids(count + 1)
    write_record_rows(pa.array(ids, pa.string()), tmp_path)
    rows = map_record_rows(tmp_path)
    assert rows is not None
    assert len(rows) == count
    assert [find_row(rows, pa.array(ids, pa.string()), one) for one in ids] == list(range(count))
    for absent in (stranger, "", "~", "\ud800", secrets.token_hex(20)):
        assert find_row(rows, pa.array(ids, pa.string()), absent) is None


def test_record_rows__are_absent_in_an_old_index(tmp_path: Path) -> None:
    assert map_record_rows(tmp_path) is None
