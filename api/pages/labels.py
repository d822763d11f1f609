"""The words for the codes of the registry that no catalogue names: states, kinds, events and reasons."""

from __future__ import annotations

from api.pages.texts import LazyString
from api.pages.texts import lazy_gettext as _l
from exemptions.catalog_entries import Sourcing, TermStart
from exemptions.columns import JobsKind, Permanence, PersonKind, Status, ValueState
from exemptions.correction_log import CorrectionState

STATUS: dict[str, LazyString] = {
    Status.PENDING: _l("Por empezar"),
    Status.ACTIVE: _l("Vigente"),
    Status.SUSPENDED: _l("Suspendido"),
    Status.REVOKED: _l("Revocado"),
    Status.CANCELLED: _l("Cancelado"),
    Status.EXPIRED: _l("Vencido"),
}

STATUS_MEANING: dict[str, LazyString] = {
    Status.PENDING: _l("El primer día del beneficio todavía no ha llegado."),
    Status.ACTIVE: _l("El beneficio rige."),
    Status.SUSPENDED: _l("La autoridad lo suspendió por un tiempo; no ha terminado."),
    Status.REVOKED: _l("La autoridad le puso fin antes de su plazo."),
    Status.CANCELLED: _l("Terminó antes de su plazo, por lo común a solicitud del beneficiario."),
    Status.EXPIRED: _l("Su último día ya pasó."),
}

PERMANENCE: dict[str, LazyString] = {
    Permanence.PERMANENT: _l("Permanente"),
    Permanence.TEMPORARY: _l("Temporal"),
}

PERSON_KIND: dict[str, LazyString] = {
    PersonKind.LEGAL: _l("Persona jurídica"),
    PersonKind.NATURAL: _l("Persona individual"),
}

VALUE_STATE: dict[str, LazyString] = {
    ValueState.REPORTED: _l("reportado"),
    ValueState.NOT_REPORTED: _l("no reportado"),
    ValueState.NOT_APPLICABLE: _l("no aplica"),
    ValueState.WITHHELD: _l("reservado"),
}

VALUE_STATE_MEANING: dict[str, LazyString] = {
    ValueState.REPORTED: _l("El número fue reportado. Un cero es un cero reportado."),
    ValueState.NOT_REPORTED: _l("Debería haber un número y nadie lo ha reportado."),
    ValueState.NOT_APPLICABLE: _l("La ley no pide este número para esta clase de beneficio."),
    ValueState.WITHHELD: _l("El número existe y la política de divulgación no permite publicarlo."),
}

JOBS_KIND: dict[str, LazyString] = {
    JobsKind.PROJECTED: _l("proyectados"),
    JobsKind.REPORTED: _l("reportados"),
}

JOBS_KIND_MEANING: dict[str, LazyString] = {
    JobsKind.PROJECTED: _l("Prometidos en la solicitud del beneficio."),
    JobsKind.REPORTED: _l("Informados después por el beneficiario."),
}

EVENT: dict[str, LazyString] = {
    "suspension": _l("Suspensión"),
    "revocation": _l("Revocatoria"),
    "cancellation": _l("Cancelación"),
    "reactivation": _l("Reactivación"),
    "expiry": _l("Vencimiento"),
}

CHANGE: dict[str, LazyString] = {
    "added": _l("Agregado"),
    "ended": _l("Retirado del registro"),
    "changed": _l("Modificado"),
}

REASON: dict[str, LazyString] = {
    "started": _l("llegó el primer día del beneficio"),
    "expired": _l("pasó el último día del beneficio"),
    "suspension_ended": _l("terminó la suspensión"),
}

LEVEL: dict[str, LazyString] = {
    "public": _l("se publica"),
    "masked": _l("se publica en parte"),
    "count_only": _l("solo se cuenta"),
    "withheld": _l("no se publica"),
}

CORRECTION: dict[str, LazyString] = {
    CorrectionState.RECEIVED: _l("Recibido"),
    CorrectionState.IN_REVIEW: _l("En revisión"),
    CorrectionState.ACCEPTED: _l("Aceptado"),
    CorrectionState.RESOLVED: _l("Corregido"),
    CorrectionState.REJECTED: _l("Sin cambio"),
}

CORRECTION_MEANING: dict[str, LazyString] = {
    CorrectionState.RECEIVED: _l("Espera a que alguien lo revise."),
    CorrectionState.IN_REVIEW: _l("Se está comprobando."),
    CorrectionState.ACCEPTED: _l("Es un error; lo corregirá una publicación próxima."),
    CorrectionState.RESOLVED: _l("Era un error, y una publicación ya lo corrigió."),
    CorrectionState.REJECTED: _l("Se revisó y no había qué corregir."),
}

PERMANENCE_MEANING: dict[str, LazyString] = {
    Permanence.PERMANENT: _l("Dura mientras se cumplan las condiciones de la ley; no tiene fecha de fin."),
    Permanence.TEMPORARY: _l("Tiene un plazo: empieza y termina en fechas fijadas."),
}

PERSON_KIND_MEANING: dict[str, LazyString] = {
    PersonKind.LEGAL: _l("Una sociedad, asociación, institución u otra entidad con personalidad propia."),
    PersonKind.NATURAL: _l("Una persona de carne y hueso; de ella se publica menos."),
}

CHOICES: dict[str, dict[str, LazyString]] = {
    "status": STATUS,
    "permanence": PERMANENCE,
    "person_kind": PERSON_KIND,
    "jobs_status": VALUE_STATE,
    "amount_status": VALUE_STATE,
    "jobs_kind": JOBS_KIND,
}
"""Column → code → word, for the columns whose values the column table lists."""

CHOICE_MEANINGS: dict[str, dict[str, LazyString]] = {
    "status": STATUS_MEANING,
    "permanence": PERMANENCE_MEANING,
    "person_kind": PERSON_KIND_MEANING,
    "jobs_status": VALUE_STATE_MEANING,
    "amount_status": VALUE_STATE_MEANING,
    "jobs_kind": JOBS_KIND_MEANING,
}
"""Column → code → what the word means, for the data dictionary."""


def choice_word(column: str, code: str) -> str:
    """The word for a code of a column without catalogue."""
    return str(CHOICES[column][code])


SOURCING: dict[str, LazyString] = {
    Sourcing.MEMORY_HIGH: _l("no leído en una fuente; confianza alta"),
    Sourcing.MEMORY_MED: _l("no leído en una fuente; confianza media"),
    Sourcing.MEMORY_LOW: _l("no leído en una fuente; confianza baja"),
    Sourcing.PROPOSAL: _l("propuesta de este registro, no de una autoridad"),
}
"""How far a fact of the catalogues is backed, where it was not read in a source."""

TERM_START: dict[str, LazyString] = {
    TermStart.NOTIFICATION: _l("desde la notificación de la resolución"),
    TermStart.AUTHORISATION_PERIOD: _l("desde el período que fija la autorización"),
    TermStart.START_OF_OPERATIONS: _l("desde el inicio de operaciones"),
    TermStart.COMMERCIAL_START: _l("desde el inicio de la operación comercial"),
    TermStart.LAW_ENTRY: _l("desde la vigencia de la ley"),
    TermStart.CONTRACT: _l("desde la fecha del contrato"),
    TermStart.NONE: _l("sin fecha de inicio fijada"),
}
