"""A catalogue as a CSV file, the same bytes in the downloads of a release and in the API."""

from __future__ import annotations

import polars as pl

from exemptions.catalog_entries import CatalogName
from exemptions.catalog_export import catalog_table
from exemptions.catalogs import Catalogs
from exporters.csv_format import LINE_END


def write_catalog_csv(catalogs: Catalogs, name: CatalogName) -> bytes:
    """The entries of a catalogue, the header first; lists are joined by `;`, what is missing is an empty field."""
    frame = pl.from_arrow(catalog_table(catalogs, name))
    if not isinstance(frame, pl.DataFrame):
        raise TypeError("a table becomes a frame")
    return frame.write_csv(line_terminator=LINE_END).encode()
