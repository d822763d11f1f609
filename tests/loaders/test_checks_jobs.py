"""Jobs: periods and kinds in their usual writings, repeated keys, and the registry's own figure."""

from __future__ import annotations

import pytest

from exemptions.datasets import Dataset, Mode
from loaders.rules import message_of
from tests.loaders.fact_files import PERSON, check_facts, content_of, found_facts, jobs, nit
from tests.loaders.registry_files import permanent, temporary


def test_validate_jobs__gives_the_content_of_a_row() -> None:
    assert content_of(Dataset.JOBS, jobs(3, period="T3-2024", kind="Proyectados", jobs="1,200", source="")) == {
        "row": 2,
        "nit": nit(3),
        "category": "ZF_IND",
        "resolution": "ZF-3-2020",
        "period": "2024-T3",
        "kind": "projected",
        "jobs": 1200,
        "source": None,
    }


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2024", "2024"),
        ("2024.0", "2024"),
        ("2024-T3", "2024-T3"),
        ("2024T3", "2024-T3"),
        ("2024-Q3", "2024-T3"),
        ("2024 t3", "2024-T3"),
        ("T3-2024", "2024-T3"),
        ("q3 2024", "2024-T3"),
        ("T32024", "2024-T3"),
    ],
)
def test_validate_jobs__reads_a_year_or_a_quarter_in_one_canonical_writing(text: str, period: str) -> None:
    assert content_of(Dataset.JOBS, jobs(3, period=text))["period"] == period


def test_validate_jobs__a_permanent_benefit_has_the_empty_resolution() -> None:
    assert content_of(Dataset.JOBS, jobs(7))["resolution"] == ""


def test_validate_jobs__the_later_row_of_a_key_names_the_first() -> None:
    again = jobs(3, period="2024Q1", kind="reportado", nit=f"{nit(3)[:-1]}-{nit(3)[-1]}", jobs="9")
    validated = check_facts(Dataset.JOBS, jobs(3, period="2024-T1"), jobs(), again)
    assert [(f.row, f.key, f.rule, f.detail["first_row"]) for f in validated.findings] == [
        (4, "*", "hecho_duplicado", 2)
    ]
    assert validated.content is None
    assert "NIT, CATEGORIA_EXENTO, RESOLUCION, PERIODO, TIPO" in message_of(validated.findings[0], "es")


def test_validate_jobs__another_kind_period_or_resolution_is_another_fact() -> None:
    others = (jobs(kind="PROYECTADO"), jobs(period="2023"), jobs(2), jobs(5))
    assert found_facts(Dataset.JOBS, jobs(), *others) == []


def test_validate_jobs__a_card_number_counts_only_if_the_registry_has_that_person() -> None:
    assert found_facts(Dataset.JOBS, jobs(6)) == []
    assert content_of(Dataset.JOBS, jobs(6))["nit"] == PERSON
    elsewhere = check_facts(Dataset.JOBS, jobs(6), registry=(temporary(1),))
    assert [(f.row, f.key, f.rule) for f in elsewhere.findings] == [(2, "nit", "cui_sin_registro")]
    assert elsewhere.content is None


def test_validate_jobs__a_projection_may_be_of_a_year_to_come_and_of_any_regime() -> None:
    rows = (jobs(period="2027", kind="PROYECTADO"), jobs(3, period="2026", kind="PROYECTADO"))
    assert found_facts(Dataset.JOBS, *rows) == []


def test_validate_jobs__a_quarter_is_over_on_its_last_day() -> None:
    assert found_facts(Dataset.JOBS, jobs(3, period="2026-T3")) == []
    assert found_facts(Dataset.JOBS, jobs(3, period="2026-T4")) == [(2, "period", "periodo_sin_terminar")]


def test_validate_jobs__the_last_quarter_is_compared_with_the_registry() -> None:
    first = jobs(3, period="2025-T1", jobs="10")
    assert found_facts(Dataset.JOBS, jobs(3, period="2025-T4", jobs="40"), first) == []
    validated = check_facts(Dataset.JOBS, jobs(3, period="2025-T3", jobs="44"), first)
    assert [(f.row, f.key, f.rule) for f in validated.findings] == [(2, "jobs", "empleos_distintos_del_registro")]
    message = message_of(validated.findings[0], "en")
    assert "40 jobs in 2025" in message and "gives 44" in message


def test_validate_jobs__the_figure_of_the_year_counts_before_its_quarters() -> None:
    rows = (jobs(period="2025", jobs="28"), jobs(period="2025-T4", jobs="99"))
    assert "empleos_distintos_del_registro" not in {rule for _, _, rule in found_facts(Dataset.JOBS, *rows)}


def test_validate_jobs__only_the_same_year_and_kind_are_compared() -> None:
    rows = (jobs(period="2024", jobs="99"), jobs(period="2025", kind="PROYECTADO", jobs="99"))
    assert found_facts(Dataset.JOBS, *rows) == []


def test_validate_jobs__what_stays_in_the_book_beside_the_file_is_compared_too() -> None:
    book = [jobs(3, period="2025-T4", jobs="40")]
    row = jobs(3, period="2025-T1", jobs="10")
    merged = check_facts(Dataset.JOBS, row, book=book, mode=Mode.MERGE)
    assert merged.findings == ()
    replaced = check_facts(Dataset.JOBS, row, book=book, mode=Mode.REPLACE)
    assert [f.rule for f in replaced.findings] == ["empleos_distintos_del_registro"]


def test_validate_jobs__zero_jobs_are_a_reported_zero() -> None:
    assert content_of(Dataset.JOBS, jobs(jobs="0"))["jobs"] == 0


def test_validate_jobs__a_category_without_jobs_is_told_and_kept() -> None:
    validated = check_facts(Dataset.JOBS, jobs(7), registry=(permanent(7),))
    assert [(f.key, f.rule) for f in validated.findings] == [("jobs", "empleos_no_aplican")]
    assert validated.content is not None
