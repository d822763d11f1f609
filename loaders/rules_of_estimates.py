"""Rules about official estimates of tax expenditure."""

from __future__ import annotations

from loaders.rule import Rule, error, warning

_PARTITION = (
    "Use total, impuesto, naturaleza, ambito, base_legal o beneficiario.",
    "Use total, impuesto, naturaleza, ambito, base_legal or beneficiario.",
)
_PERCENTAGE = (
    "Escriba el porcentaje del PIB en por ciento, como 2.6; deje la celda vacía si no se sabe.",
    "Write the percentage of GDP in percent, as 2.6; leave the cell empty if it is unknown.",
)
_AGAINST_SOURCE = (
    "Compare las cifras con el informe; se publican como vienen, con este aviso en el reporte del lote.",
    "Compare the figures with the report; they are published as they came, with this warning in the batch's report.",
)

ESTIMATE_RULES: tuple[Rule, ...] = (
    error("particion_vacia", ("Falta la partición.", "The partition is missing."), _PARTITION),
    error(
        "particion_desconocida",
        ("La partición «{value}» no se conoce.", "The partition “{value}” is not known."),
        _PARTITION,
    ),
    error(
        "clave_vacia",
        (
            "Falta la clave de la cifra dentro de su partición.",
            "The key of the figure within its partition is missing.",
        ),
        (
            "Escriba la clave, como TOTAL, ISR o DIRECTOS.",
            "Write the key, as TOTAL, ISR or DIRECTOS.",
        ),
    ),
    error(
        "informe_vacio",
        ("Falta el informe del que viene la cifra.", "The report that the figure comes from is missing."),
        (
            "Escriba el nombre del informe; las cifras de un año cambian de un informe a otro.",
            "Write the report's name; the figures of a year change from one report to the next.",
        ),
    ),
    error(
        "moneda_no_es_quetzal",
        ("«{value}» no está en quetzales.", "“{value}” is not in quetzales."),
        (
            "Escriba millones de quetzales, con la cifra del informe original; no convierta.",
            "Write millions of quetzales, with the original report's figure; do not convert.",
        ),
    ),
    error(
        "columna_en_otra_moneda",
        (
            "El encabezado «{column}» nombra otra moneda y esa columna se carga como quetzales.",
            "The header “{column}” names another currency, and that column is loaded as quetzales.",
        ),
        (
            "Cargue la columna que está en quetzales; no convierta ni le cambie el nombre.",
            "Load the column that is in quetzales; neither convert it nor rename it.",
        ),
    ),
    error(
        "millones_sin_centavos_enteros",
        (
            "«{value}» millones no son centavos enteros.",
            "“{value}” million is not a whole number of cents.",
        ),
        (
            "Deje hasta ocho decimales, que son centavos.",
            "Keep up to eight decimals, which are cents.",
        ),
    ),
    warning(
        "estimacion_negativa",
        ("La estimación {value} es negativa.", "The estimate {value} is negative."),
        ("Confirme el signo con el informe.", "Check the sign against the report."),
    ),
    error(
        "porcentaje_no_numerico",
        ("«{value}» no es un porcentaje claro.", "“{value}” is not a clear percentage."),
        _PERCENTAGE,
    ),
    error(
        "porcentaje_fuera_de_rango",
        ("«{value}» no es un porcentaje de 0 a 100.", "“{value}” is not a percentage from 0 to 100."),
        _PERCENTAGE,
    ),
    error(
        "porcentaje_en_fraccion",
        (
            "«{value}» parece una fracción: sería {percentage} %.",
            "“{value}” looks like a fraction: it would be {percentage} %.",
        ),
        _PERCENTAGE,
    ),
    warning(
        "porcentaje_no_concuerda",
        (
            "«{value}» no concuerda con el monto: por los totales del año sería {expected} %.",
            "“{value}” does not agree with the amount: by the totals of the year it would be {expected} %.",
        ),
        _AGAINST_SOURCE,
    ),
    warning(
        "porcentaje_lejos_del_pib",
        (
            "«{value}» está lejos de lo que da el PIB cargado de {year}, {product:,.0f} millones: {expected} %.",
            "“{value}” is far from what the loaded GDP of {year}, {product:,.0f} million, gives: {expected} %.",
        ),
        (
            "Compare el año, el monto y el PIB con sus fuentes. Un informe puede dividir por otra estimación del PIB: "
            "su cifra se publica como viene.",
            "Compare the year, the amount and the GDP with their sources. A report may divide by another estimate of "
            "the GDP: its figure is published as it came.",
        ),
    ),
    warning(
        "direccion_invalida",
        (
            "«{value}» no es una dirección que empiece con http:// o https://; no se guarda.",
            "“{value}” is not an address that begins with http:// or https://; it is not kept.",
        ),
        ("Copie la dirección completa del navegador.", "Copy the whole address from the browser."),
    ),
    warning(
        "particion_no_suma",
        (
            "Las partes por «{partition}» de {year} suman {sum:,.2f} millones y su total es {whole:,.2f}: diferencia "
            "{difference:+,.2f}.",
            "The parts by “{partition}” of {year} add up to {sum:,.2f} million and their total is {whole:,.2f}: "
            "difference {difference:+,.2f}.",
        ),
        _AGAINST_SOURCE,
    ),
    warning(
        "naturaleza_menor_que_sus_impuestos",
        (
            "Los impuestos de esta naturaleza suman {sum:,.2f} millones en {year}, más que los {value} de la fila: "
            "diferencia {difference:+,.2f}.",
            "The taxes of this nature add up to {sum:,.2f} million in {year}, more than the {value} of the row: "
            "difference {difference:+,.2f}.",
        ),
        _AGAINST_SOURCE,
    ),
    warning(
        "informe_con_otra_cifra",
        (
            "El informe «{report}» ya está con otra cifra de {year}: {before}; esta fila dice «{value}».",
            "The report “{report}” is already there with another figure of {year}: {before}; this row says “{value}”.",
        ),
        (
            "Si es una edición corregida, póngale otro nombre al informe, para que las dos cifras queden a la vista. "
            "Apruébela así solo si la cifra anterior fue un error de copia.",
            "If it is a corrected edition, give the report another name, so that both figures stay in view. Approve it "
            "like this only if the figure before was a slip in copying.",
        ),
    ),
    warning(
        "informe_casi_igual",
        (
            "El informe «{value}» y «{other}» solo difieren en cómo están escritos: quedarían como dos informes.",
            "The report “{value}” and “{other}” differ only in how they are written: they would be two reports.",
        ),
        (
            "Escriba el nombre igual si es el mismo informe; si es otro, agregue lo que los distingue, como la fecha.",
            "Write the name alike if it is the same report; if it is another, add what tells them apart, as the date.",
        ),
    ),
)
