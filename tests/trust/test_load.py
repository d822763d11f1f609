"""The load of `make load`, in small: its runs are seen to work, and what they judge by is seen to find faults."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.load.agreement import Read
from benchmarks.load.growth import growth
from benchmarks.load.lines import Lengths, Runs
from benchmarks.load.report import PLACE, render
from benchmarks.load.scenario import VISITORS, Scenario
from benchmarks.load.stage import Stage, fetch
from benchmarks.load.wrk import NO_WRK, WRK
from tests.trust.proxy import NGINX, NO_NGINX
from tests.trust.tables import Tell, tell

GUIDE = Path(__file__).parents[2] / "docs" / "desplegar.md"
RESULTS = Path(__file__).parents[2] / "benchmarks" / "load.json"
needs_programs = pytest.mark.skipif(WRK is None or NGINX is None, reason=NO_WRK if WRK is None else NO_NGINX)
TABLE = "Carga en pequeño"


@needs_programs
def test_load__in_small__fails_nothing_and_mixes_no_releases(
    tmp_path: Path, record_property: Tell, request: pytest.FixtureRequest
) -> None:
    seconds = request.config.getoption("load")
    if not seconds:
        pytest.skip("a crowd takes a minute: make trust, or --load=3")
    lengths = Lengths(reference=1, run=seconds, visitor=1, rounds=1, soak=5 * seconds, publications=1)
    # The other tests keep the processors busy: what gives way to them would never end.
    stage = Stage(tmp_path / "load", 1_000, editions=2, before=())
    with stage.serving() as server, stage.fronted(server) as front, stage.bare() as bare:
        release, port = stage.registry.release, server.port
        same = [
            Scenario(release, lambda path, coding: fetch(port, path, coding=coding), staying=stage.staying, seed=7)
            for _ in range(2)
        ]
        assert same[0].draw(2_000) == same[1].draw(2_000)
        figures = {figure.name: figure for figure in Runs(stage, server, bare, front, lengths).measure()}
    failed = {name: figure.value for name, figure in figures.items() if "fallidas" in name}
    assert len(failed) == 3 and not any(failed.values()), failed
    mixed = figures["respuestas con partes de dos publicaciones"]
    assert mixed.value == 0 and mixed.details["of_old"] > 0 and mixed.details["of_new"] > 0, mixed
    assert figures["carga larga, publicaciones que un proceso tiene abiertas al final"].is_met
    for name, figure in figures.items():
        tell(record_property, TABLE, qué=name, medido=figure.value, unidad=figure.unit)


def test_visitors__are_a_hundred_and_told_in_the_guide() -> None:
    assert sum(visitor.of_a_hundred for visitor in VISITORS) == 100
    guide = GUIDE.read_text(encoding="utf-8")
    for visitor in VISITORS:
        assert f"| {visitor.name} | {visitor.of_a_hundred} | {visitor.asks} |" in guide


def test_guide__has_a_place_for_the_table() -> None:
    assert PLACE.fill(f"a\n{PLACE.begin}\nold\n{PLACE.end}\nb\n", "new") == f"a\n{PLACE.begin}\nnew\n{PLACE.end}\nb\n"
    guide = GUIDE.read_text(encoding="utf-8")
    assert PLACE.find(PLACE.fill(guide, "| new |")) == "| new |"
    with pytest.raises(ValueError, match="no place"):
        PLACE.fill("a", "new")


def test_guide__shows_the_results_that_are_kept() -> None:
    kept = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else None
    assert PLACE.find(GUIDE.read_text(encoding="utf-8")) == (render(kept) if kept else "")


def test_agreement__finds_an_answer_that_is_not_that_of_its_release() -> None:
    at_rest = {"1": {"/": "a", "/buscar": "c"}, "2": {"/": "b", "/buscar": "c"}}
    whole = {("/", "1", "a"): 3, ("/", "2", "b"): 1, ("/buscar", "2", "c"): 2}
    read = Read(Counter(whole))
    assert (read.mixed(at_rest), read.total, read.count("2")) == ([], 6, 3)
    for mixed in (("/", "2", "a"), ("/", "1", "b"), ("/", "", "a"), ("/otra", "1", "a"), ("/", "3", "b")):
        assert Read(Counter({**whole, mixed: 1})).mixed(at_rest) == [f"{mixed[0]} of release {mixed[1]}"]


def test_growth__is_that_of_a_line_and_not_of_an_outlier() -> None:
    times = [float(second) for second in range(50)]
    flat = [200.0 + second % 3 for second in range(50)]
    leaking = [200.0 + second for second in range(50)]
    assert abs(growth(times, [900.0, *flat[1:]]).share) < 0.01
    assert growth(times, leaking).gained == pytest.approx(49)
    assert growth(times, [*leaking[:-1], 0.0]).gained == pytest.approx(49, abs=1)
