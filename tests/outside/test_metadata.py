"""Frictionless, the schemas of Data Package, CSVW, SHACL and the points of the European portal judge the metadata."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import jsonschema
import pytest
from rdflib import DCAT, DCTERMS, Graph

from tests.api.conftest import make_app
from tests.outside.mqa import datasets, points
from tests.outside.tools import run_program, run_script

STANDARDS = Path(__file__).parent / "standards"
SHAPES = STANDARDS / "dcat-ap-3.0.1"
MQA = {"findability": 100, "accessibility": 100, "interoperability": 110, "reusability": 75, "contextuality": 20}

_SECTXT = """
import sys, sectxt
text = sectxt.Parser(open(sys.argv[1], "rb").read())
print(text.is_valid(), [error["code"] for error in text.errors])
"""


def fetch(address: str) -> bytes:
    with urlopen(address, timeout=60) as answer:
        content: bytes = answer.read()
    return content


def answers(address: str) -> bool:
    try:
        with urlopen(Request(address, method="HEAD"), timeout=60) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


@pytest.fixture(scope="module")
def package(registry: str) -> dict[str, Any]:
    described: dict[str, Any] = json.loads(fetch(f"{registry}/datapackage.json"))
    return described


@pytest.fixture(scope="module")
def folder(registry: str, package: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The downloads of the newest release, as somebody who wants all of them gets them."""
    place = tmp_path_factory.mktemp("downloads")
    base = f"{registry}/downloads/{package['version']}"
    (place / "datapackage.json").write_bytes(fetch(f"{base}/datapackage.json"))
    for resource in json.loads((place / "datapackage.json").read_bytes())["resources"]:
        (place / resource["path"]).write_bytes(fetch(f"{base}/{resource['path']}"))
    return place


def test_frictionless_finds_the_downloaded_folder_valid(folder: Path) -> None:
    run = run_program("frictionless", "validate", "datapackage.json", "--json", folder=folder)
    report = json.loads(run.stdout)
    assert (run.returncode, report["errors"]) == (0, []), run.stdout[-3000:]
    tables = [task for task in report["tasks"] if task["type"] == "table" and task["place"].endswith(".csv.gz")]
    assert {task["name"] for task in tables} >= {"records", "jobs", "amounts", "expenditure"}
    assert all(task["stats"]["rows"] for task in tables if task["name"] in ("records", "amounts"))


def test_frictionless_finds_what_is_served_valid(registry: str) -> None:
    run = run_program("frictionless", "validate", f"{registry}/datapackage.json", "--json")
    assert (run.returncode, json.loads(run.stdout)["errors"]) == (0, []), run.stdout[-3000:]


def test_frictionless_sees_a_wrong_cell(folder: Path, tmp_path: Path) -> None:
    described = json.loads((folder / "datapackage.json").read_bytes())
    kept = [r for r in described["resources"] if r["name"] == "records" or r["name"].startswith("catalog_")]
    for resource in kept:
        (tmp_path / resource["path"]).write_bytes((folder / resource["path"]).read_bytes())
        del resource["hash"], resource["bytes"]
    records = tmp_path / "records.csv.gz"
    records.write_bytes(gzip.compress(gzip.decompress(records.read_bytes()).replace(b",active,", b",vivo,", 1)))
    (tmp_path / "datapackage.json").write_text(json.dumps({**described, "resources": kept}), encoding="utf-8")
    run = run_program("frictionless", "validate", "datapackage.json", "--json", folder=tmp_path)
    (task,) = [task for task in json.loads(run.stdout)["tasks"] if not task["valid"]]
    assert (run.returncode, task["name"], task["errors"][0]["type"]) == (1, "records", "constraint-error")
    assert task["errors"][0]["fieldName"] == "status"


def schema_errors(package: dict[str, Any]) -> list[str]:
    """What the schemas of Data Package 2.0 find wrong with a descriptor, its resources and their parts."""
    parts = [("datapackage", package)]
    for resource in package["resources"]:
        parts.append(("dataresource", resource))
        parts += [(kind, resource[key]) for key, kind in (("schema", "tableschema"), ("dialect", "tabledialect"))
                  if key in resource]  # fmt: skip
    found = []
    for kind, part in parts:
        schema = json.loads((STANDARDS / "datapackage-v2" / f"{kind}.json").read_bytes())
        judge = jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())
        found += [f"{kind}: {error.message[:200]}" for error in judge.iter_errors(part)]
    return found


def test_data_package_fits_the_schemas_of_its_version(package: dict[str, Any], folder: Path) -> None:
    assert len(package["resources"]) > 30
    assert schema_errors(package) == []
    assert schema_errors(json.loads((folder / "datapackage.json").read_bytes())) == []
    assert schema_errors({**package, "resources": [{"name": "x", "type": "table"}]})
    assert schema_errors({**package, "licenses": [{"title": "alguna"}]})


@pytest.mark.parametrize("name", ["records", "amounts", "expenditure", "withheld_cells", "catalog_categories"])
def test_csvw_finds_each_table_from_its_own_address(registry: str, package: dict[str, Any], name: str) -> None:
    # The validator is given the data alone, and finds what describes them by the header that comes with them.
    address = f"{registry}/downloads/{package['version']}/{name}.csv"
    with urlopen(address, timeout=60) as answer:
        assert f'<{address}-metadata.json>; rel="describedby"; type="application/csvm+json"' in answer.headers["Link"]
    run = run_program("csvwvalidate", "-v", address)
    assert (run.returncode, run.stdout.strip()) == (0, "OK"), run.stdout


@pytest.mark.parametrize("query", ["", "?category=COOP&release=2", "?release=2&fields=nit,name,taxes,valid_from"])
def test_csvw_finds_what_a_search_is(registry: str, query: str) -> None:
    run = run_program("csvwvalidate", "-v", f"{registry}/api/v1/records.csv{query}")
    assert (run.returncode, run.stdout.strip()) == (0, "OK"), run.stdout


def test_csvw_sees_a_wrong_cell(registry: str, package: dict[str, Any], tmp_path: Path) -> None:
    base = f"{registry}/downloads/{package['version']}"
    (tmp_path / "records.csv-metadata.json").write_bytes(fetch(f"{base}/records.csv-metadata.json"))
    (tmp_path / "records.csv").write_bytes(fetch(f"{base}/records.csv"))
    good = run_program("csvwvalidate", "-v", "records.csv-metadata.json", folder=tmp_path)
    assert good.returncode == 0, good.stdout
    (tmp_path / "records.csv").write_bytes(fetch(f"{base}/records.csv").replace(b",active,", b",vivo,", 1))
    bad = run_program("csvwvalidate", "-v", "records.csv-metadata.json", folder=tmp_path)
    assert bad.returncode != 0
    assert "vivo" in bad.stdout


@pytest.fixture(scope="module")
def catalog(registry: str) -> Graph:
    return Graph().parse(data=fetch(f"{registry}/catalog.ttl"), format="turtle")


def judge(graph: Graph, shapes: str, folder: Path) -> tuple[bool, str]:
    (folder / "catalog.ttl").write_text(graph.serialize(format="turtle"), encoding="utf-8")
    run = run_program("pyshacl", "-s", str(SHAPES / shapes), "catalog.ttl", folder=folder)
    assert "Conforms:" in run.stdout, run.stdout + run.stderr
    return run.returncode == 0, run.stdout


@pytest.mark.parametrize("shapes", ["shapes.ttl", "range.ttl"])
def test_catalogue_conforms_to_dcat_ap(catalog: Graph, tmp_path: Path, shapes: str) -> None:
    conforms, told = judge(catalog, shapes, tmp_path)
    assert conforms, told


def test_catalogue_uses_the_vocabularies_but_for_publishers_of_europe(catalog: Graph, tmp_path: Path) -> None:
    _, told = judge(catalog, "mdr-vocabularies.shape.ttl", tmp_path)
    paths = {line.split("Result Path: ")[1] for line in told.splitlines() if line.startswith("\tResult Path: ")}
    assert paths == {"dct:publisher"}


def test_shapes_see_a_dataset_without_title_and_a_size_that_is_text(catalog: Graph, tmp_path: Path) -> None:
    faulty = Graph() + catalog
    dataset = datasets(faulty)[0]
    faulty.remove((dataset, DCTERMS.title, None))
    conforms, told = judge(faulty, "shapes.ttl", tmp_path)
    assert not conforms
    assert "Result Path: dct:title" in told


def test_every_release_has_all_the_points_of_the_portal(catalog: Graph, tmp_path: Path) -> None:
    is_valid, _ = judge(catalog, "shapes.ttl", tmp_path)
    found = datasets(catalog)
    assert len(found) == 2
    for dataset in found:
        assert points(catalog, dataset, answers=answers, is_valid=is_valid) == MQA
    assert sum(MQA.values()) == 405


def test_points_are_lost_where_something_is_missing(catalog: Graph) -> None:
    faulty = Graph() + catalog
    dataset = datasets(faulty)[0]
    faulty.remove((dataset, DCAT.keyword, None))
    for file in list(faulty.objects(dataset, DCAT.distribution)):
        faulty.remove((file, DCTERMS.license, None))
    told = points(faulty, dataset, answers=lambda address: not address.endswith(".csv"), is_valid=False)
    assert told == MQA | {"findability": 70, "accessibility": 70, "interoperability": 80, "reusability": 45}


def test_security_txt_is_what_its_parser_takes(tmp_path: Path) -> None:
    client = make_app(tmp_path, EXEMPTIONS_CONTACT="datos@registro.example").test_client()
    text = client.get("/.well-known/security.txt").get_data(as_text=True)
    for content, verdict in ((text, "True []"), (text.replace("mailto:", ""), "False ['no_uri']")):
        (tmp_path / "security.txt").write_text(content, encoding="utf-8")
        run = run_script(_SECTXT, str(tmp_path / "security.txt"))
        assert run.stdout.strip() == verdict, run.stdout + run.stderr
