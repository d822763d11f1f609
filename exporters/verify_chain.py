"""Whether every manifest, back to the first, is the one that the later ones name."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exporters.verification import AddressRefused, Findings
from exporters.vouching import chain_digest

CHAIN = "chain"
"""What faults of the chain are told under, where a file's name stands otherwise."""


@dataclass(frozen=True, slots=True)
class Link:
    """What the list of releases says of one: a withdrawn one has only this."""

    number: int
    sha256: str
    is_withdrawn: bool


Fetch = Callable[[int], tuple[Mapping[str, Any], bytes]]
"""The manifest of a release, parsed and as bytes. Raises: AddressRefused."""


def check_chain(manifest: Mapping[str, Any], links: Sequence[Link], fetch: Fetch, findings: Findings) -> None:
    """Note whether the chain from a release, whose manifest this is, goes back to the first unbroken.

    `links` are the releases as they are listed, in any order.
    """
    number = int(manifest["release"])
    by_number = {link.number: link for link in links if link.number < number}
    if sorted(by_number) != list(range(1, number)):
        findings.fault(
            CHAIN,
            f"La lista de publicaciones no tiene todas las anteriores a la {number}.",
            f"The list of releases lacks some before release {number}.",
        )
        return
    before = len(findings.faults)
    _check_link(manifest, by_number, findings)
    unlinked = 0 if CHAIN in manifest else 1
    for earlier in range(number - 1, 0, -1):
        link = by_number[earlier]
        if link.is_withdrawn:
            continue
        try:
            told, content = fetch(earlier)
        except AddressRefused as error:
            findings.fault(CHAIN, error.es, error.en)
            continue
        if hashlib.sha256(content).hexdigest() != link.sha256:
            findings.fault(
                CHAIN,
                f"El manifiesto de la publicación {earlier} no es el que la lista nombra.",
                f"The manifest of release {earlier} is not the one that the list names.",
            )
            continue
        _check_link(told, by_number, findings)
        unlinked += CHAIN not in told
    if len(findings.faults) == before:
        _note_whole(number, list(by_number.values()), unlinked, findings)


def _check_link(manifest: Mapping[str, Any], links: Mapping[int, Link], findings: Findings) -> None:
    """Compare what one manifest says of those before it with the list; one of long ago says nothing."""
    number, chain = int(manifest["release"]), manifest.get(CHAIN)
    if chain is None:
        return
    hashes = [links[earlier].sha256 for earlier in range(1, number)]
    if chain != {"releases": number - 1, "sha256": chain_digest(hashes)}:
        findings.fault(
            CHAIN,
            f"La cadena está cortada: la publicación {number} no nombra los manifiestos anteriores que la lista da.",
            f"The chain is cut: release {number} does not name the earlier manifests that the list gives.",
        )
    previous = manifest.get("previous")
    if previous is not None and (
        previous not in links or previous >= number or manifest.get("previous_sha256") != links[previous].sha256
    ):
        findings.fault(
            CHAIN,
            f"La cadena está cortada: la publicación {number} nombra otro manifiesto de la {previous}.",
            f"The chain is cut: release {number} names another manifest of release {previous}.",
        )


def _note_whole(number: int, links: Sequence[Link], unlinked: int, findings: Findings) -> None:
    gone = sum(link.is_withdrawn for link in links)
    if number == 1:
        findings.note(
            "Es la primera publicación: la cadena empieza en ella.", "It is the first: the chain begins here."
        )
    else:
        findings.note(
            f"Cadena completa hasta la publicación 1: {number - 1} anteriores, {gone} de ellas retiradas.",
            f"Chain whole back to release 1: {number - 1} before it, {gone} of them withdrawn.",
        )
    if unlinked:
        findings.note(
            f"{unlinked} publicaciones son de antes de que hubiera cadena: las cubre la primera que la tiene.",
            f"{unlinked} releases were made before there was a chain: the first that has one covers them.",
        )
