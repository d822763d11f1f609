"""Other people's programs take the OpenAPI document as it is, and a client made from it works."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
import requests

from tests.outside.tools import PROGRAMS, run_node, run_program, run_script

Document = dict[str, Any]

_CLIENT_SETTINGS = """
content_type_overrides:
  application/x-bibtex: text/plain
  application/x-pem-file: text/plain
  application/x-ndjson: text/plain
  application/vnd.apache.parquet: application/octet-stream
  application/vnd.openxmlformats-officedocument.spreadsheetml.sheet: application/octet-stream
  "*/*": application/octet-stream
  text/csv; charset=utf-8: application/octet-stream
  text/plain; charset=utf-8: application/octet-stream
  application/x-ndjson; charset=utf-8: application/octet-stream
"""
"""The generator knows only the commonest media types; these tell it which others are text and which are bytes."""

_USE = """
import sys
base, folder = sys.argv[1:]
sys.path.insert(0, folder)
from made import Client
from made.api.records import export_records_csv, export_records_parquet, list_records
from made.api.taxpayers import get_record
from made.models import ListRecordsCategoryItem, Problem

client = Client(base_url=base)
page = list_records.sync(client=client, q="cooperativa", category=[ListRecordsCategoryItem.COOP], limit=3)
assert 3 == len(page.items) < page.total, page.total
assert all(item.category == "COOP" for item in page.items)
record = get_record.sync(client=client, record_id=page.items[0].record_id)
assert record.record.name == page.items[0].name
refused = list_records.sync(client=client, limit=5000)
assert isinstance(refused, Problem) and refused.errors[0].parameter == "limit"
text = export_records_csv.sync(client=client, q="cooperativa", category=[ListRecordsCategoryItem.COOP])
file = export_records_parquet.sync(client=client, q="cooperativa")
assert file.payload.read()[:4] == b"PAR1"
print(page.total, text.count("\\n") - 1)
"""


@pytest.fixture(scope="module", params=["es", "en"])
def document(registry: str, request: pytest.FixtureRequest) -> Document:
    answer = requests.get(f"{registry}/openapi.json", headers={"Accept-Language": request.param}, timeout=30)
    assert answer.headers["Content-Language"] == request.param
    loaded: Document = answer.json()
    return loaded


def lint_with_spectral(folder: Path) -> CompletedProcess[str]:
    (folder / "rules.yaml").write_text('extends: ["spectral:oas"]\n', encoding="utf-8")
    return run_node("spectral", "lint", "openapi.json", "-r", "rules.yaml", "--fail-severity=warn", folder=folder)


def lint_with_redocly(folder: Path) -> CompletedProcess[str]:
    # What is only a warning by default is an error here; nothing of the recommended rules is switched off.
    return run_node("redocly", "lint", "openapi.json", "--extends=recommended", "--format=json", folder=folder)


def generate_client(folder: Path) -> CompletedProcess[str]:
    (folder / "settings.yaml").write_text(_CLIENT_SETTINGS, encoding="utf-8")
    # It formats what it wrote with the ruff of its own environment.
    environment = {**os.environ, "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"}
    return run_program(
        "openapi-python-client", "generate", "--path", "openapi.json", "--output-path", "made", "--meta", "none",
        "--fail-on-warning", "--overwrite", "--config", "settings.yaml", folder=folder, environment=environment,
    )  # fmt: skip


def told_by_redocly(run: CompletedProcess[str]) -> list[str]:
    """The rules that it found broken, warnings too."""
    return [problem["ruleId"] for problem in json.loads(run.stdout)["problems"]]


def test_spectral_finds_nothing(document: Document, tmp_path: Path) -> None:
    write(tmp_path, document)
    run = lint_with_spectral(tmp_path)
    assert run.returncode == 0, run.stdout


def test_redocly_finds_nothing(document: Document, tmp_path: Path) -> None:
    write(tmp_path, document)
    run = lint_with_redocly(tmp_path)
    assert (run.returncode, told_by_redocly(run)) == (0, []), run.stdout


def test_a_client_is_made_from_it_and_searches(document: Document, registry: str, tmp_path: Path) -> None:
    write(tmp_path, document)
    made = generate_client(tmp_path)
    assert made.returncode == 0, made.stdout + made.stderr
    used = run_script(_USE, registry, str(tmp_path))
    assert used.returncode == 0, used.stderr
    total, lines = used.stdout.split()
    assert int(total) == int(lines) > 3


def _without_operation_id(faulty: Document) -> None:
    del faulty["paths"]["/api/v1/records"]["get"]["operationId"]


def _without_security(faulty: Document) -> None:
    del faulty["paths"]["/api/v1/records"]["get"]["security"]


def _with_unknown_schema(faulty: Document) -> None:
    answer = faulty["paths"]["/api/v1/records"]["get"]["responses"]["200"]["content"]["application/json"]
    answer["schema"] = {"$ref": "#/components/schemas/Nothing"}


@pytest.mark.parametrize(
    ("check", "spoil"),
    [
        (lint_with_spectral, _without_operation_id),
        (lint_with_spectral, _with_unknown_schema),
        (lint_with_redocly, _without_security),
        (generate_client, _with_unknown_schema),
    ],
)
def test_each_sees_a_planted_fault(
    registry: str, tmp_path: Path, check: Callable[[Path], CompletedProcess[str]], spoil: Callable[[Document], None]
) -> None:
    faulty = copy.deepcopy(requests.get(f"{registry}/openapi.json", timeout=30).json())
    spoil(faulty)
    write(tmp_path, faulty)
    assert check(tmp_path).returncode != 0


def write(folder: Path, document: Document) -> None:
    (folder / "openapi.json").write_text(json.dumps(document), encoding="utf-8")
