"""What the columns of the tables that only the API makes are called, for spreadsheets."""

from __future__ import annotations

from collections.abc import Mapping

from api.v1.table_files import words_of
from exemptions.columns import COLUMN, Column, Kind
from exemptions.filters import FILTER
from exemptions.groups import GROUPINGS

Words = Mapping[str, Column]
_DERIVED = "derived"


def _words(*told: tuple[str, str, str]) -> Words:
    """Columns whose label says all there is to say. Shape: key, label in Spanish, label in English."""
    return {key: Column(key, Kind.TEXT, True, es, en, "", "", _DERIVED) for key, es, en in told}


_PRICES = _words(
    ("amount_constant_status", "Estado de los quetzales constantes", "State of the constant quetzales"),
    ("base_year", "Año base", "Base year"),
    ("deflator", "Deflactor", "Deflator"),
)

RELEASE = _words(("release", "Publicación que trajo la fila", "Release that brought the row"))["release"]

EXPENDITURE: Words = {
    **words_of("expenditure"),
    **_words(
        ("is_latest", "Es la cifra más reciente", "Is the newest figure"),
        ("group_code", "Código del grupo", "Code of the group"),
        ("covers", "Categorías que abarca", "Categories it covers"),
        ("amount_constant_gtq", "Monto en quetzales constantes", "Amount in constant quetzales"),
        ("pct_gdp_computed", "% del PIB calculado", "% of GDP, computed"),
        ("pct_gdp_basis", "De dónde sale el % del PIB", "Where the % of GDP comes from"),
    ),
    **_PRICES,
}

PROVISIONS: Words = _words(
    ("code", "Código", "Code"),
    ("tax", "Impuesto", "Tax"),
    ("mechanism", "Mecanismo", "Mechanism"),
    ("category", "Código de categoría", "Category code"),
    ("exempt_type", "Código de tipo exento", "Exempt type code"),
    ("has_registered_beneficiaries", "Tiene beneficiarios inscritos", "Has registered beneficiaries"),
    ("beneficiaries_es", "Beneficiarios", "Beneficiaries, in Spanish"),
    ("beneficiaries_en", "Beneficiarios, en inglés", "Beneficiaries"),
    ("objective_es", "Objetivo", "Objective, in Spanish"),
    ("objective_en", "Objetivo, en inglés", "Objective"),
    ("legal_references", "Referencias legales", "Legal references"),
    ("benchmark_es", "Tratamiento de referencia", "Benchmark, in Spanish"),
    ("benchmark_en", "Tratamiento de referencia, en inglés", "Benchmark"),
    ("starts_on", "Comienza", "Starts on"),
    ("ends_on", "Termina", "Ends on"),
    ("term_years", "Años de plazo", "Years of the term"),
    ("term_start", "Desde cuándo corre el plazo", "What starts the term"),
    ("method", "Método de estimación", "Method of the estimate"),
    ("authority", "Autoridad", "Authority"),
    ("expenditure_group", "Grupo del gasto tributario", "Tax-expenditure group"),
    ("scenarios", "Frases de las facturas", "Phrases of invoices"),
    ("sourcing", "De dónde sale", "Where it comes from"),
)

SUMMARY: Words = {
    **_words(
        ("year", "Año", "Year"),
        ("code", "Código", "Code"),
        ("official_gtq", "Estimación oficial (Q)", "Official estimate (GTQ)"),
        ("official_pct_gdp", "Estimación oficial (% del PIB)", "Official estimate (% of GDP)"),
        ("official_key", "Clave en el informe", "Key in the report"),
        ("official_report", "Informe", "Report"),
        ("official_method_version", "Versión del método", "Version of the method"),
        ("official_covers", "Categorías que abarca la estimación", "Categories that the estimate covers"),
        ("official_amount_constant_gtq", "Estimación en quetzales constantes", "Estimate in constant quetzales"),
        ("official_pct_gdp_computed", "Estimación (% del PIB calculado)", "Estimate (% of GDP, computed)"),
        ("official_pct_gdp_basis", "De dónde sale el % del PIB", "Where the % of GDP comes from"),
        ("registry_not_paid_gtq", "Impuesto no pagado en el registro (Q)", "Tax not paid in the registry (GTQ)"),
        ("registry_records", "Registros que lo suman", "Records that add it"),
        ("registry_deferred_gtq", "Suspendido o devuelto en el registro (Q)", "Suspended or paid back (GTQ)"),
        ("registry_deferred_records", "Registros que suman lo suspendido", "Records that add the suspended"),
        ("registry_not_paid_constant_gtq", "No pagado en quetzales constantes", "Not paid in constant quetzales"),
        ("registry_deferred_constant_gtq", "Suspendido en quetzales constantes", "Suspended in constant quetzales"),
    ),
    **_PRICES,
}

RECONCILIATION: Words = _words(
    ("year", "Año", "Year"),
    ("tax", "Impuesto", "Tax"),
    ("registry_not_paid_gtq", "Impuesto no pagado en el registro (Q)", "Tax not paid in the registry (GTQ)"),
    ("registry_records", "Registros que lo suman", "Records that add it"),
    ("registry_deferred_gtq", "Suspendido o devuelto en el registro (Q)", "Suspended or paid back (GTQ)"),
    ("registry_deferred_records", "Registros que suman lo suspendido", "Records that add the suspended"),
    ("official_gtq", "Estimación oficial (Q)", "Official estimate (GTQ)"),
    ("official_report", "Informe", "Report"),
    ("official_method_version", "Versión del método", "Version of the method"),
    ("ratio", "Razón", "Ratio"),
    ("no_ratio", "Por qué no hay razón", "Why there is no ratio"),
    ("not_individualised_treatments", "Tratamientos sin beneficiario inscrito", "Treatments without beneficiaries"),
    ("withheld_records", "Registros reservados", "Withheld records"),
    ("withheld_taxpayers", "Contribuyentes reservados", "Withheld taxpayers"),
    ("withheld_gtq", "Monto reservado (Q)", "Withheld amount (GTQ)"),
    ("withheld_cells", "Sumas reservadas que se dicen", "Withheld sums that are told"),
    ("withheld_cells_untold", "Sumas reservadas que no se dicen", "Withheld sums that are not told"),
    ("missing_records", "Registros sin monto", "Records without amount"),
    ("tax_not_told_gtq", "Monto sin impuesto dicho (Q)", "Amount without a stated tax (GTQ)"),
    ("tax_not_told_records", "Registros sin impuesto dicho", "Records without a stated tax"),
    ("tax_not_estimated_gtq", "Monto de impuestos no estimados (Q)", "Amount of taxes not estimated (GTQ)"),
)

OUTCOMES: Words = _words(
    ("category", "Código de categoría", "Category code"),
    ("year", "Año", "Year"),
    ("not_paid_gtq", "Impuesto no pagado (Q)", "Tax not paid (GTQ)"),
    ("not_paid_records", "Registros que lo suman", "Records that add it"),
    ("reported_jobs", "Empleos reportados", "Jobs reported"),
    ("reported_records", "Registros con empleos reportados", "Records with jobs reported"),
    ("projected_jobs", "Empleos proyectados", "Jobs projected"),
    ("projected_records", "Registros con empleos proyectados", "Records with jobs projected"),
    ("compared_records", "Registros comparados", "Records compared"),
    ("compared_projected", "Proyectados por los comparados", "Projected by those compared"),
    ("compared_reported", "Reportados por los comparados", "Reported by those compared"),
    ("fulfilled", "Cumplido", "Fulfilled"),
    ("compared_no_ratio", "Por qué no se compara", "Why there is no comparison"),
    ("per_job_records", "Registros con monto y empleos", "Records with amount and jobs"),
    ("per_job_amount_gtq", "Su monto (Q)", "Their amount (GTQ)"),
    ("per_job_jobs", "Sus empleos", "Their jobs"),
    ("amount_per_job_gtq", "Monto por empleo (Q)", "Amount per job (GTQ)"),
    ("per_job_no_ratio", "Por qué no hay monto por empleo", "Why there is no amount per job"),
)

SCORECARD: Words = _words(
    ("framework", "Lista", "List"),
    ("code", "Código", "Code"),
    ("asks_es", "Qué pide", "What it asks, in Spanish"),
    ("asks_en", "Qué pide, en inglés", "What it asks"),
    ("verdict", "Veredicto", "Verdict"),
    ("rule_es", "Comprobación", "Check, in Spanish"),
    ("rule_en", "Comprobación, en inglés", "Check"),
    ("count", "Cumplen", "Satisfied"),
    ("total", "De", "Of"),
    ("is_minimum", "Es un mínimo", "Is a minimum"),
    ("evidence", "Dónde verlo", "Where to see it"),
)

_RECORDS_AND_YEAR = _words(
    ("year", "Año", "Year"), ("kind", "Clase de empleos", "Kind of jobs"), ("records", "Registros", "Records")
)

OVERVIEW: Words = {
    **_words(
        ("tax", "Impuesto", "Tax"),
        ("mechanism", "Mecanismo", "Mechanism"),
        ("is_not_paid", "Es impuesto no pagado", "Is tax not paid"),
        ("amount_gtq", "Monto (Q)", "Amount (GTQ)"),
        ("jobs", "Empleos", "Jobs"),
        ("by_quarter", "Registros que informan por trimestre", "Records reported by quarter"),
        ("place", "Lugar", "Place"),
        ("nit", "NIT", "NIT"),
        ("name", "Nombre", "Name"),
        ("person_kind", "Clase de persona", "Kind of person"),
        ("value", "Cifra", "Figure"),
        ("share", "Parte del total", "Share of the total"),
        ("taxpayers", "Contribuyentes", "Taxpayers"),
        ("taxpayers_share", "Parte de los contribuyentes", "Share of the taxpayers"),
    ),
    **_RECORDS_AND_YEAR,
}

GROUPS: Words = {
    **{name: COLUMN[FILTER[name].field] for name in GROUPINGS},
    **_words(
        ("taxpayers", "Contribuyentes", "Taxpayers"),
        ("number", "Cuál cifra", "Which figure"),
        ("state", "Estado de la cifra", "State of the figure"),
        ("sum", "Suma", "Sum"),
        ("rows", "Registros en este estado, año y clase", "Records of this state, year and kind"),
    ),
    **_RECORDS_AND_YEAR,
}
