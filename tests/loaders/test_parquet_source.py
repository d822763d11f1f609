"""Parquet: typed columns become the text of a sheet, and what cannot is refused by column and type."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from loaders import limits
from loaders.options import ReadingRefused, ReadOptions, SourceTable
from loaders.source import read_source
from tests.loaders.registry_files import HEADERS, permanent

LIMIT = 10**9
DAY, MORNING = datetime(2020, 12, 4), datetime(2020, 12, 4, 8, 30)  # noqa: DTZ001


def write(path: Path, key: str, column: pa.Array) -> Path:
    """A file of clean records with one column of its own."""
    record = permanent(1)
    columns = {header: pa.array([record.get(name)] * len(column), pa.string()) for name, header in HEADERS.items()}
    pq.write_table(pa.table(columns | {HEADERS[key]: column, "OTRA": pa.array([[1]] * len(column))}), path)
    return path


def read(path: Path) -> SourceTable:
    return read_source(path, ReadOptions(mapping={"OTRA": "-"}), max_bytes=LIMIT)


def refusal(path: Path) -> list[tuple[str, str, str | None]]:
    with pytest.raises(ReadingRefused) as refused:
        read(path)
    return [(finding.rule, finding.column, finding.value) for finding in refused.value.findings]


@pytest.mark.parametrize(
    ("key", "column", "texts"),
    [
        ("jobs", pa.array([28, None], pa.int8()), ["28", ""]),
        ("nit", pa.array([8000000100171234567], pa.uint64()), ["8000000100171234567"]),
        ("jobs", pa.array([28.0, None, 0.5]), ["28", "", "0.5"]),
        ("nit", pa.array([8000000100171234.0]), ["8.000000100171234E+15"]),
        ("amount_gtq", pa.array([Decimal("707045.10"), Decimal("3.00")], pa.decimal128(18, 2)), ["707045.10", "3"]),
        ("amount_gtq", pa.array([Decimal("-0.05")], pa.decimal256(40, 2)), ["-0.05"]),
        ("valid_from", pa.array([date(2020, 12, 4), None]), ["2020-12-04", ""]),
        ("valid_from", pa.array([DAY, MORNING], pa.timestamp("ns")), ["2020-12-04", "2020-12-04 08:30:00"]),
        ("name", pa.array(["Ñandú", None], pa.large_string()), ["Ñandú", ""]),
        ("name", pa.array(["Ñandú".encode()], pa.binary()), ["Ñandú"]),
        ("name", pa.array(["a", "b", "a"]).dictionary_encode(), ["a", "b", "a"]),
        ("taxes", pa.array([["ISR", "IVA"], [], None]), ["ISR;IVA", "", ""]),
        ("status_reason", pa.nulls(2), ["", ""]),
        ("name", pa.array([True]), ["VERDADERO"]),
    ],
)
def test_parquet__a_typed_value_is_the_text_of_a_sheet(
    key: str, column: pa.Array, texts: list[str], tmp_path: Path
) -> None:
    source = read(write(tmp_path / "a.parquet", key, column))
    assert source.table[key].to_pylist() == texts
    assert source.table["row"].to_pylist() == list(range(1, len(texts) + 1))


@pytest.mark.parametrize(
    ("key", "column", "kind"),
    [
        ("name", pa.array([["a"]]), "list<element: string>"),
        ("name", pa.array([{"a": 1}]), "struct<a: int64>"),
        ("taxes", pa.array([[1]]), "list<element: int64>"),
        ("valid_from", pa.array([datetime(2020, 12, 4, tzinfo=UTC)]), "timestamp[us, tz=UTC]"),
        ("valid_from", pa.array([5], pa.time32("s")), "time32[ms]"),
    ],
)
def test_parquet__a_type_that_is_no_single_value_is_refused(
    key: str, column: pa.Array, kind: str, tmp_path: Path
) -> None:
    assert refusal(write(tmp_path / "a.parquet", key, column)) == [("tipo_no_admitido", HEADERS[key], kind)]


def test_parquet__bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", "name", pa.array([b"\xff"], pa.binary()))
    assert [rule for rule, _, _ in refusal(path)] == ["archivo_danado"]


def test_parquet__rows_that_unfold_from_nothing_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_FREE_CELLS", 1_000)
    monkeypatch.setattr(limits, "_CELLS_PER_BYTE", 0)
    path = write(tmp_path / "a.parquet", "name", pa.repeat(pa.scalar("x"), 1_000))
    assert [rule for rule, _, _ in refusal(path)] == ["libro_demasiado_grande"]


@pytest.mark.parametrize("cut", [20, 300])
def test_parquet__a_truncated_file_is_refused(cut: int, tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", "name", pa.array(["x"]))
    path.write_bytes(path.read_bytes()[:-cut])
    assert [rule for rule, _, _ in refusal(path)] == ["archivo_danado"]


def test_parquet__a_page_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", "name", pa.array(["NUBE ROTA"]))
    pq.write_table(pq.read_table(path), path, compression="none", use_dictionary=False, write_statistics=False)
    data = path.read_bytes()
    assert data.count(b"NUBE ROTA") == 1
    path.write_bytes(data.replace(b"NUBE ROTA", b"NUBE \xff\xfe\x80\x80"))
    with pytest.raises(ReadingRefused) as refused:
        read(path)
    assert [finding.rule for finding in refused.value.findings] == ["archivo_danado"]
    assert "UTF8" in refused.value.findings[0].detail["reason"]
