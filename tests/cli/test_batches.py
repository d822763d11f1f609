"""Batches on the command line: held back, allowed with numbers and a reason, compared, given back to correct."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from tests.cli.conftest import Command, Outcome, school

Write = Callable[..., Path]


ALLOWED = ("--allow-removals", 1, "--reason", "cerró el colegio")


def publish_two(command: Command, write_file: Write) -> None:
    command("load", "registry", write_file(school(0), school(1)), "--approve")
    assert command("publish", "--json").json["release"] == 1


def states(command: Command) -> list[str]:
    return [batch["state"] for batch in reversed(command("batches", "--json").json)]


@pytest.mark.both_databases
def test_load__a_loss_is_blocked_until_it_is_allowed(command: Command, write_file: Write) -> None:
    publish_two(command, write_file)
    file = write_file(school(0), name="menos.csv")
    blocked = command("load", "registry", file, "--approve", "--json")
    assert (blocked.status, blocked.json["state"], blocked.json["ended"]) == (1, "blocked", 1)
    (guard,) = blocked.json["guards"]
    assert (guard["guard"], guard["measured"], guard["limit"]) == ("removals", 1, 0)
    assert command("publish", "--json").json["release"] is None
    said = command("load", "registry", file)
    assert said.status == 1
    assert "BLOQUEO: Demasiadas bajas: terminan 1 de 2 (50 %; a lo más 0)." in said.output
    assert "exemptions approve 2 --allow-removals 1 --reason TEXTO" in said.output
    allowed = command("load", "registry", file, "--approve", *ALLOWED, "--json")
    assert (allowed.status, allowed.json["batch"], allowed.json["state"]) == (0, 2, "approved")
    assert command("publish", "--json").json["release"] == 2
    batch = command("batches", "--json").json[0]
    assert batch["lifted"] == {"removals": 1, "change_pct": None, "accepted": {}, "reason": "cerró el colegio"}


def test_approve__wants_numbers_that_cover_and_a_reason(command: Command, write_file: Write) -> None:
    publish_two(command, write_file)
    command("load", "registry", write_file(school(2, CATEGORIA_EXENTO="UNIV_PRIV"), name="otro.csv"))
    assert command("approve", 2).status == 1
    assert command("approve", 2, "--allow-removals", 2).status == 2
    assert command("approve", 2, "--reason", "porque sí").status == 2
    assert command("approve", 2, "--allow-removals", 2, "--reason", "  ").status == 2
    assert command("approve", 2, "--accept", "category_lost", "--reason", "x").status == 2
    assert command("approve", 2, "--accept", "removals=2", "--reason", "x").status == 2
    for number in ("inf", "nan", "1e400", "-1"):
        assert command("approve", 2, "--allow-removals", 2, "--allow-change", number, "--reason", "x").status == 2
    short = command("approve", 2, "--allow-removals", 1, "--accept", "category_lost=1", "--reason", "cierre")
    assert short.status == 1
    assert "se queda sin registros" not in short.errors
    # The whole of what it takes, so that the order can be given as it stands.
    assert "--allow-removals 2 --accept category_lost=1 --reason TEXTO" in short.errors
    assert states(command)[-1] == "blocked"
    done = command("approve", 2, "--allow-removals", 2, "--accept", "category_lost=1", "--reason", "cierre")
    assert done.status == 0
    assert "1 alta, 2 bajas, 0 cambios" in done.output
    entry = next(
        e for e in command("audit", "--json").json if e["act"] == "batch_approved" and e["subject"] == "batch 2"
    )
    assert entry["details"]["lifted"]["reason"] == "cierre"
    assert entry["details"]["guards"] == {"removals": 2, "category_lost": 1}


@pytest.mark.both_databases
def test_approve__measures_anew_against_what_was_approved_before(command: Command, write_file: Write) -> None:
    publish_two(command, write_file)
    command("load", "registry", write_file(school(0), school(1), school(2), name="a.csv"))
    command("load", "registry", write_file(school(0), school(1), school(3), name="b.csv"))
    assert states(command) == ["published", "validated", "validated"]
    command("approve", 2)
    late = command("approve", 3)
    assert late.status == 1
    assert "--allow-removals 1" in late.errors
    assert command("approve", 3, *ALLOWED).status == 0
    assert command("reject", 2, "--reason", "otro").status == 0
    assert states(command) == ["published", "rejected", "validated"]
    assert command("approve", 3).status == 0


def test_load__lifting_without_approving_is_wrong_usage(command: Command, write_file: Write) -> None:
    file = write_file(school(0))
    assert command("load", "registry", file, *ALLOWED).status == 2
    assert command("load", "registry", file, *ALLOWED, "--approve", "--dry-run").status == 2
    assert command("batches", "--json").json == []


def test_two_people__lifting_belongs_to_the_approver(command: Command, write_file: Write) -> None:
    def act(*words: object, token: str = "") -> Outcome:
        return command(*words, token=token, two_person="on")

    administrator = act("user", "add", "ana", "--role", "administrator").output.strip()
    luis, marta = (
        act("user", "add", name, "--role", "approver", token=administrator).output.strip() for name in ("luis", "marta")
    )
    act("load", "registry", write_file(school(0), school(1)), token=luis)
    act("approve", 1, token=marta)
    act("publish", token=marta)
    file = write_file(school(0), name="menos.csv")
    assert act("load", "registry", file, "--approve", *ALLOWED, token=luis).status == 1
    assert act("load", "registry", file, token=luis).status == 1
    assert act("approve", 2, *ALLOWED, token=luis).status == 1
    assert act("approve", 2, *ALLOWED, token=marta).status == 0


@pytest.mark.both_databases
def test_load__a_file_that_was_rolled_back_is_staged_anew(command: Command, write_file: Write) -> None:
    publish_two(command, write_file)
    file = write_file(school(0), school(1), school(2), name="mas.csv")
    command("load", "registry", file, "--approve")
    command("publish")
    same = command("load", "registry", file, "--json")
    assert (same.json["batch"], same.json["state"]) == (2, "published")
    assert command("rollback", 1, "--json").json["release"] == 3
    again = command("load", "registry", file, "--approve", "--json")
    assert (again.status, again.json["batch"], again.json["state"], again.json["added"]) == (0, 3, "approved", 1)
    assert command("publish", "--json").json["release"] == 4
    assert command("load", "registry", file, "--approve", "--json").json["batch"] == 3
    assert command("publish", "--json").json["release"] is None


@pytest.mark.both_databases
def test_rollback__batches_that_wait_are_to_be_approved_again(command: Command, write_file: Write) -> None:
    publish_two(command, write_file)
    command("load", "registry", write_file(school(0), school(1), school(2), name="b.csv"), "--approve")
    command("publish")
    command("load", "registry", write_file(school(3), name="c.csv"), "--mode", "merge", "--approve")
    command("rollback", 1)
    assert states(command) == ["published", "published", "validated"]
    assert command("publish", "--json").json["release"] is None
    report = command("report", 3, lang="en").output
    assert "sent back to validated: operator (release 3)" in report
    assert command("approve", 3).status == 0
    assert command("publish", "--json").json["counts"]["records"] == 3


def test_diff__gives_every_form(command: Command, write_file: Write) -> None:
    publish_two(command, write_file)
    command("load", "registry", write_file(school(0, NOMBRE="OTRO"), school(1), school(2), name="b.csv"))
    given = command("diff", 2, "--format", "json").json
    assert [(c["kind"], c["nit"], c["fields"]) for c in given["changes"]] == [
        ("changed", "800000000011", {"name": ["COLEGIO INVENTADO 0", "OTRO"]}),
        ("added", "800000000038", {}),
    ]
    assert (given["added"], given["ended"], given["changed"], given["state"]) == (1, 0, 1, "validated")
    rows = list(csv.DictReader(io.StringIO(command("diff", 2, "--format", "csv").output.lstrip("\ufeff"), newline="")))
    assert [(r["kind"], r["field"], r["after"]) for r in rows] == [("changed", "name", "OTRO"), ("added", "", "")]
    text = command("diff", 2).output
    assert "Lote 2 (registry), comprobado." in text
    assert "altas: 1 · bajas: 0 · cambios: 1" in text
    assert "Batch 2 (registry), validated." in command("diff", 2, lang="en").output
    assert command("diff", 9).status == 1
    command("load", "registry", write_file(school(0, NIT="CF"), name="malo.csv"))
    assert command("diff", 3).status == 1


@pytest.mark.both_databases
def test_changes__tells_the_true_differences_of_two_releases(command: Command, write_file: Write) -> None:
    publish_two(command, write_file)
    command(
        "load", "registry", write_file(school(0, MUNICIPIO="0108"), school(1), school(2), name="b.csv"), "--approve"
    )
    command("publish")
    found = command("changes", 1, 2, "--json").json
    assert [(c["kind"], c["nit"], c["category"], c["resolution"], c["fields"], c["reason"]) for c in found] == [
        ("changed", "800000000011", "CED_PRIV", None, {"municipality": ["0101", "0108"]}, None),
        ("added", "800000000038", "CED_PRIV", None, {}, None),
    ]
    assert all(len(c["record_id"]) == 16 for c in found)
    back = command("changes", 2, 1, "--json").json
    assert [(c["kind"], c["fields"]) for c in back] == [("changed", {"municipality": ["0108", "0101"]}), ("ended", {})]
    assert command("changes", 1, 1, "--json").json == []
    assert "0108" in command("changes", 1, 2).output
    assert "Nada cambió" in command("changes", 2, 2).output
    assert command("changes", 1, 3).status == 1
    assert command("changes", 1).status == 2


def test_report__says_so_when_nothing_was_found(command: Command, write_file: Write) -> None:
    command("load", "registry", write_file(school(0)))
    output = command("report", 1).output
    assert output.endswith("No se halló nada que corregir.\n")
    assert "recibido y comprobado: operator" in output
    assert command("report", 1, lang="en").output.endswith("Nothing to correct was found.\n")
    assert command("report", 1, "--format", "json").json == []


def test_report__gives_the_rows_back_as_a_file_to_correct(command: Command, write_file: Write, tmp_path: Path) -> None:
    rows = [school(0), school(1, NIT="CF", NOMBRE="=SUMA(A1)"), school(2), school(3, NOMBRE="")]
    command("load", "registry", write_file(*rows))
    path = tmp_path / "corregir.csv"
    assert "2 filas con hallazgos" in command("report", 1, "--rows", path).output
    given = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
    assert [(r["Fila en el archivo"], r["NIT"], r["NOMBRE"]) for r in given] == [
        ("3", "CF", "'=SUMA(A1)"),
        ("5", "800000000046", ""),
    ]
    assert "nit_consumidor_final" in given[0]["Reglas"]
    assert given[1]["Qué hacer"]
    book = tmp_path / "corregir.xlsx"
    assert "2 rows with findings" in command("report", 1, "--rows", book, lang="en").output
    sheet = CalamineWorkbook.from_path(str(book)).get_sheet_by_index(0).to_python()
    assert sheet[1][:2] == ["CF", "=SUMA(A1)"]
    assert sheet[0][-4:] == ["Row in the file", "Rules", "What is wrong", "What to do"]
    assert command("report", 1, "--rows", tmp_path / "x.pdf").status == 2


def test_report__the_corrected_file_loads_without_a_word_about_its_columns(
    command: Command, write_file: Write, tmp_path: Path
) -> None:
    command("load", "registry", write_file(school(0), school(1, NIT="CF")))
    path = tmp_path / "corregir.csv"
    command("report", 1, "--rows", path)
    path.write_text(path.read_text("utf-8").replace("CF", "80000000002K", 1), "utf-8")
    loaded = command("load", "registry", path, "--json")
    assert (loaded.status, loaded.json["state"], loaded.json["warnings"]) == (0, "validated", [])


def test_batches__tells_states_in_the_language_asked_for(command: Command, write_file: Write) -> None:
    assert "Todavía no se ha cargado" in command("batches").output
    command("load", "registry", write_file(school(0)))
    assert "comprobado" in command("batches").output
    assert "validated" in command("batches", lang="en").output
    assert "está comprobado" not in command("approve", 1).errors
    refused = command("approve", 1)
    assert refused.status == 1
    assert "está aprobado; tendría que estar: comprobado, bloqueado" in refused.errors


def test_load__does_not_name_a_nearest_text_where_there_is_none(command: Command, write_file: Write) -> None:
    output = command("load", "registry", write_file(school(0, CATEGORIA_EXENTO="XQZWV"))).output
    assert "«XQZWV» no está en el catálogo." in output
    assert "—»" not in output


@pytest.mark.parametrize("name", ["load", "batches", "report", "diff", "approve", "reject", "changes"])
def test_help__is_in_both_languages(command: Command, name: str) -> None:
    outcome = command(name, "--help")
    assert outcome.status == 0
    assert " / " in outcome.output
