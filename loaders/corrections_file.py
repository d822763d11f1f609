"""The rows of a file that something was found in, given back as a file to correct.

Each row has its cells as they were sent, then its number in that file, the rules it breaks, what is wrong and what to
do. The kept upload is read again in a child process, as any file that came from outside.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import polars as pl
import xlsxwriter

from exemptions.datasets import Dataset
from exemptions.errors import FileRefused
from exemptions.finding import LEFT_OUT, Finding
from exemptions.models import Batch
from exemptions.settings import Settings
from loaders.correction_headers import CORRECTION_HEADERS
from loaders.isolation import ReaderLimits, read_isolated
from loaders.options import ReadingRefused, ReadOptions, SourceTable
from loaders.report import BYTE_ORDER_MARK, harmless
from loaders.rules import message_of, remedy_of

_BETWEEN = " | "
_CELL_LIMIT = 32_767
"""Characters that a cell of a workbook holds. Source: Excel specifications and limits."""


class CorrectionsForm(StrEnum):
    """The formats of the file; the value is also its suffix."""

    CSV = "csv"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class Corrections:
    """The file to correct."""

    data: bytes
    rows: int
    left_out: int
    """Findings that the report only counts (see `loaders.bounded`); their rows may be missing."""


def write_corrections(
    home: Path, settings: Settings, batch: Batch, findings: Sequence[Finding], *, form: CorrectionsForm, lang: str
) -> Corrections:
    """The rows of a batch's file that have findings, in the order of the file.

    Raises: FileRefused if the upload is gone or cannot be read as a table, so that there are no rows to give back.
    """
    by_row: defaultdict[int, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.row is not None:
            by_row[finding.row].append(finding)
    source = _read_again(home, settings, batch)
    keys = [key for key in source.header.keys if key is not None and key in source.table.column_names]
    headers = [source.header.name_of(key) or key for key in keys]
    headers += [sentence.text(lang) for sentence in CORRECTION_HEADERS]
    rows = list(_rows(source, keys, by_row, lang))
    data = (_csv if form is CorrectionsForm.CSV else _xlsx)(headers, rows)
    return Corrections(data, len(rows), sum(finding.detail.get(LEFT_OUT, 0) for finding in findings))


def _read_again(home: Path, settings: Settings, batch: Batch) -> SourceTable:
    path = home / "uploads" / batch.upload_sha256
    if not path.is_file():
        raise FileRefused(
            f"El archivo del lote {batch.id} ya no está guardado.", f"The file of batch {batch.id} is no longer kept."
        )
    names = ("mapping", "encoding", "sheet", "header_row")
    options = ReadOptions(Dataset(batch.dataset), **{name: batch.options[name] for name in names})
    limits = ReaderLimits.of_file(path, unpacked_bytes=settings.max_upload_bytes)
    try:
        return read_isolated(path, options, limits)
    except ReadingRefused as refusal:
        raise FileRefused(
            f"El archivo del lote {batch.id} no se pudo leer como tabla; su informe dice por qué.",
            f"The file of batch {batch.id} could not be read as a table; its report says why.",
        ) from refusal


def _rows(
    source: SourceTable, keys: Sequence[str], by_row: Mapping[int, Sequence[Finding]], lang: str
) -> Iterator[list[str]]:
    wanted = pl.Series("row", list(by_row), dtype=pl.Int64)
    table = pl.DataFrame(pl.from_arrow(source.table.select(["row", *dict.fromkeys(keys)])))
    for number, *cells in table.filter(pl.col("row").is_in(wanted.implode())).iter_rows():
        found = by_row[number]
        told = (
            _joined(finding.rule for finding in found),
            _joined(message_of(finding, lang) for finding in found),
            _joined(remedy_of(finding, lang) for finding in found),
        )
        yield [*(cell or "" for cell in cells), str(number), *told]


def _joined(texts: Iterable[str]) -> str:
    return _BETWEEN.join(dict.fromkeys(texts))


def _csv(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    sink = io.StringIO()
    sink.write(BYTE_ORDER_MARK)
    writer = csv.writer(sink, lineterminator="\r\n")
    for row in (headers, *rows):
        writer.writerow([harmless(cell) for cell in row])
    return sink.getvalue().encode()


def _xlsx(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    sink = io.BytesIO()
    # Every cell is text, as it came: a workbook must not make a number of a NIT, nor run what a cell says.
    with xlsxwriter.Workbook(sink, {"constant_memory": True, "in_memory": True}) as workbook:
        sheet, bold = workbook.add_worksheet(), workbook.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for column, header in enumerate(headers):
            sheet.write_string(0, column, header[:_CELL_LIMIT], bold)
        for line, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                sheet.write_string(line, column, cell[:_CELL_LIMIT])
    return sink.getvalue()
