"""What a check of a release or of a proof found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from exemptions.errors import RegistryError, Sentence


class AddressRefused(RegistryError):
    """An address is not that of a release, or nothing that can be checked comes from it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it should be."""

    file: str
    sentence: Sentence


@dataclass(slots=True)
class Findings:
    """What the parts of a check found so far: what is wrong, and what is to be told besides."""

    faults: list[Fault] = field(default_factory=list)
    notes: list[Sentence] = field(default_factory=list)

    def fault(self, file: str, es: str, en: str) -> None:
        """Note something wrong."""
        self.faults.append(Fault(file, Sentence(es, en)))

    def note(self, es: str, en: str) -> None:
        """Note something that was checked, or could not be."""
        self.notes.append(Sentence(es, en))

    def add(self, faults: Sequence[Fault]) -> None:
        """Add what another part found wrong."""
        self.faults.extend(faults)


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check found. `files` counts those compared, `skipped` those that cannot be had."""

    target: str
    release: int | None
    manifest_sha256: str
    files: int
    skipped: int
    faults: tuple[Fault, ...]
    notes: tuple[Sentence, ...] = ()
    """What was checked beside the files, in words: signature, chain, tree."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults
