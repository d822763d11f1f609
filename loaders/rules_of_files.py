"""Rules about the file itself: its encoding, its shape, its header."""

from __future__ import annotations

from loaders.rule import Rule, error, warning

FILE_RULES: tuple[Rule, ...] = (
    error(
        "archivo_vacio",
        ("El archivo está vacío.", "The file is empty."),
        ("Envíe el archivo completo.", "Send the complete file."),
    ),
    error(
        "sin_registros",
        ("El archivo tiene encabezado pero ningún registro.", "The file has a header but no record."),
        (
            "Envíe el archivo completo; un registro vacío borraría todo lo publicado.",
            "Send the complete file; an empty registry would wipe out all that is published.",
        ),
    ),
    error(
        "formato_no_admitido",
        (
            "El archivo no es una tabla que se pueda cargar: por su contenido parece {kind}.",
            "The file is no table that can be loaded: by its content it looks like {kind}.",
        ),
        (
            "Se cargan CSV, XLSX, XLS, ODS, JSON, NDJSON y Parquet. Ábralo en la hoja de cálculo y guárdelo como "
            "«CSV UTF-8» o como libro de Excel (.xlsx) sin contraseña; si está comprimido, descomprímalo antes.",
            "CSV, XLSX, XLS, ODS, JSON, NDJSON and Parquet can be loaded. Open it in the spreadsheet and save it as "
            "“CSV UTF-8” or as an Excel workbook (.xlsx) without a password; if it is compressed, unpack it first.",
        ),
    ),
    error(
        "archivo_danado",
        (
            "El archivo está dañado o incompleto: {reason}.",
            "The file is damaged or incomplete: {reason}.",
        ),
        (
            "Ábralo en el programa con que se hizo, guárdelo de nuevo y envíelo otra vez.",
            "Open it in the program that made it, save it again and send it once more.",
        ),
    ),
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
        "otro_conjunto",
        (
            "El archivo parece de «{value}», no de «{dataset}»: tiene todas las columnas de aquel y no las de este.",
            "The file looks like “{value}”, not “{dataset}”: it has all columns of the former and not those "
            "of the latter.",
        ),
        (
            "Cárguelo con: exemptions load {value}, o envíe el archivo que corresponde.",
            "Load it with: exemptions load {value}, or send the file that belongs here.",
        ),
    ),
    error(
        "columnas_demasiadas",
        ("La tabla tiene {found} columnas y se admiten {limit}.", "The table has {found} columns; {limit} allowed."),
        ("Borre las columnas que no son del registro.", "Delete the columns that are not part of the registry."),
    ),
    error(
        "linea_demasiado_larga",
        (
            "La línea {line} pasa de {limit} bytes: no es una fila de una tabla.",
            "Line {line} is over {limit} bytes: it is no row of a table.",
        ),
        (
            "Vea que cada registro esté en su línea y que el archivo no venga de otro programa.",
            "See that each record is in its own line and that the file is not another program's.",
        ),
    ),
    error(
        "celda_demasiado_larga",
        (
            "En la fila {row}, «{column}» tiene {found} caracteres y se admiten {limit}.",
            "In row {row}, “{column}” has {found} characters; {limit} allowed.",
        ),
        (
            "Casi siempre son comillas que se cierran filas después; revíselas.",
            "Nearly always these are quotes that close rows later; check them.",
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
        "archivo_ilegible",
        ("El archivo no se puede leer como CSV: {reason}.", "The file cannot be read as CSV: {reason}."),
        ("Guárdelo de nuevo como «CSV UTF-8».", "Save it again as “CSV UTF-8”."),
    ),
    error(
        "archivo_binario",
        (
            "El archivo no es texto: en el byte {offset} (línea {line}) hay un carácter nulo antes del primer "
            "registro.",
            "The file is not text: byte {offset} (line {line}) is a null character before the first record.",
        ),
        (
            "Envíe un CSV, un libro (.xlsx, .xls, .ods), JSON o Parquet; si es «texto Unicode», declare "
            "--encoding utf-16.",
            "Send a CSV, a workbook (.xlsx, .xls, .ods), JSON or Parquet; if it is “Unicode text”, declare "
            "--encoding utf-16.",
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
        "lectura_sin_tiempo",
        ("La lectura pasó de {seconds} segundos y se detuvo.", "Reading took over {seconds} seconds and was stopped."),
        (
            "Envíe un CSV, o revise que el libro no tenga millones de celdas vacías.",
            "Send a CSV, or check the workbook for millions of empty cells.",
        ),
    ),
    error(
        "lectura_interrumpida",
        (
            "El programa que lee el archivo se detuvo ({reason}); casi siempre el archivo pide más memoria de la "
            "permitida.",
            "The program that reads the file stopped ({reason}); nearly always the file asks for more memory "
            "than allowed.",
        ),
        (
            "Envíe un CSV, o revise que el libro no tenga millones de celdas vacías.",
            "Send a CSV, or check the workbook for millions of empty cells.",
        ),
    ),
    error(
        "codificacion_incorrecta",
        (
            "El archivo no está en {encoding}: el byte {offset} (línea {line}) no se puede leer.",
            "The file is not in {encoding}: byte {offset} (line {line}) cannot be read.",
        ),
        (
            "Guárdelo como «CSV UTF-8», o declare su codificación: --encoding windows-1252 o --encoding utf-16.",
            "Save it as “CSV UTF-8”, or declare its encoding: --encoding windows-1252 or --encoding utf-16.",
        ),
    ),
    error(
        "codificacion_desconocida",
        (
            "La codificación «{value}» no se conoce; puede ser: {allowed}.",
            "The encoding “{value}” is not known; it may be: {allowed}.",
        ),
        ("Use una de esas con --encoding.", "Use one of those with --encoding."),
    ),
    error(
        "fila_irregular",
        (
            "La fila {row} tiene {found} columnas y el encabezado {expected}.",
            "Row {row} has {found} columns and the header {expected}.",
        ),
        (
            "Ponga entre comillas los textos que llevan el separador, y deje vacías (no quite) las celdas sin dato.",
            "Put quotes around texts that hold the delimiter, and leave cells without data empty instead of "
            "removing them.",
        ),
    ),
    error(
        "comillas_sin_cerrar",
        (
            "En la fila {row} (línea {line}) se abren unas comillas que nunca se cierran.",
            "Quotes that are opened in row {row} (line {line}) are never closed.",
        ),
        (
            'Cierre las comillas; unas comillas dentro de un texto se escriben dobles ("").',
            'Close the quotes; quotes within a text are written twice ("").',
        ),
    ),
    error(
        "espacio_antes_de_comillas",
        (
            "En la línea {line} hay un espacio entre el separador y unas comillas: no abren la celda.",
            "In line {line} there is a blank between the delimiter and quotes: they do not open the cell.",
        ),
        ("Quite ese espacio en todo el archivo.", "Remove that blank throughout the file."),
    ),
    error(
        "texto_tras_comillas",
        (
            "En la fila {row} (línea {line}) hay texto después de las comillas que cierran una celda.",
            "In row {row} (line {line}) there is text after the quotes that close a cell.",
        ),
        (
            'Escriba dobles las comillas que son parte del texto (""), y vea que ninguna celda anterior '
            "de la fila abra comillas sin cerrarlas.",
            'Write quotes that are part of the text twice (""), and see that no earlier cell '
            "of the row opens quotes without closing them.",
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
    error(
        "fila_de_encabezado_inexistente",
        ("El archivo no tiene una fila {value} con encabezado.", "The file has no row {value} with a header."),
        ("Corrija --header-row; la primera fila es la 1.", "Correct --header-row; the first row is 1."),
    ),
    error(
        "columna_faltante",
        (
            "Falta la columna {column}; lo más parecido es «{nearest}».",
            "The column {column} is missing; the nearest is “{nearest}”.",
        ),
        (
            'Agregue la columna, o diga cuál es con --map "Encabezado={key}".',
            'Add the column, or say which one it is with --map "Header={key}".',
        ),
    ),
    error(
        "columna_repetida",
        (
            "Las columnas «{first}» y «{column}» son las dos para {key}.",
            "The columns “{first}” and “{column}” both stand for {key}.",
        ),
        (
            'Quite una, o déjela fuera con --map "{column}=-".',
            'Remove one, or leave it out with --map "{column}=-".',
        ),
    ),
    error(
        "mapeo_clave_desconocida",
        (
            "--map asigna «{column}» a «{value}», que no es una columna; lo más parecido es «{nearest}».",
            "--map assigns “{column}” to “{value}”, which is no column; the nearest is “{nearest}”.",
        ),
        ("Use una de: {allowed}.", "Use one of: {allowed}."),
    ),
    error(
        "mapeo_sin_columna",
        (
            "--map nombra la columna «{column}», que el archivo no tiene; lo más parecido es «{nearest}».",
            "--map names the column “{column}”, which the file does not have; the nearest is “{nearest}”.",
        ),
        ("Escriba el encabezado como está en el archivo.", "Write the header as it stands in the file."),
    ),
    warning(
        "opcion_sin_efecto",
        (
            "La opción {value} no dice nada de esta clase de archivo y no se usó.",
            "The option {value} says nothing of this kind of file and was not used.",
        ),
        ("Quítela si el archivo es el debido.", "Leave it out if the file is the right one."),
    ),
    warning(
        "columna_desconocida",
        (
            "La columna «{column}» no se carga: no es del registro.",
            "The column “{column}” is not loaded: it is not part of the registry.",
        ),
        (
            'Si es una del registro con otro nombre, dígalo con --map "{column}=clave".',
            'If it is one of the registry under another name, say so with --map "{column}=key".',
        ),
    ),
    warning(
        "columna_sin_encabezado",
        (
            "La columna {position} tiene datos y no tiene encabezado: no se carga.",
            "Column {position} has data and no header: it is not loaded.",
        ),
        ("Póngale encabezado o bórrela.", "Give it a header or delete it."),
    ),
    warning(
        "fila_en_blanco",
        (
            "La fila {row} está vacía: se pasa por alto, pero cuenta en la numeración.",
            "Row {row} is blank: it is skipped, but counts in the numbering.",
        ),
        ("Bórrela si sobra.", "Delete it if it is not needed."),
    ),
)
