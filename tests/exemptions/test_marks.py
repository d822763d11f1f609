"""Which words of a name a typed text matched."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exemptions.clauses import match_text
from exemptions.marks import find_marks
from exemptions.query import RegistryQuery
from exemptions.search import search
from tests.exemptions.releases import record
from tests.exemptions.test_index_search import open_rows

NAMES = (
    "ASOCIACIÓN DE AGRICULTORES EL NÍSPERO",
    "Cooperativa Agrícola Ñandú, R.L.",
    "NUBES DE OBSIDIANA, SOCIEDAD ANÓNIMA",
    "Tejidos K'iche' del Viento, S. A.",
    "Energía Papalote, Cía. Ltda.",
    "C.D.A.G. de los Ensayos",
    "FICTICIO,EJEMPLAR,,PRIMERO,",
    "Fundación Ñame",
)


def marked(name: str, q: str) -> list[str]:
    return [name[mark.start : mark.end] for mark in find_marks([name], q)[0]]


@pytest.mark.parametrize(
    ("name", "q", "parts"),
    [
        ("Cooperativa Agrícola Ñandú, R.L.", "nandu agricola", ["Agrícola", "Ñandú"]),
        ("Cooperativa Agrícola Ñandú, R.L.", "coop", ["Cooperativa"]),
        ("Cooperativa Agrícola Ñandú, R.L.", "responsabilidad limitada", ["R.L."]),
        ("Tejidos K'iche' del Viento, S. A.", "kiche viento", ["K'iche'", "Viento"]),
        ("Tejidos K'iche' del Viento, S. A.", "tejidos sociedad anónima", ["Tejidos", "S. A."]),
        ("NUBES DE OBSIDIANA, SOCIEDAD ANÓNIMA", "obsidiana S.A.", ["OBSIDIANA", "SOCIEDAD ANÓNIMA"]),
        ("C.D.A.G. de los Ensayos", "cdag", ["C.D.A.G."]),
        ("C.D.A.G. de los Ensayos", "C. D. A. G. ensayos", ["C.D.A.G.", "Ensayos"]),
        ("FICTICIO,EJEMPLAR,,PRIMERO,", "primero ficticio", ["FICTICIO", "PRIMERO"]),
        ("Fundación N\u0303ame", "ñame", ["N\u0303ame"]),
        ("Fundación Ñame", "fundasion", ["Fundación"]),
        ("Fundación Ñame", "fudnacion ñame", ["Fundación", "Ñame"]),
        ("Fundación Ñame", "zapote", []),
        ("Fundación Ñame", "...", []),
    ],
)
def test_marks__are_the_words_that_matched(name: str, q: str, parts: list[str]) -> None:
    assert marked(name, q) == parts


def test_marks__tell_what_was_typed_and_whether_it_is_exact() -> None:
    first, second = find_marks(["Fundación Nube"], "Fundasión nub")[0]
    assert (first.typed, first.is_exact) == ("Fundasión", False)
    assert (second.typed, second.is_exact) == ("nub", True)


def test_marks__of_a_missing_name_are_none() -> None:
    assert find_marks([None, "Nube"], "nube")[0] == ()


@given(st.text(max_size=40), st.text(max_size=40))
def test_marks__lie_within_the_name_and_never_overlap(name: str, q: str) -> None:
    place = 0
    for mark in find_marks([name], q)[0]:
        assert place <= mark.start < mark.end <= len(name)
        place = mark.end


def test_marks__explain_every_hit_that_the_search_gives(tmp_path: Path) -> None:
    release = open_rows(tmp_path, [record(number, name=name) for number, name in enumerate(NAMES, 1)])
    typed = (
        "nispero", "nizpero", "agricola nanduu", "obsidianna sociedad anonima", "papalote cia", "papalotte", "ensallos",
        "ejenplar primero", "fundasion", "asosiacion agricultores", "viento s.a.", "kiche", "cooprativa",
    )  # fmt: skip
    for q in typed:
        hits = search(release, RegistryQuery(q=q), limit=20)
        assert hits.rows, q
        names = [item["name"] for item in release.to_items(hits.rows, ["name"])]
        for name, marks in zip(names, find_marks(names, q), strict=True):
            assert marks, (q, name)
            assert any(not mark.is_exact for mark in marks) == match_text(release, q).is_approximate
