"""Addresses of what a line of the reconciliation is made from, so that each number can be looked up."""

from __future__ import annotations

from urllib.parse import urlencode

from exemptions.reconciliation import Reason, ReasonKind, last_day
from exemptions.release import Release

PATH = "/api/v1/expenditure/reconciliation"
_SUMMARY = "/api/v1/expenditure/summary"


def official_query(release: int, year: int, tax: str | None) -> str:
    """Where the official figure is found."""
    params = [("year", str(year))]
    params += [("tax", tax), ("partition", "impuesto")] if tax else [("partition", "total")]
    return _address("/api/v1/expenditure", params, release)


def registry_query(release: int, tax: str | None) -> str:
    """Where the sums of published amounts are found, year by year."""
    return _address(_SUMMARY, [("group_by", "tax" if tax else "year")], release)


def reason_query(reason: Reason, release: Release, year: int, tax: str | None) -> str:
    """Where the number of a reason is found."""
    own, number = [("tax", tax)] if tax else [], release.number
    match reason.kind:
        case ReasonKind.NOT_INDIVIDUALISED:
            return _address("/api/v1/expenditure/provisions", [*own, ("beneficiaries", "none")], number)
        case ReasonKind.WITHHELD if reason.cells is not None:
            return _address("/api/v1/withheld", [("year", str(year)), *own], number)
        case ReasonKind.WITHHELD:
            return _address("/api/v1/overview", own, number)
        case ReasonKind.MISSING:
            day = ("valid_on", last_day(year, release).isoformat())
            return _address("/api/v1/overview", [*own, day], number)
        case ReasonKind.DIFFERENT_CONCEPT:
            return official_query(number, year, tax)
        case ReasonKind.SUSPENSION_NOT_COUNTED:
            return registry_query(number, tax)
        case ReasonKind.TAX_NOT_TOLD | ReasonKind.TAX_NOT_ESTIMATED:
            return _address(_SUMMARY, [("group_by", "tax")], number)


def _address(path: str, params: list[tuple[str, str]], release: int) -> str:
    return f"{path}?{urlencode([*params, ('release', str(release))])}"
