"""Workbooks give the text and the rows that a person sees; hostile ones are refused before they are opened."""

from __future__ import annotations

import re
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from loaders import archive, limits, workbook
from loaders.cells import cell_text
from loaders.options import ReadingRefused, ReadOptions, SourceTable
from loaders.source import read_source
from tests.loaders.registry_files import HEADERS, permanent, temporary, write_workbook

LIMIT = 10**9
TITLES: list[list[object]] = [["REGISTRO DE PRUEBA"], [], ["Corte", date(2026, 10, 31)]]


def read(path: Path, **options: object) -> SourceTable:
    return read_source(path, ReadOptions(**options), max_bytes=LIMIT)  # type: ignore[arg-type]


def rules(path: Path, **options: object) -> list[tuple[int | None, str, str | None]]:
    """Row, rule and value of everything for which a workbook is refused."""
    with pytest.raises(ReadingRefused) as refused:
        read(path, **options)
    return [(finding.row, finding.rule, finding.value) for finding in refused.value.findings]


def rows(*records: dict[str, str]) -> list[list[object]]:
    return [list(HEADERS.values()), *([record.get(key, "") for key in HEADERS] for record in records)]


def test_sheets__gives_dates_and_numbers_as_text_at_the_rows_of_the_sheet(tmp_path: Path) -> None:
    record: list[object] = [temporary(1).get(key, "") for key in HEADERS]
    places = {key: place for place, key in enumerate(HEADERS)}
    record[places["valid_from"]] = date(2020, 12, 4)
    record[places["jobs"]] = 28
    record[places["amount_gtq"]] = 707045.03
    record[places["nit"]] = 800000010017
    blank: list[object] = []
    path = write_workbook(tmp_path / "a.xlsx", [*TITLES, *rows(permanent(2)), blank, record])
    source = read(path)
    assert source.sheet == "Registro"
    assert source.header.row == 4
    table = source.table.to_pylist()
    assert [row["row"] for row in table] == [5, 6, 7]
    last = table[-1]
    assert (last["nit"], last["jobs"], last["amount_gtq"]) == ("800000010017", "28", "707045.03")
    assert (last["valid_from"], last["valid_until"]) == ("2020-12-04", "2030-12-03")


def test_sheets__a_table_need_not_begin_in_the_first_column(tmp_path: Path) -> None:
    shifted = [["", "", *row] for row in rows(permanent(1))]
    source = read(write_workbook(tmp_path / "a.xlsx", shifted))
    assert source.table.to_pylist()[0]["nit"] == permanent(1)["nit"]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("", ""),
        (" K’iche’ ", " K’iche’ "),
        (12.0, "12"),
        (800000010017.0, "800000010017"),
        (0.1 + 0.2, "0.3"),
        (1234.5, "1234.5"),
        (-5.0, "-5"),
        (1e15, "1.000000000000000E+15"),
        (8000000100171234.0, "8.000000100171234E+15"),
        (True, "VERDADERO"),
        (date(2020, 1, 2), "2020-01-02"),
        (datetime(2020, 1, 2), "2020-01-02"),  # noqa: DTZ001
        (datetime(2020, 1, 2, 3, 4), "2020-01-02 03:04:00"),  # noqa: DTZ001
    ],
)
def test_sheets__a_cell_becomes_text_that_loses_nothing(cell: object, text: str) -> None:
    assert cell_text(cell) == text  # type: ignore[arg-type]


def test_sheets__error_cells_are_named_not_read_as_empty(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Registro")
        for number, row in enumerate([*TITLES[:2], *rows(permanent(1), permanent(2))]):
            sheet.write_row(number, 0, [str(cell) for cell in row])
        sheet.write_formula("B4", "=1/0", None, "#DIV/0!")
        sheet.write_formula("Z4", "=1/0", None, "#N/A")
        sheet.write_formula("T5", "=VLOOKUP(1,A1:A2,1)", None, "#N/A")
        sheet.write_formula("B1", "=1/0", None, "#DIV/0!")
    assert rules(path) == [(4, "celda_con_error", "#DIV/0!"), (5, "celda_con_error", "#N/A")]


def test_sheets__a_formula_that_nobody_computed_is_refused_not_read_as_empty(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", [*TITLES, *rows(permanent(1), permanent(2))])
    status = list(HEADERS).index("status")
    letter = chr(ord("A") + status)
    with zipfile.ZipFile(path) as archive:
        cell = re.search(rf'<c r="{letter}5"[^>]*>.*?</c>'.encode(), archive.read("xl/worksheets/sheet1.xml"))
    assert cell is not None
    place = f'<c r="{letter}5"'.encode()
    for uncomputed in (b"><f>A1</f></c>", b' s="1"><f>A1</f><v/></c>', b'><f t="shared" si="0"/><v></v></c>'):
        rewrite(path, "xl/worksheets/sheet1.xml", (cell[0], place + uncomputed))
        assert rules(path) == [(5, "formula_sin_valor", None)]
        rewrite(path, "xl/worksheets/sheet1.xml", (place + uncomputed, cell[0]))
    computed = place + b' t="str"><f>"REVO"&amp;"CADO"</f><v>REVOCADO</v></c>'
    rewrite(path, "xl/worksheets/sheet1.xml", (cell[0], computed))
    assert read(path).table.to_pylist()[0]["status"] == "REVOCADO"
    rewrite(path, "xl/worksheets/sheet1.xml", (computed, place + b' t="str"><f>IF(A1="","","x")</f><v></v></c>'))
    assert read(path).table.to_pylist()[0]["status"] == ""


def test_sheets__merged_records_are_refused_and_merged_titles_are_not(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Registro")
        plain = book.add_format()
        for number, row in enumerate([*TITLES[:1], *rows(permanent(1), permanent(2), permanent(3)), ["", ""]]):
            sheet.write_row(number, 0, [str(cell) for cell in row])
        sheet.merge_range("A1:D1", "REGISTRO DE PRUEBA", plain)
        sheet.merge_range("B4:B5", "COLEGIO LA NIEBLA", plain)
        sheet.merge_range("AA3:AA4", "aparte", plain)
    assert rules(path) == [(4, "celdas_combinadas", None)]


def test_sheets__takes_the_only_sheet_with_the_header_and_asks_when_there_are_two(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Portada").write(0, 0, "REGISTRO")
        for name, number in (("Registro", 1), ("Copia", 2), ("Oculta", 3)):
            sheet = book.add_worksheet(name)
            for place, row in enumerate(rows(permanent(number))):
                sheet.write_row(place, 0, row)
        sheet.hide()
    assert rules(path) == [(None, "varias_hojas", None)]
    assert read(path, sheet="Copia").table.to_pylist()[0]["nit"] == permanent(2)["nit"]
    assert read(path, sheet="Oculta").table.to_pylist()[0]["nit"] == permanent(3)["nit"]
    assert rules(path, sheet="Otra") == [(None, "hoja_inexistente", "Otra")]
    assert [rule for _, rule, _ in rules(path, sheet="Portada")] == ["columna_faltante"] * 4


def test_sheets__an_empty_workbook_is_refused(tmp_path: Path) -> None:
    assert rules(write_workbook(tmp_path / "a.xlsx", [])) == [(None, "archivo_vacio", None)]


def test_sheets__warns_of_columns_that_are_not_loaded(tmp_path: Path) -> None:
    table = [["NOTA", "", *HEADERS.values()], ["", "suelto", *permanent(1).values()]]
    source = read(write_workbook(tmp_path / "a.xlsx", table))
    assert [(f.row, f.column, f.rule, f.detail) for f in source.findings] == [
        (1, "NOTA", "columna_desconocida", {}),
        (1, "*", "columna_sin_encabezado", {"position": 2}),
    ]


def rewrite(path: Path, part: str, change: tuple[bytes, bytes]) -> None:
    """Change the bytes of one part of a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert change[0] in parts[part]
    parts[part] = parts[part].replace(*change)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


@pytest.mark.parametrize(
    ("reference", "what"),
    [
        ("XFD1048576", "columnas / columns"),
        ("B1048576", "celdas / cells"),
        ("B9999999", "filas / rows"),
        ("IW2", "columnas / columns"),
    ],
)
def test_sheets__a_far_cell_is_refused_before_the_workbook_is_opened(
    tmp_path: Path, reference: str, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "_FREE_CELLS", 2_000_000)
    path = write_workbook(tmp_path / "a.xlsx", rows(permanent(1)))
    rewrite(path, "xl/worksheets/sheet1.xml", (b'<c r="B2"', b'<c r="' + reference.encode() + b'"'))
    with pytest.raises(ReadingRefused) as refused:
        read(path)
    (finding,) = refused.value.findings
    assert (finding.rule, finding.detail["what"]) == ("libro_demasiado_grande", what)


def test_sheets__a_cell_at_the_border_of_two_chunks_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_workbook(tmp_path / "a.xlsx", rows(*(permanent(number) for number in range(1, 40))))
    rewrite(path, "xl/worksheets/sheet1.xml", (b'<c r="B20"', b'<c r="XFD20"'))
    for size in (1, 7, 64):
        monkeypatch.setattr(archive, "_CHUNK_BYTES", size)
        monkeypatch.setattr(workbook, "_OVERLAP_BYTES", 64)
        with pytest.raises(ReadingRefused):
            read(path)


def test_sheets__a_workbook_that_unpacks_to_more_than_is_allowed_is_refused(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", rows(permanent(1)))
    with pytest.raises(ReadingRefused) as refused:
        read_source(path, ReadOptions(), max_bytes=5_000)
    assert [(f.rule, f.detail["what"]) for f in refused.value.findings] == [("libro_demasiado_grande", "bytes")]


def test_sheets__a_workbook_of_too_many_parts_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_ENTRIES", 3)
    path = write_workbook(tmp_path / "a.xlsx", rows(permanent(1)))
    assert [rule for _, rule, _ in rules(path)] == ["libro_demasiado_grande"]


@pytest.mark.parametrize("cut", [30, 200, 2_000])
def test_sheets__a_truncated_workbook_is_refused(tmp_path: Path, cut: int) -> None:
    path = write_workbook(tmp_path / "a.xlsx", rows(permanent(1)))
    path.write_bytes(path.read_bytes()[:cut])
    assert [rule for _, rule, _ in rules(path)] == ["archivo_danado"]


def test_sheets__a_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("nota.txt", "nada")
    assert [rule for _, rule, _ in rules(path)] == ["formato_no_admitido"]


@pytest.mark.parametrize("change", [(b"<sheetData>", b"<sheetData><<"), (b"</sheetData>", b""), (b"</worksheet>", b"")])
def test_sheets__a_workbook_whose_sheet_is_broken_is_refused(tmp_path: Path, change: tuple[bytes, bytes]) -> None:
    path = write_workbook(tmp_path / "a.xlsx", rows(permanent(1)))
    rewrite(path, "xl/worksheets/sheet1.xml", change)
    assert [rule for _, rule, _ in rules(path)] == ["archivo_danado"]


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7\n", b"\x1f\x8b\x08", b"SQLite format 3\0", b"\n<!DOCTYPE HTML>", b"<?xml v"]
)
def test_sheets__other_kinds_of_file_are_named(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    assert [rule for _, rule, _ in rules(path)] == ["formato_no_admitido"]


def test_sheets__merged_titles_do_no_harm_and_merged_records_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    for first, last in ((0, 1), (4, 5)):
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet("Registro")
            for number, row in enumerate([*TITLES[:2], *rows(*(permanent(number) for number in range(1, 5)))]):
                sheet.write_row(number, 0, [str(cell) for cell in row])
            sheet.merge_range(first, 1, last, 2, "REGISTRO DE PRUEBA")
        if first == 0:
            assert read(path).table.num_rows == 4
        else:
            assert rules(path) == [(5, "celdas_combinadas", None)]
