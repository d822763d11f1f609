"""The commands `key` and `verify` as an operator and a reader use them."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

from exporters.inclusion import encode_proof, prove_row
from exporters.tables import read_arrow
from tests.cli.conftest import Command, school

Write = Callable[..., Path]


def test_key__signs_from_the_next_release_on(command: Command, write_file: Write, home: Path, tmp_path: Path) -> None:
    assert "sin firma" in command("key", "show").output
    made = command("key", "new")
    assert made.status == 0
    assert "BEGIN PUBLIC KEY" in made.output
    assert "PRIVATE" not in made.output + made.errors
    assert stat.S_IMODE((home / "keys" / "signing.key").stat().st_mode) == 0o600
    (key,) = command("key", "show", "--json").json
    command("load", "registry", write_file(school(0), school(1)), "--approve")
    command("publish")
    (tmp_path / "registro.pem").write_text(key["pem"], encoding="ascii")
    for given in (tmp_path / "registro.pem", key["public_key"]):
        checked = command("verify", "--key", given)
        assert (checked.status, key["key_id"] in checked.output) == (0, True), checked.errors
    second = command("key", "new", "--json").json
    first = command("key", "show", "--json").json[0]
    assert (first["key_id"], first["until"] is not None) == (key["key_id"], True)
    wrong = command("verify", "--key", second["public_key"])
    assert (wrong.status, key["key_id"] in wrong.errors) == (1, True)
    assert command("verify").status == 0
    assert command("verify", "--key", "ninguna").status == 1
    told = command("verify", "--json").json
    assert (told["faults"], len(told["notes"])) == ([], 3)
    assert command("audit", "--verify").status == 0


def test_verify__of_a_proof_file(command: Command, write_file: Write, home: Path, tmp_path: Path) -> None:
    command("key", "new")
    command("load", "registry", write_file(school(0), school(1)), "--approve")
    command("publish")
    folder = home / "releases" / "1"
    manifest = json.loads((folder / "manifest.json").read_bytes())
    content = encode_proof(prove_row(folder, manifest, read_arrow(folder / "records.arrow"), 1))
    path = tmp_path / "x.proof.json"
    path.write_bytes(content)
    key = command("key", "show", "--json").json[0]["public_key"]
    found = command("verify", path, "--key", key)
    assert (found.status, "contiene este registro" in found.output) == (0, True), found.errors
    assert "no se comprobó la firma" in command("verify", path).output
    path.write_bytes(content.replace(b'"leaf_index": 1', b'"leaf_index": 0'))
    assert command("verify", path, "--key", key).status == 1
    path.write_bytes(b"{}")
    assert command("verify", path).status == 1
    assert command("verify", tmp_path / "no-hay").status == 1
