"""Whether a release is what its manifest says: one in a folder, or one that a server gives away.

Checked are the files, the tree over the records, the signature of the manifest, and the chain back to the first
release, from what is public alone.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import OpenerDirector

from exemptions.errors import Sentence
from exemptions.integrity import MANIFEST, MANIFEST_FORMAT, SIGNATURE
from exporters.build import LINES
from exporters.manifest import list_present
from exporters.merkle import TREE_FILE, TreeBuilder
from exporters.pointer import POINTER
from exporters.signatures import KEYS_FILE, KeyUnreadable, PublicKey, parse_keys, read_keys
from exporters.verification import AddressRefused, Fault, Findings, Verification
from exporters.verify_chain import Link, check_chain
from exporters.verify_files import fault_of_address, fault_of_file
from exporters.verify_http import fetch_small, find_small, make_opener
from exporters.verify_signature import Trust, check_signature

__all__ = ["AddressRefused", "Trust", "Verification", "check_address", "check_folder"]

_ADDRESS = re.compile(r"(?P<base>.*)/(?:downloads|api/v1/releases|(?:en/)?publicaciones)/(?P<number>[1-9][0-9]*)/?")
_PRIVATE_PARTS = ("index",)
"""Folders of a release that no address gives away."""
_NO_LIST = (
    "No hay al lado una lista de publicaciones: la cadena hasta la primera no se comprobó.",
    "There is no list of releases beside it: the chain back to the first was not checked.",
)


def check_folder(folder: Path, *, sha256: str | None = None, trust: Trust | None = None) -> Verification:
    """Check a release folder, and its manifest against `sha256`, or what the store that it lies in says of it.

    The chain, and keys that `trust` does not give, are those of the store that the folder lies in; a copied folder has
    neither.
    Raises: AddressRefused if there is no manifest to compare with.
    """
    content = _read_manifest(folder)
    manifest, findings, tree = _parse_manifest(content), Findings(), TreeBuilder()
    links = _links_of_store(folder.parent, manifest)
    listed = next((link.sha256 for link in links or () if link.number == manifest["release"]), None)
    _check_hash(content, sha256 or listed, findings)
    entries = {str(entry["path"]): entry for entry in manifest["files"]}
    found = (fault_of_file(folder, path, entry, tree if path == LINES else None) for path, entry in entries.items())
    findings.add([fault for fault in found if fault])
    findings.add(
        [
            Fault(path, Sentence(f"{path} no está en el manifiesto.", f"{path} is not in the manifest."))
            for path in sorted(list_present(folder) - entries.keys())
        ]
    )
    _check_tree(manifest, tree, entries, findings)
    signature = folder / SIGNATURE
    keys = trust or Trust(_read_list(partial(read_keys, folder.parent), findings))
    check_signature(manifest, content, signature.read_bytes() if signature.is_file() else None, keys, findings)
    if links is None:
        findings.note(*_NO_LIST)
    else:
        check_chain(manifest, links, partial(_stored_manifest, folder.parent), findings)
    return _verification(str(folder), manifest, content, (len(entries), 0), findings)


def check_address(address: str, *, sha256: str | None = None, trust: Trust | None = None) -> Verification:
    """Fetch a release from `…/downloads/<n>` or `…/api/v1/releases/<n>`, and check it.

    Nothing is kept; of each file no more is read than its manifest says it has. The search index, which no address
    gives away, is skipped. Keys that `trust` does not give are those that the server publishes.
    Raises: AddressRefused if the address is none of a release, or its manifest cannot be had or read.
    """
    found = _ADDRESS.fullmatch(address.removesuffix(f"/{MANIFEST}"))
    if found is None or urlsplit(address).scheme not in ("http", "https") or not urlsplit(address).netloc:
        raise AddressRefused(
            f"«{address}» no es la dirección de una publicación: …/downloads/<n> o …/api/v1/releases/<n>.",
            f"“{address}” is no address of a release: …/downloads/<n> or …/api/v1/releases/<n>.",
        )
    server, base = found["base"], f"{found['base']}/downloads/{found['number']}/"
    opener = make_opener()
    content = fetch_small(opener, f"{base}{MANIFEST}")
    manifest, findings, tree = _parse_manifest(content), Findings(), TreeBuilder()
    _check_hash(content, sha256, findings)
    entries = {str(e["path"]): e for e in manifest["files"] if str(e["path"]).split("/")[0] not in _PRIVATE_PARTS}
    faults = (fault_of_address(opener, base, e, tree if path == LINES else None) for path, e in entries.items())
    findings.add([fault for fault in faults if fault])
    _check_tree(manifest, tree, entries, findings)
    counted = len(entries), len(manifest["files"]) - len(entries)
    if manifest.get("release") != int(found["number"]):
        findings.fault(MANIFEST, "El manifiesto es de otra publicación.", "The manifest is of another release.")
        return _verification(base, manifest, content, counted, findings)
    try:
        signature = find_small(opener, f"{base}{SIGNATURE}")
        known = find_small(opener, f"{server}/api/v1/keys") if trust is None else None
        keys = trust or Trust(_read_list(partial(parse_keys, known), findings) if known else ())
        check_signature(manifest, content, signature, keys, findings)
        listed = find_small(opener, f"{server}/api/v1/releases")
        if listed is None:
            findings.note(*_NO_LIST)
        else:
            fetch = partial(_fetch_manifest, opener, server)
            check_chain(manifest, _links_of_list(listed), fetch, findings)
    except AddressRefused as error:
        findings.fault(server, error.es, error.en)
    return _verification(base, manifest, content, counted, findings)


def _verification(
    target: str, manifest: Mapping[str, Any], content: bytes, counted: tuple[int, int], findings: Findings
) -> Verification:
    digest = hashlib.sha256(content).hexdigest()
    return Verification(
        target, manifest.get("release"), digest, *counted, tuple(findings.faults), tuple(findings.notes)
    )


def _read_manifest(folder: Path) -> bytes:
    try:
        return (folder / MANIFEST).read_bytes()
    except OSError as error:
        raise AddressRefused(
            f"«{folder}» no es la carpeta de una publicación: no tiene {MANIFEST}.",
            f"“{folder}” is no folder of a release: it has no {MANIFEST}.",
        ) from error


def _stored_manifest(store: Path, number: int) -> tuple[Mapping[str, Any], bytes]:
    content = _read_manifest(store / str(number))
    return _parse_manifest(content), content


def _fetch_manifest(opener: OpenerDirector, server: str, number: int) -> tuple[Mapping[str, Any], bytes]:
    content = fetch_small(opener, f"{server}/downloads/{number}/{MANIFEST}")
    return _parse_manifest(content), content


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


def _check_hash(content: bytes, sha256: str | None, findings: Findings) -> None:
    digest = hashlib.sha256(content).hexdigest()
    if sha256 is not None and sha256.lower() != digest:
        findings.fault(
            MANIFEST,
            f"La huella del manifiesto es {digest}, y se esperaba {sha256.lower()}.",
            f"The manifest's hash is {digest}, and {sha256.lower()} was expected.",
        )


def _check_tree(manifest: Mapping[str, Any], built: TreeBuilder, entries: Iterable[str], findings: Findings) -> None:
    """Compare the tree over the lines that were read with the one that the manifest tells."""
    told = manifest.get("merkle")
    if told is None or LINES not in entries:
        findings.note("La publicación no tiene árbol de registros.", "The release has no tree of records.")
        return
    tree = built.finish()
    if (told["size"], told["root"]) != (tree.size, tree.root.hex()):
        findings.fault(
            TREE_FILE,
            "La raíz del árbol no es la de las líneas de records.ndjson.",
            "The root of the tree is not that of the lines of records.ndjson.",
        )
    else:
        findings.note(
            f"El árbol de los {tree.size} registros da la raíz del manifiesto.",
            f"The tree over the {tree.size} records gives the root of the manifest.",
        )


def _read_list(read: partial[tuple[PublicKey, ...]], findings: Findings) -> tuple[PublicKey, ...]:
    try:
        return read()
    except KeyUnreadable as error:
        findings.fault(KEYS_FILE, error.es, error.en)
        return ()


def _links_of_store(store: Path, manifest: Mapping[str, Any]) -> Sequence[Link] | None:
    """The releases of the store that a folder lies in; None where it is not in the store of its own registry."""
    try:
        entries = json.loads((store / POINTER).read_bytes())["releases"]
        links = [_link(entry) for entry in entries]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return links if manifest.get("release") in {link.number for link in links} else None


def _links_of_list(content: bytes) -> Sequence[Link]:
    try:
        return [_link(entry) for entry in json.loads(content)["items"]]
    except (ValueError, KeyError, TypeError) as error:
        raise AddressRefused(
            "La lista de publicaciones no se entiende.", "The list of releases cannot be understood."
        ) from error


def _link(entry: Mapping[str, Any]) -> Link:
    sha256 = str(entry["manifest_sha256"])
    bytes.fromhex(sha256)
    return Link(int(entry["release"]), sha256, entry["state"] == "withdrawn")
