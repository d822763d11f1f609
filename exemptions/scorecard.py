"""The registry judged by three lists of what a publication of tax benefits should have, from a release's own data.

Nothing is met because somebody wrote so: each verdict is what the indicator's check found in this release.
"""

from __future__ import annotations

from dataclasses import dataclass

from exemptions.indicator_evidence import Evidence
from exemptions.indicators import Finding, Framework, Indicator
from exemptions.indicators_eu import EU
from exemptions.indicators_gteti import GTETI
from exemptions.indicators_serigy import SERIGY
from exemptions.release import Release

INDICATORS: tuple[Indicator, ...] = (*SERIGY, *EU, *GTETI)


@dataclass(frozen=True, slots=True)
class Judged:
    """An indicator and what its check found."""

    indicator: Indicator
    finding: Finding


def judge(release: Release) -> tuple[Judged, ...]:
    """Every indicator on this release. Order: that of the lists.

    Raises: ReleaseDamaged.
    """
    found: tuple[Judged, ...] = release.answers.get("scorecard", lambda: _judge(release))
    return found


def of_framework(judged: tuple[Judged, ...], framework: Framework) -> tuple[Judged, ...]:
    """Those of one list."""
    return tuple(one for one in judged if one.indicator.framework is framework)


def _judge(release: Release) -> tuple[Judged, ...]:
    evidence = Evidence(release)
    return tuple(Judged(indicator, indicator.check(evidence)) for indicator in INDICATORS)
