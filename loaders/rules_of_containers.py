"""Rules about what holds the table: workbooks, JSON, Parquet."""

from __future__ import annotations

from loaders.rule import Rule, error, warning

CONTAINER_RULES: tuple[Rule, ...] = (
    error(
        "libro_con_contrasena",
        ("El libro tiene contraseña.", "The workbook has a password."),
        ("Guárdelo sin contraseña y envíelo otra vez.", "Save it without a password and send it once more."),
    ),
    error(
        "xml_con_entidades",
        (
            "El libro trae una declaración {value}, que ninguna hoja de cálculo escribe.",
            "The workbook holds a declaration {value}, which no spreadsheet writes.",
        ),
        (
            "No lo abra: pregunte a quien lo envió con qué programa lo hizo.",
            "Do not open it: ask whoever sent it which program made it.",
        ),
    ),
    error(
        "archivo_con_rutas",
        (
            "El libro trae una parte con una ruta fuera de él: «{value}».",
            "The workbook holds a part with a path outside of itself: “{value}”.",
        ),
        (
            "No lo abra: pregunte a quien lo envió con qué programa lo hizo.",
            "Do not open it: ask whoever sent it which program made it.",
        ),
    ),
    error(
        "json_invalido",
        (
            "El JSON no se entiende en la línea {line}, columna {position}: {reason}.",
            "The JSON cannot be understood in line {line}, column {position}: {reason}.",
        ),
        (
            "Expórtelo otra vez con el programa que lo hizo; un archivo cortado termina así.",
            "Export it again with the program that made it; a file that was cut ends like this.",
        ),
    ),
    error(
        "json_demasiado_anidado",
        (
            "El JSON tiene listas u objetos dentro de otros, cientos de veces.",
            "The JSON has lists or objects within others, hundreds of times.",
        ),
        ("Envíe una lista de objetos sencillos.", "Send a list of plain objects."),
    ),
    error(
        "json_sin_objetos",
        (
            "El JSON no es una lista de objetos, ni un objeto en cada línea.",
            "The JSON is neither a list of objects nor an object on each line.",
        ),
        (
            'Cada registro es un objeto: [{{"NIT": "…", "NOMBRE": "…"}}].',
            'Each record is an object: [{{"NIT": "…", "NOMBRE": "…"}}].',
        ),
    ),
    error(
        "json_varias_listas",
        (
            "El JSON tiene varias listas de objetos ({value}) y no se sabe cuál cargar.",
            "The JSON has several lists of objects ({value}) and it is not clear which one to load.",
        ),
        ("Deje en el archivo solo una.", "Leave only one in the file."),
    ),
    error(
        "json_clave_repetida",
        (
            "En el registro {row} la clave «{column}» está dos veces.",
            "In record {row} the key “{column}” is given twice.",
        ),
        ("Deje una sola.", "Leave one only."),
    ),
    error(
        "json_no_es_numero",
        ("En el registro {row} hay un valor {value}.", "Record {row} holds a value {value}."),
        ("Escriba null donde falta el dato.", "Write null where the value is missing."),
    ),
    error(
        "json_caracter_a_medias",
        (
            "Cerca del registro {row} hay medio carácter (\\ud800–\\udfff sin su pareja).",
            "Near record {row} there is half a character (\\ud800–\\udfff without its other half).",
        ),
        ("Expórtelo otra vez como UTF-8.", "Export it again as UTF-8."),
    ),
    error(
        "valor_anidado",
        (
            "En el registro {row}, «{column}» lleva una lista o un objeto en vez de un valor.",
            "In record {row}, “{column}” holds a list or an object instead of a value.",
        ),
        (
            "Escriba un solo texto o número; varios códigos se separan con punto y coma.",
            "Write one text or number; several codes are separated by semicolons.",
        ),
    ),
    error(
        "tipo_no_admitido",
        (
            "La columna «{column}» es de tipo {value}, que no se puede leer como un valor.",
            "The column “{column}” has the type {value}, which cannot be read as a value.",
        ),
        (
            "Guárdela como texto, número o fecha sin zona horaria.",
            "Save it as text, number or date without time zone.",
        ),
    ),
    error(
        "libro_demasiado_grande",
        (
            "El libro descomprimido pasa del límite: {what} ({found}; se admiten {limit}).",
            "The unpacked workbook is over the limit: {what} ({found}; {limit} allowed).",
        ),
        (
            "Borre las hojas, imágenes y celdas que no son del registro, o envíe un CSV.",
            "Delete sheets, pictures and cells that are not part of the registry, or send a CSV.",
        ),
    ),
    error(
        "celda_con_error",
        (
            "La celda {cell} tiene un error de la hoja de cálculo ({value}).",
            "Cell {cell} holds a spreadsheet error ({value}).",
        ),
        ("Corrija la fórmula o escriba el valor.", "Mend the formula or write the value."),
    ),
    error(
        "formula_sin_valor",
        (
            "La celda {cell} tiene una fórmula que ningún programa ha calculado: no se sabe qué dato es.",
            "Cell {cell} holds a formula that no program has computed: what it says is not known.",
        ),
        (
            "Abra el libro en Excel o LibreOffice, guárdelo de nuevo y envíelo; o escriba los valores.",
            "Open the workbook in Excel or LibreOffice, save it again and send it; or write the values.",
        ),
    ),
    error(
        "celdas_combinadas",
        (
            "Las celdas {cell} están combinadas: solo la primera tiene el dato, y a las otras les falta.",
            "The cells {cell} are merged: only the first has the value, and the others lack it.",
        ),
        (
            "Sepárelas y escriba el dato en cada fila; en los títulos de arriba no estorban.",
            "Split them and write the value in every row; they do no harm in titles above the table.",
        ),
    ),
    error(
        "hoja_inexistente",
        ("No hay una hoja «{value}»; hay: {sheets}.", "There is no sheet “{value}”; there are: {sheets}."),
        ("Use uno de esos nombres con --sheet.", "Use one of those names with --sheet."),
    ),
    error(
        "varias_hojas",
        ("Varias hojas tienen el encabezado: {sheets}.", "Several sheets have the header: {sheets}."),
        ("Diga con --sheet cuál se carga.", "Say with --sheet which one to load."),
    ),
    warning(
        "opcion_sin_efecto",
        (
            "La opción {value} no dice nada de esta clase de archivo y no se usó.",
            "The option {value} says nothing of this kind of file and was not used.",
        ),
        ("Quítela si el archivo es el debido.", "Leave it out if the file is the right one."),
    ),
)
