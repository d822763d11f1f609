"""Bringing what is published here to the release store from which other machines copy it.

    <store>/<n>/…              the files of each release, `manifest.json` last
    <store>/keys.json, corrections.json
    <store>/current.json       written after all that it names
    <store>/signatures/…       of these three, where the registry has a key (`exporters.store_signatures`)

Only `current.json` says what exists, so what was interrupted is seen by nobody, and the next attempt goes on from it.
Publishing never waits for this: what the store lacks, it gets later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from exemptions.calendar import Clock
from exemptions.correction_log import LOG
from exemptions.errors import Busy, RegistryError, Sentence, StoreRefused
from exemptions.integrity import MANIFEST, SIGNATURE, damaged
from exemptions.locking import hold_file_lock
from exemptions.pointer import POINTER, ListedRelease, Pointer, parse_pointer
from exemptions.store_sight import SIGHT, StoreSight
from exporters.durable import replace_file
from exporters.manifest import read_release_manifest
from exporters.pointer import part_of_pointer
from exporters.remote import Remote
from exporters.signatures import KEYS_FILE
from exporters.signing import SigningKey, find_key
from exporters.steps import Tell
from exporters.store_signatures import bring_signature

SMALL_BYTES = 64 << 20
"""No pointer, manifest, list of keys or log of reports is longer."""
PARALLEL = 4
"""Files on their way at once: an object store answers each after tens of milliseconds, however small it is."""

_BLOCK = 8 << 20


@dataclass(frozen=True, slots=True)
class UploadResult:
    """What an upload did, and the newest release that the store has after it."""

    release: int | None
    uploaded: tuple[int, ...]
    deleted: tuple[int, ...]


@dataclass(slots=True)
class _Upload:
    """One upload: from where, to where, and what it did so far."""

    releases: Path
    remote: Remote
    verify: bool
    key: SigningKey | None
    tell: Tell
    uploaded: list[int] = field(default_factory=list)
    deleted: list[int] = field(default_factory=list)


def upload(
    home: Path, releases: Path, remote: Remote, *, clock: Clock, tell: Tell, verify: bool = False
) -> UploadResult:
    """Give the store everything that is published here and take from it what was withdrawn.

    With `verify` every file of every release is read back, and what differs is sent again; else releases that the
    store's own list has are taken to be there.
    Raises: StoreUnreachable, StoreRefused if the store is another registry's, ReleaseDamaged, KeyUnreadable, Busy;
    whatever was finished stays, and nothing that is not whole is listed.
    """
    work = _Upload(releases, remote, verify, find_key(home, at=clock()), tell)
    with hold_file_lock(home / "upload.lock") as held:
        if not held:
            raise Busy("Otro proceso está subiendo lo publicado.", "Another process is uploading what is published.")
        # A publication may come while its predecessor is on its way.
        while (content := _own_pointer(releases)) is not None and not _bring(work, content):
            continue
        current = parse_pointer(content).current if content is not None else None
        release = current.release if current else None
        if content is not None:
            replace_file(releases / SIGHT, StoreSight(release, clock(), is_followed=False).encode())
    return UploadResult(release, tuple(work.uploaded), tuple(work.deleted))


def _own_pointer(releases: Path) -> bytes | None:
    try:
        return (releases / POINTER).read_bytes()
    except FileNotFoundError:
        return None


def _bring(work: _Upload, content: bytes) -> bool:
    """Make the store what `content` says; tells whether that is still what is published here."""
    own, stored = parse_pointer(content), work.remote.find(POINTER, most=SMALL_BYTES)
    there = parse_pointer(stored) if stored is not None else Pointer(None, {})
    _refuse_foreign(there, own)
    listed_there = {number for number, listed in there.releases.items() if not listed.withdrawn}
    known = set[int]() if work.verify else listed_there
    missing = [listed for n, listed in sorted(own.releases.items()) if not listed.withdrawn and n not in known]
    try:
        for listed in missing:
            _bring_release(work, listed)
    except (FileNotFoundError, RegistryError) as error:
        if _own_pointer(work.releases) != content:
            # It was withdrawn on its way.
            return False
        if own.withdrawn & listed_there:
            # What takes the place of a withdrawn release could not be sent: rather an older release than that one.
            part = part_of_pointer(content, listed_there)
            bring_signature(work.remote, work.key, POINTER, part)
            work.remote.put(POINTER, (part,))
            _delete_withdrawn(work, own)
        if isinstance(error, FileNotFoundError):
            raise damaged(work.releases / str(missing[0].release), str(error.filename)) from error
        raise
    for name in (KEYS_FILE, LOG):
        _bring_small(work, name)
    bring_signature(work.remote, work.key, POINTER, content)
    if stored != content:
        work.remote.put(POINTER, (content,))
    _delete_withdrawn(work, own)
    return _own_pointer(work.releases) == content


def _refuse_foreign(there: Pointer, own: Pointer) -> None:
    """The store is written after the book, so a store that knows more, or something else, is of another book."""
    for number, listed in sorted(there.releases.items()):
        here = own.releases.get(number)
        if here is None or here.manifest_sha256 != listed.manifest_sha256 or (listed.withdrawn and not here.withdrawn):
            raise StoreRefused(
                f"La publicación {number} del almacén no es de este libro de registro; allí no se cambia nada.",
                f"Release {number} of the store is not of this book of record; nothing is changed there.",
            )


def _bring_release(work: _Upload, listed: ListedRelease) -> None:
    number, folder = listed.release, work.releases / str(listed.release)
    manifest = read_release_manifest(folder, sha256=listed.manifest_sha256)
    at_last = (folder / MANIFEST).read_bytes()
    stored = work.remote.find(f"{number}/{MANIFEST}", most=SMALL_BYTES)
    if stored == at_last and not work.verify:
        return
    work.tell(Sentence(f"Subiendo la publicación {number}", f"Uploading release {number}"))
    entries: list[Mapping[str, Any]] = manifest["files"]
    sizes = work.remote.sizes([f"{number}/{entry['path']}" for entry in entries])

    def bring(entry: Mapping[str, Any], size: int | None) -> bool:
        path = f"{number}/{entry['path']}"
        if size == entry["bytes"] and _stored_sha256(work.remote, path, entry["bytes"]) == entry["sha256"]:
            return False
        work.remote.put(path, _iter_checked(folder, entry))
        return True

    with ThreadPoolExecutor(PARALLEL) as pool:
        sent = sum(pool.map(bring, entries, sizes))
    if (folder / SIGNATURE).is_file():
        signature, place = (folder / SIGNATURE).read_bytes(), f"{number}/{SIGNATURE}"
        if work.remote.find(place, most=SMALL_BYTES) != signature:
            work.remote.put(place, (signature,))
    _confirm_sizes(work, number, entries)
    if stored != at_last:
        work.remote.put(f"{number}/{MANIFEST}", (at_last,))
    if sent or stored != at_last:
        work.uploaded.append(number)


def _iter_checked(folder: Path, entry: Mapping[str, Any]) -> Iterator[bytes]:
    """The bytes of a file of a release on their way to the store.

    Raises: ReleaseDamaged after the last if they are not what the manifest says.
    """
    digest = hashlib.sha256()
    with (folder / entry["path"]).open("rb") as source:
        while block := source.read(_BLOCK):
            digest.update(block)
            yield block
    if digest.hexdigest() != entry["sha256"]:
        raise damaged(folder, entry["path"])


def _stored_sha256(remote: Remote, path: str, size: int) -> str | None:
    digest = hashlib.sha256()
    try:
        for block in remote.read(path, most=size):
            digest.update(block)
    except FileNotFoundError:
        return None
    return digest.hexdigest()


def _confirm_sizes(work: _Upload, number: int, entries: list[Mapping[str, Any]]) -> None:
    """Look at what arrived, before anything says that it is there."""
    found = work.remote.sizes([f"{number}/{entry['path']}" for entry in entries])
    for entry, size in zip(entries, found, strict=True):
        if size != entry["bytes"]:
            raise damaged(work.releases / str(number), entry["path"])


def _bring_small(work: _Upload, name: str) -> None:
    """A file beside the releases, as it is now; the store does not tell of one that is not there."""
    path = work.releases / name
    if path.is_file():
        content = path.read_bytes()
        bring_signature(work.remote, work.key, name, content)
        if work.remote.find(name, most=SMALL_BYTES) != content:
            work.remote.put(name, (content,))


def _delete_withdrawn(work: _Upload, own: Pointer) -> None:
    """Nothing names these any more."""
    for number, listed in sorted(own.releases.items()):
        if listed.withdrawn and work.remote.has_folder(str(number)):
            work.tell(Sentence(f"Borrando la publicación {number}", f"Deleting release {number}"))
            # A folder whose deletion was interrupted must not look whole.
            work.remote.delete(f"{number}/{MANIFEST}")
            work.remote.delete_folder(str(number))
            work.deleted.append(number)
