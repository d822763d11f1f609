"""Files made to harm: refused with a sentence by a reader under limits; nothing is written outside or connected to."""

from __future__ import annotations

import os
import socket
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from exemptions.finding import Finding
from loaders import limits
from loaders.biff import inspect_xls
from loaders.isolation import ReaderLimits, read_isolated
from loaders.options import ReadingRefused, ReadOptions
from loaders.rules import message_of, remedy_of
from loaders.source import read_source
from tests.loaders.containers import delimited, ods_cell, ods_rows, write_ods, write_xlsx
from tests.loaders.registry_files import permanent, temporary

LIMIT = 10**9
RECORDS = (permanent(1), temporary(2))
DATA = Path(__file__).parent / "data"
SHEET = "xl/worksheets/sheet1.xml"

_LAUGHS = "".join(
    f'<!ENTITY lol{level} "{f"&lol{level - 1};" * 10}">' if level else '<!ENTITY lol0 "lol">' for level in range(10)
)
ENTITIES = f"<!DOCTYPE lolz [{_LAUGHS}]>"

Change = Callable[[bytes], bytes]


def findings(path: Path, **options: object) -> tuple[Finding, ...]:
    """Everything for which a file is refused; each can be said to a person."""
    with pytest.raises(ReadingRefused) as refused:
        read_source(path, ReadOptions(**options), max_bytes=LIMIT)  # type: ignore[arg-type]
    for finding in refused.value.findings:
        for lang in ("es", "en"):
            assert message_of(finding, lang)
            assert remedy_of(finding, lang)
    return refused.value.findings


def rules(path: Path, **options: object) -> list[str]:
    return [finding.rule for finding in findings(path, **options)]


def tampered(path: Path, changes: Mapping[str, Change], added: Mapping[str, bytes] | None = None) -> Path:
    """A workbook with some of its parts changed and others added."""
    write_xlsx(path, RECORDS)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name, change in changes.items():
        changed = change(parts[name])
        assert changed != parts[name]
        parts[name] = changed
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (parts | dict(added or {})).items():
            archive.writestr(name, data)
    return path


def before_end(text: bytes) -> Change:
    return lambda data: data.replace(b"</sheetData>", text + b"</sheetData>")


def with_entities(data: bytes) -> bytes:
    return data.replace(b"?>", b"?>" + ENTITIES.encode(), 1)


@pytest.mark.parametrize(
    "part", [SHEET, "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml", "xl/styles.xml"]
)
def test_hostile__entities_in_any_part_are_refused_unexpanded(part: str, tmp_path: Path) -> None:
    assert rules(tampered(tmp_path / "a.xlsx", {part: with_entities})) == ["xml_con_entidades"]


def test_hostile__entities_in_an_opendocument_are_refused_unexpanded(tmp_path: Path) -> None:
    path = write_ods(tmp_path / "a.ods", ods_rows(RECORDS), before=ENTITIES)
    assert rules(path) == ["xml_con_entidades"]


@pytest.mark.parametrize("name", ["../../fuera.txt", "/fuera.txt", "xl\\..\\..\\fuera.txt", "C:/fuera.txt"])
def test_hostile__a_part_with_a_path_outside_is_refused_and_not_written(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    path = tampered(folder / "a.xlsx", {}, {name: b"x"})
    with pytest.raises(ReadingRefused) as refused:
        read_isolated(path, ReadOptions(), ReaderLimits())
    assert [finding.rule for finding in refused.value.findings] == ["archivo_con_rutas"]
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == [path]


def test_hostile__two_parts_of_one_name_are_refused(tmp_path: Path) -> None:
    assert rules(tampered(tmp_path / "a.xlsx", {}, {SHEET.upper(): b"x"})) == ["archivo_danado"]


def test_hostile__a_part_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = tampered(tmp_path / "a.xlsx", {SHEET: before_end(b" " * 5_000_000)})
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo(SHEET).file_size
    path.write_bytes(path.read_bytes().replace(size.to_bytes(4, "little"), (1_000).to_bytes(4, "little")))
    assert rules(path) == ["archivo_danado"]


def test_hostile__a_part_in_an_encoding_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    path = tampered(tmp_path / "a.xlsx", {SHEET: lambda data: data.replace(b'"UTF-8"', b'"nada"')})
    assert rules(path) == ["archivo_danado"]


@pytest.mark.parametrize("packing", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("part", [SHEET, "mimetype"])
def test_hostile__damage_in_any_packing_is_refused(part: str, packing: int, tmp_path: Path) -> None:
    path = tampered(tmp_path / "a.xlsx", {})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()} | {"mimetype": b"x" * 99}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data, packing if name == part else zipfile.ZIP_STORED)
        offset = archive.getinfo(part).header_offset
    data = bytearray(path.read_bytes())
    begin = offset + 30 + len(part) + 2
    data[begin : begin + 12] = b"\xff" * 12
    path.write_bytes(data)
    assert rules(path) == ["archivo_danado"]


def test_hostile__a_workbook_that_packs_a_thousandfold_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "_FREE_BYTES", 1_000_000)
    path = tampered(tmp_path / "a.xlsx", {SHEET: before_end(b" " * 5_000_000)})
    (finding,) = findings(path)
    assert (finding.rule, finding.detail["what"]) == ("libro_demasiado_grande", "bytes")


@pytest.mark.parametrize(
    "cell",
    [
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        b'<row r="1048576"><c ' + b" " * 9_000 + b'r="XFD1048576"><v>1</v></c></row>',
        b"<row r='1048576'><c t='n' r='XFD1048576' s='1'>\n<v>1</v></c></row>",
        b'<row r="5"><c r="ZZZZ99999999"><v>1</v></c></row>',
        b'<row r="5"><c r="xfd00000000001048576"><v>1</v></c></row>',
        b'<row r="5"><c r="A' + b"9" * 5_000 + b'"><v>1</v></c></row>',
    ],
)
def test_hostile__one_far_cell_in_a_small_sheet_is_refused(cell: bytes, tmp_path: Path) -> None:
    path = tampered(tmp_path / "a.xlsx", {SHEET: before_end(cell)})
    assert path.stat().st_size < 10_000
    assert rules(path) == ["libro_demasiado_grande"]


def test_hostile__a_far_cell_that_hides_kills_only_its_reader(tmp_path: Path) -> None:
    hidden = b'<row r="1048576">' + b"<c><v>1</v></c>" * 16_384 + b"</row>"
    path = tampered(tmp_path / "a.xlsx", {SHEET: before_end(hidden)})
    with pytest.raises(ReadingRefused) as refused:
        read_isolated(path, ReadOptions(), ReaderLimits(memory_bytes=256 * 1024**2))
    assert [finding.rule for finding in refused.value.findings] == ["lectura_interrumpida"]


@pytest.mark.parametrize("cell", [b'<c r="XFD1048576" s="1"/>', b'<c r="XFD1048576" s="1"></c>'])
def test_hostile__a_far_cell_that_is_only_formatted_does_no_harm(cell: bytes, tmp_path: Path) -> None:
    path = tampered(tmp_path / "a.xlsx", {SHEET: before_end(b'<row r="1048576">' + cell + b"</row>")})
    assert read_source(path, ReadOptions(), max_bytes=LIMIT).table.num_rows == len(RECORDS)


@pytest.mark.parametrize(
    ("rows", "columns"), [("1000000", "1000"), ("1040000", "80"), ("99999999999999999999", "1"), ("1", "300")]
)
def test_hostile__repetition_in_an_opendocument_is_counted_before_it_is_unfolded(
    rows: str, columns: str, tmp_path: Path
) -> None:
    cell = ods_cell("x", table__number_columns_repeated=columns)
    bomb = f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>'
    assert rules(write_ods(tmp_path / "a.ods", [*ods_rows(RECORDS), bomb])) == ["libro_demasiado_grande"]


def test_hostile__the_empty_rest_of_an_opendocument_does_no_harm(tmp_path: Path) -> None:
    blank = ods_cell(None, table__number_columns_repeated="16384")
    rest = f'<table:table-row table:number-rows-repeated="1048573">{blank}</table:table-row>'
    path = write_ods(tmp_path / "a.ods", [*ods_rows(RECORDS), rest])
    assert read_source(path, ReadOptions(), max_bytes=LIMIT).table.num_rows == len(RECORDS)


def test_hostile__no_address_in_a_file_is_called(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        link = f'<Relationship Id="rId99" Type="externalLink" Target="{address}" TargetMode="External"/>'.encode()
        entity = f'?><!DOCTYPE a [<!ENTITY x SYSTEM "{address}">]>'.encode()
        linked = tampered(
            tmp_path / "a.xlsx",
            {"xl/_rels/workbook.xml.rels": lambda data: data.replace(b"</Relationships>", link + b"</Relationships>")},
        )
        assert read_isolated(linked, ReadOptions(), ReaderLimits()).table.num_rows == len(RECORDS)
        external = tampered(tmp_path / "b.xlsx", {"xl/workbook.xml": lambda data: data.replace(b"?>", entity, 1)})
        with pytest.raises(ReadingRefused):
            read_isolated(external, ReadOptions(), ReaderLimits())
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.xls", b"<html><body><table>", "HTML"),
        ("a.xls", b"\xef\xbb\xbf\r\n <TABLE border=1>", "HTML"),
        ("a.xls", b'<?xml version="1.0"?><Workbook/>', "XML"),
        ("a.csv", b"PK\x05\x06" + b"\0" * 18, "ZIP"),
    ],
)
def test_hostile__a_page_under_another_name_is_named(name: str, data: bytes, kind: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    (finding,) = findings(path)
    assert (finding.rule, finding.detail["kind"]) == ("formato_no_admitido", kind)


@pytest.mark.parametrize("part", ["xl/workbook.bin", "word/document.xml"])
def test_hostile__other_archives_are_named(part: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(part, "x")
    assert rules(path) == ["formato_no_admitido"]


def test_hostile__a_workbook_with_a_password_is_refused(tmp_path: Path) -> None:
    """An XLSX with a password is a compound file with a stream of its own, which stands in for the XLS's here."""
    stream, secret = "Workbook".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le")
    data = (DATA / "registro.xls").read_bytes()
    entry = data.index(stream + b"\0" * (64 - len(stream)))
    name = secret + b"\0" * (64 - len(secret)) + (len(secret) + 2).to_bytes(2, "little")
    path = tmp_path / "a.xlsx"
    path.write_bytes(data[:entry] + name + data[entry + len(name) :])
    assert rules(path) == ["libro_con_contrasena"]


def test_hostile__an_old_workbook_with_a_password_is_refused(tmp_path: Path) -> None:
    """The record of a password follows the first one; a code page of the same length gives its place."""
    data = (DATA / "registro.xls").read_bytes()
    path = tmp_path / "a.xls"
    path.write_bytes(data.replace(b"\x42\x00\x02\x00", b"\x2f\x00\x02\x00", 1))
    assert path.read_bytes() != data
    assert rules(path) == ["libro_con_contrasena"]


def test_hostile__error_cells_of_an_old_workbook_are_named_not_read_as_empty() -> None:
    path = DATA / "registro-1904-con-errores.xls"
    found = [(f.rule, f.row, f.key, f.value, f.detail["cell"]) for f in findings(path)]
    assert found == [
        ("celda_con_error", 5, "status_reason", "#DIV/0!", "L5"),
        ("celda_con_error", 6, "amount_year", "#REF!", "U6"),
    ]
    assert {name: len(faults.errors) for name, faults in inspect_xls(path).items()} == {"Registro": 2, "Otra": 0}


# The last one ends within an entry of the directory, where the library panics.
@pytest.mark.parametrize("cut", [400, 1_500, 3_000, 5_616])
def test_hostile__a_truncated_old_workbook_is_refused(cut: int, tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes((DATA / "registro.xls").read_bytes()[:cut])
    assert rules(path) == ["archivo_danado"]


def test_hostile__error_cells_and_merged_records_of_an_opendocument_are_refused(tmp_path: Path) -> None:
    header, first, second = ods_rows(RECORDS)
    title = ods_cell("REGISTRO", table__number_columns_spanned="5", table__number_rows_spanned="2")
    merged = first.replace("<table:table-cell", '<table:table-cell table:number-rows-spanned="2"', 1)
    error = second.replace("<table:table-cell", '<table:table-cell calcext:value-type="error"', 1)
    path = write_ods(tmp_path / "a.ods", [title, "", header, merged, error])
    found = [(f.rule, f.row, f.key, f.detail["cell"]) for f in findings(path)]
    assert found == [("celdas_combinadas", 4, "nit", "A4:A5"), ("celda_con_error", 5, "nit", "A5")]


@pytest.mark.parametrize("rest", ["a" * 5_000_000, "," * 5_000_000])
@pytest.mark.parametrize("is_first", [True, False])
def test_hostile__a_line_of_megabytes_is_named(rest: str, is_first: bool, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{rest}\n{delimited(RECORDS)}" if is_first else f"sep=,\n{delimited(RECORDS)}{rest}\n")
    (finding,) = findings(path)
    assert (finding.rule, finding.detail["line"]) == ("linea_demasiado_larga", 1 if is_first else 5)


def test_hostile__a_cell_that_closes_megabytes_later_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(delimited((permanent(1), permanent(2, name="LUNA\n" * 10_000))))
    (finding,) = findings(path)
    assert (finding.rule, finding.row, finding.key) == ("celda_demasiado_larga", 3, "name")


def test_hostile__faults_without_end_are_told_in_part_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loaders.structure.MAX_FAULTS", 3)
    path = tmp_path / "a.csv"
    path.write_text(delimited(RECORDS) + "a,b\n" * 10)
    found = findings(path)
    assert [finding.rule for finding in found] == ["fila_irregular"] * 3 + ["mas_fallas"]
    assert found[-1].detail == {"found": 7, "limit": 3}


def test_hostile__five_thousand_columns_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    header, *rows = delimited(RECORDS).splitlines()
    more = ",".join(f"C{number}" for number in range(5_000))
    path.write_text("\n".join([f"{header},{more}", *(row + "," * 5_000 for row in rows)]))
    assert rules(path) == ["columnas_demasiadas"]


def test_hostile__a_compound_file_of_noise_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + os.urandom(4_000))
    assert rules(path) == ["archivo_danado"]
