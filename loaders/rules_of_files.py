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
            "El archivo no es CSV ni XLSX: parece {kind}.",
            "The file is neither CSV nor XLSX: it looks like {kind}.",
        ),
        (
            "Ábralo en la hoja de cálculo y guárdelo como «CSV UTF-8» o como libro de Excel (.xlsx) sin contraseña.",
            "Open it in the spreadsheet and save it as “CSV UTF-8” or as an Excel workbook (.xlsx) without a password.",
        ),
    ),
    error(
        "archivo_danado",
        (
            "El libro de Excel está dañado o no es un libro: {reason}.",
            "The Excel workbook is damaged or is none: {reason}.",
        ),
        (
            "Ábralo en Excel, guárdelo de nuevo como .xlsx y envíelo otra vez.",
            "Open it in Excel, save it again as .xlsx and send it once more.",
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
            "Envíe un CSV o un .xlsx; si es un CSV de «texto Unicode», declare --encoding utf-16.",
            "Send a CSV or an .xlsx; if it is a CSV of “Unicode text”, declare --encoding utf-16.",
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
            "Las celdas {cell} están combinadas: solo la primera tiene el dato, y las demás quedarían vacías.",
            "The cells {cell} are merged: only the first holds the value, and the others would be left empty.",
        ),
        (
            "Sepárelas y escriba el dato en cada fila.",
            "Unmerge them and write the value in every row.",
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
