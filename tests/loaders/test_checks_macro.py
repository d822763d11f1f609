"""The product and its deflator: one series of one base."""

from __future__ import annotations

from exemptions.datasets import Dataset, Mode
from loaders.rules import message_of
from tests.loaders.fact_files import check_facts, content_of, estimate, part, product

MACRO = Dataset.MACRO


def test_validate_macro__gives_the_content_of_a_row() -> None:
    assert content_of(MACRO, product(gdp_millions="100000.00000001")) == {
        "row": 2,
        "year": 2024,
        "deflator": 118.53,
        "base_year": 2013,
        "gdp_cents": 10_000_000_000_001,
        "source": "Banco de Guatemala",
    }


def test_validate_macro__refuses_a_second_figure_of_a_year() -> None:
    found = check_facts(MACRO, product(), product(deflator="119"))
    assert [(f.row, f.rule) for f in found.findings] == [(3, "hecho_duplicado")]
    assert found.content is None


def test_validate_macro__refuses_two_bases_in_one_file() -> None:
    found = check_facts(MACRO, product(year="2013", deflator="100"), product(base_year="2001"), product(year="2025"))
    assert [(f.row, f.key, f.rule) for f in found.findings] == [(3, "base_year", "anio_base_distinto")]
    assert "2001" in message_of(found.findings[0], "es") and "2013" in message_of(found.findings[0], "es")


def test_validate_macro__flags_a_base_year_that_is_not_100_and_lets_it_pass() -> None:
    found = check_facts(MACRO, product(year="2013", deflator="99.5"), product())
    assert [(f.row, f.rule) for f in found.findings] == [(2, "deflactor_base_distinto_de_cien")]
    assert found.content is not None
    assert check_facts(MACRO, product(year="2013", deflator="100.00"), product()).findings == ()


def test_validate_macro__compares_the_base_with_what_stays_in_the_book() -> None:
    book = [product(year="2013", deflator="100"), product(year="2020")]
    other = product(base_year="2001")
    added = check_facts(MACRO, other, book=book, mode=Mode.MERGE)
    assert [(f.row, f.rule) for f in added.findings] == [(2, "anio_base_distinto")]
    assert check_facts(MACRO, other, book=book, mode=Mode.REPLACE).findings == ()


def test_validate_macro__names_a_product_in_another_unit_than_the_reports_suppose() -> None:
    # The total of 2024 and its percentage suppose some 100,000 million; the figure of a part says nothing.
    estimates = [estimate(), part("ambito", "INTERNOS", "2,500") | {"pct_gdp": "99"}, estimate(year="2023", pct_gdp="")]
    assert check_facts(MACRO, product(), product(year="2023", gdp_millions="1"), estimates=estimates).findings == ()
    for text in ("100", "100000250"):
        found = check_facts(MACRO, product(gdp_millions=text), estimates=estimates)
        assert [(f.row, f.key, f.rule) for f in found.findings] == [(2, "gdp_millions", "pib_no_concuerda")]
        assert "unos 100,000 millones" in message_of(found.findings[0], "es")
        assert found.content is not None
