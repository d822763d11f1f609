"""No identifier lies below what readers show: behind a null, in an unused word, between buffers, in the index."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from exemptions.errors import PrivateIdentifierFound
from exemptions.index import write_index
from exporters import scan_bytes
from exporters.scan import scan_folder, scan_hidden
from exporters.tables import write_arrow
from tests.exemptions.releases import invented_nit, record, records_table
from tests.exporters.staging import Home, natural, row

SECRET = "800000078614"
PRIVATE = pl.Series([SECRET])


def write(folder: Path, *columns: pa.Array) -> Path:
    path = folder / "t.arrow"
    write_arrow(path, pa.RecordBatch.from_arrays(list(columns), [f"c{n}" for n in range(len(columns))]))
    return path


def hidden(values: list[str], shown: list[bool]) -> pa.Array:
    """Texts of which some are marked as null and all stay in memory."""
    array = pa.array(values)
    return pa.Array.from_buffers(array.type, len(array), [pa.array(shown).buffers()[1], *array.buffers()[1:]])


def places(folder: Path, private: pl.Series = PRIVATE) -> tuple[str, ...]:
    with pytest.raises(PrivateIdentifierFound) as caught:
        scan_hidden(folder, private)
    assert private[0] not in str(caught.value) + caught.value.es
    return caught.value.places


@pytest.mark.parametrize(
    "column",
    [
        hidden(["uno", SECRET, "dos"], [True, False, True]),
        hidden(["uno", f"NIT {SECRET}", "dos"], [True, False, True]),
        # The digits of a shown value and of the hidden one after it.
        hidden(["uno 80000", "0078614", "dos"], [True, False, True]),
        pa.array(["uno", SECRET, "dos"]).dictionary_encode().slice(0, 1),
        pa.array([0, int.from_bytes(SECRET[:8].encode(), "little"), int.from_bytes(SECRET[4:].encode(), "little")]),
    ],
)
def test_scan_hidden__finds_what_readers_do_not_show(tmp_path: Path, column: pa.Array) -> None:
    private = pl.Series([SECRET if pa.types.is_string(column.type) else SECRET[:8] + SECRET[4:]])
    if isinstance(column, pa.DictionaryArray):
        private = PRIVATE
        column = pa.DictionaryArray.from_arrays(column.indices, hidden(["uno", SECRET, "dos"], [True, False, True]))
    path = write(tmp_path, pa.array(range(len(column))), column)
    scan_folder(tmp_path, private)
    (place,) = places(tmp_path, private)
    start = int(place.removeprefix("t.arrow:byte "))
    assert path.read_bytes()[start : start + len(private[0])] == private[0].encode()


def test_scan_hidden__finds_numbers_in_the_metadata_of_the_file(tmp_path: Path) -> None:
    batch = pa.RecordBatch.from_arrays([pa.array([1])], [f"c{SECRET}"])
    write_arrow(tmp_path / "t.arrow", batch)
    assert places(tmp_path)


def test_scan_hidden__finds_a_number_across_the_border_of_two_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, hidden(["x" * 300, SECRET], [True, False]))
    start = path.read_bytes().index(SECRET.encode())
    for size in (start - 1, start, start + 1, start + 11):
        monkeypatch.setattr(scan_bytes, "_BLOCK_BYTES", size)
        assert places(tmp_path) == (f"t.arrow:byte {start}",)


def test_scan_hidden__the_end_of_one_shown_number_and_the_start_of_the_next_are_no_third(tmp_path: Path) -> None:
    write(tmp_path, pa.array(["17800000", None, "078614", "123"]), pa.array(["a", "b", "c", "d"]))
    scan_hidden(tmp_path, PRIVATE)


def test_scan_hidden__short_numbers_are_left_to_the_look_at_the_cells(tmp_path: Path) -> None:
    write(tmp_path, hidden(["uno", SECRET, "dos"], [True, False, True]))
    scan_hidden(tmp_path, pl.Series(["8000000", "78614"]))


@pytest.mark.parametrize("column", ["nit", "name", "authority", "taxes"])
def test_scan_hidden__finds_words_of_the_index(tmp_path: Path, column: str) -> None:
    number = next(invented_nit(n) for n in range(100) if invented_nit(n).endswith("K"))
    found = {**record(1), "nit": None, column: f"Obras {number}" if column == "name" else number}
    write_index(records_table([record(2), found, record(3)]), tmp_path / "index")
    fields = {"name": "text", "taxes": "taxes"}
    assert f"index:{fields.get(column, column)}" in places(tmp_path, pl.Series([number]))


def test_scan_hidden__passes_an_index_without_them(tmp_path: Path) -> None:
    write_index(records_table([record(n) for n in range(1, 30)]), tmp_path / "index")
    scan_hidden(tmp_path, PRIVATE)


def test_scan_hidden__finds_bytes_in_the_files_of_the_index(tmp_path: Path) -> None:
    write_index(records_table([record(1)]), tmp_path / "index")
    (tmp_path / "index" / "left.over").write_bytes(b"\xff\x00" + SECRET.encode())
    assert places(tmp_path) == ("index/left.over:byte 2",)


def test_publish__looks_below_what_readers_show(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.release([natural(1), row(2)])
    before = home.pointer()
    home.approve([natural(1, name="Otra,Persona,,1"), row(2), row(3)])
    with monkeypatch.context() as patched:
        # As if a writer left a withheld number in memory that it marks as null.
        patched.setattr("exporters.tables.erase_nulls", lambda array: _with_leak(array, invented_nit(1)))
        with pytest.raises(PrivateIdentifierFound) as caught:
            home.publish()
    assert any(place.startswith("records.arrow:byte") for place in caught.value.places)
    assert home.pointer() == before
    assert home.publish().release == 2


def _with_leak(array: pa.Array, number: str) -> pa.Array:
    if not pa.types.is_string(array.type) or not array.null_count:
        return array
    return hidden([number if text is None else text for text in array.to_pylist()], array.is_valid().to_pylist())
