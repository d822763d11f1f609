"""Amounts: codes by any of their names, corrections, repeated keys, and the registry's own figure."""

from __future__ import annotations

import pytest

from exemptions.datasets import Dataset, Mode
from loaders.rules import message_of
from tests.loaders.fact_files import amount, check_facts, content_of, found_facts, nit

AMOUNTS = Dataset.AMOUNTS


def test_validate_amounts__gives_the_content_of_a_row() -> None:
    row = amount(tax="Impuesto sobre la Renta", mechanism="Exoneración", amount_gtq="Q 1,200.5", year="2024.0")
    assert content_of(AMOUNTS, row) == {
        "row": 2,
        "nit": nit(1),
        "category": "MAQ_SERV",
        "resolution": "DPI-1-2020",
        "year": 2024,
        "tax": "ISR",
        "mechanism": "exoneracion",
        "amount_cents": 120050,
        "source": "Declaración",
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("EXENCION", "exencion"),
        ("no_afecto", "no_afecto"),
        ("No afecto", "no_afecto"),
        ("SUSPENSION", "suspension"),
        ("Devolución", "devolucion"),
        ("Franquicia arancelaria", "franquicia"),
    ],
)
def test_validate_amounts__knows_mechanisms_by_code_or_name(text: str, code: str) -> None:
    assert content_of(AMOUNTS, amount(mechanism=text))["mechanism"] == code


def test_validate_amounts__a_correction_keeps_its_sign() -> None:
    assert content_of(AMOUNTS, amount(amount_gtq="-18,090.66"))["amount_cents"] == -1809066


def test_validate_amounts__the_later_row_of_a_key_names_the_first() -> None:
    again = amount(tax="Impuesto sobre la renta", mechanism="exoneración", amount_gtq="5")
    validated = check_facts(AMOUNTS, amount(), amount(2), again)
    assert [(f.row, f.rule, f.detail["first_row"]) for f in validated.findings] == [(4, "hecho_duplicado", 2)]


def test_validate_amounts__a_code_that_is_not_understood_repeats_no_key() -> None:
    rules = [rule for _, _, rule in found_facts(AMOUNTS, amount(tax="X"), amount(tax="X"))]
    assert rules == ["impuesto_fuera_de_catalogo"] * 2


def test_validate_amounts__suspension_and_drawback_are_not_in_the_sum_of_the_registry() -> None:
    rows = (
        amount(year="2025", amount_gtq="700000.00"),
        amount(year="2025", tax="DAI", amount_gtq="7,050.00"),
        amount(year="2025", tax="IVA_IMP", amount_gtq="-4.97"),
        amount(year="2025", tax="DAI", mechanism="SUSPENSION", amount_gtq="99999.99"),
    )
    assert [(row, rule) for row, _, rule in found_facts(AMOUNTS, *rows)] == [(4, "monto_de_rectificacion")]


def test_validate_amounts__another_sum_than_the_registry_is_told_once_with_both() -> None:
    rows = (amount(2), amount(year="2025", amount_gtq="1000000"), amount(year="2025", tax="DAI", amount_gtq="0.50"))
    validated = check_facts(AMOUNTS, *rows)
    assert [(f.row, f.key, f.rule) for f in validated.findings] == [(3, "amount_gtq", "monto_distinto_del_registro")]
    message = message_of(validated.findings[0], "es")
    assert "707,045.03 en 2025" in message and "1,000,000.50" in message
    assert validated.content is not None


def test_validate_amounts__a_year_of_suspension_alone_says_nothing_of_the_registry() -> None:
    assert found_facts(AMOUNTS, amount(year="2025", tax="DAI", mechanism="SUSPENSION")) == []


def test_validate_amounts__what_stays_in_the_book_beside_the_file_is_added() -> None:
    book = [amount(year="2025", amount_gtq="707045.00"), amount(year="2025", tax="DAI", amount_gtq="5")]
    row = amount(year="2025", tax="DAI", amount_gtq="0.03")
    assert check_facts(AMOUNTS, row, book=book, mode=Mode.MERGE).findings == ()
    replaced = check_facts(AMOUNTS, row, book=book, mode=Mode.REPLACE)
    assert [f.rule for f in replaced.findings] == ["monto_distinto_del_registro"]
