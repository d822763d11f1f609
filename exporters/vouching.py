"""What lets others prove a release: the chain of manifests, the tree over its records, and who signs.

The chain: each manifest holds the hash of the one before, and a digest over the hashes of all manifests that were ever
published, withdrawn ones included. What the list of releases keeps of a withdrawn release, its hash, is so checked too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from exemptions.models import Release
from exemptions.releases import list_releases
from exporters.build import LINES
from exporters.manifest import iter_plain
from exporters.merkle import LEAF, TREE_FILE, Tree, build_tree
from exporters.signatures import ALGORITHM
from exporters.signing import SigningKey

CHAIN_START = bytes(hashlib.sha256().digest_size)
"""What the first link is made from."""


def chain_digest(hashes: Iterable[str]) -> str:
    """The digest over the hashes of manifests in the order of their numbers, each given in hexadecimal.

    d₀ is 32 zero bytes, and dₙ is SHA-256(dₙ₋₁ ‖ hash of manifest n).
    """
    digest = CHAIN_START
    for sha256 in hashes:
        digest = hashlib.sha256(digest + bytes.fromhex(sha256)).digest()
    return digest.hex()


def chain_facts(session: Session, number: int, previous: int | None) -> dict[str, Any]:
    """What the manifest of release `number` says of those before it."""
    earlier = [release for release in reversed(list_releases(session)) if release.number < number]
    return {
        "previous": previous,
        "previous_sha256": session.get_one(Release, previous).manifest_sha256 if previous else None,
        "chain": {"releases": len(earlier), "sha256": chain_digest(release.manifest_sha256 for release in earlier)},
    }


def tree_facts(folder: Path, tree: Tree | None, source: Mapping[str, Any]) -> dict[str, Any]:
    """What the manifest says of the tree over the records, whose nodes are written into the folder.

    Without a `tree` the folder has the files of an earlier release, whose manifest `source` is; one of long ago has no
    tree yet.
    """
    if tree is None and "merkle" in source:
        known: dict[str, Any] = source["merkle"]
        return known
    found = tree or build_tree(iter_plain(folder / LINES))
    (folder / TREE_FILE).write_bytes(found.nodes)
    return {"file": "records.ndjson", "leaf": LEAF, "size": found.size, "root": found.root.hex()}


def signing_facts(key: SigningKey | None) -> dict[str, str] | None:
    """What the manifest says of its signature; None if it has none."""
    return {"algorithm": ALGORITHM, "key_id": key.public.key_id} if key else None
