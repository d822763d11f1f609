"""JSON and NDJSON: the digits that are written, the rows that are counted, and nothing that has two meanings."""

from __future__ import annotations

import json

import pytest

from loaders.json_source import looks_like_json, read_json
from loaders.options import ReadingRefused, ReadOptions, SourceTable
from tests.loaders.containers import objects
from tests.loaders.registry_files import permanent, temporary

RECORD = {"NIT": "1", "NOMBRE": "A", "TIPO_EXENTO": "CONST", "CATEGORIA_EXENTO": "CED_PRIV"}


def read(text: str, **options: object) -> SourceTable:
    return read_json(text.encode(), ReadOptions(**options))  # type: ignore[arg-type]


def refusal(text: str) -> list[tuple[int | None, str, str]]:
    with pytest.raises(ReadingRefused) as refused:
        read(text)
    return [(finding.row, finding.column, finding.rule) for finding in refused.value.findings]


def with_nit(literal: str) -> str:
    return json.dumps([RECORD | {"NIT": "@"}]).replace('"@"', literal)


@pytest.mark.parametrize(
    ("literal", "text"),
    [
        ("800000010017", "800000010017"),
        ("707045.10", "707045.10"),
        ("28.0", "28"),
        ("-0.5", "-0.5"),
        ("1.5e3", "1500"),
        ("999999999999999", "999999999999999"),
        ("8000000100171234", "8.000000100171234E+15"),
        ("1e999999999", "1e999999999"),
        ("true", "VERDADERO"),
        ("null", ""),
        ('" K’iche’ "', " K’iche’ "),
    ],
)
def test_json__a_value_is_the_text_that_a_sheet_would_give(literal: str, text: str) -> None:
    assert read(with_nit(literal)).table["nit"].to_pylist() == [text]


def test_json__a_number_of_ten_million_digits_is_shown_short() -> None:
    assert read(with_nit("7" * 10_000_000)).table["nit"].to_pylist() == ["7.777777777777777E+9999999"]


def test_json__records_need_not_have_the_same_keys() -> None:
    source = read(json.dumps([RECORD, {}, RECORD | {"MOTIVO": "x"}]))
    assert source.table["row"].to_pylist() == [1, 2, 3]
    assert source.table["status_reason"].to_pylist() == ["", "", "x"]
    assert source.table["nit"].to_pylist() == ["1", "", "1"]
    assert source.header.row is None


def test_json__a_line_of_ndjson_is_a_row_and_blank_ones_count() -> None:
    line = json.dumps(RECORD)
    source = read(f"{line}\n\n{line}\r\n")
    assert source.table["row"].to_pylist() == [1, 2, 3]
    assert source.table["nit"].to_pylist() == ["1", "", "1"]


def test_json__one_record_alone_is_ndjson() -> None:
    assert read(json.dumps(RECORD)).table["nit"].to_pylist() == ["1"]


def test_json__a_column_that_comes_late_is_blank_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loaders.json_source._CHUNK_ROWS", 2)
    records = [permanent(1), permanent(2), temporary(3), permanent(4), temporary(5)]
    table = read(json.dumps(objects(records))).table
    assert table["resolution"].to_pylist() == ["", "", "DPI-3-2020", "", "DPI-5-2020"]
    assert table["taxes"].to_pylist() == ["", "", "DAI;IVA_IMP;ISR", "", "DAI;IVA_IMP;ISR"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[]", [(None, "*", "json_sin_objetos")]),
        ("{}", [(None, "*", "json_sin_objetos")]),
        ('{\n"A": {"titulo": "x"}\n}', [(None, "*", "json_sin_objetos")]),
        ('["a"]', [(1, "*", "json_sin_objetos")]),
        ('{"records": []}', [(None, "*", "json_sin_objetos")]),
        ('[{"NIT": 1, "NIT": 2}]', [(1, "NIT", "json_clave_repetida")]),
        ('{"a": [{"x": 1}], "b": [{"x": 1}]}', [(None, "*", "json_varias_listas")]),
        (with_nit("NaN"), [(1, "*", "json_no_es_numero")]),
        (with_nit('"\\ud800"'), [(1, "*", "json_caracter_a_medias")]),
        (with_nit("[1]"), [(1, "NIT", "valor_anidado")]),
        (with_nit('{"a": 1}'), [(1, "NIT", "valor_anidado")]),
        (json.dumps([RECORD]) + "x", [(None, "*", "json_invalido")]),
        (json.dumps(RECORD) + "\n{", [(None, "*", "json_invalido")]),
        ("[" * 200_000 + "]" * 200_000, [(1, "*", "json_demasiado_anidado")]),
        ('{"NIT":' * 200_000 + "1" + "}" * 200_000, [(None, "*", "json_demasiado_anidado")]),
        (json.dumps([{f"c{number}": 1 for number in range(5_000)}]), [(None, "*", "columnas_demasiadas")]),
    ],
)
def test_json__what_has_no_single_meaning_is_refused(text: str, found: list[tuple[int | None, str, str]]) -> None:
    assert refusal(text) == found


def test_json__a_fault_is_named_by_line_and_column() -> None:
    with pytest.raises(ReadingRefused) as refused:
        read(json.dumps(RECORD) + '\n\n{"NIT": "1",}\n')
    (finding,) = refused.value.findings
    assert (finding.detail["line"], finding.detail["position"]) == (3, 13)


@pytest.mark.parametrize(
    ("text", "is_json"),
    [
        (b'[{"a":1}]', True),
        (b' \n{ "a":1}', True),
        (b"[NIT],[NOMBRE]\n", False),
        (b"{NIT}\n", False),
        (b"NIT\n", False),
    ],
)
def test_json__a_header_in_brackets_is_no_json(text: bytes, is_json: bool) -> None:
    assert looks_like_json(text) is is_json
