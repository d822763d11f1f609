"""Reading a query from parameters: what is accepted, what is refused and how, and that a query is its address."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import fields
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exemptions.catalogs import load_catalogs
from exemptions.columns import KEYS
from exemptions.errors import InvalidQuery
from exemptions.filters import FACETS, FILTERS, FilterKind
from exemptions.query import (
    PAGE_PARAMETERS,
    QUERY_PARAMETERS,
    PageRequest,
    RegistryQuery,
    parse_page,
    parse_query,
    parse_request,
    query_params,
)
from tests.exemptions.releases import invented_nit, invented_record_id

CATALOGS = load_catalogs()


def parse(**params: str | list[str]) -> RegistryQuery:
    return parse_query({name: [value] if isinstance(value, str) else value for name, value in params.items()}, CATALOGS)


def problems_of(**params: str | list[str]) -> list[tuple[str, str | None]]:
    with pytest.raises(InvalidQuery) as caught:
        parse(**params)
    return [(problem.parameter, problem.nearest) for problem in caught.value.problems]


def test_parse__nothing_sent_is_the_query_for_everything() -> None:
    assert parse_query({}, CATALOGS) == RegistryQuery()
    assert RegistryQuery().is_everything


def test_parse__a_blank_value_is_an_absent_one() -> None:
    assert parse(q="  ", category="", jobs_min=" ", status=["", "active"]) == RegistryQuery(status=("active",))


def test_filters__each_is_a_field_of_the_query() -> None:
    assert [f.parameter for f in FILTERS] == [f.name for f in fields(RegistryQuery)][: len(FILTERS)]


def test_parse__values_become_what_they_mean() -> None:
    query = parse(
        q=" Ñandú ",
        nit=f"NIT: {invented_nit(7)[:-1]}-{invented_nit(7)[-1].lower()}",
        category=["ZF_IND", "COOP", "COOP"],
        jobs_min="0",
        amount_min="0.5",
        amount_max="1500.75",
        valid_on="2026-02-28",
        release="3",
        sort="-amount_gtq",
    )
    assert query == RegistryQuery(
        q="Ñandú",
        nit=(invented_nit(7),),
        category=("COOP", "ZF_IND"),
        jobs_min=0,
        amount_min=50,
        amount_max=150_075,
        valid_on=date(2026, 2, 28),
        release=3,
        sort="amount_gtq",
        descending=True,
    )


def test_parse__an_unknown_parameter_is_refused_with_the_nearest_one() -> None:
    assert problems_of(categry="COOP") == [("categry", "category")]
    assert problems_of(wxyz="1") == [("wxyz", None)]


def test_parse__parameters_of_the_caller_are_let_through_by_name_only() -> None:
    assert parse_query({"headers": ["es"]}, CATALOGS, also=("headers",)) == RegistryQuery()
    assert problems_of(headers="es") == [("headers", None)]


@pytest.mark.parametrize(
    ("parameter", "value", "nearest"),
    [
        ("category", "coop", "COOP"),
        ("category", "CDA", "CDAG"),
        ("category", "bomberos", "BOMB"),
        ("department", "1", "01"),
        ("department", "Petén", "17"),
        ("status", "activ", "active"),
        ("tax", "irs", "ISR"),
    ],
)
def test_parse__an_unknown_code_is_refused_with_the_nearest_one(parameter: str, value: str, nearest: str) -> None:
    assert problems_of(**{parameter: value}) == [(parameter, nearest)]


def test_parse__every_problem_is_named_not_only_the_first() -> None:
    found = problems_of(foo="1", category=["XX", "YY"], jobs_min="-1", limit="5", valid_on="2026-02-30")
    assert [parameter for parameter, _ in found] == ["foo", "limit", "category", "category", "jobs_min", "valid_on"]


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("q", "a\x00b"),
        ("q", "a\ud800b"),
        ("q", "x" * 201),
        ("q", "a b " * 11),
        ("nit", "800000000000"),
        ("nit", "CF"),
        ("record_id", "ABC"),
        ("record_id", "../../etc/passwd"),
        ("jobs_min", "1e3"),
        ("jobs_min", "٣"),
        ("jobs_max", "1.5"),
        ("amount_min", "1,000"),
        ("amount_min", "1.005"),
        ("amount_max", "NaN"),
        ("valid_on", "2026-2-1"),
        ("valid_on", "20260201"),
        ("as_of", "hoy"),
        ("release", "0"),
        ("release", "-1"),
        ("sort", "nam"),
        ("sort", "--name"),
    ],
)
def test_parse__a_wrong_value_is_a_problem_of_its_parameter(parameter: str, value: str) -> None:
    assert {name for name, _ in problems_of(**{parameter: value})} == {parameter}


@pytest.mark.parametrize("parameter", ["q", "jobs_min", "amount_max", "valid_on", "release", "as_of", "sort"])
def test_parse__a_single_valued_parameter_is_refused_twice(parameter: str) -> None:
    found = problems_of(**{parameter: ["1", "1"]})
    assert found == [(parameter, None)]


def test_parse__crossed_bounds_are_refused() -> None:
    assert problems_of(jobs_min="3", jobs_max="2") == [("jobs_min", None)]
    assert problems_of(valid_from_min="2026-01-02", valid_from_max="2026-01-01") == [("valid_from_min", None)]
    assert problems_of(amount_min="3.01", amount_max="3") == [("amount_min", None)]


def test_parse__as_of_and_release_exclude_each_other() -> None:
    assert problems_of(as_of="2026-01-01", release="1") == [("as_of", None)]


def test_parse__a_problem_can_always_be_sent_back() -> None:
    with pytest.raises(InvalidQuery) as caught:
        parse(**{"q": "\ud800" + "x" * 300, "\udfff": "1"})
    for problem in caught.value.problems:
        texts = [problem.parameter, problem.value or "", problem.es, problem.en]
        assert all(len(text.encode("utf-8")) < 1_000 for text in texts)


def test_parse__two_hundred_characters_and_twenty_words_are_accepted() -> None:
    assert parse(q="x" * 200).q == "x" * 200
    assert len(parse(q=" ".join(["ab"] * 20)).q.split()) == 20


def test_parse__a_flood_of_values_is_refused_as_one_problem() -> None:
    assert problems_of(category=["COOP"] * 501) == [("category", None)]
    assert len(problems_of(municipality=[f"x{n}" for n in range(400)])) == 400


def test_page__defaults_and_values() -> None:
    assert parse_page({}) == PageRequest(limit=20, cursor=None, facets=(), fields=())
    page = parse_page({"limit": ["1000"], "facets": ["type,category", "type"], "fields": ["name, nit"]})
    assert page == PageRequest(limit=1000, facets=("type", "category"), fields=("nit", "name"))


@pytest.mark.parametrize(
    ("parameter", "value"),
    [("limit", "0"), ("limit", "1001"), ("limit", "9" * 40), ("limit", "x"), ("facets", "q"), ("fields", "nitt")],
)
def test_page__a_wrong_value_is_a_problem_of_its_parameter(parameter: str, value: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        parse_page({parameter: [value]})
    assert [problem.parameter for problem in caught.value.problems] == [parameter]


def test_request__problems_of_query_and_page_come_together() -> None:
    with pytest.raises(InvalidQuery) as caught:
        parse_request({"limit": ["0"], "status": ["x"], "foo": ["1"]}, CATALOGS)
    assert [problem.parameter for problem in caught.value.problems] == ["foo", "status", "limit"]


def test_filters__each_is_told_in_both_languages() -> None:
    for spec in FILTERS:
        assert spec.label("es") and spec.label("en")
        assert "VALOR" in spec.sentence("es", "VALOR")
        assert "VALOR" in spec.sentence("en", "VALOR")


def test_parameters__are_those_of_the_public_contract() -> None:
    public = (
        "q nit record_id type category permanence status department municipality activity authority tax person_kind "
        "jobs_min jobs_max amount_min amount_max valid_on "
        "valid_from_min valid_from_max valid_until_min valid_until_max release as_of sort limit cursor facets fields"
    )
    assert (*QUERY_PARAMETERS, *PAGE_PARAMETERS) == tuple(public.split())
    assert set(FACETS) == {f.parameter for f in FILTERS if f.kind is FilterKind.CODE}


def sorted_tuples(values: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(values, max_size=4).map(lambda chosen: tuple(sorted(set(chosen))))


def codes(parameter: str) -> st.SearchStrategy[tuple[str, ...]]:
    spec = next(f for f in FILTERS if f.parameter == parameter)
    known = sorted(CATALOGS.entries(spec.catalog) if spec.catalog else spec.choices)
    return sorted_tuples(st.sampled_from(known))


def bounds(top: int) -> st.SearchStrategy[tuple[int | None, int | None]]:
    sides = st.one_of(st.none(), st.integers(0, top))
    return st.tuples(sides, sides).filter(lambda pair: None in pair or pair[0] <= pair[1])


@st.composite
def queries(draw: st.DrawFn) -> RegistryQuery:
    jobs_min, jobs_max = draw(bounds(10**15 - 1))
    amount_min, amount_max = draw(bounds(10**16 - 1))
    release = draw(st.one_of(st.none(), st.integers(1, 10**6)))
    text = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=30)
    return RegistryQuery(
        q=draw(text.map(str.strip)),
        nit=draw(sorted_tuples(st.integers(0, 9999).map(invented_nit))),
        record_id=draw(sorted_tuples(st.integers(0, 99).map(invented_record_id))),
        **{name: draw(codes(name)) for name in FACETS},
        jobs_min=jobs_min,
        jobs_max=jobs_max,
        amount_min=amount_min,
        amount_max=amount_max,
        valid_on=draw(st.one_of(st.none(), st.dates())),
        valid_from_min=draw(st.one_of(st.none(), st.dates())),
        valid_until_max=draw(st.one_of(st.none(), st.dates())),
        release=release,
        as_of=None if release else draw(st.one_of(st.none(), st.dates())),
        sort=draw(st.sampled_from(KEYS)),
        descending=draw(st.booleans()),
    )


@given(queries())
def test_query__its_parameters_parse_to_itself(query: RegistryQuery) -> None:
    params: dict[str, list[str]] = defaultdict(list)
    for name, value in query_params(query):
        params[name].append(value)
    assert parse_query(params, CATALOGS) == query


@given(queries())
def test_query__its_parameters_come_in_one_order(query: RegistryQuery) -> None:
    places = [QUERY_PARAMETERS.index(name) for name, _ in query_params(query)]
    assert places == sorted(places)


def test_query__one_address_whatever_the_order_it_was_sent_in() -> None:
    one = parse(category=["COOP", "ASOC"], q="x", amount_min="5.50")
    other = parse(amount_min="5.5", q=" x", category=["ASOC", "COOP", "ASOC"])
    assert query_params(one) == query_params(other)
    assert query_params(one) == [("q", "x"), ("category", "ASOC"), ("category", "COOP"), ("amount_min", "5.50")]
