"""Proofs of inclusion and keys over HTTP: what they hold, what they prove, and what is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from exporters.inclusion import ProofUnreadable, parse_proof, prove_row
from exporters.ndjson_format import stream_ndjson
from exporters.signatures import parse_key, parse_keys, parse_signature
from exporters.tables import read_arrow
from exporters.verify_proof import check_proof
from exporters.verify_signature import Trust
from tests.api.conftest import make_app
from tests.exemptions.releases import build_test_release, invented_record_id, point_at, record
from tests.vouched import KEY, packed_lines, vouch

PINNED = Trust((KEY,), is_pinned=True)
RECORDS = "/api/v1/records"


def proof_of(client: FlaskClient, number: int, query: str = "") -> bytes:
    response = client.get(f"{RECORDS}/{invented_record_id(number)}/proof{query}")
    assert response.status_code == 200
    return response.data


@pytest.mark.parametrize("number", [1, 3, 9, 14, 40])
def test_proof__proves_the_record_by_the_file_alone(client: FlaskClient, number: int) -> None:
    content = proof_of(client, number)
    found = check_proof(content, trust=PINNED)
    assert (found.faults, found.release) == ((), 3)
    told = json.loads(content)
    assert told["record_id"] == invented_record_id(number)
    lines = client.get(f"{RECORDS}.ndjson?record_id={told['record_id']}&release=3").data
    assert told["line"].encode() + b"\n" == lines
    assert client.get("/downloads/3/manifest.json", buffered=True).get_data(as_text=True) == told["manifest"]


def test_proof__of_an_earlier_release_is_of_what_it_said(client: FlaskClient) -> None:
    before, after = (json.loads(proof_of(client, 2, f"?release={release}")) for release in (2, 3))
    assert (before["release"], after["release"]) == (2, 3)
    assert json.loads(before["line"])["jobs"] == 12
    assert json.loads(after["line"])["jobs"] == 15


def test_proof__is_a_file_that_can_be_kept(client: FlaskClient) -> None:
    response = client.get(f"{RECORDS}/{invented_record_id(1)}/proof?release=3")
    name = f"datos-inventados-3-{invented_record_id(1)}.proof.json"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    again = client.get(response.request.path, headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304
    # The manifest of this small registry is most of it.
    assert len(response.data) < 32_768


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("abcdefghijklmnop/proof", 404),
        ("..%2f..%2fkeys/proof", 404),
        (f"{invented_record_id(12)}/proof", 404),
        (f"{invented_record_id(1)}/proof?release=1", 410),
        (f"{invented_record_id(1)}/proof?release=9", 404),
        (f"{invented_record_id(1)}/proof?release=uno", 422),
        (f"{invented_record_id(1)}/proof?path=x", 422),
    ],
)
def test_proof__is_refused_in_its_own_way(client: FlaskClient, path: str, status: int) -> None:
    response = client.get(f"{RECORDS}/{path}")
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")


def test_proof__of_a_release_without_tree_is_told(tmp_path: Path) -> None:
    build_test_release(tmp_path / "releases", [record(1)])
    response = make_app(tmp_path).test_client().get(f"{RECORDS}/{invented_record_id(1)}/proof")
    assert response.status_code == 404
    assert "antes de que hubiera pruebas" in response.get_json()["detail"]


def test_prove_row__finds_the_published_line_where_the_program_writes_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [record(number) for number in range(1, 131)]
    folder = build_test_release(tmp_path, rows)
    published = packed_lines(folder)
    folder = build_test_release(tmp_path / "again", rows, downloads={"records.ndjson.gz": published})
    vouch(tmp_path / "again", [1])
    point_at(tmp_path / "again", 1)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    records = read_arrow(folder / "records.arrow")
    usual = prove_row(folder, manifest, records, 129)
    monkeypatch.setattr(
        "exporters.inclusion.stream_ndjson",
        lambda batches: (text.replace(b":", b": ") for text in stream_ndjson(batches)),
    )
    assert prove_row(folder, manifest, records, 129) == usual
    assert usual.root() == bytes.fromhex(manifest["merkle"]["root"])


def altered(content: bytes, **changes: object) -> bytes:
    return json.dumps(json.loads(content) | changes).encode()


def test_check_proof__finds_every_planted_fault(client: FlaskClient) -> None:
    good = proof_of(client, 3)
    told = json.loads(good)
    other = json.loads(proof_of(client, 5))
    path = told["audit_path"]
    flipped = ("0" if path[0][0] != "0" else "1") + path[0][1:]
    signature = told["signature"]
    stranger = signature | {"key_id": "0" * 16}
    forged = signature | {"signature": "A" * 85 + "g=="}
    faults = {
        "line": altered(good, line=told["line"].replace("active", "revoked")),
        "another's line": altered(good, line=other["line"], record_id=other["record_id"]),
        "index": altered(good, leaf_index=told["leaf_index"] + 1),
        "negative index": altered(good, leaf_index=-1),
        "size": altered(good, tree_size=told["tree_size"] + 1),
        "path": altered(good, audit_path=[flipped, *path[1:]]),
        "short path": altered(good, audit_path=path[:-1]),
        "long path": altered(good, audit_path=[*path, path[0]]),
        "identifier": altered(good, record_id=other["record_id"]),
        "release": altered(good, release=2),
        "manifest": altered(good, manifest=told["manifest"].replace("Registro de ensayo", "Registro de engaño")),
        "no signature": altered(good, signature=None),
        "another key": altered(good, signature=stranger),
        "forged signature": altered(good, signature=forged),
        "no manifest": altered(good, manifest="{}"),
    }
    for name, content in faults.items():
        assert check_proof(content, trust=PINNED).faults, name
    assert check_proof(good, trust=PINNED, sha256="0" * 64).faults
    assert check_proof(good, trust=Trust((parse_key("00" * 32),), is_pinned=True)).faults


def test_check_proof__without_a_key_says_that_the_signature_was_not_checked(client: FlaskClient) -> None:
    found = check_proof(proof_of(client, 3))
    assert found.is_whole
    assert any("sin llave pública" in note.es for note in found.notes)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"null", b"\xff", b'{"kind": "exemptions-inclusion-proof"}', b"[" * 100_000]
)
def test_parse_proof__refuses_what_is_none(content: bytes) -> None:
    with pytest.raises(ProofUnreadable):
        parse_proof(content)


def test_keys__are_published_with_what_checks_a_manifest(client: FlaskClient) -> None:
    keys = parse_keys(client.get("/api/v1/keys").data)
    assert keys == (KEY,)
    manifest = client.get("/downloads/3/manifest.json", buffered=True).data
    response = client.get("/downloads/3/manifest.sig", buffered=True)
    assert response.content_type == "application/json"
    signature = parse_signature(response.data)
    assert keys[0].verifies(signature.signature, manifest)
    pem = client.get(f"/api/v1/keys/{KEY.key_id}.pem")
    assert (pem.content_type, parse_key(pem.get_data(as_text=True)).raw) == ("application/x-pem-file", KEY.raw)
    assert client.get("/api/v1/keys/0000000000000000.pem").status_code == 404


def test_keys__of_an_unsigned_registry_are_none(tmp_path: Path) -> None:
    build_test_release(tmp_path / "releases", [record(1)])
    client = make_app(tmp_path).test_client()
    assert client.get("/api/v1/keys").get_json()["keys"] == []
    assert client.get("/downloads/1/manifest.sig").status_code == 404


def test_keys__that_cannot_be_read_are_told(registry_home: Path, tmp_path: Path) -> None:
    shutil.copytree(registry_home / "releases", tmp_path / "releases")
    (tmp_path / "releases" / "keys.json").write_bytes(b"{")
    assert make_app(tmp_path).test_client().get("/api/v1/keys").status_code == 503
