"""Official estimates: figures to the cent, and what contradicts what."""

from __future__ import annotations

import pytest

from exemptions.datasets import Dataset, Mode
from loaders.rules import message_of, remedy_of
from tests.loaders.fact_files import check_facts, content_of, estimate, found_facts, part, product

EXPENDITURE = Dataset.EXPENDITURE


def rules(*rows: dict[str, str]) -> list[tuple[int | None, str]]:
    return [(row, rule) for row, _, rule in found_facts(EXPENDITURE, *rows)]


def test_validate_expenditure__gives_the_content_of_a_row() -> None:
    row = part("Base Legal", "CONSTITUCIONALES", "Q 3,817", tax="Impuesto sobre la renta", note="Cifra revisada.")
    assert content_of(EXPENDITURE, row | {"pct_gdp": "2.6 %", "group": ""}) == {
        "row": 2,
        "year": 2024,
        "tax": "ISR",
        "partition": "base_legal",
        "key": "CONSTITUCIONALES",
        "report": "Informe A",
        "method_version": "2021",
        "group": None,
        "amount_cents": 381_700_000_000,
        "pct_gdp": 2.6,
        "note": "Cifra revisada.",
        "source_url": "https://example.org/informe-a",
    }


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("10825.30", 1_082_530_000_000),
        ("17,326", 1_732_600_000_000),
        ("0.00000001", 1),
        ("1.123456780", 112_345_678),
        ("GTQ 999999999.99999999", 99_999_999_999_999_999),
    ],
)
def test_validate_expenditure__reads_millions_to_the_cent(text: str, cents: int) -> None:
    assert content_of(EXPENDITURE, estimate(amount_millions=text, pct_gdp=""))["amount_cents"] == cents


@pytest.mark.parametrize(
    ("text", "code"),
    [("Ámbito", "ambito"), ("BASE LEGAL", "base_legal"), ("base_legal", "base_legal"), ("TOTAL", "total")],
)
def test_validate_expenditure__knows_partitions_without_case_and_accents(text: str, code: str) -> None:
    assert content_of(EXPENDITURE, part(text, "X", "5"))["partition"] == code


def test_validate_expenditure__keeps_no_address_that_is_none() -> None:
    assert content_of(EXPENDITURE, estimate(source_url="ftp://example.org/a"))["source_url"] is None


def test_validate_expenditure__two_figures_of_one_vintage_are_a_repetition() -> None:
    assert rules(estimate(), estimate(amount_millions="2,501")) == [(3, "hecho_duplicado")]


def test_validate_expenditure__another_report_or_method_is_another_vintage() -> None:
    assert rules(estimate(), estimate(report="Informe B"), estimate(method_version="")) == []


def test_validate_expenditure__names_the_difference_between_the_parts_and_the_total() -> None:
    scope = (part("ambito", "INTERNOS", "2,400.00"), part("ambito", "COMERCIO_EXTERIOR", "145.79"))
    validated = check_facts(EXPENDITURE, *scope, estimate())
    assert [(f.row, f.key, f.rule) for f in validated.findings] == [(2, "amount_millions", "particion_no_suma")]
    message = message_of(validated.findings[0], "es")
    assert "ambito" in message and "2,545.79" in message and "2,500.00" in message and "+45.79" in message
    assert validated.content is not None


def test_validate_expenditure__a_million_of_rounding_is_let_pass() -> None:
    nearly = (part("ambito", "INTERNOS", "2,400"), part("ambito", "COMERCIO_EXTERIOR", "101"))
    assert rules(estimate(), *nearly) == []
    over = (part("ambito", "INTERNOS", "2,400"), part("ambito", "COMERCIO_EXTERIOR", "101.00000001"))
    assert rules(estimate(), *over) == [(3, "particion_no_suma")]


def test_validate_expenditure__partitions_are_never_added_to_each_other_nor_across_reports() -> None:
    rows = (
        estimate(),
        part("ambito", "INTERNOS", "2,500"),
        part("naturaleza", "INDIRECTOS", "2,500"),
        part("ambito", "INTERNOS", "99", report="Informe B"),
    )
    assert rules(*rows) == []


def test_validate_expenditure__parts_of_one_tax_divide_the_figure_of_that_tax() -> None:
    rows = (
        estimate(),
        part("impuesto", "ISR", "900", tax="ISR"),
        part("impuesto", "IVA", "1,600", tax="IVA"),
        part("beneficiario", "COOPERATIVAS", "890", tax="ISR"),
    )
    assert rules(*rows) == [(5, "particion_no_suma")]
    assert rules(*rows, part("beneficiario", "IGLESIAS", "10", tax="ISR")) == []


def test_validate_expenditure__the_taxes_of_a_nature_may_not_be_more_than_it() -> None:
    nature = (part("naturaleza", "DIRECTOS", "1,000"), part("naturaleza", "INDIRECTOS", "1,500"))
    taxes = (
        part("impuesto", "ISR", "900", tax="ISR"),
        part("impuesto", "ISO", "104", tax="ISO"),
        part("impuesto", "IVA", "1,496", tax="IVA"),
    )
    validated = check_facts(EXPENDITURE, estimate(), *nature, *taxes)
    assert [(f.row, f.rule) for f in validated.findings] == [(3, "naturaleza_menor_que_sus_impuestos")]
    assert "+4.00" in message_of(validated.findings[0], "es")


def test_validate_expenditure__a_fraction_is_told_from_a_small_percentage() -> None:
    tax = part("impuesto", "ISR", "2,500", tax="ISR")
    assert rules(estimate(), tax | {"pct_gdp": "0.025"}) == [(3, "porcentaje_en_fraccion")]
    small = (part("ambito", "INTERNOS", "2,480"), part("ambito", "COMERCIO_EXTERIOR", "20") | {"pct_gdp": "0.02"})
    assert rules(estimate(), *small) == []


def test_validate_expenditure__a_percentage_must_agree_with_the_total_of_its_year() -> None:
    tax = part("impuesto", "ISR", "2,500", tax="ISR")
    validated = check_facts(EXPENDITURE, estimate(), tax | {"pct_gdp": "3.5"})
    assert [(f.row, f.key, f.rule) for f in validated.findings] == [(3, "pct_gdp", "porcentaje_no_concuerda")]
    assert "2.5 %" in message_of(validated.findings[0], "es")
    assert rules(estimate(), tax | {"pct_gdp": "2.6"}) == []


def test_validate_expenditure__a_percentage_far_from_the_loaded_product_is_told_with_both_figures() -> None:
    series = [product(gdp_millions="50000")]
    validated = check_facts(EXPENDITURE, estimate(), products=series)
    assert [(f.row, f.key, f.rule) for f in validated.findings] == [(2, "pct_gdp", "porcentaje_lejos_del_pib")]
    told = message_of(validated.findings[0], "es")
    assert "«2.5»" in told and "50,000 millones" in told and "5.0 %" in told
    assert validated.content is not None, "a report keeps its own figure"
    near = ({"pct_gdp": "2.7"}, {"pct_gdp": ""}, {"year": "2023"})
    for values in near:
        assert check_facts(EXPENDITURE, estimate(**values), products=[product()]).findings == (), values


def test_validate_expenditure__totals_of_one_year_that_imply_other_products_disagree() -> None:
    assert rules(estimate(), estimate(report="Informe B", amount_millions="2,600", pct_gdp="2.6")) == []
    disagreeing = rules(estimate(), estimate(report="Informe B", amount_millions="2,500", pct_gdp="3.9"))
    assert disagreeing == [(2, "porcentaje_no_concuerda"), (3, "porcentaje_no_concuerda")]


def test_validate_expenditure__what_stays_in_the_book_beside_the_file_is_compared_too() -> None:
    book = [estimate(), part("ambito", "INTERNOS", "2,500")]
    added = part("ambito", "COMERCIO_EXTERIOR", "30")
    merged = check_facts(EXPENDITURE, added, book=book, mode=Mode.MERGE)
    assert [(f.row, f.rule) for f in merged.findings] == [(2, "particion_no_suma")]
    assert check_facts(EXPENDITURE, added, book=book, mode=Mode.REPLACE).findings == ()


@pytest.mark.parametrize("mode", [Mode.REPLACE, Mode.MERGE])
def test_validate_expenditure__names_a_report_that_comes_again_with_another_figure(mode: Mode) -> None:
    book = [estimate(), part("ambito", "INTERNOS", "2,500")]
    again = (estimate(amount_millions="2,400.1", pct_gdp="2.4"), part("ambito", "INTERNOS", "2500.00"))
    validated = check_facts(EXPENDITURE, *again, book=book, mode=mode)
    found = [(f.row, f.key, f.rule) for f in validated.findings if f.rule == "informe_con_otra_cifra"]
    assert found == [(2, "amount_millions", "informe_con_otra_cifra"), (2, "pct_gdp", "informe_con_otra_cifra")]
    amount, percentage = (f for f in validated.findings if f.rule == "informe_con_otra_cifra")
    assert "«Informe A»" in message_of(amount, "es") and "2024: 2500;" in message_of(amount, "es")
    assert "«2,400.1»" in message_of(amount, "es") and "2024: 2.5;" in message_of(percentage, "es")
    assert "otro nombre" in remedy_of(amount, "es") and "another name" in remedy_of(amount, "en")
    assert validated.content is not None


def test_validate_expenditure__the_same_figures_again_or_those_of_another_report_are_no_restatement() -> None:
    book = [estimate()]
    assert check_facts(EXPENDITURE, estimate(amount_millions="Q 2500"), book=book).findings == ()
    for other in (estimate(report="Informe B", amount_millions="2,400"), estimate(method_version="2024")):
        assert check_facts(EXPENDITURE, other, book=book).findings == ()


def test_validate_expenditure__names_reports_that_differ_only_in_how_they_are_written() -> None:
    other = estimate(report="INFORME a", year="2023")
    validated = check_facts(EXPENDITURE, other, book=[estimate()])
    assert [(f.row, f.key, f.rule) for f in validated.findings] == [(2, "report", "informe_casi_igual")]
    assert "«Informe A»" in message_of(validated.findings[0], "es")
    assert rules(estimate(), other) == [(3, "informe_casi_igual")]
