"""The second factor: a code of six digits that a telephone computes from a shared secret and the time.

Source: RFC 6238 (TOTP), RFC 4226 (HOTP). A code is good for its own step of 30 seconds and no longer (OWASP ASVS 5.0.0
V6.5.5), and works once (RFC 6238 §5.2). The network sets the clocks of telephones and servers.
"""

from __future__ import annotations

import hmac
import re
from datetime import datetime

import pyotp

from exemptions.models import Account

STEP_S = 30
DIGITS = 6

_MOST_AHEAD_S = 12 * 3_600
"""A clock that is put back by less makes its people wait: their used codes must not work a second time."""


def make_secret() -> str:
    """A new shared secret: 160 bits in base32, as authenticator programs take it."""
    return pyotp.random_base32()


def provisioning_uri(secret: str, *, account: str, issuer: str) -> str:
    """The address that an authenticator program reads from a QR code."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP_S).provisioning_uri(name=account, issuer_name=issuer)


def find_step(secret: str, *, code: str, at: datetime, after: int | None) -> int | None:
    """The present step of time, if this is its code and it is later than `after`."""
    written = re.sub(r"[\s-]", "", code)
    if not re.fullmatch(rf"[0-9]{{{DIGITS}}}", written):
        return None
    totp = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_S)
    present = int(at.timestamp()) // STEP_S
    if after is not None and after - present > _MOST_AHEAD_S // STEP_S:
        # A clock was years ahead when it was used: nobody is shut out until that time comes.
        after = None
    is_unused = after is None or present > after
    return present if is_unused and hmac.compare_digest(totp.generate_otp(present), written) else None


def accept_code(account: Account, *, code: str, at: datetime) -> bool:
    """Whether a code fits the account's secret; one that does is used up."""
    if account.totp_secret is None:
        return False
    step = find_step(account.totp_secret, code=code, at=at, after=account.totp_last_step)
    if step is None:
        return False
    account.totp_last_step = step
    return True
