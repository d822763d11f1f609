import codecs
import csv
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from exemptions.columns import COLUMN, KEYS, exchange_schema, table_schema
from exemptions.errors import TooManyRows
from exporters.formats import FORMATS
from exporters.xlsx_rows import FIRST_DAY

BLANK: dict[str, Any] = {
    "record_id": "aaaaaaaaaaaaaaaa",
    "person_kind": "legal",
    "exempt_type": "BFT",
    "exempt_type_name": "Beneficio fiscal temporal",
    "category": "ENR",
    "category_name": "Energía renovable",
    "permanence": "temporary",
    "status": "active",
    "jobs_status": "not_reported",
    "amount_status": "not_reported",
    "first_release": 1,
    "changed_release": 1,
}


def _batch(*rows: dict[str, Any]) -> pa.RecordBatch:
    full = [dict.fromkeys(KEYS) | BLANK | row for row in rows]
    return pa.RecordBatch.from_pylist(full, schema=table_schema())


def _write(name: str, *batches: pa.RecordBatch, **options: Any) -> bytes:
    return b"".join(FORMATS[name].stream(batches, **options))


def _sheet(data: bytes, number: int = 0) -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook(io.BytesIO(data)).worksheets[number].iter_rows(values_only=True))


ROW = {
    "nit": "800000000018",
    "name": 'Asociación "Ñandú", S.A.\nSede 2',
    "taxes": "ISR;IVA",
    "resolution": "=1+1",
    "valid_from": date(2026, 1, 31),
    "jobs": 0,
    "jobs_status": "reported",
    "amount_gtq": 123456710,
    "amount_status": "reported",
    "withheld_fields": "activity;municipality",
}
SOME = ("nit", "name", "taxes", "resolution", "valid_from", "jobs", "amount_gtq", "withheld_fields")


def test_csv__writes_values_exactly_as_published() -> None:
    assert _write("csv", _batch(ROW, {}), fields=SOME).decode() == (
        "nit,name,taxes,resolution,valid_from,jobs,amount_gtq,withheld_fields\r\n"
        '800000000018,"Asociación ""Ñandú"", S.A.\nSede 2",ISR;IVA,=1+1,2026-01-31,'
        "0,1234567.10,activity;municipality\r\n"
        ",,,,,,,\r\n"
    )


def test_ndjson__writes_lists_and_exact_numbers() -> None:
    assert _write("ndjson", _batch(ROW, {}), fields=SOME).decode() == (
        '{"nit":"800000000018","name":"Asociación \\"Ñandú\\", S.A.\\nSede 2","taxes":["ISR","IVA"],'
        '"resolution":"=1+1","valid_from":"2026-01-31","jobs":0,"amount_gtq":1234567.10,"withheld_fields":["activity","municipality"]}\n'
        '{"nit":null,"name":null,"taxes":null,"resolution":null,'
        '"valid_from":null,"jobs":null,"amount_gtq":null,"withheld_fields":null}\n'
    )


def test_json__writes_one_array_of_the_same_objects() -> None:
    batches = (_batch(ROW), _batch(), _batch({}, ROW))
    array = json.loads(_write("json", *batches))
    assert array == [json.loads(line) for line in _write("ndjson", *batches).splitlines()]
    assert len(array) == 3
    assert list(array[0]) == list(KEYS)


def test_parquet__has_the_exchange_schema_and_exact_decimals() -> None:
    table = pq.read_table(io.BytesIO(_write("parquet", _batch(ROW, {}), metadata={"release": "7"})))
    assert table.schema.equals(exchange_schema())
    assert table.schema.metadata == {b"release": b"7"}
    first, second = table.select(SOME).to_pylist()
    expected = {key: value for key, value in ROW.items() if key in SOME}
    expected["taxes"] = ["ISR", "IVA"]
    expected["amount_gtq"] = Decimal("1234567.10")
    expected["withheld_fields"] = ["activity", "municipality"]
    assert first == expected
    assert second == dict.fromkeys(SOME)


def test_parquet__cuts_row_groups_where_they_are_full() -> None:
    rows = _batch(*({"jobs": n} for n in range(50_000)))
    file = pq.ParquetFile(io.BytesIO(_write("parquet", rows, rows, rows)))
    sizes = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
    assert sizes == [65_536, 65_536, 18_928]
    assert file.read(["jobs"])["jobs"].to_pylist() == [*range(50_000)] * 3
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"


def test_formats__give_a_valid_empty_file() -> None:
    assert _write("csv").decode() == ",".join(KEYS) + "\r\n"
    assert _write("ndjson", _batch()) == b""
    assert json.loads(_write("json", _batch())) == []
    empty = pq.read_table(io.BytesIO(_write("parquet")))
    assert (empty.num_rows, empty.schema.equals(exchange_schema())) == (0, True)


@pytest.mark.parametrize("name", FORMATS)
def test_formats__give_the_fields_in_the_order_asked(name: str) -> None:
    data = _write(name, _batch(ROW), fields=("jobs", "nit"))
    found = {
        "csv": lambda: data.decode().splitlines()[0].split(","),
        "json": lambda: list(json.loads(data)[0]),
        "ndjson": lambda: list(json.loads(data)),
        "parquet": lambda: pq.read_schema(io.BytesIO(data)).names,
        "xlsx": lambda: [{"Empleos generados": "jobs", "NIT": "nit"}[cell] for cell in _sheet(data)[0]],
    }[name]()
    assert found == ["jobs", "nit"]


@pytest.mark.parametrize("name", FORMATS)
def test_formats__give_the_same_bytes_for_the_same_rows(name: str) -> None:
    def write() -> bytes:
        return _write(name, _batch(ROW, {}, ROW), metadata={"release": "3"})

    assert write() == write()


@pytest.mark.parametrize("name", FORMATS)
def test_formats__let_a_failing_source_fail_instead_of_ending_the_file(name: str) -> None:
    def failing() -> Iterator[pa.RecordBatch]:
        yield _batch(ROW)
        raise OSError("the disk is gone")

    received = []
    with pytest.raises(OSError, match="the disk is gone"):
        received.extend(FORMATS[name].stream(failing()))
    # A file of Parquet also begins with the four letters that end it. Of a workbook nothing leaves before it is whole.
    assert not b"".join(received)[4:].endswith((b"]\n", b"PAR1"))
    assert name != "xlsx" or not received


def test_csv__keeps_a_missing_value_of_a_single_column_as_a_row() -> None:
    rows = list(csv.reader(io.StringIO(_write("csv", _batch({}, ROW), fields=("nit",)).decode(), newline="")))
    assert rows == [["nit"], [""], ["800000000018"]]


@pytest.mark.parametrize("fields", [("amount_gtq",), ("name", "amount_gtq"), ("amount_gtq", "amount_status"), None])
def test_ndjson__writes_money_as_a_number_wherever_its_column_stands(fields: tuple[str, ...] | None) -> None:
    tricky = '"amount_gtq":"1.00","amount_status":"x"}'
    rows = _batch(ROW | {"name": tricky}, {"name": tricky}, {"amount_gtq": -5})
    lines = _write("ndjson", rows, fields=fields).splitlines()
    values = [json.loads(line, parse_float=Decimal)["amount_gtq"] for line in lines]
    assert values == [Decimal("1234567.10"), None, Decimal("-0.05")]
    if fields is None or "name" in fields:
        assert json.loads(lines[0])["name"] == tricky


def test_formats__write_other_tables_of_a_release() -> None:
    schema = pa.schema([("record_id", pa.string()), ("after", pa.dictionary(pa.int32(), pa.string()))])
    batch = pa.RecordBatch.from_pylist([{"record_id": "a", "after": "x"}], schema=schema)
    assert _write("csv", batch, schema=schema) == b"record_id,after\r\na,x\r\n"
    assert json.loads(_write("json", batch, schema=schema)) == [{"record_id": "a", "after": "x"}]
    assert pq.read_table(io.BytesIO(_write("parquet", batch, schema=schema))).to_pylist() == batch.to_pylist()


text = st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
cents = st.none() | st.integers(-(10**15), 10**15)


@given(st.lists(st.tuples(text, cents), max_size=8))
def test_formats__agree_on_every_value(values: list[tuple[str | None, int | None]]) -> None:
    batch = _batch(*({"name": name, "amount_gtq": amount} for name, amount in values))
    fields = ("record_id", "name", "amount_gtq")
    exact = [(name, None if amount is None else Decimal(amount) / 100) for name, amount in values]

    objects = json.loads(_write("json", batch, fields=fields), parse_float=Decimal)
    assert [(o["name"], o["amount_gtq"]) for o in objects] == exact
    parquet = pq.read_table(io.BytesIO(_write("parquet", batch, fields=fields))).to_pylist()
    assert [(o["name"], o["amount_gtq"]) for o in parquet] == exact
    rows = list(csv.reader(io.StringIO(_write("csv", batch, fields=fields).decode(), newline="")))[1:]
    assert [(name, amount) for _, name, amount in rows] == [
        (name or "", "" if amount is None else f"{amount:.2f}") for name, amount in exact
    ]


MOMENT = {
    "published_at": "2026-11-20T18:00:00Z",
    "release": "7",
    "license": "CC BY 4.0",
    "query": "",
    "source": "/x?a=1",
}


def test_xlsx__has_typed_cells_under_a_frozen_heading_with_filters() -> None:
    data = _write("xlsx", _batch(ROW, {"jobs": 5}), fields=SOME, metadata=MOMENT, lang="en")
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    first, second = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [cell.value for cell in sheet[1]] == [COLUMN[key].en for key in SOME]
    assert first == (
        "800000000018", ROW["name"], "ISR;IVA", "=1+1", datetime(2026, 1, 31), 0, 1234567.10, "activity;municipality",  # noqa: DTZ001 - a cell
    )  # fmt: skip
    assert second == tuple(5 if key == "jobs" else None for key in SOME)
    assert {cell.data_type for cell in sheet[2]} == {"s", "n", "d"}
    assert [sheet["D2"].data_type, sheet["A2"].number_format, sheet["E2"].number_format] == ["s", "@", "yyyy-mm-dd"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:H3")


@pytest.mark.parametrize(("lang", "words"), [("es", ("Publicación", "Filas")), ("en", ("Release", "Rows"))])
def test_xlsx__tells_its_origin_and_its_dictionary_on_a_second_sheet(lang: str, words: tuple[str, str]) -> None:
    rows = _sheet(_write("xlsx", _batch(ROW, {}), fields=SOME, metadata=MOMENT, lang=lang), 1)
    told = {row[0]: row[1] for row in rows}
    assert (told[words[0]], told[words[1]]) == (7, 2)
    assert {"CC BY 4.0", "/x?a=1"} <= set(told.values())
    dictionary = {row[1]: row for row in rows}
    assert dictionary["valid_from"][2] == COLUMN["valid_from"].about(lang)
    assert set(SOME) < dictionary.keys()


def test_xlsx__of_another_instant_has_other_bytes_and_of_none_is_stable() -> None:
    assert _write("xlsx", _batch(ROW), metadata=MOMENT) != _write("xlsx", _batch(ROW))
    with zipfile.ZipFile(io.BytesIO(_write("xlsx", _batch(ROW), metadata=MOMENT))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(2026, 11, 20, 18, 0, 0)}


def test_xlsx__refuses_more_rows_than_it_may_have_before_anything_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exporters.xlsx_format.MAX_ROWS", 2)
    with pytest.raises(TooManyRows):
        FORMATS["xlsx"].stream([_batch({}, {}), _batch({})])


def test_xlsx__cut_anywhere_does_not_open() -> None:
    data = _write("xlsx", _batch(ROW))
    for end in (len(data) // 3, len(data) - 30):
        with pytest.raises(zipfile.BadZipFile):
            zipfile.ZipFile(io.BytesIO(data[:end]))


@given(st.lists(st.tuples(st.text(st.characters(exclude_categories=["Cs"])), st.dates()), max_size=5))
def test_xlsx__keeps_every_text_and_day(values: list[tuple[str, date]]) -> None:
    batch = _batch(*({"name": name, "valid_from": day} for name, day in values))
    read = CalamineWorkbook.from_filelike(io.BytesIO(_write("xlsx", batch, fields=("name", "valid_from"))))
    rows = read.get_sheet_by_index(0).to_python()[1:]
    days = [day if day >= FIRST_DAY else day.isoformat() for _, day in values]
    assert [row[1] for row in rows] == days
    for (name, _), row in zip(values, rows, strict=True):
        assert row[0] == name


def test_spreadsheet_csv__has_mark_labels_and_no_formulas() -> None:
    rows = [{"name": text} for text in ("=1+1", "+1", "-1", "@x", "\tx", "\rx", "＝1", "a=1", "")]
    text = _write("csv", _batch(ROW, *rows), fields=("nit", "name", "amount_gtq"), lang="es")
    assert text.startswith(codecs.BOM_UTF8)
    head, first, *rest = csv.reader(io.StringIO(text.decode("utf-8-sig"), newline=""))
    assert head == [COLUMN[key].es for key in ("nit", "name", "amount_gtq")]
    assert first == ["800000000018", ROW["name"], "1234567.10"]
    assert [row[1] for row in rest] == ["'=1+1", "'+1", "'-1", "'@x", "'\tx", "'\rx", "'＝1", "a=1", ""]
    amounts = _write("csv", _batch({"amount_gtq": -500}), fields=("amount_gtq",), lang="en")
    assert amounts.decode("utf-8-sig").splitlines()[1] == "-5.00"


def test_formats__write_lists_decimals_and_booleans_of_any_table() -> None:
    schema = pa.schema(
        [("covers", pa.list_(pa.string())), ("amount_gtq", pa.decimal128(38, 2)), ("is_latest", pa.bool_())]
    )
    rows = [{"covers": ["A", "B"], "amount_gtq": Decimal("12.30"), "is_latest": True}, {"covers": []}]
    batch = pa.RecordBatch.from_pylist(rows, schema=schema)
    assert _write("csv", batch, schema=schema) == b"covers,amount_gtq,is_latest\r\nA;B,12.30,true\r\n,,\r\n"
    assert _write("ndjson", batch, schema=schema).splitlines() == [
        b'{"covers":["A","B"],"amount_gtq":12.30,"is_latest":true}',
        b'{"covers":[],"amount_gtq":null,"is_latest":null}',
    ]
    assert pq.read_table(io.BytesIO(_write("parquet", batch, schema=schema))).to_pylist() == batch.to_pylist()
    words = dict.fromkeys(schema.names, COLUMN["taxes"])
    assert _sheet(_write("xlsx", batch, schema=schema, words=words))[1] == ("A;B", 12.3, True)
