"""Loading a file into a real book: what a batch keeps, what a refusal leaves, and what sending it again gives."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import func, select

from exemptions.accounts import Actor
from exemptions.batches import State, approve_batch, get_batch, get_findings, list_batches, read_staged, reject_batch
from exemptions.content import STAGED_SCHEMA
from exemptions.database import Book, open_book
from exemptions.datasets import Dataset, Mode
from exemptions.errors import FileRefused
from exemptions.finding import Severity
from exemptions.guard_texts import describe_hold
from exemptions.guards import Guard
from exemptions.models import AuditEntry
from exemptions.settings import Settings, read_settings
from loaders import load as load_module
from loaders.isolation import ReaderLimits
from loaders.load import LoadOptions, LoadResult, Phase, load_file
from tests.loaders.registry_files import CUTOFF, HEADERS, csv_text, permanent, temporary, write_workbook

NOW = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
"""Nine in the evening of the first of November in Guatemala."""

LOADER, APPROVER = Actor("ana"), Actor("berta")


class Desk:
    """One home, and what a member of staff does there."""

    def __init__(self, settings: Settings, book: Book, folder: Path) -> None:
        self.settings, self.book, self.folder = settings, book, folder

    def write(self, text: str | bytes, name: str = "registro.csv") -> Path:
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def load(self, path: Path, **options: Any) -> LoadResult:
        return load_file(
            self.book,
            self.settings,
            dataset=Dataset.REGISTRY,
            path=path,
            options=LoadOptions(**{"cutoff": CUTOFF, **options}),
            actor=LOADER,
            clock=lambda: NOW,
        )

    def approve(self, number: int) -> None:
        with self.book.write() as session:
            approve_batch(session, self.book.home, number=number, actor=APPROVER, at=NOW)

    def files(self) -> dict[str, bytes]:
        home = self.settings.home
        return {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    settings = read_settings({"EXEMPTIONS_HOME": str(tmp_path / "home")})
    book = open_book(settings, clock=lambda: NOW)
    folder = tmp_path / "inbox"
    folder.mkdir()
    yield Desk(settings, book, folder)
    book.close()


RECORDS = [permanent(1), temporary(2), permanent(3)]


def test_load__keeps_the_upload_the_rows_the_findings_and_the_act(desk: Desk) -> None:
    text = csv_text(*RECORDS, permanent(4, name="=LUNA"))
    result = desk.load(desk.write(text))
    assert (result.batch, result.state, result.rows) == (1, State.VALIDATED, 4)
    assert (result.added, result.ended, result.changed) == (4, 0, 0)
    assert [(f.row, f.rule) for f in result.warnings] == [(5, "texto_con_formula")]
    digest = hashlib.sha256(text.encode()).hexdigest()
    assert (desk.settings.home / "uploads" / digest).read_text(encoding="utf-8") == text
    with desk.book.read() as session:
        batch = get_batch(session, 1)
        assert (batch.upload_sha256, batch.file_name, batch.loaded_by) == (digest, "registro.csv", "ana")
        assert (batch.mode, batch.cutoff, batch.loaded_at) == ("replace", CUTOFF, NOW)
        staged = read_staged(desk.settings.home, batch)
        assert staged.schema == pl.Schema(STAGED_SCHEMA)
        assert staged["row"].to_list() == [2, 3, 4, 5]
        assert staged["nit"].to_list() == [record["nit"] for record in [*RECORDS, permanent(4)]]
        assert tuple(get_findings(session, 1)) == result.findings
        acts = session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)).all()
        assert acts[-1] == "batch_loaded"


def test_load__what_it_keeps_is_readable_by_its_owner_alone(desk: Desk) -> None:
    desk.load(desk.write(csv_text(*RECORDS)))
    for path in desk.settings.home.rglob("*"):
        if path.parent.name in ("uploads", "staged"):
            assert path.stat().st_mode & 0o077 == 0
            assert not path.name.startswith(".")


def test_load__the_cutoff_is_the_day_in_guatemala_unless_given(desk: Desk) -> None:
    desk.load(desk.write(csv_text(*RECORDS)), cutoff=None)
    with desk.book.read() as session:
        assert get_batch(session, 1).cutoff == date(2026, 11, 1)


def test_load__csv_and_workbook_and_encodings_give_the_same_rows(desk: Desk) -> None:
    records = [permanent(1, name="ÑANDÚ, “LUNA”"), temporary(2)]
    texts = csv_text(*records)
    spanish = csv_text(*records, delimiter=";").replace("\n", "\r\n")
    rows: list[list[object]] = [["TÍTULO"], [], list(HEADERS.values())]
    rows += [[record.get(key, "") for key in HEADERS] for record in records]
    sent: list[tuple[Path, dict[str, Any]]] = [
        (desk.write(texts), {}),
        (desk.write(spanish.encode("cp1252"), "a.csv"), {"encoding": "windows-1252"}),
        (desk.write(texts.encode("utf-16"), "b.csv"), {"encoding": "utf-16"}),
        (write_workbook(desk.folder / "c.xlsx", rows), {}),
    ]
    numbers = [desk.load(path, **options).batch for path, options in sent]
    assert numbers == [1, 2, 3, 4]
    with desk.book.read() as session:
        contents = [read_staged(desk.settings.home, get_batch(session, n)).drop("row") for n in (1, 2, 3, 4)]
    assert all(content.equals(contents[0]) for content in contents)
    assert contents[0].height == 2


def test_load__any_error_refuses_the_whole_file_and_names_them_all(desk: Desk) -> None:
    result = desk.load(desk.write(csv_text(permanent(1), permanent(2, nit="CF"), permanent(3, name=""))))
    assert (result.batch, result.state, result.rows) == (1, State.REFUSED, 3)
    assert (result.added, result.ended, result.changed) == (None, None, None)
    assert [(f.row, f.rule) for f in result.errors] == [(3, "nit_consumidor_final"), (4, "nombre_vacio")]
    assert not (desk.settings.home / "staged").exists()
    with desk.book.read() as session:
        batch = get_batch(session, 1)
        assert (batch.state, batch.errors, batch.staged_sha256) == (State.REFUSED, 2, None)
        assert tuple(get_findings(session, 1)) == result.findings


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "archivo_vacio"),
        (csv_text().encode(), "sin_registros"),
        (csv_text(permanent(1, name="ÑANDÚ")).encode("cp1252"), "codificacion_incorrecta"),
        (b"PK\x03\x04 nada", "archivo_danado"),
        (b"%PDF-1.7", "formato_no_admitido"),
        (b"\x00\x01\x02", "archivo_binario"),
        (b"NIT,NOMBRE\n1,2\n", "columna_faltante"),
    ],
)
def test_load__a_file_of_the_wrong_shape_is_a_refused_batch(desk: Desk, data: bytes, rule: str) -> None:
    result = desk.load(desk.write(data))
    assert (result.batch, result.state, result.rows) == (1, State.REFUSED, 0)
    assert {finding.rule for finding in result.errors} == {rule}
    assert (desk.settings.home / "uploads" / hashlib.sha256(data).hexdigest()).read_bytes() == data


def test_load__a_dry_run_tells_the_same_and_leaves_the_home_as_it_was(desk: Desk) -> None:
    desk.load(desk.write(csv_text(*RECORDS)))
    desk.approve(1)
    before = desk.files()
    path = desk.write(csv_text(permanent(1, name="OTRO"), permanent(4), permanent(5, name="@LUNA")), "otro.csv")
    dry = desk.load(path, dry_run=True)
    refused = desk.load(desk.write("NIT\n"), dry_run=True)
    assert desk.files() == before
    assert dry.batch is None
    assert (refused.batch, refused.state) == (None, State.REFUSED)
    assert replace(dry, batch=2) == desk.load(path)
    assert (dry.added, dry.ended, dry.changed) == (2, 2, 1)


def test_load__counts_against_the_batches_approved_before_it(desk: Desk) -> None:
    desk.load(desk.write(csv_text(*RECORDS)))
    desk.approve(1)
    desk.load(desk.write(csv_text(*RECORDS, permanent(4)), "b.csv"))
    waiting = desk.load(desk.write(csv_text(*RECORDS, permanent(4), permanent(5)), "c.csv"))
    assert (waiting.added, waiting.ended, waiting.changed) == (2, 0, 0)
    desk.approve(2)
    after = desk.load(desk.write(csv_text(*RECORDS[1:], permanent(4), permanent(5, name="LUNA")), "d.csv"))
    assert (after.added, after.ended, after.changed) == (1, 1, 0)


def test_load__a_merge_ends_nothing(desk: Desk) -> None:
    desk.load(desk.write(csv_text(*RECORDS)))
    desk.approve(1)
    merged = desk.load(desk.write(csv_text(permanent(1, status="SUSPENDIDO"), permanent(9)), "b.csv"), mode=Mode.MERGE)
    assert (merged.added, merged.ended, merged.changed) == (1, 0, 1)


def test_load__the_same_file_written_otherwise_changes_nothing(desk: Desk) -> None:
    desk.load(desk.write(csv_text(*RECORDS)))
    desk.approve(1)
    otherwise = temporary(
        2, valid_from="4/12/2020", category="Maquila, prestadora de servicios", amount_gtq="Q 707,045.03"
    )
    dashed = permanent(1, nit=f" {permanent(1)['nit'][:-1]}-{permanent(1)['nit'][-1]}")
    result = desk.load(desk.write(csv_text(otherwise, RECORDS[2], dashed), "b.csv"))
    assert [f.rule for f in result.errors] == []
    assert (result.added, result.ended, result.changed) == (0, 0, 0)


def test_load__the_latest_file_sent_again_gives_its_batch_back(desk: Desk) -> None:
    path = desk.write(csv_text(*RECORDS, permanent(4, name="=LUNA")))
    first = desk.load(path)
    desk.approve(1)
    again = desk.load(path)
    assert again == replace(first, state=State.APPROVED)
    with desk.book.read() as session:
        assert len(list_batches(session)) == 1
        assert session.scalar(select(func.count()).where(AuditEntry.act == "batch_loaded")) == 1


def test_load__the_same_bytes_under_other_options_are_another_load(desk: Desk) -> None:
    path = desk.write(csv_text(*RECORDS))
    assert [desk.load(path).batch, desk.load(path, mode=Mode.MERGE).batch] == [1, 2]
    assert desk.load(path, cutoff=date(2026, 9, 30), mode=Mode.MERGE).batch == 3


def test_load__an_older_file_is_blocked_with_its_reason(desk: Desk) -> None:
    old, new = desk.write(csv_text(*RECORDS), "a.csv"), desk.write(csv_text(*RECORDS, permanent(4)), "b.csv")
    assert desk.load(old).state is State.VALIDATED
    assert desk.load(new).state is State.VALIDATED
    blocked = desk.load(old)
    assert (blocked.batch, blocked.state) == (3, State.BLOCKED)
    assert [(hold.guard, hold.measured) for hold in blocked.holds] == [(Guard.OLDER_FILE, 1)]
    told = describe_hold(blocked.holds[0])
    assert "lote 1" in told.es
    assert "batch 1" in told.en


def test_load__an_older_file_is_blocked_however_often_it_is_sent(desk: Desk) -> None:
    old, new = desk.write(csv_text(*RECORDS), "a.csv"), desk.write(csv_text(*RECORDS, permanent(4)), "b.csv")
    desk.load(old)
    desk.load(new)
    assert desk.load(old).state is State.BLOCKED
    again = desk.load(old, mode=Mode.MERGE)
    assert (again.batch, again.state) == (4, State.BLOCKED)
    assert [(hold.guard, hold.measured) for hold in again.holds] == [(Guard.OLDER_FILE, 1)]


def test_load__a_day_to_come_is_told_and_a_far_one_refused(desk: Desk) -> None:
    path = desk.write(csv_text(*RECORDS))
    today = date(2026, 11, 1)
    assert desk.load(path, cutoff=today).findings == ()
    ahead = desk.load(path, cutoff=today + timedelta(days=30))
    assert [(f.rule, f.severity, f.detail) for f in ahead.findings] == [
        ("corte_por_llegar", Severity.WARNING, {"cutoff": "2026-12-01"})
    ]
    assert ahead.state is State.VALIDATED
    with pytest.raises(FileRefused, match="2027-11-03"):
        desk.load(path, cutoff=today + timedelta(days=367))
    with pytest.raises(FileRefused):
        desk.load(path, cutoff=date.max)


def test_load__a_refused_or_rejected_file_may_be_sent_again(desk: Desk) -> None:
    broken = desk.write(csv_text(permanent(1, nit="CF")), "a.csv")
    assert [desk.load(broken).batch, desk.load(broken).batch] == [1, 2]
    good = desk.write(csv_text(*RECORDS), "b.csv")
    assert desk.load(good).batch == 3
    with desk.book.write() as session:
        reject_batch(session, number=3, actor=APPROVER, reason="prueba", at=NOW)
    again = desk.load(good)
    assert (again.batch, again.state) == (4, State.VALIDATED)


def test_load__a_missing_or_too_large_file_is_no_batch(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(FileRefused):
        desk.load(desk.folder / "nada.csv")
    with pytest.raises(FileRefused):
        desk.load(desk.folder)
    path = desk.write(csv_text(*RECORDS))
    desk.settings = replace(desk.settings, max_upload_bytes=100)
    with pytest.raises(FileRefused, match="EXEMPTIONS_MAX_UPLOAD_BYTES"):
        desk.load(path)
    with desk.book.read() as session:
        assert list_batches(session) == []


def test_load__a_file_that_changes_while_it_is_read_is_no_batch(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    path = desk.write(csv_text(*RECORDS))
    hashed = load_module.hash_file

    def hash_then_grow(own: Path) -> str:
        digest = hashed(own)
        own.write_bytes(own.read_bytes() + b"\n")
        return digest

    monkeypatch.setattr(load_module, "hash_file", hash_then_grow)
    with pytest.raises(FileRefused):
        desk.load(path)
    assert list((desk.settings.home / "uploads").iterdir()) == []


def test_load__a_reader_that_dies_is_a_refused_batch(desk: Desk) -> None:
    result = load_file(
        desk.book,
        desk.settings,
        dataset=Dataset.REGISTRY,
        path=desk.write(csv_text(*RECORDS)),
        options=LoadOptions(),
        actor=LOADER,
        clock=lambda: NOW,
        limits=ReaderLimits(memory_bytes=64 * 1024**2),
    )
    assert (result.batch, result.state) == (1, State.REFUSED)
    assert [finding.rule for finding in result.errors] == ["lectura_interrumpida"]


def test_load__tells_its_phases_in_order(desk: Desk) -> None:
    told: list[str] = []
    load_file(
        desk.book,
        desk.settings,
        dataset=Dataset.REGISTRY,
        path=desk.write(csv_text(*RECORDS)),
        options=LoadOptions(),
        actor=LOADER,
        clock=lambda: NOW,
        progress=lambda phase, _done, _total: told.append(phase),
    )
    assert told == list(Phase)


def test_load__a_mapping_a_sheet_and_a_header_row_reach_the_reader(desk: Desk) -> None:
    rows: list[list[object]] = [["Contribuyente no.", *list(HEADERS.values())[1:]], list(permanent(1).values())]
    book_rows = [["Contribuyente no.", "x"], *rows]
    book_rows[2] = [permanent(1).get(key, "") for key in HEADERS]
    path = write_workbook(desk.folder / "a.xlsx", book_rows, sheet="Hoja")
    result = desk.load(path, mapping={"Contribuyente no.": "nit"}, sheet="Hoja", header_row=2)
    assert result.state is State.VALIDATED
    with desk.book.read() as session:
        assert get_batch(session, 1).options == {
            "mapping": {"Contribuyente no.": "nit"},
            "encoding": "utf-8",
            "sheet": "Hoja",
            "header_row": 2,
            "cutoff": "2026-10-31",
        }
        assert read_staged(desk.settings.home, get_batch(session, 1))["row"].to_list() == [3]
