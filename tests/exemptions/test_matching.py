"""Every line of a list is matched as surely as it can be, and never more surely than that."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exemptions.match_keys import match_keys
from exemptions.match_values import MAX_CANDIDATES, AskedList, Expected, LineMatch, MatchedBy, MatchState
from exemptions.matching import match_list
from exemptions.near_names import compare_bags
from exemptions.release import Release, open_release
from tests.exemptions.releases import build_test_release, default_rows, invented_nit, invented_record_id, record

CUI = "9999000050101"
"""Valid, of nobody."""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return open_release(build_test_release(tmp_path_factory.mktemp("matching"), more_rows()))


def more_rows() -> list[dict[str, object]]:
    """The default rows, two of one name that differ in their legal form, numbered schools, and many homonyms."""
    return [
        *default_rows(),
        record(20, name="Molinos del Alba, S.A."),
        record(21, name="Molinos del Alba, Ltda."),
        record(22, name="Escuela Oficial Rural 25"),
        *(record(30 + n, name="Comité de Agua Potable") for n in range(15)),
    ]


def match(release: Release, *values: str, expected: Expected = Expected.EITHER) -> list[LineMatch]:
    return list(match_list(release, AskedList(values, expected=expected)))


def found(release: Release, value: str, expected: Expected = Expected.EITHER) -> tuple[str, str | None, str | None]:
    """State, how, and the NIT or identifier that was matched."""
    line = match(release, value, expected=expected)[0]
    how = line.best.how if line.best else None
    return line.state, how, line.match.taxpayer.id if line.match else None


NIT_3 = invented_nit(3)


@pytest.mark.parametrize("writing", [NIT_3, f"{NIT_3[:-1]}-{NIT_3[-1]}", f"NIT: {NIT_3}", f"0{NIT_3}", f" {NIT_3} "])
def test_matching__a_nit_in_any_usual_writing_is_its_taxpayer_with_all_records(release: Release, writing: str) -> None:
    line = match(release, writing)[0]
    assert (line.state, line.match and line.match.how) == (MatchState.MATCHED, MatchedBy.NIT)
    assert line.match is not None
    assert (line.match.score, line.match.taxpayer.nit, len(line.match.taxpayer.rows)) == (100, NIT_3, 2)


def test_matching__a_wrong_check_digit_says_so_and_is_never_matched(release: Release) -> None:
    wrong = NIT_3[:-1] + ("0" if NIT_3[-1] != "0" else "1")
    line = match(release, wrong)[0]
    assert (line.state, line.problem and line.problem.code, line.candidates) == ("invalid", "check_digit", ())


@pytest.mark.parametrize(
    ("text", "problem"),
    [(CUI, "cui"), ("5", "length"), ("1.2E+09", "scientific"), ("CF", "consumer_final"), ("000", "zero"),
     ("12/34/5", "format"), ("x" * 201, "too_long"), ("palabra " * 21, "too_long")],
)  # fmt: skip
def test_matching__what_cannot_be_matched_says_why(release: Release, text: str, problem: str) -> None:
    line = match(release, text)[0]
    assert (line.state, line.problem and line.problem.code) == (MatchState.INVALID, problem)


def test_matching__in_a_column_of_nits_a_name_is_no_nit(release: Release) -> None:
    assert found(release, "Fundación Ñame", Expected.NIT)[0] == MatchState.INVALID
    assert found(release, "Fundación Ñame")[0] == MatchState.MATCHED


def test_matching__in_a_column_of_names_a_number_is_a_name(release: Release) -> None:
    assert found(release, NIT_3, Expected.NAME)[0] == MatchState.NONE


@pytest.mark.parametrize(
    ("text", "number", "how"),
    [
        ("NUBES DE OBSIDIANA, SOCIEDAD ANÓNIMA", 3, "exact_name"),
        ("nubes de obsidiana s.a.", 3, "exact_name"),
        ("Nubes de Obsidiana S. A.", 3, "exact_name"),
        ("NUBES DE OBSIDIANA", 3, "same_words"),
        ("Obsidiana, Nubes de", 3, "same_words"),
        ("Nubes de Obsidiama, S.A.", 3, "approximate"),
        ("Nubes de Obsidinaa", 3, "approximate"),
        ("Nubes de Obsidiana, Socieda Anonma", 3, "approximate"),
        ("cooperativa agricola nandu rl", 2, "exact_name"),
        ("COOPERATIVA AGRÍCOLA ÑANDÚ DE RESPONSABILIDAD LIMITADA", 2, "approximate"),
        ("tejidos kiche del viento, sociedad anonima", 5, "exact_name"),
        ("CDAG de los Ensayos", 10, "exact_name"),
        ("Fundacion «Zapote y Cerezo»", 9, None),
        ("Energía Papalote", 8, "same_words"),
        ("Energia Papalote Compañía Limitada", 8, "exact_name"),
    ],
)
def test_matching__names_as_people_write_them(release: Release, text: str, number: int, how: str | None) -> None:
    line = match(release, text)[0]
    assert line.best is not None
    assert line.best.taxpayer.nit == invented_nit(number)
    if how == "approximate" and line.state is MatchState.AMBIGUOUS:
        assert line.best.score < 95
    elif how is not None:
        assert (line.state, line.best.how) == (MatchState.MATCHED, how)


def test_matching__scores_fall_with_certainty(release: Release) -> None:
    texts = ("NUBES DE OBSIDIANA S.A.", "Obsidiana S.A. nubes de", "obsidiana nubes de", "Nubes de Obsidiama")
    scores = [line.best.score for line in match(release, *texts) if line.best]
    assert scores == sorted(set(scores), reverse=True)
    assert len(scores) == len(texts)


def test_matching__two_taxpayers_of_one_name_are_ambiguous_and_both_told(release: Release) -> None:
    line = match(release, "Colegio La Luciérnaga")[0]
    assert (line.state, line.match) == (MatchState.AMBIGUOUS, None)
    assert {candidate.taxpayer.nit for candidate in line.candidates} == {invented_nit(6), invented_nit(7)}


def test_matching__another_legal_form_is_another_taxpayer(release: Release) -> None:
    assert found(release, "Molinos del Alba, S.A.") == ("matched", "exact_name", invented_nit(20))
    assert found(release, "Molinos del Alba, Limitada") == ("matched", "exact_name", invented_nit(21))
    assert found(release, "Molinos del Alba")[:2] == ("ambiguous", "same_words")
    line = match(release, "Nubes de Obsidiana, R.L.")[0]
    assert (line.state, line.candidates[0].how) == (MatchState.AMBIGUOUS, MatchedBy.APPROXIMATE)


def test_matching__the_legal_form_tells_near_names_apart(release: Release) -> None:
    assert found(release, "Molinos del Alva, S.A.") == ("matched", "approximate", invented_nit(20))
    assert found(release, "Molinos del Alva")[:2] == ("ambiguous", "approximate")


def test_matching__a_name_with_one_word_more_or_less_is_for_a_person_to_decide(release: Release) -> None:
    line = match(release, "Asociación de Agricultores El Níspero Grande")[0]
    assert (line.state, line.candidates[0].taxpayer.nit) == (MatchState.AMBIGUOUS, invented_nit(1))


@pytest.mark.parametrize(
    "text", ["Escuela Oficial Rural 26", "Escuela Oficial Rural 2", "Panadería Inexistente", "¡¿?!"]
)
def test_matching__numbers_are_never_taken_for_misspelt_and_strangers_for_nobody(release: Release, text: str) -> None:
    assert found(release, text) == (MatchState.NONE, None, None)


def test_matching__a_natural_person_is_found_by_a_published_name_and_by_no_number(release: Release) -> None:
    assert found(release, "ficticio,ejemplar,,primero,") == ("matched", "exact_name", invented_record_id(13))
    assert match(release, "Primero Ejemplar Ficticio")[0].match is not None
    # The NIT that this record has in the book.
    assert found(release, invented_nit(13)) == (MatchState.NONE, None, None)


def test_matching__candidates_are_as_many_as_is_said(release: Release) -> None:
    line = match(release, "Comité de Agua Potable")[0]
    assert (line.state, len(line.candidates)) == (MatchState.AMBIGUOUS, MAX_CANDIDATES)


def test_matching__keeps_the_order_and_the_numbers_of_the_lines(release: Release) -> None:
    values = [("" if n % 7 == 0 else f"{NIT_3}" if n % 2 else "Fundación Ñame") for n in range(5_000)]
    lines = list(match_list(release, AskedList(values, first_line=2)))
    assert [line.line for line in lines] == list(range(2, 5_002))
    for line, value in zip(lines, values, strict=True):
        wanted = MatchState.MATCHED if value else MatchState.BLANK
        assert (line.value, line.state) == (value, wanted)


def test_matching__an_empty_release_matches_nothing(tmp_path: Path) -> None:
    release = open_release(build_test_release(tmp_path, []))
    assert [line.state for line in match(release, NIT_3, "Fundación")] == [MatchState.NONE, MatchState.NONE]


WORDS = st.lists(st.sampled_from(["Nubes", "del", "Alba", "Ñandú", "25", "K'iche'", "Cía"]), max_size=6)


@given(WORDS, st.data())
def test_keys__neither_order_nor_case_counts_in_a_bag(words: list[str], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(words))
    keys = match_keys(pl.Series([" ".join(words), " ".join(shuffled).upper()]))
    assert keys["bag"].n_unique() == 1


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_keys__any_text_has_keys_and_is_near_itself(text: str) -> None:
    bag = match_keys(pl.Series([text]))["bag"][0]
    nearness = compare_bags(bag, bag)
    assert nearness is not None
    assert nearness.is_spelling
    assert nearness.score == 100
