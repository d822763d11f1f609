"""What `verify` says of signature, chain and tree: each planted fault is found, and what is whole is told."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from exporters.inclusion import encode_proof, prove_row
from exporters.merkle import build_tree
from exporters.signatures import PublicKey
from exporters.signing import make_key
from exporters.tables import read_arrow
from exporters.verify import Trust, check_address, check_folder
from exporters.withdraw import withdraw
from tests.exporters.staging import APPROVER, Home, row
from tests.exporters.test_verify import serving

GUIDE = Path(__file__).parents[2] / "docs" / "verificar.md"


@pytest.fixture
def signed(home: Home) -> tuple[Home, PublicKey]:
    """Three releases, all signed, the second withdrawn."""
    key = make_key(home.book.home, at=home.now)
    rows = [row(number) for number in range(1, 72)]
    for edition in (rows, [*rows, row(199, name="No debió publicarse")], rows):
        home.now += timedelta(days=1)
        home.release(edition)
    withdraw(home.book, home.settings, release=2, reason="Un error.", actor=APPROVER, clock=home.clock)
    return home, key


def files(folder: Path, trust: Trust | None = None) -> set[str]:
    return {fault.file for fault in check_folder(folder, trust=trust).faults}


def rewrite(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    manifest = json.loads((folder / "manifest.json").read_bytes())
    change(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def test_verify__of_a_whole_registry_tells_what_was_checked(signed: tuple[Home, PublicKey]) -> None:
    home, key = signed
    found = check_folder(home.folder(3), trust=Trust((key,), is_pinned=True))
    assert found.faults == ()
    told = " ".join(note.es for note in found.notes)
    assert f"Firma válida de la llave {key.key_id}, la que usted indicó." in told
    assert "Cadena completa hasta la publicación 1: 2 anteriores, 1 de ellas retiradas." in told
    assert "El árbol de los 71 registros da la raíz del manifiesto." in told
    with serving(home) as server:
        online = check_address(f"{server}/downloads/3", trust=Trust((key,), is_pinned=True))
        assert online.notes == found.notes
        assert online.faults == ()
        by_itself = check_address(f"{server}/downloads/3")
    assert "que publica el mismo registro" in " ".join(note.es for note in by_itself.notes)


def test_verify__finds_a_flipped_byte_and_a_wrong_key(signed: tuple[Home, PublicKey], tmp_path: Path) -> None:
    home, key = signed
    other = make_key(tmp_path / "other", at=home.now)
    assert files(home.folder(3), Trust((other,), is_pinned=True)) == {"manifest.sig"}
    late = PublicKey(key.raw, home.now + timedelta(days=9))
    assert files(home.folder(3), Trust((late,), is_pinned=True)) == {"manifest.sig"}
    content = (home.folder(3) / "manifest.json").read_bytes()
    (home.folder(3) / "manifest.json").write_bytes(content.replace(b'"note": null', b'"note": "hola"'))
    # The store that the folder lies in knows the manifest that was published.
    assert files(home.folder(3)) == {"manifest.json", "manifest.sig"}
    (home.folder(3) / "manifest.json").write_bytes(content)
    signature = json.loads((home.folder(3) / "manifest.sig").read_bytes())
    for wrong in ({"signature": "A" * 86 + "=="}, {"key_id": "0" * 16}, {"algorithm": "none"}):
        (home.folder(3) / "manifest.sig").write_text(json.dumps(signature | wrong), encoding="utf-8")
        assert files(home.folder(3)) == {"manifest.sig"}
    (home.folder(3) / "manifest.sig").unlink()
    assert files(home.folder(3)) == {"manifest.sig"}


def test_verify__finds_a_cut_chain(signed: tuple[Home, PublicKey]) -> None:
    home, key = signed
    trust = Trust((key,), is_pinned=True)
    pointer = home.settings.releases / "current.json"
    whole = json.loads(pointer.read_bytes())

    def tell(change: Callable[[list[dict[str, Any]]], None]) -> set[str]:
        told = json.loads(json.dumps(whole))
        change(told["releases"])
        pointer.write_text(json.dumps(told), encoding="utf-8")
        return files(home.folder(3), trust)

    # The tombstone of the withdrawn release tells another hash, or is gone.
    assert tell(lambda releases: releases[1].update(manifest_sha256="1" * 64)) == {"chain"}
    assert tell(lambda releases: releases.pop(1) and None) == {"chain"}
    # The first release is another one, and the list agrees with it.
    first = home.folder(1) / "manifest.json"
    first.write_bytes(first.read_bytes().replace(b'"note": null', b'"note": "otra"'))
    sha256 = hashlib.sha256(first.read_bytes()).hexdigest()
    assert tell(lambda releases: releases[0].update(manifest_sha256=sha256)) == {"chain"}
    # The list still tells the old one.
    assert tell(lambda releases: None) == {"chain"}
    shutil.rmtree(home.folder(1))
    assert tell(lambda releases: None) == {"chain"}


def test_verify__finds_lines_that_are_not_those_of_the_tree(signed: tuple[Home, PublicKey]) -> None:
    home, _key = signed
    folder = home.folder(3)
    packed = folder / "downloads" / "records.ndjson.gz"
    lines = gzip.decompress(packed.read_bytes()).splitlines(keepends=True)
    swapped = b"".join([lines[1], lines[0], *lines[2:]])
    packed.write_bytes(gzip.compress(swapped, mtime=0))

    def admit(manifest: dict[str, Any]) -> None:
        entry = next(e for e in manifest["files"] if e["path"] == "downloads/records.ndjson.gz")
        content = packed.read_bytes()
        entry |= {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        entry["plain"] = {"bytes": len(swapped), "sha256": hashlib.sha256(swapped).hexdigest()}
        manifest["signing"] = None

    rewrite(folder, admit)
    (folder / "manifest.sig").unlink()
    assert files(folder) == {"manifest.json", "records.tree"}
    rewrite(folder, lambda manifest: manifest["merkle"].update(root=build_tree([swapped]).root.hex()))
    assert files(folder) == {"manifest.json"}


def test_verify__of_an_unsigned_release_says_so(home: Home) -> None:
    folder = home.release([row(1)])
    found = check_folder(folder)
    assert found.faults == ()
    assert "La publicación no está firmada." in {note.es for note in found.notes}
    key = make_key(home.book.home, at=home.now)
    assert files(folder, Trust((key,), is_pinned=True)) == {"manifest.sig"}


def test_verify__of_a_folder_by_itself_says_that_the_chain_was_not_checked(
    signed: tuple[Home, PublicKey], tmp_path: Path
) -> None:
    home, key = signed
    shutil.copytree(home.folder(3), tmp_path / "copia" / "3")
    found = check_folder(tmp_path / "copia" / "3", trust=Trust((key,), is_pinned=True))
    assert found.faults == ()
    assert any("no se comprobó" in note.es for note in found.notes)


def commands(kind: str) -> list[str]:
    """The commands of the guide in one language."""
    return re.findall(rf"```{kind}\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)


def test_guide__checks_a_proof_with_nothing_of_ours(signed: tuple[Home, PublicKey], tmp_path: Path) -> None:
    home, key = signed
    folder = home.folder(3)
    proof = prove_row(folder, home.manifest(), read_arrow(folder / "records.arrow"), 65)
    (tmp_path / "x.proof.json").write_bytes(encode_proof(proof))
    (tmp_path / "registro.pem").write_text(key.pem, encoding="ascii")
    (script,) = commands("python")
    (tmp_path / "comprobar.py").write_text(script, encoding="utf-8")
    openssl = commands("sh")[-1]

    def run() -> bool:
        checked = subprocess.run([sys.executable, "-I", "comprobar.py", "x.proof.json"], cwd=tmp_path, check=False,
                                 capture_output=True)  # fmt: skip
        if checked.returncode:
            return False
        signed = subprocess.run(["bash", "-ec", openssl], cwd=tmp_path, check=False, capture_output=True)
        return signed.returncode == 0 and b"Signature Verified Successfully" in signed.stdout

    assert run()
    told = json.loads((tmp_path / "x.proof.json").read_bytes())
    for change in (
        {"line": told["line"] + " "},
        {"leaf_index": 64},
        {"audit_path": told["audit_path"][:-1]},
        {"manifest": told["manifest"].replace("2026-11", "2025-11")},
    ):
        (tmp_path / "x.proof.json").write_text(json.dumps(told | change), encoding="utf-8")
        assert not run(), change
