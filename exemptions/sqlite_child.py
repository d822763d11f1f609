"""The child process that moves many rows between Arrow and SQLite: a program of its own, never imported with the book.

ADBC carries a second SQLite library, and two of them in one process do not see each other's locks. Across processes
locks work. The program imports nothing of the project. Its first argument is the act, its second a SQLite file:

- `read`: give the rows of the query on standard input as an Arrow stream on standard output;
- `write`: put the Arrow stream on standard input into the table `staged` of a new file.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

BATCH_ROWS = 65_536
STAGED = "staged"
"""Table of a written file."""
LOCKED = 75
"""Exit status when a writer waits for the readers to end, EX_TEMPFAIL of sysexits.h."""


def main(act: str, path: str) -> int:
    """Do one act."""
    from adbc_driver_manager import Error

    try:
        if act == "read":
            read(path)
        else:
            write(path)
    except Error as error:
        if "locked" in str(error):
            return LOCKED
        raise
    return 0


def read(path: str) -> None:
    """Write the rows of the query to standard output."""
    import pyarrow as pa

    query = sys.stdin.read()
    with connect(path, mode="ro") as connection, connection.cursor() as cursor:
        cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": BATCH_ROWS})
        cursor.execute(query)
        rows = cursor.fetch_record_batch()
        with pa.ipc.new_stream(sys.stdout.buffer, rows.schema) as stream:
            for batch in rows:
                stream.write_batch(batch)


def write(path: str) -> None:
    """Make a file of the rows on standard input. A power cut may lose it, since nothing but this load knows of it."""
    import pyarrow as pa

    with connect(path, mode="rwc", autocommit=True) as connection, connection.cursor() as cursor:
        for pragma in ("journal_mode=OFF", "synchronous=OFF"):
            cursor.execute(f"PRAGMA {pragma}")
            cursor.fetchall()
        cursor.adbc_ingest(STAGED, pa.ipc.open_stream(sys.stdin.buffer), mode="create")


def connect(path: str, *, mode: str, autocommit: bool = False) -> Any:
    """A connection of ADBC's."""
    from adbc_driver_manager import dbapi
    from adbc_driver_sqlite import _driver_path

    uri = f"{Path(path).as_uri()}?mode={mode}"
    return dbapi.connect(driver=_driver_path(), db_kwargs={"uri": uri}, autocommit=autocommit)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
