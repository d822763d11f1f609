"""The page that checks: files, hashes and records, right ones and planted faults."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.api.conftest import make_app
from tests.api.html_page import Element, read_page
from tests.exemptions.releases import build_test_release, invented_record_id, point_at, record
from tests.vouched import KEY, vouch


def outcome(response: TestResponse) -> Element:
    return read_page(response.get_data(as_text=True)).find("section", role="status")


def proof(client: FlaskClient, number: int = 3) -> bytes:
    return client.get(f"/api/v1/records/{invented_record_id(number)}/proof").data


def send(client: FlaskClient, content: bytes, prefix: str = "", **headers: str) -> TestResponse:
    return client.post(f"{prefix}/verificar", data={"file": (io.BytesIO(content), "x.proof.json")}, headers=headers)


def test_verify__explains_and_shows_the_keys(client: FlaskClient) -> None:
    for path in ("/verificar", "/en/verificar"):
        page = read_page(client.get(path).get_data(as_text=True))
        assert page.find_all("section", role="status") == []
        assert KEY.key_id in page.text
        assert KEY.base64 in page.text
    for page, link in (("/datos", "/verificar"), ("/publicaciones/3", "/verificar"),
                       (f"/registro/{invented_record_id(3)}/constancia", "/verificar")):  # fmt: skip
        assert f'href="{link}"' in client.get(page).get_data(as_text=True)


@pytest.mark.parametrize(("prefix", "title"), [("", "La constancia es válida"), ("/en", "The proof is valid")])
def test_check__of_a_good_file(client: FlaskClient, prefix: str, title: str) -> None:
    response = send(client, proof(client), prefix)
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
    told = outcome(response)
    assert told.find("h2").text == title
    assert "NUBES DE OBSIDIANA, SOCIEDAD ANÓNIMA" in told.text
    assert KEY.key_id in told.text


def test_check__of_pasted_text(client: FlaskClient) -> None:
    response = client.post("/verificar", data={"text": f"\r\n{proof(client).decode()}\r\n"})
    assert outcome(response).find("h2").text == "La constancia es válida"


def test_check__finds_planted_faults(client: FlaskClient) -> None:
    told = json.loads(proof(client))
    path = told["audit_path"]
    manifest = told["manifest"]
    for changes in (
        {"line": told["line"].replace("DPI-1-2020", "DPI-1-2021")},
        {"leaf_index": told["leaf_index"] ^ 1},
        {"audit_path": [path[0][::-1], *path[1:]]},
        {"signature": None},
        {"manifest": manifest.replace("2026", "2025"), "signature": None},
    ):
        response = send(client, json.dumps(told | changes).encode())
        assert response.status_code == 200
        assert outcome(response).find("h2").text == "La constancia no es válida", changes


def test_check__of_another_registry_is_not_ours(client: FlaskClient, tmp_path: Path) -> None:
    build_test_release(tmp_path / "releases", [record(3)])
    vouch(tmp_path / "releases", [1])
    point_at(tmp_path / "releases", 1)
    theirs = proof(make_app(tmp_path).test_client())
    assert "no ha publicado ese manifiesto" in outcome(send(client, theirs)).text


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b"<script>alert(1)</script>", b"[" * 5000])
def test_check__of_what_is_no_proof_says_so(client: FlaskClient, content: bytes) -> None:
    response = send(client, content)
    assert response.status_code == 422
    assert outcome(response).find("h2").text == "No se pudo comprobar"
    assert "<script>alert" not in response.get_data(as_text=True)


def test_check__takes_no_large_file_and_no_form_of_another_site(client: FlaskClient) -> None:
    assert send(client, b"x" * 200_000).status_code == 413
    assert send(client, proof(client), **{"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_verify__knows_every_published_hash(client: FlaskClient) -> None:
    manifest = client.get("/api/v1/releases/2").get_json()
    hashes = {listed["manifest_sha256"] for listed in client.get("/api/v1/releases").get_json()["items"]}
    hashes |= {entry["sha256"] for entry in manifest["files"] if not entry["path"].startswith("index/")}
    hashes |= {entry["plain"]["sha256"] for entry in manifest["files"] if "plain" in entry}
    for sha256 in [*sorted(hashes)[:12], manifest["merkle"]["root"].upper()]:
        told = outcome(client.get(f"/verificar?value={sha256}"))
        assert told.find("h2").text == "La huella es de este registro", sha256
    assert "retirada" in outcome(client.get(f"/verificar?value={'0' * 64}")).text
    assert outcome(client.get(f"/verificar?value={'1' * 64}")).find("h2").text == "Ninguna publicación tiene esa huella"


def test_verify__of_a_record_shows_what_the_sheet_must_say(client: FlaskClient) -> None:
    record_id = invented_record_id(2)
    before = outcome(client.get(f"/verificar?value={record_id}&release=2"))
    assert "dice otra cosa" in before.text
    same = outcome(client.get(f"/verificar?value={invented_record_id(3)}&release=2"))
    assert "dice lo mismo" in same.text
    gone = outcome(client.get(f"/verificar?value={invented_record_id(12)}&release=2"))
    assert "ya no está" in gone.text
    address = outcome(client.get(f"/verificar?value=https://x/registro/{record_id}?release=2"))
    assert "Cooperativa Agrícola Ñandú" in address.text
    assert "no tiene ese registro" in outcome(client.get("/verificar?value=abcdefghijklmnop")).text
    assert "ni un registro" in outcome(client.get("/verificar?value=%3Cb%3Ehola")).text
    natural = outcome(client.get(f"/verificar?value={invented_record_id(14)}")).text
    assert "Persona individual (nombre reservado)" in natural


@pytest.mark.parametrize(
    ("query", "status"), [("release=1", 410), ("release=9", 404), ("release=x", 422), ("x=1", 422)]
)
def test_verify__refuses_in_its_own_way(client: FlaskClient, query: str, status: int) -> None:
    assert client.get(f"/verificar?{query}").status_code == status
