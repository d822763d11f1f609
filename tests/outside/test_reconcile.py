"""A real client of the reconciliation protocol finds in our registry what it asks for; a wrong answer would be seen."""

from __future__ import annotations

import json
from typing import Any
from urllib.request import urlopen

import pytest

from tests.outside.tools import run_script

_CLIENT = """
import json, sys
import numpy, pandas
# The client names a missing identifier as NumPy did before its version 2.
numpy.NaN = numpy.nan
from reconciler import reconcile
asked = json.loads(sys.argv[2])
mapping = {name: pandas.Series(values) for name, values in asked["properties"].items()} or None
found = reconcile(
    pandas.Series(asked["names"], name="name"), type_id=asked["type"], top_res=1, property_mapping=mapping,
    reconciliation_endpoint=sys.argv[1],
)
print(found.reindex(columns=["input_value", "id", "match", "score"]).to_json(orient="records"))
"""


def reconciled(
    registry: str, names: list[str], *, kind: str | None = None, properties: dict[str, list[str]] | None = None
) -> dict[str, dict[str, Any]]:
    """Name → its first candidate, as the client gives them."""
    asked = json.dumps({"names": names, "type": kind, "properties": properties or {}})
    run = run_script(_CLIENT, f"{registry}/api/v1/reconcile", asked)
    assert run.returncode == 0, run.stderr
    return {row["input_value"]: row for row in json.loads(run.stdout.splitlines()[-1])}


@pytest.fixture(scope="module")
def taxpayers(registry: str) -> dict[str, str]:
    """Name → NIT, of thirty taxpayers whose name nobody else has."""
    with urlopen(f"{registry}/api/v1/records?person_kind=legal&limit=1000") as answer:
        items = json.load(answer)["items"]
    nits: dict[str, set[str]] = {}
    for item in items:
        nits.setdefault(item["name"], set()).add(item["nit"])
    alone = {name: min(found) for name, found in nits.items() if len(found) == 1 and len(name.split()) > 3}
    return dict(sorted(alone.items())[:30])


def test_reconciler_finds_each_name_first(registry: str, taxpayers: dict[str, str]) -> None:
    found = reconciled(registry, list(taxpayers))
    assert {name: row["id"] for name, row in found.items()} == taxpayers
    # Homonyms but for their legal form are candidates of each other, and then neither is certain.
    assert sum(row["match"] for row in found.values()) >= 25


def test_reconciler_finds_names_written_otherwise(registry: str, taxpayers: dict[str, str]) -> None:
    written = {name.lower().replace("ó", "o").replace(",", " "): nit for name, nit in taxpayers.items()}
    found = reconciled(registry, list(written))
    assert {name: row["id"] for name, row in found.items()} == written


def test_reconciler_sees_when_another_is_meant(registry: str, taxpayers: dict[str, str]) -> None:
    """The planted fault: a NIT of somebody else beside each name must spoil the match."""
    names = list(taxpayers)[:10]
    wrong = [list(taxpayers.values())[-1]] * len(names)
    found = reconciled(registry, names, properties={"nit": wrong})
    assert {row["id"] for row in found.values()} == {wrong[0]}
    right = reconciled(registry, names, properties={"nit": [taxpayers[name] for name in names]})
    assert all(row["match"] for row in right.values())


def test_reconciler_keeps_to_a_type(registry: str, taxpayers: dict[str, str]) -> None:
    names = list(taxpayers)[:5]
    anything = reconciled(registry, names, kind="taxpayer")
    assert [anything[name]["id"] for name in names] == [taxpayers[name] for name in names]
    nothing = reconciled(registry, names, kind="category:NO_SUCH")
    assert not any(row["match"] for row in nothing.values())
