"""The reference of an export: DuckDB copies a release's Parquet file to another format. Runs with DuckDB alone.

Arguments: the Parquet file, the file to write, its format, and a condition or nothing. Prints the seconds of the copy.
"""

import sys
import time

import duckdb  # type: ignore[import-not-found]

OPTIONS = {"csv": "FORMAT csv, HEADER", "ndjson": "FORMAT json", "parquet": "FORMAT parquet, COMPRESSION zstd"}


def main(source: str, target: str, form: str, condition: str = "true") -> None:
    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    started = time.perf_counter()
    connection.execute(f"COPY (SELECT * FROM '{source}' WHERE {condition}) TO '{target}' ({OPTIONS[form]})")
    print(time.perf_counter() - started)


if __name__ == "__main__":
    main(*sys.argv[1:])
