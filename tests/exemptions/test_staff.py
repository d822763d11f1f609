"""Who may do what, what batches go through, and the trail all of it leaves."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from exemptions.accounts import Actor, Right, StaffRole, add_account, disable_account, issue_token, require
from exemptions.audit import find_broken_entry, list_entries
from exemptions.batches import (
    State,
    Upload,
    approve_batch,
    create_batch,
    find_same_upload,
    get_batch,
    get_findings,
    is_latest,
    list_approved,
    next_batch_id,
    read_staged,
    reject_batch,
    staged_path,
    standing_edition,
)
from exemptions.content import STAGED_SCHEMA
from exemptions.database import Book, open_book
from exemptions.datasets import Dataset, Mode
from exemptions.errors import BatchNotFound, BatchState, NobodyYet, NotAllowed, ReleaseDamaged
from exemptions.finding import Finding, Severity
from exemptions.guards import Lift
from exemptions.models import Base
from exemptions.settings import read_settings
from tests.databases import OWNER, Databases
from tests.tampering import unlock

pytestmark = pytest.mark.both_databases

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
LOADER, APPROVER = Actor("lucia"), Actor("pedro")
ANY_REMOVALS = Lift(removals=10, reason="edición de prueba")


@pytest.fixture(params=["on", "off"])
def book(request: pytest.FixtureRequest, tmp_path: Path, database: Databases) -> Iterator[Book]:
    environment = {"EXEMPTIONS_HOME": str(tmp_path / "home"), "EXEMPTIONS_TWO_PERSON": request.param}
    environment |= database.environment("book", OWNER)
    opened = open_book(read_settings(environment), clock=lambda: NOW)
    yield opened
    opened.close()


@pytest.fixture
def strict(tmp_path: Path, database: Databases) -> Iterator[Book]:
    environment = {"EXEMPTIONS_HOME": str(tmp_path / "strict"), **database.environment("strict")}
    opened = open_book(read_settings(environment), clock=lambda: NOW)
    yield opened
    opened.close()


def stage(session: Session, home: Path, *nits: str, state: State = State.VALIDATED, sha256: str = "a" * 64) -> int:
    number = next_batch_id(session)
    rows = [
        {**dict.fromkeys(STAGED_SCHEMA), "row": i, "nit": nit, "category": "ASOC", "resolution": "", "name": nit}
        | {"person_kind": "legal", "exempt_type": "NOLUC"}
        for i, nit in enumerate(nits, start=2)
    ]
    path = staged_path(home, number)
    path.parent.mkdir(exist_ok=True)
    pl.DataFrame(rows, schema=dict(STAGED_SCHEMA)).write_ipc(path)
    create_batch(
        session,
        number=number,
        upload=Upload(Dataset.REGISTRY, Mode.REPLACE, NOW.date(), "registro.csv", sha256, 10, {"encoding": "utf-8"}),
        state=state,
        rows=len(nits),
        counts=None,
        findings=[Finding(Severity.WARNING, 2, "NIT", "nit", "x", "nit_decimal", {"n": 1})],
        staged_sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        actor=LOADER,
        at=NOW,
    )
    return number


def begin(session: Session) -> Actor:
    """The first administrator, whom nobody had to allow."""
    nobody = require(session, token="", right=Right.ACCOUNTS)
    add_account(session, actor=nobody, name="ana", role=StaffRole.ADMINISTRATOR, at=NOW)
    return Actor("ana")


def test_add_account__the_first_is_an_administrator(strict: Book) -> None:
    with strict.write() as session:
        nobody = require(session, token="", right=Right.ACCOUNTS)
        for role in (StaffRole.LOADER, StaffRole.APPROVER):
            with pytest.raises(NotAllowed):
                add_account(session, actor=nobody, name="lucia", role=role, at=NOW)


@pytest.mark.parametrize(
    "name", ["", " ", " ana", "lucia ", "a  b", "a\nb", "a\u200bb", "x" * 81, "operator", "system", "calendar"]
)
def test_add_account__a_name_is_what_a_list_shows_and_nobody_elses(strict: Book, name: str) -> None:
    with strict.write() as session:
        first = begin(session)
        with pytest.raises(NotAllowed):
            add_account(session, actor=first, name=name, role=StaffRole.APPROVER, at=NOW)
        add_account(session, actor=first, name="María José Ñ.", role=StaffRole.APPROVER, at=NOW)


def test_disable_account__leaves_somebody_who_can_add_others(strict: Book) -> None:
    with strict.write() as session:
        first = begin(session)
        with pytest.raises(NotAllowed):
            disable_account(session, actor=first, name="ana", at=NOW)
        add_account(session, actor=first, name="eva", role=StaffRole.ADMINISTRATOR, at=NOW)
        disable_account(session, actor=first, name="ana", at=NOW)
        with pytest.raises(NotAllowed):
            disable_account(session, actor=Actor("eva"), name="eva", at=NOW)


def test_require__with_two_people_a_token_is_needed(strict: Book) -> None:
    with strict.write() as session:
        with pytest.raises(NobodyYet, match="user add"):
            require(session, token="", right=Right.LOAD)
        begin(session)
        with pytest.raises(NotAllowed, match="EXEMPTIONS_TOKEN"):
            require(session, token="", right=Right.LOAD)


@pytest.mark.parametrize(
    ("role", "rights"),
    [
        (StaffRole.LOADER, {Right.LOAD, Right.CORRECTIONS}),
        (StaffRole.APPROVER, {Right.LOAD, Right.APPROVE, Right.PUBLISH, Right.AUDIT, Right.CORRECTIONS}),
        (StaffRole.ADMINISTRATOR, {Right.ACCOUNTS, Right.AUDIT}),
    ],
)
def test_require__each_role_has_its_rights_only(strict: Book, role: StaffRole, rights: set[Right]) -> None:
    with strict.write() as session:
        first = begin(session)
        add_account(session, actor=first, name="lucia", role=role, at=NOW)
        token = issue_token(session, actor=first, name="lucia", at=NOW)
        for right in Right:
            if right in rights:
                assert require(session, token=token, right=right) == Actor("lucia")
            else:
                with pytest.raises(NotAllowed):
                    require(session, token=token, right=right)
        with pytest.raises(NotAllowed):
            require(session, token="", right=Right.ACCOUNTS)


def test_token__is_not_in_the_book_and_dies_with_the_account(strict: Book) -> None:
    with strict.write() as session:
        admin = begin(session)
        add_account(session, actor=admin, name="lucia", role=StaffRole.LOADER, at=NOW)
        old = issue_token(session, actor=admin, name="lucia", at=NOW)
        new = issue_token(session, actor=admin, name="lucia", at=NOW)
        assert require(session, token=new, right=Right.LOAD) == Actor("lucia")
        with pytest.raises(NotAllowed):
            require(session, token=old, right=Right.LOAD)
        disable_account(session, actor=admin, name="lucia", at=NOW)
        with pytest.raises(NotAllowed):
            require(session, token=new, right=Right.LOAD)
    with strict.read() as session:
        kept = [
            str(value)
            for table in Base.metadata.sorted_tables
            for row in session.execute(select(table))
            for value in row
        ]
    assert "lucia" in kept
    assert not any(new in value for value in kept)


def test_approve__needs_another_person_when_the_book_says_so(strict: Book) -> None:
    with strict.write() as session:
        number = stage(session, strict.home, "1")
        with pytest.raises(NotAllowed, match="lucia"):
            approve_batch(session, strict.home, number=number, actor=LOADER, at=NOW)
        approve_batch(session, strict.home, number=number, actor=APPROVER, at=NOW)
        assert get_batch(session, number).state == State.APPROVED


def test_approve__compares_with_what_was_approved_before(book: Book) -> None:
    with book.write() as session:
        first, second = stage(session, book.home, "1", "2"), stage(session, book.home, "2", "3")
        one = approve_batch(session, book.home, number=first, actor=APPROVER, at=NOW)
        two = approve_batch(session, book.home, number=second, actor=APPROVER, at=NOW, lift=ANY_REMOVALS)
        assert (one.added, one.ended, one.changed) == (2, 0, 0)
        assert (two.added, two.ended, two.changed) == (1, 1, 0)
        assert sorted(standing_edition(session, book.home, Dataset.REGISTRY)["nit"]) == ["2", "3"]


def test_reject__sends_later_approvals_back(book: Book) -> None:
    with book.write() as session:
        numbers = [stage(session, book.home, *map(str, range(i + 1))) for i in range(3)]
        for number in numbers:
            approve_batch(session, book.home, number=number, actor=APPROVER, at=NOW)
        reject_batch(session, number=numbers[1], actor=APPROVER, reason="otro archivo", at=NOW)
        assert [get_batch(session, n).state for n in numbers] == [State.APPROVED, State.REJECTED, State.VALIDATED]
        assert [b.id for b in list_approved(session)] == numbers[:1]


@pytest.mark.parametrize("state", [State.REFUSED, State.REJECTED, State.PUBLISHED])
def test_approve__only_what_was_validated(book: Book, state: State) -> None:
    with book.write() as session:
        number = stage(session, book.home, "1", state=state)
        with pytest.raises(BatchState):
            approve_batch(session, book.home, number=number, actor=APPROVER, at=NOW)


def test_read_staged__an_altered_file_is_not_used(book: Book) -> None:
    with book.write() as session:
        number = stage(session, book.home, "1")
        path = staged_path(book.home, number)
        path.write_bytes(path.read_bytes()[:-1] + b"?")
        with pytest.raises(ReleaseDamaged):
            read_staged(book.home, get_batch(session, number))


def test_find_same_upload__refused_files_may_come_again(book: Book) -> None:
    with book.write() as session:
        upload = Upload(
            Dataset.REGISTRY, Mode.REPLACE, date(2026, 1, 31), "otro.csv", "a" * 64, 10, {"encoding": "utf-8"}
        )
        stage(session, book.home, "1", state=State.REFUSED)
        assert find_same_upload(session, upload) is None
        number = stage(session, book.home, "1")
        same = find_same_upload(session, upload)
        assert same is not None and same.id == number and is_latest(session, same)
        stage(session, book.home, "2", sha256="b" * 64)
        assert not is_latest(session, same)


def test_findings__come_back_as_they_went_in(book: Book) -> None:
    with book.write() as session:
        number = stage(session, book.home, "1")
        assert get_findings(session, number) == [
            Finding(Severity.WARNING, 2, "NIT", "nit", "x", "nit_decimal", {"n": 1})
        ]
        with pytest.raises(BatchNotFound):
            get_findings(session, number + 1)


TAMPERINGS = (
    "UPDATE audit SET actor = 'otra' WHERE id = 2",
    "UPDATE audit SET details = '{}' WHERE id = 2",
    "DELETE FROM audit WHERE id = 2",
    "UPDATE audit SET at = '2020-01-01 00:00:00' WHERE id = 1",
)


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_audit__a_lost_or_altered_entry_is_found(book: Book, tampering: str) -> None:
    with book.write() as session:
        number = stage(session, book.home, "1")
        approve_batch(session, book.home, number=number, actor=APPROVER, at=NOW)
        assert [entry.act for entry in list_entries(session)] == ["book_created", "batch_loaded", "batch_approved"]
        assert find_broken_entry(session) is None
    with book.write() as session:
        unlock(session.connection())
        session.execute(text(tampering))
    with book.read() as session:
        assert find_broken_entry(session) is not None


def test_audit__is_written_with_what_it_records_or_not_at_all(book: Book) -> None:
    with pytest.raises(RuntimeError), book.write() as session:
        stage(session, book.home, "1")
        raise RuntimeError
    with book.read() as session:
        assert [entry.act for entry in list_entries(session)] == ["book_created"]
