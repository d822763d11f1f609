"""Whether a release is what its manifest says: one in a folder, or one that a server gives away."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urljoin, urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from isal import isal_zlib

from exemptions.errors import RegistryError, Sentence
from exemptions.integrity import MANIFEST, MANIFEST_FORMAT
from exporters.manifest import GZIP_ERROR, iter_plain, list_present

MAX_MANIFEST_BYTES = 16 * 1024**2
"""Over a hundred times the manifest of a release with all its files."""
TIMEOUT_S = 60.0
"""Longest silence of a server."""
MAX_REDIRECTS = 3

_BLOCK = 1 << 20
_ADDRESS = re.compile(r"(?P<base>.*)/(?:downloads|api/v1/releases|(?:en/)?publicaciones)/(?P<number>[1-9][0-9]*)/?")
_PRIVATE_PARTS = ("index",)
"""Folders of a release that no address gives away."""


class AddressRefused(RegistryError):
    """An address is not that of a release, or nothing that can be checked comes from it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as the manifest says."""

    file: str
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check found. `files` counts those compared, `skipped` those that cannot be had."""

    target: str
    release: int | None
    manifest_sha256: str
    files: int
    skipped: int
    faults: tuple[Fault, ...]

    @property
    def is_whole(self) -> bool:
        """Whether everything is as the manifest says."""
        return not self.faults


@dataclass(slots=True)
class _Measure:
    """The size and hash of bytes as they pass, and of what is inside them."""

    digest: Any
    size: int = 0

    def add(self, block: bytes) -> None:
        self.digest.update(block)
        self.size += len(block)

    def matches(self, entry: Mapping[str, Any]) -> bool:
        return bool(entry["bytes"] == self.size and entry["sha256"] == self.digest.hexdigest())


def check_folder(folder: Path, *, sha256: str | None = None) -> Verification:
    """Compare every file of a release folder with its manifest, and the manifest with `sha256` if one is given.

    Raises: AddressRefused if there is no manifest to compare with.
    """
    try:
        content = (folder / MANIFEST).read_bytes()
    except OSError as error:
        raise AddressRefused(
            f"«{folder}» no es la carpeta de una publicación: no tiene {MANIFEST}.",
            f"“{folder}” is no folder of a release: it has no {MANIFEST}.",
        ) from error
    manifest = _parse_manifest(content)
    faults = _pinned(content, sha256)
    entries = {str(entry["path"]): entry for entry in manifest["files"]}
    for path, entry in entries.items():
        fault = _fault_of_file(folder, path, entry)
        faults += [fault] if fault else []
    faults += [
        Fault(path, Sentence(f"{path} no está en el manifiesto.", f"{path} is not in the manifest."))
        for path in sorted(list_present(folder) - entries.keys())
    ]
    return _verification(str(folder), manifest, content, len(entries), 0, faults)


def check_address(address: str, *, sha256: str | None = None) -> Verification:
    """Fetch a release from `…/downloads/<n>` or `…/api/v1/releases/<n>`, and compare every file with its manifest.

    Nothing is kept; of each file no more is read than its manifest says it has. The search index, which no address
    gives away, is skipped.
    Raises: AddressRefused if the address is none of a release, or its manifest cannot be had or read.
    """
    found = _ADDRESS.fullmatch(address.removesuffix(f"/{MANIFEST}"))
    if found is None or urlsplit(address).scheme not in ("http", "https") or not urlsplit(address).netloc:
        raise AddressRefused(
            f"«{address}» no es la dirección de una publicación: …/downloads/<n> o …/api/v1/releases/<n>.",
            f"“{address}” is no address of a release: …/downloads/<n> or …/api/v1/releases/<n>.",
        )
    base = f"{found['base']}/downloads/{found['number']}/"
    opener = build_opener(_SameServer())
    content = _fetch_manifest(opener, f"{base}{MANIFEST}")
    manifest = _parse_manifest(content)
    faults = _pinned(content, sha256)
    if manifest.get("release") != int(found["number"]):
        faults.append(
            Fault(MANIFEST, Sentence("El manifiesto es de otra publicación.", "The manifest is of another release."))
        )
    entries = [entry for entry in manifest["files"] if str(entry["path"]).split("/")[0] not in _PRIVATE_PARTS]
    for entry in entries:
        fault = _fault_of_address(opener, base, entry)
        faults += [fault] if fault else []
    return _verification(base, manifest, content, len(entries), len(manifest["files"]) - len(entries), faults)


def _verification(
    target: str, manifest: Mapping[str, Any], content: bytes, files: int, skipped: int, faults: list[Fault]
) -> Verification:
    digest = hashlib.sha256(content).hexdigest()
    return Verification(target, manifest.get("release"), digest, files, skipped, tuple(faults))


def _parse_manifest(content: bytes) -> Mapping[str, Any]:
    try:
        manifest = json.loads(content)
        if manifest["format"] != MANIFEST_FORMAT:
            raise ValueError(manifest["format"])
        for entry in manifest["files"]:
            if not (isinstance(entry["path"], str) and isinstance(entry["bytes"], int) and entry["sha256"]):
                raise ValueError(entry["path"])
    except (ValueError, KeyError, TypeError) as error:
        raise AddressRefused(
            f"{MANIFEST} no se entiende: no es el manifiesto de una publicación.",
            f"{MANIFEST} cannot be understood: it is no manifest of a release.",
        ) from error
    found: Mapping[str, Any] = manifest
    return found


def _pinned(content: bytes, sha256: str | None) -> list[Fault]:
    digest = hashlib.sha256(content).hexdigest()
    if sha256 is None or sha256.lower() == digest:
        return []
    return [
        Fault(
            MANIFEST,
            Sentence(
                f"La huella del manifiesto es {digest}, y se esperaba {sha256.lower()}.",
                f"The manifest's hash is {digest}, and {sha256.lower()} was expected.",
            ),
        )
    ]


def _fault_of_file(folder: Path, path: str, entry: Mapping[str, Any]) -> Fault | None:
    place = Path(path)
    if place.is_absolute() or ".." in place.parts:
        return Fault(path, Sentence(f"{path} queda fuera de la carpeta.", f"{path} lies outside the folder."))
    try:
        with (folder / place).open("rb") as source:
            return _compare(path, entry, iter(lambda: source.read(_BLOCK), b"")) or _fault_inside(folder, path, entry)
    except OSError as error:
        return _missing(path, error.strerror or str(error))


def _fault_inside(folder: Path, path: str, entry: Mapping[str, Any]) -> Fault | None:
    if "plain" not in entry:
        return None
    inside = _Measure(hashlib.sha256())
    try:
        for block in iter_plain(folder / path):
            inside.add(block)
    except GZIP_ERROR:
        return _different(path)
    return None if inside.matches(entry["plain"]) else _different(path)


def _fault_of_address(opener: OpenerDirector, base: str, entry: Mapping[str, Any]) -> Fault | None:
    path = str(entry["path"])
    # What the manifest names is a path below the release, whoever wrote it.
    address = base + quote(path.removeprefix("downloads/"))
    if ".." in path.split("/") or not urljoin(base, quote(path)).startswith(base):
        return Fault(path, Sentence(f"{path} queda fuera de la publicación.", f"{path} lies outside the release."))
    try:
        with _open(opener, address) as source:
            return _compare_with_inside(path, entry, _iter_bounded(source, int(entry["bytes"])))
    except HTTPError as error:
        return _missing(path, f"HTTP {error.code}")
    except (URLError, HTTPException, OSError) as error:
        return _missing(path, str(getattr(error, "reason", error)))


def _compare(path: str, entry: Mapping[str, Any], blocks: Iterator[bytes]) -> Fault | None:
    measure = _Measure(hashlib.sha256())
    for block in blocks:
        measure.add(block)
    return None if measure.matches(entry) else _different(path)


def _compare_with_inside(path: str, entry: Mapping[str, Any], blocks: Iterator[bytes]) -> Fault | None:
    plain = entry.get("plain")
    outside, inside = _Measure(hashlib.sha256()), _Measure(hashlib.sha256())
    unpack = isal_zlib.decompressobj(wbits=31)
    try:
        for block in blocks:
            outside.add(block)
            # A small file can hold a very large one; what is longer than the manifest says is wrong already.
            while plain and block and inside.size <= plain["bytes"]:
                inside.add(unpack.decompress(block, _BLOCK))
                block = unpack.unconsumed_tail
        if plain and inside.size <= plain["bytes"]:
            inside.add(unpack.flush())
    except GZIP_ERROR:
        return _different(path)
    is_right = outside.matches(entry) and (not plain or inside.matches(plain))
    return None if is_right else _different(path)


def _iter_bounded(source: IO[bytes], size: int) -> Iterator[bytes]:
    """The bytes that a server sends, at most one more than there should be."""
    left = size + 1
    while left > 0 and (block := source.read(min(_BLOCK, left))):
        left -= len(block)
        yield block


def _fetch_manifest(opener: OpenerDirector, address: str) -> bytes:
    try:
        with _open(opener, address) as source:
            content = source.read(MAX_MANIFEST_BYTES + 1)
    except HTTPError as error:
        why = "fue retirada" if error.code == 410 else f"HTTP {error.code}"
        reason = "it was withdrawn" if error.code == 410 else f"HTTP {error.code}"
        raise AddressRefused(f"No se pudo leer {address}: {why}.", f"{address} cannot be read: {reason}.") from error
    except (URLError, HTTPException, OSError) as error:
        told = getattr(error, "reason", error)
        raise AddressRefused(f"No se pudo leer {address}: {told}.", f"{address} cannot be read: {told}.") from error
    if len(content) > MAX_MANIFEST_BYTES:
        raise AddressRefused(
            f"{address} es más grande que cualquier manifiesto.", f"{address} is larger than any manifest."
        )
    return content


class _SameServer(HTTPRedirectHandler):
    """Follows a few redirects, and none to another server: what is checked is what that one gives."""

    max_redirections = MAX_REDIRECTS

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        before, after = urlsplit(req.full_url), urlsplit(newurl)
        if after.hostname != before.hostname or after.scheme not in ("http", "https"):
            return None
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _open(opener: OpenerDirector, address: str) -> IO[bytes]:
    # The scheme was checked: neither a file of this machine nor another protocol can be meant.
    request = Request(address, headers={"Accept-Encoding": "identity", "User-Agent": "exemptions-verify"})  # noqa: S310
    opened: IO[bytes] = opener.open(request, timeout=TIMEOUT_S)
    return opened


def _missing(path: str, reason: str) -> Fault:
    return Fault(path, Sentence(f"{path} no se pudo leer: {reason}.", f"{path} cannot be read: {reason}."))


def _different(path: str) -> Fault:
    return Fault(
        path,
        Sentence(f"{path} no es lo que dice el manifiesto.", f"{path} is not what the manifest says."),
    )
