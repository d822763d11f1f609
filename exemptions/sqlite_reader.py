"""The child process that reads the SQLite book fast: a program of its own, never imported by what has the book open.

ADBC carries a second SQLite library, and two of them in one process do not see each other's locks. Across processes
locks work. Its input is a JSON object (`path`, `sql`), its output an Arrow stream. It imports nothing of the project.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

BATCH_ROWS = 65_536
LOCKED = 75
"""Exit status when a writer waits for the readers to end, EX_TEMPFAIL of sysexits.h."""


def main() -> int:
    """Write the rows of the query to standard output."""
    import pyarrow as pa
    from adbc_driver_manager import Error, dbapi
    from adbc_driver_sqlite import _driver_path

    job = json.load(sys.stdin)
    uri = f"{Path(job['path']).as_uri()}?mode=ro"
    try:
        with dbapi.connect(driver=_driver_path(), db_kwargs={"uri": uri}) as connection, connection.cursor() as cursor:
            cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": BATCH_ROWS})
            cursor.execute(job["sql"])
            rows = cursor.fetch_record_batch()
            with pa.ipc.new_stream(sys.stdout.buffer, rows.schema) as stream:
                for batch in rows:
                    stream.write_batch(batch)
    except Error as error:
        if "locked" in str(error):
            return LOCKED
        raise
    return 0


if __name__ == "__main__":
    sys.exit(main())
