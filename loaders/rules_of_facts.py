"""Rules about the facts beside the records: jobs, amounts, energy projects and events."""

from __future__ import annotations

from loaders.rule import Rule, error, warning

_CLASS_OF_JOBS = ("Escriba PROYECTADO o REPORTADO.", "Write PROYECTADO or REPORTADO.")
_PERIOD = (
    "Escriba el año (2025) o el trimestre (2025-T3).",
    "Write the year (2025) or the quarter (2025-T3).",
)
_REGIME = (
    "Confirme la categoría y el período con la boleta estadística; el dato queda en el libro.",
    "Check category and period against the statistics slip; the value stays in the book.",
)
_EVENT = (
    "Use SUSPENSION, REVOCATORIA, CANCELACION o REACTIVACION.",
    "Use SUSPENSION, REVOCATORIA, CANCELACION or REACTIVACION.",
)
_TAX = (
    "Use un código o un nombre del catálogo de impuestos; es parte de la llave.",
    "Use a code or a name of the catalogue of taxes; it is part of the key.",
)
_MECHANISM = (
    "Use EXENCION, EXONERACION, NO_AFECTO, SUSPENSION, DEVOLUCION, FRANQUICIA u otro mecanismo del catálogo; es parte "
    "de la llave.",
    "Use EXENCION, EXONERACION, NO_AFECTO, SUSPENSION, DEVOLUCION, FRANQUICIA or another mechanism of the catalogue; "
    "it is part of the key.",
)
_CAPACITY = (
    "Escriba la capacidad en megavatios, con punto y hasta tres decimales: 4.35.",
    "Write the capacity in megawatts, with a point and up to three decimals: 4.35.",
)

_SHARED_RULES = (
    error(
        "cui_sin_registro",
        (
            "«{value}» es un CUI y el registro no tiene a esa persona individual.",
            "“{value}” is a CUI and the registry has no such natural person.",
        ),
        (
            "Cargue y apruebe antes el registro, o escriba el NIT de la persona jurídica.",
            "Load and approve the registry first, or write the legal person's NIT.",
        ),
    ),
    warning(
        "registro_ausente",
        (
            "El registro no tiene el beneficio de {nit} en la categoría {category} con la resolución «{resolution}»; "
            "el dato queda en el libro y no se publica.",
            "The registry has no benefit of {nit} in category {category} with resolution “{resolution}”; the fact "
            "stays in the book and is not published.",
        ),
        (
            "Revise NIT, categoría y resolución, o cargue el registro que lo tenga.",
            "Check NIT, category and resolution, or load the registry that has it.",
        ),
    ),
    error(
        "hecho_duplicado",
        (
            "La fila repite la llave de la fila {first_row}: {columns}.",
            "The row repeats the key of row {first_row}: {columns}.",
        ),
        (
            "Deje una sola fila; si son partes de un mismo dato, súmelas en la fuente.",
            "Keep one row only; if they are parts of one value, add them up at the source.",
        ),
    ),
    error(
        "anio_vacio",
        ("Falta el año.", "The year is missing."),
        ("Escriba el año con cuatro cifras.", "Write the year with four digits."),
    ),
    error(
        "monto_vacio",
        ("Falta el monto.", "The amount is missing."),
        (
            "Escriba el monto, o quite la fila si no se sabe; 0 es un cero reportado.",
            "Write the amount, or remove the row if it is unknown; 0 is a reported zero.",
        ),
    ),
    error(
        "impuesto_fuera_de_catalogo",
        (
            "El impuesto «{value}» no está en el catálogo; lo más parecido es «{nearest}».",
            "The tax “{value}” is not in the catalogue; the nearest is “{nearest}”.",
        ),
        _TAX,
    ),
)

_JOBS_RULES = (
    error("periodo_vacio", ("Falta el período.", "The period is missing."), _PERIOD),
    error(
        "periodo_invalido",
        (
            "«{value}» no es un año ni un trimestre de {first} a {last}.",
            "“{value}” is not a year or a quarter from {first} to {last}.",
        ),
        _PERIOD,
    ),
    error(
        "periodo_futuro",
        (
            "No puede haber empleos reportados de «{value}», que empieza después del corte ({cutoff}).",
            "There cannot be reported jobs of “{value}”, which starts after the cutoff ({cutoff}).",
        ),
        (
            "Corrija el período o, si es una proyección, escriba PROYECTADO.",
            "Correct the period or, if it is a projection, write PROYECTADO.",
        ),
    ),
    warning(
        "periodo_sin_terminar",
        (
            "El período «{value}» no había terminado el día del corte ({cutoff}).",
            "The period “{value}” had not ended on the day of the cutoff ({cutoff}).",
        ),
        (
            "Confirme el período; si la cifra es parcial, cárguela cuando termine.",
            "Check the period; if the figure is partial, load it when the period has ended.",
        ),
    ),
    warning(
        "trimestre_en_regimen_anual",
        (
            "El período «{value}» es un trimestre y la categoría {category} reporta por año.",
            "The period “{value}” is a quarter, and category {category} reports by year.",
        ),
        _REGIME,
    ),
    warning(
        "anio_en_regimen_trimestral",
        (
            "El período «{value}» es un año y la categoría {category} reporta por trimestre.",
            "The period “{value}” is a year, and category {category} reports by quarter.",
        ),
        _REGIME,
    ),
    error(
        "clase_de_empleos_vacia",
        (
            "No dice si los empleos son proyectados o reportados.",
            "It does not say whether the jobs are projected or reported.",
        ),
        _CLASS_OF_JOBS,
    ),
    error(
        "clase_de_empleos_desconocida",
        ("La clase de empleos «{value}» no se conoce.", "The kind of jobs “{value}” is not known."),
        _CLASS_OF_JOBS,
    ),
    error(
        "empleos_vacios",
        ("Falta el número de empleos.", "The number of jobs is missing."),
        (
            "Escriba el número, o quite la fila si no se sabe; 0 es un cero reportado.",
            "Write the number, or remove the row if it is unknown; 0 is a reported zero.",
        ),
    ),
    warning(
        "empleos_distintos_del_registro",
        (
            "El registro dice {registry} empleos en {period} y este archivo da {dataset}; vale este archivo.",
            "The registry says {registry} jobs in {period} and this file gives {dataset}; this file counts.",
        ),
        (
            "Revise con la boleta estadística cuál es el correcto y corrija el otro.",
            "Check against the statistics slip which is right and correct the other.",
        ),
    ),
)

_AMOUNTS_RULES = (
    error("impuesto_vacio", ("Falta el impuesto.", "The tax is missing."), _TAX),
    error("mecanismo_vacio", ("Falta el mecanismo.", "The mechanism is missing."), _MECHANISM),
    error(
        "mecanismo_fuera_de_catalogo",
        (
            "El mecanismo «{value}» no está en el catálogo; lo más parecido es «{nearest}».",
            "The mechanism “{value}” is not in the catalogue; the nearest is “{nearest}”.",
        ),
        _MECHANISM,
    ),
    warning(
        "monto_de_rectificacion",
        (
            "El monto {value} es negativo; se tomó como una rectificación.",
            "The amount {value} is negative; it was taken as a correction.",
        ),
        (
            "Confirme que la fuente rectifica un monto anterior.",
            "Check that the source corrects an earlier amount.",
        ),
    ),
    warning(
        "tratamiento_no_previsto",
        (
            "El catálogo no prevé {tax} con {mechanism} en la categoría {category}.",
            "The catalogue does not foresee {tax} with {mechanism} in category {category}.",
        ),
        (
            "Confirme impuesto y mecanismo con la resolución; el dato queda en el libro y se publica como viene.",
            "Check tax and mechanism against the resolution; the value stays in the book and is published as it came.",
        ),
    ),
    warning(
        "monto_distinto_del_registro",
        (
            "El registro dice {registry:,.2f} en {year} y este archivo suma {dataset:,.2f} sin suspensión ni "
            "devolución; vale este archivo.",
            "The registry says {registry:,.2f} in {year} and this file adds up to {dataset:,.2f} without suspension "
            "and drawback; this file counts.",
        ),
        ("Revise cuál es el correcto y corrija el otro.", "Check which is right and correct the other."),
    ),
)

_ENERGY_RULES = (
    error(
        "proyecto_vacio",
        ("Falta el nombre del proyecto.", "The name of the project is missing."),
        ("Escriba el nombre del proyecto; es parte de la llave.", "Write the project's name; it is part of the key."),
    ),
    warning(
        "tecnologia_desconocida",
        ("La tecnología «{value}» no se conoce.", "The technology “{value}” is not known."),
        (
            "Use HIDROELECTRICA, SOLAR, EOLICA, GEOTERMICA, BIOMASA, BIOGAS o MAREOMOTRIZ; el texto queda en el libro "
            "y no se publica.",
            "Use HIDROELECTRICA, SOLAR, EOLICA, GEOTERMICA, BIOMASA, BIOGAS or MAREOMOTRIZ; the text stays in the "
            "book and is not published.",
        ),
    ),
    error(
        "capacidad_no_numerica",
        (
            "«{value}» no es una capacidad en megavatios con hasta tres decimales.",
            "“{value}” is not a capacity in megawatts with up to three decimals.",
        ),
        _CAPACITY,
    ),
    error(
        "capacidad_no_positiva",
        ("La capacidad «{value}» no es mayor que cero.", "The capacity “{value}” is not above zero."),
        _CAPACITY,
    ),
    warning(
        "capacidad_improbable",
        (
            "Una planta de {value} MW sería mayor que todas las del país.",
            "A plant of {value} MW would be larger than any in the country.",
        ),
        ("Quizá está en kilovatios; escríbala en megavatios.", "It may be in kilowatts; write it in megawatts."),
    ),
    warning(
        "fecha_distinta_del_registro",
        (
            "La fecha ({value}) no es la del registro ({registry}); vale la del registro.",
            "The date ({value}) is not the registry's ({registry}); the registry's counts.",
        ),
        ("Revise con la resolución cuál es la correcta.", "Check against the resolution which is right."),
    ),
)

_EVENTS_RULES = (
    error("evento_vacio", ("Falta el evento.", "The event is missing."), _EVENT),
    error("evento_desconocido", ("El evento «{value}» no se conoce.", "The event “{value}” is not known."), _EVENT),
    error(
        "fecha_vacia",
        ("Falta la fecha del evento.", "The date of the event is missing."),
        ("Escriba la fecha como AAAA-MM-DD o DD/MM/AAAA.", "Write the date as YYYY-MM-DD or DD/MM/YYYY."),
    ),
    error(
        "hasta_sin_suspension",
        (
            "Hay un último día ({value}) y el evento «{event}» no es una suspensión.",
            "There is a last day ({value}) and the event “{event}” is not a suspension.",
        ),
        (
            "Deje HASTA vacía; solo una suspensión termina por su fecha.",
            "Leave HASTA empty; only a suspension ends by its date.",
        ),
    ),
    error(
        "hasta_antes_de_fecha",
        (
            "La suspensión termina ({value}) antes de empezar ({start}).",
            "The suspension ends ({value}) before it starts ({start}).",
        ),
        (
            "Revise las dos fechas; quizá el día y el mes están cambiados.",
            "Check both dates; day and month may be swapped.",
        ),
    ),
    warning(
        "evento_fuera_de_vigencia",
        (
            "El evento ({value}) cae fuera de la vigencia del beneficio ({start} a {end}).",
            "The event ({value}) falls outside the term of the benefit ({start} to {end}).",
        ),
        ("Revise la fecha y la resolución.", "Check the date and the resolution."),
    ),
    warning(
        "suspensiones_traslapadas",
        (
            "La suspensión empieza ({value}) mientras sigue otra que empezó el {other}.",
            "The suspension starts ({value}) while another one, of {other}, still lasts.",
        ),
        (
            "Revise las fechas; si la primera se amplió, corrija su HASTA y quite esta.",
            "Check the dates; if the first was extended, correct its HASTA and remove this one.",
        ),
    ),
    warning(
        "reactivacion_sin_motivo",
        (
            "No hay suspensión, revocatoria ni cancelación anterior que reactivar.",
            "There is no earlier suspension, revocation or cancellation to reactivate.",
        ),
        (
            "Cargue el evento que falta, o revise la fecha y la resolución.",
            "Load the event that is missing, or check the date and the resolution.",
        ),
    ),
)

FACT_RULES: tuple[Rule, ...] = (
    *_SHARED_RULES,
    *_JOBS_RULES,
    *_AMOUNTS_RULES,
    *_ENERGY_RULES,
    *_EVENTS_RULES,
)
