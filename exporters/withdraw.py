"""Withdrawing: what should never have been public leaves every release that tells it, and only tombstones remain.

Order: what takes the place of the current release is built and put in place; then the book commits the withdrawal;
then the pointer is replaced, from which moment the addresses answer 410; then the folders are deleted. A crash before
the commit changes nothing; the next command completes one after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from sqlalchemy.orm import Session

from exemptions.accounts import Actor
from exemptions.audit import Act, record_act
from exemptions.batches import send_back_approved
from exemptions.calendar import Clock
from exemptions.catalogs import load_catalogs
from exemptions.columns import BOOKKEEPING, KEYS
from exemptions.database import Book, is_demonstration
from exemptions.disclosure import Policy
from exemptions.disclosure_file import load_policy
from exemptions.editions import restore_editions
from exemptions.errors import PrivateIdentifierFound, WithdrawalRefused
from exemptions.history import read_content
from exemptions.models import Release
from exemptions.releases import list_releases
from exemptions.settings import Settings
from exporters.assemble import Draft, Previous, policy_sha256
from exporters.brought import Brought, find_brought, is_among, is_shown, is_told
from exporters.gather import gather_facts
from exporters.identifiers import find_identifiers
from exporters.pointer import delete_withdrawn, reconcile_store
from exporters.project import project
from exporters.releasing import Work, add_release, get_kept_release, next_number, switch
from exporters.scan import private_identifiers
from exporters.steps import Progress, Step, ignore_progress
from exporters.tables import to_plain_frame


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What is to be withdrawn, and how far the person who asks is ready to go.

    `records` (record_id) and `fields` (keys of columns) narrow what is meant; without them it is all that the release
    showed first.
    """

    release: int
    reason: str
    """Public, for good."""
    records: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    also: int = 0
    """How many later releases it may take along; it is refused if there are more or fewer."""
    leave_nothing: bool = False
    """Rather no public registry than one that tells these values, when there is no third way."""


@dataclass(frozen=True, slots=True)
class WithdrawalPlan:
    """What a withdrawal will do. Numbers are in ascending order."""

    others: tuple[int, ...]
    """Later releases that tell the same values, and go too."""
    relinked: tuple[int, ...]
    """Releases whose own records are clean: they are published again under new numbers, without the tale of the
    others."""
    is_replaced: bool
    """The current release goes, and the book's content is published anew under today's policy."""
    restores: int | None
    """The current release goes, and the content of this earlier one takes its place, as after a rollback."""


@dataclass(frozen=True, slots=True)
class WithdrawResult:
    """What a withdrawal did."""

    withdrawn: tuple[int, ...]
    rebuilt: Mapping[int, int]
    """New release → the one whose content it has; of content published anew, the one whose place it takes."""
    current: int | None
    """None when no public registry is left."""
    restores: int | None


@dataclass(frozen=True, slots=True)
class _Case:
    """A withdrawal with all that deciding about it needs."""

    asked: Withdrawal
    kept: tuple[Previous, ...]
    """The releases that are not withdrawn, the oldest first."""
    brought: Brought
    policy: Policy

    @property
    def target(self) -> Previous:
        return next(release for release in self.kept if release.number == self.asked.release)

    @property
    def current(self) -> Previous:
        return self.kept[-1]


def withdraw(
    book: Book,
    settings: Settings,
    *,
    release: int,
    reason: str,
    actor: Actor,
    clock: Clock,
    progress: Progress | None = None,
    records: Sequence[str] = (),
    fields: Sequence[str] = (),
    also: int = 0,
    leave_nothing: bool = False,
) -> WithdrawResult:
    """Withdraw a release, and every later one that tells what it showed first.

    Afterwards no release tells those values, and the public registry is whole: see `Withdrawal` and `WithdrawalPlan`.
    Raises: ReleaseNotFound, ReleaseWithdrawn, WithdrawalRefused, PrivateIdentifierFound, ReleaseDamaged, Busy; then
    nothing has changed.
    """
    asked = Withdrawal(release, " ".join(reason.split()), tuple(records), tuple(fields), also, leave_nothing)
    work = Work(settings, book, actor, clock().replace(microsecond=0), load_catalogs(), progress or ignore_progress)
    with book.write() as session:
        work.progress(Step.RECONCILE)
        reconcile_store(session, settings.releases)
        case = _open_case(session, work, asked)
        plan = _plan(session, work, case)
        _refuse_surprise(case, plan)
        gone = (asked.release, *plan.others)
        # First, since what takes their place must not repeat a number from what is gone.
        _bury(session, work, gone, asked.reason)
        rebuilt = _rebuild(session, work, case, plan)
        _record(session, work, case, plan, rebuilt)
        work.progress(Step.COMMIT)
    switch(work)
    work.progress(Step.DELETE)
    with book.writer_lock(), book.read() as session:
        delete_withdrawn(session, settings.releases)
    kept = [previous.number for previous in case.kept if previous.number not in gone]
    return WithdrawResult(gone, rebuilt, max([*kept, *rebuilt], default=None), plan.restores)


def plan_withdrawal(book: Book, settings: Settings, *, asked: Withdrawal, actor: Actor, clock: Clock) -> WithdrawalPlan:
    """What `withdraw` would do, without doing it.

    Raises: as `withdraw`, but not for the number of releases that it would take along.
    """
    work = Work(settings, book, actor, clock().replace(microsecond=0), load_catalogs(), ignore_progress)
    with book.read() as session:
        return _plan(session, work, _open_case(session, work, asked))


def _open_case(session: Session, work: Work, asked: Withdrawal) -> _Case:
    get_kept_release(session, asked.release)
    _check_words(asked)
    policy = load_policy(work.book.home, work.catalogs.categories, demonstration=is_demonstration(session))
    _refuse_private(asked.reason, private_identifiers(session, policy))
    known = [release for release in reversed(list_releases(session)) if release.withdrawn_at is None]
    kept = tuple(Previous.read(work.settings.releases, release) for release in known)
    target = next(release for release in kept if release.number == asked.release)
    earlier = [release for release in kept if release.number < asked.release]
    brought = find_brought(target, earlier, records=asked.records, fields=asked.fields)
    if brought.is_empty and (asked.records or asked.fields):
        raise WithdrawalRefused(
            f"La publicación {asked.release} no es la primera que muestra eso, o no lo muestra: "
            "retire la primera que lo mostró, y las siguientes se irán con ella.",
            f"Release {asked.release} is not the first to show that, or does not show it: withdraw the first that "
            "did, and the later ones go with it.",
        )
    return _Case(asked, kept, brought, policy)


def _plan(session: Session, work: Work, case: _Case) -> WithdrawalPlan:
    later = [release for release in case.kept if release.number > case.asked.release]
    shown = [release for release in later if is_shown(case.brought, release)]
    touched = [release for release in later if release in shown or is_told(case.brought, release)]
    others = tuple(release.number for release in touched)
    if case.current is not case.target and case.current not in touched:
        return WithdrawalPlan(others, (), False, None)
    # Linking shares the files as they are, so it is for content that is clean and would be published alike today.
    relinked = [r for r in touched if r not in shown and r.manifest.get("policy_sha256") == policy_sha256(case.policy)]
    if case.current in relinked:
        return WithdrawalPlan(others, tuple(release.number for release in relinked), False, None)
    if not _is_shown_today(session, work, case):
        return WithdrawalPlan(others, (), True, None)
    clean = [release for release in case.kept if release is not case.target and release not in touched]
    return WithdrawalPlan(others, (), False, clean[-1].number if clean else None)


def _is_shown_today(session: Session, work: Work, case: _Case) -> bool:
    """Whether the book's content, published under today's policy, would show one of the values."""
    content = read_content(session)
    projection = project(
        content,
        gather_facts(session, content),
        catalogs=work.catalogs,
        policy=case.policy,
        status_date=work.today,
        release=next_number(session),
        previous=None,
    )
    facts = {name: to_plain_frame(table) for name, table in projection.facts.items()}
    return is_among(case.brought, to_plain_frame(projection.records), facts)


def _refuse_surprise(case: _Case, plan: WithdrawalPlan) -> None:
    count, numbers = len(plan.others), ", ".join(map(str, plan.others)) or "–"
    if count != case.asked.also:
        raise WithdrawalRefused(
            f"Publicaciones posteriores que cuentan lo mismo y se retirarían también: {numbers}. Diga --also {count}, "
            "o señale con --record y --field qué es lo que no debió publicarse.",
            f"Later releases that tell the same and would go too: {numbers}. Say --also {count}, or name with --record "
            "and --field what should not have been published.",
            plan.others,
        )
    goes = case.current.number in (case.asked.release, *plan.others)
    if goes and not (plan.relinked or plan.is_replaced or plan.restores or case.asked.leave_nothing):
        raise WithdrawalRefused(
            "No hay contenido que publicar sin eso: el libro lo mostraría otra vez y ninguna publicación anterior está "
            "limpia. Cargue, apruebe y publique antes la corrección, o diga --leave-nothing para quedar sin registro "
            "público.",
            "There is no content to publish without it: the book would show it again and no earlier release is clean. "
            "Load, approve and publish the correction first, or say --leave-nothing to be left without a public "
            "registry.",
        )


def _rebuild(session: Session, work: Work, case: _Case, plan: WithdrawalPlan) -> dict[int, int]:
    """Publish what takes the place of what goes; gives new number → old number."""
    gone = (case.asked.release, *plan.others)
    previous = next((release for release in reversed(case.kept) if release.number not in gone), None)
    if plan.is_replaced:
        number = next_number(session)
        draft = Draft(number, work.at, work.today, None, restores=None, source=None)
        _add(session, work, case, draft, previous)
        return {number: case.current.number}
    rebuilt: dict[int, int] = {}
    for old in plan.relinked or ((plan.restores,) if plan.restores else ()):
        previous = _repeat(session, work, case, next(r for r in case.kept if r.number == old), previous)
        rebuilt[previous.number] = old
    return rebuilt


def _repeat(session: Session, work: Work, case: _Case, old: Previous, previous: Previous | None) -> Previous:
    """Publish the content of `old` again after `previous`, and let the book hold it; gives the new release."""
    number = next_number(session)
    restore_editions(session, source=old.number, release=number)
    same_policy = old.manifest.get("policy_sha256") == policy_sha256(case.policy)
    day = old.status_date if same_policy else work.today
    draft = Draft(number, work.at, day, None, restores=old.number, source=old if same_policy else None)
    return _add(session, work, case, draft, previous)


def _add(session: Session, work: Work, case: _Case, draft: Draft, previous: Previous | None) -> Previous:
    add_release(session, work, draft, read_content(session), case.policy, previous)
    made = Previous.read(work.settings.releases, get_kept_release(session, draft.number))
    if is_shown(case.brought, made) or is_told(case.brought, made):
        raise WithdrawalRefused(
            f"La publicación {draft.number} volvería a contar lo retirado; no se hizo nada.",
            f"Release {draft.number} would tell again what was withdrawn; nothing was done.",
        )
    return made


def _bury(session: Session, work: Work, numbers: Sequence[int], reason: str) -> None:
    for number in numbers:
        release = session.get_one(Release, number)
        release.withdrawn_at, release.withdrawn_by = work.at, work.actor.name
        release.withdrawn_reason = reason
    session.flush()


def _record(session: Session, work: Work, case: _Case, plan: WithdrawalPlan, rebuilt: Mapping[int, int]) -> None:
    asked = case.asked
    details = {"reason": asked.reason, "records": asked.records, "fields": asked.fields, "because_of": asked.release}
    for number in (asked.release, *plan.others):
        subject = f"release {number}"
        record_act(
            session, actor=work.actor.name, act=Act.RELEASE_WITHDRAWN, subject=subject, at=work.at, details=details
        )
    # What waits was compared with content that the book no longer holds once an earlier one is back.
    sent_back = send_back_approved(session) if plan.restores else []
    for number, old in rebuilt.items():
        told: dict[str, object] = {"in_place_of": old, "restores": session.get_one(Release, number).restores}
        told |= {"sent_back": sent_back} if sent_back else {}
        subject = f"release {number}"
        record_act(session, actor=work.actor.name, act=Act.RELEASE_REBUILT, subject=subject, at=work.at, details=told)


def _check_words(asked: Withdrawal) -> None:
    if not asked.reason or not asked.reason.isprintable():
        raise WithdrawalRefused(
            "Escriba el motivo en una línea: será público.", "Write the reason in one line: it will be public."
        )
    unknown = [field for field in asked.fields if field not in KEYS or field in (*BOOKKEEPING, "record_id")]
    if unknown:
        raise WithdrawalRefused(
            f"No son columnas publicadas: {', '.join(unknown)}.",
            f"These are no published columns: {', '.join(unknown)}.",
        )


def _refuse_private(reason: str, private: pl.Series) -> None:
    """The reason stays public for ever, so it must not repeat what it withdraws."""
    if not find_identifiers(pl.Series("text", [reason], pl.String), private).is_empty():
        raise PrivateIdentifierFound(
            "El motivo tiene el número de una persona individual, y será público: escríbalo sin él.",
            "The reason holds the number of a natural person, and it will be public: write it without it.",
            ("reason",),
        )
