"""Moving frames in and out of the book within the session's own transaction."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from sqlalchemy import Date, Select, String, Table, insert, type_coerce
from sqlalchemy.orm import Session

_CHUNK = 50_000
"""Rows handed to the driver at once: enough to make calls rare, few enough to take some tens of megabytes."""


def read_frame(
    session: Session, statement: Select[tuple[object, ...]], schema: Mapping[str, type[pl.DataType]]
) -> pl.DataFrame:
    """The rows of `statement` as a frame of `schema`, whose names must be the statement's, in its order.

    SQLite keeps dates as ISO text; they are parsed by Polars at once instead of one by one in Python.
    """
    connection = session.connection()
    text_dates = connection.dialect.name == "sqlite"
    if text_dates:
        columns = [
            type_coerce(c, String).label(c.key) if isinstance(c.type, Date) else c for c in statement.selected_columns
        ]
        statement = statement.with_only_columns(*columns)
    dates = [name for name, kind in schema.items() if kind is pl.Date] if text_dates else []
    raw = {name: pl.String if name in dates else kind for name, kind in schema.items()}
    rows = [tuple(row) for row in connection.execute(statement)]
    frame = pl.DataFrame(rows, schema=raw, orient="row")
    return frame.with_columns(pl.col(name).str.to_date("%Y-%m-%d") for name in dates)


def insert_frame(session: Session, table: Table, frame: pl.DataFrame) -> None:
    """Add the rows of `frame`, whose columns must be columns of `table`."""
    if frame.is_empty():
        return
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        for chunk in frame.iter_slices(_CHUNK):
            connection.execute(insert(table), chunk.to_dicts())
        return
    dates = [name for name, kind in frame.schema.items() if kind == pl.Date]
    names = ", ".join(f'"{name}"' for name in frame.columns)
    places = ", ".join("?" for _ in frame.columns)
    statement = f'INSERT INTO "{table.name}" ({names}) VALUES ({places})'  # noqa: S608 - names come from the frame's own schema
    for chunk in frame.iter_slices(_CHUNK):
        texts = chunk.with_columns(pl.col(name).dt.to_string("%Y-%m-%d") for name in dates)
        connection.exec_driver_sql(statement, texts.rows())
