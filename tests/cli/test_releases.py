"""The commands that take releases back and prove them."""

import csv
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Command, school

pytestmark = pytest.mark.both_databases

Write = Callable[..., Path]
REASON = "Mostraba un colegio que pidió no aparecer."


@pytest.fixture
def published(command: Command, write_file: Write) -> None:
    """Two releases; the second brings a school."""
    second = write_file(school(0), school(1), school(2), name="dos.csv")
    for path in (write_file(school(0), school(1)), second):
        loaded = command("load", "registry", path, "--approve")
        assert (loaded.status, command("publish").status) == (0, 0), loaded.errors


@pytest.mark.usefixtures("published")
def test_withdraw__tells_what_it_would_do_and_what_it_did(command: Command, home: Path) -> None:
    plan = command("withdraw", 2, "--reason", REASON, "--dry-run", "--json")
    assert plan.json == {"release": 2, "others": [], "relinked": [], "is_replaced": False, "restores": 1}
    assert (home / "releases" / "2").is_dir()
    done = command("withdraw", 2, "--reason", REASON, "--json")
    assert done.json == {"withdrawn": [2], "rebuilt": {"3": 1}, "current": 3, "restores": 1}
    assert not (home / "releases" / "2").exists()
    assert command("verify", 2).status == 1
    assert REASON in command("verify", 2).errors
    assert command("verify").status == 0
    listed = command("releases", "--json").json
    assert [(r["number"], r["withdrawn_reason"]) for r in listed] == [(3, None), (2, REASON), (1, None)]
    assert command("withdraw", 2, "--reason", REASON).status == 1
    assert command("audit", "--verify").status == 0


@pytest.mark.usefixtures("published")
def test_withdraw__needs_a_reason_and_the_number_of_what_goes_along(command: Command) -> None:
    assert command("withdraw", 1).status == 2
    refused = command("withdraw", 1, "--reason", REASON)
    assert (refused.status, "--also 1" in refused.errors) == (1, True)
    alone = command("withdraw", 1, "--reason", REASON, "--also", 1)
    assert (alone.status, "--leave-nothing" in alone.errors) == (1, True)
    assert [r["withdrawn_at"] for r in command("releases", "--json").json] == [None, None]


def test_withdraw__belongs_to_the_approver(command: Command, write_file: Write) -> None:
    def act(*words: object, token: str = "") -> int:
        return command(*words, token=token, two_person="on").status

    def join(name: str, role: str, token: str = "") -> str:
        return command("user", "add", name, "--role", role, token=token, two_person="on").output.split()[0]

    chief = join("ana", "administrator")
    loader, approver = join("luis", "loader", chief), join("marta", "approver", chief)
    act("load", "registry", write_file(school(0)), token=loader)
    act("approve", 1, token=approver)
    act("publish", token=approver)
    words = ("withdraw", 1, "--reason", REASON, "--leave-nothing")
    assert [act(*words, token=token) for token in ("", loader, chief)] == [1, 1, 1]
    assert act(*words, token=approver) == 0


@pytest.mark.usefixtures("published")
def test_verify__compares_with_a_hash_known_before(command: Command, home: Path) -> None:
    sha256 = hashlib.sha256((home / "releases" / "1" / "manifest.json").read_bytes()).hexdigest()
    assert command("verify", 1, "--sha256", sha256).status == 0
    told = command("verify", home / "releases" / "1", "--sha256", "0" * 64, "--json")
    assert (told.status, [fault["file"] for fault in told.json["faults"]]) == (1, ["manifest.json"])
    assert (told.json["release"], told.json["manifest_sha256"]) == (1, sha256)
    assert command("verify", 7).status == 1
    assert command("verify", "http://127.0.0.1/nada").status == 1
    assert command("verify", home).status == 1


@pytest.mark.usefixtures("published")
def test_rollback__is_told_and_to_the_current_release_does_nothing(command: Command, tmp_path: Path) -> None:
    assert command("rollback", 2, "--json").json == {"release": None, "restores": 2}
    assert command("rollback", 1, "--json").json == {"release": 3, "restores": 1}
    path = tmp_path / "todo.csv"
    command("export", path)
    assert len(list(csv.DictReader(path.read_text("utf-8").splitlines()))) == 2
    assert json.loads(command("releases", "--json").output)[0]["restores"] == 1


def test_publish__of_an_edition_loaded_again_makes_no_release(command: Command, write_file: Write) -> None:
    path = write_file(school(0), school(1))
    command("load", "registry", path, "--approve")
    assert command("publish", "--json").json["release"] == 1
    assert command("load", "registry", path, "--approve").status == 0
    assert command("publish", "--json").json["release"] is None
    # The same rows as another file are another batch, and change nothing either.
    command("load", "registry", write_file(school(1), school(0), name="otro.csv"), "--approve")
    assert command("publish", "--json").json["release"] is None
