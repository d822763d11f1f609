"""Every published table once: what it is, its columns as files have them, its key, and what its columns refer to.

Table Schema, CSVW, DCAT, the data dictionary and the labels of spreadsheets are made from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from exemptions import fact_columns as facts
from exemptions.catalog_columns import CATALOG_TITLES, catalog_columns
from exemptions.catalog_entries import CatalogName
from exemptions.columns import COLUMNS, Column
from exemptions.errors import NotFound, Sentence

RECORDS = "records"
CATALOG_PREFIX = "catalog_"
"""Begins the name of the table, and of the file, of a catalogue."""


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """One table as others receive it."""

    name: str
    """Also that of its files, before the suffix."""
    title: Sentence
    about: Sentence
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    """Columns that name a row, none of them ever missing; empty where no such columns exist."""
    of_records: bool = False
    """Whether `record_id` is always that of a record of the same release."""

    def column(self, key: str) -> Column:
        """The column of that key.

        Raises: KeyError.
        """
        return next(column for column in self.columns if column.key == key)


_TABLES = (
    PublishedTable(
        RECORDS,
        Sentence("Registros", "Records"),
        Sentence(
            "Una fila por beneficio de un contribuyente: quién, por qué ley, desde y hasta cuándo, y en qué estado.",
            "One row for each benefit of a taxpayer: who, by which law, since when, until when and in which status.",
        ),
        COLUMNS,
        ("record_id",),
    ),
    PublishedTable(
        "jobs",
        Sentence("Empleos", "Jobs"),
        Sentence(
            "Empleos de cada registro por período, proyectados y reportados.",
            "Jobs of each record by period, projected and reported.",
        ),
        facts.JOBS,
        of_records=True,
    ),
    PublishedTable(
        "amounts",
        Sentence("Montos", "Amounts"),
        Sentence(
            "Impuesto no pagado de cada registro por año, impuesto y mecanismo.",
            "Tax not paid of each record by year, tax and mechanism.",
        ),
        facts.AMOUNTS,
        of_records=True,
    ),
    PublishedTable(
        "energy",
        Sentence("Proyectos de energía renovable", "Renewable-energy projects"),
        Sentence(
            "Proyectos de los registros del Decreto 52-2003, con su tecnología y capacidad.",
            "Projects of the records under Decree 52-2003, with their technology and capacity.",
        ),
        facts.ENERGY,
        of_records=True,
    ),
    PublishedTable(
        "events",
        Sentence("Sucesos", "Events"),
        Sentence(
            "Suspensiones, revocatorias, cancelaciones y reactivaciones de cada registro.",
            "Suspensions, revocations, cancellations and reactivations of each record.",
        ),
        facts.EVENTS_COLUMNS,
        of_records=True,
    ),
    PublishedTable(
        "expenditure",
        Sentence("Gasto tributario", "Tax expenditure"),
        Sentence(
            "Estimaciones oficiales del gasto tributario, por año, impuesto y partición.",
            "Official estimates of tax expenditure, by year, tax and partition.",
        ),
        facts.EXPENDITURE,
    ),
    PublishedTable(
        "macro",
        Sentence("PIB y deflactor", "GDP and deflator"),
        Sentence(
            "Producto interno bruto y su deflactor por año: con ellos se calculan los quetzales constantes.",
            "Gross domestic product and its deflator by year: constant quetzales are computed from them.",
        ),
        facts.MACRO,
        ("year",),
    ),
    PublishedTable(
        "withheld_cells",
        Sentence("Sumas reservadas", "Withheld sums"),
        Sentence(
            "Cuánto no se publica, por año, categoría, clase de persona e impuesto, y con qué fundamento.",
            "How much is not published, by year, category, kind of person and tax, and on what ground.",
        ),
        facts.WITHHELD_CELLS,
    ),
    PublishedTable(
        "changes",
        Sentence("Cambios", "Changes"),
        Sentence(
            "Lo que cambió respecto de la publicación anterior, columna por columna.",
            "What changed since the release before, column by column.",
        ),
        facts.CHANGES_COLUMNS,
    ),
    PublishedTable(
        "history",
        Sentence("Historia", "History"),
        Sentence("Todos los cambios desde la primera publicación.", "All changes since the first release."),
        facts.CHANGES_COLUMNS,
    ),
    PublishedTable(
        "origins",
        Sentence("Procedencia", "Origins"),
        Sentence(
            "Qué publicación trajo cada fila de las tablas de hechos.",
            "Which release brought each row of the tables of facts.",
        ),
        facts.ORIGINS,
    ),
    PublishedTable(
        "dictionary",
        Sentence("Diccionario de datos", "Data dictionary"),
        Sentence(
            "Una fila por columna de cada tabla: significado, unidad, fuente, fundamento y valores.",
            "One row for each column of each table: meaning, unit, source, legal ground and values.",
        ),
        facts.DICTIONARY,
        ("table", "column"),
    ),
)


def _catalog_table(name: CatalogName) -> PublishedTable:
    title = CATALOG_TITLES[name]
    return PublishedTable(
        f"{CATALOG_PREFIX}{name.value}",
        Sentence(f"Catálogo: {title.es}", f"Catalogue: {title.en}"),
        Sentence(
            "Lista de códigos de la fecha de la publicación, con sus nombres.",
            "List of codes as of the day of the release, with their names.",
        ),
        catalog_columns(name),
        ("code",),
    )


TABLES: Mapping[str, PublishedTable] = {
    table.name: table for table in (*_TABLES, *(_catalog_table(name) for name in CatalogName))
}
"""Name → table: the records, the tables beside them, the catalogues."""


def get_table(name: str) -> PublishedTable:
    """The table of that name.

    Raises: NotFound.
    """
    try:
        return TABLES[name]
    except KeyError as error:
        raise NotFound(f"No existe la tabla «{name}».", f"There is no table “{name}”.") from error
