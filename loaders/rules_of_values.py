"""Rules about one cell: numbers, dates, codes and texts that are not what their column needs."""

from __future__ import annotations

from loaders.rule import Rule, error, warning

_NIT_FORMAT = (
    "Escriba el NIT con sus dígitos y su dígito verificador (0 a 9 o K); en la hoja de cálculo, con formato de texto.",
    "Write the NIT with its digits and check character (0 to 9 or K); in the spreadsheet, formatted as text.",
)
_UNKNOWN_CODE = (
    "Use un código o un nombre del catálogo; el texto queda en el libro y no se publica.",
    "Use a code or a name of the catalogue; the text stays in the book and is not published.",
)

VALUE_RULES: tuple[Rule, ...] = (
    error("nit_vacio", ("Falta el NIT.", "The NIT is missing."), _NIT_FORMAT),
    error(
        "nit_consumidor_final",
        (
            "«{value}» es consumidor final, que no es un contribuyente.",
            "“{value}” is the final consumer, which is not a taxpayer.",
        ),
        ("Escriba el NIT de la entidad o quite la fila.", "Write the entity's NIT or remove the row."),
    ),
    error(
        "nit_cientifica",
        (
            "«{value}» es un número de hoja de cálculo que perdió dígitos.",
            "“{value}” is a spreadsheet number that lost digits.",
        ),
        (
            "Tome el NIT de la fuente original y guarde la columna con formato de texto; aquí ya no se puede "
            "recuperar.",
            "Take the NIT from its original source and keep the column formatted as text; it cannot be recovered "
            "from here.",
        ),
    ),
    error("nit_formato", ("«{value}» no es un NIT.", "“{value}” is not a NIT."), _NIT_FORMAT),
    error(
        "nit_digito_verificador",
        ("El dígito verificador de «{value}» no corresponde.", "The check character of “{value}” does not match."),
        (
            "Compare el NIT con la fuente: hay un dígito cambiado, de más o de menos.",
            "Compare the NIT with its source: a digit is changed, added or lost.",
        ),
    ),
    error(
        "nit_cui",
        (
            "«{value}» tiene 13 dígitos como un CUI, y la fila es de una persona jurídica.",
            "“{value}” has 13 digits like a CUI, and the row is of a legal person.",
        ),
        (
            "Escriba el NIT de la persona jurídica o, si es una persona individual, póngalo en TIPO_PERSONA.",
            "Write the legal person's NIT or, if it is a natural person, say so in TIPO_PERSONA.",
        ),
    ),
    error(
        "cui_invalido",
        ("Los 13 dígitos de «{value}» no forman un CUI.", "The 13 digits of “{value}” do not make a CUI."),
        ("Compare el número con el DPI de la persona.", "Compare the number with the person's identity card."),
    ),
    warning(
        "nit_k_cirilica",
        (
            "El NIT «{value}» termina en la letra cirílica К; se leyó como K latina.",
            "The NIT “{value}” ends in the Cyrillic letter К; it was read as a Latin K.",
        ),
        ("Escriba la K con el teclado en español.", "Write the K with a Latin keyboard."),
    ),
    warning(
        "nit_decimal",
        (
            "El NIT «{value}» viene como número con decimales; se leyó sin ellos.",
            "The NIT “{value}” comes as a number with decimals; it was read without them.",
        ),
        ("Guarde la columna del NIT con formato de texto.", "Keep the NIT column formatted as text."),
    ),
    warning(
        "nit_signos",
        (
            "El NIT «{value}» lleva signos invisibles o de otro alfabeto; se leyó sin ellos.",
            "The NIT “{value}” holds invisible signs or signs of another alphabet; it was read without them.",
        ),
        ("Escríbalo de nuevo con el teclado.", "Type it again."),
    ),
    error(
        "nombre_vacio",
        ("Falta el nombre.", "The name is missing."),
        ("Escriba el nombre o la razón social.", "Write the name or business name."),
    ),
    error(
        "caracter_de_control",
        ("El texto tiene un carácter de control ({found}).", "The text holds a control character ({found})."),
        (
            "Borre el salto de línea, el tabulador o el signo invisible que está dentro del texto.",
            "Delete the line break, tab or invisible sign within the text.",
        ),
    ),
    error(
        "caracter_de_direccion",
        (
            "El texto tiene un signo que invierte el sentido de la escritura ({found}).",
            "The text holds a sign that turns the direction of writing ({found}).",
        ),
        (
            "Escríbalo de nuevo con el teclado; el signo puede hacer que se lea otra cosa.",
            "Type it again; the sign can make it read as something else.",
        ),
    ),
    error(
        "caracter_perdido",
        (
            "El texto tiene el signo «\ufffd»: una letra se perdió al convertir el archivo.",
            "The text holds the sign “\ufffd”: a letter was lost when the file was converted.",
        ),
        (
            "Vuelva a exportar desde la fuente original como «CSV UTF-8».",
            "Export again from the original source as “CSV UTF-8”.",
        ),
    ),
    error(
        "texto_doble_codificacion",
        (
            "El texto pasó dos veces por la codificación: «{value}» debería ser «{repaired}».",
            "The text was encoded twice: “{value}” should be “{repaired}”.",
        ),
        (
            "Escriba «{repaired}»; si pasa en muchas filas, declare --encoding utf-8 o exporte de nuevo.",
            "Write “{repaired}”; if many rows have it, declare --encoding utf-8 or export again.",
        ),
    ),
    warning(
        "caracter_invisible",
        (
            "El texto tiene un signo de ancho cero ({found}); se conserva.",
            "The text holds a zero-width sign ({found}); it is kept.",
        ),
        ("Escríbalo de nuevo con el teclado.", "Type it again."),
    ),
    warning(
        "texto_con_formula",
        (
            "El texto empieza como una fórmula de hoja de cálculo; se conserva tal cual.",
            "The text begins like a spreadsheet formula; it is kept as it is.",
        ),
        ("Confirme que así es en la fuente.", "Check that it is so in the source."),
    ),
    error(
        "texto_demasiado_largo",
        (
            "El texto tiene {length} caracteres; se admiten {limit}.",
            "The text has {length} characters; {limit} are allowed.",
        ),
        ("Acórtelo; a menudo son dos celdas pegadas.", "Shorten it; often two cells were glued together."),
    ),
    error(
        "fecha_invalida",
        ("«{value}» no es una fecha que exista.", "“{value}” is not a date that exists."),
        ("Escriba la fecha como AAAA-MM-DD o DD/MM/AAAA.", "Write the date as YYYY-MM-DD or DD/MM/YYYY."),
    ),
    error(
        "fecha_de_dos_cifras",
        ("«{value}» tiene el año con dos cifras.", "“{value}” has a two-digit year."),
        ("Escriba el año con cuatro cifras.", "Write the year with four digits."),
    ),
    error(
        "fecha_improbable",
        (
            "La fecha «{value}» no puede ser: se admite de {first} a {last}.",
            "The date “{value}” cannot be: {first} to {last} is allowed.",
        ),
        ("Corrija el año.", "Correct the year."),
    ),
    error(
        "empleos_no_numericos",
        ("«{value}» no es un número de empleos.", "“{value}” is not a number of jobs."),
        (
            "Escriba un número entero, sin texto ni signos; deje la celda vacía si no se sabe.",
            "Write a whole number without text or signs; leave the cell empty if it is unknown.",
        ),
    ),
    error(
        "empleos_negativos",
        ("No puede haber {value} empleos.", "There cannot be {value} jobs."),
        (
            "Corrija el número, o deje la celda vacía si no se sabe.",
            "Correct the number, or leave the cell empty if it is unknown.",
        ),
    ),
    error(
        "monto_no_numerico",
        (
            "«{value}» no es un monto claro: punto y coma pueden leerse de dos modos, o no es un número.",
            "“{value}” is not a clear amount: point and comma can be read in two ways, or it is no number.",
        ),
        (
            "Escríbalo como 1234567.89 o 1,234,567.89, con punto para los centavos.",
            "Write it as 1234567.89 or 1,234,567.89, with a point before the cents.",
        ),
    ),
    error(
        "monto_con_mas_decimales",
        ("El monto «{value}» tiene más de dos decimales.", "The amount “{value}” has more than two decimals."),
        (
            "Redondéelo a centavos en la fuente; si el punto separa miles, quítelo.",
            "Round it to cents at its source; if the point separates thousands, remove it.",
        ),
    ),
    error(
        "monto_negativo",
        ("El monto {value} es negativo.", "The amount {value} is negative."),
        (
            "Las rectificaciones van en el archivo de montos; aquí va el total del año.",
            "Corrections go into the file of amounts; here goes the total of the year.",
        ),
    ),
    error(
        "anio_invalido",
        ("«{value}» no es un año de {first} a {last}.", "“{value}” is not a year from {first} to {last}."),
        ("Escriba el año con cuatro cifras.", "Write the year with four digits."),
    ),
    error(
        "tipo_vacio",
        ("Falta el tipo exento.", "The exempt type is missing."),
        ("Use un código o un nombre del catálogo de tipos.", "Use a code or a name of the catalogue of types."),
    ),
    error(
        "tipo_desconocido",
        (
            "El tipo «{value}» no está en el catálogo; lo más parecido es «{nearest}».",
            "The type “{value}” is not in the catalogue; the nearest is “{nearest}”.",
        ),
        ("Use un código o un nombre del catálogo de tipos.", "Use a code or a name of the catalogue of types."),
    ),
    error(
        "categoria_vacia",
        ("Falta la categoría.", "The category is missing."),
        (
            "Use un código o un nombre del catálogo de categorías.",
            "Use a code or a name of the catalogue of categories.",
        ),
    ),
    error(
        "categoria_desconocida",
        (
            "La categoría «{value}» no está en el catálogo; lo más parecido es «{nearest}».",
            "The category “{value}” is not in the catalogue; the nearest is “{nearest}”.",
        ),
        (
            "Use un código o un nombre del catálogo de categorías.",
            "Use a code or a name of the catalogue of categories.",
        ),
    ),
    error(
        "categoria_ambigua",
        (
            "«{value}» es el código o nombre RTU de varias categorías: {candidates}.",
            "“{value}” is the RTU code or name of several categories: {candidates}.",
        ),
        ("Escriba el código de la categoría que corresponde.", "Write the code of the category that applies."),
    ),
    warning(
        "tipo_persona_desconocido",
        (
            "El tipo de persona «{value}» no se conoce; se tomó como {assumed}.",
            "The kind of person “{value}” is not known; it was taken as {assumed}.",
        ),
        ("Escriba JURIDICA o INDIVIDUAL.", "Write JURIDICA or INDIVIDUAL."),
    ),
    warning(
        "tipo_persona_vacio",
        (
            "Falta el tipo de persona en una categoría que pueden tener personas individuales; se tomó como "
            "individual y sus datos se reservan.",
            "The kind of person is missing in a category that natural persons can have; it was taken as natural "
            "and its data are withheld.",
        ),
        ("Escriba JURIDICA o INDIVIDUAL.", "Write JURIDICA or INDIVIDUAL."),
    ),
    warning(
        "autoridad_desconocida",
        (
            "La autoridad «{value}» no está en el catálogo; lo más parecido es «{nearest}».",
            "The authority “{value}” is not in the catalogue; the nearest is “{nearest}”.",
        ),
        _UNKNOWN_CODE,
    ),
    warning(
        "estado_desconocido",
        (
            "El estado «{value}» no se conoce; el estado saldrá de las fechas.",
            "The status “{value}” is not known; the status will come from the dates.",
        ),
        (
            "Use VIGENTE, SUSPENDIDO, REVOCADO, CANCELADO o VENCIDO.",
            "Use VIGENTE, SUSPENDIDO, REVOCADO, CANCELADO or VENCIDO.",
        ),
    ),
    warning(
        "impuesto_desconocido",
        (
            "En «{value}» no están en el catálogo: {unknown}. No se publica ningún impuesto de la fila.",
            "In “{value}” these are not in the catalogue: {unknown}. No tax of the row is published.",
        ),
        _UNKNOWN_CODE,
    ),
    warning(
        "actividad_desconocida",
        ("«{value}» no es una clase de la CIIU Rev. 4.", "“{value}” is not a class of ISIC Rev. 4."),
        _UNKNOWN_CODE,
    ),
    warning(
        "departamento_desconocido",
        (
            "El departamento «{value}» no está en el catálogo; lo más parecido es «{nearest}».",
            "The department “{value}” is not in the catalogue; the nearest is “{nearest}”.",
        ),
        _UNKNOWN_CODE,
    ),
    warning(
        "municipio_desconocido",
        ("El municipio «{value}» no está en el catálogo.", "The municipality “{value}” is not in the catalogue."),
        _UNKNOWN_CODE,
    ),
    warning(
        "municipio_ambiguo",
        (
            "Hay un municipio «{value}» en más de un departamento.",
            "There is a municipality “{value}” in more than one department.",
        ),
        ("Escriba el departamento, o el código de cuatro cifras.", "Write the department, or the four-digit code."),
    ),
    warning(
        "tipo_empleos_desconocido",
        ("La clase de empleos «{value}» no se conoce.", "The kind of jobs “{value}” is not known."),
        (
            "Use PROYECTADO o REPORTADO; el texto queda en el libro y no se publica.",
            "Use PROYECTADO or REPORTADO; the text stays in the book and is not published.",
        ),
    ),
)
