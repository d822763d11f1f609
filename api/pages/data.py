"""The page of the data: whole downloads, formats, licence, how to cite."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response
from markupsafe import Markup

from api.formatting import format_day
from api.pages.blueprint import pages
from api.pages.citing import CitingBlock, citing_block
from api.pages.files import FileRow, file_rows
from api.pages.language import page_url
from api.pages.render import answer_page, page_reader
from api.pages.structured import dataset_facts
from api.pages.texts import gettext as _
from api.pages.values import Reader, records_phrase
from api.parameters import refuse_parameters
from api.releases_at import current_release
from api.v1.catalogs import PATH as CATALOGS_PATH
from exemptions.calendar import guatemala_day
from exemptions.catalog_columns import CATALOG_TITLES
from exemptions.catalog_entries import CatalogName
from exemptions.columns import KEYS
from exemptions.query import RegistryQuery
from exemptions.release import Release


@dataclass(frozen=True, slots=True)
class FormatLine:
    """A format and whom it serves."""

    name: str
    about: str


@dataclass(frozen=True, slots=True)
class CatalogLink:
    """A catalogue with its page and its files."""

    name: str
    count: int
    url: str
    xlsx_url: str
    csv_url: str
    json_url: str


@dataclass(frozen=True, slots=True)
class DataPage:
    """What the page of the data tells."""

    summary: str
    caption: str
    files: tuple[FileRow, ...]
    formats: tuple[FormatLine, ...]
    citing: CitingBlock
    structured: Markup
    catalogs: tuple[CatalogLink, ...]


@pages.get("/datos", endpoint="data")
def show_data() -> Response:
    """Whole downloads of the newest publication, and what to know before using them."""
    refuse_parameters()
    release = current_release()
    return answer_page(release, "data.html", lambda: {"data": _build(release, page_reader(release))})


def catalog_links(release: Release, reader: Reader) -> tuple[CatalogLink, ...]:
    """Every catalogue of a release."""
    return tuple(
        CatalogLink(
            name=CATALOG_TITLES[name].text(reader.lang),
            count=len(release.catalogs.entries(name)),
            url=page_url("catalog", name=name.value),
            xlsx_url=f"{CATALOGS_PATH}/{name.value}.xlsx?release={release.number}&headers={reader.lang}",
            csv_url=f"{CATALOGS_PATH}/{name.value}.csv?release={release.number}",
            json_url=f"{CATALOGS_PATH}/{name.value}?release={release.number}",
        )
        for name in CatalogName
    )


def _build(release: Release, reader: Reader) -> DataPage:
    return DataPage(
        summary=_(
            "El registro completo: %(records)s con %(columns)s columnas cada uno, sin cuenta y sin límite.",
            records=records_phrase(release.records.num_rows),
            columns=len(KEYS),
        ),
        caption=_(
            "Archivos de la publicación %(number)s, del %(day)s",
            number=release.number,
            day=format_day(guatemala_day(release.published_at), reader.lang),
        ),
        files=file_rows(release),
        formats=(
            FormatLine(
                "CSV",
                _("Para hojas de cálculo y casi cualquier programa. UTF-8, con comas, una fila por registro."),
            ),
            FormatLine("JSON", _("Una lista de objetos con los mismos nombres que la interfaz para programas.")),
            FormatLine(
                "NDJSON", _("Un objeto JSON por línea: se procesa línea por línea aunque el archivo sea grande.")
            ),
            FormatLine(
                "Parquet", _("Para R, Python, DuckDB o Spark: trae los tipos de cada columna y ocupa mucho menos.")
            ),
            FormatLine(
                "Arrow",
                _(
                    "Las tablas tal como las usa este sitio. Se abren con R (paquete arrow), Python (pyarrow, polars o "
                    "pandas) y DuckDB; para otros programas, las mismas filas están en CSV, NDJSON y Parquet."
                ),
            ),
        ),
        citing=citing_block(release, RegistryQuery()),
        structured=dataset_facts(release),
        catalogs=catalog_links(release, reader),
    )
