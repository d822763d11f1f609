"""A home of its own for every test of the command line, and a registry file to load."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from api.cli import main
from exemptions.datasets import REGISTRY_COLUMNS
from tests.databases import Databases

HEADERS = [column.header for column in REGISTRY_COLUMNS]
NITS = ("800000000011", "80000000002K", "800000000038", "800000000046", "800000000054", "800000000062")


@dataclass(frozen=True)
class Outcome:
    """What one command did."""

    status: int
    output: str
    errors: str

    @property
    def json(self) -> Any:
        return json.loads(self.output)


Command = Callable[..., Outcome]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def command(home: Path, database: Databases, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs `exemptions` with these words; `token` is the person who acts, `typed` what standard input gives."""
    monkeypatch.setenv("EXEMPTIONS_HOME", str(home))
    for name, value in database.environment().items():
        monkeypatch.setenv(name, value)

    def run(*words: object, token: str = "", lang: str = "es", two_person: str = "off", typed: str = "") -> Outcome:
        monkeypatch.setenv("EXEMPTIONS_TOKEN", token)
        monkeypatch.setenv("EXEMPTIONS_TWO_PERSON", two_person)
        chosen = ["--lang", lang] if lang else []
        monkeypatch.setattr("sys.argv", ["exemptions", *chosen, *map(str, words)])
        runner = CliRunner()
        with runner.isolation(typed) as (output, errors, _both):
            status = 0
            try:
                main()
            except SystemExit as stop:
                status = stop.code if isinstance(stop.code, int) else 1
            return Outcome(status, output.getvalue().decode(), errors.getvalue().decode())

    return run


def school(number: int, **values: str) -> dict[str, str]:
    """A clean row: a private school with the invented name of that number."""
    row = {
        "NIT": NITS[number],
        "NOMBRE": f"COLEGIO INVENTADO {number}",
        "TIPO_PERSONA": "JURIDICA",
        "ESTADO": "VIGENTE",
    }
    row |= {"TIPO_EXENTO": "CONST", "CATEGORIA_EXENTO": "CED_PRIV", "DEPARTAMENTO": "01", "MUNICIPIO": "0101"}
    return row | values


@pytest.fixture
def write_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes rows as a registry file and gives its path."""

    def write(*rows: dict[str, str], name: str = "registro.csv") -> Path:
        path = tmp_path / name
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, HEADERS, restval="")
            writer.writeheader()
            writer.writerows(rows)
        return path

    return write
