"""Energy projects: capacity, technology and place as they are written, and what is kept though unknown."""

from __future__ import annotations

import json
from datetime import date

import pytest

from exemptions.datasets import Dataset
from tests.loaders.fact_files import check_facts, content_of, energy, found_facts, nit

ENERGY = Dataset.ENERGY


def test_validate_energy__gives_the_content_of_a_row() -> None:
    assert content_of(ENERGY, energy(capacity_mw="1,004.35 MW", municipality="Mixco", technology="Hidroeléctrica")) == {
        "row": 2,
        "nit": nit(4),
        "resolution": "MEM-4-2020",
        "project": "SOLAR MESETA DE NIEBLA",
        "technology": "HIDROELECTRICA",
        "capacity_kw": 1_004_350,
        "municipality": "0108",
        "valid_from": date(2020, 12, 4),
        "valid_until": date(2030, 12, 3),
        "unresolved": None,
    }


@pytest.mark.parametrize(
    ("text", "kilowatts"),
    [("4.35", 4350), ("4.350", 4350), ("4.35000", 4350), ("12", 12000), ("0.001", 1), ("7.5mw", 7500)],
)
def test_validate_energy__reads_megawatts_to_the_kilowatt(text: str, kilowatts: int) -> None:
    assert content_of(ENERGY, energy(capacity_mw=text))["capacity_kw"] == kilowatts


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("solar fotovoltaica", "SOLAR"),
        ("EÓLICA", "EOLICA"),
        ("Biogás", "BIOGAS"),
        ("geothermal", "GEOTERMICA"),
        ("BIOMASA", "BIOMASA"),
    ],
)
def test_validate_energy__knows_technologies_by_code_or_name(text: str, code: str) -> None:
    assert content_of(ENERGY, energy(technology=text))["technology"] == code


def test_validate_energy__keeps_the_texts_that_no_catalogue_knows() -> None:
    row = content_of(ENERGY, energy(technology="CARBÓN", municipality="MACONDO"))
    assert (row["technology"], row["municipality"]) == (None, None)
    assert json.loads(str(row["unresolved"])) == {"technology": "CARBÓN", "municipality": "MACONDO"}


def test_validate_energy__optional_values_may_be_blank() -> None:
    blank = dict.fromkeys(("technology", "capacity_mw", "municipality", "valid_from", "valid_until"), "")
    validated = check_facts(ENERGY, energy() | blank)
    assert validated.findings == ()
    assert validated.content is not None
    assert validated.content.row(0)[4:] == (None,) * 6


def test_validate_energy__a_resolution_may_have_several_projects_but_each_once() -> None:
    rows = (energy(), energy(project="OTRO"), energy(capacity_mw="9"))
    assert found_facts(ENERGY, *rows) == [(4, "*", "hecho_duplicado")]


def test_validate_energy__the_record_must_be_of_renewable_energy() -> None:
    other = energy(1, resolution="DPI-1-2020")
    assert found_facts(ENERGY, other) == [(2, "*", "registro_ausente")]
