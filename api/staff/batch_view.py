"""A batch as its page and the list show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from api.pages.language import page_language
from api.pages.texts import gettext as _
from api.staff.addresses import staff_url
from api.staff.batch_journey import JourneyStep, build_journey
from api.staff.blueprint import current_staff
from api.staff.words import Tag, batch_tag, dataset_name
from exemptions.accounts import ROLES_WITH, Right, StaffRole
from exemptions.batches import State
from exemptions.database import is_two_person
from exemptions.datasets import Dataset, Mode
from exemptions.decisions import fingerprint_batch
from exemptions.guard_texts import GUARD_NAMES, describe_hold, percent_text
from exemptions.guards import CHANGE_GUARDS, Guard, Hold
from exemptions.models import Batch, Release

_UNDECIDED = (State.VALIDATED, State.BLOCKED)
_REJECTABLE = (*_UNDECIDED, State.APPROVED)


@dataclass(frozen=True, slots=True)
class BatchLine:
    """A batch in the list."""

    number: int
    url: str
    dataset: str
    tag: Tag
    file_name: str
    rows: int
    added: int | None
    ended: int | None
    changed: int | None
    errors: int
    warnings: int
    loaded_by: str
    loaded_at: datetime


@dataclass(frozen=True, slots=True)
class HoldView:
    """What holds a batch back, and the field that allows it."""

    title: str
    told: str
    meaning: str
    field: str
    label: str
    measured: str
    """The number that allows exactly this."""
    is_percent: bool


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch with all that its page tells and lets a person do."""

    line: BatchLine
    state: State
    journey: tuple[JourneyStep, ...]
    size_bytes: int
    mode: str
    cutoff: date
    options: tuple[tuple[str, str], ...]
    holds: tuple[HoldView, ...]
    lifts: tuple[HoldView, ...]
    """One of the holds for each field of the form that lifts them; two totals share their percentage."""
    lifted: tuple[tuple[str, str], ...]
    has_comparison: bool
    has_corrections: bool
    """Whether something was found that can be corrected row by row."""
    can_approve: bool
    can_reject: bool
    why_not: str
    """Why this person cannot approve what waits for it; empty when they can, or nothing waits."""
    seen: str
    """What a decision has to carry (see `exemptions.decisions`)."""
    release: int | None


def view_line(batch: Batch) -> BatchLine:
    """A batch for the list."""
    return BatchLine(
        number=batch.id,
        url=staff_url("batch", number=batch.id),
        dataset=dataset_name(Dataset(batch.dataset)),
        tag=batch_tag(State(batch.state)),
        file_name=batch.file_name,
        rows=batch.rows,
        added=batch.added,
        ended=batch.ended,
        changed=batch.changed,
        errors=batch.errors,
        warnings=batch.warnings,
        loaded_by=batch.loaded_by,
        loaded_at=batch.loaded_at,
    )


def view_batch(session: Session, batch: Batch, *, holds: tuple[Hold, ...] | None = None) -> BatchView:
    """A batch for its page; `holds` are what an attempt to approve it found, where they are not the book's."""
    state = State(batch.state)
    held = holds if holds is not None else tuple(Hold.from_dict(kept) for kept in batch.guards)
    views = tuple(map(view_hold, held))
    why_not = _why_not(session, batch) if state in _UNDECIDED else ""
    is_approver = StaffRole(current_staff().role) in ROLES_WITH[Right.APPROVE]
    return BatchView(
        line=view_line(batch),
        state=state,
        journey=build_journey(batch, session.get(Release, batch.release) if batch.release else None),
        size_bytes=batch.size_bytes,
        mode=_mode_words(Mode(batch.mode)),
        cutoff=batch.cutoff,
        options=_option_words(batch.options),
        holds=views,
        lifts=_lifts(views),
        lifted=_lifted_words(batch.lifted),
        has_comparison=batch.staged_sha256 is not None,
        has_corrections=bool(batch.errors or batch.warnings),
        can_approve=state in _UNDECIDED and not why_not,
        can_reject=state in _REJECTABLE and is_approver,
        why_not=why_not,
        seen=fingerprint_batch(session, batch),
        release=batch.release,
    )


def _lifts(views: tuple[HoldView, ...]) -> tuple[HoldView, ...]:
    by_field: dict[str, HoldView] = {}
    for view in views:
        first = by_field.get(view.field)
        by_field[view.field] = view if first is None else replace(first, told=f"{first.told} {view.told}")
    return tuple(by_field.values())


def view_hold(hold: Hold) -> HoldView:
    """A hold in words, with the field of the form that lifts it."""
    lang = page_language()
    is_percent = hold.guard in CHANGE_GUARDS
    if is_percent:
        field, label = "change_pct", _("Cuánto pueden cambiar los totales, en por ciento")
    elif hold.guard is Guard.REMOVALS:
        field, label = "removals", _("Cuántas bajas se permiten")
    else:
        field, label = f"accept-{hold.guard}", str(_accept_label(hold.guard))
    return HoldView(
        title=GUARD_NAMES[hold.guard].text(lang),
        told=_without_title(describe_hold(hold).text(lang), GUARD_NAMES[hold.guard].text(lang)),
        meaning=_meaning(hold.guard),
        field=field,
        label=label,
        measured=percent_text(hold.measured),
        is_percent=is_percent,
    )


def _without_title(told: str, title: str) -> str:
    """What a guard measured; its title stands above it."""
    rest = told.removeprefix(f"{title}: ")
    return rest[:1].upper() + rest[1:]


def _why_not(session: Session, batch: Batch) -> str:
    facts = current_staff()
    if StaffRole(facts.role) not in ROLES_WITH[Right.APPROVE]:
        return _("Lo decide alguien que aprueba y publica; su cuenta carga archivos.")
    if batch.loaded_by == facts.account and is_two_person(session):
        return _("Usted cargó este archivo: por la regla de dos personas lo aprueba otra.")
    return ""


def _mode_words(mode: Mode) -> str:
    if mode is Mode.REPLACE:
        return _("El archivo es completo: lo que no trae se da por terminado")
    return _("El archivo agrega y actualiza: lo que no trae se queda")


def _option_words(options: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """What was said about reading the file, where something was said."""
    told = [(_("Codificación"), options.get("encoding")), (_("Hoja"), options.get("sheet"))]
    told.append((_("Fila del encabezado"), options.get("header_row")))
    mapping = options.get("mapping")
    if isinstance(mapping, Mapping) and mapping:
        told.append((_("Columnas con otro nombre"), "; ".join(f"{header} = {key}" for header, key in mapping.items())))
    return tuple((name, str(value)) for name, value in told if value)


def _lifted_words(lifted: Mapping[str, object] | None) -> tuple[tuple[str, str], ...]:
    """What the approver allowed."""
    if lifted is None:
        return ()
    told: list[tuple[str, str]] = []
    if lifted.get("removals") is not None:
        told.append((_("Bajas permitidas"), str(lifted["removals"])))
    if lifted.get("change_pct") is not None:
        told.append((_("Cambio permitido de los totales"), f"{percent_text(float(str(lifted['change_pct'])))} %"))
    accepted = lifted.get("accepted")
    if isinstance(accepted, Mapping):
        told += [(GUARD_NAMES[Guard(guard)].text(page_language()), str(number)) for guard, number in accepted.items()]
    return tuple(told)


def _accept_label(guard: Guard) -> str:
    match guard:
        case Guard.CATEGORY_LOST:
            return _("Cuántas categorías pueden quedar sin registros")
        case Guard.OLDER_FILE:
            return _("Número del lote cuyo archivo se repite")
        case Guard.SHIFTED_COLUMN:
            return _("Cuántas columnas pueden ser tan distintas")
        case _:
            return _("Cuántos contribuyentes pueden cambiar de nombre")


def _meaning(guard: Guard) -> str:
    """What usually lies behind a hold, and what to look at before allowing it."""
    match guard:
        case Guard.REMOVALS:
            return _(
                "Suele ser un archivo incompleto: una hoja de menos, un filtro puesto, una oficina que no "
                "entregó. Mire qué categorías pierden registros."
            )
        case Guard.AMOUNT_CHANGE:
            return _(
                "Suele ser una columna de montos en otra unidad (miles, centavos), con puntos por comas, o de "
                "otro año. Mire los montos que más cambian."
            )
        case Guard.JOBS_CHANGE:
            return _(
                "Suele ser otra clase de dato en la columna de empleos, o el total de la empresa repetido en "
                "cada beneficio. Mire los que más cambian."
            )
        case Guard.CATEGORY_LOST:
            return _(
                "Ninguna fila del archivo es ya de esa categoría. Si no se derogó, falta una parte del "
                "archivo o cambió el código."
            )
        case Guard.OLDER_FILE:
            return _("Alguien envió otra vez un archivo viejo. Publicarlo desharía lo que se cargó después.")
        case Guard.SHIFTED_COLUMN:
            return _(
                "Los valores de una columna no se parecen a los de la última vez: puede que las columnas se "
                "hayan corrido o cruzado. Abra el archivo y compare los encabezados con su contenido."
            )
        case Guard.SAME_NIT_OTHER_NAME:
            return _(
                "Demasiados NIT vienen con otro nombre: puede que la columna de nombres se haya ordenado sin la de NIT."
            )
