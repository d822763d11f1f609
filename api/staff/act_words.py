"""Words for the acts of the audit and for what was noted with them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from api.pages.texts import LazyString
from api.pages.texts import gettext as _
from api.pages.texts import lazy_gettext as _l
from api.staff.words import batch_tag, dataset_name, role_name
from exemptions.accounts import Right, StaffRole
from exemptions.audit import Act
from exemptions.batches import State
from exemptions.datasets import Dataset
from exemptions.guards import Guard

_ACT: Mapping[Act, LazyString] = {
    Act.BOOK_CREATED: _l("Creó el libro de registro"),
    Act.ACCOUNT_ADDED: _l("Agregó una cuenta"),
    Act.ACCOUNT_DISABLED: _l("Desactivó una cuenta"),
    Act.ACCOUNT_ENABLED: _l("Activó o desbloqueó una cuenta"),
    Act.ACCOUNT_LOCKED: _l("Quedó bloqueada por demasiados intentos"),
    Act.ROLE_CHANGED: _l("Cambió lo que hace una persona"),
    Act.PASSWORD_GIVEN: _l("Dio una contraseña nueva"),
    Act.PASSWORD_CHANGED: _l("Cambió su contraseña"),
    Act.SECOND_FACTOR_SET: _l("Activó su segundo factor"),
    Act.SECOND_FACTOR_RESET: _l("Quitó un segundo factor"),
    Act.TOKEN_ISSUED: _l("Hizo un token"),
    Act.TOKEN_REVOKED: _l("Revocó un token"),
    Act.SIGNED_IN: _l("Entró"),
    Act.SIGNED_OUT: _l("Salió"),
    Act.SESSIONS_ENDED: _l("Cerró sesiones suyas"),
    Act.TWO_PERSON_CHANGED: _l("Cambió la regla de dos personas"),
    Act.TRAIL_ACCEPTED: _l("Dio por buena una bitácora revisada"),
    Act.BATCH_LOADED: _l("Cargó un lote"),
    Act.BATCH_APPROVED: _l("Aprobó un lote"),
    Act.BATCH_REJECTED: _l("No aprobó un lote"),
    Act.RELEASE_PUBLISHED: _l("Publicó"),
    Act.RELEASE_ROLLED_BACK: _l("Volvió a una publicación anterior"),
    Act.RELEASE_WITHDRAWN: _l("Retiró una publicación"),
    Act.RELEASE_REBUILT: _l("Rehízo una publicación"),
    Act.SIGNING_KEY_MADE: _l("Hizo una llave para firmar"),
    Act.CORRECTION_RECEIVED: _l("Recibió un aviso del público"),
    Act.CORRECTION_ANSWERED: _l("Respondió un aviso del público"),
    Act.DEMONSTRATION_MARKED: _l("Marcó el registro como demostración"),
    Act.DENIED: _l("Intentó algo que su cuenta no puede hacer"),
}


_RIGHT: Mapping[Right, LazyString] = {
    Right.LOAD: _l("cargar archivos o ver lotes"),
    Right.APPROVE: _l("aprobar lotes"),
    Right.PUBLISH: _l("publicar, volver atrás o retirar"),
    Right.ACCOUNTS: _l("administrar cuentas"),
    Right.AUDIT: _l("ver la bitácora"),
    Right.CORRECTIONS: _l("responder avisos del público"),
}
_DETAIL: Mapping[str, LazyString] = {
    Guard.AMOUNT_CHANGE.value: _l("porcentaje de cambio del monto"),
    Guard.CATEGORY_LOST.value: _l("categorías que desaparecen"),
    Guard.JOBS_CHANGE.value: _l("porcentaje de cambio de los empleos"),
    Guard.OLDER_FILE.value: _l("repite el lote"),
    Guard.REMOVALS.value: _l("registros que quita"),
    Guard.SAME_NIT_OTHER_NAME.value: _l("contribuyentes con otro nombre"),
    Guard.SHIFTED_COLUMN.value: _l("columnas corridas"),
    "added": _l("agrega"),
    "after": _l("después"),
    "answer": _l("respuesta"),
    "batches": _l("lotes"),
    "because_of": _l("por la publicación"),
    "before": _l("antes"),
    "changed": _l("cambia"),
    "dataset": _l("conjunto"),
    "ended": _l("termina"),
    "expires_at": _l("vence"),
    "failures": _l("intentos fallidos"),
    "fault": _l("falla"),
    "fields": _l("columnas"),
    "file": _l("archivo"),
    "first": _l("desde la anotación"),
    "guards": _l("alertas"),
    "key_id": _l("llave"),
    "label": _l("etiqueta"),
    "last": _l("hasta la anotación"),
    "note": _l("nota"),
    "password": _l("con contraseña"),
    "reason": _l("motivo"),
    "record_id": _l("número de registro"),
    "records": _l("registros"),
    "release": _l("publicación"),
    "sessions": _l("sesiones"),
    "restores": _l("repone la publicación"),
    "role": _l("qué hace"),
    "rows": _l("filas"),
    "second_factor": _l("con segundo factor"),
    "sent_back": _l("lotes devueltos"),
    "sha256": _l("huella"),
    "state": _l("estado"),
    "taxpayers": _l("contribuyentes"),
    "token": _l("token número"),
    "two_person": _l("regla de dos personas"),
    "until": _l("hasta"),
    "value": _l("quedó en"),
}
"""What is noted with an act; of a guard the key is its own code."""
_SHOWN_OF_DIGEST = 12


def act_name(code: str) -> str:
    """What was done, in the language of the page; the code itself for an act that this version does not know."""
    word = _ACT.get(Act(code)) if code in tuple(Act) else None
    return code if word is None else str(word)


def describe_subject(act: str, subject: str) -> str:
    """What was acted on, in words; the name of a person, a right or a thing as it was noted where it has no others."""
    if act == Act.DENIED and subject in _RIGHT:
        return str(_RIGHT[Right(subject)])
    kind, _space, number = subject.partition(" ")
    match kind, number:
        case "batch", str(text) if text.isdecimal():
            return _("Lote %(number)s", number=text)
        case "release", str(text) if text.isdecimal():
            return _("Publicación %(number)s", number=text)
        case "correction", str(text) if text:
            return _("Aviso %(number)s", number=text)
        case "book", "":
            return _("Libro de registro")
    return subject


def describe_details(details: Mapping[str, Any]) -> str:
    """What was noted with an act, in words, in the order of their keys; what is blank is left out."""
    told = ((key, value) for key, value in sorted(details.items()) if value not in (None, "", [], {}))
    return "; ".join(f"{_label(key)}: {_plain(key, value)}" for key, value in told)


def _label(key: str) -> str:
    word = _DETAIL.get(key)
    return key if word is None else str(word)


def _plain(key: str, value: object) -> str:
    match value:
        case bool():
            return _("sí") if value else _("no")
        case str():
            return _coded(key, value)
        case dict():
            return ", ".join(f"{_label(str(inner))} {_plain(str(inner), told)}" for inner, told in value.items())
        case list():
            return ", ".join(_plain(key, entry) for entry in value)
        case _:
            return json.dumps(value, ensure_ascii=False)


def _coded(key: str, text: str) -> str:
    """A text that may be a code of the book."""
    if key == "sha256":
        return f"{text[:_SHOWN_OF_DIGEST]}…"
    if text in tuple(StaffRole):
        return role_name(StaffRole(text)).lower()
    if key == "dataset" and text in tuple(Dataset):
        return dataset_name(Dataset(text)).lower()
    if key == "state" and text in tuple(State):
        return batch_tag(State(text)).word.lower()
    return text
