"""The figures of load as the table of the operator's guide."""

from __future__ import annotations

from typing import Any

from benchmarks.figures import Better, Figure
from benchmarks.places import Place

PLACE = Place("<!-- carga: empieza; lo escribe make load -->", "<!-- carga: termina -->")
"""Where the guide has its table."""

_TOLD = {
    "p50_ms": "mediana {:,.0f} ms",
    "p99_ms": "p99 {:,.0f} ms",
    "slowest_ms": "la más lenta {:,.0f} ms",
    "mb_s": "{:,.1f} MB/s",
    "median": "tuvo {:,.0f}",
    "gained": "ganó {:+,.1f}",
    "requests": "de {:,.0f} solicitudes",
    "answers": "de {:,.0f} respuestas comparadas",
    "published": "después de publicar {:,.0f} veces",
    "seconds": "en {:,.0f} s",
    "publication_s": "cargar y publicar tardó {:,.0f} s",
}
"""Details that the table tells, in this order."""


def render(results: dict[str, Any]) -> str:
    """The table, with a line on where it was measured."""
    figures = [Figure.from_json(told) for told in results["figures"]]
    machine = results["machine"]
    return "\n".join(
        [
            "| qué | medido | referencia | proporción | meta | |",
            "|---|---|---|---|---|---|",
            *(_line(figure) for figure in figures),
            "",
            f"{figures[0].rows:,} beneficios, 64 conexiones, {machine['processors']} procesadores que comparten el "
            f"servicio, nginx, quien publica y wrk; Python {machine['python']}. "
            f"Duró {results['seconds'] / 60:,.0f} minutos.",
        ]
    )


def _line(figure: Figure) -> str:
    told = "; ".join(text.format(figure.details[name]) for name, text in _TOLD.items() if name in figure.details)
    cells = [
        figure.name + (f" (referencia: {figure.reference})" if figure.reference else ""),
        _number(figure.value, figure.unit) + (f" ({told})" if told else ""),
        "–" if figure.reference_value is None else _number(figure.reference_value, figure.unit),
        _ratio(figure),
        _bound(figure),
        {True: "alcanzada", False: "**no alcanzada**", None: ""}[figure.is_met],
    ]
    return f"| {' | '.join(cells)} |"


def _number(value: float, unit: str) -> str:
    shown = f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:,.1f}"
    return f"{shown} {unit}".strip()


def _ratio(figure: Figure) -> str:
    if figure.ratio is None:
        return "–"
    is_share = figure.target is None or figure.target.better is Better.MORE
    return f"{figure.ratio:.1%}" if is_share else f"{figure.ratio:.2f} ×"


def _bound(figure: Figure) -> str:
    target = figure.target
    if target is None:
        return ""
    sign = "≥" if target.better is Better.MORE else "≤"
    if figure.reference_value is None:
        return f"{sign} {target.bound:g} {figure.unit}".strip()
    return f"{sign} {target.bound:.0%}" if target.better is Better.MORE else f"{sign} {target.bound:g} ×"
