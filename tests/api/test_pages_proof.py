"""The sheet that proves what was published of a record, and what it takes to check it."""

from __future__ import annotations

import gzip
import hashlib
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import segno
from flask.testing import FlaskClient

from exporters.ndjson_format import stream_ndjson
from tests.api.conftest import make_app
from tests.api.html_page import Element, read_page
from tests.exemptions.releases import invented_record_id

BASE = "https://registro.example"


@pytest.fixture
def public(registry_home: Path) -> FlaskClient:
    """A server that knows its public address."""
    return make_app(registry_home, EXEMPTIONS_BASE_URL=BASE).test_client()


def load_proof(client: FlaskClient, number: int, query: str = "", prefix: str = "") -> Element:
    response = client.get(f"{prefix}/registro/{invented_record_id(number)}/constancia{query}")
    assert response.status_code == 200
    return read_page(response.get_data(as_text=True))


def fields(sheet: Element) -> dict[str, str]:
    lines = [line for table in sheet.find_all("dl", class_="proof-fields") for line in table.find_all("div")]
    return {line.find("dt").text: line.find("dd").text for line in lines}


def test_proof__tells_the_benefit_its_release_and_what_it_is_not(public: FlaskClient) -> None:
    sheet = load_proof(public, 3).find("article", class_="proof")
    assert "No es una solvencia fiscal ni una certificación" in sheet.text
    assert "NUBES DE OBSIDIANA, SOCIEDAD ANÓNIMA" in sheet.text
    assert "Al 15 de febrero de 2026 este beneficio estaba vigente" in sheet.text
    told = fields(sheet)
    assert told["Resolución"] == "DPI-1-2020"
    assert told["Vigente hasta"] == "31 de diciembre de 2029"
    assert told["Ley"].endswith("(Decreto 29-89, art. 6 b); Decreto 29-89, art. 12; Decreto 29-89, art. 20)")
    assert (told["Publicación"], told["Estados al"]) == ("3", "15 de febrero de 2026")
    assert told["Publicada"] == "15 de febrero de 2026, 06:00 (hora de Guatemala)"
    english = load_proof(public, 3, prefix="/en").find("article", class_="proof").text
    assert "It is neither a tax clearance (solvencia fiscal) nor a certificate" in english


def test_proof__names_hashes_that_anybody_can_compute(registry_home: Path, public: FlaskClient) -> None:
    sheet = load_proof(public, 3)
    told = fields(sheet)
    manifest = (registry_home / "releases" / "3" / "manifest.json").read_bytes()
    assert told["SHA-256 del manifiesto de la publicación"] == hashlib.sha256(manifest).hexdigest()
    assert public.get("/downloads/3/manifest.json", buffered=True).data == manifest
    commands = [command.text for command in sheet.find_all("pre", class_="proof-command")]
    assert commands[1].startswith(f"exemptions verify {BASE}/downloads/3 --sha256 ")
    found = re.search(r'curl -s "([^"]+)"', commands[0])
    assert found is not None and found[1].startswith(BASE)
    line = public.get(found[1].removeprefix(BASE)).data
    assert line.count(b"\n") == 1
    assert told["SHA-256 de este registro"] == hashlib.sha256(line.replace(b"\n", b"")).hexdigest()


def test_proof__hashes_the_line_of_the_whole_download(public: FlaskClient) -> None:
    """The line of one record alone is the one in the file of all records."""
    release = public.application.extensions["registry"].store.current()
    whole = b"".join(stream_ndjson([release.records])).splitlines()
    hashes = {hashlib.sha256(line).hexdigest() for line in whole}
    for number in (1, 3, 8, 14, 40):
        assert fields(load_proof(public, number))["SHA-256 de este registro"] in hashes


def test_proof__has_the_lasting_address_as_text_and_as_a_code(public: FlaskClient) -> None:
    sheet = load_proof(public, 3)
    address = f"{BASE}/registro/{invented_record_id(3)}?release=3"
    assert fields(sheet)["Dirección permanente de este registro en esta publicación"] == address
    code = sheet.find("img", class_="proof-qr")
    check = f"{BASE}/verificar?value={invented_record_id(3)}&release=3"
    assert fields(sheet)["Dónde se verifica esta hoja"] == check
    expected = segno.make_qr(check, error="q")
    assert code.attrs["src"] == expected.svg_data_uri(border=2, dark="#000000", light="#ffffff", omitsize=True)
    assert code.attrs["alt"]
    assert "NUBES DE OBSIDIANA" in public.get(check.removeprefix(BASE)).get_data(as_text=True)
    assert public.get(address.removeprefix(BASE)).status_code == 200


def test_proof__says_that_its_address_is_not_whole_where_none_is_set(client: FlaskClient) -> None:
    sheet = load_proof(client, 3)
    assert sheet.find_all("img", class_="proof-qr") == []
    told = fields(sheet)["Dirección permanente de este registro en esta publicación"]
    assert told.startswith(f"/registro/{invented_record_id(3)}?release=3")
    assert "falta el comienzo y no hay código QR" in told


def test_proof__of_a_release_or_a_day_tells_both_dates(public: FlaskClient) -> None:
    pinned = load_proof(public, 2, "?release=2")
    assert "Así estaba en la publicación 2, del 15 de enero de 2026." in pinned.text
    assert fields(pinned)["Publicación"] == "2"
    on_a_day = load_proof(public, 8, "?as_of=2026-02-10")
    assert "El 10 de febrero de 2026 regía la publicación 2, con estados al 15 de enero de 2026." in on_a_day.text
    assert "ese día el beneficio no regía" in on_a_day.text
    address = fields(on_a_day)["Dirección permanente de este registro en esta publicación"]
    assert urlsplit(address).query == "release=2"


def test_proof__of_a_natural_person_shows_only_what_is_public(public: FlaskClient) -> None:
    sheet = load_proof(public, 14).find("article", class_="proof")
    assert "Persona individual (nombre reservado) NIT: reservado" in " ".join(sheet.text.split())
    assert fields(sheet)["Datos reservados"].startswith("NIT, Nombre, Municipio")


def test_proof__of_what_ended_or_never_was_is_none(public: FlaskClient) -> None:
    ended = public.get(f"/en/registro/{invented_record_id(12)}/constancia")
    assert (ended.status_code, ended.headers["Location"]) == (302, f"/en/registro/{invented_record_id(12)}")
    assert "Fundación Nube" in load_proof(public, 12, "?release=2").text
    assert public.get(f"/registro/{invented_record_id(99)}/constancia").status_code == 404


def test_proof__is_linked_from_its_record_in_the_same_release(public: FlaskClient) -> None:
    for query in ("", "?release=2", "?as_of=2026-02-10"):
        page = read_page(public.get(f"/registro/{invented_record_id(3)}{query}").get_data(as_text=True))
        link = page.find("ul", class_="record-actions").find_all("a")[0].attrs["href"]
        assert link == f"/registro/{invented_record_id(3)}/constancia{query}"


def test_proof__keeps_within_the_weight_of_a_page(public: FlaskClient) -> None:
    page = public.get(f"/registro/{invented_record_id(3)}/constancia", headers={"Accept-Encoding": "gzip"})
    assert len(page.data) < 10_000
    assert b" style=" not in gzip.decompress(page.data)


def test_proof__tells_place_and_root_in_the_tree_and_who_signs(public: FlaskClient) -> None:
    told = fields(load_proof(public, 3))
    manifest = public.get("/api/v1/releases/3").get_json()
    place = public.get(f"/api/v1/records/{invented_record_id(3)}/proof").get_json()["leaf_index"] + 1
    label = f"Registro {place} de 16 del árbol de la publicación, de raíz"
    assert told[label] == manifest["merkle"]["root"]
    assert manifest["signing"]["key_id"] in told["Firma del manifiesto"]
