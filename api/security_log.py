"""What was tried against the doors of the staff's area, one line each: sign-ins, tokens and forms that were refused.

What changes the book is in its audit; a refused try changes nothing and anybody can make thousands, so it is logged.
Never what was typed: people write their password into the field of the name.
Source: OWASP ASVS 5.0.0 V16.3.
"""

from __future__ import annotations

import json
import logging
from enum import StrEnum

from api.observability import current_request_id, route_name

_LOG = logging.getLogger("registry.security")


class Refusal(StrEnum):
    """What was refused."""

    PASSWORD = "password_refused"  # noqa: S105 - the name of an event
    CODE = "code_refused"
    LOCKED = "locked"
    TOKEN = "token_refused"  # noqa: S105 - the name of an event
    FORM = "form_refused"


def log_refusal(refusal: Refusal, *, account: str = "") -> None:
    """Log a refused try; `account` only where there is one of that name."""
    line = {
        "event": str(refusal),
        "account": account or None,
        "request_id": current_request_id(),
        "route": route_name(),
    }
    # Escaped to ASCII, so no name can begin a line of its own.
    _LOG.warning("%s", json.dumps(line, ensure_ascii=True))
