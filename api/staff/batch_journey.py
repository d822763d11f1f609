"""The way of a batch from file to public, step by step: what happened, who did it, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from api.formatting import format_count
from api.pages.texts import gettext as _
from api.pages.texts import ngettext
from exemptions.batches import State
from exemptions.models import Batch, Release


@dataclass(frozen=True, slots=True)
class JourneyStep:
    """One step of the way."""

    name: str
    look: str
    """`good`, `bad`, `warn`, `wait` for where it stands, `ahead` for what has not come yet."""
    told: str = ""
    who: str = ""
    at: datetime | None = None
    why: str = ""


def build_journey(batch: Batch, release: Release | None) -> tuple[JourneyStep, ...]:
    """The five steps of a batch; `release` is the one that published it."""
    state = State(batch.state)
    return (
        JourneyStep(_("Recibido"), "good", batch.file_name, batch.loaded_by, batch.loaded_at),
        _checked(batch, state),
        _compared(batch, state),
        _decided(batch, state),
        _published(batch, state, release),
    )


def _checked(batch: Batch, state: State) -> JourneyStep:
    rows = ngettext("%(rows)s fila", "%(rows)s filas", batch.rows, rows=format_count(batch.rows))
    if state is State.REFUSED:
        errors = ngettext("%(count)s error", "%(count)s errores", batch.errors, count=format_count(batch.errors))
        return JourneyStep(
            _("Comprobado"),
            "bad",
            _("%(rows)s; no se admitió: %(errors)s", rows=rows, errors=errors),
            at=batch.loaded_at,
        )
    if not batch.warnings:
        return JourneyStep(_("Comprobado"), "good", _("%(rows)s, sin errores ni avisos", rows=rows), at=batch.loaded_at)
    warnings = ngettext("%(count)s aviso", "%(count)s avisos", batch.warnings, count=format_count(batch.warnings))
    told = _("%(rows)s, sin errores, con %(warnings)s", rows=rows, warnings=warnings)
    return JourneyStep(_("Comprobado"), "good", told, at=batch.loaded_at)


def _compared(batch: Batch, state: State) -> JourneyStep:
    name = _("Comparado")
    if state is State.REFUSED or batch.added is None or batch.ended is None or batch.changed is None:
        return JourneyStep(name, "ahead")
    told = changes_phrase(batch.added, batch.ended, batch.changed)
    if not batch.guards:
        return JourneyStep(name, "good", told)
    holds = len(batch.guards)
    held = ngettext("%(num)s alerta", "%(num)s alertas", holds)
    return JourneyStep(name, "warn", _("%(changes)s; con %(holds)s", changes=told, holds=held))


def changes_phrase(added: int, ended: int, changed: int) -> str:
    """Three counts in words: `3 altas, 1 baja, 0 cambios`."""
    return ", ".join(
        (
            ngettext("%(count)s alta", "%(count)s altas", added, count=format_count(added)),
            ngettext("%(count)s baja", "%(count)s bajas", ended, count=format_count(ended)),
            ngettext("%(count)s cambio", "%(count)s cambios", changed, count=format_count(changed)),
        )
    )


def _decided(batch: Batch, state: State) -> JourneyStep:
    who, at = batch.decided_by or "", batch.decided_at
    match state:
        case State.APPROVED | State.PUBLISHED:
            why = str((batch.lifted or {}).get("reason", ""))
            told = _("con las alertas permitidas") if batch.lifted else ""
            return JourneyStep(_("Aprobado"), "good", told, who, at, why)
        case State.REJECTED:
            return JourneyStep(_("No aprobado"), "bad", "", who, at, batch.reason or "")
        case State.VALIDATED:
            return JourneyStep(_("Aprobado"), "wait", _("espera que alguien decida"))
        case State.BLOCKED:
            return JourneyStep(_("Aprobado"), "wait", _("quien apruebe tiene que permitir las alertas por escrito"))
        case _:
            return JourneyStep(_("Aprobado"), "ahead")


def _published(batch: Batch, state: State, release: Release | None) -> JourneyStep:
    name = _("Publicado")
    if state is State.APPROVED:
        return JourneyStep(name, "wait", _("espera la próxima publicación"))
    if state is not State.PUBLISHED:
        return JourneyStep(name, "ahead")
    if release is None:
        return JourneyStep(name, "good", _("no cambió nada de lo publicado"))
    told = _("en la publicación %(number)s", number=release.number)
    return JourneyStep(name, "good", told, release.published_by, release.published_at)
