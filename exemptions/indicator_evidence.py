"""What the checks of the self-assessment count in a release."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import cached_property
from typing import Any

import polars as pl

from exemptions.calendar import guatemala_day
from exemptions.columns import COLUMN, COLUMNS, LIST_SEPARATOR, ValueState
from exemptions.estimates import Estimate, Estimates, read_estimates
from exemptions.fact_codes import Partition
from exemptions.figures import amount_figures
from exemptions.matches import matching_rows
from exemptions.provisions import Provision, list_provisions
from exemptions.query import RegistryQuery
from exemptions.release import Release

_NEEDED = (
    "nit", "name", "exempt_type", "category", "permanence", "legal_basis", "authority", "resolution", "valid_from",
    "valid_until", "activity", "department", "amount_status", "jobs_status", "withheld_fields", "first_release",
)  # fmt: skip


class Evidence:
    """A release as the checks see it; everything is counted on first use."""

    def __init__(self, release: Release) -> None:
        self.release = release

    @property
    def records(self) -> int:
        return int(self.release.records.num_rows)

    def told(self, *keys: str) -> int:
        """Records that have a value in every one of these columns, or tell that it is withheld."""
        return self._count(pl.all_horizontal(self._is_told(key) for key in keys))

    def with_validity(self) -> int:
        """Records that are permanent, or tell their first and last day."""
        has_term = self._is_told("valid_from") & self._is_told("valid_until")
        return self._count((pl.col("permanence") == "permanent") | has_term)

    def reported(self, status: str) -> tuple[int, int]:
        """Records whose number is published, and those that it applies to."""
        return (
            self._count(pl.col(status) == ValueState.REPORTED),
            self._count(pl.col(status) != ValueState.NOT_APPLICABLE),
        )

    def of_categories(self, has: Callable[[str], bool]) -> int:
        """Records whose category has something."""
        codes = [code for code in self.release.catalogs.categories if has(code)]
        return self._count(pl.col("category").is_in(codes))

    @cached_property
    def provisions(self) -> tuple[Provision, ...]:
        return list_provisions(self.release.catalogs)

    def provisions_with(self, has: Callable[[Provision], Any]) -> tuple[int, int]:
        """Provisions that have something, and all of them."""
        return sum(bool(has(one)) for one in self.provisions), len(self.provisions)

    @cached_property
    def categories_with_objective(self) -> frozenset[str]:
        return frozenset(one.category for one in self.provisions if one.category and one.objective_es)

    @property
    def estimates(self) -> Estimates:
        return read_estimates(self.release)

    @property
    def totals(self) -> Sequence[Estimate]:
        """The newest figure of each year's total."""
        return [one for one in self.estimates.latest if one.partition is Partition.TOTAL and one.tax is None]

    @property
    def year(self) -> int:
        """The year of the release's status date."""
        return self.release.status_date.year

    def past_years(self) -> int:
        """Years before the release's own whose total is estimated."""
        return len({one.year for one in self.totals if one.year < self.year})

    def future_years(self) -> int:
        """Years from the release's own on whose total is estimated."""
        return len({one.year for one in self.totals if one.year >= self.year})

    @cached_property
    def amount_years(self) -> frozenset[int]:
        """Years of published amounts."""
        years = amount_figures(self.release, RegistryQuery()).get_column("year").drop_nulls().unique()
        return frozenset(years.to_list())

    def due_year(self) -> int:
        """The newest year whose income tax return was due twelve months ago: on 31 March of the year after it.

        Source: Decree 10-2012, article 39.
        """
        return self.year - 2 if self.release.status_date >= date(self.year, 3, 31) else self.year - 3

    def new_records(self) -> tuple[int, int]:
        """Records new in this release whose benefit began at most six months before it, and all new ones with a day."""
        own = self._frame.filter(pl.col("first_release") == self.release.number, pl.col("valid_from").is_not_null())
        limit = pl.lit(guatemala_day(self.release.published_at)).dt.offset_by("-6mo")
        return own.select((pl.col("valid_from") >= limit).sum()).item(), own.height

    def finds_itself(self) -> bool:
        """Whether the search finds the first record that has a name, by that name."""
        names = self._frame.with_row_index("row").filter(pl.col("name").is_not_null()).head(1)
        if names.is_empty():
            return False
        row, name = names.item(0, "row"), names.item(0, "name")
        return row in matching_rows(self.release, RegistryQuery(q=name))

    def formats(self) -> int:
        """Open formats that the whole release is downloaded in."""
        names = [entry["path"].removesuffix(".gz") for entry in self.release.manifest["files"]]
        return len({name.rpartition(".")[2] for name in names if name.startswith("downloads/records.")})

    def is_dated(self) -> bool:
        """Whether the statuses are of a day that had come when the release was made."""
        return self.release.status_date <= guatemala_day(self.release.published_at)

    def has_column(self, key: str) -> bool:
        return key in COLUMN

    def explained_columns(self) -> tuple[int, int]:
        """Columns with an explanation in both languages, and all of them."""
        return sum(bool(column.about_es and column.about_en) for column in COLUMNS), len(COLUMNS)

    @cached_property
    def _frame(self) -> pl.DataFrame:
        return pl.DataFrame(pl.from_arrow(self.release.records.select(list(_NEEDED))))

    def _count(self, having: pl.Expr) -> int:
        return int(self._frame.select(having.sum()).item())

    def _is_told(self, key: str) -> pl.Expr:
        hiding = [
            value
            for value in self._frame.get_column("withheld_fields").unique().cast(pl.String).drop_nulls()
            if key in value.split(LIST_SEPARATOR)
        ]
        return pl.col(key).is_not_null() | pl.col("withheld_fields").cast(pl.String).is_in(hiding).fill_null(False)
