"""What describes the registry for programs: Data Package, catalogue, dictionary, identifiers, well-known addresses."""

import csv
import gzip
import io
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from rdflib import DCAT, DCTERMS, RDF, Graph, URIRef
from rdflib.compare import isomorphic

from api.well_known import _expires
from exemptions.published_tables import TABLES
from tests.api.conftest import CSV_TEXT, make_app, note_plain_size
from tests.exemptions.releases import build_test_release, invented_record_id, point_at, record

ORG_ID = re.compile(r"GT-NIT-[0-9]+[0-9K]")
PREVIOUS = URIRef("http://www.w3.org/ns/dcat#prev")
JSON_LD = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")


def test_data_package__leads_from_the_root_to_the_files_of_the_newest_release(tmp_path: Path) -> None:
    downloads = {"records.parquet": b"PAR1", "records.csv.gz": gzip.compress(CSV_TEXT, mtime=0)}
    release = build_test_release(tmp_path / "releases", downloads=downloads)
    note_plain_size(release, "downloads/records.csv.gz", CSV_TEXT)
    point_at(tmp_path / "releases", 1)
    client = make_app(tmp_path).test_client()
    package = client.get("/datapackage.json").json
    assert (package["version"], package["licenses"][0]["name"]) == ("1", "CC-BY-4.0")
    resources = package["resources"]
    assert [told["path"] for told in resources] == ["downloads/1/records.csv", "downloads/1/records.parquet"]
    for told in resources:
        answer = client.get(f"/{told['path']}", buffered=True)
        assert (answer.status_code, len(answer.data)) == (200, told["bytes"])


@JSON_LD
def test_catalogue__says_the_same_in_both_writings(registry_home: Path) -> None:
    base = "https://registro.example"
    client = make_app(registry_home, EXEMPTIONS_BASE_URL=base).test_client()
    answers = [client.get(path) for path in ("/catalog.jsonld", "/catalog.ttl")]
    assert [answer.mimetype for answer in answers] == ["application/ld+json", "text/turtle"]
    json_ld, turtle = (
        Graph().parse(data=answer.get_data(as_text=True), format=form)
        for answer, form in zip(answers, ("json-ld", "turtle"), strict=True)
    )
    assert isomorphic(json_ld, turtle)
    datasets = set(turtle.subjects(RDF.type, DCAT.Dataset))
    # Release 1 was withdrawn.
    assert datasets == {URIRef(f"{base}/publicaciones/{number}#dataset") for number in (2, 3)}
    assert set(turtle.objects(None, DCAT.dataset)) == datasets
    assert set(turtle.objects(None, PREVIOUS)) == {URIRef(f"{base}/publicaciones/2#dataset")}
    told = {str(turtle.value(d, DCAT.downloadURL)) for d in turtle.subjects(RDF.type, DCAT.Distribution)}
    assert f"{base}/downloads/2/records.csv" in told
    assert set(turtle.objects(None, DCTERMS.license)) == {
        URIRef("http://publications.europa.eu/resource/authority/licence/CC_BY_4_0")
    }


def test_catalogue__tells_which_release_it_leaves_out_because_its_manifest_is_damaged(
    registry_home: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.copytree(registry_home, tmp_path / "home")
    client = make_app(tmp_path / "home").test_client()
    assert "registry_damaged_manifests 0.0" in client.get("/metrics").text
    manifest = tmp_path / "home" / "releases" / "2" / "manifest.json"
    whole = manifest.read_bytes()
    before = client.get("/catalog.jsonld")
    manifest.write_bytes(whole.replace(b'"release": 2', b'"release":  2'))
    node = next(node for node in client.get("/catalog.jsonld").json["@graph"] if node["@type"] == "dcat:Catalog")
    assert [entry["@id"] for entry in node["dcat:dataset"]] == ["/publicaciones/3#dataset"]
    told = {text["@language"]: text["@value"] for text in node["dct:description"]}
    assert "Faltan aquí" in told["es"] and told["es"].endswith(": 2.")
    assert told["en"].endswith("missing here: 2.")
    assert "registry_damaged_manifests 1.0" in client.get("/metrics").text
    assert [record.getMessage() for record in caplog.records if record.name == "registry.problems"] == [
        "the catalogue leaves out releases whose manifest is damaged: 2"
    ]
    # What was sent while it was damaged may lie with somebody, who has to learn that there is more.
    damaged = client.get("/catalog.jsonld")
    manifest.write_bytes(whole)
    repaired = client.get("/catalog.jsonld", headers={"If-None-Match": damaged.headers["ETag"]})
    assert (repaired.status_code, repaired.data) == (200, before.data)
    assert repaired.headers["ETag"] == before.headers["ETag"]
    assert "registry_damaged_manifests 0.0" in client.get("/metrics").text


def test_catalogue__without_a_public_address_names_paths(client: FlaskClient) -> None:
    assert "</publicaciones/3#dataset>" in client.get("/catalog.ttl").get_data(as_text=True)
    assert "file:" not in client.get("/catalog.ttl").get_data(as_text=True)


def test_record__of_a_legal_person_has_an_org_id_and_of_a_natural_one_none(client: FlaskClient) -> None:
    told = 0
    for item in client.get("/api/v1/records.json").json:
        identifiers = client.get(f"/api/v1/records/{item['record_id']}").json["identifiers"]
        if item["person_kind"] == "natural":
            assert identifiers == []
            continue
        told += 1
        assert [identifier["org_id"] for identifier in identifiers] == [f"GT-NIT-{item['nit']}"]
        assert ORG_ID.fullmatch(identifiers[0]["org_id"])
    assert told > 10


def test_record__of_a_natural_person_has_no_org_id_even_if_its_number_is_public(tmp_path: Path) -> None:
    rows = [record(1, person_kind="natural", category="CED_PRIV")]
    build_test_release(tmp_path / "releases", rows)
    answer = make_app(tmp_path).test_client().get(f"/api/v1/records/{invented_record_id(1)}")
    assert answer.json["record"]["nit"]
    assert answer.json["identifiers"] == []
    assert b"GT-NIT" not in answer.data


def test_dictionary__is_the_same_as_json_and_as_csv(client: FlaskClient) -> None:
    tables = client.get("/api/v1/dictionary").json["tables"]
    assert [table["table"] for table in tables] == list(TABLES)
    lines = list(csv.DictReader(io.StringIO(client.get("/api/v1/dictionary.csv").get_data(as_text=True), newline="")))
    columns = [(table["table"], column) for table in tables for column in table["columns"]]
    assert len(lines) == len(columns) > 150
    for line, (table, column) in zip(lines, columns, strict=True):
        assert (line["table"], line["nullable"]) == (table, str(column["nullable"]).lower())
        for key in ("column", "type", "title_es", "title_en", "about_es", "about_en", "source_en", "ground_es"):
            assert line[key] == column[key]
        assert line["values"] == ";".join(value["value"] for value in column["values"])


@pytest.mark.parametrize("query", ["", "?category=COOP", "?release=2&fields=nit,taxes"])
def test_csv__of_a_search_leads_to_what_describes_it(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/api/v1/records.csv{query}")
    found = re.match(r'<([^>]+)>; rel="describedby"; type="application/csvm\+json"', answer.headers["Link"])
    assert found
    metadata = client.get(found[1])
    assert metadata.mimetype == "application/csvm+json"
    told = metadata.get_json(force=True)
    assert told["url"] == f"records.csv{query}"
    header = answer.get_data(as_text=True).partition("\r\n")[0].split(",")
    assert [column["name"] for column in told["tableSchema"]["columns"]] == header


def test_csv__for_spreadsheets_is_another_file(client: FlaskClient) -> None:
    assert "csvm" not in client.get("/api/v1/records.csv?headers=es").headers["Link"]


def test_api_catalogue__leads_to_the_document(client: FlaskClient) -> None:
    answer = client.get("/.well-known/api-catalog")
    assert answer.headers["Content-Type"].startswith("application/linkset+json")
    (told,) = answer.get_json(force=True)["linkset"]
    for relation in ("service-desc", "service-doc", "service-meta", "status"):
        for target in told[relation]:
            assert client.get(target["href"]).status_code == 200, target


def test_security__names_the_contact_or_is_not_there(client: FlaskClient, tmp_path: Path) -> None:
    lines = dict(line.split(": ", 1) for line in client.get("/.well-known/security.txt").text.splitlines())
    assert lines["Contact"] == "mailto:datos@registro.example"
    assert lines["Expires"] == "2027-01-01T00:00:00Z"
    assert make_app(tmp_path).test_client().get("/.well-known/security.txt").status_code == 404
    asked = make_app(tmp_path, EXEMPTIONS_CONTACT="Oficina 3").test_client().get("/.well-known/security.txt")
    assert (asked.status_code, asked.mimetype) == (404, "application/problem+json")


@pytest.mark.parametrize("month", range(1, 13))
def test_security__expires_in_half_a_year_to_a_year(month: int) -> None:
    now = datetime(2026, month, 15, tzinfo=UTC)
    ahead = datetime.fromisoformat(_expires(now)) - now
    assert 160 < ahead.days <= 366
