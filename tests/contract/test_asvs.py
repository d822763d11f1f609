"""The table of OWASP ASVS 5.0.0: each requirement of levels 1 and 2 once, and all that it names as evidence exists."""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "seguridad.md").read_text(encoding="utf-8")
with (ROOT / "docs" / "asvs.csv").open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))

REQUIREMENTS_SHA256 = "682ee518f26e522cbd58eef0fee5a3e598a9220636bcbb2b6f8dd260aee43ee6"
"""Of the lines `id,level` of levels 1 and 2, in the order of OWASP's own list of version 5.0.0."""
VERDICTS = {
    "met": "se cumplen",
    "operator": "le tocan a quien opera",
    "not met": "no se cumplen",
    "not applicable": "no aplican",
}
NEEDS_EVIDENCE = ("met", "operator")
_REFERENCE = re.compile(r"(?P<path>[\w./-]+\.\w+|Makefile)(?:::(?P<test>\w+)|#(?P<symbol>\S+))?(?: .*)?")


def faults_of(row: dict[str, str]) -> list[str]:
    """What is wrong with a line: an unknown verdict, no evidence, or evidence that is not there."""
    if row["verdict"] not in VERDICTS:
        return [f"{row['verdict']} is no verdict"]
    faults = [] if row["evidence"] else ["says nothing"]
    found = 0
    for part in row["evidence"].split("; "):
        reference = _REFERENCE.fullmatch(part)
        if reference is None or not ("/" in reference["path"] or (ROOT / reference["path"]).is_file()):
            continue
        found += 1
        path = ROOT / reference["path"]
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        if not path.is_file():
            faults.append(f"no file {reference['path']}")
        elif reference["test"] and not re.search(rf"^def {reference['test']}\(", text, re.MULTILINE):
            faults.append(f"no test {part}")
        elif reference["symbol"] and reference["symbol"] not in text:
            faults.append(f"nothing called {part}")
    return faults if found or row["verdict"] not in NEEDS_EVIDENCE else [*faults, "names no evidence"]


def test_table__has_every_requirement_once() -> None:
    assert list(ROWS[0]) == ["id", "level", "verdict", "evidence"]
    listed = "\n".join(f"{row['id']},{row['level']}" for row in ROWS)
    assert hashlib.sha256(listed.encode()).hexdigest() == REQUIREMENTS_SHA256


def test_table__names_only_what_exists() -> None:
    assert {row["id"]: faults for row in ROWS if (faults := faults_of(row))} == {}


@pytest.mark.parametrize(
    "row",
    [
        {"verdict": "mostly", "evidence": "docs/seguridad.md"},
        {"verdict": "met", "evidence": "se cumple"},
        {"verdict": "not met", "evidence": ""},
        {"verdict": "met", "evidence": "tests/api/test_nothing.py"},
        {"verdict": "met", "evidence": "tests/contract/test_asvs.py::test_that_is_not_there"},
        {"verdict": "met", "evidence": "docs/seguridad.md; api/headers.py#not_a_symbol de nada"},
    ],
)
def test_faults__a_planted_one_is_seen(row: dict[str, str]) -> None:
    assert faults_of(row) != []


def test_guide__tells_the_counts() -> None:
    counts = Counter(row["verdict"] for row in ROWS)
    told = ", ".join(f"{counts[verdict]} {words}" for verdict, words in VERDICTS.items())
    assert f"{len(ROWS)} requisitos: {told}." in " ".join(GUIDE.split())


def test_guide__lists_what_is_not_met() -> None:
    section = GUIDE.partition("## La norma, línea por línea")[2]
    assert set(re.findall(r"V[0-9.]+[0-9]", section)) == {row["id"] for row in ROWS if row["verdict"] == "not met"}


def test_guide__names_only_tests_that_exist() -> None:
    named = set(re.findall(r"`((?:tests|exemptions|deploy|requirements)/[\w./-]+)`", GUIDE))
    assert len(named) > 15
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
