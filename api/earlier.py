"""The manifests of earlier releases as this machine holds them, and which of them are damaged."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.state import app_state
from exemptions.exhaustion import refuse_exhausted
from exemptions.integrity import MANIFEST


@dataclass(frozen=True, slots=True)
class EarlierManifests:
    """What can be told of the releases before one."""

    contents: tuple[bytes, ...]
    """The manifests that are whole, as they were published, the oldest first."""
    damaged: tuple[int, ...]
    """Numbers of the releases whose manifest is not the one that was published."""

    def read(self) -> list[Mapping[str, Any]]:
        """What the whole ones say."""
        return [json.loads(content) for content in self.contents]


def earlier_manifests(before: int) -> EarlierManifests:
    """The manifests of the published releases before the one of that number, as they are at this moment.

    Raises: NothingPublished, Exhausted.
    """
    contents: list[bytes] = []
    damaged: list[int] = []
    for listed in app_state().store.list():
        if listed.withdrawn or listed.release >= before:
            continue
        try:
            content = (app_state().settings.releases / str(listed.release) / MANIFEST).read_bytes()
        except OSError as error:
            refuse_exhausted(error)
            content = b""
        if hashlib.sha256(content).hexdigest() == listed.manifest_sha256:
            contents.append(content)
        else:
            damaged.append(listed.release)
    return EarlierManifests(tuple(contents), tuple(damaged))
