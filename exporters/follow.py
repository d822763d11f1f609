"""Copying the releases of the store that machines share to the disk of one that only serves.

A release is copied under another name, checked whole, brought to the disk and renamed; then `current.json` is replaced,
as a publication does it. What is not what its manifest says is never put in place; where keys are pinned, nor is what
none of them vouches for (`exporters.store_signatures`). What was withdrawn goes, also when what takes its place cannot
be had.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from exemptions.calendar import Clock
from exemptions.correction_log import LOG, parse_log
from exemptions.disk import disk_full
from exemptions.errors import Busy, DiskFull, RegistryError, ReleaseDamaged, Sentence, StoreRefused
from exemptions.integrity import MANIFEST, SIGNATURE, damaged, read_manifest
from exemptions.locking import hold_file_lock
from exemptions.pointer import POINTER, ListedRelease, Pointer, parse_pointer
from exemptions.store_sight import SIGHT, StoreSight, find_sight
from exporters.durable import delete_folder, link_file, make_folder, move_folder, replace_file, sync_tree
from exporters.manifest import verify_folder
from exporters.pointer import part_of_pointer
from exporters.remote import Remote
from exporters.signatures import KEYS_FILE, parse_keys
from exporters.steps import Tell
from exporters.store_signatures import require_signature, require_signed_manifest
from exporters.upload import PARALLEL, SMALL_BYTES
from exporters.verify_signature import Trust

COPYING = ".copying-"
"""A folder whose name begins so is a release on its way here."""
LEFT_BYTES = 64 << 20
"""What a copy leaves free on the disk: logs and counters share it."""

_LOCK = ".follow.lock"
_SMALL = {KEYS_FILE: parse_keys, LOG: parse_log}
"""Files beside the releases, and what says whether one can be understood."""
_PATH = re.compile(r"(?!\.)[\w.-]+(/(?!\.)[\w.-]+)*", re.ASCII)
"""No folder above, no hidden file, no sign that means something to a shell, a proxy or a terminal."""
_SHA256 = re.compile("[0-9a-f]{64}")
ANYBODY = Trust()
"""No key is pinned: whoever can write into the store is believed."""


@dataclass(frozen=True, slots=True)
class FollowResult:
    """What following did, and the newest release of this machine after it."""

    release: int | None
    copied: tuple[int, ...]
    deleted: tuple[int, ...]


@dataclass(slots=True)
class _Follow:
    """One look at the store: from where, to where, and what it did so far."""

    releases: Path
    remote: Remote
    trust: Trust
    least: int
    tell: Tell
    copied: list[int] = field(default_factory=list)
    deleted: list[int] = field(default_factory=list)


def follow(
    releases: Path,
    remote: Remote,
    *,
    clock: Clock,
    tell: Tell,
    trust: Trust = ANYBODY,
    least: int = 0,
    verify: bool = False,
) -> FollowResult:
    """Copy what the store has and this machine has not, and switch to it.

    With keys in `trust`, what none of them signed is refused; with `least`, a store that names no release of that
    number or a higher one. With `verify` the copies that are here are checked too, and one that is damaged is copied
    again.
    Raises: StoreUnreachable, StoreRefused if the folder has releases of its own, or of another registry than the store;
    StoreUntrusted; ReleaseDamaged if something of the store is not what it should be; DiskFull; Busy. Readers then have
    what they had, without what was withdrawn.
    """
    make_folder(releases)
    with hold_file_lock(releases / _LOCK) as held:
        if not held:
            raise Busy("Otro proceso está copiando del almacén.", "Another process is copying from the store.")
        _refuse_own(releases)
        work = _Follow(releases, remote, trust, least, tell)
        before, now = find_sight(releases), StoreSight(None, clock(), is_followed=True, is_pinned=trust.is_pinned)
        # What was refused at the last look is so until one ends well.
        was_refused = before is not None and before.is_refused
        try:
            content = remote.find(POINTER, most=SMALL_BYTES)
            there = _understand(work, content)
            # Only now is it known that the store was seen: one that is refused tells nothing of what was published.
            now = replace(now, release=there.current.release if there.current else None)
            before = now
            _write_sight(releases, replace(now, is_refused=was_refused))
            _take(work, content, there, verify=verify)
        except (StoreRefused, ReleaseDamaged):
            _write_sight(releases, replace(before or now, is_pinned=trust.is_pinned, is_refused=True))
            raise
        if was_refused:
            _write_sight(releases, now)
    return FollowResult(now.release, tuple(work.copied), tuple(work.deleted))


def _write_sight(releases: Path, sight: StoreSight) -> None:
    replace_file(releases / SIGHT, sight.encode())


def _understand(work: _Follow, content: bytes | None) -> Pointer:
    """What the store's list of releases says, once it is known whose it is."""
    found = Pointer(None, {})
    if content is not None:
        require_signature(work.remote, work.trust, POINTER, content)
        found = parse_pointer(content)
    newest = max(found.releases, default=0)
    if newest < work.least:
        raise StoreRefused(
            f"La publicación más nueva del almacén es la {newest}, y aquí se espera al menos la {work.least}: es una "
            "copia anterior, o falta subir. No se cambia nada.",
            f"The newest release of the store is {newest}, and at least {work.least} is expected here: it is an "
            "earlier copy, or an upload is missing. Nothing is changed.",
        )
    return found


def _take(work: _Follow, content: bytes | None, there: Pointer, *, verify: bool) -> None:
    if content is not None:
        _catch_up(work, content, there, verify=verify)
    elif (work.releases / POINTER).is_file():
        raise StoreRefused(
            "El almacén no tiene ninguna publicación, y esta máquina sí: sigue con las que tiene.",
            "The store has no release, and this machine has some: it goes on with those.",
        )


def _refuse_own(releases: Path) -> None:
    """Where a book publishes, its pointer is not to be replaced by anybody else's."""
    sight = find_sight(releases)
    if (releases / POINTER).is_file() and (sight is None or not sight.is_followed):
        raise StoreRefused(
            f"En «{releases}» publica un libro de registro: siga el almacén en una carpeta vacía.",
            f"A book of record publishes in “{releases}”: follow the store in an empty folder.",
        )


def _catch_up(work: _Follow, content: bytes, there: Pointer, *, verify: bool) -> None:
    path = work.releases / POINTER
    before = path.read_bytes() if path.is_file() else None
    _refuse_foreign(there, parse_pointer(before) if before is not None else Pointer(None, {}))
    wanted = [listed for _, listed in sorted(there.releases.items()) if not listed.withdrawn]
    current = there.current.release if there.current else None
    look = _is_here if before != content or verify else _is_named_here
    try:
        for listed in wanted:
            if not look(work, listed, verify=verify):
                _copy(work, listed, is_current=listed.release == current)
    except (RegistryError, OSError):
        here = {listed.release for listed in wanted if _is_here(work, listed, verify=False)}
        if before is not None and there.withdrawn - parse_pointer(before).withdrawn:
            replace_file(path, part_of_pointer(content, here))
            _delete_withdrawn(work, there)
        raise
    for name in _SMALL:
        _copy_small(work, name, verify=verify)
    if before != content:
        replace_file(path, content)
    _delete_withdrawn(work, there)
    _delete_strays(work, {listed.release for listed in wanted})


def _refuse_foreign(there: Pointer, here: Pointer) -> None:
    """No release ever changes, and none that was withdrawn comes back."""
    for number, listed in sorted(here.releases.items()):
        stored = there.releases.get(number)
        if (
            stored is None
            or stored.manifest_sha256 != listed.manifest_sha256
            or (listed.withdrawn and not stored.withdrawn)
        ):
            raise StoreRefused(
                f"La publicación {number} del almacén no es la que esta máquina tiene: el almacén es de otro registro, "
                "o una copia anterior. No se cambia nada.",
                f"Release {number} of the store is not the one that this machine has: the store is another "
                "registry's, or an earlier copy. Nothing is changed.",
            )


def _is_here(work: _Follow, listed: ListedRelease, *, verify: bool) -> bool:
    folder = work.releases / str(listed.release)
    try:
        if verify:
            verify_folder(folder, sha256=listed.manifest_sha256)
        return read_manifest(folder)[1] == listed.manifest_sha256
    except ReleaseDamaged:
        return False


def _is_named_here(work: _Follow, listed: ListedRelease, *, verify: bool) -> bool:
    """The cheap look, for a pointer that is in place already: whether nobody took the release away."""
    return (work.releases / str(listed.release) / MANIFEST).is_file()


def _copy(work: _Follow, listed: ListedRelease, *, is_current: bool) -> None:
    """Put one release in place of nothing, or of a damaged copy of it."""
    number = listed.release
    work.tell(Sentence(f"Copiando la publicación {number}", f"Copying release {number}"))
    copying, target = work.releases / f"{COPYING}{number}", work.releases / str(number)
    make_folder(copying)
    content = work.remote.find(f"{number}/{MANIFEST}", most=SMALL_BYTES)
    if content is None or hashlib.sha256(content).hexdigest() != listed.manifest_sha256:
        raise damaged(target, MANIFEST)
    (copying / MANIFEST).write_bytes(content)
    signature = work.remote.find(f"{number}/{SIGNATURE}", most=SMALL_BYTES)
    # Before a file is asked for: their sizes and names are the manifest's.
    require_signed_manifest(read_manifest(copying)[0], content, signature, work.trust, is_current=is_current)
    _copy_files(work, number, copying, _entries(copying, target))
    if signature is not None:
        (copying / SIGNATURE).write_bytes(signature)
    try:
        verify_folder(copying, sha256=listed.manifest_sha256)
    except ReleaseDamaged:
        shutil.rmtree(copying)
        raise
    sync_tree(copying)
    if target.is_dir():
        # Who has it open keeps its files.
        delete_folder(target)
    move_folder(copying, target)
    work.copied.append(number)


def _entries(copying: Path, target: Path) -> list[Mapping[str, Any]]:
    """What the manifest says of each file, once it says it in a way that can be trusted with paths and sizes."""
    try:
        manifest = read_manifest(copying)[0]
        if manifest["release"] != int(target.name):
            raise ValueError(manifest["release"])
        entries: list[Mapping[str, Any]] = list(manifest["files"])
        for entry in entries:
            is_path = _PATH.fullmatch(entry["path"]) and entry["path"] not in (MANIFEST, SIGNATURE)
            if not (is_path and entry["bytes"] >= 0 and _SHA256.fullmatch(entry["sha256"])):
                raise ValueError(entry["path"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise damaged(target, MANIFEST) from error
    return entries


def _copy_files(work: _Follow, number: int, copying: Path, entries: list[Mapping[str, Any]]) -> None:
    known = _known_files(work.releases)
    try:
        missing = [entry for entry in entries if not _take_known(copying, entry, known)]
        if shutil.disk_usage(copying).free < LEFT_BYTES + sum(entry["bytes"] for entry in missing):
            raise disk_full()
        with ThreadPoolExecutor(PARALLEL) as pool:
            # All are waited for, and what failed first is raised.
            list(pool.map(lambda entry: _copy_file(work, number, copying, entry), missing))
    except (IsADirectoryError, NotADirectoryError, FileExistsError) as error:
        # Two names of which one lies in the other, here or in an attempt before.
        shutil.rmtree(copying)
        raise damaged(work.releases / str(number), MANIFEST) from error
    except (OSError, DiskFull):
        # Most likely the disk is full.
        shutil.rmtree(copying, ignore_errors=True)
        raise


def _known_files(releases: Path) -> dict[tuple[int, str], Path]:
    """The files of the releases that are here, by size and hash: a later one often has the same."""
    known: dict[tuple[int, str], Path] = {}
    for folder in releases.iterdir():
        if re.fullmatch("[1-9][0-9]*", folder.name):
            try:
                entries = read_manifest(folder)[0]["files"]
            except ReleaseDamaged:
                continue
            known |= {(entry["bytes"], entry["sha256"]): folder / entry["path"] for entry in entries}
    return known


def _take_known(copying: Path, entry: Mapping[str, Any], known: Mapping[tuple[int, str], Path]) -> bool:
    """Whether a file is here already, from an attempt that was cut short or in another release; then it is in place."""
    target = copying / entry["path"]
    if _is_as_named(target, entry):
        return True
    target.unlink(missing_ok=True)
    found = known.get((entry["bytes"], entry["sha256"]))
    if found is None or not _is_as_named(found, entry):
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    link_file(found, target)
    return True


def _is_as_named(path: Path, entry: Mapping[str, Any]) -> bool:
    if not path.is_file() or path.stat().st_size != entry["bytes"]:
        return False
    with path.open("rb") as source:
        digest: object = entry["sha256"]
        return hashlib.file_digest(source, "sha256").hexdigest() == digest


def _copy_file(work: _Follow, number: int, copying: Path, entry: Mapping[str, Any]) -> None:
    target = copying / entry["path"]
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with target.open("wb") as sink:
            for block in _iter_checked(work, number, entry):
                sink.write(block)
    except ReleaseDamaged:
        target.unlink()
        raise


def _iter_checked(work: _Follow, number: int, entry: Mapping[str, Any]) -> Iterator[bytes]:
    """The bytes of a file of the store.

    Raises: ReleaseDamaged after the last if they are not what the manifest says.
    """
    digest, path = hashlib.sha256(), f"{number}/{entry['path']}"
    try:
        for block in work.remote.read(path, most=entry["bytes"]):
            digest.update(block)
            yield block
    except FileNotFoundError as error:
        raise damaged(work.releases / str(number), entry["path"]) from error
    if digest.hexdigest() != entry["sha256"]:
        raise damaged(work.releases / str(number), entry["path"])


def _copy_small(work: _Follow, name: str, *, verify: bool) -> None:
    content = work.remote.find(name, most=SMALL_BYTES)
    if content is None:
        return
    path = work.releases / name
    is_here = path.is_file() and path.read_bytes() == content
    if is_here and not verify:
        return
    require_signature(work.remote, work.trust, name, content)
    if is_here:
        return
    _SMALL[name](content)
    replace_file(path, content)


def _delete_withdrawn(work: _Follow, there: Pointer) -> None:
    for number in sorted(there.withdrawn):
        folder = work.releases / str(number)
        if folder.is_dir():
            work.tell(Sentence(f"Borrando la publicación {number}", f"Deleting release {number}"))
            delete_folder(folder)
            work.deleted.append(number)


def _delete_strays(work: _Follow, published: set[int]) -> None:
    """What was begun for a release that was withdrawn on its way."""
    for path in work.releases.glob(f"{COPYING}*"):
        delete_folder(path)
    for path in work.releases.iterdir():
        if re.fullmatch("[1-9][0-9]*", path.name) and path.is_dir() and int(path.name) not in published:
            delete_folder(path)
