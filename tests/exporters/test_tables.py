"""What an Arrow file of a release holds: the values that are shown, and nothing else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from exporters.tables import erase_nulls, read_arrow, to_batch, write_arrow

SECRET = "800000078614"
SCHEMA = pa.schema(
    [
        ("text", pa.string()),
        ("code", pa.dictionary(pa.int32(), pa.string())),
        ("number", pa.int64()),
        ("day", pa.date32()),
    ]
)


def hiding(values: pa.Array, shown: list[bool]) -> pa.Array:
    """`values` of which some are marked as null and all stay in memory."""
    mask = pa.array(shown).buffers()[1]
    return pa.Array.from_buffers(values.type, len(values), [mask, *values.buffers()[1:]])


@pytest.mark.parametrize(
    ("values", "trace"),
    [
        (pa.array(["uno", SECRET, "dos"]), SECRET.encode()),
        (pa.array([1, int(SECRET), 2]), int(SECRET).to_bytes(8, "little")),
        (pa.array([date(2020, 1, 1), date(2031, 7, 5), date(2020, 1, 2)]), (22465).to_bytes(4, "little")),
    ],
)
def test_erase_nulls__leaves_no_byte_of_a_hidden_value(values: pa.Array, trace: bytes) -> None:
    hidden = hiding(values, [True, False, True])
    assert any(trace in buffer.to_pybytes() for buffer in hidden.buffers() if buffer)
    erased = erase_nulls(hidden)
    erased.validate(full=True)
    assert erased.equals(hidden)
    assert not any(trace in buffer.to_pybytes() for buffer in erased.buffers() if buffer)


def test_write_arrow__a_withheld_value_is_in_no_byte_of_the_file(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "text": ["uno", SECRET, "tres"],
            "code": ["ASOC", SECRET, "ASOC"],
            "number": [1, int(SECRET), 3],
            "day": [date(2020, 1, 1), date(2031, 7, 5), None],
            "hidden": [False, True, False],
        }
    )
    masked = frame.with_columns(pl.when(~pl.col("hidden")).then(pl.col(name)).alias(name) for name in SCHEMA.names)
    write_arrow(tmp_path / "t.arrow", to_batch(masked, SCHEMA))
    content = (tmp_path / "t.arrow").read_bytes()
    assert SECRET.encode() not in content
    assert int(SECRET).to_bytes(8, "little") not in content
    assert read_arrow(tmp_path / "t.arrow").to_pylist() == masked.select(SCHEMA.names).to_dicts()


def test_to_batch__a_table_without_rows_keeps_its_schema() -> None:
    frame = pl.DataFrame(schema={"text": pl.String, "code": pl.String, "number": pl.Int64, "day": pl.Date})
    batch = to_batch(frame, SCHEMA)
    assert batch.schema == SCHEMA
    assert batch.num_rows == 0
