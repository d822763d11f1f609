"""Frames in and out of a SQLite book.

The process that has the book open uses Python's own module and no other SQLite library, since two of them in one
process do not see each other's locks. Many rows are moved by a child process with a faster one: it reads the book, as
long as the session has changed nothing that the child could not see, and it writes files of their own, which the
session attaches.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import polars as pl
import pyarrow as pa
from sqlalchemy import Connection, Date, Select, String, func, select, type_coerce

from exemptions import sqlite_child
from exemptions.engines import ATTACHED, CHANGES_AT_BEGIN

Schema = Mapping[str, type[pl.DataType]]

_CHUNK = 50_000
"""Rows handed to the driver at once: enough to make calls rare, few enough to take some tens of megabytes."""

_CHILD_ROWS = 100_000
"""From about this size on rows take longer than starting a process for them, some 0.5 s."""

_ATTACHED_MAX = 8
"""Files attached in one transaction; SQLite allows 10 unless it was built for more."""

_TYPED: Mapping[type[pl.DataType], str] = {pl.Int64: "0", pl.Float64: "0.0", pl.String: "''", pl.Date: "''"}


def read_sqlite(connection: Connection, statement: Select[Any], schema: Schema) -> Iterator[pl.DataFrame]:
    """The rows of `statement`, a part at a time."""
    columns = [
        type_coerce(c, String).label(c.key) if isinstance(c.type, Date) else c for c in statement.selected_columns
    ]
    of_text = statement.with_only_columns(*columns)
    # SQLite keeps dates as ISO text; they are parsed by Polars at once instead of one by one in Python.
    dates = [pl.col(name).str.to_date("%Y-%m-%d") for name, kind in schema.items() if kind is pl.Date]
    raw = {name: pl.String if kind is pl.Date else kind for name, kind in schema.items()}
    if _is_for_child(connection, of_text):
        try:
            for part in _read_in_child(connection, of_text, raw):
                yield part.with_columns(dates)
        except _Locked:
            pass
        else:
            return
    for part in _read_here(connection, of_text, raw):
        yield part.with_columns(dates)


def insert_sqlite(connection: Connection, target: str, frame: pl.DataFrame) -> None:
    """Add the rows of `frame` to `target`, a quoted table with the list of the frame's columns."""
    attached = connection.info.setdefault(ATTACHED, [])
    if frame.height >= _CHILD_ROWS and len(attached) < _ATTACHED_MAX and _path(connection) is not None:
        _insert_by_child(connection, target, frame, attached)
        return
    places = ", ".join("?" for _ in frame.columns)
    statement = f"INSERT INTO {target} VALUES ({places})"  # noqa: S608 - names come from the frame's own schema
    for chunk in frame.iter_slices(_CHUNK):
        connection.exec_driver_sql(statement, _dates_as_text(chunk).rows())


def _dates_as_text(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(pl.col(pl.Date).dt.to_string("%Y-%m-%d"))


def _insert_by_child(connection: Connection, target: str, frame: pl.DataFrame, attached: list[str]) -> None:
    """Have a child write the rows into a file beside the book, and take them over from there.

    The file has no name any more when this returns. It stays attached until the transaction ends, as SQLite demands.
    """
    with tempfile.TemporaryDirectory(dir=_get_path(connection).parent, prefix=".staged-") as folder:
        file = Path(folder, "rows.sqlite")
        _write_in_child(file, frame)
        name = f"staged_{len(attached)}"
        connection.exec_driver_sql(f"ATTACH DATABASE ? AS {name}", (str(file),))
        attached.append(name)
        connection.exec_driver_sql(f"INSERT INTO {target} SELECT * FROM {name}.{sqlite_child.STAGED}")  # noqa: S608


def _write_in_child(file: Path, frame: pl.DataFrame) -> None:
    schema = _dates_as_text(frame.clear()).to_arrow(compat_level=pl.CompatLevel.oldest()).schema
    with _start("write", file, stdout=None) as child:
        with pa.ipc.new_stream(_pipe(child.stdin), schema) as stream:
            for chunk in frame.iter_slices(_CHUNK):
                stream.write_table(_dates_as_text(chunk).to_arrow(compat_level=pl.CompatLevel.oldest()))
        _pipe(child.stdin).close()
    if child.returncode != 0:
        raise _failure(child)


def count_changes(connection: Connection) -> int:
    """How many rows the connection has changed so far; of another database 0, which nobody asks."""
    driver = connection.connection.driver_connection
    return getattr(driver, "total_changes", 0)


def forget_changes(connection: Connection, rows: int) -> None:
    """Take note that so many of the changed rows were of a temporary table, which is gone: no child misses them."""
    if connection.info.get(CHANGES_AT_BEGIN) is not None:
        connection.info[CHANGES_AT_BEGIN] += rows


class _Locked(Exception):
    """A writer waits for the readers to end, so a new reader may not begin."""


def _is_for_child(connection: Connection, statement: Select[Any]) -> bool:
    """Whether the statement gives many rows, and another process would see the same ones.

    Counting them also makes this transaction a reader; until it ends nobody else can commit, so the child sees the
    state that this connection sees.
    """
    driver = connection.connection.driver_connection
    if driver is None or _path(connection) is None:
        return False
    if driver.total_changes != connection.info.get(CHANGES_AT_BEGIN):
        return False
    count = connection.scalar(select(func.count()).select_from(statement.order_by(None).subquery()))
    return count is not None and count >= _CHILD_ROWS


def _read_in_child(connection: Connection, statement: Select[Any], raw: Schema) -> Iterator[pl.DataFrame]:
    """The rows as the child gives them.

    Raises: _Locked before the first part.
    """
    rows = statement.compile(connection, compile_kwargs={"literal_binds": True})
    # ADBC takes a column for integers whose first rows are all null, so a row of every column's type goes before them.
    typed = ", ".join(f'{_TYPED[kind]} AS "{name}"' for name, kind in raw.items())
    query = f"SELECT {typed} UNION ALL SELECT * FROM ({rows})"  # noqa: S608
    with _start("read", _get_path(connection), stdout=subprocess.PIPE) as child:
        _pipe(child.stdin).write(query.encode())
        _pipe(child.stdin).close()
        try:
            yield from _frames(_pipe(child.stdout), raw)
        except pa.ArrowInvalid as error:
            if child.wait() == sqlite_child.LOCKED:
                raise _Locked from error
            raise _failure(child) from error
    if child.returncode != 0:
        raise _failure(child)


def _start(act: str, path: Path, *, stdout: int | None) -> subprocess.Popen[bytes]:
    # Without -P the folder of the program would be the first place where the standard library is looked for.
    command = [sys.executable, "-P", sqlite_child.__file__, act, str(path)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=stdout)


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None  # noqa: S101 - asked for when the child was started
    return stream


def _failure(child: subprocess.Popen[bytes]) -> OSError:
    return OSError(f"the child that moves rows of the book ended with status {child.returncode}")


def _frames(stream: IO[bytes], raw: Schema) -> Iterator[pl.DataFrame]:
    """The batches of an Arrow stream as frames of `raw`, without the first row."""
    with pa.ipc.open_stream(stream) as batches:
        for number, batch in enumerate(batches):
            frame = pl.DataFrame(pl.from_arrow(batch), schema=dict(raw))
            yield frame.slice(1) if number == 0 else frame


def _read_here(connection: Connection, statement: Select[Any], raw: Schema) -> Iterator[pl.DataFrame]:
    """The rows through Python's own module."""
    rows = connection.execution_options(stream_results=True).execute(statement)
    for chunk in rows.partitions(_CHUNK):
        values = zip(*chunk, strict=True)
        yield pl.DataFrame(
            [pl.Series(name, column, dtype=kind) for (name, kind), column in zip(raw.items(), values, strict=True)]
        )


def _path(connection: Connection) -> Path | None:
    """The book's file, or None for a database in memory."""
    name = connection.engine.url.database
    return None if name in (None, "", ":memory:") else Path(name).absolute()


def _get_path(connection: Connection) -> Path:
    path = _path(connection)
    assert path is not None  # noqa: S101 - looked at before a child is asked for
    return path
