"""Every rule on facts is seen to fire, at its row and column; clean rows are seen to pass."""

from __future__ import annotations

import polars as pl
import pytest

from exemptions.datasets import Dataset
from exemptions.editions import staged_schema
from exemptions.finding import Severity
from loaders.rules import RULES, message_of, remedy_of
from loaders.rules_of_estimates import ESTIMATE_RULES
from loaders.rules_of_facts import FACT_RULES
from loaders.rules_of_macro import PRODUCT_RULES
from tests.loaders.fact_files import (
    Row,
    amount,
    check_facts,
    energy,
    estimate,
    event,
    found_facts,
    jobs,
    part,
    product,
)
from tests.loaders.registry_files import cui, nit

JOBS, AMOUNTS, ENERGY, EVENTS = Dataset.JOBS, Dataset.AMOUNTS, Dataset.ENERGY, Dataset.EVENTS
EXPENDITURE = Dataset.EXPENDITURE
MACRO = Dataset.MACRO

CLEAN: list[tuple[Dataset, list[Row]]] = [
    (JOBS, [jobs(), jobs(period="2024", kind="PROYECTADO"), jobs(3, period="2024-T3"), jobs(jobs="28", period="2025")]),
    (AMOUNTS, [amount(), amount(tax="DAI", mechanism="SUSPENSION"), amount(year="2025", amount_gtq="707,045.03")]),
    (ENERGY, [energy(), energy(project="EÓLICA LOMA DE HUMO", technology="Eólica", capacity_mw="12 MW")]),
    (EVENTS, [event(), event(event="REACTIVACION", date="2023-06-01", until=""), event(date="2024-01-01", until="")]),
    (EXPENDITURE, [estimate(), part("naturaleza", "DIRECTOS", "900"), part("naturaleza", "INDIRECTOS", "1,600.5")]),
]


@pytest.mark.parametrize(("dataset", "rows"), CLEAN)
def test_validate__finds_nothing_in_clean_facts(dataset: Dataset, rows: list[Row]) -> None:
    validated = check_facts(dataset, *rows)
    assert validated.findings == ()
    assert validated.content is not None
    assert validated.content.schema == pl.Schema(staged_schema(dataset))
    assert validated.content["row"].to_list() == list(range(2, 2 + len(rows)))


# One row that breaks a rule → its dataset, the rule, and the key that the finding names.
BROKEN: list[tuple[Dataset, str, str, Row]] = [
    (JOBS, "nit_vacio", "nit", jobs(nit="")),
    (JOBS, "nit_consumidor_final", "nit", jobs(nit="CF")),
    (EVENTS, "nit_digito_verificador", "nit", event(nit="80000001001")),
    (AMOUNTS, "cui_invalido", "nit", amount(nit="1234567890123")),
    (AMOUNTS, "cui_sin_registro", "nit", amount(nit=cui(99998372))),
    (JOBS, "categoria_vacia", "category", jobs(category="")),
    (JOBS, "categoria_desconocida", "category", jobs(category="MAQUILITA")),
    (EVENTS, "categoria_ambigua", "category", event(category="2427")),
    (JOBS, "registro_ausente", "*", jobs(nit=nit(900))),
    (AMOUNTS, "registro_ausente", "*", amount(resolution="DPI-1-2099")),
    (ENERGY, "registro_ausente", "*", energy(resolution="MEM-1-2099")),
    (EVENTS, "registro_ausente", "*", event(category="MAQ_DEV")),
    (JOBS, "caracter_de_control", "source", jobs(source="Boleta\nanual")),
    (AMOUNTS, "texto_doble_codificacion", "source", amount(source="DeclaraciÃ³n")),
    (ENERGY, "caracter_perdido", "project", energy(project="SOLAR MESETA DE NIEBLA\ufffd")),
    (EVENTS, "texto_con_formula", "reason", event(reason="=1+1")),
    (EVENTS, "caracter_de_direccion", "legal_basis", event(legal_basis="Art. \u202e43")),
    (EXPENDITURE, "texto_demasiado_largo", "key", estimate(key="T" * 81)),
    (EXPENDITURE, "caracter_invisible", "note", estimate(note="a\u200bb")),
    (JOBS, "periodo_vacio", "period", jobs(period="")),
    (JOBS, "periodo_invalido", "period", jobs(period="2024-T5")),
    (JOBS, "periodo_invalido", "period", jobs(period="24")),
    (JOBS, "periodo_invalido", "period", jobs(period="2024-03")),
    (JOBS, "periodo_invalido", "period", jobs(period="1899")),
    (JOBS, "periodo_invalido", "period", jobs(period="2028", kind="PROYECTADO")),
    (JOBS, "periodo_futuro", "period", jobs(period="2027")),
    (JOBS, "periodo_futuro", "period", jobs(3, period="2027-T1")),
    (JOBS, "periodo_sin_terminar", "period", jobs(period="2026")),
    (JOBS, "periodo_sin_terminar", "period", jobs(3, period="2026-T4")),
    (JOBS, "trimestre_en_regimen_anual", "period", jobs(period="2024-T1")),
    (JOBS, "anio_en_regimen_trimestral", "period", jobs(3, period="2024")),
    (JOBS, "clase_de_empleos_vacia", "kind", jobs(kind="")),
    (JOBS, "clase_de_empleos_desconocida", "kind", jobs(kind="ESTIMADO")),
    (JOBS, "empleos_vacios", "jobs", jobs(jobs="")),
    (JOBS, "empleos_no_numericos", "jobs", jobs(jobs="25.5")),
    (JOBS, "empleos_negativos", "jobs", jobs(jobs="-1")),
    (JOBS, "empleos_no_aplican", "jobs", jobs(7)),
    (JOBS, "empleos_distintos_del_registro", "jobs", jobs(period="2025", jobs="29")),
    (AMOUNTS, "anio_vacio", "year", amount(year="")),
    (AMOUNTS, "anio_invalido", "year", amount(year="2028")),
    (AMOUNTS, "impuesto_vacio", "tax", amount(tax="")),
    (AMOUNTS, "impuesto_fuera_de_catalogo", "tax", amount(tax="IVAX")),
    (AMOUNTS, "impuesto_fuera_de_catalogo", "tax", amount(tax="ISR;IVA")),
    (AMOUNTS, "mecanismo_vacio", "mechanism", amount(mechanism="")),
    (AMOUNTS, "mecanismo_fuera_de_catalogo", "mechanism", amount(mechanism="EXENTO TOTAL")),
    (AMOUNTS, "monto_vacio", "amount_gtq", amount(amount_gtq="")),
    (AMOUNTS, "monto_no_numerico", "amount_gtq", amount(amount_gtq="1.200,50")),
    (AMOUNTS, "monto_con_mas_decimales", "amount_gtq", amount(amount_gtq="1.2345")),
    (AMOUNTS, "monto_de_rectificacion", "amount_gtq", amount(amount_gtq="-90.66")),
    (AMOUNTS, "tratamiento_no_previsto", "mechanism", amount(tax="ISO")),
    (AMOUNTS, "tratamiento_no_previsto", "mechanism", amount(mechanism="DEDUCCION")),
    (AMOUNTS, "monto_distinto_del_registro", "amount_gtq", amount(year="2025", amount_gtq="707045.02")),
    (ENERGY, "temporal_sin_resolucion", "resolution", energy(resolution="")),
    (ENERGY, "proyecto_vacio", "project", energy(project=" ")),
    (ENERGY, "tecnologia_desconocida", "technology", energy(technology="CARBÓN")),
    (ENERGY, "capacidad_no_numerica", "capacity_mw", energy(capacity_mw="4.3501")),
    (ENERGY, "capacidad_no_numerica", "capacity_mw", energy(capacity_mw="4,35")),
    (ENERGY, "capacidad_no_numerica", "capacity_mw", energy(capacity_mw="4350 kW")),
    (ENERGY, "capacidad_no_positiva", "capacity_mw", energy(capacity_mw="0.000")),
    (ENERGY, "capacidad_no_positiva", "capacity_mw", energy(capacity_mw="-4.35")),
    (ENERGY, "capacidad_improbable", "capacity_mw", energy(capacity_mw="4350")),
    (ENERGY, "municipio_desconocido", "municipality", energy(municipality="MACONDO")),
    (ENERGY, "municipio_ambiguo", "municipality", energy(municipality="Santa Bárbara")),
    (ENERGY, "fecha_invalida", "valid_from", energy(valid_from="2020-12-34")),
    (ENERGY, "vigencia_invertida", "valid_until", energy(4, resolution="MEM-4-2020", valid_until="2020-12-03")),
    (ENERGY, "fecha_distinta_del_registro", "valid_from", energy(valid_from="2020-12-05")),
    (ENERGY, "fecha_distinta_del_registro", "valid_until", energy(valid_until="2031-12-03")),
    (EVENTS, "evento_vacio", "event", event(event="", until="")),
    (EVENTS, "evento_desconocido", "event", event(event="APERCIBIMIENTO", until="")),
    (EVENTS, "fecha_vacia", "date", event(date="")),
    (EVENTS, "fecha_de_dos_cifras", "date", event(date="1/2/23")),
    (EVENTS, "fecha_invalida", "until", event(until="2023-02-30")),
    (EVENTS, "hasta_sin_suspension", "until", event(event="REVOCATORIA")),
    (EVENTS, "hasta_antes_de_fecha", "until", event(until="2023-01-31")),
    (EVENTS, "evento_fuera_de_vigencia", "date", event(date="2020-12-03")),
    (EVENTS, "evento_fuera_de_vigencia", "date", event(date="2030-12-04", until="")),
    (EVENTS, "evento_fuera_de_vigencia", "date", event(date="2030-12-04", until="2031-01-01")),
    (EVENTS, "evento_fuera_de_vigencia", "until", event(until="2030-12-04")),
    (EVENTS, "reactivacion_sin_motivo", "event", event(event="REACTIVACION", until="")),
    (EXPENDITURE, "anio_vacio", "year", estimate(year="")),
    (EXPENDITURE, "anio_invalido", "year", estimate(year="1989")),
    (EXPENDITURE, "anio_invalido", "year", estimate(year="2028")),
    (EXPENDITURE, "impuesto_fuera_de_catalogo", "tax", part("impuesto", "IVAX", "5", tax="IVAX")),
    (EXPENDITURE, "particion_vacia", "partition", estimate(partition="")),
    (EXPENDITURE, "particion_desconocida", "partition", estimate(partition="sector")),
    (EXPENDITURE, "clave_vacia", "key", estimate(key="")),
    (EXPENDITURE, "informe_vacio", "report", estimate(report="")),
    (EXPENDITURE, "monto_vacio", "amount_millions", estimate(amount_millions="", pct_gdp="")),
    (EXPENDITURE, "monto_no_numerico", "amount_millions", estimate(amount_millions="2.500,00")),
    (EXPENDITURE, "monto_no_numerico", "amount_millions", estimate(amount_millions="unos 2500")),
    (EXPENDITURE, "moneda_no_es_quetzal", "amount_millions", estimate(amount_millions="US$ 2500")),
    (EXPENDITURE, "moneda_no_es_quetzal", "amount_millions", estimate(amount_millions="2500 USD")),
    (EXPENDITURE, "moneda_no_es_quetzal", "amount_millions", estimate(amount_millions="€2500")),
    (EXPENDITURE, "moneda_no_es_quetzal", "amount_millions", estimate(amount_millions="L 2,500")),
    (EXPENDITURE, "moneda_no_es_quetzal", "amount_millions", estimate(amount_millions="2500 lempiras")),
    (EXPENDITURE, "monto_no_numerico", "amount_millions", estimate(amount_millions="25,00")),
    (EXPENDITURE, "monto_no_numerico", "amount_millions", estimate(amount_millions="2 500")),
    (EXPENDITURE, "millones_sin_centavos_enteros", "amount_millions", estimate(amount_millions="2500.123456789")),
    (EXPENDITURE, "estimacion_negativa", "amount_millions", estimate(amount_millions="-2,500.00", pct_gdp="")),
    (EXPENDITURE, "porcentaje_no_numerico", "pct_gdp", estimate(pct_gdp="2,5")),
    (EXPENDITURE, "porcentaje_fuera_de_rango", "pct_gdp", estimate(pct_gdp="250")),
    (EXPENDITURE, "porcentaje_fuera_de_rango", "pct_gdp", estimate(pct_gdp="-2.5")),
    (EXPENDITURE, "porcentaje_en_fraccion", "pct_gdp", estimate(pct_gdp="0.025")),
    (EXPENDITURE, "direccion_invalida", "source_url", estimate(source_url="javascript:alert(1)")),
    (EXPENDITURE, "direccion_invalida", "source_url", estimate(source_url="example.org/informe")),
    (EXPENDITURE, "direccion_invalida", "source_url", estimate(source_url="https://example.org/\u202egro")),
    (EXPENDITURE, "direccion_invalida", "source_url", estimate(source_url='https://example.org/"><b>')),
    (MACRO, "anio_vacio", "year", product(year="")),
    (MACRO, "anio_invalido", "year", product(year="1949")),
    (MACRO, "anio_invalido", "year", product(year="2028")),
    (MACRO, "anio_invalido", "year", product(year="24")),
    (MACRO, "deflactor_vacio", "deflator", product(deflator="")),
    (MACRO, "deflactor_no_numerico", "deflator", product(deflator="ciento")),
    (MACRO, "deflactor_no_numerico", "deflator", product(deflator="118.53 %")),
    (MACRO, "deflactor_no_numerico", "deflator", product(deflator="118.533333333")),
    (MACRO, "deflactor_no_positivo", "deflator", product(deflator="0.00")),
    (MACRO, "deflactor_no_positivo", "deflator", product(deflator="-118.53")),
    (MACRO, "coma_en_cifra", "deflator", product(deflator="118,53")),
    (MACRO, "coma_en_cifra", "gdp_millions", product(gdp_millions="100,000.25")),
    (MACRO, "anio_base_vacio", "base_year", product(base_year="")),
    (MACRO, "anio_invalido", "base_year", product(base_year="13")),
    (MACRO, "deflactor_base_distinto_de_cien", "deflator", product(year="2013", deflator="100.01")),
    (MACRO, "pib_vacio", "gdp_millions", product(gdp_millions="")),
    (MACRO, "pib_no_numerico", "gdp_millions", product(gdp_millions="Q 100000")),
    (MACRO, "pib_no_numerico", "gdp_millions", product(gdp_millions="1000000000000")),
    (MACRO, "pib_no_positivo", "gdp_millions", product(gdp_millions="0")),
    (MACRO, "pib_no_positivo", "gdp_millions", product(gdp_millions="-100000")),
    (MACRO, "fuente_vacia", "source", product(source="")),
]

TOGETHER = {
    "hecho_duplicado",
    "suspensiones_traslapadas",
    "particion_no_suma",
    "naturaleza_menor_que_sus_impuestos",
    "porcentaje_no_concuerda",
    "porcentaje_lejos_del_pib",
    "informe_con_otra_cifra",
    "informe_casi_igual",
    "columna_en_otra_moneda",
    "anio_base_distinto",
    "pib_no_concuerda",
}
"""Rules that need two rows, the book or a header; the tests of each dataset have them."""

OTHER_RECORD: dict[Dataset, Row] = {
    JOBS: jobs(2),
    AMOUNTS: amount(2),
    ENERGY: energy(project="OTRO PROYECTO"),
    EVENTS: event(2),
    EXPENDITURE: estimate(year="2019"),
    MACRO: product(year="2019"),
}


@pytest.mark.parametrize(("dataset", "rule", "key", "row"), BROKEN)
def test_validate__names_the_row_the_column_and_the_rule_of_a_fact(
    dataset: Dataset, rule: str, key: str, row: Row
) -> None:
    validated = check_facts(dataset, OTHER_RECORD[dataset], row)
    assert [(f.row, f.key, f.rule) for f in validated.findings if f.rule == rule] == [(3, key, rule)]
    others = {f.rule for f in validated.findings} - {rule}
    assert others <= {"registro_ausente", "fecha_distinta_del_registro"}
    finding = next(f for f in validated.findings if f.rule == rule)
    assert finding.severity is RULES[rule].severity
    assert (validated.content is None) == (finding.severity is Severity.ERROR)


@pytest.mark.parametrize(("dataset", "rule", "key", "row"), BROKEN)
def test_validate__tells_a_fault_and_its_remedy_in_both_languages(
    dataset: Dataset, rule: str, key: str, row: Row
) -> None:
    finding = next(f for f in check_facts(dataset, row).findings if f.rule == rule)
    for lang in ("es", "en"):
        assert not set("{}") & set(message_of(finding, lang) + remedy_of(finding, lang))
    assert message_of(finding, "es") != message_of(finding, "en")
    assert finding.key == key


def test_validate__every_rule_of_facts_is_tried_here() -> None:
    tried = {rule for _, rule, _, _ in BROKEN} | TOGETHER
    assert {rule.code for rule in (*FACT_RULES, *ESTIMATE_RULES, *PRODUCT_RULES)} <= tried


def test_validate__finds_everything_in_a_fact_and_in_the_order_of_its_columns() -> None:
    broken = jobs(nit="CF", category="X", period="x", kind="y", jobs="z")
    assert found_facts(JOBS, broken, broken) == [
        (row, key, rule)
        for row in (2, 3)
        for key, rule in (
            ("nit", "nit_consumidor_final"),
            ("category", "categoria_desconocida"),
            ("period", "periodo_invalido"),
            ("kind", "clase_de_empleos_desconocida"),
            ("jobs", "empleos_no_numericos"),
        )
    ]


def test_validate__an_absent_record_is_told_once_per_row_and_the_fact_is_kept() -> None:
    validated = check_facts(JOBS, jobs(period="2023"), jobs(), registry=())
    assert [(f.row, f.rule) for f in validated.findings] == [(2, "registro_ausente"), (3, "registro_ausente")]
    assert validated.content is not None and validated.content.height == 2
    assert "DPI-1-2020" in message_of(validated.findings[0], "es")


@pytest.mark.parametrize("dataset", [JOBS, AMOUNTS, ENERGY, EVENTS, EXPENDITURE])
def test_validate__a_file_of_facts_without_rows_is_refused(dataset: Dataset) -> None:
    assert found_facts(dataset) == [(1, "*", "sin_registros")]
