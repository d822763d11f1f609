"""Signing: the key is private, its list is not, and every release tells and proves what came before it."""

from __future__ import annotations

import gzip
import hashlib
import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from exemptions.models import Release
from exporters.merkle import build_tree
from exporters.signatures import (
    KeyUnreadable,
    PublicKey,
    encode_keys,
    parse_key,
    parse_keys,
    parse_signature,
    read_keys,
)
from exporters.signing import find_key, list_keys, make_key, publish_keys
from exporters.vouching import chain_digest
from exporters.withdraw import withdraw
from tests.exporters.staging import APPROVER, Home, row
from tests.tampering import unlock

AT = datetime(2026, 11, 20, 18, tzinfo=UTC)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_make_key__is_for_its_owner_alone(tmp_path: Path) -> None:
    made = make_key(tmp_path, at=AT)
    assert (mode(tmp_path / "keys"), mode(tmp_path / "keys" / "signing.key")) == (0o700, 0o600)
    found = find_key(tmp_path, at=AT)
    assert found is not None
    assert found.public.raw == made.raw
    assert b"PRIVATE" not in (tmp_path / "keys" / "keys.json").read_bytes()
    assert "PRIVATE" not in repr(found)


def test_find_key__where_there_is_none(tmp_path: Path) -> None:
    assert find_key(tmp_path, at=AT) is None
    publish_keys(tmp_path, tmp_path / "releases")
    assert not (tmp_path / "releases").exists()


def test_find_key__one_that_was_lost_is_not_taken_for_none(tmp_path: Path) -> None:
    first = make_key(tmp_path, at=AT)
    (tmp_path / "keys" / "signing.key").unlink()
    with pytest.raises(KeyUnreadable, match="is missing"):
        find_key(tmp_path, at=AT)
    second = make_key(tmp_path, at=AT + timedelta(days=1))
    found = find_key(tmp_path, at=AT + timedelta(days=1))
    assert found is not None
    assert [key.raw for key in list_keys(tmp_path)] == [first.raw, second.raw] == [first.raw, found.public.raw]


@pytest.mark.parametrize("content", [b"", b"no es una llave", b"-----BEGIN PRIVATE KEY-----\nAA==\n"])
def test_find_key__refuses_what_is_none(tmp_path: Path, content: bytes) -> None:
    make_key(tmp_path, at=AT)
    (tmp_path / "keys" / "signing.key").write_bytes(content)
    with pytest.raises(KeyUnreadable):
        find_key(tmp_path, at=AT)


def test_make_key__keeps_the_public_keys_before_it(tmp_path: Path) -> None:
    first = make_key(tmp_path, at=AT)
    second = make_key(tmp_path, at=AT + timedelta(days=1))
    assert list_keys(tmp_path) == (PublicKey(first.raw, AT, AT + timedelta(days=1)), second)
    publish_keys(tmp_path, tmp_path / "releases")
    assert read_keys(tmp_path / "releases") == list_keys(tmp_path)


def test_find_key__finishes_what_a_crash_cut_short(tmp_path: Path) -> None:
    first = make_key(tmp_path, at=AT)
    known = (tmp_path / "keys" / "keys.json").read_bytes()
    second = make_key(tmp_path, at=AT + timedelta(days=1))
    (tmp_path / "keys" / "keys.json").write_bytes(known)
    found = find_key(tmp_path, at=AT + timedelta(days=2))
    assert found is not None
    assert [key.raw for key in list_keys(tmp_path)] == [first.raw, second.raw] == [first.raw, found.public.raw]


def test_signature__holds_for_these_bytes_and_this_key_alone(tmp_path: Path) -> None:
    make_key(tmp_path, at=AT)
    key = find_key(tmp_path, at=AT)
    assert key is not None
    signature = parse_signature(key.sign(b"manifest").encode())
    assert key.public.verifies(signature.signature, b"manifest")
    assert not key.public.verifies(signature.signature, b"manifesT")
    flipped = bytes([signature.signature[0] ^ 1]) + signature.signature[1:]
    assert not key.public.verifies(flipped, b"manifest")
    other = make_key(tmp_path, at=AT)
    assert not other.verifies(signature.signature, b"manifest")


def test_parse_key__reads_what_it_tells(tmp_path: Path) -> None:
    made = make_key(tmp_path, at=AT)
    for text in (made.pem, made.base64, made.raw.hex(), f"\n{made.base64}\n"):
        assert parse_key(text).raw == made.raw
    assert parse_keys(encode_keys([made])) == (made,)
    for wrong in ("", "ñ", "AAAA", made.pem.replace("PUBLIC", "PRIVATE"), "-----BEGIN PUBLIC KEY-----\nAA\n", "0" * 63):
        with pytest.raises(KeyUnreadable):
            parse_key(wrong)
    for wrong_list in (
        b"",
        b"[]",
        b'{"keys": [{}]}',
        b'{"keys": [{"public_key": "AA==", "since": null, "until": null}]}',
    ):
        with pytest.raises(KeyUnreadable):
            parse_keys(wrong_list)
    for wrong_file in (b"", b"{}", b'{"algorithm": "RSA", "key_id": "1", "signature": ""}'):
        with pytest.raises(KeyUnreadable):
            parse_signature(wrong_file)


def test_publish__signs_the_manifest_that_it_publishes(home: Home) -> None:
    key = make_key(home.book.home, at=home.now)
    folder = home.release([row(1), row(2)])
    content = (folder / "manifest.json").read_bytes()
    signature = parse_signature((folder / "manifest.sig").read_bytes())
    assert signature.key_id == key.key_id == home.manifest()["signing"]["key_id"]
    assert key.verifies(signature.signature, content)
    assert mode(folder / "manifest.sig") == 0o644
    assert read_keys(home.settings.releases) == (key,)
    assert "manifest.sig" not in {entry["path"] for entry in home.manifest()["files"]}


def test_publish__without_a_key_says_that_it_is_unsigned(home: Home) -> None:
    folder = home.release([row(1)])
    assert home.manifest()["signing"] is None
    assert not (folder / "manifest.sig").exists()
    assert not (home.settings.releases / "keys.json").exists()


def test_publish__each_manifest_holds_the_hash_of_the_one_before(home: Home) -> None:
    home.release([row(1)])
    assert (home.manifest()["previous_sha256"], home.manifest()["chain"]["releases"]) == (None, 0)
    home.release([row(1), row(2)])
    first = hashlib.sha256((home.folder(1) / "manifest.json").read_bytes()).hexdigest()
    manifest = home.manifest()
    assert (manifest["previous"], manifest["previous_sha256"]) == (1, first)
    assert manifest["chain"] == {"releases": 1, "sha256": chain_digest([first])}


def test_publish__the_chain_counts_what_was_withdrawn(home: Home) -> None:
    home.release([row(1)])
    home.release([row(1), row(2, name="No debió publicarse")])
    home.release([row(1), row(3)])
    withdraw(home.book, home.settings, release=2, reason="Un error", actor=APPROVER, clock=home.clock, also=0)
    home.release([row(1), row(3), row(4)])
    hashes = [entry["manifest_sha256"] for entry in home.pointer()["releases"]]
    manifest = home.manifest()
    assert manifest["chain"] == {"releases": len(hashes) - 1, "sha256": chain_digest(hashes[:-1])}
    assert manifest["chain"]["sha256"] != chain_digest([hashes[0], hashes[2]])


def test_publish__the_tree_is_over_the_published_lines(home: Home) -> None:
    folder = home.release([row(number) for number in range(1, 131)])
    text = gzip.decompress((folder / "downloads" / "records.ndjson.gz").read_bytes())
    tree, told = build_tree([text]), home.manifest()["merkle"]
    assert (told["size"], told["root"]) == (130, tree.root.hex())
    assert (folder / "records.tree").read_bytes() == tree.nodes


def test_rollback__signs_anew_and_keeps_the_tree(home: Home) -> None:
    home.release([row(1), row(2)])
    before = home.manifest()
    make_key(home.book.home, at=home.now)
    home.release([row(1)])
    home.rollback(1)
    manifest = home.manifest()
    assert manifest["merkle"] == before["merkle"]
    assert manifest["previous"] == 2
    signature = parse_signature((home.folder(3) / "manifest.sig").read_bytes())
    (key,) = read_keys(home.settings.releases)
    assert key.verifies(signature.signature, (home.folder(3) / "manifest.json").read_bytes())
    home.release([row(5)])
    home.rollback(3)
    assert parse_signature((home.folder() / "manifest.sig").read_bytes()) != signature


def test_rollback__makes_the_tree_that_a_release_of_long_ago_lacks(home: Home) -> None:
    folder = home.release([row(1), row(2)])
    tree = home.manifest()["merkle"]
    home.release([row(1)])
    forget_tree(home, folder)
    home.rollback(1)
    assert home.manifest()["merkle"] == tree
    assert (home.folder() / "records.tree").is_file()


def forget_tree(home: Home, folder: Path) -> None:
    """Make a release look as those did that were made before there were trees and chains."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    (folder / "records.tree").unlink()
    for key in ("merkle", "chain", "previous_sha256", "signing"):
        del manifest[key]
    manifest["files"] = [entry for entry in manifest["files"] if entry["path"] != "records.tree"]
    content = json.dumps(manifest).encode()
    (folder / "manifest.json").write_bytes(content)
    with home.book.write() as session:
        unlock(session.connection())
        session.get_one(Release, manifest["release"]).manifest_sha256 = hashlib.sha256(content).hexdigest()
    pointer = home.pointer()
    pointer["releases"][manifest["release"] - 1]["manifest_sha256"] = hashlib.sha256(content).hexdigest()
    (home.settings.releases / "current.json").write_text(json.dumps(pointer), encoding="utf-8")
