"""Every rule on values and records is seen to fire, at its row and column; clean records are seen to pass."""

from __future__ import annotations

import json
from datetime import date

import polars as pl
import pytest

from exemptions.content import STAGED_SCHEMA
from exemptions.finding import Severity
from loaders.checks_text import repair_double_encoding
from loaders.rules import RULES, message_of, remedy_of
from loaders.rules_of_records import RECORD_RULES
from loaders.rules_of_values import VALUE_RULES
from tests.loaders.registry_files import check, cui, found, nit, permanent, temporary

CYRILLIC_K = "\u041a"
NIT_WITH_K = next(nit(number) for number in range(100) if nit(number).endswith("K"))
WRONG_CHECK = nit(1)[:-1] + ("1" if nit(1)[-1] != "1" else "2")


def test_validate__finds_nothing_in_clean_records() -> None:
    validated = check(permanent(1), temporary(2), temporary(2, resolution="DPI-2-2020/ISR"))
    assert validated.findings == ()
    assert validated.rows == 3
    assert validated.content is not None
    assert validated.content.schema == pl.Schema(STAGED_SCHEMA)


def test_validate__gives_the_content_of_a_record() -> None:
    content = check(temporary(7, taxes="ISR / DAI, ISR", amount_gtq="Q 1,234.5", jobs="1,200")).content
    assert content is not None
    assert content.row(0, named=True) == {
        "row": 2,
        "nit": nit(7),
        "category": "MAQ_SERV",
        "resolution": "DPI-7-2020",
        "name": "TEJIDOS HELECHO DE HILO 7, SOCIEDAD ANÓNIMA",
        "person_kind": "legal",
        "exempt_type": "BFT",
        "authority": "MINECO",
        "notified_on": date(2020, 12, 4),
        "valid_from": date(2020, 12, 4),
        "valid_until": date(2030, 12, 3),
        "status": "active",
        "status_reason": None,
        "taxes": "ISR;DAI",
        "activity": "6202",
        "department": "16",
        "municipality": "1607",
        "jobs": 1200,
        "jobs_year": 2025,
        "jobs_kind": "reported",
        "amount_cents": 123450,
        "amount_year": 2025,
        "unresolved": None,
    }


def test_validate__leaves_what_is_blank_null_and_the_resolution_empty() -> None:
    content = check(permanent(1, status="", activity="", department="", municipality="")).content
    assert content is not None
    row = content.row(0, named=True)
    assert row["resolution"] == ""
    absent = {"status", "taxes", "activity", "department", "municipality", "jobs", "amount_cents", "valid_from"}
    assert {key for key in absent if row[key] is not None} == set()


# One record that breaks a rule → the rule, the key it names and the value it repeats.
BROKEN = [
    ("nit_vacio", "nit", permanent(nit="")),
    ("nit_vacio", "nit", permanent(nit="  ")),
    ("nit_consumidor_final", "nit", permanent(nit="CF")),
    ("nit_consumidor_final", "nit", permanent(nit="consumidor final")),
    ("nit_cientifica", "nit", permanent(nit="8.0E+11")),
    ("nit_formato", "nit", permanent(nit="PENDIENTE")),
    ("nit_formato", "nit", permanent(nit="0")),
    ("nit_formato", "nit", permanent(nit="8000000000115555")),
    ("nit_digito_verificador", "nit", permanent(nit=WRONG_CHECK)),
    ("nit_cui", "nit", permanent(nit=cui())),
    ("nit_cui", "nit", permanent(nit="1234567890123")),
    ("cui_invalido", "nit", permanent(nit="1234567890123", person_kind="INDIVIDUAL")),
    ("nit_k_cirilica", "nit", permanent(nit=NIT_WITH_K[:-1] + CYRILLIC_K)),
    ("nit_decimal", "nit", permanent(nit=f"{nit(1)}.0")),
    ("nit_signos", "nit", permanent(nit=f"{nit(1)}\u200b")),
    ("nombre_vacio", "name", permanent(name=" \u00a0")),
    ("caracter_de_control", "name", permanent(name="COLEGIO\nLA NIEBLA")),
    ("caracter_de_control", "name", permanent(name="COLEGIO\x00LA NIEBLA")),
    ("caracter_de_control", "resolution", temporary(resolution="DPI-1\t2020")),
    ("caracter_de_direccion", "name", permanent(name="COLEGIO \u202eALBEIN")),
    ("caracter_de_direccion", "status_reason", permanent(status_reason="a\u2066b")),
    ("caracter_perdido", "name", permanent(name="COLEGIO MAR\ufffdA")),
    ("texto_doble_codificacion", "name", permanent(name="COLEGIO MarÃ\u00ada")),
    ("texto_doble_codificacion", "name", permanent(name="COLEGIO â€œLA NIEBLAâ€\u009d")),
    ("caracter_invisible", "name", permanent(name="COLE\u200bGIO")),
    ("texto_con_formula", "name", permanent(name="=1+1")),
    ("texto_con_formula", "name", permanent(name="-PACHÓN-")),
    ("texto_con_formula", "name", permanent(name="\tCOLEGIO")),
    ("texto_con_formula", "resolution", temporary(resolution="@DPI")),
    ("texto_demasiado_largo", "name", permanent(name="A" * 501)),
    ("texto_demasiado_largo", "resolution", temporary(resolution="D" * 101)),
    ("fecha_invalida", "notified_on", permanent(notified_on="2023-02-29")),
    ("fecha_invalida", "valid_from", temporary(valid_from="31/02/2024")),
    ("fecha_invalida", "valid_from", temporary(valid_from="12/31/2020")),
    ("fecha_invalida", "valid_from", temporary(valid_from="2020-12/04")),
    ("fecha_invalida", "valid_from", temporary(valid_from="44169")),
    ("fecha_de_dos_cifras", "valid_from", temporary(valid_from="4/12/20")),
    ("fecha_improbable", "valid_until", temporary(taxes="DAI", valid_until="3020-12-03")),
    ("fecha_improbable", "notified_on", permanent(notified_on="1900-01-01")),
    ("empleos_no_numericos", "jobs", temporary(jobs="varios")),
    ("empleos_no_numericos", "jobs", temporary(jobs="1.200")),
    ("empleos_no_numericos", "jobs", temporary(jobs="12.5")),
    ("empleos_no_numericos", "jobs", temporary(jobs="1,20")),
    ("empleos_negativos", "jobs", temporary(jobs="-5")),
    ("monto_no_numerico", "amount_gtq", temporary(amount_gtq="1.200.000,75")),
    ("monto_no_numerico", "amount_gtq", temporary(amount_gtq="1.200,50")),
    ("monto_no_numerico", "amount_gtq", temporary(amount_gtq="1,20")),
    ("monto_no_numerico", "amount_gtq", temporary(amount_gtq="USD 5")),
    ("monto_no_numerico", "amount_gtq", temporary(amount_gtq="12345678901234567")),
    ("monto_con_mas_decimales", "amount_gtq", temporary(amount_gtq="1.200")),
    ("monto_con_mas_decimales", "amount_gtq", temporary(amount_gtq="0.3333333")),
    ("monto_negativo", "amount_gtq", temporary(amount_gtq="Q -5.00")),
    ("anio_invalido", "jobs_year", temporary(jobs_year="25")),
    ("anio_invalido", "jobs_year", temporary(jobs_year="1899")),
    ("anio_invalido", "amount_year", temporary(amount_year="2028")),
    ("tipo_vacio", "exempt_type", permanent(exempt_type="")),
    ("tipo_desconocido", "exempt_type", permanent(exempt_type="CONTS")),
    ("categoria_vacia", "category", permanent(category="")),
    ("categoria_desconocida", "category", permanent(category="MAQUILITA")),
    ("categoria_ambigua", "category", temporary(category="2427")),
    ("categoria_ambigua", "category", temporary(category="Maquila Decreto 29-89 y sus reformas")),
    ("tipo_persona_desconocido", "person_kind", permanent(category="COOP", exempt_type="COOP", person_kind="X")),
    ("tipo_persona_vacio", "person_kind", permanent(person_kind="")),
    ("autoridad_desconocida", "authority", permanent(authority="MINECOO")),
    ("estado_desconocido", "status", permanent(status="ACTIVO-ISH")),
    ("impuesto_desconocido", "taxes", permanent(taxes="ISR;IVAX")),
    ("impuesto_desconocido", "taxes", permanent(taxes=";")),
    ("actividad_desconocida", "activity", permanent(activity="4444")),
    ("actividad_desconocida", "activity", permanent(activity="A8521")),
    ("departamento_desconocido", "department", permanent(department="MACONDO", municipality="")),
    ("municipio_desconocido", "municipality", permanent(municipality="MACONDO")),
    ("municipio_desconocido", "municipality", permanent(municipality="0199")),
    ("municipio_desconocido", "municipality", permanent(department="", municipality="MACONDO")),
    ("municipio_ambiguo", "municipality", permanent(department="", municipality="Santa Bárbara")),
    ("municipio_fuera_del_departamento", "municipality", permanent(municipality="0201")),
    ("municipio_fuera_del_departamento", "municipality", permanent(municipality="Guastatoya")),
    ("tipo_empleos_desconocido", "jobs_kind", temporary(jobs_kind="ESTIMADO")),
    ("categoria_no_es_del_tipo", "category", permanent(exempt_type="COOP")),
    ("categoria_no_es_del_tipo", "category", permanent(category="COG", exempt_type="ESTADO")),
    ("temporal_sin_resolucion", "resolution", temporary(resolution="")),
    ("temporal_sin_fechas", "valid_from", temporary(valid_from="")),
    ("temporal_sin_fechas", "valid_until", temporary(valid_until=" ")),
    ("vigencia_invertida", "valid_until", temporary(valid_until="2020-12-03")),
    ("isr_mas_de_diez_anios", "valid_until", temporary(valid_until="2030-12-05")),
    ("isr_mas_de_diez_anios", "valid_until", temporary(valid_until="2031-01-01", taxes="")),
    ("inicio_antes_de_notificacion", "valid_from", temporary(valid_from="2020-12-03", valid_until="2030-12-02")),
    ("empleos_no_aplican", "jobs", permanent(jobs="3", jobs_year="2025", jobs_kind="REPORTADO")),
    ("empleos_sin_anio", "jobs_year", temporary(jobs_year="")),
    ("monto_sin_anio", "amount_year", temporary(amount_year="")),
    ("anio_sin_dato", "jobs_year", temporary(jobs="", jobs_kind="")),
    ("anio_sin_dato", "amount_year", temporary(amount_gtq="")),
    ("tipo_empleos_vacio", "jobs_kind", temporary(jobs_kind="")),
    ("nombre_de_persona_individual", "name", permanent(name="INVENTADO,EJEMPLAR,,PRIMERO,SEGUNDO")),
]


@pytest.mark.parametrize(("rule", "key", "record"), BROKEN)
def test_validate__names_the_row_the_column_and_the_rule(rule: str, key: str, record: dict[str, str]) -> None:
    clean = temporary(900)
    validated = check(clean, record)
    assert [(f.row, f.key, f.rule) for f in validated.findings] == [(3, key, rule)]
    finding = validated.findings[0]
    assert finding.severity is RULES[rule].severity
    assert (validated.content is None) == (finding.severity is Severity.ERROR)
    for lang in ("es", "en"):
        assert "{" not in message_of(finding, lang) + remedy_of(finding, lang)


TOGETHER = {
    "nit_con_varios_nombres",
    "nit_con_dos_tipos_de_persona",
    "llave_duplicada",
    "regimenes_que_se_excluyen",
}


def test_validate__every_rule_of_values_and_records_is_tried_here() -> None:
    codes = {rule.code for rule in (*VALUE_RULES, *RECORD_RULES)}
    assert codes == {rule for rule, _, _ in BROKEN} | TOGETHER


def test_validate__names_the_first_row_of_a_repeated_key() -> None:
    again = temporary(1, nit=f"{nit(1)[:-1]}-{nit(1)[-1]}", name=temporary(1)["name"])
    validated = check(temporary(1), permanent(2), again)
    assert [(f.row, f.key, f.rule, f.detail) for f in validated.findings] == [
        (4, "nit", "llave_duplicada", {"first_row": 2})
    ]
    assert "DPI-1-2016/ISR" in remedy_of(validated.findings[0], "es")


def test_validate__a_permanent_benefit_may_not_repeat_either() -> None:
    assert found(permanent(1), permanent(1)) == [(3, "nit", "llave_duplicada")]


def test_validate__two_benefits_of_one_taxpayer_are_not_a_repetition() -> None:
    assert found(temporary(1), temporary(1, resolution="DPI-9-2021"), temporary(1, category="MAQ_ADT_P")) == []


def test_validate__names_rows_that_give_one_nit_another_name() -> None:
    other = temporary(1, resolution="DPI-9-2021", name="CONSERVAS LUNA")
    validated = check(temporary(1), other)
    assert [(f.row, f.key, f.rule) for f in validated.findings] == [(3, "name", "nit_con_varios_nombres")]
    assert validated.findings[0].detail == {"first_row": 2, "first_name": temporary(1)["name"]}
    assert validated.content is not None


def test_validate__another_writing_of_the_same_name_is_no_other_name() -> None:
    name = temporary(1)["name"].lower().replace("anónima", "anonima")
    assert found(temporary(1), temporary(1, resolution="DPI-9-2021", name=name)) == []


def test_validate__a_nit_is_of_one_kind_of_person_only() -> None:
    both = (permanent(1), permanent(1, category="DIPL", exempt_type="INTL", person_kind="INDIVIDUAL"))
    assert found(*both) == [(3, "person_kind", "nit_con_dos_tipos_de_persona")]


@pytest.mark.parametrize(
    ("zone", "status", "told"),
    [
        ("ZF_IND", "VIGENTE", True),
        ("ZOLIC_USU", "", True),
        ("ZF_SERV", "REVOCADO", False),
        ("ZF_ADM", "VIGENTE", False),
    ],
)
def test_validate__tells_of_regimes_that_exclude_each_other(zone: str, status: str, told: bool) -> None:
    maquila = temporary(1, category="MAQ_ADT_P")
    user = temporary(1, category=zone, resolution="ZF-1-2021", authority="", taxes="", status=status)
    expected = [(2, "category", "regimenes_que_se_excluyen")] if told else []
    assert [place for place in found(maquila, user) if place[2] == "regimenes_que_se_excluyen"] == expected


def test_validate__finds_everything_and_in_the_order_of_rows_and_columns() -> None:
    broken = temporary(1, nit="CF", name="", category="X", valid_from="x", jobs="y", amount_gtq="z", department="w")
    assert found(broken, broken) == [
        (row, key, rule)
        for row in (2, 3)
        for key, rule in (
            ("nit", "nit_consumidor_final"),
            ("name", "nombre_vacio"),
            ("category", "categoria_desconocida"),
            ("valid_from", "fecha_invalida"),
            ("department", "departamento_desconocido"),
            ("jobs", "empleos_no_numericos"),
            ("amount_gtq", "monto_no_numerico"),
        )
    ]


def test_validate__accepts_a_cui_for_a_natural_person_only() -> None:
    content = check(permanent(nit=cui(), person_kind="INDIVIDUAL")).content
    assert content is not None
    assert content["nit"].to_list() == [cui()]
    assert found(permanent(nit=cui(), person_kind="", category="COOP", exempt_type="COOP")) == [(2, "nit", "nit_cui")]


@pytest.mark.parametrize(
    ("text", "category", "kind"),
    [
        ("JURIDICA", "CED_PRIV", "legal"),
        ("Persona jurídica", "CED_PRIV", "legal"),
        ("J", "CED_PRIV", "legal"),
        ("INDIVIDUAL", "CED_PRIV", "natural"),
        ("Natural", "CED_PRIV", "natural"),
        ("", "CED_PRIV", "natural"),
        ("X", "CED_PRIV", "natural"),
        ("", "UNIV_PRIV", "legal"),
        ("X", "UNIV_PRIV", "legal"),
    ],
)
def test_validate__an_unstated_person_is_natural_where_natural_persons_can_be(
    text: str, category: str, kind: str
) -> None:
    content = check(permanent(person_kind=text, category=category)).content
    assert content is not None
    assert content["person_kind"].to_list() == [kind]


@pytest.mark.parametrize(
    "text",
    ["2020-12-04", "4/12/2020", "04/12/2020", "4-12-2020", "4.12.2020", "2020/12/4", "2020-12-04 00:00:00"],
)
def test_validate__reads_dates_in_iso_and_with_the_day_first(text: str) -> None:
    content = check(temporary(valid_from=text)).content
    assert content is not None
    assert content["valid_from"].to_list() == [date(2020, 12, 4)]


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("0", 0),
        ("0.00", 0),
        ("1234.56", 123456),
        ("1,234.56", 123456),
        ("Q 1,234.56", 123456),
        ("Q.54,701.1", 5470110),
        ("GTQ1234567890123456", 123456789012345600),
        ("7", 700),
    ],
)
def test_validate__reads_amounts_to_the_cent(text: str, cents: int) -> None:
    content = check(temporary(amount_gtq=text)).content
    assert content is not None
    assert content["amount_cents"].to_list() == [cents]


@pytest.mark.parametrize(
    ("key", "text", "code"),
    [
        ("exempt_type", "Exento constitucional", "CONST"),
        ("exempt_type", "887", "CONST"),
        ("exempt_type", "Exento Constitucional", "CONST"),
        ("category", "Centro educativo privado", "CED_PRIV"),
        ("category", "962", "CED_PRIV"),
        ("status", "Suspendida", "suspended"),
        ("status", "CANCELADO", "cancelled"),
        ("status", "vencida", "expired"),
        ("status", "Revocado", "revoked"),
        ("status", "ACTIVO", "active"),
        ("activity", "P8521", "8521"),
        ("activity", "0111", "0111"),
        ("activity", "Cultivo de arroz", "0112"),
        ("department", "1", "01"),
        ("department", "guatemala", "01"),
        ("municipality", "101", "0101"),
        ("municipality", "Mixco", "0108"),
        ("taxes", "Impuesto sobre la renta (ISR), IVA", "ISR;IVA"),
        ("taxes", "Impuesto al Valor Agregado, importaciones", "IVA_IMP"),
    ],
)
def test_validate__knows_codes_by_code_rtu_code_or_name(key: str, text: str, code: str) -> None:
    validated = check(permanent(1, **{key: text}))
    assert validated.findings == ()
    assert validated.content is not None
    assert validated.content[key].to_list() == [code]


def test_validate__an_rtu_class_is_checked_against_the_rtu_classes_of_the_category() -> None:
    assert found(permanent(1, category="COG", exempt_type="886")) == []
    assert found(permanent(1, category="CED_PRIV", exempt_type="886")) == [(2, "category", "categoria_no_es_del_tipo")]


def test_validate__a_name_of_several_departments_is_looked_for_in_its_own() -> None:
    content = check(permanent(1, department="13", municipality="Santa Bárbara")).content
    assert content is not None
    assert content["municipality"].to_list() == ["1310"]


def test_validate__keeps_the_texts_that_no_catalogue_knows() -> None:
    record = permanent(1, status="EN TRÁMITE", taxes="ISR;IVAX", municipality="Guastatoya", activity="99")
    content = check(record).content
    assert content is not None
    row = content.row(0, named=True)
    assert (row["status"], row["taxes"], row["municipality"], row["activity"]) == (None, None, None, None)
    assert row["department"] == "01"
    assert json.loads(row["unresolved"]) == {
        "status": "EN TRÁMITE",
        "taxes": "ISR;IVAX",
        "activity": "99",
        "municipality": "Guastatoya",
    }


def test_validate__a_text_that_is_kept_though_unknown_is_held_to_the_rules_of_texts() -> None:
    assert found(permanent(1, activity="CULTIVO\u202eDE NIEBLA")) == [
        (2, "activity", "caracter_de_direccion"),
        (2, "activity", "actividad_desconocida"),
    ]


def test_validate__keeps_names_verbatim_but_for_outer_white_space() -> None:
    name = 'COLEGIO  "LA NIEBLA" – N’OJ, Ñandú & CÍA.'
    content = check(permanent(1, name=f" \u00a0{name}\t ")).content
    assert content is not None
    assert content["name"].to_list() == [name]


@pytest.mark.parametrize(
    "name",
    [
        "«CAFÉ» LA NIEBLA",
        "JOÃO SÃO, COMPAÑÍA",
        "ÁÉÍÓÚ ÑÜ áéíóú ñü",
        "PÉREZ, LUNA, NIEBLA, TUCÁN, SOCIEDAD ANÓNIMA",
        "K’ICHE’ B’ATZ’ – 1 + 1",
    ],
)
def test_validate__lets_honest_names_pass(name: str) -> None:
    assert found(permanent(1, name=name)) == []


@pytest.mark.parametrize("name", ["MARÍA NÚÑEZ", "“LA NIEBLA” – N’OJ", "ÁÉÍÓÚÝ ÑÜ", "Q 5 € ¿?"])
def test_validate__repairs_a_text_that_was_encoded_twice_or_three_times(name: str) -> None:
    def twice(text: str) -> str:
        return "".join(
            bytes([byte]).decode("latin-1" if byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else "cp1252")
            for byte in text.encode()
        )

    assert repair_double_encoding(twice(name)) == name
    assert repair_double_encoding(twice(twice(name))) == name
    assert repair_double_encoding(name) == name


def test_validate__the_term_of_a_free_zone_administrator_is_fifteen_years() -> None:
    zone = {"category": "ZF_ADM", "valid_until": "2035-12-03"}
    assert found(temporary(1, **zone)) == []
    assert found(temporary(1, **{**zone, "valid_until": "2035-12-05"})) == [(2, "valid_until", "isr_mas_de_diez_anios")]


def test_validate__a_customs_benefit_without_income_tax_has_no_such_term() -> None:
    assert found(temporary(1, taxes="DAI;IVA_IMP", valid_until="2040-12-03")) == []


def test_validate__jobs_of_an_unstated_kind_count_as_reported_and_of_an_unknown_kind_as_unknown() -> None:
    content = check(
        temporary(1, jobs_kind=""), temporary(2, jobs_kind="ESTIMADO"), temporary(3, jobs_kind="Proyectado")
    )
    assert content.content is not None
    assert content.content["jobs_kind"].to_list() == ["reported", None, "projected"]


def test_validate__blank_rows_are_skipped_and_told_but_not_after_the_last_record() -> None:
    validated = check(permanent(1), {}, permanent(2), {}, {"name": "  "}, {}, permanent(3), {}, {})
    assert [(f.row, f.rule, f.severity, f.detail) for f in validated.findings] == [
        (3, "fila_en_blanco", Severity.WARNING, {}),
        (5, "filas_en_blanco", Severity.WARNING, {"last": 7}),
    ]
    assert validated.rows == 3
    assert validated.content is not None
    assert validated.content["row"].to_list() == [2, 4, 8]


def test_validate__a_file_without_records_is_refused() -> None:
    assert found() == [(1, "*", "sin_registros")]
    assert found({}, {}) == [(1, "*", "sin_registros")]


def test_validate__one_error_leaves_no_content_at_all() -> None:
    assert check(*(permanent(number) for number in range(1, 50)), permanent(50, name="")).content is None
