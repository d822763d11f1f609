"""The words names are found by, the words of a query, and the Spanish order of names."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exemptions.names import Word, find_nit, name_order, name_order_expr, query_words, search_texts
from exemptions.text import fold_expr, fold_text
from tests.exemptions.releases import invented_nit


def words_of(name: str) -> set[str]:
    return set(search_texts(pl.Series([name]))[0].split())


def matches(query: str, name: str) -> bool:
    """Whether every word of the query is a word of the name, the way the index decides it."""
    found = words_of(name)
    return all(
        any(w == word.text or (word.is_prefix and w.startswith(word.text)) for w in found)
        for word in query_words(query)
    )


SUFFIXES = [
    ("S.A.", "Sociedad Anónima"),
    ("S. A.", "SOCIEDAD ANONIMA"),
    ("R.L.", "Responsabilidad Limitada"),
    ("Ltda.", "Limitada"),
    ("Cía. Ltda.", "Compañía Limitada"),
    ("Cía.", "Compañia"),
    ("SA", "sociedad anónima"),
]


@pytest.mark.parametrize(("short", "long"), SUFFIXES)
def test_words__both_writings_of_a_legal_form_find_each_other(short: str, long: str) -> None:
    for query, name in ((short, long), (long, short), (short, short), (long, long)):
        assert matches(f"telares {query}", f"Telares Níspero, {name}")


@pytest.mark.parametrize("query", ["nube sociedad", "nube sociedad anon", "nube s.a", "nube s", "anonima nube"])
def test_words__a_half_typed_or_turned_legal_form_finds(query: str) -> None:
    assert matches(query, "NUBE DE PLOMO, S.A.")


def test_words__a_whole_legal_form_does_not_match_words_that_begin_like_it() -> None:
    assert not matches("nube s.a.", "Nube Santa")
    assert not matches("nube sociedad anónima", "Nube Santa")
    assert matches("nube sa", "Nube Santa")


def test_words__a_legal_form_in_the_middle_of_a_name_counts_too() -> None:
    assert matches("sociedad anónima hermanos", "Pruebas, S.A. y Hermanos")


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("CDAG", "C.D.A.G. de Ensayos"),
        ("c.d.a.g.", "CDAG"),
        ("C. D. A. G.", "CDAG"),
        ("cdag", "C. D. A. G."),
        ("b a", "Grupo A y B"),
        ("kiche", "K'iche'"),
        ("K’ICHE’", "Kiche"),
        ("nandu", "ÑANDÚ"),
        ("ñandú", "NANDU"),
        ("a. lopez", "A.López"),
        ("bilingue", "BILINGÜE"),
        ("uno-dos", "Dos, Uno"),
    ],
)
def test_words__writing_does_not_matter(query: str, name: str) -> None:
    found = words_of(name)
    words = query_words(query)
    assert all(
        any(w == word.text or (word.is_prefix and w.startswith(word.text)) for w in found)
        or (word.letters and all(any(w.startswith(letter) for w in found) for letter in word.letters))
        for word in words
    )


def test_query_words__only_the_last_is_a_prefix() -> None:
    assert query_words("  Fundación  NICKY cru ") == (Word("fundacion"), Word("nicky"), Word("cru", is_prefix=True))


@pytest.mark.parametrize("q", ["", "   ", "!!!", '"', "—", "’'`", "&", "\u200b"])
def test_query_words__a_text_of_signs_has_none(q: str) -> None:
    assert query_words(q) == ()


@pytest.mark.parametrize(
    ("word", "may"),
    [("sol", False), ("lago", True), ("ltda", False), ("12345", False), ("zona10", False), ("compañía", False)],
)
def test_word__numbers_short_words_and_legal_forms_are_never_approximated(word: str, may: bool) -> None:
    assert query_words(word)[0].may_be_misspelt is may


def test_words__a_missing_name_has_no_words() -> None:
    assert search_texts(pl.Series(["Uno", None])).to_list() == ["uno", None]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_words__every_name_is_found_by_itself(name: str) -> None:
    """Whatever the name, all words of the query made of it are among its words."""
    found = words_of(name)
    for word in query_words(name):
        assert any(w == word.text or (word.is_prefix and w.startswith(word.text)) for w in found)


@given(st.text(st.sampled_from("aZ09ÁÉÍÓÚÜÑáéíóúüñ .'-"), max_size=30))
def test_fold__one_text_and_a_column_agree(text: str) -> None:
    column = pl.DataFrame({"text": [text]}, schema={"text": pl.String})
    assert fold_text(text) == column.select(fold_expr(pl.col("text"))).item()


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_fold__folding_twice_is_folding_once(text: str) -> None:
    assert fold_text(fold_text(text)) == fold_text(text)


@given(st.text(st.sampled_from("AÁáñÑn·.' -üçK"), max_size=20))
def test_fold__case_and_accents_do_not_matter(text: str) -> None:
    assert fold_text(text.upper()) == fold_text(text.lower())


def test_find_nit__the_whole_text_must_be_one() -> None:
    nit = invented_nit(16)
    assert find_nit(f" NIT: {nit[:-1]}-{nit[-1].lower()} ") == nit
    assert find_nit(f"colegio {nit}") is None
    assert find_nit("") is None


def test_name_order__is_spanish() -> None:
    names = ["Ozono", "ñandú", "Nube", "Ñame", "nuez", "Álamo", "alameda", '"Alba"', "Nzuzi", "Alba   & Z", "Alba Y"]
    expected = ["alameda", "Álamo", '"Alba"', "Alba Y", "Alba   & Z", "Nube", "nuez", "Nzuzi", "Ñame", "ñandú", "Ozono"]
    assert sorted(names, key=name_order) == expected


@given(st.text(max_size=30))
def test_name_order__one_name_and_a_column_agree(name: str) -> None:
    if any(0xD800 <= ord(c) <= 0xDFFF for c in name):
        return
    assert pl.select(name_order_expr(pl.lit(name))).item() == name_order(name)
