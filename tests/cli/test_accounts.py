"""The commands about people, passwords, tokens, the two-person rule and the audit trail."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exemptions.database import open_book
from exemptions.sessions import SignInOutcome, sign_in
from exemptions.settings import read_settings
from tests.cli.conftest import Command, Outcome, school
from tests.databases import Databases

Write = Callable[..., Path]
Strict = Callable[..., Outcome]

PASSWORD = "marimba volcán jocote"


@pytest.fixture
def strict(command: Command) -> Strict:
    """The same command with a book that demands two people."""

    def run(*words: object, **options: str) -> Outcome:
        return command(*words, two_person="on", **options)

    return run


@pytest.fixture
def admin(strict: Strict) -> str:
    """The token of the first administrator."""
    return strict("user", "add", "ana", "--role", "administrator").output.strip()


def test_require__without_people_the_message_names_home_and_command(
    strict: Strict, write_file: Write, home: Path
) -> None:
    refused = strict("load", "registry", write_file(school(0)))
    assert refused.status == 1
    assert "exemptions user add NOMBRE --role administrator" in refused.errors
    assert str(home) in refused.errors
    assert "EXEMPTIONS_HOME" in refused.errors


def test_error__is_told_in_the_language_of_the_settings(
    command: Command, monkeypatch: pytest.MonkeyPatch, write_file: Write
) -> None:
    monkeypatch.setenv("EXEMPTIONS_LANG", "en")
    assert "There is no batch" in command("report", "9", lang="").errors
    assert "No hay" in command("report", "9", lang="es").errors
    monkeypatch.setenv("EXEMPTIONS_ROLE", "nobody")
    assert "The variable EXEMPTIONS_ROLE" in command("report", "9", lang="").errors


@pytest.mark.both_databases
def test_user__a_person_gets_tokens_that_can_be_told_apart_and_revoked(strict: Strict, admin: str) -> None:
    first = strict("user", "add", "luis", "--role", "loader", token=admin).output.strip()
    monthly = strict("user", "token", "luis", "--label", "envío mensual", "--days", "90", token=admin).output.strip()
    listed = strict("user", "tokens", "luis", "--json").json
    assert [(t["label"], t["revoked_at"]) for t in listed] == [("envío mensual", None), ("token", None)]
    assert listed[0]["expires_at"] is not None
    assert first not in json.dumps(listed)
    assert strict("user", "revoke", listed[0]["id"], token=admin).status == 0
    assert "no vale" in strict("user", "list", token=admin).errors + strict("publish", token=monthly).errors
    assert "tiene el papel loader" in strict("publish", token=first).errors
    assert strict("user", "revoke", 99, token=admin).status == 1


@pytest.mark.both_databases
def test_role_missing__is_refused_and_noted(strict: Strict, admin: str) -> None:
    loader = strict("user", "add", "luis", "--role", "loader", token=admin).output.strip()
    refused = strict("user", "add", "eva", "--role", "approver", token=loader)
    assert refused.status == 1
    last = strict("audit", "--json").json[-1]
    assert (last["actor"], last["act"], last["subject"]) == ("luis", "denied", "accounts")
    assert [person["name"] for person in strict("user", "list", "--json").json] == ["ana", "luis"]


def test_user__an_administrator_runs_an_account(strict: Strict, admin: str, database: Databases, home: Path) -> None:
    strict("user", "add", "eva", "--role", "loader", "--password-stdin", token=admin, typed=f"{PASSWORD}\n")
    assert strict("user", "role", "eva", "approver", token=admin).status == 0
    assert strict("user", "disable", "eva", token=admin).status == 0
    assert strict("user", "enable", "eva", token=admin).status == 0
    again = strict("user", "password", "eva", "--password-stdin", token=admin, typed=f"{PASSWORD} 2\r\n")
    assert again.status == 0
    assert strict("user", "second-factor", "eva", "--reset", token=admin).status == 0
    (eva,) = [person for person in strict("user", "list", "--json").json if person["name"] == "eva"]
    assert (eva["role"], eva["disabled"], eva["password"], eva["tokens"]) == ("approver", False, True, 0)
    book = open_book(read_settings({"EXEMPTIONS_HOME": str(home), **database.environment()}))
    with book.write() as session:
        outcome = sign_in(session, name="eva", password=f"{PASSWORD} 2", code=None, at=datetime.now(UTC)).outcome
    book.close()
    assert outcome is SignInOutcome.SIGNED_IN


def test_password__a_bad_one_is_refused_and_never_shown(strict: Strict, admin: str) -> None:
    refused = strict("user", "password", "ana", "--password-stdin", token=admin, typed="Guatemala2026\n")
    assert refused.status == 1
    assert "adivina" in refused.errors
    assert "Guatemala2026" not in refused.output + refused.errors
    nowhere_to_ask = strict("user", "password", "ana", token=admin)
    assert nowhere_to_ask.status == 2
    assert "--password-stdin" in nowhere_to_ask.errors


def test_two_person__is_an_administrators_act_with_a_reason(strict: Strict, admin: str, write_file: Write) -> None:
    assert strict("user", "two-person", "off", "--reason", " ", token=admin).status == 1
    assert strict("load", "registry", write_file(school(0)), "--approve").status == 1
    assert strict("user", "two-person", "off", "--reason", "Solo hay una persona", token=admin).status == 0
    last = strict("audit", "--json").json[-1]
    assert (last["actor"], last["act"]) == ("ana", "two_person_changed")
    assert last["details"] == {"value": "off", "reason": "Solo hay una persona"}
    assert strict("load", "registry", write_file(school(0)), "--approve").status == 0
    assert strict("user", "two-person", "on", "--reason", "Ya hay dos", token=admin).status == 0
    assert strict("publish").status == 1


def test_two_person__nobody_in_particular_turns_it_off(strict: Strict) -> None:
    assert strict("user", "two-person", "off", "--reason", "prisa").status == 1
    assert strict("load", "registry", "nada.csv", "--approve").status != 0


@pytest.mark.both_databases
def test_audit__is_exported_whole_as_csv_and_ndjson(strict: Strict, admin: str) -> None:
    entries = strict("audit", "--json").json
    ndjson = [json.loads(line) for line in strict("audit", "--format", "ndjson").output.splitlines()]
    rows = list(csv.DictReader(io.StringIO(strict("audit", "--format", "csv").output)))
    assert [e["act"] for e in entries] == ["book_created", "account_added", "token_issued"]
    assert ndjson == entries
    assert [{**row, "id": int(row["id"]), "details": json.loads(row["details"])} for row in rows] == entries
    assert strict("audit").output.splitlines()[1].split()[2:4] == ["system", "book_created"]


def test_audit__a_cut_trail_is_told_and_accepted_with_a_reason(strict: Strict, admin: str, home: Path) -> None:
    assert strict("audit", "--verify").status == 0
    with sqlite3.connect(home / "book.sqlite") as book:
        book.execute("DROP TRIGGER keep_audit_delete")
        book.execute("DELETE FROM audit WHERE id = 3")
    cut = strict("audit", "--verify")
    assert cut.status == 1
    assert "de la 3 a la 3" in cut.output
    assert "--accept" in cut.output
    assert strict("doctor").status == 1
    strict("user", "add", "eva", "--role", "loader", token=admin)
    assert "entrada 3" in strict("audit", "--verify").output
    assert strict("audit", "--accept", token=admin).status == 1
    assert strict("audit", "--accept", "--reason", "respaldo del lunes", token=admin).status == 0
    assert strict("audit", "--verify").status == 0
    last = strict("audit", "--json").json[-1]
    assert (last["act"], last["actor"], last["details"]["reason"]) == ("trail_accepted", "ana", "respaldo del lunes")
