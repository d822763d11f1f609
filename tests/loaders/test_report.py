"""Reports name row, column, value, rule and remedy, in both languages, for people and programs."""

from __future__ import annotations

import csv
import io
import re
import string

import pytest

from exemptions.batches import State
from exemptions.datasets import Dataset
from exemptions.finding import Finding, Severity
from exemptions.guards import Guard, Hold
from loaders.load import LoadResult
from loaders.report import REPORT_COLUMNS, csv_findings, finding_dicts, text_findings, text_report
from loaders.rules import RULES, make_finding, message_of, printable
from tests.loaders.registry_files import check, permanent

FINDINGS = check(
    permanent(1, nit="CF"), permanent(2, name="=LUNA"), permanent(3, nit="C/F"), permanent(4, name="A\u202eB")
).findings


def test_report__every_rule_speaks_both_languages_and_ends_its_sentences() -> None:
    for rule in RULES.values():
        for sentence in (rule.message, rule.remedy):
            assert sentence.es.endswith((".", ".)"))
            assert sentence.en.endswith((".", ".)"))
            assert sentence.es != sentence.en
            assert _fields(sentence.es) == _fields(sentence.en)
        assert re.fullmatch(r"[a-z_]+", rule.code)


def _fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_report__gives_dictionaries_of_one_severity() -> None:
    errors = finding_dicts(FINDINGS, Severity.ERROR, lang="es")
    assert [item["row"] for item in errors] == [2, 4, 5]
    assert [item["row"] for item in finding_dicts(FINDINGS, Severity.WARNING, lang="es")] == [3]
    assert errors[0] == {
        "row": 2,
        "column": "NIT",
        "key": "nit",
        "value": "CF",
        "rule": "nit_consumidor_final",
        "severity": "error",
        "message": "«CF» es consumidor final, que no es un contribuyente.",
        "remedy": "Escriba el NIT de la entidad o quite la fila.",
    }
    assert finding_dicts(FINDINGS, lang="en")[0]["message"] == "“CF” is the final consumer, which is not a taxpayer."


def test_report__the_text_groups_by_rule_and_names_every_row() -> None:
    assert text_findings(FINDINGS, lang="es").splitlines() == [
        "ERRORES: 3",
        "  nit_consumidor_final (2)",
        "    → Escriba el NIT de la entidad o quite la fila.",
        "    fila 2, NIT: «CF» es consumidor final, que no es un contribuyente.",
        "    fila 4, NIT: «C/F» es consumidor final, que no es un contribuyente.",
        "  caracter_de_direccion (1)",
        "    → Escríbalo de nuevo con el teclado; el signo puede hacer que se lea otra cosa.",
        "    fila 5, NOMBRE: El texto tiene un signo que invierte el sentido de la escritura (U+202E).",
        "AVISOS: 1",
        "  texto_con_formula (1)",
        "    → Confirme que así es en la fuente.",
        "    fila 3, NOMBRE: El texto empieza como una fórmula de hoja de cálculo; se conserva tal cual.",
    ]


def test_report__a_remedy_that_differs_by_row_stands_with_its_row() -> None:
    findings = check(permanent(1, name="MarÃ\u00ada"), permanent(2, name="JosÃ©")).findings
    lines = text_findings(findings, lang="en").splitlines()
    assert [line for line in lines if "→" in line] == [
        "      → Write “María”; if many rows have it, declare --encoding utf-8 or export again.",
        "      → Write “José”; if many rows have it, declare --encoding utf-8 or export again.",
    ]


def test_report__says_what_would_change_and_why_a_batch_is_blocked() -> None:
    holds = (Hold(Guard.OLDER_FILE, 2, 0),)
    result = LoadResult(3, Dataset.REGISTRY, State.BLOCKED, 1200, 5, 0, 2, FINDINGS[:1], holds)
    assert text_report(result, lang="es").splitlines()[:3] == [
        "filas: 1,200 · altas: 5 · bajas: 0 · cambios: 2",
        "BLOQUEO: Repite un archivo anterior: es el archivo del lote 2, y después se cargó otro.",
        "ERRORES: 1",
    ]
    assert text_report(result, lang="en").startswith("rows: 1,200 · added: 5 · ended: 0 · changed: 2\n")


def test_report__the_csv_is_whole_and_runs_no_formula() -> None:
    text = csv_findings(FINDINGS, lang="es")
    assert text.startswith("\ufeffrow,column,key,value,rule,severity,message,remedy\r\n")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert [row["row"] for row in rows] == ["2", "3", "4", "5"]
    assert rows[1]["value"] == "'=LUNA"
    assert tuple(rows[0]) == REPORT_COLUMNS


def test_report__nothing_unseen_reaches_a_terminal() -> None:
    finding = make_finding("nit_formato", row=2, column="NI\x1b[2JT", key="nit", value="\x1b[31m\u202e\n")
    text = text_findings([finding], lang="es")
    assert all(character.isprintable() for line in text.splitlines() for character in line)
    assert "<U+001B>" in text
    assert printable("ÑANDÚ «LUNA» – 1") == "ÑANDÚ «LUNA» – 1"


def test_report__a_long_value_is_shortened_in_the_sentence_and_whole_in_the_data() -> None:
    finding = make_finding("nit_formato", row=2, column="NIT", key="nit", value="X" * 500)
    assert len(message_of(finding, "es")) < 120
    assert finding_dicts([finding], lang="es")[0]["value"] == "X" * 500


def test_report__braces_in_a_file_are_text() -> None:
    finding = make_finding("nit_formato", row=2, column="{key.__class__}", key="nit", value="{0} {rule}")
    assert "{0} {rule}" in message_of(finding, "es")


def test_report__an_unknown_rule_is_a_bug_that_shows() -> None:
    with pytest.raises(KeyError):
        make_finding("no_existe")


def test_report__nothing_found_is_an_empty_text() -> None:
    nothing: list[Finding] = []
    assert text_findings(nothing, lang="es") == ""
