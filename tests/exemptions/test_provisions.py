"""The catalogue of provisions: complete, and honest about what is not declared."""

from __future__ import annotations

from exemptions.catalogs import load_catalogs
from exemptions.provisions import PURPOSES, list_provisions, provisions_of

CATALOGS = load_catalogs()


def test_provisions__are_every_treatment_and_every_scenario_once() -> None:
    provisions = list_provisions(CATALOGS)
    codes = [provision.code for provision in provisions]
    assert len(codes) == len(set(codes))
    treatments = {
        (category.code, part.tax, part.mechanism)
        for category in CATALOGS.categories.values()
        for part in category.treatments
    }
    registered = [one for one in provisions if one.has_registered_beneficiaries]
    assert {(one.category, one.tax, one.mechanism) for one in registered} == treatments
    told = {code for one in provisions for code in one.scenarios}
    # A phrase of a tax that its category does not list stays with the category's scenarios only.
    listed = {code for category in CATALOGS.categories.values() for code in category.fel_scenarios}
    assert set(CATALOGS.scenarios) - told <= listed
    objective = [one for one in provisions if not one.has_registered_beneficiaries]
    assert {one.code for one in objective} == set(CATALOGS.scenarios) - listed


def test_provisions__say_nothing_where_nothing_is_declared() -> None:
    (cooperative,) = (one for one in provisions_of(CATALOGS, category="COOP", tax="ISR"))
    assert cooperative.objective_es is None
    assert cooperative.benchmark_es is None
    assert cooperative.method is None
    assert cooperative.expenditure_group == "COOPERATIVAS"
    assert cooperative.legal_references


def test_provisions__take_the_purpose_from_the_title_of_the_law() -> None:
    maquila = provisions_of(CATALOGS, category="MAQ_ADT_E")
    assert {one.objective_en for one in maquila} == {"Promotion and development of exports and maquila"}
    for law, (spanish, _english) in PURPOSES.items():
        assert spanish.split()[-1].casefold() in CATALOGS.laws[law].name_es.casefold()
