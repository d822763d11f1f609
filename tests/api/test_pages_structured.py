"""What pages tell search engines as data: the facts of the release, in the page's language, safe in its place."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.api.conftest import make_app
from tests.exemptions.releases import build_test_release, point_at

BASE = "https://registro.example"
BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


def told(client: FlaskClient, path: str) -> Any:
    (block,) = BLOCK.findall(client.get(path).get_data(as_text=True))
    return json.loads(block)


@pytest.fixture
def site(registry_home: Path) -> FlaskClient:
    return make_app(registry_home, EXEMPTIONS_BASE_URL=BASE).test_client()


def test_release__is_a_dataset_with_the_files_that_it_has(site: FlaskClient) -> None:
    dataset = told(site, "/publicaciones/2")
    assert (dataset["@type"], dataset["version"]) == ("Dataset", "2")
    assert dataset["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert dataset["description"].startswith("Datos inventados")
    files = {file["contentUrl"]: file["sha256"] for file in dataset["distribution"]}
    manifest = site.get("/api/v1/releases/2").json
    entry = next(entry for entry in manifest["files"] if entry["path"] == "downloads/records.csv.gz")
    assert files[f"{BASE}/downloads/2/records.csv"] == entry["plain"]["sha256"]


def test_page__of_the_data_speaks_of_the_newest_release_in_its_language(site: FlaskClient) -> None:
    spanish, english = told(site, "/datos"), told(site, "/en/datos")
    assert spanish["@id"] == english["@id"] == f"{BASE}/publicaciones/3#dataset"
    assert (spanish["name"][-1], english["name"]) == ("3", "Open registry of tax exemptions of Guatemala, release 3")


def test_list__of_releases_is_a_catalogue_without_the_withdrawn(site: FlaskClient) -> None:
    catalog = told(site, "/publicaciones")
    assert [dataset["version"] for dataset in catalog["dataset"]] == ["3", "2"]
    assert all(dataset["description"] and dataset["license"] for dataset in catalog["dataset"])


def test_facts__cannot_end_the_script_that_they_stand_in(tmp_path: Path) -> None:
    release = build_test_release(tmp_path / "releases")
    manifest = json.loads((release / "manifest.json").read_bytes())
    manifest["publisher"]["name"] = "</script><script>alert(1)//& <!--"
    (release / "manifest.json").write_text(json.dumps(manifest, sort_keys=True) + "\n", encoding="utf-8")
    point_at(tmp_path / "releases", 1)
    client = make_app(tmp_path).test_client()
    html = client.get("/datos").get_data(as_text=True)
    assert "<script>alert" not in html
    assert told(client, "/datos")["publisher"]["name"] == manifest["publisher"]["name"]
