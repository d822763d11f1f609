"""The proof that a release holds a record: its line, the path to the root, the manifest and its signature.

The file needs nothing but a public key to be checked: the line and its path give a root, the manifest names that root,
and the signature is over the manifest.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from exemptions.errors import NotFound, RegistryError
from exemptions.integrity import MANIFEST, SIGNATURE, damaged
from exporters.build import LINES
from exporters.manifest import iter_plain
from exporters.merkle import BLOCK_LEAVES, TREE_FILE, inclusion_path, root_of_path
from exporters.ndjson_format import stream_ndjson

PROOF_FORMAT = 1
PROOF_KIND = "exemptions-inclusion-proof"
MAX_PROOF_BYTES = 1024**2
"""Forty times a proof with the manifest of a release with all its files."""


class ProofUnreadable(RegistryError):
    """A file is no proof of inclusion."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The proof that line `index` of `size` is `line`."""

    line: bytes
    index: int
    size: int
    path: tuple[bytes, ...]
    manifest: bytes
    """Exactly as it was published; its root is the one that the path must give."""
    signature: bytes | None
    """The content of `manifest.sig`; None for an unsigned release."""

    def root(self) -> bytes | None:
        """The root that line and path give; None if they belong to no tree of that size."""
        return root_of_path(self.line, self.index, self.size, self.path)


def prove_row(folder: Path, manifest: Mapping[str, Any], records: pa.RecordBatch, row: int) -> Proof:
    """The proof of one row of a release.

    Raises: NotFound for a release of before there were trees; ReleaseDamaged if the files do not give the root.
    """
    told = manifest.get("merkle")
    if told is None:
        number = manifest["release"]
        raise NotFound(
            f"La publicación {number} es de antes de que hubiera pruebas de inclusión.",
            f"Release {number} was made before there were proofs of inclusion.",
        )
    nodes, start = (folder / TREE_FILE).read_bytes(), row // BLOCK_LEAVES * BLOCK_LEAVES
    # Lines made by another version of the program may differ from the published ones, which are slower to find.
    for block in (_lines_of(records, start), _published_lines(folder, start)):
        lines = list(block)
        path = inclusion_path(row, told["size"], lines, nodes)
        line = lines[row - start] if row - start < len(lines) else b""
        if root_of_path(line, row, told["size"], path) == bytes.fromhex(told["root"]):
            content, signature = (folder / MANIFEST).read_bytes(), folder / SIGNATURE
            signed = signature.read_bytes() if signature.is_file() else None
            return Proof(line, row, told["size"], tuple(path), content, signed)
    raise damaged(folder, TREE_FILE)


def encode_proof(proof: Proof) -> bytes:
    """The proof as the small JSON file that people keep."""
    manifest, root = json.loads(proof.manifest), proof.root()
    told = {
        "kind": PROOF_KIND,
        "format": PROOF_FORMAT,
        "release": manifest["release"],
        "published_at": manifest["published_at"],
        "status_date": manifest["status_date"],
        "record_id": json.loads(proof.line)["record_id"],
        "line": proof.line.decode(),
        "leaf_index": proof.index,
        "tree_size": proof.size,
        "audit_path": [node.hex() for node in proof.path],
        "root": root.hex() if root else None,
        "manifest": proof.manifest.decode(),
        "signature": json.loads(proof.signature) if proof.signature else None,
    }
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


def parse_proof(content: bytes) -> Proof:
    """The proof that a file holds; whether it proves anything is for `check_proof` to say.

    Raises: ProofUnreadable.
    """
    try:
        told = json.loads(content)
        if told["kind"] != PROOF_KIND or told["format"] != PROOF_FORMAT:
            raise ValueError(told["kind"])
        index, size = told["leaf_index"], told["tree_size"]
        if type(index) is not int or type(size) is not int:
            raise TypeError(index, size)
        signature = told["signature"]
        return Proof(
            line=told["line"].encode(),
            index=index,
            size=size,
            path=tuple(bytes.fromhex(node) for node in told["audit_path"]),
            manifest=told["manifest"].encode(),
            signature=None if signature is None else json.dumps(signature).encode(),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ProofUnreadable(
            "El archivo no se entiende: no es una constancia de inclusión de este registro.",
            "The file cannot be understood: it is no proof of inclusion of this registry.",
        ) from error


def _lines_of(records: pa.RecordBatch, start: int) -> Iterator[bytes]:
    text = b"".join(stream_ndjson([records.slice(start, BLOCK_LEAVES)]))
    yield from text.split(b"\n")[:-1]


def _published_lines(folder: Path, start: int) -> Iterator[bytes]:
    return islice(_iter_lines(iter_plain(folder / LINES)), start, start + BLOCK_LEAVES)


def _iter_lines(blocks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for block in blocks:
        *lines, rest = (rest + block).split(b"\n")
        yield from lines
    if rest:
        yield rest
