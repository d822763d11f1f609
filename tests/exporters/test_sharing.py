"""Releases on their way to other machines: whole, in order, and gone when they were withdrawn."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exemptions.errors import DiskFull, RegistryError, ReleaseDamaged, ReleaseWithdrawn, StoreRefused, StoreUnreachable
from exemptions.store import ReleaseStore
from exemptions.store_sight import find_sight
from exporters.follow import FollowResult, follow
from exporters.manifest import verify_folder
from exporters.remote import FolderRemote, open_remote
from exporters.upload import UploadResult, upload
from exporters.withdraw import withdraw
from tests.exporters.staging import APPROVER, Home, row

NOW = datetime(2026, 11, 21, tzinfo=UTC)
FIRST = [row(1, name="Zapote"), row(2, name="Ñandú, S.A.")]
SECOND = [row(1, name="Zapote"), row(3, name="Nunca, S. A.")]
THIRD = [row(1, name="Guayaba"), row(4)]


class BreakingRemote(FolderRemote):
    """A store that stops answering after some writes and reads of files."""

    def __init__(self, root: Path, calls: int) -> None:
        super().__init__(root)
        self.left = calls

    def put(self, path: str, blocks: Iterable[bytes]) -> None:
        self._count()
        super().put(path, blocks)

    def read(self, path: str, *, most: int) -> Iterator[bytes]:
        self._count()
        yield from super().read(path, most=most)

    def sizes(self, paths: Sequence[str]) -> list[int | None]:
        self._count()
        return super().sizes(paths)

    def _count(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise StoreUnreachable("No responde.", "It does not answer.")


@dataclass
class Machines:
    """One that publishes, a store, and one that serves."""

    home: Home
    shared: Path
    node: Path

    def upload(self, remote: FolderRemote | None = None, *, verify: bool = False) -> UploadResult:
        settings = self.home.settings
        return upload(
            settings.home, settings.releases, remote or FolderRemote(self.shared), clock=lambda: NOW,
            tell=lambda _: None, verify=verify,
        )  # fmt: skip

    def follow(self, remote: FolderRemote | None = None, *, verify: bool = False) -> FollowResult:
        remote = remote or FolderRemote(self.shared)
        return follow(self.node, remote, clock=lambda: NOW, tell=lambda _: None, verify=verify)

    def withdraw(self, release: int) -> None:
        withdraw(
            self.home.book, self.home.settings, release=release, reason="No debió ser.", actor=APPROVER,
            clock=self.home.clock,
        )  # fmt: skip


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book with two releases that the store and the serving machine have, and the same one with a third."""
    folder = tmp_path_factory.mktemp("prepared")
    home = Home(folder / "two")
    home.release(FIRST)
    home.release(SECOND)
    home.book.close()
    shutil.copytree(folder / "two", folder / "three")
    home = Home(folder / "three")
    home.release(THIRD)
    home.book.close()
    return folder


@pytest.fixture
def machines(tmp_path: Path, prepared: Path) -> Iterator[Machines]:
    """A publisher with two releases, an empty store, and a machine that has nothing yet."""
    shutil.copytree(prepared / "two", tmp_path / "staff")
    home = Home(tmp_path / "staff")
    (tmp_path / "shared").mkdir()
    yield Machines(home, tmp_path / "shared", tmp_path / "node")
    home.book.close()


def publish_third(machines: Machines, prepared: Path) -> None:
    shutil.copytree(prepared / "three" / "home", machines.home.settings.home, dirs_exist_ok=True)


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in ("store.json", ".follow.lock")
    }


def check_node(machines: Machines) -> int | None:
    """What the serving machine is told of is there and whole; gives its current release."""
    pointer = machines.node / "current.json"
    if not pointer.exists():
        return None
    told = json.loads(pointer.read_bytes())
    for entry in told["releases"]:
        if entry["state"] == "published":
            verify_folder(machines.node / str(entry["release"]), sha256=entry["manifest_sha256"])
    number: int | None = told["release"]
    return number


def test_follow__has_what_was_published_byte_for_byte(machines: Machines, prepared: Path) -> None:
    assert machines.upload() == UploadResult(2, (1, 2), ())
    assert machines.follow() == FollowResult(2, (1, 2), ())
    assert files_of(machines.node) == files_of(machines.home.settings.releases) == files_of(machines.shared)
    assert machines.upload() == UploadResult(2, (), ())
    assert machines.follow() == FollowResult(2, (), ())
    publish_third(machines, prepared)
    assert (machines.upload().uploaded, machines.follow().copied) == ((3,), (3,))
    assert ReleaseStore(machines.node).current().number == 3


def test_follow__tells_what_the_store_has_and_when_it_looked(machines: Machines) -> None:
    assert machines.follow().release is None
    machines.upload()
    for releases, is_followed in ((machines.node, True), (machines.home.settings.releases, False)):
        if is_followed:
            machines.follow()
        sight = find_sight(releases)
        assert sight is not None
        assert (sight.release, sight.looked_at, sight.is_followed) == (2, NOW, is_followed)


def test_follow__shares_the_files_of_a_rollback_on_the_disk(machines: Machines) -> None:
    machines.home.rollback(1)
    machines.upload()
    machines.follow()
    records = [machines.node / number / "records.arrow" for number in ("1", "3")]
    assert records[0].stat().st_ino == records[1].stat().st_ino


def test_upload__interrupted_anywhere_is_seen_by_nobody_and_goes_on(machines: Machines, prepared: Path) -> None:
    machines.upload()
    machines.follow()
    publish_third(machines, prepared)
    calls = 0
    while True:
        remote = BreakingRemote(machines.shared, calls)
        try:
            machines.upload(remote)
            break
        except StoreUnreachable:
            assert json.loads((machines.shared / "current.json").read_bytes())["release"] == 2
            assert machines.follow().copied == ()
            assert check_node(machines) == 2
        # What one attempt has brought stays, so the next one needs fewer writes and more looks.
        calls += 5
    assert calls > 20
    assert machines.follow().copied == (3,)
    assert files_of(machines.node) == files_of(machines.home.settings.releases)


def test_follow__interrupted_anywhere_serves_what_it_had_and_goes_on(machines: Machines, prepared: Path) -> None:
    machines.upload()
    machines.follow()
    publish_third(machines, prepared)
    machines.upload()
    calls = 0
    while True:
        try:
            machines.follow(BreakingRemote(machines.shared, calls))
            break
        except StoreUnreachable:
            assert check_node(machines) == 2
        calls += 9
    assert check_node(machines) == 3
    assert not list(machines.node.glob(".copying-*"))


def test_follow__refuses_what_is_not_what_its_manifest_says(machines: Machines, prepared: Path) -> None:
    machines.upload()
    machines.follow()
    publish_third(machines, prepared)
    machines.upload()
    harms: list[Callable[[bytes], bytes]] = [
        lambda b: b[:-1],
        lambda b: b[:-1] + bytes([b[-1] ^ 1]),
        lambda b: b + b"x",
    ]
    for file in ("records.arrow", "manifest.json", "index/meta.json"):
        path = machines.shared / "3" / file
        whole = path.read_bytes()
        for harm in harms:
            path.write_bytes(harm(whole))
            with pytest.raises(ReleaseDamaged, match="3"):
                machines.follow()
            assert (check_node(machines), (machines.node / "3").exists()) == (2, False)
            # What arrived well is kept for the next attempt, which would not ask for this file again.
            shutil.rmtree(machines.node / ".copying-3")
        path.unlink()
        with pytest.raises(ReleaseDamaged, match="3"):
            machines.follow()
        # The store is mended from where it was published.
        assert machines.upload(verify=True).uploaded == (3,)
        assert path.read_bytes() == whole
    assert machines.follow().copied == (3,)
    assert check_node(machines) == 3


def test_follow__refuses_a_list_that_says_nothing(machines: Machines) -> None:
    machines.upload()
    machines.follow()
    for content in (b"", b"[]", b'{"release": 3}', b'{"release": 3, "releases": [{"release": 3}]}'):
        (machines.shared / "current.json").write_bytes(content)
        with pytest.raises(ReleaseDamaged, match=r"current\.json"):
            machines.follow()
        assert check_node(machines) == 2


def test_follow__refuses_a_manifest_that_leads_outside(machines: Machines, tmp_path: Path) -> None:
    machines.upload()
    manifest = json.loads((machines.shared / "2" / "manifest.json").read_bytes())
    manifest["files"][0]["path"] = "../../taken"
    content = json.dumps(manifest).encode()
    (machines.shared / "2" / "manifest.json").write_bytes(content)
    pointer = (machines.shared / "current.json").read_text()
    old = json.loads(pointer)["manifest_sha256"]
    (machines.shared / "current.json").write_text(pointer.replace(old, hashlib.sha256(content).hexdigest()))
    with pytest.raises(ReleaseDamaged):
        machines.follow()
    assert not list(tmp_path.rglob("taken"))


def test_withdrawal__leaves_the_store_and_every_machine(machines: Machines) -> None:
    machines.upload()
    machines.follow()
    machines.withdraw(2)
    assert machines.upload() == UploadResult(3, (3,), (2,))
    assert machines.follow() == FollowResult(3, (3,), (2,))
    for place in (machines.shared, machines.node):
        assert not any(b"Nunca" in content for content in files_of(place).values())
    with pytest.raises(ReleaseWithdrawn):
        ReleaseStore(machines.node).get(2)


def test_withdrawal__does_not_wait_for_what_takes_its_place(machines: Machines) -> None:
    machines.upload()
    machines.follow()
    machines.withdraw(2)
    # Sending release 3 fails; that release 2 is gone is told all the same.
    blocked = machines.shared / "3"
    blocked.write_text("in the way of the folder")
    with pytest.raises(StoreUnreachable):
        machines.upload()
    assert not (machines.shared / "2").exists()
    assert machines.follow().deleted == (2,)
    assert check_node(machines) == 1
    blocked.unlink()
    machines.upload()
    machines.follow()
    assert check_node(machines) == 3
    assert files_of(machines.node) == files_of(machines.home.settings.releases)


def test_withdrawal__goes_from_a_machine_that_cannot_copy_what_takes_its_place(machines: Machines) -> None:
    machines.upload()
    machines.follow()
    machines.withdraw(2)
    machines.upload()
    (machines.shared / "3" / "changes.arrow").write_bytes(b"damaged")
    with pytest.raises(ReleaseDamaged):
        machines.follow()
    assert check_node(machines) == 1
    assert not any(b"Nunca" in content for content in files_of(machines.node).values())


def test_follow__mends_a_damaged_copy_of_its_own(machines: Machines) -> None:
    machines.upload()
    machines.follow()
    (machines.node / "1" / "records.arrow").write_bytes(b"damaged")
    assert machines.follow(verify=True).copied == (1,)
    assert check_node(machines) == 2


def test_follow__copies_again_what_somebody_took_away(machines: Machines) -> None:
    machines.upload()
    machines.follow()
    shutil.rmtree(machines.node / "2")
    assert machines.follow().copied == (2,)


def test_follow__says_that_the_disk_is_full_before_it_is(machines: Machines, monkeypatch: pytest.MonkeyPatch) -> None:
    machines.upload()
    free = shutil._ntuple_diskusage(10**9, 10**9 - 65 * 2**20, 65 * 2**20)  # type: ignore[attr-defined]
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _: free)
        with pytest.raises(DiskFull):
            machines.follow()
    assert files_of(machines.node) == {}
    assert machines.follow().copied == (1, 2)


def test_stores__of_another_book_are_left_alone(machines: Machines) -> None:
    machines.upload()
    machines.follow()
    before = files_of(machines.shared)
    own = machines.home.settings.releases / "current.json"
    own.write_text(own.read_text().replace(machines.home.pointer()["manifest_sha256"], "0" * 64))
    with pytest.raises(StoreRefused):
        machines.upload()
    assert files_of(machines.shared) == before
    with pytest.raises(StoreRefused, match="book"):
        follow(machines.home.settings.releases, FolderRemote(machines.shared), clock=lambda: NOW, tell=lambda _: None)
    earlier = json.loads((machines.shared / "current.json").read_bytes())
    earlier["releases"].pop()
    earlier |= {"release": 1, "manifest_sha256": earlier["releases"][0]["manifest_sha256"]}
    (machines.shared / "current.json").write_text(json.dumps(earlier))
    with pytest.raises(StoreRefused):
        machines.follow()
    assert check_node(machines) == 2


def test_folders__that_are_not_mounted_do_not_look_empty(machines: Machines, tmp_path: Path) -> None:
    remote = open_remote(f"file://{tmp_path}/absent")
    assert isinstance(remote, FolderRemote)
    for act in (machines.upload, machines.follow):
        with pytest.raises(RegistryError):
            act(remote)
    assert not (tmp_path / "absent").exists()
    assert machines.home.pointer()["release"] == 2
