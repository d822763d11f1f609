"""NIT and CUI: every usual writing, the check digit, and the column form agreeing with the scalar one."""

import random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.gt import nit as stdnum_nit

from exemptions.errors import NITError
from exemptions.nit import (
    CUI,
    NIT,
    NITNote,
    NITProblem,
    format_nit,
    is_cui,
    is_nit,
    looks_like_cui,
    parse_cui,
    parse_nit,
    parse_nit_column,
    parse_taxpayer_id,
)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("7108-0", "71080"),
        ("576937-K", "576937K"),
        ("3952550-3", "39525503"),
        ("7555605-7", "75556057"),
        ("42932-5", "429325"),
        ("800000000011", "800000000011"),
        ("80000000002K", "80000000002K"),
        ("80000000016K", "80000000016K"),
        ("1-9", "19"),
    ],
)
def test_parse_nit__accepts_valid_numbers_of_every_length(text: str, canonical: str) -> None:
    assert parse_nit(text) == NIT(canonical)


@pytest.mark.parametrize(
    "text",
    [
        "80000000016K",
        "80000000016-K",
        "80000000016-k",
        "80000000016k",
        "8000 0000 016 K",
        "80000000016 K",
        "  80000000016-K\t",
        "80000000016\u00a0K",
        "80.000.000.016-K",
        "80,000,000,016-K",
        "80,000,000,016K",
        "800,000,000,16K",
        "80000000016–K",
        "80000000016—K",
        "80000000016−K",
        "80000000016_K",
        "80000000016 - K",
        "8-0000000016-K",
        "000080000000016-K",
        "NIT: 80000000016-K",
        "nit 80000000016-K",
        "N.I.T. 80000000016-K",
        "NIT No. 80000000016-K",
        "NIT # 80000000016-K",
        "GT-NIT-80000000016-K",
    ],
)
def test_parse_nit__reads_every_usual_writing_without_a_note(text: str) -> None:
    assert parse_nit(text) == NIT("80000000016K")


@pytest.mark.parametrize(
    ("text", "canonical", "note"),
    [
        ("80000000016К", "80000000016K", NITNote.CYRILLIC_K),
        ("80000000016-к", "80000000016K", NITNote.CYRILLIC_K),
        ("800000000011.0", "800000000011", NITNote.DECIMAL_TAIL),
        ("800000000011.00", "800000000011", NITNote.DECIMAL_TAIL),
        ("800000000011,0", "800000000011", NITNote.DECIMAL_TAIL),
        ("800,000,000,011.00", "800000000011", NITNote.DECIMAL_TAIL),
        ("８０００００００００１１", "800000000011", NITNote.COMPATIBILITY_CHARACTERS),
        ("\ufeff800000000011", "800000000011", NITNote.INVISIBLE_CHARACTERS),
        ("800000000011\u200b", "800000000011", NITNote.INVISIBLE_CHARACTERS),
    ],
)
def test_parse_nit__notes_the_repairs_a_person_should_know_of(text: str, canonical: str, note: NITNote) -> None:
    assert parse_nit(text) == NIT(canonical, (note,))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, NITProblem.EMPTY),
        ("", NITProblem.EMPTY),
        (" \t\u00a0", NITProblem.EMPTY),
        ("CF", NITProblem.CONSUMER_FINAL),
        ("cf", NITProblem.CONSUMER_FINAL),
        ("C/F", NITProblem.CONSUMER_FINAL),
        ("C.F.", NITProblem.CONSUMER_FINAL),
        ("c. f.", NITProblem.CONSUMER_FINAL),
        ("Consumidor Final", NITProblem.CONSUMER_FINAL),
        ("CONSUMIDOR  FINAL.", NITProblem.CONSUMER_FINAL),
        ("1.23E+07", NITProblem.SCIENTIFIC),
        ("8.00000E+11", NITProblem.SCIENTIFIC),
        ("8,0e11", NITProblem.SCIENTIFIC),
        ("PENDIENTE", NITProblem.FORMAT),
        ("K", NITProblem.FORMAT),
        ("-", NITProblem.FORMAT),
        ("1234567K8", NITProblem.FORMAT),
        ("7108/0", NITProblem.FORMAT),
        ("7108--0", NITProblem.FORMAT),
        ("71,08", NITProblem.FORMAT),
        ("٧١٠٨٠", NITProblem.FORMAT),
        ("8000000000\u000011", NITProblem.FORMAT),
        ("5", NITProblem.LENGTH),
        ("0-K", NITProblem.LENGTH),
        ("80000000000011", NITProblem.LENGTH),
        ("123456789012K", NITProblem.LENGTH),
        ("8977112-0", NITProblem.CHECK_DIGIT),
        ("800000000012", NITProblem.CHECK_DIGIT),
        ("80000000001K", NITProblem.CHECK_DIGIT),
        ("800000000012.0", NITProblem.CHECK_DIGIT),
        ("0", NITProblem.ZERO),
        ("000000", NITProblem.ZERO),
        ("0-0", NITProblem.ZERO),
        ("9999000050101", NITProblem.CUI),
        ("1234567890123", NITProblem.CUI_PLACE),
        ("8000000000011", NITProblem.CUI_CHECK_DIGIT),
    ],
)
def test_parse_nit__tells_why_a_text_is_refused(text: str | None, problem: NITProblem) -> None:
    with pytest.raises(NITError) as refused:
        parse_nit(text)
    assert refused.value.code == problem


@pytest.mark.parametrize("problem", NITProblem)
def test_problem__has_its_sentence_in_both_languages(problem: NITProblem) -> None:
    assert problem.sentence.es.endswith(".")
    assert problem.sentence.en.endswith(".")
    assert problem.sentence.es != problem.sentence.en


@pytest.mark.parametrize(
    "text",
    [
        "9999000050101",
        "9999 00005 0101",
        "9999-00005-0101",
        "CUI: 9999 00005 0101",
        "DPI 9999000050101",
        "999.900005.0101",
    ],
)
def test_cui__is_recognised_in_every_writing_and_kept_apart(text: str) -> None:
    assert parse_taxpayer_id(text) == CUI("9999000050101")
    assert parse_cui(text) == CUI("9999000050101")
    assert is_cui(text)
    assert looks_like_cui(text)
    assert not is_nit(text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("9999000040101", NITProblem.CUI_CHECK_DIGIT),
        ("9999000052301", NITProblem.CUI_PLACE),
        ("9999000050001", NITProblem.CUI_PLACE),
        ("9999000050118", NITProblem.CUI_PLACE),
        ("9999000050100", NITProblem.CUI_PLACE),
        ("999900005010", NITProblem.CUI_FORMAT),
        ("999900005010K", NITProblem.CUI_FORMAT),
        ("", NITProblem.EMPTY),
    ],
)
def test_parse_cui__tells_why_a_text_is_refused(text: str, problem: NITProblem) -> None:
    with pytest.raises(NITError) as refused:
        parse_cui(text)
    assert refused.value.code == problem


def test_parse_cui__accepts_the_newest_municipality() -> None:
    assert is_cui("9999000051333")
    assert not is_cui("9999000051334")


def test_parse_cui__refuses_a_serial_whose_remainder_has_no_digit() -> None:
    # 5 × 2 = 10: no single digit can be its check digit.
    assert not any(is_cui(f"50000000{check}0101") for check in range(10))


@pytest.mark.parametrize(
    ("text", "looks"),
    [
        ("1234567890123", True),
        ("1 2345 678 90123", True),
        ("123456789012", False),
        ("12345678901234", False),
        ("x", False),
    ],
)
def test_looks_like_cui__means_thirteen_digits_in_any_writing(text: str, looks: bool) -> None:
    assert looks_like_cui(text) is looks


def test_taxpayer_id__takes_thirteen_digits_with_zeros_in_front_for_a_padded_nit() -> None:
    assert parse_taxpayer_id("0800000000011") == NIT("800000000011")


def test_format_nit__puts_the_hyphen_before_the_check_character() -> None:
    assert format_nit("80000000016K") == "80000000016-K"
    assert parse_nit("71080").display == "7108-0"


@given(st.integers(min_value=1, max_value=10**11 - 1))
def test_nit__survives_display_and_any_wrong_check_character_is_refused(body: int) -> None:
    check = stdnum_nit.calc_check_digit(str(body))
    assert parse_nit(format_nit(f"{body}{check}")).canonical == f"{body}{check}"
    assert not any(is_nit(f"{body}-{other}") for other in "0123456789K" if other != check)


@given(st.text(max_size=20))
def test_parse_taxpayer_id__answers_or_refuses_any_text(text: str) -> None:
    canonical, _, problem, _ = _scalar(text)
    assert problem in set(NITProblem) if canonical is None else parse_taxpayer_id(canonical).canonical == canonical


def test_column__agrees_with_the_standard_check_on_a_hundred_thousand_values() -> None:
    draw = random.Random(20260101)
    bodies = ["".join(draw.choices("0123456789", k=draw.randint(1, 11))) for _ in range(100_000)]
    values = [body + draw.choice(("", "-")) + _check(body, draw) for body in bodies]
    parsed = parse_nit_column(pl.Series(values))
    expected = [stdnum_nit.compact(value) if stdnum_nit.is_valid(value) else None for value in values]
    assert parsed.get_column("canonical").to_list() == expected
    assert 40_000 < len(expected) - expected.count(None) < 90_000


def _check(body: str, draw: random.Random) -> str:
    return stdnum_nit.calc_check_digit(body) if draw.random() < 0.6 else draw.choice("0123456789kK")


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.text(max_size=16),
            st.from_regex(r"0{0,2}[0-9]{1,13}[-–. ]?[0-9KkК]", fullmatch=True),
            st.from_regex(r"[0-9]{4}[ -]?[0-9]{5}[ -]?(0[0-9]|1[0-9]|2[0-3])[0-3][0-9]", fullmatch=True),
        ),
        max_size=30,
    )
)
def test_column__answers_as_the_scalar_function_does(values: list[str | None]) -> None:
    rows = parse_nit_column(pl.Series(values, dtype=pl.String)).rows()
    assert rows == [_scalar(value) for value in values]


def _scalar(value: str | None) -> tuple[str | None, str | None, str | None, str | None]:
    try:
        parsed = parse_taxpayer_id(value)
    except NITError as refused:
        return None, None, refused.code, None
    return parsed.canonical, "cui" if isinstance(parsed, CUI) else "nit", None, next(iter(parsed.notes), None)


def test_column__keeps_the_order_and_the_types_whatever_it_holds() -> None:
    values = pl.Series(
        ["CF", "80000000016-K", None, "9999000050101", "80000000016-К", "800000000012", "9999 00005 0101"]
    )
    assert parse_nit_column(values).rows() == [
        (None, None, "consumer_final", None),
        ("80000000016K", "nit", None, None),
        (None, None, "empty", None),
        ("9999000050101", "cui", None, None),
        ("80000000016K", "nit", None, "cyrillic_k"),
        (None, None, "check_digit", None),
        ("9999000050101", "cui", None, None),
    ]
    empty = parse_nit_column(pl.Series([], dtype=pl.String))
    assert empty.schema == dict.fromkeys(("canonical", "kind", "problem", "note"), pl.String)
