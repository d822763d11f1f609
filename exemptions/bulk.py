"""Moving frames in and out of the book within the session's own connection and transaction.

PostgreSQL takes and gives CSV by `COPY` on the connection that the session has, so that what is not committed yet is
seen and a rollback takes it back. For SQLite see `bulk_sqlite`.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import polars as pl
from sqlalchemy import Column, Connection, MetaData, Select, Table
from sqlalchemy.orm import Session

from exemptions.bulk_sqlite import count_changes, forget_changes, insert_sqlite, read_sqlite
from exemptions.engines import SQLITE

Schema = Mapping[str, type[pl.DataType]]

_CHUNK = 50_000
"""Rows handed to the driver at once: enough to make calls rare, few enough to take some tens of megabytes."""

_BLOCK_BYTES = 32 * 1024**2
"""Text of `COPY` that is parsed at once, for the same reason."""


def read_frame(session: Session, statement: Select[tuple[object, ...]], schema: Schema) -> pl.DataFrame:
    """The rows of `statement` as a frame of `schema`, whose names must be the statement's, in its order."""
    connection = session.connection()
    read = read_sqlite if connection.dialect.name == SQLITE else _read_postgresql
    return pl.concat([pl.DataFrame(schema=dict(schema)), *read(connection, statement, schema)])


def insert_frame(session: Session, table: Table, frame: pl.DataFrame) -> None:
    """Add the rows of `frame`, whose columns must be columns of `table`."""
    if frame.is_empty():
        return
    connection = session.connection()
    quote = connection.dialect.identifier_preparer
    names = ", ".join(quote.quote_identifier(name) for name in frame.columns)
    target = f"{quote.format_table(table)} ({names})"
    insert = insert_sqlite if connection.dialect.name == SQLITE else _insert_postgresql
    insert(connection, target, frame)


@contextmanager
def staged_frame(session: Session, columns: Sequence[Column[Any]], frame: pl.DataFrame) -> Iterator[Table]:
    """A temporary table with the rows of `frame` for the length of the block, for statements over whole sets.

    Shape: `columns` gives names and types; the frame has the same names.
    """
    connection = session.connection()
    table = Table("staged", MetaData(), *columns, prefixes=["TEMPORARY"])
    table.create(connection)
    before = count_changes(connection)
    insert_frame(session, table, frame)
    staged = count_changes(connection) - before
    yield table
    # An error needs no clearing up: it ends the transaction, which takes the table with it.
    table.drop(connection)
    forget_changes(connection, staged)


def _read_postgresql(connection: Connection, statement: Select[Any], schema: Schema) -> Iterator[pl.DataFrame]:
    compiled = statement.compile(connection, compile_kwargs={"render_postcompile": True})
    with (
        _cursor(connection) as cursor,
        cursor.copy(f"COPY ({compiled}) TO STDOUT (FORMAT csv)", compiled.params) as rows,
    ):
        for block in _blocks(rows):
            # In the CSV of PostgreSQL and of Polars alike an empty field is null and "" is the empty text.
            yield pl.read_csv(block, has_header=False, schema=dict(schema))


def _blocks(rows: Iterable[bytes | memoryview]) -> Iterator[io.BytesIO]:
    """Blocks of whole rows; PostgreSQL sends one message per row.

    Source: https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-COPY.
    """
    block = io.BytesIO()
    for row in rows:
        if block.write(row) and block.tell() >= _BLOCK_BYTES:
            block.seek(0)
            yield block
            block = io.BytesIO()
    if block.tell():
        block.seek(0)
        yield block


def _insert_postgresql(connection: Connection, target: str, frame: pl.DataFrame) -> None:
    with _cursor(connection) as cursor, cursor.copy(f"COPY {target} FROM STDIN (FORMAT csv)") as rows:
        for chunk in frame.iter_slices(_CHUNK):
            rows.write(chunk.write_csv(include_header=False))


def _cursor(connection: Connection) -> Any:
    """A cursor of the session's own connection, so that `COPY` is part of its transaction."""
    return connection.connection.cursor()
