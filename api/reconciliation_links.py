"""Addresses of what a line of the reconciliation is made from, so that each number can be looked up."""

from __future__ import annotations

from urllib.parse import urlencode

from exemptions.reconciliation import ReasonKind

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


def reason_query(kind: ReasonKind, release: int, year: int, tax: str | None) -> str:
    """Where the number of a reason is found."""
    own = [("tax", tax)] if tax else []
    match kind:
        case ReasonKind.NOT_INDIVIDUALISED:
            return _address("/api/v1/expenditure/provisions", [*own, ("beneficiaries", "none")], release)
        case ReasonKind.WITHHELD | ReasonKind.MISSING:
            return _address("/api/v1/overview", own, release)
        case ReasonKind.DIFFERENT_CONCEPT:
            return official_query(release, year, tax)
        case ReasonKind.SUSPENSION_NOT_COUNTED:
            return registry_query(release, tax)
        case ReasonKind.TAX_NOT_TOLD | ReasonKind.TAX_NOT_ESTIMATED:
            return _address(_SUMMARY, [("group_by", "tax")], release)


def _address(path: str, params: list[tuple[str, str]], release: int) -> str:
    return f"{path}?{urlencode([*params, ('release', str(release))])}"
