"""The README's table of speed is the one of the results; every figure keeps to how it is judged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.figures import Better, Figure, Target, compared
from benchmarks.report import PLACE, render_table

ROOT = Path(__file__).parents[2]
RESULTS = json.loads((ROOT / "benchmarks" / "results.json").read_text(encoding="utf-8"))


def test_readme__shows_the_results_that_are_kept() -> None:
    assert PLACE.find((ROOT / "README.md").read_text(encoding="utf-8")) == render_table(RESULTS)


def test_results__tell_every_figure_as_it_is_judged() -> None:
    assert RESULTS["figures"]
    for told in RESULTS["figures"]:
        assert json.loads(json.dumps(Figure.from_json(told).as_json())) == told


def test_figure__is_the_median_beside_the_median_of_its_reference() -> None:
    figure = compared("x", 10, "s", [3.0, 1.0, 2.0], reference="y", reference_values=[5.0, 4.0, 9.0])
    assert (figure.value, figure.reference_value, figure.ratio, figure.is_met) == (2.0, 5.0, 0.4, None)


@pytest.mark.parametrize(
    ("better", "bound", "met"),
    [(Better.MORE, 0.4, True), (Better.MORE, 0.41, False), (Better.LESS, 0.4, True), (Better.LESS, 0.39, False)],
)
def test_figure__is_judged_by_its_ratio(better: Better, bound: float, met: bool) -> None:
    figure = compared("x", 10, "s", [2.0], reference="y", reference_values=[5.0], target=Target(better, bound))
    assert figure.is_met is met


def test_figure__without_a_reference_is_judged_by_itself() -> None:
    assert compared("x", 10, "s", [7.9], target=Target(Better.LESS, 8.0)).is_met is True
    assert compared("x", 10, "s", [8.1], target=Target(Better.LESS, 8.0)).is_met is False


def test_replace_table__writes_between_the_markers_only() -> None:
    document = f"a\n{PLACE.begin}\nold\n{PLACE.end}\nb\n"
    assert PLACE.fill(document, "new") == f"a\n{PLACE.begin}\nnew\n{PLACE.end}\nb\n"
    assert PLACE.find(PLACE.fill(document, "new")) == "new"
    with pytest.raises(ValueError, match="no place"):
        PLACE.fill("a", "new")
