"""Chain, tree and signature for releases made by hand, as publishing gives them to its own."""

from __future__ import annotations

import gzip
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from exporters.merkle import LEAF, TREE_FILE, build_tree
from exporters.ndjson_format import stream_ndjson
from exporters.signatures import KEYS_FILE, PublicKey, Signature, encode_keys
from exporters.tables import read_arrow
from exporters.vouching import chain_digest

_PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = PublicKey(_PRIVATE.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw), datetime(2025, 1, 1, tzinfo=UTC))
"""The key that signs them: the same in every run."""


def vouch(releases: Path, numbers: list[int], *, withdrawn: dict[int, str] | None = None) -> None:
    """Add tree, chain and signature to the releases of a store; the caller writes the pointer afterwards.

    `numbers` are those that are there, ascending; `withdrawn` are the hashes of those that are not.
    """
    hashes = dict(withdrawn or {})
    for number in numbers:
        folder = releases / str(number)
        manifest = json.loads((folder / "manifest.json").read_bytes())
        text = b"".join(stream_ndjson([read_arrow(folder / "records.arrow")]))
        tree = build_tree([text])
        (folder / TREE_FILE).write_bytes(tree.nodes)
        # Of those that were withdrawn since, the next one knew the hash.
        before = number - 1 or None
        manifest |= {
            "previous": before,
            "previous_sha256": hashes[before] if before else None,
            "chain": {"releases": number - 1, "sha256": chain_digest(hashes[n] for n in range(1, number))},
            "merkle": {"file": "records.ndjson", "leaf": LEAF, "size": tree.size, "root": tree.root.hex()},
            "signing": {"algorithm": "Ed25519", "key_id": KEY.key_id},
        }
        manifest["files"].append(_entry(TREE_FILE, tree.nodes))
        hashes[number] = sign(folder, manifest)
    (releases / KEYS_FILE).write_bytes(encode_keys([KEY]))


def sign(folder: Path, manifest: dict[str, Any]) -> str:
    """Write a manifest and its signature; gives its hash."""
    content = (json.dumps(manifest, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()
    (folder / "manifest.json").write_bytes(content)
    (folder / "manifest.sig").write_bytes(Signature(KEY.key_id, _PRIVATE.sign(content)).encode())
    return hashlib.sha256(content).hexdigest()


def packed_lines(folder: Path) -> bytes:
    """The records of a release as the file of lines that publishing writes."""
    return gzip.compress(b"".join(stream_ndjson([read_arrow(folder / "records.arrow")])), mtime=0)


def _entry(path: str, content: bytes) -> dict[str, Any]:
    return {
        "path": path,
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "media_type": "application/octet-stream",
        "rows": None,
    }
