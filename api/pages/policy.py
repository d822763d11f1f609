"""The rules of the disclosure policy in words: each with the publication that it holds since, and how they changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from api.formatting import format_count, format_day, format_money, format_short_day
from api.pages.labels import LEVEL, PERMANENCE, PERSON_KIND
from api.pages.texts import gettext as _
from api.pages.texts import ngettext
from api.pages.values import Reader, column_label
from exemptions.calendar import guatemala_day
from exemptions.disclosure import RECORD
from exemptions.facts import quetzales
from exemptions.pointer import ListedRelease
from exemptions.policy_history import PolicyHistory, RuleChange, Scope, StandingRule, Terms

_NAMED_CATEGORIES = 4
"""More categories than these are counted instead of named."""


@dataclass(frozen=True, slots=True)
class TermsWords:
    """What a rule decides, and on what ground."""

    level: str
    ground: str
    authority: str
    date: str


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule in force."""

    what: str
    who: str
    terms: TermsWords
    since: int
    """The publication that has it first as it is."""
    since_day: str


@dataclass(frozen=True, slots=True)
class RuleChangeLine:
    """What one publication decided otherwise than the one before; None where it has no such rule."""

    release: int
    day: str
    previous: int
    what: str
    who: str
    before: TermsWords | None
    after: TermsWords | None


@dataclass(frozen=True, slots=True)
class PolicyWords:
    """The policy of a publication and how it became so."""

    first: int | None
    first_day: str
    rules: tuple[RuleLine, ...]
    changes: tuple[RuleChangeLine, ...]
    unknown: str
    """The publications whose rules are not known; empty where there is none."""


def policy_words(history: PolicyHistory, reader: Reader) -> PolicyWords:
    """The history of the policy for a page; columns that one rule speaks of are told together."""
    return PolicyWords(
        first=history.first.release if history.first else None,
        first_day=_day_of(history.first, reader) if history.first else "",
        rules=tuple(_rule_line(list(together), reader) for _key, together in groupby(history.standing, key=_same_rule)),
        changes=tuple(
            _change_line(list(together), reader) for _key, together in groupby(history.changes, key=_same_change)
        ),
        unknown=", ".join(format_count(number) for number in history.unknown),
    )


def _same_rule(rule: StandingRule) -> tuple[object, ...]:
    return (_apart_from_field(rule.scope), rule.terms, rule.since.release)


def _same_change(change: RuleChange) -> tuple[object, ...]:
    return (_apart_from_field(change.scope), change.before, change.after, change.release.release)


def _apart_from_field(scope: Scope) -> tuple[object, ...]:
    return (scope.field == RECORD, scope.person_kind, scope.categories, scope.permanence)


def _rule_line(rules: Sequence[StandingRule], reader: Reader) -> RuleLine:
    first = rules[0]
    return RuleLine(
        what=_what([rule.scope for rule in rules], reader),
        who=_who(first.scope, reader),
        terms=_terms(first.scope, first.terms, reader),
        since=first.since.release,
        since_day=format_short_day(guatemala_day(first.since.published_at), reader.lang),
    )


def _change_line(changes: Sequence[RuleChange], reader: Reader) -> RuleChangeLine:
    first = changes[0]
    return RuleChangeLine(
        release=first.release.release,
        day=_day_of(first.release, reader),
        previous=first.previous.release,
        what=_what([change.scope for change in changes], reader),
        who=_who(first.scope, reader),
        before=None if first.before is None else _terms(first.scope, first.before, reader),
        after=None if first.after is None else _terms(first.scope, first.after, reader),
    )


def _what(scopes: Sequence[Scope], reader: Reader) -> str:
    if scopes[0].field == RECORD:
        return _("El registro entero")
    return ", ".join(column_label(scope.field, reader.lang) for scope in scopes)


def _who(scope: Scope, reader: Reader) -> str:
    kind = str(PERSON_KIND[scope.person_kind]) if scope.person_kind else _("Cualquier persona")
    parts = [kind]
    if scope.categories is not None:
        parts.append(_categories(scope.categories, reader))
    if scope.permanence is not None:
        parts.append(
            _("solo beneficios de clase: %(permanence)s", permanence=str(PERMANENCE[scope.permanence]).lower())
        )
    return "; ".join(parts)


def _categories(codes: Sequence[str], reader: Reader) -> str:
    if len(codes) <= _NAMED_CATEGORIES:
        return "; ".join(reader.name_of("categories", code) for code in codes)
    return ngettext("en %(num)s categoría", "en %(num)s categorías", len(codes))


def _terms(scope: Scope, terms: Terms, reader: Reader) -> TermsWords:
    level = str(LEVEL[terms.level])
    if terms.threshold is not None:
        least = (
            format_money(quetzales(terms.threshold)) if scope.field == "amount_gtq" else format_count(terms.threshold)
        )
        level = _("%(level)s si es menos de %(threshold)s", level=level, threshold=least)
    return TermsWords(
        level=level,
        ground=terms.ground,
        authority=terms.authority,
        date=format_day(date.fromisoformat(terms.date), reader.lang),
    )


def _day_of(listed: ListedRelease, reader: Reader) -> str:
    return format_day(guatemala_day(listed.published_at), reader.lang)
