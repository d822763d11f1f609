"""Rules about a list that is sent to be matched with the registry."""

from __future__ import annotations

from loaders.rule import Rule, error

LIST_RULES: tuple[Rule, ...] = (
    error(
        "lista_demasiado_larga",
        (
            "La lista tiene {found:,} líneas y se comparan {limit:,} como máximo.",
            "The list has {found:,} lines; {limit:,} can be matched at once.",
        ),
        (
            "Pártala en varias listas y compárelas una tras otra.",
            "Cut it into several lists and match them one after the other.",
        ),
    ),
    error(
        "lista_sin_columna",
        (
            "La lista no tiene una columna «{value}»; lo más parecido es «{nearest}».",
            "The list has no column “{value}”; the nearest is “{nearest}”.",
        ),
        (
            "Elija una de las columnas que tiene: {names}.",
            "Choose one of the columns that it has: {names}.",
        ),
    ),
    error(
        "lista_sin_encabezado",
        (
            "La lista no tiene encabezados, así que no tiene una columna «{value}».",
            "The list has no headers, and so no column “{value}”.",
        ),
        (
            "Deje la columna vacía, o ponga los encabezados en la primera fila.",
            "Leave the column empty, or put the headers in the first row.",
        ),
    ),
    error(
        "lista_de_otra_cosa",
        (
            "El elemento {row} de la lista no es un texto ni un número.",
            "Element {row} of the list is neither a text nor a number.",
        ),
        (
            'Envíe una lista de textos (["7555605-7", "Cooperativa…"]) o de objetos con los mismos nombres.',
            'Send a list of texts (["7555605-7", "Cooperativa…"]) or of objects with the same names.',
        ),
    ),
)
