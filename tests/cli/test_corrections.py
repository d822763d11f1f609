"""Reports of the public on the command line: listed, shown, answered, by who may."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exemptions.inbox import Report, draw_number, leave_report, make_inbox
from tests.cli.conftest import Command


def leave(home: Path) -> str:
    make_inbox(home / "inbox")
    report = Report(
        number=draw_number(), received_at=datetime(2026, 11, 20, 18, tzinfo=UTC), lang="es", about=None,
        text="El nombre está mal", source=None, contact=None,
    )  # fmt: skip
    leave_report(home / "inbox", report)
    return report.number


def test_corrections__are_taken_in_listed_and_answered(command: Command, home: Path) -> None:
    number = leave(home)
    (listed,) = command("corrections", "--json").json
    assert (listed["number"], listed["state"], listed["text"]) == (number, "received", "El nombre está mal")
    assert number in command("corrections", "--state", "received").output
    assert number not in command("corrections", "--state", "rejected").output
    assert "El nombre está mal" in command("corrections", number.lower()).output
    answered = command("corrections", number, "--state", "rejected", "--answer", "Está como en el RTU.", "--json")
    assert (answered.status, answered.json["answered_by"]) == (0, "operator")
    log = json.loads((home / "releases" / "corrections.json").read_bytes())["corrections"]
    assert [(entry["state"], entry["answer"]) for entry in log] == [("rejected", "Está como en el RTU.")]


def test_corrections__refuse_an_answer_that_could_not_stand_in_public(command: Command, home: Path) -> None:
    number = leave(home)
    command("corrections")
    refused = command("corrections", number, "--state", "rejected", lang="en")
    assert (refused.status, refused.errors) == (1, "Write the answer: it is what the public will read.\n")
    assert command("corrections", "4F7K2M9QXB").status == 1


def test_corrections__tell_a_wrong_usage(command: Command) -> None:
    assert command("corrections", "--answer", "x").status == 2
    assert command("corrections", "4F7K2M9QXB", "--answer", "x").status == 2
    assert command("corrections", "4F7K2M9QXB", "--state", "received").status == 2


def test_corrections__need_a_person_with_the_right(command: Command) -> None:
    def run(*words: str, token: str = "") -> tuple[int, str]:
        outcome = command(*words, token=token, two_person="on")
        return outcome.status, outcome.output.strip().splitlines()[-1] if outcome.output else ""

    _, ana = run("user", "add", "ana", "--role", "administrator")
    _, luis = run("user", "add", "luis", "--role", "loader", token=ana)
    assert run("corrections")[0] == 1
    assert run("corrections", token=ana)[0] == 1
    assert run("corrections", token=luis)[0] == 0


def test_work__does_the_rest_where_the_inbox_cannot_be_attended_to(
    command: Command, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave(home)

    def fail(*_given: object, **_named: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("api.cli.serving.take_in_corrections", fail)
    outcome = command("work", "--once")
    assert outcome.status == 1
    assert "Permission denied" in outcome.output + outcome.errors


def test_work__takes_reports_in(command: Command, home: Path) -> None:
    number = leave(home)
    assert command("work", "--once").status == 0
    log = json.loads((home / "releases" / "corrections.json").read_bytes())["corrections"]
    assert [entry["number"] for entry in log] == [number]
    assert list((home / "inbox").iterdir()) == []
