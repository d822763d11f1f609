"""CSV files of every usual shape give the same table; faulty ones are refused with every fault in its row."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders import delimited
from loaders.decode import decode_to_utf8
from loaders.delimited import read_delimited as read_utf8
from loaders.options import ReadingRefused, ReadOptions, SourceTable
from tests.loaders.registry_files import HEADERS, csv_text, permanent, temporary

RECORDS = (permanent(1), temporary(2, name='LUNA "AZUL", S.A.'), permanent(3, name="ÑANDÚ; | TUCÁN"))


def read_delimited(data: bytes, options: ReadOptions) -> SourceTable:
    """What the reader makes of a file in the declared encoding."""
    return read_utf8(decode_to_utf8(data, options.encoding), options)


def cells(source: SourceTable) -> list[dict[str, str]]:
    """The rows without their numbers, blank cells left out."""
    return [
        {key: text for key, text in row.items() if key != "row" and text not in ("", None)}
        for row in source.table.to_pylist()
    ]


def rows_of(source: SourceTable) -> list[int]:
    return source.table.column("row").to_pylist()


def refusal(text: str | bytes, options: ReadOptions | None = None) -> list[tuple[int | None, str, str]]:
    """Row, column and rule of everything for which a file is refused."""
    with pytest.raises(ReadingRefused) as refused:
        read_delimited(text if isinstance(text, bytes) else text.encode(), options or ReadOptions())
    return [(finding.row, finding.column, finding.rule) for finding in refused.value.findings]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("declared", [False, True])
def test_delimited__finds_the_delimiter_in_the_header(delimiter: str, newline: str, declared: bool) -> None:
    text = csv_text(*RECORDS, delimiter=delimiter)
    if declared and newline != "\r":
        text = f"sep={delimiter}\n{text}"
    source = read_delimited(text.replace("\n", newline).encode(), ReadOptions())
    assert cells(source) == list(RECORDS)
    assert rows_of(source) == [2, 3, 4]
    assert source.header.row == 1
    assert source.findings == ()


def test_delimited__a_comma_within_the_header_of_a_semicolon_file_does_not_confuse_it() -> None:
    headers = [*HEADERS.values()]
    headers[1] = '"NOMBRE, RAZÓN O DENOMINACIÓN"'
    text = csv_text(*RECORDS, delimiter=";").split("\n", 1)[1]
    source = read_delimited(
        f"{';'.join(headers)}\n{text}".encode(), ReadOptions(mapping={"NOMBRE, RAZÓN O DENOMINACIÓN": "name"})
    )
    assert cells(source) == list(RECORDS)


def test_delimited__the_header_may_stand_below_title_rows_and_rows_keep_their_numbers() -> None:
    text = 'REGISTRO DE PRUEBA\n\n"al 31/10/2026,\ninventado",,\n' + csv_text(*RECORDS)
    source = read_delimited(text.encode(), ReadOptions())
    assert source.header.row == 4
    assert rows_of(source) == [5, 6, 7]
    assert cells(source) == list(RECORDS)


def test_delimited__a_declared_header_row_is_taken_even_if_an_earlier_one_would_do() -> None:
    text = csv_text(permanent(9)) + csv_text(*RECORDS)
    source = read_delimited(text.encode(), ReadOptions(header_row=3))
    assert rows_of(source) == [4, 5, 6]
    assert cells(source) == list(RECORDS)


def test_delimited__a_header_row_past_the_end_is_refused() -> None:
    assert refusal(csv_text(*RECORDS), ReadOptions(header_row=99)) == [
        (None, "*", "fila_de_encabezado_inexistente"),
    ]


def test_delimited__blank_lines_and_line_breaks_within_cells_count_as_a_spreadsheet_counts() -> None:
    lines = csv_text(permanent(1), permanent(2, name="DOS\nLÍNEAS"), permanent(3), permanent(4)).splitlines(True)
    text = "".join([*lines[:2], "\n", *lines[2:4], "  \n", ",,,\n", *lines[4:]])
    source = read_delimited(text.encode(), ReadOptions())
    numbers = {row["row"]: row["name"] for row in source.table.to_pylist() if row["name"]}
    assert numbers == {2: "COLEGIO LA NIEBLA 1", 4: "DOS\nLÍNEAS", 7: "COLEGIO LA NIEBLA 3", 8: "COLEGIO LA NIEBLA 4"}


@pytest.mark.parametrize("data", [b"", b"\n \r\n", b"\xef\xbb\xbf", b"sep=;\n"])
def test_delimited__an_empty_file_is_refused(data: bytes) -> None:
    assert refusal(data) == [(None, "*", "archivo_vacio")]


def test_delimited__header_alone_gives_no_rows() -> None:
    assert read_delimited(csv_text().encode(), ReadOptions()).table.num_rows == 0
    assert read_delimited(csv_text().strip().encode(), ReadOptions()).table.num_rows == 0


def test_delimited__binary_data_is_told_from_a_bad_header() -> None:
    assert refusal(b"\x00\x01\x02\x03\n\x00\n") == [(None, "*", "archivo_binario")]


def test_delimited__a_text_that_is_no_table_is_refused() -> None:
    assert refusal("A" * 200_000 + "\n") == [(None, "*", "archivo_ilegible")]


def test_delimited__names_every_ragged_row() -> None:
    lines = csv_text(*(permanent(number) for number in range(1, 6))).splitlines()
    lines[1] += ",de más"
    lines[3] = lines[3].rsplit(",", 2)[0]
    lines[4] = f'"{lines[4]}"'
    assert refusal("\n".join(lines)) == [
        (2, "*", "fila_irregular"),
        (4, "*", "fila_irregular"),
        (5, "*", "fila_irregular"),
    ]


def test_delimited__tells_how_many_columns_a_ragged_row_has() -> None:
    with pytest.raises(ReadingRefused) as refused:
        read_delimited((csv_text(permanent(1)) + "a,b,c\n").encode(), ReadOptions())
    assert refused.value.findings[0].detail == {"found": 3, "expected": 21}


def test_delimited__names_the_row_where_quotes_are_never_closed() -> None:
    text = csv_text(permanent(1), permanent(2), permanent(3)).replace("COLEGIO LA NIEBLA 2", '"COLEGIO LA NIEBLA 2')
    assert refusal(text) == [(3, "*", "comillas_sin_cerrar")]


def test_delimited__quotes_left_open_that_meet_other_quotes_are_named_in_the_row_where_they_open() -> None:
    text = csv_text(*RECORDS).replace("COLEGIO LA NIEBLA 1", '"COLEGIO LA NIEBLA 1')
    assert refusal(text) == [(2, "*", "texto_tras_comillas")]


def test_delimited__names_quotes_left_open_in_the_last_cell_of_the_file() -> None:
    text = csv_text(*RECORDS).rstrip("\n") + '"2025'
    assert refusal(text) == [(4, "*", "comillas_sin_cerrar")]


def test_delimited__names_every_cell_with_text_after_its_quotes() -> None:
    text = csv_text(permanent(1, name="X1"), permanent(2), permanent(3, name="X3"), permanent(4, name="X4"))
    broken = text.replace("X1", '"LUNA"AZUL').replace("X3", '""LUNA').replace("X4", '"LUNA""AZUL"ROJA')
    assert refusal(broken) == [(row, "*", "texto_tras_comillas") for row in (2, 4, 5)]


def test_delimited__quotes_within_an_unquoted_cell_are_part_of_the_text() -> None:
    text = csv_text(permanent(1, name="X1")).replace("X1", 'COLEGIO "LUNA" AZUL')
    assert cells(read_delimited(text.encode(), ReadOptions()))[0]["name"] == 'COLEGIO "LUNA" AZUL'


def test_delimited__a_cell_longer_than_a_block_is_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "_BLOCK_BYTES", 2_000)
    text = csv_text(permanent(1), permanent(2, name="A" * 10_000), permanent(3))
    assert [len(row["name"]) for row in read_delimited(text.encode(), ReadOptions()).table.to_pylist()] == [
        19,
        10_000,
        19,
    ]


def test_delimited__rows_are_numbered_right_across_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "_BLOCK_BYTES", 4_096)
    records = [permanent(n, name=f"A\n{n}" if n % 7 == 0 else f"B {n}") for n in range(1, 300)]
    assert refusal(csv_text(*records) + "uno\n") == [(301, "*", "fila_irregular")]
    source = read_delimited(csv_text(*records).encode(), ReadOptions())
    assert rows_of(source) == list(range(2, 301))


def test_delimited__warns_of_columns_that_are_not_loaded() -> None:
    lines = csv_text(permanent(1), permanent(2)).splitlines()
    text = "\n".join([f"{lines[0]},OBSERVACIONES,,", f"{lines[1]},nada,,", f"{lines[2]},,,suelto"])
    source = read_delimited(text.encode(), ReadOptions())
    found = [(f.row, f.column, f.rule, f.detail) for f in source.findings]
    assert found == [
        (1, "OBSERVACIONES", "columna_desconocida", {}),
        (1, "*", "columna_sin_encabezado", {"position": 24}),
    ]


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)


@given(st.lists(st.lists(texts, min_size=3, max_size=3), min_size=1, max_size=8), st.sampled_from(",;\t|"))
def test_delimited__what_a_csv_writer_wrote_is_read_back(rows: list[list[str]], delimiter: str) -> None:
    sink = io.StringIO()
    writer = csv.writer(sink, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL)
    header = ["NIT", "TIPO_EXENTO", "CATEGORIA_EXENTO", "NOMBRE"]
    writer.writerow(header)
    writer.writerows([["1", *row] for row in rows])
    source = read_delimited(sink.getvalue().encode(), ReadOptions())
    expected = [dict(zip(("nit", "exempt_type", "category", "name"), ["1", *row], strict=True)) for row in rows]
    assert [{key: row[key] for key in row if key != "row"} for row in source.table.to_pylist()] == expected
    assert rows_of(source) == list(range(2, len(rows) + 2))


@given(st.lists(st.lists(st.text('a,"\n;', max_size=5), min_size=2, max_size=6), min_size=1, max_size=6))
def test_delimited__agrees_with_the_strict_reader_on_every_odd_text(rows: list[list[str]]) -> None:
    body = "\n".join(",".join(row) for row in rows) + "\n"
    text = "NIT,NOMBRE,TIPO_EXENTO,CATEGORIA_EXENTO\n" + body
    try:
        strict = list(csv.reader(io.StringIO(text, newline=""), strict=True))[1:]
        fits = all(len(row) == 4 for row in strict if any(cell.strip() for cell in row))
    except csv.Error:
        fits = False
    try:
        source = read_delimited(text.encode(), ReadOptions())
    except ReadingRefused:
        assert not fits
        return
    assert fits
    read = [[row[key] for key in ("nit", "name", "exempt_type", "category")] for row in source.table.to_pylist()]
    assert [row for row in read if any(cell.strip() for cell in row)] == [
        row for row in strict if any(cell.strip() for cell in row)
    ]


@pytest.mark.parametrize("line", ["sep=;\r", "sep=;\n", '"sep=;"\r\n', "SEP=; \r\n"])
def test_delimited__the_line_that_declares_the_delimiter_is_no_row(line: str) -> None:
    source = read_delimited((line + csv_text(*RECORDS, delimiter=";")).encode(), ReadOptions())
    assert rows_of(source) == [2, 3, 4]


def test_delimited__line_ends_may_be_mixed() -> None:
    lines = csv_text(*RECORDS).splitlines()
    ends = ["\r\n", "\r", "\n", ""]
    source = read_delimited("".join(map("".join, zip(lines, ends, strict=True))).encode(), ReadOptions())
    assert cells(source) == cells(read_delimited(csv_text(*RECORDS).encode(), ReadOptions()))
    assert rows_of(source) == [2, 3, 4]


def test_delimited__a_header_may_have_blanks_before_its_quotes_and_line_ends_within() -> None:
    header, *lines = csv_text(*RECORDS).splitlines()
    names = [f'"{name}"' for name in header.replace("TIPO_EXENTO", "TIPO DE\r\nEXENTO").split(",")]
    source = read_delimited("\n".join([", ".join(names), *lines]).encode(), ReadOptions())
    assert cells(source) == cells(read_delimited(csv_text(*RECORDS).encode(), ReadOptions()))


def test_delimited__a_blank_before_the_quotes_of_a_cell_is_named_by_line() -> None:
    header, *lines = csv_text(*RECORDS).splitlines()
    text = "\n".join([header, lines[0], lines[1].replace(',"', ', "', 1), lines[2]])
    with pytest.raises(ReadingRefused) as refused:
        read_delimited(text.encode(), ReadOptions())
    assert [(f.rule, f.detail["line"]) for f in refused.value.findings] == [("espacio_antes_de_comillas", 3)]
