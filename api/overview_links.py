"""Addresses of overviews: a result as a whole, as JSON and as tables."""

from __future__ import annotations

from enum import StrEnum
from urllib.parse import urlencode

from api.releases_at import CHOICE
from exemptions.query import RegistryQuery, query_params

PATH = "/api/v1/overview"


class OverviewTable(StrEnum):
    """The parts of an overview that are tables."""

    AMOUNTS = "amounts"
    JOBS = "jobs"
    BEGUN = "begun"
    ENDING = "ending"
    BY_AMOUNT = "by-amount"
    BY_JOBS = "by-jobs"
    CONCENTRATION = "concentration"


def overview_url(query: RegistryQuery, *, release: int, table: OverviewTable | None = None) -> str:
    """Where the overview of a query is found as `release` has it: the whole as JSON, or one table as CSV."""
    return f"{PATH}{f'/{table}.csv' if table else ''}?{urlencode(overview_params(query, release=release))}"


def overview_params(query: RegistryQuery, *, release: int) -> list[tuple[str, str]]:
    """The parameters of the overview of a query as `release` has it."""
    kept = [(name, value) for name, value in query_params(query) if name not in (*CHOICE, "sort")]
    return [*kept, ("release", str(release))]
