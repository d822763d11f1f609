"""Lists that strangers send are read as they meant them, or refused with the row, the rule and what to do."""

from __future__ import annotations

import io
import json
import time
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from exemptions.match_values import MAX_LINES, AskedList, Expected
from loaders.lists import read_list_bytes, read_list_lines
from loaders.options import ReadingRefused
from loaders.rules import message_of, remedy_of


def workbook(*rows: list[object]) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                sheet.write(number, place, cell)
    return made.getvalue()


def refused(data: bytes, *, lines: bool = False, **options: str) -> list[tuple[int | None, str]]:
    """Row and rule of everything that is wrong; each can be told in both languages."""
    with pytest.raises(ReadingRefused) as refusal:
        (read_list_lines if lines else read_list_bytes)(data, **options)
    for finding in refusal.value.findings:
        assert all(message_of(finding, lang) and remedy_of(finding, lang) for lang in ("es", "en"))
    return [(finding.row, finding.rule) for finding in refusal.value.findings]


def shape(asked: AskedList) -> tuple[tuple[str, ...], int, str | None, Expected]:
    return tuple(asked.values), asked.first_line, asked.column, asked.expected


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_lists__the_column_of_nits_comes_before_that_of_names(delimiter: str) -> None:
    data = delimiter.join(["Razón social", "NIT", "Q"]) + "\n" + delimiter.join(["A", "12-3", "7"]) + "\n"
    asked = read_list_bytes(data.encode())
    assert shape(asked) == (("12-3",), 2, "NIT", Expected.NIT)
    assert (asked.heads, asked.rows) == (("Razón social", "NIT", "Q"), (("A", "12-3", "7"),))


def test_lists__a_column_can_be_chosen_by_its_head() -> None:
    data = "Razón social,NIT,Observación\nA,12-3,B\n".encode()
    assert shape(read_list_bytes(data, column="razon SOCIAL")) == (("A",), 2, "Razón social", Expected.NAME)
    assert shape(read_list_bytes(data, column="observacion")) == (("B",), 2, "Observación", Expected.EITHER)
    other = b"Monto;Beneficiario\n7;A\n"
    assert shape(read_list_bytes(other, column="beneficiario")) == (("A",), 2, "Beneficiario", Expected.EITHER)
    assert refused(data, column="obserbacion") == [(None, "lista_sin_columna")]


def test_lists__of_one_column_keep_the_commas_of_names() -> None:
    asked = read_list_bytes(b"NOMBRE\nUno, S.A.\nDos\nTres, Cuatro, Ltda.\n")
    assert shape(asked) == (("Uno, S.A.", "Dos", "Tres, Cuatro, Ltda."), 2, "NOMBRE", Expected.NAME)


def test_lists__without_a_header_lose_no_line() -> None:
    assert shape(read_list_bytes(b"12-3\n45-6\n")) == (("12-3", "45-6"), 1, None, Expected.EITHER)
    assert shape(read_list_bytes(b"Uno,x\nDos,y\n")) == (("Uno", "Dos"), 1, None, Expected.EITHER)


def test_lists__titles_may_stand_above_the_header_of_a_table() -> None:
    asked = read_list_bytes(workbook(["Proveedores 2025"], [], ["Proveedor", "NIT"], ["A", 123], ["B", "45-6"]))
    assert shape(asked) == (("123", "45-6"), 4, "NIT", Expected.NIT)


def test_lists__in_json_are_texts_or_objects() -> None:
    assert shape(read_list_bytes(b'["a", "b"]')) == (("a", "b"), 1, None, Expected.EITHER)
    assert shape(read_list_bytes(json.dumps([{"nit": "1-2", "x": 3}]).encode())) == (("1-2",), 1, "nit", Expected.NIT)
    assert shape(read_list_bytes(b'{"nit": "1-2"}\n{"nit": "3-4"}\n')) == (("1-2", "3-4"), 1, "nit", Expected.NIT)
    assert refused(b'["a", ["b"]]') == [(2, "lista_de_otra_cosa")]
    assert refused(b"[" * 100_000)[0][1].startswith("json_")


def test_lists__of_lines_are_pasted_as_they_are() -> None:
    assert shape(read_list_lines(b"Uno, S.A.\r\n\r\nDos\n\n")) == (("Uno, S.A.", "", "Dos"), 1, None, Expected.EITHER)
    assert shape(read_list_lines(b"NIT\n1-2\n")) == (("1-2",), 2, "NIT", Expected.NIT)
    assert shape(read_list_lines(b"Nombre\tNIT\nA\t1-2\n")) == (("1-2",), 2, "NIT", Expected.NIT)
    assert refused(b" \n", lines=True) == [(None, "archivo_vacio")]
    assert refused(b"a\0b", lines=True) == [(None, "archivo_binario")]
    assert refused(b"a\nb", lines=True, column="x") == [(None, "lista_sin_encabezado")]
    assert shape(read_list_lines(b"Beneficiario\nA\n", column="beneficiario"))[:3] == (("A",), 2, "Beneficiario")


def test_lists__in_the_wrong_encoding_are_refused_or_declared() -> None:
    data = "NOMBRE\nCompañía\n".encode("cp1252")
    assert refused(data) == [(None, "codificacion_incorrecta")]
    assert refused(data, lines=True) == [(None, "codificacion_incorrecta")]
    assert read_list_bytes(data, encoding="windows-1252").values == ("Compañía",)


def test_lists__with_uncomputed_formulas_or_errors_are_refused_by_row() -> None:
    made = workbook(["NIT", "Nombre"], ["12-3", "A"], ["45-6", "B"])
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b'<c r="A3" t="s"><v>4</v></c>', b'<c r="A3"><f>1+1</f></c>')
    assert parts["xl/worksheets/sheet1.xml"] != sheet
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert refused(changed.getvalue()) == [(3, "formula_sin_valor")]


def test_lists__take_a_formula_in_a_text_for_a_text() -> None:
    assert read_list_bytes(b"NOMBRE\n=1+1\n").values == ("=1+1",)


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "archivo_vacio"),
        (b"\n\n\n", "archivo_vacio"),
        (b"NIT,NOMBRE\n", "archivo_vacio"),
        (b"PK\x03\x04 broken", "archivo_danado"),
        (b"%PDF-1.7", "formato_no_admitido"),
        (b"<html><table>", "formato_no_admitido"),
        (b"NIT,NOMBRE\n1,2\n1,2,3\n", "fila_irregular"),
        (b"NIT\n" + b"x" * 5_000_000, "linea_demasiado_larga"),
        (b"NIT\n" + b"1\n" * (MAX_LINES + 1), "lista_demasiado_larga"),
        (b"1\n" * 4_000_000, "lista_demasiado_larga"),
    ],
)
def test_lists__that_are_none_are_refused_within_seconds(data: bytes, rule: str) -> None:
    started = time.monotonic()
    found = refused(data)
    assert rule in [name for _, name in found]
    assert time.monotonic() - started < 60


def test_lists__a_bomb_ends_its_reader_and_nothing_else() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 400_000_000)
    assert len(bomb.getvalue()) < 1_000_000
    assert refused(bomb.getvalue()) == [(None, "libro_demasiado_grande")]
    assert read_list_bytes(b"NIT\n12-3\n").values == ("12-3",)


def test_lists__leave_nothing_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    read_list_bytes(b"NIT,NOMBRE\n12-3,A\n")
    refused(b"PK\x03\x04 broken")
    assert list(tmp_path.iterdir()) == []
