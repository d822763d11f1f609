"""Rules about a whole record, or about records together."""

from __future__ import annotations

from loaders.rule import Rule, error, warning

_TEMPORARY = (
    "Un beneficio temporal vale por una resolución y entre dos fechas; complételas desde la resolución "
    "de calificación.",
    "A temporary benefit stands on a resolution and between two dates; complete them from the qualifying resolution.",
)

RECORD_RULES: tuple[Rule, ...] = (
    error(
        "categoria_no_es_del_tipo",
        (
            "La categoría {category} es del tipo {expected}, y la fila dice «{type}».",
            "The category {category} is of type {expected}, and the row says “{type}”.",
        ),
        ("Corrija el tipo o la categoría.", "Correct the type or the category."),
    ),
    error(
        "temporal_sin_resolucion",
        ("Falta la resolución de un beneficio temporal.", "The resolution of a temporary benefit is missing."),
        _TEMPORARY,
    ),
    error(
        "temporal_sin_fechas",
        ("Falta {column} en un beneficio temporal.", "{column} is missing in a temporary benefit."),
        _TEMPORARY,
    ),
    error(
        "vigencia_invertida",
        (
            "El beneficio termina ({value}) antes de empezar ({start}).",
            "The benefit ends ({value}) before it starts ({start}).",
        ),
        (
            "Revise las dos fechas; quizá el día y el mes están cambiados.",
            "Check both dates; day and month may be swapped.",
        ),
    ),
    warning(
        "isr_mas_de_diez_anios",
        (
            "El beneficio incluye ISR y dura más de {years} años (hasta {value}, desde {start}).",
            "The benefit includes income tax and lasts more than {years} years (until {value}, from {start}).",
        ),
        (
            "El plazo del ISR es de {years} años (Código Tributario, art. 63, o la ley del régimen). Si otra "
            "parte dura más, va en su propia fila con su parte después de la resolución.",
            "The term for income tax is {years} years (Tax Code, art. 63, or the regime's law). If another part "
            "lasts longer it goes into its own row, with its part after the resolution.",
        ),
    ),
    warning(
        "inicio_antes_de_notificacion",
        (
            "El beneficio empieza ({value}) antes de su notificación ({notified}).",
            "The benefit starts ({value}) before its notification ({notified}).",
        ),
        (
            "En este régimen el plazo corre desde la notificación; revise las dos fechas.",
            "In this regime the term runs from the notification; check both dates.",
        ),
    ),
    warning(
        "empleos_no_aplican",
        (
            "La fila trae empleos ({value}) y en la categoría {category} no aplican.",
            "The row has jobs ({value}), and in category {category} they do not apply.",
        ),
        ("Confirme la categoría; el dato queda en el libro.", "Check the category; the value stays in the book."),
    ),
    error(
        "empleos_sin_anio",
        ("Hay empleos ({value}) y no dice de qué año.", "There are jobs ({value}) without their year."),
        ("Escriba el año en {column}.", "Write the year in {column}."),
    ),
    error(
        "monto_sin_anio",
        ("Hay un monto ({value}) y no dice de qué año.", "There is an amount ({value}) without its year."),
        ("Escriba el año en {column}.", "Write the year in {column}."),
    ),
    warning(
        "anio_sin_dato",
        (
            "Hay un año ({value}) sin el dato al que se refiere.",
            "There is a year ({value}) without the value it refers to.",
        ),
        (
            "Escriba el dato o quite el año; vacío quiere decir «no reportado».",
            "Write the value or remove the year; empty means “not reported”.",
        ),
    ),
    warning(
        "tipo_empleos_vacio",
        (
            "No dice si los empleos son proyectados o reportados; se tomaron como reportados.",
            "It does not say whether the jobs are projected or reported; they were taken as reported.",
        ),
        ("Escriba PROYECTADO o REPORTADO.", "Write PROYECTADO or REPORTADO."),
    ),
    warning(
        "municipio_fuera_del_departamento",
        (
            "El municipio «{value}» no es del departamento «{department}»; queda el departamento y el municipio "
            "no se publica.",
            "The municipality “{value}” is not in the department “{department}”; the department stays and the "
            "municipality is not published.",
        ),
        ("Corrija el que esté equivocado.", "Correct the one that is wrong."),
    ),
    warning(
        "nombre_de_persona_individual",
        (
            "El nombre está escrito como el de una persona individual («apellido,apellido,,nombre,nombre») y la "
            "fila es de una persona jurídica.",
            "The name is written like a natural person's (“surname,surname,,name,name”) and the row is of a "
            "legal person.",
        ),
        (
            "Si es una persona individual, dígalo en TIPO_PERSONA para que sus datos se reserven.",
            "If it is a natural person, say so in TIPO_PERSONA so that its data are withheld.",
        ),
    ),
    warning(
        "nit_con_varios_nombres",
        (
            "El mismo NIT tiene otro nombre en la fila {first_row}: «{first_name}».",
            "The same NIT has another name in row {first_row}: “{first_name}”.",
        ),
        ("Revise el NIT y los nombres de las dos filas.", "Check the NIT and the names of both rows."),
    ),
    error(
        "nit_con_dos_tipos_de_persona",
        (
            "El mismo NIT es persona individual en una fila y jurídica en otra: la {first_row}.",
            "The same NIT is a natural person in one row and a legal person in another: {first_row}.",
        ),
        ("Corrija TIPO_PERSONA; de él depende qué se publica.", "Correct TIPO_PERSONA; it decides what is published."),
    ),
    warning(
        "regimenes_que_se_excluyen",
        (
            "El mismo NIT tiene en vigor una zona franca o ZOLIC, en la fila {first_row}; quien la usa no puede "
            "acogerse al Decreto 29-89.",
            "The same NIT has a free zone or ZOLIC in force, in row {first_row}; who uses one cannot be under Decree "
            "29-89.",
        ),
        (
            "Confirme con MINECO cuál de los dos terminó y ponga su último día o su ESTADO.",
            "Confirm with MINECO which of the two has ended, and give its last day or its ESTADO.",
        ),
    ),
    error(
        "llave_duplicada",
        (
            "NIT, categoría y resolución son los mismos que en la fila {first_row}.",
            "NIT, category and resolution are the same as in row {first_row}.",
        ),
        (
            "Deje una sola fila. Si es una parte de la resolución con otro plazo, ponga la parte después de la "
            "resolución, por ejemplo DPI-1-2016/ISR.",
            "Keep one row only. If it is a part of the resolution with another term, put the part after the "
            "resolution, for example DPI-1-2016/ISR.",
        ),
    ),
)
