"""How the registry is read from the tools that people already use: shown on the page of the API, and run by its tests.

`{base}` stands for the address of the site and `{release}` for a release.
"""

from __future__ import annotations

from dataclasses import dataclass

from exemptions.errors import Sentence


@dataclass(frozen=True, slots=True)
class Example:
    """One thing to do with one tool."""

    slug: str
    tool: str
    about: Sentence
    text: str
    """What is typed, or the addresses to paste, without a word in any human language."""

    def written(self, *, base: str, release: int) -> str:
        """The text for a site and a release."""
        return self.text.replace("{base}", base).replace("{release}", str(release))


EXAMPLES: tuple[Example, ...] = (
    Example(
        "curl-search",
        "curl",
        Sentence("Buscar, contar por tipo y sumar.", "Search, count by type and sum."),
        "curl --fail --compressed '{base}/api/v1/records?q=cooperativa&facets=type'",
    ),
    Example(
        "curl-file",
        "curl",
        Sentence(
            "La misma búsqueda completa, como archivo; --fail hace que un error no quede guardado como datos.",
            "The same search, whole, as a file; with --fail no error is saved as if it were data.",
        ),
        "curl --fail --remote-name --remote-header-name '{base}/api/v1/records.parquet?q=cooperativa'",
    ),
    Example(
        "pandas",
        "Python, pandas",
        Sentence(
            "NIT y códigos son texto: leídos como números perderían sus ceros.",
            "NITs and codes are text: read as numbers they would lose their zeros.",
        ),
        """import pandas as pd

codes = ["nit", "activity", "department", "municipality"]
records = pd.read_csv("{base}/api/v1/records.csv?category=COOP", dtype=dict.fromkeys(codes, "string"))
print(records.groupby("status").size())""",
    ),
    Example(
        "polars",
        "Python, Polars",
        Sentence(
            "De un archivo Parquet se traen solo las columnas y partes que se necesitan.",
            "Of a Parquet file only the columns and parts that are needed are fetched.",
        ),
        """import polars as pl

records = pl.scan_parquet("{base}/downloads/{release}/records.parquet")
print(records.group_by("category").agg(pl.len(), pl.col("jobs").sum()).sort("len", descending=True).collect())""",
    ),
    Example(
        "duckdb",
        "Python, DuckDB",
        Sentence("SQL sobre el archivo de una publicación.", "SQL over the file of a release."),
        """import duckdb

duckdb.sql(\"\"\"
    SELECT department_name, count(*) AS records
    FROM read_parquet('{base}/downloads/{release}/records.parquet')
    GROUP BY ALL ORDER BY records DESC
\"\"\").show()""",
    ),
    Example(
        "r",
        "R",
        Sentence("Sin paquetes.", "No packages needed."),
        """codes <- c("nit", "activity", "department", "municipality")
records <- read.csv("{base}/api/v1/records.csv?category=COOP",
                    colClasses = setNames(rep("character", length(codes)), codes), encoding = "UTF-8")
print(table(records$status))""",
    ),
    Example(
        "power-query",
        "Excel, Power Query",
        Sentence(
            "Datos, Obtener datos, Consulta en blanco, Editor avanzado. Se actualiza con un clic.",
            "Data, Get Data, Blank Query, Advanced Editor. One click refreshes it.",
        ),
        """let
    Address = Web.Contents("{base}", [RelativePath = "api/v1/records.csv", Query = [category = "COOP"]]),
    Source = Csv.Document(Address, [Delimiter = ",", Encoding = 65001, QuoteStyle = QuoteStyle.Csv]),
    Headers = Table.PromoteHeaders(Source, [PromoteAllScalars = true]),
    Typed = Table.TransformColumnTypes(Headers, {{"nit", type text}, {"jobs", Int64.Type}}, "en-US")
in
    Typed""",
    ),
    Example(
        "openrefine",
        "OpenRefine",
        Sentence(
            "La primera dirección crea un proyecto (Web Addresses); la segunda se agrega en Reconcile, Add standard "
            "service, para unir una columna propia de nombres o NIT con el registro.",
            "The first address makes a project (Web Addresses); the second is added under Reconcile, Add standard "
            "service, to join a column of names or NITs of your own with the registry.",
        ),
        """{base}/api/v1/records.csv?category=COOP
{base}/api/v1/reconcile""",
    ),
)
