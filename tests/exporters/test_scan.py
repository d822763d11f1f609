"""The scan finds a natural person's number in every writing, in every kind of file, and lets clean data pass."""

from __future__ import annotations

import gzip
import json
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from stdnum.gt.nit import calc_check_digit
from xlsxwriter.utility import xl_col_to_name

from exemptions.catalogs import load_catalogs
from exemptions.columns import KEYS
from exemptions.disclosure_file import load_policy
from exemptions.errors import PrivateIdentifierFound
from exporters.build import write_downloads
from exporters.formats import FORMATS
from exporters.identifiers import find_identifiers
from exporters.scan import private_identifiers, scan_files, scan_folder
from exporters.tables import write_arrow
from tests.exemptions.releases import invented_nit, record, records_table
from tests.exporters.staging import Home, natural, row

LONG = "800000000018"
WITH_K = next(nit for nit in map(invented_nit, range(100)) if nit.endswith("K"))
CUI = "3001000030101"
"""Thirteen digits in the shape of an identity card's number; no check is made on them here."""
EIGHT = "10000001"
SHORT = "1206"


def holds(text: str, number: str) -> bool:
    return not find_identifiers(pl.Series([text]), pl.Series([number])).is_empty()


@pytest.mark.parametrize(
    "text",
    [
        LONG,
        f"{LONG[:-1]}-{LONG[-1]}",
        f"{LONG[:-1]} - {LONG[-1]}",
        f"{LONG[:-1]}–{LONG[-1]}",
        f"{LONG[:-1]}_{LONG[-1]}",
        f"000{LONG}",
        f"NIT:{LONG}",
        f"N.I.T. {LONG[:-1]}-{LONG[-1]}, trasladado",
        "800,000,000,018",
        "800.000.000.018",
        "8000 0000 0018",
        "8 0 0 0 0 0 0 0 0 0 1 8",
        "en 2016, 8000 0000 0018, 3 veces",
        f"DPI-{LONG}/ISR",
        f"a{LONG}b",
        "８０００００００００１８",
        "8000\u200b0000\u00ad0018",
        f"x\n{LONG}\ny",
        f"[{LONG}]",
    ],
)
def test_find_identifiers__finds_every_writing(text: str) -> None:
    assert holds(text, LONG)


@pytest.mark.parametrize("letter", ["K", "k", "К", "к", "-K", "-k", " k", " - K", ".k", "Ｋ"])
def test_find_identifiers__finds_every_writing_of_the_letter(letter: str) -> None:
    assert holds(f"de {WITH_K[:-1]}{letter}.", WITH_K)


@pytest.mark.parametrize("text", [CUI, "3001 00003 0101", "3001-00003-0101", "CUI 3001.00003.0101", "DPI3001000030101"])
def test_find_identifiers__finds_identity_cards(text: str) -> None:
    assert holds(text, CUI)


@pytest.mark.parametrize(
    "text", [EIGHT, "1000000-1", "10,000,001", "10.000.001", "10 000 001", "NIT 1000 0001", "res. 10000001/2020"]
)
def test_find_identifiers__finds_shorter_numbers_in_one_piece_or_grouped(text: str) -> None:
    assert holds(text, EIGHT)


@pytest.mark.parametrize("text", [f"NIT {SHORT}", "N.I.T. 120-6", "nit: 1206.", "CUI 1206"])
def test_find_identifiers__finds_the_shortest_numbers_where_the_text_says_what_they_are(text: str) -> None:
    assert holds(text, SHORT)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (f"9{LONG}", LONG),
        (f"{LONG}1", LONG),
        (LONG[:-1], LONG),
        ("8000 0000 0019", LONG),
        (f"{WITH_K[:-1]}", WITH_K),
        (f"{WITH_K[:-1]} 5", WITH_K),
        ("1206", SHORT),
        ("0101", "101"),
        ("DPI-1206", SHORT),
        ("año 1206", SHORT),
        # A date and a resolution's number and year are no identifiers, even if their digits make one.
        ("1000-00-01", EIGHT),
        ("1000-0001", EIGHT),
        ("del 1000 0001 al", EIGHT),
        ("sin números", LONG),
        ("", LONG),
    ],
)
def test_find_identifiers__lets_other_numbers_pass(text: str, number: str) -> None:
    assert not holds(text, number)


def test_find_identifiers__gives_each_guilty_text_once_and_skips_nulls() -> None:
    texts = pl.Series(["limpio", None, LONG, f"x {LONG}", LONG])
    assert find_identifiers(texts, pl.Series([LONG, CUI])).to_list() == [LONG, f"x {LONG}"]


body = st.integers(10**9, 10**11 - 1).map(str)
separator = st.sampled_from(["", " ", "-", ".", ",", " - ", "\u200b", "/", "–"])


@given(body, st.data())
def test_find_identifiers__finds_long_numbers_however_they_are_cut(digits: str, data: st.DataObject) -> None:
    nit = digits + calc_check_digit(digits)
    cut = "".join(sign + data.draw(separator) for sign in nit)
    before, after = data.draw(st.sampled_from([("", ""), ("NIT ", "."), ("a, ", " b"), ("2024; ", "")]))
    assert holds(f"{before}{'0' * data.draw(st.integers(0, 3))}{cut}{after}", nit)


Writer = Callable[[Path, pa.RecordBatch], None]


def _arrow(path: Path, batch: pa.RecordBatch) -> None:
    write_arrow(path, batch)


def _stream(name: str) -> Writer:
    def write(path: Path, batch: pa.RecordBatch) -> None:
        content = b"".join(FORMATS[name].stream([batch]))
        path.write_bytes(PACK.get(path.suffix, bytes)(content))

    return write


PACK: dict[str, Callable[[bytes], bytes]] = {".gz": gzip.compress, ".zst": zstandard.compress}
FILES: dict[str, Writer] = {
    "records.arrow": _arrow,
    "records.parquet": _stream("parquet"),
    "records.csv": _stream("csv"),
    "records.csv.gz": _stream("csv"),
    "records.csv.zst": _stream("csv"),
    "records.ndjson.gz": _stream("ndjson"),
    "records.json.gz": _stream("json"),
}
PLACES = {
    "name": f"SOCIEDAD {LONG[:-1]}-{LONG[-1]}",
    "nit": LONG,
    "status_reason": f"NIT {LONG}",
    "resolution": LONG,
    "taxes": f"ISR;{LONG}",
    "authority": LONG,
    "municipality_name": LONG,
}


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("column", PLACES)
def test_scan__finds_a_planted_number_in_every_format(tmp_path: Path, file: str, column: str) -> None:
    rows = [record(n, name=f"Entidad {chr(64 + n)}", nit=None) for n in range(1, 4)]
    rows[1][column] = PLACES[column]
    path = tmp_path / file
    FILES[file](path, records_table(rows))
    position = 3 if column == "name" else 2
    with pytest.raises(PrivateIdentifierFound) as caught:
        scan_folder(tmp_path, pl.Series([CUI, LONG]))
    assert caught.value.places == (f"{file}:{column}:{position}",)
    assert LONG not in str(caught.value) + caught.value.es


@pytest.mark.parametrize("file", FILES)
def test_scan__passes_clean_files(tmp_path: Path, file: str) -> None:
    rows = [record(n, jobs=80_000_000, amount_gtq=800_000_000_018) for n in range(2, 6)]
    FILES[file](tmp_path / file, records_table(rows))
    scan_folder(tmp_path, pl.Series([LONG, CUI, "80000000", "2025", "101"]))


@pytest.mark.parametrize("file", FILES)
def test_scan__passes_files_without_rows(tmp_path: Path, file: str) -> None:
    FILES[file](tmp_path / file, records_table([]))
    scan_folder(tmp_path, pl.Series([LONG]))


def test_scan__reads_json_documents_of_any_shape(tmp_path: Path) -> None:
    for name, value in {
        "a.json": {"note": {"deep": ["x", f"NIT {LONG}"]}},
        "b.json": {LONG: 1},
        "c.json": [{"other": LONG}],
        "d.json": [LONG],
    }.items():
        (tmp_path / name).write_text(json.dumps(value), encoding="utf-8")
        with pytest.raises(PrivateIdentifierFound):
            scan_files(tmp_path, [name], pl.Series([LONG]))


def test_scan__does_not_take_hashes_and_record_ids_for_numbers(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"files": [{"sha256": f"ab{EIGHT}"}]}), encoding="utf-8")
    (tmp_path / "x.csv").write_text(f"record_id,name\r\nab{EIGHT}ab,x\r\n", encoding="utf-8")
    scan_folder(tmp_path, pl.Series([EIGHT]))


def test_scan__reads_the_metadata_of_parquet_and_plain_text(tmp_path: Path) -> None:
    table = pa.table({"a": ["x"]}).replace_schema_metadata({"note": f"NIT {LONG}"})
    pq.write_table(table, tmp_path / "a.parquet")
    (tmp_path / "readme.txt").write_text(f"uno\n{LONG}\n", encoding="utf-8")
    with pytest.raises(PrivateIdentifierFound) as caught:
        scan_folder(tmp_path, pl.Series([LONG]))
    assert caught.value.places == ("a.parquet:metadata note:1", "readme.txt:*:2")


def test_scan__names_every_place_and_says_how_many_it_does_not_list(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("name\r\n" + f"{LONG}\r\n" * 60, encoding="utf-8")
    with pytest.raises(PrivateIdentifierFound) as caught:
        scan_folder(tmp_path, pl.Series([LONG]))
    assert len(caught.value.places) == 60
    assert "60 celdas" in caught.value.es
    assert "y 10 más" in caught.value.es


def _private(home: Home) -> list[str]:
    policy = load_policy(home.settings.home, load_catalogs().categories)
    with home.book.read() as session:
        return private_identifiers(session, policy).to_list()


def test_private_identifiers__are_those_of_all_natural_persons_ever_held(home: Home) -> None:
    home.release([natural(1), natural(2, category="MAQ_SERV"), natural(3, category="DIPL"), row(4)])
    home.release([natural(1), row(4)])
    assert _private(home) == sorted(invented_nit(n) for n in (1, 2, 3))


def test_private_identifiers__forget_a_kind_of_person_that_was_entered_wrongly(home: Home) -> None:
    home.release([natural(1), natural(2)])
    home.release([natural(1, person_kind="legal", name="Colegio, S.A."), natural(2)])
    assert _private(home) == [invented_nit(2)]
    assert "Colegio, S.A." in {r["name"] for r in home.records()}


def test_private_identifiers__are_not_forgotten_by_a_rollback(home: Home) -> None:
    home.release([row(1, category="CED_PRIV"), row(2)])
    home.release([natural(1), row(2)])
    before = home.pointer()
    with pytest.raises(PrivateIdentifierFound):
        home.rollback(1)
    assert home.pointer() == before
    assert _private(home) == [invented_nit(1)]


def test_private_identifiers__keep_a_number_that_is_both_natural_and_legal(home: Home) -> None:
    home.approve([natural(1), row(1, category="COOP")])
    with pytest.raises(PrivateIdentifierFound):
        home.publish()


def test_private_identifiers__leave_out_what_the_policy_publishes(home: Home) -> None:
    home.write_policy(
        '[[rule]]\nfield = "nit"\nperson_kind = "natural"\ncategories = ["MAQ_SERV"]\nlevel = "public"\n'
        'ground = "Consentimiento"\nauthority = "SAT"\ndate = 2026-01-01\n'
    )
    home.release([natural(1, category="MAQ_SERV"), natural(2)])
    assert _private(home) == [invented_nit(2)]
    assert {r["nit"] for r in home.records()} == {invented_nit(1), None}


def test_find_identifiers__looks_at_every_sign_that_stands_for_a_digit() -> None:
    # In compatibility form they are digits, such as ² and ¼; texts without any are passed over at once.
    for point in range(0x110000):
        sign = chr(point)
        if not 0xD800 <= point < 0xE000 and any(c in "0123456789" for c in unicodedata.normalize("NFKC", sign)):
            assert re.search(r"[0-9\u00b2\u00b3\u00b9\u00bc-\u00be]|[^\u0000-\u024f]", sign)


def test_scan__reads_rows_of_csv_across_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exporters.texts._BLOCK_BYTES", 40)
    rows = [record(n, name=f'Entidad "{n}"\r\nde dos líneas', nit=None) for n in range(1, 9)]
    rows[6]["status_reason"] = LONG
    FILES["records.csv.gz"](tmp_path / "records.csv.gz", records_table(rows))
    with pytest.raises(PrivateIdentifierFound) as caught:
        scan_folder(tmp_path, pl.Series([LONG]))
    assert caught.value.places == ("records.csv.gz:status_reason:7",)


@pytest.mark.parametrize("file", ["records.json", "records.ndjson"])
def test_scan__reads_lines_of_json_across_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str) -> None:
    monkeypatch.setattr("exporters.texts._BLOCK_BYTES", 1_500)
    rows = [record(n, name=f"Entidad\n{chr(64 + n)}", nit=None) for n in range(1, 9)]
    rows[6]["status_reason"] = LONG
    _stream(file.rpartition(".")[2])(tmp_path / file, records_table(rows))
    with pytest.raises(PrivateIdentifierFound) as caught:
        scan_folder(tmp_path, pl.Series([LONG]))
    assert caught.value.places == (f"{file}:status_reason:7",)


def test_scan__reads_an_array_that_differs_from_the_lines_beside_it(tmp_path: Path) -> None:
    clean, guilty = record(1, nit=None), record(1, nit=None, status_reason=LONG)
    _stream("ndjson")(tmp_path / "records.ndjson.gz", records_table([clean]))
    _stream("json")(tmp_path / "records.json.gz", records_table([clean]))
    scan_folder(tmp_path, pl.Series([LONG]))
    _stream("json")(tmp_path / "records.json.gz", records_table([guilty]))
    with pytest.raises(PrivateIdentifierFound) as caught:
        scan_folder(tmp_path, pl.Series([LONG]))
    assert caught.value.places == ("records.json.gz:status_reason:1",)


def test_scan__reads_a_coding_that_holds_another_text(tmp_path: Path) -> None:
    clean, guilty = (b"name\r\n%s\r\n" % text for text in (b"Entidad", LONG.encode()))
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(clean))
    (tmp_path / "t.csv.zst").write_bytes(zstandard.compress(clean))
    scan_folder(tmp_path, pl.Series([LONG]))
    (tmp_path / "t.csv.zst").write_bytes(zstandard.compress(guilty))
    with pytest.raises(PrivateIdentifierFound) as caught:
        scan_folder(tmp_path, pl.Series([LONG]))
    assert caught.value.places == ("t.csv.zst:name:1",)


_PACKED = tuple(f"downloads/records.{suffix}" for suffix in ("csv", "json", "ndjson"))


@pytest.mark.parametrize("column", PLACES)
def test_write_downloads__finds_a_planted_number_on_its_way_into_the_packing(tmp_path: Path, column: str) -> None:
    rows = [record(n, name=f'Entidad "{chr(64 + n)}"\r\nde dos líneas', nit=None) for n in range(1, 4)]
    rows[1][column] = PLACES[column]
    write_arrow(tmp_path / "records.arrow", records_table(rows))
    private = pl.Series([CUI, LONG])
    guilty = write_downloads(tmp_path, {}, private).guilty
    assert {path: len(texts) for path, texts in guilty.items()} == dict.fromkeys(_PACKED, 1)
    for path in ("records.arrow", "downloads/records.parquet", "downloads/records.xlsx"):
        (tmp_path / path).unlink()
    with pytest.raises(PrivateIdentifierFound) as caught:
        scan_folder(tmp_path, private, guilty)
    row = 3 if column == "name" else 2
    assert caught.value.places == tuple(f"{path}.{c}:{column}:{row}" for path in _PACKED for c in ("gz", "zst"))


def test_write_downloads__passes_clean_text_and_looks_for_nobody_where_nobody_is_private(tmp_path: Path) -> None:
    rows = [record(n, name="Entidad\n“a”", jobs=80_000_000, amount_gtq=800_000_000_018) for n in range(2, 6)]
    write_arrow(tmp_path / "records.arrow", records_table(rows))
    guilty = write_downloads(tmp_path, {}, pl.Series([LONG, CUI, "80000000", "2025", "101"])).guilty
    assert {path: len(texts) for path, texts in guilty.items()} == dict.fromkeys(_PACKED, 0)
    assert not write_downloads(tmp_path, {}, pl.Series([], dtype=pl.String)).guilty


def _workbook(path: Path, rows: list[dict[str, object]], **metadata: str) -> None:
    path.write_bytes(b"".join(FORMATS["xlsx"].stream([records_table(rows)], metadata=metadata)))


@pytest.mark.parametrize("column", PLACES)
def test_scan__finds_a_planted_number_in_a_workbook(tmp_path: Path, column: str) -> None:
    rows = [record(n, name=f"Entidad {chr(64 + n)}", nit=None) for n in range(1, 4)]
    rows[1][column] = PLACES[column]
    _workbook(tmp_path / "records.xlsx", rows)
    with pytest.raises(PrivateIdentifierFound) as caught:
        scan_folder(tmp_path, pl.Series([CUI, LONG]))
    letters = xl_col_to_name(KEYS.index(column))
    assert caught.value.places == (f"records.xlsx:xl/worksheets/sheet1.xml {letters}:{4 if column == 'name' else 3}",)


def test_scan__finds_in_a_workbook_what_only_its_heading_tells_or_a_character_hides(tmp_path: Path) -> None:
    _workbook(tmp_path / "records.xlsx", [record(1, nit=SHORT)])
    with pytest.raises(PrivateIdentifierFound):
        scan_folder(tmp_path, pl.Series([SHORT]))
    _workbook(tmp_path / "records.xlsx", [record(1, nit=None, status_reason=f"{LONG[:5]}\x1f{LONG[5:]}")])
    with pytest.raises(PrivateIdentifierFound):
        scan_folder(tmp_path, pl.Series([LONG]))
    _workbook(tmp_path / "records.xlsx", [record(1)], publisher=f"de {LONG}")
    with pytest.raises(PrivateIdentifierFound):
        scan_folder(tmp_path, pl.Series([LONG]))


def test_scan__passes_a_clean_workbook(tmp_path: Path) -> None:
    rows = [record(n, jobs=80_000_000, amount_gtq=800_000_000_018) for n in range(2, 6)]
    _workbook(tmp_path / "records.xlsx", rows, manifest_sha256=LONG.ljust(64, "0"))
    scan_folder(tmp_path, pl.Series([LONG, CUI, "80000000", "2025", "101"]))
    _workbook(tmp_path / "records.xlsx", [])
    scan_folder(tmp_path, pl.Series([LONG]))
