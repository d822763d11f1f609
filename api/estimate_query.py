"""Which official estimates a request asks for; programs and pages read the same parameters the same way."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from api.releases_at import CHOICE, ReleaseChoice, read_choice
from exemptions.catalog_entries import CatalogName
from exemptions.catalogs import Catalogs
from exemptions.contradictions import Contradiction
from exemptions.estimates import Estimate, Estimates, Restatement, read_estimates
from exemptions.fact_codes import Partition
from exemptions.filters import FILTER, Filter, FilterKind
from exemptions.parameters import ParameterReader
from exemptions.release import Release

LATEST, ALL = "latest", "all"
"""Only the newest figure of each thing, or those as well that a later report restated."""
FILTERS = ("year", "tax", "partition", "report", "group", "type", "category")
PARAMETERS = (*FILTERS, "vintage", *CHOICE)
"""Everything that `read_estimate_query` reads."""
_PARTITION = Filter(
    "partition", FilterKind.CODE, "partition", "Partición", "Partition", "{value}", "{value}", choices=tuple(Partition)
)


_GROUP = Filter(
    "group",
    FilterKind.CODE,
    "group",
    "Grupo de beneficiarios",
    "Group of beneficiaries",
    "{value}",
    "{value}",
    catalog=CatalogName.EXPENDITURE_GROUPS,
)


@dataclass(frozen=True, slots=True)
class EstimateQuery:
    """Which estimates are asked for: any of the values of each filter that has some."""

    year: tuple[int, ...]
    tax: tuple[str, ...]
    partition: tuple[str, ...]
    report: tuple[str, ...]
    group: tuple[str, ...]
    type: tuple[str, ...]
    category: tuple[str, ...]
    vintage: str
    choice: ReleaseChoice

    def params(self) -> list[tuple[str, str]]:
        """The filters in their canonical order."""
        chosen = [(name, str(value)) for name in FILTERS for value in getattr(self, name)]
        return chosen + ([("vintage", self.vintage)] if self.vintage != LATEST else [])


def read_estimate_query(reader: ParameterReader, catalogs: Catalogs) -> EstimateQuery:
    """What the parameters ask for; what is wrong with them is noted."""
    return EstimateQuery(
        year=reader.years("year"),
        tax=reader.codes(FILTER["tax"], catalogs),
        partition=reader.codes(_PARTITION, catalogs),
        report=tuple(sorted({value.strip() for value in reader.values("report")})),
        group=reader.codes(_GROUP, catalogs),
        type=reader.codes(FILTER["type"], catalogs),
        category=reader.codes(FILTER["category"], catalogs),
        vintage=_vintage(reader),
        choice=read_choice(reader),
    )


def _vintage(reader: ParameterReader) -> str:
    given = [value.strip() for value in reader.values("vintage")] or [LATEST]
    if len(given) > 1 or given[0] not in (LATEST, ALL):
        near = next(iter(get_close_matches(given[-1], (LATEST, ALL), 1, 0.0)), LATEST)
        reader.add("vintage", given[-1], "Use `latest` o `all`, una vez.", "Use `latest` or `all`, once.", near)
    return given[0]


def refuse_unknown_reports(query: EstimateQuery, release: Release) -> None:
    """A report's name is known only once the release is.

    Raises: InvalidQuery.
    """
    known = sorted({report for report, _method in read_estimates(release).reports})
    problems = ParameterReader({})
    for report in query.report:
        if report not in known:
            nearest = next(iter(get_close_matches(report, known, 1, 0.0)), None)
            hint_es, hint_en = (
                (f" El más parecido es «{nearest}».", f" The nearest is “{nearest}”.") if nearest else ("", "")
            )
            problems.add(
                "report", report,
                f"La publicación no tiene ese informe.{hint_es}",
                f"The release has no such report.{hint_en}",
                nearest,
            )  # fmt: skip
    problems.raise_problems()


def matching_estimates(release: Release, query: EstimateQuery) -> list[Estimate]:
    """The estimates that fit every filter. Order: the release's."""
    estimates = read_estimates(release)
    return [
        figure
        for figure in estimates.all
        if (query.vintage == ALL or estimates.is_latest(figure))
        and (not query.year or figure.year in query.year)
        and (not query.tax or figure.tax in query.tax)
        and (not query.partition or figure.partition in query.partition)
        and (not query.report or figure.report in query.report)
        and _fits_beneficiaries(estimates, figure, query, release)
    ]


def _fits_beneficiaries(estimates: Estimates, figure: Estimate, query: EstimateQuery, release: Release) -> bool:
    if not (query.group or query.type or query.category):
        return True
    coverage = estimates.find_group(figure)
    if coverage is None:
        return False
    types = {release.catalogs.categories[code].exempt_type for code in coverage.categories}
    return (
        (not query.group or coverage.group.code in query.group)
        and (not query.type or not types.isdisjoint(query.type))
        and (not query.category or not set(coverage.categories).isdisjoint(query.category))
    )


def restatements_of(estimates: Estimates, found: list[Estimate]) -> list[Restatement]:
    """What later reports gave otherwise, of the years of what was found."""
    years = {figure.year for figure in found}
    return [one for one in estimates.restatements if one.after.year in years]


def contradictions_of(estimates: Estimates, found: list[Estimate]) -> list[Contradiction]:
    """Parts that do not make their whole, in the years of what was found."""
    years = {figure.year for figure in found}
    return [one for one in estimates.contradictions if one.year in years]
