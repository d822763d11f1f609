"""The series of estimates by what people ask for: the total, a tax, or a group of beneficiaries."""

from __future__ import annotations

from collections.abc import Callable

from exemptions.estimates import Estimate, Estimates, Series
from exemptions.fact_codes import Partition


def series_of_total(estimates: Estimates) -> Series | None:
    """The total of all taxes, year by year; None where no report tells it."""
    return _series(estimates, lambda figure: figure.partition is Partition.TOTAL and figure.tax is None)


def series_of_tax(estimates: Estimates, tax: str) -> Series | None:
    """The whole of one tax; None where no report tells it."""
    return _series(estimates, lambda figure: figure.partition is Partition.TAX and figure.tax == tax)


def series_of_group(estimates: Estimates, group: str) -> Series | None:
    """All taxes together of one group of beneficiaries, by its code; None where no report tells it."""
    return _series(
        estimates,
        lambda figure: (
            figure.tax is None and (told := estimates.find_group(figure)) is not None and told.group.code == group
        ),
    )


def _series(estimates: Estimates, is_asked: Callable[[Estimate], bool]) -> Series | None:
    key = next((figure.series for figure in reversed(estimates.latest) if is_asked(figure)), None)
    return None if key is None else estimates.series(key)
