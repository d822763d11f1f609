"""Somebody else can write into the store that machines share: what a machine that only serves believes, what not."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from api.cli import commands
from exemptions.errors import ReleaseDamaged, StoreRefused, StoreUntrusted
from exemptions.store_sight import SIGHT, StoreSight, find_sight
from exporters.follow import ANYBODY, FollowResult, follow
from exporters.remote import FolderRemote
from exporters.signatures import encode_keys, parse_key, read_keys
from exporters.signing import SigningKey, find_key, make_key
from exporters.store_signatures import bring_signature
from exporters.upload import SMALL_BYTES, upload
from exporters.verify_signature import Trust
from exporters.withdraw import withdraw
from tests.exporters.staging import APPROVER, Home, row

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@dataclass
class Site:
    """One that publishes and signs, a store, and one that serves and knows the key."""

    home: Home
    shared: Path
    node: Path

    @property
    def trust(self) -> Trust:
        return self.trust_in(-1)

    def trust_in(self, *numbers: int) -> Trust:
        known = read_keys(self.home.settings.home / "keys")
        return Trust([parse_key(known[number].base64) for number in numbers], is_pinned=True)

    def upload(self) -> None:
        settings, remote = self.home.settings, FolderRemote(self.shared)
        upload(settings.home, settings.releases, remote, clock=lambda: NOW, tell=lambda _: None)

    def follow(
        self, trust: Trust | None = None, *, node: Path | None = None, least: int = 0, verify: bool = False
    ) -> FollowResult:
        return follow(
            node or self.node, FolderRemote(self.shared), clock=lambda: NOW, tell=lambda _: None,
            trust=trust or self.trust, least=least, verify=verify,
        )  # fmt: skip

    def sight(self) -> StoreSight:
        found = find_sight(self.node)
        assert found is not None
        return found


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book whose first release is unsigned and whose other two are not; the machine has two of the store's three."""
    folder = tmp_path_factory.mktemp("signed")
    site = Site(Home(folder), folder / "shared", folder / "node")
    site.shared.mkdir()
    site.home.release([row(1, name="Zapote")])
    make_key(site.home.settings.home, at=site.home.now)
    site.home.release([row(1, name="Zapote"), row(2)])
    site.upload()
    site.follow()
    site.home.release([row(3, name="Guayaba")])
    site.upload()
    site.home.book.close()
    return folder


@pytest.fixture
def site(tmp_path: Path, prepared: Path) -> Iterator[Site]:
    """One that may be spoiled."""
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    home = Home(tmp_path)
    yield Site(home, tmp_path / "shared", tmp_path / "node")
    home.book.close()


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in ("store.json", ".follow.lock")
        if not any(part.startswith(".copying-") for part in path.parts)
    }


def test_pinned__takes_what_is_signed_and_what_that_vouches_for(site: Site) -> None:
    assert site.follow() == FollowResult(3, (3,), ())
    assert files_of(site.node) == files_of(site.home.settings.releases)
    assert site.sight() == StoreSight(3, NOW, is_followed=True, is_pinned=True, is_refused=False)
    assert site.follow(node=site.node.with_name("fresh")).copied == (1, 2, 3)
    assert site.follow(verify=True).copied == ()


def edit_pointer(shared: Path, change: Callable[[dict[str, Any]], None]) -> bytes:
    told = json.loads((shared / "current.json").read_bytes())
    change(told)
    content = json.dumps(told).encode()
    (shared / "current.json").write_bytes(content)
    return content


def rewrite_release(shared: Path, change: Callable[[dict[str, Any]], None]) -> bytes:
    """Change the manifest of release 3, and let the list name it."""
    path = shared / "3" / "manifest.json"
    manifest = json.loads(path.read_bytes())
    change(manifest)
    path.write_bytes(json.dumps(manifest).encode())
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()

    def name(told: dict[str, Any]) -> None:
        told["manifest_sha256"] = told["releases"][2]["manifest_sha256"] = sha256

    return edit_pointer(shared, name)


def forge(shared: Path) -> bytes:
    """A false table with a right manifest and a right list."""
    false = b"false"
    (shared / "3" / "withheld.json").write_bytes(false)

    def tell(manifest: dict[str, Any]) -> None:
        entry = next(entry for entry in manifest["files"] if entry["path"] == "withheld.json")
        entry |= {"bytes": len(false), "sha256": hashlib.sha256(false).hexdigest()}

    return rewrite_release(shared, tell)


def forge_signed(shared: Path) -> None:
    """The same, signed throughout by a key of the attacker's, which the list of keys presents as the registry's."""
    make_key(shared.parent / "attacker", at=NOW)
    key = find_key(shared.parent / "attacker", at=NOW)
    assert isinstance(key, SigningKey)
    forge(shared)

    def promise(manifest: dict[str, Any]) -> None:
        manifest["signing"]["key_id"] = key.public.key_id

    pointer = rewrite_release(shared, promise)
    (shared / "3" / "manifest.sig").write_bytes(key.sign((shared / "3" / "manifest.json").read_bytes()).encode())
    (shared / "keys.json").write_bytes(encode_keys([key.public]))
    for name, content in (("current.json", pointer), ("keys.json", encode_keys([key.public]))):
        bring_signature(FolderRemote(shared), key, name, content)


def sign_as_another(shared: Path) -> None:
    """A signature of the registry's, but over another file."""
    pointer = forge(shared)
    keys = (shared / "keys.json").read_bytes()
    signed = shared / "signatures" / f"keys.json.{hashlib.sha256(keys).hexdigest()}.sig"
    shutil.copy(signed, shared / "signatures" / f"current.json.{hashlib.sha256(pointer).hexdigest()}.sig")


def withdraw_everything(shared: Path) -> None:
    def bury(told: dict[str, Any]) -> None:
        told |= {"release": None, "manifest_sha256": None}
        for entry in told["releases"]:
            entry |= {"state": "withdrawn", "withdrawn_at": "2026-11-21T00:00:00Z", "reason": "Broma"}

    edit_pointer(shared, bury)


def repeat_as_newer(shared: Path) -> None:
    shutil.copytree(shared / "2", shared / "4")

    def add(told: dict[str, Any]) -> None:
        told["releases"].append(told["releases"][1] | {"release": 4})
        told |= {"release": 4, "manifest_sha256": told["releases"][1]["manifest_sha256"]}

    edit_pointer(shared, add)


def replace_keys(shared: Path) -> None:
    other = make_key(shared.parent / "attacker", at=NOW)
    (shared / "keys.json").write_bytes(encode_keys([other]))


def put_log(shared: Path) -> None:
    (shared / "corrections.json").write_text('{"format": 1, "corrections": []}')


def lose_signature(shared: Path) -> None:
    (shared / "3" / "manifest.sig").unlink()


def spoil_signature(shared: Path) -> None:
    path = shared / "3" / "manifest.sig"
    path.write_bytes((shared / "2" / "manifest.sig").read_bytes())


def garble_signature(shared: Path) -> None:
    for path in (shared / "signatures").iterdir():
        path.write_bytes(b"[" * 2000)


def lengthen_list(shared: Path) -> None:
    with (shared / "current.json").open("r+b") as file:
        file.truncate(SMALL_BYTES + 2)


def lengthen_file(shared: Path) -> None:
    with (shared / "3" / "records.arrow").open("r+b") as file:
        file.truncate(1 << 40)


def link_file_elsewhere(shared: Path) -> None:
    outside = shared.parent / "secret"
    shutil.copy(shared / "3" / "records.arrow", outside)
    (shared / "3" / "records.arrow").unlink()
    (shared / "3" / "records.arrow").symlink_to(outside)


def link_folder_elsewhere(shared: Path) -> None:
    (shared / "3").rename(shared.parent / "elsewhere")
    (shared / "3").symlink_to(shared.parent / "elsewhere")


def put_pipe(shared: Path) -> None:
    (shared / "3" / "records.arrow").unlink()
    os.mkfifo(shared / "3" / "records.arrow")


def put_endless_device(shared: Path) -> None:
    (shared / "current.json").unlink()
    (shared / "current.json").symlink_to("/dev/zero")


UNTRUSTED = (
    forge, forge_signed, sign_as_another, withdraw_everything, repeat_as_newer, replace_keys, put_log, lose_signature,
    spoil_signature, garble_signature,
)  # fmt: skip
REFUSED = (lengthen_list, link_file_elsewhere, link_folder_elsewhere, put_pipe, put_endless_device)


def test_pinned__refuses_what_somebody_else_wrote(site: Site) -> None:
    before, whole = files_of(site.node), site.shared.with_name("whole")
    assert json.loads(before["current.json"])["release"] == 2
    site.shared.rename(whole)
    for attack in (*UNTRUSTED, *REFUSED, lengthen_file):
        expected = StoreUntrusted if attack in UNTRUSTED else StoreRefused if attack in REFUSED else ReleaseDamaged
        shutil.copytree(whole, site.shared)
        attack(site.shared)
        with pytest.raises(expected) as refused:
            site.follow()
        assert refused.type is expected, attack
        found = files_of(site.node)
        new = {name.partition("/")[0] for name in found.keys() - before.keys()}
        # Release 3 may have come whole before its list of keys was refused; nothing names it yet.
        assert ({name: found[name] for name in before}, new - {"3"}) == (before, set()), attack
        assert (site.sight().is_refused, site.sight().is_pinned) == (True, True), attack
        for path in (site.shared, site.shared.parent / "elsewhere", site.node / "3", site.node / ".copying-3"):
            shutil.rmtree(path, ignore_errors=True)
    whole.rename(site.shared)
    assert site.follow().release == 3
    assert files_of(site.node) == files_of(site.home.settings.releases)
    assert not site.sight().is_refused


def test_pinned__a_list_that_is_refused_tells_nothing(site: Site) -> None:
    edit_pointer(site.shared, lambda told: told["releases"].append(told["releases"][2] | {"release": 999}))
    with pytest.raises(StoreUntrusted):
        site.follow()
    assert site.sight().release == 2


def test_pinned__an_earlier_store_is_refused_though_it_is_signed(site: Site) -> None:
    earlier = site.shared.with_name("earlier")
    shutil.copytree(site.shared, earlier)
    site.home.release([row(7)])
    site.upload()
    assert site.follow().release == 4
    shutil.rmtree(site.shared)
    shutil.copytree(earlier, site.shared)
    with pytest.raises(StoreRefused, match="earlier copy"):
        site.follow()
    assert json.loads((site.node / "current.json").read_bytes())["release"] == 4
    assert site.sight().is_refused


def test_pinned__the_same_attack_goes_through_without_a_key(site: Site) -> None:
    forge_signed(site.shared)
    assert site.follow(ANYBODY).copied == (3,)
    assert (site.node / "3" / "withheld.json").read_bytes() == b"false"
    assert not site.sight().is_pinned
    # And is seen once there is one.
    with pytest.raises(StoreUntrusted):
        site.follow(verify=True)


def test_pinned__several_keys_serve_while_one_takes_the_place_of_another(site: Site) -> None:
    site.follow()
    old = site.trust_in(0)
    make_key(site.home.settings.home, at=site.home.now)
    site.home.release([row(5)])
    site.upload()
    with pytest.raises(StoreUntrusted, match="not trusted"):
        site.follow(old)
    assert site.follow(site.trust_in(0, 1)).copied == (4,)
    # What the old key signed is vouched for by the list that the new one signed.
    assert site.follow(site.trust_in(1), node=site.node.with_name("fresh")).copied == (1, 2, 3, 4)


def test_pinned__what_is_withdrawn_goes_though_its_successor_is_refused(site: Site) -> None:
    site.follow()
    withdraw(site.home.book, site.home.settings, release=3, reason="No", actor=APPROVER, clock=site.home.clock)
    site.upload()
    spoil = site.shared / "4" / "manifest.sig"
    signature = spoil.read_bytes()
    spoil.unlink()
    with pytest.raises(StoreUntrusted):
        site.follow()
    assert (site.node / "3").exists() is False
    assert json.loads((site.node / "current.json").read_bytes())["release"] == 2
    spoil.write_bytes(signature)
    assert site.follow().release == 4


def test_empty_machine__believes_no_earlier_copy(site: Site) -> None:
    """Release 4 is published and uploaded, and somebody puts back what the store held before it."""
    earlier = shutil.copytree(site.shared, site.shared.with_name("earlier"))
    site.home.release([row(1, name="Zapote"), row(4)])
    site.upload()
    newest = site.shared.rename(site.shared.with_name("newest"))
    earlier.rename(site.shared)
    empty = site.node.with_name("empty")
    with pytest.raises(StoreRefused, match="is 3, and at least 4"):
        site.follow(node=empty, least=4)
    assert {path.name for path in empty.iterdir()} == {".follow.lock", SIGHT}
    assert site.follow(node=site.node.with_name("believing")).release == 3
    shutil.rmtree(site.shared)
    site.shared.mkdir()
    with pytest.raises(StoreRefused):
        site.follow(node=empty, least=4)
    site.shared.rmdir()
    newest.rename(site.shared)
    assert site.follow(node=empty, least=4).release == 4


def test_unpinned__entries_that_lead_elsewhere_or_say_nothing_are_refused(site: Site) -> None:
    paths = [
        "../../taken", "/tmp/taken", "index/../../../taken", "manifest.json", "manifest.sig", "", ".", "..", ".hidden",
        "index/.hidden", "a//b", "a\nb", "a\x00b", "a;b", "index", "records.arrow/taken", 5, None, ["a"],
    ]  # fmt: skip
    sizes = [{"bytes": value} for value in (-1, "x", None, [])]
    hashes = [{"sha256": value} for value in ("é" * 64, "A" * 64, "", 1)]
    before = files_of(site.node)
    whole = {path: path.read_bytes() for path in (site.shared / "3" / "manifest.json", site.shared / "current.json")}
    for entry in (*({"path": path} for path in paths), *sizes, *hashes):
        for path, content in whole.items():
            path.write_bytes(content)

        def lead(manifest: dict[str, Any], entry: dict[str, Any] = entry) -> None:
            manifest["files"].append(manifest["files"][-1] | entry)

        rewrite_release(site.shared, lead)
        with pytest.raises(ReleaseDamaged):
            site.follow(ANYBODY)
        assert files_of(site.node) == before, entry
        assert site.sight().is_refused
    assert not list(site.node.parent.rglob("taken"))


def test_unpinned__a_release_is_not_another_under_a_new_number(site: Site) -> None:
    repeat_as_newer(site.shared)
    with pytest.raises(ReleaseDamaged, match="4"):
        site.follow(ANYBODY)


def test_unpinned__json_that_breaks_readers_is_refused(site: Site) -> None:
    contents = (
        b"[" * 100_000, b'{"release": 1e999, "releases": []}', b'{"release": null, "releases": [5]}', b"\xff", b"null",
        b'{"release": null, "releases": [{"release": -1}]}',
    )  # fmt: skip
    pointer, before = (site.shared / "current.json").read_bytes(), files_of(site.node)
    for content in contents:
        (site.shared / "current.json").write_bytes(content)
        with pytest.raises(ReleaseDamaged):
            site.follow(ANYBODY)
        (site.shared / "3" / "manifest.json").write_bytes(content)
        (site.shared / "current.json").write_bytes(pointer)

        def name_it(told: dict[str, Any], content: bytes = content) -> None:
            told["manifest_sha256"] = told["releases"][2]["manifest_sha256"] = hashlib.sha256(content).hexdigest()

        edit_pointer(site.shared, name_it)
        with pytest.raises(ReleaseDamaged):
            site.follow(ANYBODY)
        assert files_of(site.node) == before, content


def test_command__follows_with_the_keys_of_the_settings_and_says_when_there_are_none(site: Site) -> None:
    settings = {
        "EXEMPTIONS_HOME": "/var/empty",
        "EXEMPTIONS_RELEASES": str(site.node),
        "EXEMPTIONS_RELEASE_STORE": f"file://{site.shared}",
        "EXEMPTIONS_LANG": "en",
    }
    keys = ",".join(key.base64 for key in site.trust.keys)
    forge(site.shared)
    refused = CliRunner().invoke(commands, ["follow"], env=settings | {"EXEMPTIONS_SIGNING_KEYS": keys})
    assert isinstance(refused.exception, StoreUntrusted)
    assert "No keys" not in refused.output
    taken = CliRunner().invoke(commands, ["follow"], env=settings)
    assert taken.exit_code == 0
    assert "No keys in EXEMPTIONS_SIGNING_KEYS" in taken.stderr
