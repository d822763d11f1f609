"""Rules about the file itself: its encoding, its shape, its header."""

from __future__ import annotations

from loaders.rule import Rule, error, warning
from loaders.rules_of_containers import CONTAINER_RULES
from loaders.rules_of_lists import LIST_RULES

FILE_RULES: tuple[Rule, ...] = (
    *CONTAINER_RULES,
    *LIST_RULES,
    error(
        "mas_errores",
        (
            "Hay {left_out:,} errores más de la regla «{of_rule}»; se nombran los primeros {kept:,}.",
            "There are {left_out:,} more errors of the rule “{of_rule}”; the first {kept:,} are named.",
        ),
        (
            "Tantos errores iguales suelen tener una sola causa, como una columna corrida; corríjala y cargue.",
            "So many equal errors mostly have one cause, such as a shifted column. Correct it and load again.",
        ),
    ),
    warning(
        "mas_avisos",
        (
            "Hay {left_out:,} avisos más de la regla «{of_rule}»; se nombran los primeros {kept:,}.",
            "There are {left_out:,} more warnings of the rule “{of_rule}”; the first {kept:,} are named.",
        ),
        (
            "Revise si todos tienen la misma causa; si así es en la fuente, no hay nada que corregir.",
            "See whether all have the same cause; if the source has it so, there is nothing to correct.",
        ),
    ),
    warning(
        "corte_por_llegar",
        (
            "El día del corte, {cutoff}, todavía no llega: hasta entonces no cuenta lo que el archivo dice de los "
            "estados, solo los sucesos y las fechas.",
            "The day of the cutoff, {cutoff}, is still to come: until then what the file says of statuses does not "
            "count, only events and dates do.",
        ),
        (
            "Si el archivo dice cómo está el registro hoy, cárguelo con el día de hoy.",
            "If the file tells how the registry stands today, load it with today's day.",
        ),
    ),
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
        "comillas_que_no_cierran_cerca",
        (
            "En la fila {row} (línea {line}) se abren unas comillas que no se cierran en los {limit} caracteres "
            "que siguen.",
            "Quotes that are opened in row {row} (line {line}) are not closed within the {limit} characters after.",
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
        "mas_fallas",
        (
            "Hay {found} fallas más de forma; aquí van las primeras {limit}.",
            "There are {found} more faults of shape; these are the first {limit}.",
        ),
        (
            "Con tantas, lo más probable es que el separador o las comillas no sean los debidos en todo el archivo.",
            "With so many, most likely the delimiter or the quotes are wrong throughout the file.",
        ),
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
        "fila_de_ejemplo",
        (
            "La fila {row} es el ejemplo de la plantilla: no se carga.",
            "Row {row} is the template's example: it is not loaded.",
        ),
        ("Bórrela para que no aparezca este aviso.", "Delete it, and this warning goes."),
    ),
    warning(
        "fila_en_blanco",
        (
            "La fila {row} está vacía: se pasa por alto, pero cuenta en la numeración.",
            "Row {row} is blank: it is skipped, but counts in the numbering.",
        ),
        ("Bórrela si sobra.", "Delete it if it is not needed."),
    ),
    warning(
        "filas_en_blanco",
        (
            "Las filas {row} a {last} están vacías: se pasan por alto, pero cuentan en la numeración.",
            "Rows {row} to {last} are blank: they are skipped, but count in the numbering.",
        ),
        (
            "Bórrelas si sobran, o corrija la celda suelta que hay después de ellas.",
            "Delete them if they are not needed, or mend the stray cell that stands after them.",
        ),
    ),
)
