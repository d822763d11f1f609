"""The manifests of earlier releases as this machine holds them, and which of them are damaged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.state import app_state
from exemptions.errors import ReleaseDamaged
from exemptions.integrity import read_manifest


@dataclass(frozen=True, slots=True)
class EarlierManifests:
    """What can be told of the releases before one."""

    whole: tuple[Mapping[str, Any], ...]
    damaged: tuple[int, ...]
    """Numbers of the releases whose manifest is not the one that was published."""


def earlier_manifests(before: int) -> EarlierManifests:
    """The manifests of the published releases before the one of that number, the oldest first."""
    whole: list[Mapping[str, Any]] = []
    damaged: list[int] = []
    for listed in app_state().store.list():
        if listed.withdrawn or listed.release >= before:
            continue
        try:
            manifest, sha256 = read_manifest(app_state().settings.releases / str(listed.release))
        except ReleaseDamaged:
            damaged.append(listed.release)
            continue
        if sha256 == listed.manifest_sha256:
            whole.append(manifest)
        else:
            damaged.append(listed.release)
    return EarlierManifests(tuple(whole), tuple(damaged))
