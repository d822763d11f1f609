"""Roles of staff, what each may do, and who is said to have done something."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class StaffRole(StrEnum):
    """What a member of staff is there for."""

    LOADER = "loader"
    APPROVER = "approver"
    ADMINISTRATOR = "administrator"


class Right(StrEnum):
    """What an act needs."""

    LOAD = "load"
    APPROVE = "approve"
    PUBLISH = "publish"
    ACCOUNTS = "accounts"
    AUDIT = "audit"
    CORRECTIONS = "corrections"


ROLES_WITH: Mapping[Right, frozenset[StaffRole]] = {
    Right.LOAD: frozenset({StaffRole.LOADER, StaffRole.APPROVER}),
    Right.APPROVE: frozenset({StaffRole.APPROVER}),
    Right.PUBLISH: frozenset({StaffRole.APPROVER}),
    Right.ACCOUNTS: frozenset({StaffRole.ADMINISTRATOR}),
    Right.AUDIT: frozenset({StaffRole.APPROVER, StaffRole.ADMINISTRATOR}),
    Right.CORRECTIONS: frozenset({StaffRole.LOADER, StaffRole.APPROVER}),
}

OPERATOR = "operator"
"""Who acts on the command line of a book without the two-person rule and without a token."""
CALENDAR = "calendar"
"""Who publishes when only the calendar changes a status."""
SYSTEM = "system"
"""Who makes a book."""
INBOX = "inbox"
"""Who enters reports of the public, none of whom has an account."""
RESERVED_NAMES = frozenset({OPERATOR, CALENDAR, SYSTEM, INBOX})
"""Names of the audit that belong to nobody, so no account may have them."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something."""

    name: str
