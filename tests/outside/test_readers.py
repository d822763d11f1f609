"""Other people's readers take our files for what they are."""

from __future__ import annotations

from tests.outside.conftest import ROWS
from tests.outside.tools import run_script

_PANDAS = """
import sys, pandas
frame = pandas.read_csv(sys.argv[1], dtype={"nit": "string"})
print(len(frame), frame["nit"].str.len().min() > 4, frame["record_id"].is_unique)
"""


def test_pandas_reads_the_csv(registry: str) -> None:
    run = run_script(_PANDAS, f"{registry}/api/v1/records.csv")
    assert run.returncode == 0, run.stderr
    rows, is_text, is_unique = run.stdout.split()
    assert (int(rows) > ROWS / 2, is_text, is_unique) == (True, "True", "True")
