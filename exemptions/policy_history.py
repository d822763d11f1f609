"""How the disclosure policy changed from one release to the next, told by what each release says of its own rules.

The database is not asked: every kept release holds the rules that it was made under, and they never change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from exemptions.errors import ReleaseDamaged
from exemptions.pointer import ListedRelease
from exemptions.store import ReleaseStore


@dataclass(frozen=True, slots=True)
class Scope:
    """What a rule speaks of: one column, or the whole record; None means all."""

    field: str
    person_kind: str | None
    categories: tuple[str, ...] | None
    permanence: str | None


@dataclass(frozen=True, slots=True)
class Terms:
    """What a rule decides, and on what ground. Another note is no other rule."""

    level: str
    threshold: int | None
    """Jobs, or cents: the level holds for values below it."""
    ground: str
    authority: str
    date: str
    """The day on which it was decided, as in the release: 2026-01-31."""


Rules = Mapping[Scope, Terms]


@dataclass(frozen=True, slots=True)
class Told:
    """A release and the rules that it tells, None if it tells none or cannot be read."""

    release: ListedRelease
    rules: Rules | None


@dataclass(frozen=True, slots=True)
class StandingRule:
    """A rule in force, and the first release that has it as it is."""

    scope: Scope
    terms: Terms
    since: ListedRelease


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule that a release has otherwise than the one before it; None where it has no such rule."""

    release: ListedRelease
    previous: ListedRelease
    """The release that it was compared with: the last one before it whose rules are known."""
    scope: Scope
    before: Terms | None
    after: Terms | None


@dataclass(frozen=True, slots=True)
class PolicyHistory:
    """What the policy is and how it became so. Order: `standing` as the policy lists it; `changes` the newest first."""

    first: ListedRelease | None
    """The oldest release whose rules are known."""
    standing: tuple[StandingRule, ...]
    changes: tuple[RuleChange, ...]
    unknown: tuple[int, ...]
    """Releases whose rules are not known, because they were withdrawn or cannot be read."""


def read_rules(account: Mapping[str, Any]) -> Rules | None:
    """The rules that a release tells in its `withheld.json`, one for each column; None if it tells none.

    Where two rules of one scope are told the later one decides, as in the policy itself.
    """
    policy = account.get("policy")
    if policy is None:
        return None
    return {
        Scope(field, _all(rule["person_kind"]), _categories(rule["categories"]), _all(rule["permanence"])): Terms(
            rule["level"], rule["threshold"], rule["ground"], rule["authority"], rule["date"]
        )
        for rule in policy
        for field in rule["fields"]
    }


def trace(told: Iterable[Told]) -> PolicyHistory:
    """What changed along releases in the order of their numbers."""
    since: dict[Scope, StandingRule] = {}
    changes: list[RuleChange] = []
    unknown: list[int] = []
    first: ListedRelease | None = None
    previous: Told | None = None
    for one in told:
        if one.rules is None:
            unknown.append(one.release.release)
            continue
        if previous is None:
            first = one.release
        elif one.rules != previous.rules:
            changes[:0] = _compare(previous, one)
        if previous is None or one.rules is not previous.rules:
            since = {scope: _standing(since.get(scope), scope, terms, one) for scope, terms in one.rules.items()}
        previous = one
    return PolicyHistory(first, tuple(since.values()), tuple(changes), tuple(unknown))


class PolicyLog:
    """The rules of every kept release, each read once: a release never changes.

    Of a release whose policy has the digest of one that is known only the manifest is read. Releases of the same rules
    share them, so the memory grows with the rules that there ever were and not with the releases.
    """

    def __init__(self, store: ReleaseStore) -> None:
        self._store = store
        self._lock = Lock()
        self._of_release: dict[str, Rules | None] = {}
        self._of_policy: dict[str, Rules | None] = {}

    def until(self, number: int) -> tuple[Told, ...]:
        """What each release up to `number` tells. Order: by number.

        Raises: NothingPublished.
        """
        listed = [one for one in self._store.list() if one.release <= number]
        return tuple(Told(one, None if one.withdrawn else self._rules(one)) for one in listed)

    def _rules(self, listed: ListedRelease) -> Rules | None:
        with self._lock:
            if listed.manifest_sha256 not in self._of_release:
                try:
                    self._of_release[listed.manifest_sha256] = self._read(listed)
                except ReleaseDamaged:
                    # Not kept: somebody may repair this copy.
                    return None
            return self._of_release[listed.manifest_sha256]

    def _read(self, listed: ListedRelease) -> Rules | None:
        digest = self._store.manifest_of(listed).get("policy_sha256")
        if digest is None:
            return read_rules(self._store.account_of(listed))
        if digest not in self._of_policy:
            self._of_policy[digest] = read_rules(self._store.account_of(listed))
        return self._of_policy[digest]


def _standing(known: StandingRule | None, scope: Scope, terms: Terms, one: Told) -> StandingRule:
    return known if known is not None and known.terms == terms else StandingRule(scope, terms, one.release)


def _compare(older: Told, newer: Told) -> list[RuleChange]:
    before, after = older.rules or {}, newer.rules or {}
    return [
        RuleChange(newer.release, older.release, scope, before.get(scope), after.get(scope))
        for scope in dict.fromkeys((*after, *before))
        if before.get(scope) != after.get(scope)
    ]


def _all(text: str) -> str | None:
    return None if text == "*" else text


def _categories(listed: str | list[str]) -> tuple[str, ...] | None:
    return None if isinstance(listed, str) else tuple(listed)
