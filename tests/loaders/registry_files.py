"""Small invented registry files: a clean record to change one value of, and the file that holds it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import xlsxwriter
from stdnum.gt.nit import calc_check_digit

from exemptions.catalogs import load_catalogs
from exemptions.datasets import REGISTRY_COLUMNS, Dataset
from exemptions.finding import Finding
from loaders.checks import Context
from loaders.options import Header, SourceTable
from loaders.validate import Validated, validate

CUTOFF = date(2026, 10, 31)
HEADERS = {column.key: column.header for column in REGISTRY_COLUMNS}


def nit(number: int) -> str:
    """A valid NIT of the unassigned range."""
    body = f"8000000{1000 + number:04d}"
    return body + calc_check_digit(body)


def cui(serial: int = 99998364, place: str = "0101") -> str:
    """A valid identity-card number of an invented person; the place must be a municipality."""
    check = sum(int(digit) * weight for weight, digit in enumerate(f"{serial:08d}", 2)) % 11
    assert check < 10, "no card has this serial"
    return f"{serial:08d}{check}{place}"


def permanent(number: int = 1, **values: str) -> dict[str, str]:
    """A clean permanent benefit, with some values changed."""
    record = {
        "nit": nit(number),
        "name": f"COLEGIO LA NIEBLA {number}",
        "person_kind": "JURIDICA",
        "exempt_type": "CONST",
        "category": "CED_PRIV",
        "status": "VIGENTE",
        "activity": "8521",
        "department": "01",
        "municipality": "0101",
    }
    return record | values


def temporary(number: int = 1, **values: str) -> dict[str, str]:
    """A clean temporary benefit, with some values changed."""
    record = {
        "nit": nit(number),
        "name": f"TEJIDOS HELECHO DE HILO {number}, SOCIEDAD ANÓNIMA",
        "person_kind": "JURIDICA",
        "exempt_type": "BFT",
        "category": "MAQ_SERV",
        "authority": "MINECO",
        "resolution": f"DPI-{number}-2020",
        "notified_on": "2020-12-04",
        "valid_from": "2020-12-04",
        "valid_until": "2030-12-03",
        "status": "VIGENTE",
        "taxes": "DAI;IVA_IMP;ISR",
        "activity": "6202",
        "department": "16",
        "municipality": "1607",
        "jobs": "28",
        "jobs_year": "2025",
        "jobs_kind": "REPORTADO",
        "amount_gtq": "707045.03",
        "amount_year": "2025",
    }
    return record | values


def source_of(*records: Mapping[str, str], first_row: int = 2) -> SourceTable:
    """The records as a reader gives them, with every column of the dataset."""
    rows = pa.array(range(first_row, first_row + len(records)), pa.int64())
    columns = {key: pa.array([record.get(key, "") for record in records], pa.string()) for key in HEADERS}
    header = Header(first_row - 1, tuple(HEADERS.values()), tuple(HEADERS))
    return SourceTable(pa.table({"row": rows, **columns}), header)


def check(*records: Mapping[str, str]) -> Validated:
    """What validation says of the records, the first of which stands in row 2."""
    return validate(source_of(*records), dataset=Dataset.REGISTRY, context=Context(load_catalogs(), CUTOFF))


def found(*records: Mapping[str, str]) -> list[tuple[int | None, str, str]]:
    """Row, key and rule of everything found in the records."""
    return [place(finding) for finding in check(*records).findings]


def place(finding: Finding) -> tuple[int | None, str, str]:
    """Where a finding stands and which rule it is of."""
    return finding.row, finding.key, finding.rule


def csv_text(*records: Mapping[str, str], delimiter: str = ",", headers: Sequence[str] | None = None) -> str:
    """The records as a CSV with our headers, or with others in our order."""
    sink = io.StringIO()
    writer = csv.writer(sink, delimiter=delimiter, lineterminator="\n")
    writer.writerow(headers or HEADERS.values())
    writer.writerows([record.get(key, "") for key in HEADERS] for record in records)
    return sink.getvalue()


def write_workbook(path: Path, rows: Sequence[Sequence[object]], *, sheet: str = "Registro") -> Path:
    """A workbook of one sheet with these rows from A1 on; dates become date cells."""
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy", "strings_to_formulas": False}) as book:
        table = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            table.write_row(number, 0, row)
    return path
