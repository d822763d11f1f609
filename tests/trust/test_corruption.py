"""Every file of a release harmed in turn: it is noticed, not served, and readers keep the release before."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from exemptions.errors import ReleaseDamaged
from exemptions.store import ReleaseStore
from exporters.publish import reconcile
from exporters.verify import AddressRefused, check_folder
from tests.exporters.staging import Home
from tests.trust.registry import Registry
from tests.trust.tables import Tell, tell

NEWEST, BEFORE = 2, 1
TABLE = "Corrupted files"


def _turn_a_bit(path: Path) -> None:
    """As a disk does that forgets: the file's time and size stay."""
    times = path.stat()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def _cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _lengthen(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"\0")


HARMS: dict[str, Callable[[Path], None]] = {
    "bit turned": _turn_a_bit, "cut": _cut, "lengthened": _lengthen, "deleted": Path.unlink,
}  # fmt: skip


@pytest.fixture
def home(registry: Registry) -> Iterator[Home]:
    folder, _ = registry()
    made = Home(folder)
    yield made
    made.book.close()


@contextmanager
def _harmed(path: Path, harm: Callable[[Path], None]) -> Iterator[None]:
    """A file that is harmed in place within the block, and whole again after it."""
    times, content = path.stat(), path.read_bytes()
    try:
        harm(path)
        yield
    finally:
        path.write_bytes(content)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def _number_of(store: ReleaseStore) -> int:
    return store.current().number


def test_corrupted__every_file_is_noticed_and_the_release_before_is_served(
    home: Home, request: pytest.FixtureRequest, record_property: Tell
) -> None:
    folder = home.folder(NEWEST)
    paths = sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and p.stat().st_size)
    assert len(paths) > 60 and "manifest.json" in paths and any(p.startswith("index/") for p in paths)
    every = request.config.getoption("--faults") == "all"
    shorter = ["manifest.json", "manifest.sig", *paths[:: len(paths) // 5]]
    for number, path in enumerate(paths if every else [p for p in shorter if p in paths]):
        chosen = list(HARMS.items()) if every else [list(HARMS.items())[number % len(HARMS)]]
        for name, harm in chosen:
            _check_noticed(home, path, harm, while_open=every or number == 3)
            tell(record_property, TABLE, harm=name, injected=1, served_damaged=0, then="the release before is served")
    # All is whole again.
    assert _number_of(ReleaseStore(home.settings.releases)) == NEWEST


def _check_noticed(home: Home, path: str, harm: Callable[[Path], None], *, while_open: bool) -> None:
    releases, file = home.settings.releases, home.folder(NEWEST) / path
    # Kept open over the harm, and looking at one file after another.
    store = ReleaseStore(releases)
    if while_open:
        assert _number_of(store) == NEWEST
    with _harmed(file, harm):
        assert _number_of(ReleaseStore(releases)) == BEFORE
        if while_open:
            for _ in range(len(list(home.folder(NEWEST).rglob("*"))) + 1):
                store.drop_broken(reread=True)
            assert _number_of(store) == BEFORE
        with pytest.raises(ReleaseDamaged):
            store.get(NEWEST)
        assert _is_named(home.folder(NEWEST), path)


def _is_named(folder: Path, path: str) -> bool:
    """Whether `exemptions verify` names the file."""
    try:
        told = check_folder(folder)
    except AddressRefused as refused:
        return path in refused.text("en")
    return path in {fault.file for fault in told.faults}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "name" in metafunc.fixturenames:
        every = metafunc.config.getoption("--faults") == "all"
        metafunc.parametrize("name", HARMS if every else ["bit turned", "cut"])


def test_corrupted__the_list_of_releases_is_kept_in_memory_and_written_anew(
    home: Home, name: str, record_property: Tell
) -> None:
    releases = home.settings.releases
    pointer = releases / "current.json"
    whole = pointer.read_bytes()
    store = ReleaseStore(releases)
    assert _number_of(store) == NEWEST
    if name == "bit turned":
        # Not any bit: one that leaves it readable, and says another release.
        pointer.write_bytes(whole.replace(b'"release": 2,\n "releases"', b'"release": 1,\n "releases"'))
        assert pointer.read_bytes() != whole
    elif name == "lengthened":
        pointer.write_bytes(whole + b"\0")
    else:
        HARMS[name](pointer)
    assert (_number_of(store), store.published()) == (NEWEST, (BEFORE, NEWEST))
    reconcile(home.book, home.settings)
    assert pointer.read_bytes() == whole
    then = "what was known stays; the next command writes it anew"
    tell(record_property, TABLE, harm=f"current.json {name}", injected=1, served_damaged=0, then=then)


def test_corrupted__what_a_command_builds_on_is_checked_first(home: Home, record_property: Tell) -> None:
    """Publishing compares with the release before: a harmed one stops it, and nothing changes."""
    with _harmed(home.folder(NEWEST) / "records.arrow", _turn_a_bit):
        with pytest.raises(ReleaseDamaged, match=r"records\.arrow"):
            home.publish()
        assert home.pointer()["release"] == NEWEST
        assert not list(home.settings.releases.glob(".building-*"))
    assert home.publish().release == NEWEST + 1
    then = "the command refuses in a sentence and changes nothing"
    tell(record_property, TABLE, harm="before publishing", injected=1, served_damaged=0, then=then)
