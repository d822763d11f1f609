"""The command line from a file to the public, with its exit statuses and what it prints."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from exporters.formats import FORMATS
from tests.api.conftest import make_app
from tests.cli.conftest import Command, school
from tests.databases import Databases

Write = Callable[..., Path]

pytestmark = pytest.mark.both_databases


def current(home: Path) -> int:
    number = json.loads((home / "releases" / "current.json").read_bytes())["release"]
    assert isinstance(number, int)
    return number


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_load__one_person_brings_a_file_to_the_public(command: Command, write_file: Write, home: Path) -> None:
    loaded = command("load", "registry", write_file(school(0), school(1)), "--approve", "--json")
    assert loaded.status == 0
    assert {k: v for k, v in loaded.json.items() if k not in ("errors", "warnings")} == {
        "batch": 1,
        "dataset": "registry",
        "state": "approved",
        "rows": 2,
        "added": 2,
        "ended": 0,
        "changed": 0,
    }
    published = command("publish", "--json")
    assert published.status == 0
    assert published.json["release"] == 1
    assert published.json["counts"]["records"] == 2
    assert current(home) == 1


def test_load__a_refused_file_names_every_error_and_changes_nothing(
    command: Command, write_file: Write, home: Path
) -> None:
    command("load", "registry", write_file(school(0)), "--approve")
    command("publish")
    before = tree(home / "releases")
    bad = write_file(school(0, NIT="CF"), school(1, NOMBRE=""), school(2, NIT="800000000039"), name="malo.csv")
    refused = command("load", "registry", bad, "--json")
    assert refused.status == 1
    assert refused.json["state"] == "refused"
    assert [(e["row"], e["key"], e["rule"]) for e in refused.json["errors"]] == [
        (2, "nit", "nit_consumidor_final"),
        (3, "name", "nombre_vacio"),
        (4, "nit", "nit_digito_verificador"),
    ]
    assert all(e["message"] and e["remedy"] for e in refused.json["errors"])
    assert command("approve", 2).status == 1
    assert command("publish", "--json").json["release"] is None
    assert tree(home / "releases") == before


def test_load__a_saved_profile_reads_the_next_file_and_the_command_line_wins(
    command: Command, write_file: Write, tmp_path: Path
) -> None:
    file = write_file(school(0), school(1))
    text = file.read_text(encoding="utf-8").replace("NOMBRE", "Institución", 1)
    file.write_text(f"REGISTRO\n\n{text}", encoding="cp1252")
    profile = tmp_path / "oficina.toml"
    options = ("--map", "Institución=name", "--encoding", "windows-1252", "--header-row", "3")
    saved = command("load", "registry", file, *options, "--save-profile", profile, "--dry-run", "--json")
    assert (saved.status, saved.json["rows"]) == (0, 2)
    assert command("load", "registry", file, "--dry-run").status == 1
    loaded = command("load", "registry", file, "--profile", profile, "--json")
    assert (loaded.status, loaded.json["batch"], loaded.json["rows"]) == (0, 1, 2)
    # What counts is what was chosen, whether a profile or the command line says it.
    assert command("load", "registry", file, *options, "--json").json["batch"] == 1
    overruled = command("load", "registry", file, "--profile", profile, "--header-row", "1", "--json")
    assert (overruled.status, overruled.json["batch"]) == (1, 2)
    profile.write_text('encoding = "windows-1252"\n[mapping]\n"Institución" = "nombre"\n', encoding="utf-8")
    wrong = command("load", "registry", file, "--profile", profile)
    assert wrong.status == 1
    assert "línea 3" in wrong.errors
    assert "«name»" in wrong.errors


def test_load__a_dry_run_leaves_the_home_as_it_was(command: Command, write_file: Write, home: Path) -> None:
    command("load", "registry", write_file(school(0)), "--approve")
    before = tree(home)
    tried = command("load", "registry", write_file(school(0), school(1), name="otro.csv"), "--dry-run", "--json")
    assert tried.status == 0
    assert (tried.json["batch"], tried.json["state"], tried.json["added"]) == (None, "validated", 1)
    assert tree(home) == before


@pytest.mark.parametrize(
    "words",
    [
        ("load", "registro", "x.csv"),
        ("load", "registry", "no-such-file.csv"),
        ("publish", "--soon"),
        ("rollback", "0"),
        ("demo", "--rows", "0"),
        ("nothing",),
    ],
)
def test_usage__a_wrong_word_is_status_two(command: Command, words: tuple[str, ...]) -> None:
    outcome = command(*words)
    assert outcome.status == 2
    assert outcome.output == ""
    assert outcome.errors


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("loda",), "No existe la orden 'loda'."),
        (("publish", "--notte", "x"), "No existe la opción '--notte'. ¿Quiso decir '--note'?"),
        (("load", "registro", "x.csv"), "'registro' no es uno de 'registry', 'jobs', "),
        (("load", "registry", "no.csv"), "El valor de 'FILE' no vale: no existe 'no.csv'."),
        (("load", "registry", "."), "'.' es una carpeta."),
        (("approve",), "Falta 'LOTE/BATCH'."),
        (("approve", "dos"), "'dos' no es un número entero."),
        (("demo", "--rows", "0"), "0 no está entre los límites "),
        (("publish", "--note"), "La opción '--note' pide un valor."),
        (("publish", "a", "b"), "Sobra en la orden: a b"),
        (("reject", "1"), "Falta la opción '--reason'."),
    ],
)
def test_usage__is_told_in_spanish(command: Command, words: tuple[str, ...], told: str) -> None:
    errors = command(*words).errors
    assert told in errors
    # The library does not know of which command it asks a value for.
    assert errors.startswith("Error: " if words[-1] == "--note" else "Uso: ")
    assert told not in command(*words, lang="en").errors


def test_settings__a_wrong_variable_is_named(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXEMPTIONS_ROLE", "king")
    outcome = command("batches")
    assert outcome.status == 2
    assert "EXEMPTIONS_ROLE" in outcome.errors


def test_two_people__one_loads_and_another_approves(command: Command, write_file: Write, home: Path) -> None:
    on = "on"
    administrator = command("user", "add", "ana", "--role", "administrator", two_person=on).output.strip()
    tokens = {
        name: command("user", "add", name, "--role", role, token=administrator, two_person=on).output.strip()
        for name, role in (("luis", "approver"), ("marta", "approver"), ("lola", "loader"))
    }
    file = write_file(school(0))
    assert command("load", "registry", file, two_person=on).status == 1
    assert command("load", "registry", file, "--approve", token=tokens["luis"], two_person=on).status == 1
    assert command("load", "registry", file, token=tokens["luis"], two_person=on).status == 0
    own = command("approve", 1, token=tokens["luis"], two_person=on)
    assert own.status == 1
    assert "luis" in own.errors
    assert command("approve", 1, token=tokens["lola"], two_person=on).status == 1
    assert command("approve", 1, token=tokens["marta"], two_person=on).status == 0
    assert command("publish", token=tokens["lola"], two_person=on).status == 1
    assert command("publish", token=tokens["luis"], two_person=on).status == 0
    assert current(home) == 1
    assert command("user", "disable", "luis", token=administrator, two_person=on).status == 0
    assert command("publish", token=tokens["luis"], two_person=on).status == 1
    acts = [entry["act"] for entry in command("audit", "--json").json]
    assert acts.count("denied") >= 2
    done = [act for act in acts if act != "denied"]
    assert done[-5:] == ["token_issued", "batch_loaded", "batch_approved", "release_published", "account_disabled"]
    assert command("audit", "--verify").status == 0


def test_report__gives_the_findings_again_in_each_form(command: Command, write_file: Write) -> None:
    command("load", "registry", write_file(school(0, NIT="CF"), school(1)))
    found = command("report", 1, "--format", "json").json
    assert [(f["row"], f["rule"]) for f in found] == [(2, "nit_consumidor_final")]
    rows = list(csv.DictReader(command("report", 1, "--format", "csv").output.lstrip("\ufeff").splitlines()))
    assert [(r["row"], r["rule"]) for r in rows] == [("2", "nit_consumidor_final")]
    assert "CF" in command("report", 1).output
    assert command("report", 1, lang="en").output != command("report", 1, lang="es").output
    assert command("report", 9).status == 1


def test_publish__with_nothing_to_do_makes_no_release(command: Command, write_file: Write, home: Path) -> None:
    assert command("publish").status == 0
    assert not (home / "releases" / "current.json").exists()
    command("load", "registry", write_file(school(0)), "--approve")
    command("publish")
    again = write_file(school(0, NIT="80000000001-1"), name="igual.csv")
    command("load", "registry", again, "--approve")
    assert command("publish", "--json").json["release"] is None
    assert current(home) == 1
    command("load", "registry", write_file(school(0), school(1), name="espera.csv"))
    assert command("publish", lang="es").output.splitlines()[-2:] == [
        "No hay nada que publicar.", "Lotes comprobados, que esperan aprobación: 3.",
    ]  # fmt: skip


def test_rollback__publishes_the_old_content_under_a_new_number(
    command: Command, write_file: Write, home: Path, tmp_path: Path
) -> None:
    command("load", "registry", write_file(school(0), school(1)), "--approve")
    command("publish")
    second = write_file(school(1, NOMBRE="OTRO"), school(2), name="dos.csv")
    allowed = ("--approve", "--allow-removals", 1, "--reason", "cerró el colegio")
    command("load", "registry", second, *allowed)
    command("publish")
    assert command("rollback", 1, "--json").json == {"release": 3, "restores": 1}
    names = []
    for number in (1, 2, 3):
        path = tmp_path / f"{number}.csv"
        assert command("export", path, "--release", number).status == 0
        names.append([row["name"] for row in csv.DictReader(path.read_text("utf-8").splitlines())])
    assert names == [["COLEGIO INVENTADO 0", "COLEGIO INVENTADO 1"], ["COLEGIO INVENTADO 2", "OTRO"], names[0]]
    assert command("rollback", 9).status == 1
    assert [r["number"] for r in command("releases", "--json").json][:3] == [3, 2, 1]
    for number in (1, 2, 3):
        assert command("verify", number).status == 0


def test_verify__a_changed_file_is_found(command: Command, write_file: Write, home: Path) -> None:
    command("load", "registry", write_file(school(0)), "--approve")
    command("publish")
    path = home / "releases" / "1" / "records.arrow"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    outcome = command("verify")
    assert outcome.status == 1
    assert "records.arrow" in outcome.errors
    assert command("doctor").status == 1


def test_export__gives_the_bytes_of_the_address(
    command: Command, write_file: Write, home: Path, tmp_path: Path
) -> None:
    command("load", "registry", write_file(school(0, NOMBRE="=LICEO TUKUR"), school(1)), "--approve")
    command("publish")
    client = make_app(home).test_client()
    for form in FORMATS:
        labelled = [(), ("--headers", "en")] if FORMATS[form].is_labelled else [()]
        for options in labelled:
            path = tmp_path / f"busqueda.{form}"
            assert command("export", path, "--q", "liceo", *options).status == 0, form
            headers = "&headers=en" if options else ""
            assert path.read_bytes() == client.get(f"/api/v1/records.{form}?q=liceo{headers}").data, form
            path.unlink()
        if not FORMATS[form].is_labelled:
            assert command("export", tmp_path / f"x.{form}", "--headers", "es").status == 2


def test_export__a_misspelt_search_as_parquet(command: Command, write_file: Write, tmp_path: Path) -> None:
    command("load", "registry", write_file(school(0, NOMBRE="LICEO TUKUR"), school(1)), "--approve")
    command("publish")
    path = tmp_path / "busqueda.parquet"
    assert command("export", path, "--q", "liseo tucur").status == 0
    assert pq.read_table(path)["name"].to_pylist() == ["LICEO TUKUR"]
    assert command("export", tmp_path / "x.parquet", "--type", "NADA").status == 2
    assert not (tmp_path / "x.parquet").exists()
    assert command("export", tmp_path / "x.doc").status == 2


def test_doctor__a_sound_home_is_sound(command: Command, write_file: Write, database: Databases) -> None:
    assert command("doctor").status == 0
    command("load", "registry", write_file(school(0)), "--approve")
    command("publish")
    checks = command("doctor", "--json").json
    assert "bad" not in {check["health"] for check in checks}
    name = "postgresql" if database.server else "sqlite"
    assert any(re.search(rf"{name} \d+\.\d+", check["message"]) for check in checks)


def test_work__does_what_is_due_and_ends(command: Command, write_file: Write, home: Path) -> None:
    command("load", "registry", write_file(school(0)), "--approve")
    command("publish")
    assert command("work", "--once").status == 0
    assert current(home) == 1
