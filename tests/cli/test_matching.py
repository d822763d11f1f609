"""The command gives back what the API gives back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.api.conftest import app, build_registry, client, registry_home
from tests.exemptions.releases import invented_nit
from tests.served import ROOT

__all__ = ["app", "build_registry", "client", "registry_home"]

LIST = f"NIT;Nombre\n{invented_nit(3)};A\n{invented_nit(99)};B\n;C\n".encode()
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ACCEPT = {"csv": "text/csv", "json": "application/json", "ndjson": "application/x-ndjson", "xlsx": XLSX}


def run(home: Path, *words: object, lang: str = "es") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "api.cli", "--lang", lang, "match", *map(str, words)]
    return subprocess.run(
        command,
        env={"EXEMPTIONS_HOME": str(home), "PYTHONUTF8": "1", "PATH": ""},
        cwd=ROOT,
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize("form", ["csv", "json", "ndjson", "xlsx"])
def test_match__gives_the_bytes_that_the_api_gives(
    registry_home: Path, client: FlaskClient, tmp_path: Path, form: str
) -> None:
    (tmp_path / "list.csv").write_bytes(LIST)
    output = tmp_path / f"found.{form}"
    done = run(registry_home, tmp_path / "list.csv", "-o", output)
    assert done.returncode == 0, done.stderr
    answer = client.post(
        "/api/v1/match", data=LIST, content_type="text/csv", headers={"Accept": ACCEPT[form]}, buffered=True
    )
    assert output.read_bytes() == answer.data


def test_match__prints_csv_and_says_how_it_read_the_list(registry_home: Path, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_bytes("Fundación Nube\nFundación Ñame\n".encode())
    done = run(registry_home, tmp_path / "list.txt", "--as-of", "2026-01-20", lang="en")
    assert done.stdout.decode().splitlines()[1].startswith("1,Fundación Nube,matched,exact_name,100.0,")
    assert "2 lines (the first column) with release 2" in done.stderr.decode()


def test_match__refuses_what_it_cannot_read(registry_home: Path, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes(b"NIT,X\n1,2\n1,2,3\n")
    done = run(registry_home, tmp_path / "list.csv")
    assert (done.returncode, done.stdout) == (1, b"")
    assert "fila 3" in done.stderr.decode().lower()
    (tmp_path / "list.csv").write_bytes(LIST)
    assert run(registry_home, tmp_path / "list.csv", "--format", "xlsx").returncode == 2
    assert run(registry_home, tmp_path / "list.csv", "--release", "2", "--as-of", "2026-01-20").returncode == 2
    assert run(registry_home, tmp_path / "list.csv", "--release", "1").returncode == 1
