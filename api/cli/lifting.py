"""Options by which an approver allows what the guards of a batch hold back."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import click

from exemptions.guards import CHANGE_GUARDS, Guard, Lift

_COUNTED = tuple(guard for guard in Guard if guard not in {*CHANGE_GUARDS, Guard.REMOVALS})

_LARGEST = 10**9
"""More per cent than any total moves; infinity would allow everything and is no number to be kept."""


@dataclass(frozen=True, slots=True)
class LiftWords:
    """The options as they were given."""

    removals: int | None
    change_pct: float | None
    accepted: tuple[str, ...]
    reason: str | None

    def lift(self) -> Lift | None:
        """What they allow, or None if they allow nothing.

        Raises: click.UsageError for numbers without a reason, a reason without numbers, or a guard that is none.
        """
        numbers = self.removals is not None or self.change_pct is not None or bool(self.accepted)
        if not numbers and self.reason is None:
            return None
        if not numbers or not (self.reason or "").strip():
            raise click.UsageError(
                "--allow-removals, --allow-change y --accept van con --reason TEXTO, y al revés. / "
                "--allow-removals, --allow-change and --accept go with --reason TEXT, and the other way round."
            )
        if self.change_pct is not None and math.isnan(self.change_pct):
            raise click.BadParameter("nan", param_hint="--allow-change")
        accepted = dict(map(_parse_accepted, self.accepted))
        return Lift(self.removals, self.change_pct, accepted, (self.reason or "").strip())


def lift_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to a command, which gets them as `words`."""

    @click.option(
        "--allow-removals", type=click.IntRange(min=0), metavar="N", help="Bajas que se permiten / removals allowed."
    )
    @click.option(
        "--allow-change",
        type=click.FloatRange(min=0, max=_LARGEST),
        metavar="PCT",
        help="Cambio permitido de los totales, en % / change of the totals allowed, in %.",
    )
    @click.option(
        "--accept",
        multiple=True,
        metavar="RESGUARDO=N",
        help=f"Otro resguardo y su número / another guard and its number: {', '.join(_COUNTED)}.",
    )
    @click.option("--reason", metavar="TEXTO/TEXT", help="Por qué se permite / why it is allowed.")
    @wraps(function)
    def command(
        *args: Any,
        allow_removals: int | None,
        allow_change: float | None,
        accept: tuple[str, ...],
        reason: str | None,
        **options: Any,
    ) -> Any:
        return function(*args, words=LiftWords(allow_removals, allow_change, accept, reason), **options)

    return command


def _parse_accepted(text: str) -> tuple[Guard, int]:
    name, _, number = text.partition("=")
    if name not in _COUNTED or not (number.isascii() and number.isdecimal()):
        raise click.BadParameter(f"«{text}»: {', '.join(f'{guard}=N' for guard in _COUNTED)}", param_hint="--accept")
    return Guard(name), int(number)
