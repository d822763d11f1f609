"""Rules about the gross domestic product and its deflator."""

from __future__ import annotations

from loaders.rule import Rule, error, warning

_INDEX = (
    "Escriba el índice con punto y hasta ocho decimales, como 118.53; en el año base es 100.",
    "Write the index with a point and up to eight decimals, as 118.53; in the base year it is 100.",
)
_MILLIONS = (
    "Escriba el PIB en millones de quetzales, sin separador de miles ni moneda, como 872345.6.",
    "Write the GDP in millions of quetzales, without thousands separator or currency, as 872345.6.",
)
_ONE_BASE = (
    "Use una sola serie: la de la base más reciente, con todos sus años.",
    "Use one series: that of the newest base, with all its years.",
)

PRODUCT_RULES: tuple[Rule, ...] = (
    error("deflactor_vacio", ("Falta el deflactor.", "The deflator is missing."), _INDEX),
    error(
        "deflactor_no_numerico",
        ("«{value}» no es un deflactor claro.", "“{value}” is not a clear deflator."),
        _INDEX,
    ),
    error(
        "deflactor_no_positivo",
        ("El deflactor {value} no es mayor que cero.", "The deflator {value} is not above zero."),
        _INDEX,
    ),
    error(
        "coma_en_cifra",
        (
            "«{value}» tiene una coma, que puede separar miles o decimales.",
            "“{value}” has a comma, which may separate thousands or decimals.",
        ),
        (
            "Escriba la cifra sin separador de miles y con punto para los decimales.",
            "Write the figure without thousands separator and with a point before the decimals.",
        ),
    ),
    error(
        "anio_base_vacio",
        ("Falta el año base del deflactor.", "The base year of the deflator is missing."),
        _ONE_BASE,
    ),
    error(
        "anio_base_distinto",
        (
            "El año base {value} no es el de la serie, {base}: no se comparan deflactores de bases distintas.",
            "The base year {value} is not that of the series, {base}: deflators of other bases do not compare.",
        ),
        _ONE_BASE,
    ),
    warning(
        "deflactor_base_distinto_de_cien",
        (
            "El deflactor de {base}, su año base, es {value} y no 100.",
            "The deflator of {base}, its base year, is {value} and not 100.",
        ),
        (
            "Revise el año base con la fuente; los quetzales constantes se calculan contra el deflactor de ese año.",
            "Check the base year against the source; constant quetzales are computed against that year's deflator.",
        ),
    ),
    error("pib_vacio", ("Falta el PIB del año.", "The GDP of the year is missing."), _MILLIONS),
    error(
        "pib_no_numerico",
        ("«{value}» no es un PIB claro.", "“{value}” is not a clear GDP."),
        _MILLIONS,
    ),
    error(
        "pib_no_positivo",
        ("El PIB {value} no es mayor que cero.", "The GDP {value} is not above zero."),
        _MILLIONS,
    ),
    warning(
        "pib_no_concuerda",
        (
            "El PIB {value} está lejos del que suponen los porcentajes de los informes: unos {implied:,.0f} millones.",
            "The GDP {value} is far from what the percentages of the reports suppose: some {implied:,.0f} million.",
        ),
        (
            "Revise la unidad, que es millones de quetzales, y el año.",
            "Check the unit, which is millions of quetzales, and the year.",
        ),
    ),
    error(
        "fuente_vacia",
        ("Falta la fuente de la serie.", "The source of the series is missing."),
        (
            "Escriba de qué publicación y de qué fecha vienen las cifras; se muestra junto a ellas.",
            "Write which publication and date the figures come from; it is shown beside them.",
        ),
    ),
)
