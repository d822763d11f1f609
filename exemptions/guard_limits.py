"""How much a load may change before a guard holds it back, as the settings say."""

from __future__ import annotations

from dataclasses import dataclass

from exemptions.settings import DEFAULTS, Settings


@dataclass(frozen=True, slots=True)
class GuardLimits:
    """The thresholds of the guards, each in percent."""

    removals_pct: float
    """Records of the file's scope that may end."""
    change_pct: float
    """By how much a total of amounts or jobs may move."""
    shift_pct: float
    """By how much what a column looks like may differ from what stands."""
    names_pct: float
    """Taxpayers that may appear under another name."""

    @classmethod
    def of(cls, settings: Settings) -> GuardLimits:
        """The limits that an operator set."""
        return cls(
            removals_pct=settings.guard_removals_pct,
            change_pct=settings.guard_change_pct,
            shift_pct=settings.guard_shift_pct,
            names_pct=settings.guard_names_pct,
        )


DEFAULT_LIMITS = GuardLimits(
    removals_pct=float(DEFAULTS["guard_removals_pct"]),
    change_pct=float(DEFAULTS["guard_change_pct"]),
    shift_pct=float(DEFAULTS["guard_shift_pct"]),
    names_pct=float(DEFAULTS["guard_names_pct"]),
)
"""What holds where an operator sets nothing."""
