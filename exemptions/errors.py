"""What can go wrong in the domain, each with its sentence in Spanish and English.

The classes know nothing of HTTP or of exit codes: the edges map a class to a status. An error that no edge maps is a
bug.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exemptions.guards import Hold


MALFORMED = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)
"""What making a value of somebody's JSON raises when it is not the JSON that it should be."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text in both languages, for values that carry their own words."""

    es: str
    en: str

    def text(self, lang: str) -> str:
        """The sentence in `lang` ("es" or "en")."""
        return self.en if lang == "en" else self.es


class RegistryError(Exception):
    """An expected failure, told in both languages."""

    def __init__(self, es: str, en: str) -> None:
        super().__init__(en)
        self.es = es
        self.en = en

    def text(self, lang: str) -> str:
        """The sentence in `lang` ("es" or "en")."""
        return self.en if lang == "en" else self.es


class SettingsError(RegistryError):
    """A setting is missing or wrong; the message names the environment variable."""


class CatalogError(RegistryError):
    """The catalogue files contradict each other; the message lists every fault."""


class PolicyError(RegistryError):
    """`disclosure.toml` cannot be understood; nothing may be published under it."""


class NITError(RegistryError):
    """A text is not a NIT; `code` says why (see `exemptions.nit`)."""

    def __init__(self, code: str, es: str, en: str) -> None:
        super().__init__(es, en)
        self.code = code


@dataclass(frozen=True, slots=True)
class ParameterProblem:
    """One wrong parameter of a query: which, what was sent, what would be right."""

    parameter: str
    value: str | None
    es: str
    en: str
    nearest: str | None = None

    def text(self, lang: str) -> str:
        """The sentence in `lang`."""
        return self.en if lang == "en" else self.es


class InvalidQuery(RegistryError):
    """A query has wrong parameters; `problems` names every one of them, never only the first."""

    def __init__(self, problems: tuple[ParameterProblem, ...]) -> None:
        super().__init__(" ".join(p.es for p in problems), " ".join(p.en for p in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class ListFault:
    """One thing that is wrong with a list: where, under which rule, and what to do."""

    row: int | None
    column: str
    value: str | None
    rule: str
    message: Sentence
    remedy: Sentence


class ListRefused(RegistryError):
    """A list that was sent to be matched cannot be read; `faults` names everything that is wrong with it."""

    def __init__(self, es: str, en: str, faults: tuple[ListFault, ...] = ()) -> None:
        super().__init__(es, en)
        self.faults = faults


class TooManyRows(RegistryError):
    """A result is larger than the format that was asked for may be; nothing was cut."""


class NotFound(RegistryError):
    """There is no such thing, or it may not be told whether there is."""


class ReleaseNotFound(NotFound):
    """A release number was never published."""


class ReleaseNotHere(RegistryError):
    """A release was published, or may have been, and has not reached this machine yet."""


class ReleaseWithdrawn(RegistryError):
    """A release was withdrawn; only its tombstone remains."""


class WithdrawalRefused(RegistryError):
    """A withdrawal would do more, or less, than was asked for; nothing has changed.

    `others` are the later releases that it would take along.
    """

    def __init__(self, es: str, en: str, others: tuple[int, ...] = ()) -> None:
        super().__init__(es, en)
        self.others = others


class NothingPublished(RegistryError):
    """No release has been published yet."""


class ReleaseDamaged(RegistryError):
    """A release's files do not agree with its manifest; it must not be served."""


class PrivateIdentifierFound(RegistryError):
    """A release under construction holds an identifier of a natural person; it must not be published.

    `places` names file, column and row; it never repeats the identifier.
    """

    def __init__(self, es: str, en: str, places: tuple[str, ...]) -> None:
        super().__init__(es, en)
        self.places = places


class FileRefused(RegistryError):
    """A file cannot be loaded at all (not even staged as a refused batch); nothing was written."""


class BatchNotFound(NotFound):
    """There is no batch of that number."""


class BatchState(RegistryError):
    """A batch is not in the state that the act needs."""


class JobNotFound(NotFound):
    """There is no job of that number."""


class JobConflict(RegistryError):
    """A job is not in the state that the act needs, or another one has to end first; `job` is that one."""

    def __init__(self, es: str, en: str, *, job: int) -> None:
        super().__init__(es, en)
        self.job = job


class BatchBlocked(RegistryError):
    """Guards hold a batch back, and what was allowed does not cover them; `holds` has every one that is left."""

    def __init__(self, es: str, en: str, holds: tuple[Hold, ...]) -> None:
        super().__init__(es, en)
        self.holds = holds


class NotAllowed(RegistryError):
    """The person may not do this (no token, wrong role, own batch under the two-person rule)."""


class RoleMissing(NotAllowed):
    """The person's role does not have the right that the act needs; `actor` and `right` are what the audit notes."""

    def __init__(self, es: str, en: str, *, actor: str, right: str) -> None:
        super().__init__(es, en)
        self.actor = actor
        self.right = right


class NobodyYet(NotAllowed):
    """The book demands persons and has none."""


class PasswordRefused(RegistryError):
    """A new password is too short, too long or too easily guessed."""


class CodeRefused(RegistryError):
    """A code of the second factor does not fit, or was used before."""


class AnchorDamaged(RegistryError):
    """The file that tells where the audit trail ended cannot be understood."""


class DemonstrationHome(RegistryError):
    """Demonstration and real data would be mixed in one home."""


class DiskFull(RegistryError):
    """Nothing more can be written; what was public stays public, and nothing is lost."""


class StoreUnreachable(RegistryError):
    """The release store that machines share does not answer; what each machine has stays as it is."""


class StoreRefused(RegistryError):
    """The release store that machines share, or a folder that follows it, is another registry's; nothing changed."""


class StoreUntrusted(StoreRefused):
    """What the store that machines share holds is not signed by a key that this machine was told to trust."""


class DiskFailed(DiskFull):
    """The disk could not be read or written because it fails; what was public stays public, and nothing is lost."""


class BookDamaged(RegistryError):
    """The file of the book of record is not whole; it is neither read nor written any further."""


class Exhausted(RegistryError):
    """This process has no more file handles, threads or memory for what was asked; it has them again later."""


class ClockWrong(RegistryError):
    """The clock of this machine cannot be right; an act that would write its time down was not done."""


class Busy(RegistryError):
    """Another process holds the writer's lock of the book of record."""


class BookUnreachable(RegistryError):
    """The database of the book cannot be reached, or stopped answering; whether a commit took place may not be known.

    `cause` is for who operates the service, and is not in the sentence: it names machines.
    """

    def __init__(self, *, where: str, reason: str) -> None:
        super().__init__(
            "El libro de registro no responde. Lo que pidió no quedó a medias: se hizo entero o no se hizo. Espere un "
            "momento, vea cómo quedó y, si falta, pídalo de nuevo.",
            "The book of record does not answer. What you asked for was not left half done: it was done whole or not "
            "at all. Wait a moment, look at how it is and, if it is missing, ask again.",
        )
        self.cause = f"DATABASE_URL ({where}): {reason}"


class InboxFull(RegistryError):
    """What the public sends in cannot be received for the time being."""


class CorrectionNotFound(NotFound):
    """There is no report of that number."""


class CorrectionRefused(RegistryError):
    """A report cannot be answered so: an answer or a release is missing, unknown or too much."""
