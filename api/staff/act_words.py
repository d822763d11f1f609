"""Words for the acts of the audit and for what was noted with them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from api.pages.texts import LazyString
from api.pages.texts import lazy_gettext as _l
from exemptions.audit import Act

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
    Act.TWO_PERSON_CHANGED: _l("Cambió la regla de dos personas"),
    Act.TRAIL_ACCEPTED: _l("Dio por buena una bitácora revisada"),
    Act.BATCH_LOADED: _l("Cargó un lote"),
    Act.BATCH_APPROVED: _l("Aprobó un lote"),
    Act.BATCH_REJECTED: _l("No aprobó un lote"),
    Act.RELEASE_PUBLISHED: _l("Publicó"),
    Act.RELEASE_ROLLED_BACK: _l("Volvió a una publicación anterior"),
    Act.RELEASE_WITHDRAWN: _l("Retiró una publicación"),
    Act.RELEASE_REBUILT: _l("Rehízo una publicación"),
    Act.CORRECTION_RECEIVED: _l("Recibió un aviso del público"),
    Act.CORRECTION_ANSWERED: _l("Respondió un aviso del público"),
    Act.DEMONSTRATION_MARKED: _l("Marcó el registro como demostración"),
    Act.DENIED: _l("Intentó algo que su cuenta no puede hacer"),
}


def act_name(code: str) -> str:
    """What was done, in the language of the page; the code itself for an act that this version does not know."""
    word = _ACT.get(Act(code)) if code in tuple(Act) else None
    return code if word is None else str(word)


def describe_details(details: Mapping[str, Any]) -> str:
    """What was noted with an act, as `key: value` pairs in the order of their keys."""
    return "; ".join(f"{key}: {_plain(value)}" for key, value in sorted(details.items()) if value not in (None, ""))


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
