"""A fuzzer makes requests out of the OpenAPI document: nothing it finds is an error of ours or untold by the document.

`make trust` runs it longer, from a seed of its own (--examples).
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from exemptions.database import DEMONSTRATION, open_book
from exemptions.models import Fact
from exemptions.settings import read_settings
from tests.api.staff_home import registry_file, school
from tests.outside.tools import run_program
from tests.served import ROOT, served
from tests.trust.tables import Tell, tell

_HOOKS = Path(__file__).parent / "fuzzing"
_ROLES = ("loader", "approver", "administrator")
_LEAST_REQUESTS = 5_000
"""Fewer would mean that most of the document was left out."""
_DELIVERIES = 100
_WALKS_FOR_AN_EXAMPLE = 5
"""Ways along the links, of up to six requests each, for each request that is drawn for every operation."""
_LEAST_OF_WALKS = 10


@dataclass(frozen=True)
class Target:
    """A served registry that the fuzzer may spoil, and the tokens of its people by role."""

    address: str
    tokens: dict[str, str]
    values: dict[str, list[Any]]
    """Part of a path → values that the registry has."""
    deliveries: tuple[Path, ...]
    """Files that can be loaded."""


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    home = tmp_path_factory.mktemp("fuzzed") / "home"
    environment = {"EXEMPTIONS_HOME": str(home), "PATH": os.environ["PATH"], "PYTHONUTF8": "1"}

    def run(*arguments: str, token: str = "") -> str:
        command = [sys.executable, "-m", "api.cli", *arguments]
        acting = environment | {"EXEMPTIONS_TOKEN": token}
        ran = subprocess.run(command, env=acting, cwd=ROOT, check=True, capture_output=True, text=True)
        return ran.stdout.strip()

    run("demo", "--rows", "200")
    first = run("user", "add", "ana", "--role", "administrator")
    tokens = {"administrator": first}
    for role in _ROLES[:2]:
        tokens[role] = run("user", "add", f"la-{role}", "--role", role, token=first)
    # A demonstration would refuse every file, and nobody could decide about one.
    with open_book(read_settings(environment)).write() as session:
        session.merge(Fact(key=DEMONSTRATION, value="off"))
    for address in served(environment):
        yield Target(address, tokens, values_of(address), write_deliveries(home.parent))


def write_deliveries(folder: Path) -> tuple[Path, ...]:
    """Registry files of one school, two, and so on: each tells something that the ones before do not."""
    paths = tuple(folder / f"{number}.csv" for number in range(1, _DELIVERIES + 1))
    for number, path in enumerate(paths, 1):
        path.write_bytes(registry_file(school(school_number) for school_number in range(1, number + 1)))
    return paths


def values_of(address: str) -> dict[str, list[Any]]:
    found = requests.get(f"{address}/api/v1/records", params={"limit": 20, "person_kind": "legal"}, timeout=30).json()
    records, nits = ([item[key] for item in found["items"]] for key in ("record_id", "nit"))
    package = requests.get(f"{address}/datapackage.json", timeout=30).json()
    names = [resource["path"].rpartition("/")[2] for resource in package["resources"]]
    return {"record_id": records, "nit": nits, "entity": [*nits, *records], "number": [1, 2, 3, 4, 5], "name": names}


def fuzz(target: Target, folder: Path, *arguments: str, document: str = "") -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "REGISTRY_TOKENS": json.dumps(target.tokens),
        "REGISTRY_ADDRESS": target.address,
        "REGISTRY_VALUES": json.dumps(target.values),
        "REGISTRY_DELIVERIES": json.dumps([str(path) for path in target.deliveries]),
        "SCHEMATHESIS_HOOKS": "registry_hooks",
        "PYTHONPATH": str(_HOOKS),
    }
    return run_program(
        "schemathesis", "--config-file", str(_HOOKS / "schemathesis.toml"), "run",
        document or f"{target.address}/openapi.json", "--url", target.address, "--no-color",
        "--continue-on-failure", "--exclude-checks", "positive_data_acceptance", *arguments,
        folder=folder, environment=environment, patience_s=7_200,
    )  # fmt: skip


@pytest.mark.parametrize("way", ["by operation", "by links"])
def test_the_fuzzer_finds_nothing(
    target: Target, tmp_path: Path, pytestconfig: pytest.Config, record_property: Tell, way: str
) -> None:
    examples, most_s = (pytestconfig.getoption(name) for name in ("--examples", "--fuzzing-s"))
    phases, count, least = {
        "by operation": ("coverage,fuzzing", examples, _LEAST_REQUESTS),
        "by links": ("stateful", examples * _WALKS_FOR_AN_EXAMPLE, _LEAST_OF_WALKS),
    }[way]
    chosen = ["--phases", phases, "--max-examples", str(count)]
    chosen += ["--seed", "1"] if examples == 1 else []
    chosen += ["--max-time", str(most_s)] if most_s else []
    before = batches_of(target)
    run = fuzz(target, tmp_path, *chosen)
    told = run.stdout[run.stdout.find("FAILURES") :]
    assert run.returncode == 0, told
    made = re.search(r"([0-9]+) generated", run.stdout)
    assert made is not None and int(made[1]) >= least, run.stdout
    # Had a withdrawal emptied the registry, its 503 would have been all that was fuzzed.
    assert requests.get(f"{target.address}/api/v1/records", timeout=30).json()["total"] > 0
    became = batches_of(target) - before
    approved = became["approved"] + became["published"]
    loaded = became["validated"] + became["rejected"] + approved
    # A fuzzer whose files are all refused has looked at no load and no approval; few walks need not come by one.
    assert min(loaded, approved) > 0 or way == "by links", became
    tell(
        record_property, "Fuzzed requests", made_by=f"schemathesis, all checks, public and staff, {way}",
        requests=int(made[1]), links_followed=_links_of(run.stdout), server_errors=0, untold_answers=0,
        files_loaded=loaded, approved=approved, published=became["published"],
    )  # fmt: skip


def batches_of(target: Target) -> Counter[str]:
    """State → how many batches are in it."""
    headers, following = {"Authorization": f"Bearer {target.tokens['loader']}"}, "/api/v1/staff/batches"
    found: Counter[str] = Counter()
    while following:
        page = requests.get(f"{target.address}{following}", headers=headers, timeout=30).json()
        found.update(item["state"] for item in page["items"])
        following = page["next"]
    return found


def _links_of(output: str) -> str:
    """How many of the links were followed to an answer."""
    found = re.search(r"API Links: +([0-9]+) covered / ([0-9]+) selected", output)
    return f"{found[1]} of {found[2]}" if found else ""


def _without_status(document: dict[str, Any]) -> None:
    del document["paths"]["/api/v1/suggest"]["get"]["responses"]["422"]


def _with_wrong_schema(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["Suggestions"]["required"].append("nothing")


def _without_media_type(document: dict[str, Any]) -> None:
    answer = document["paths"]["/api/v1/suggest"]["get"]["responses"]["200"]
    answer["content"] = {"text/csv": answer["content"].pop("application/json")}


def _with_demanded_header(document: dict[str, Any]) -> None:
    headers = document["paths"]["/api/v1/suggest"]["get"]["responses"]["200"]["headers"]
    headers["X-Nothing"] = {"required": True, "schema": {"type": "string"}}


def _with_narrower_parameter(document: dict[str, Any]) -> None:
    parameters = document["paths"]["/api/v1/suggest"]["get"]["parameters"]
    next(entry for entry in parameters if entry["name"] == "limit")["schema"]["maximum"] = 10**6


@pytest.mark.parametrize(
    "spoil",
    [_without_status, _with_wrong_schema, _without_media_type, _with_demanded_header, _with_narrower_parameter],
)
def test_the_fuzzer_sees_a_planted_fault(target: Target, tmp_path: Path, spoil: Any) -> None:
    document = requests.get(f"{target.address}/openapi.json", timeout=30).json()
    spoil(document)
    path = tmp_path / "faulty.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    only = ("--include-path", "/api/v1/suggest", "--phases", "coverage", "--seed", "1")
    assert fuzz(target, tmp_path, *only, document=str(path)).returncode == 1
