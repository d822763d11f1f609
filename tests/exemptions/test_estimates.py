"""The latest figure of each thing, what was said before, breaks of method, and parts that do not make their whole."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from exemptions.catalogs import load_catalogs
from exemptions.estimates import BreakReason, Estimate, Estimates, SeriesKey, read_estimates
from exemptions.fact_codes import Partition
from exemptions.release import open_release
from tests.exemptions.releases import build_test_release

TOTAL = SeriesKey(Partition.TOTAL, "TOTAL")


def figure(year: int, millions: str, report: str = "Informe 2024", **given: Any) -> Estimate:
    told: dict[str, Any] = {
        "tax": None, "partition": Partition.TOTAL, "key": "TOTAL", "group": None, "pct_gdp": None,
        "method_version": "v1", "note": None, "source_url": None,
    }  # fmt: skip
    return Estimate(year=year, amount_gtq=Decimal(millions) * 1_000_000, report=report, **{**told, **given})


def by_tax(year: int, tax: str, millions: str, report: str = "Informe 2024", **given: Any) -> Estimate:
    return figure(year, millions, report, partition=Partition.TAX, key=tax, tax=tax, **given)


def estimates(*figures: Estimate) -> Estimates:
    return Estimates(figures, load_catalogs())


def test_latest__is_of_the_report_that_reaches_further() -> None:
    first = [figure(2021, "90", "Z, primero"), figure(2022, "100", "Z, primero")]
    second = [figure(2022, "87", "A, segundo"), figure(2023, "95", "A, segundo")]
    found = estimates(*second, *first)
    assert found.latest == (first[0], *second)
    assert [found.is_latest(one) for one in (*first, *second)] == [True, False, True, True]


def test_latest__of_two_reports_that_reach_as_far_is_of_the_later_name() -> None:
    found = estimates(figure(2022, "2", "Informe 2024"), figure(2022, "1", "Informe 2023"))
    assert [one.amount_gtq for one in found.latest] == [2_000_000]


def test_restatements__tell_both_figures_and_by_how_much_they_moved() -> None:
    found = estimates(figure(2022, "19818", "Informe 2023"), figure(2022, "17268", "Informe 2024"), figure(2023, "1"))
    (restated,) = found.restatements
    assert (restated.before.report, restated.after.report) == ("Informe 2023", "Informe 2024")
    assert restated.difference_gtq == -2_550_000_000
    assert restated.percent is not None and round(restated.percent, 1) == -12.9


def test_restatements__leave_out_what_was_only_said_again() -> None:
    assert estimates(figure(2022, "1", "Informe 2023"), figure(2022, "1", "Informe 2024")).restatements == ()


def test_restatements__of_nothing_have_no_percentage() -> None:
    (restated,) = estimates(figure(2022, "0", "Informe 2023"), figure(2022, "5", "Informe 2024")).restatements
    assert restated.percent is None


def test_series__is_broken_where_the_method_changed_or_is_not_declared() -> None:
    found = estimates(
        figure(2012, "6", method_version="vieja"),
        figure(2013, "2", method_version="nueva"),
        figure(2014, "3", method_version="nueva"),
        figure(2018, "4", "Informe 2025", method_version=None),
        figure(2019, "5", "Informe 2025", method_version=None),
    )
    series = found.series(TOTAL)
    assert [point.year for point in series.points] == [2012, 2013, 2014, 2018, 2019]
    assert [(one.before.year, one.after.year, one.reason) for one in series.breaks] == [
        (2012, 2013, BreakReason.METHOD_CHANGED),
        (2014, 2018, BreakReason.METHOD_NOT_DECLARED),
    ]


def test_series__of_a_tax_and_of_a_part_of_a_tax_are_two() -> None:
    part = figure(2023, "1", partition=Partition.SCOPE, key="INTERNOS", tax="IVA")
    found = estimates(by_tax(2023, "IVA", "9"), part, figure(2023, "8", partition=Partition.SCOPE, key="INTERNOS"))
    assert found.keys == (
        SeriesKey(Partition.TAX, "IVA"),
        SeriesKey(Partition.SCOPE, "INTERNOS"),
        SeriesKey(Partition.SCOPE, "INTERNOS", "IVA"),
    )


def test_contradictions__name_the_parts_that_do_not_make_their_whole() -> None:
    found = estimates(
        figure(2020, "100"), by_tax(2020, "ISR", "40"), by_tax(2020, "IVA", "62.5"),
        figure(2020, "39.5", partition=Partition.NATURE, key="DIRECTOS"),
        figure(2020, "61.5", partition=Partition.NATURE, key="INDIRECTOS"),
        figure(2020, "10", partition=Partition.SCOPE, key="INTERNOS", tax="ISR"),
        figure(2021, "7", partition=Partition.NATURE, key="DIRECTOS"),
    )  # fmt: skip
    told = [(one.partition, one.tax, one.difference_gtq) for one in found.contradictions]
    # A million is what rounding leaves, and a year without a total has nothing to make.
    assert told == [(Partition.SCOPE, "ISR", -30_000_000), (Partition.TAX, None, 2_500_000)]


def test_contradictions__name_a_nature_that_is_less_than_its_taxes() -> None:
    def nature(key: str, millions: str) -> Estimate:
        return figure(2020, millions, partition=Partition.NATURE, key=key)

    taxes = (by_tax(2020, "ISR", "40"), by_tax(2020, "ISO", "12.5"), by_tax(2020, "IVA", "47"))
    (told,) = estimates(*taxes, nature("Impuestos directos", "50"), nature("INDIRECTOS", "49")).contradictions
    assert (told.partition, told.key, told.sum_gtq, told.difference_gtq) == (
        Partition.NATURE, "Impuestos directos", 52_500_000, 2_500_000,
    )  # fmt: skip
    assert estimates(*taxes, nature("DIRECTOS", "51.5"), nature("INDIRECTOS", "60")).contradictions == ()


def test_contradictions__never_mix_two_reports() -> None:
    found = estimates(figure(2020, "100", "Informe 2021"), by_tax(2020, "IVA", "60", "Informe 2022"))
    assert found.contradictions == ()


def test_groups__are_known_by_code_or_name_and_never_split() -> None:
    shared = figure(2023, "5", partition=Partition.BENEFICIARY, key="Decreto 29-89")
    alone = figure(2023, "6", partition=Partition.BENEFICIARY, key="G7", group="Cooperativas")
    unknown = figure(2023, "7", partition=Partition.BENEFICIARY, key="Otra cosa")
    found = estimates(shared, alone, unknown)
    first, second = found.find_group(shared), found.find_group(alone)
    assert first is not None and first.is_shared and "MAQ_ADT_E" in first.categories
    assert second is not None and second.categories == ("COOP",)
    assert found.find_group(unknown) is None
    assert found.of_group("COOPERATIVAS") == (alone,)
    assert found.coverage_of("MAQ_ADT_M") == first


def test_read_estimates__gives_exact_quetzales(tmp_path: Path) -> None:
    row = {"year": 2020, "tax": None, "partition": "total", "key": "TOTAL", "amount_cents": 1_617_022_000_010,
           "report": "Informe 2021"}  # fmt: skip
    release = open_release(build_test_release(tmp_path, expenditure=[row]))
    (only,) = read_estimates(release).latest
    assert only.amount_gtq == Decimal("16170220000.10")
    assert only.method_version is None
