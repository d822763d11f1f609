"""The inventory of what the service is made of: complete, valid, and the same whenever it is made."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.outside.tools import run_script
from tests.served import ROOT

PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)
VALIDATE = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1], encoding="utf-8").read())
sys.exit(str(fault) if fault else 0)
"""


def make_sbom(path: Path) -> bytes:
    # `make check` has installed the program; nothing is installed while others of these tests use it.
    command = ["make", "--silent", "--old-file=.venv/outside/.installed", "sbom", f"SBOM={path}"]
    subprocess.run(command, cwd=ROOT, check=True)
    return path.read_bytes()


@pytest.fixture(scope="module")
def sbom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sbom") / "sbom.json"
    make_sbom(path)
    return path


def components(sbom: Path) -> list[tuple[str, str]]:
    document: dict[str, Any] = json.loads(sbom.read_bytes())
    assert document["metadata"]["component"]["name"] == "exemptions"
    return sorted((entry["name"].lower(), entry["version"]) for entry in document["components"])


def test_sbom__lists_every_pinned_package_of_the_service(sbom: Path) -> None:
    pinned = PINNED.findall((ROOT / "requirements" / "runtime.txt").read_text(encoding="utf-8"))
    assert len(pinned) > 40
    assert components(sbom) == sorted((name.lower(), version) for name, version in pinned)


def test_sbom__tells_the_hashes_that_are_installed(sbom: Path) -> None:
    listed = re.findall(r"sha256:([0-9a-f]{64})", (ROOT / "requirements" / "runtime.txt").read_text(encoding="utf-8"))
    text = sbom.read_text(encoding="utf-8")
    assert [digest for digest in listed if digest not in text] == []


def test_sbom__is_the_same_whenever_it_is_made(sbom: Path, tmp_path: Path) -> None:
    assert make_sbom(tmp_path / "again.json") == sbom.read_bytes()


def test_sbom__is_valid_and_the_validator_sees_a_planted_fault(sbom: Path, tmp_path: Path) -> None:
    checked = run_script(VALIDATE, str(sbom))
    assert checked.returncode == 0, checked.stderr
    document = json.loads(sbom.read_bytes())
    document["components"][0]["type"] = "nothing"
    (tmp_path / "wrong.json").write_text(json.dumps(document), encoding="utf-8")
    assert run_script(VALIDATE, str(tmp_path / "wrong.json")).returncode != 0
