"""Small whole files of every dataset in every container: what the fuzzer of files begins from.

Most are written here; some lie beside the tests of the loaders, and a folder of real files may be named (`--seeds`).
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from exemptions.datasets import DATASET_COLUMNS, Dataset
from tests.loaders.containers import CONTAINERS, ods_cell, write_ods
from tests.loaders.fact_files import REGISTRY, amount, energy, estimate, event, jobs, part, product
from tests.loaders.registry_files import permanent, temporary

Table = list[list[str]]
"""A header and its rows, as text."""

BESIDE = Path(__file__).parents[2] / "loaders" / "data"
LONGEST_BYTES = 256 * 1024
"""Of a real file; of a longer text its beginning is taken."""

ROWS: Mapping[Dataset, Sequence[Mapping[str, str]]] = {
    Dataset.REGISTRY: (*REGISTRY, permanent(8, name="ÑANDÚ, “LUNA”"), temporary(9)),
    Dataset.JOBS: (jobs(), jobs(3), jobs(2, period="2025-T3"), jobs(3, kind="PROYECTADO", period="2026")),
    Dataset.AMOUNTS: (amount(), amount(2, amount_gtq="0"), amount(3, tax="IVA"), amount(1, year="2023")),
    Dataset.ENERGY: (energy(),),
    Dataset.EVENTS: (event(), event(2, event="REVOCATORIA", until=""), event(3, date="2024-05-06", until="2024-06-01")),
    Dataset.EXPENDITURE: (estimate(), part("impuesto", "ISR", "1,000.00"), part("impuesto", "IVA", "1,500.00")),
    Dataset.MACRO: (product(), product(year="2023", deflator="114.2")),
}


@dataclass(frozen=True, slots=True)
class Seed:
    """A file before anything was done to it."""

    name: str
    dataset: Dataset
    kind: str
    """csv, xlsx, xls, ods, json, ndjson or parquet."""
    data: bytes
    encoding: str = "utf-8"
    table: Table | None = None
    """What it holds, where the fuzzer can write it anew."""


def table_of(dataset: Dataset) -> Table:
    columns = DATASET_COLUMNS[dataset]
    rows = [[row.get(column.key, "") for column in columns] for row in ROWS[dataset]]
    return [[column.header for column in columns], *rows]


def write_delimited(table: Table, *, delimiter: str = ",", newline: str = "\n", before: str = "") -> str:
    sink = io.StringIO()
    csv.writer(sink, delimiter=delimiter, lineterminator=newline).writerows(table)
    return before + sink.getvalue()


def _xlsx(table: Table) -> bytes:
    sink = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(sink, options) as book:
        sheet = book.add_worksheet("Hoja")
        for number, row in enumerate(table):
            for place, cell in enumerate(row):
                if cell.isascii() and cell.isdigit() and len(cell) < 5 and not cell.startswith("0"):
                    sheet.write_number(number, place, int(cell))
                elif cell:
                    sheet.write_string(number, place, cell[:32_767])
    return sink.getvalue()


def _ods(table: Table) -> bytes:
    # No XML can hold what these signs are; a program that writes XML leaves them out.
    kept = [["".join(sign for sign in cell if sign.isprintable()) for cell in row] for row in table]
    sink = io.BytesIO()
    write_ods(sink, ["".join(ods_cell(cell or None) for cell in row) for row in kept])  # type: ignore[arg-type]
    return sink.getvalue()


def _objects(table: Table) -> list[dict[str, str]]:
    return [{name: cell for name, cell in zip(table[0], row, strict=False) if cell} for row in table[1:]]


def _json(table: Table) -> bytes:
    return json.dumps(_objects(table), ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass")


def _wrapped(table: Table) -> bytes:
    return json.dumps({"fecha": "2026-10-31", "filas": _objects(table), "total": len(table) - 1}).encode()


def _ndjson(table: Table) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in _objects(table)).encode()


def _parquet(table: Table, **options: object) -> bytes:
    names = [name if table[0].index(name) == place else f"{name}.{place}" for place, name in enumerate(table[0])]
    texts = [[row[place] if place < len(row) else "" for row in table[1:]] for place in range(len(names))]
    clean = [[cell.encode("utf-8", "replace").decode() or None for cell in column] for column in texts]
    sink = io.BytesIO()
    pq.write_table(pa.table([pa.array(column, pa.string()) for column in clean], names=names), sink, **options)
    return sink.getvalue()


def _text(encoding: str = "utf-8", **options: str) -> Callable[[Table], bytes]:
    return lambda table: write_delimited(table, **options).encode(encoding, "replace")


WRITERS: Mapping[str, tuple[str, Callable[[Table], bytes], str]] = {
    "csv": ("csv", _text(), "utf-8"),
    "csv-bom": ("csv", _text("utf-8-sig"), "utf-8"),
    "csv-semicolon-crlf": ("csv", _text(delimiter=";", newline="\r\n"), "utf-8"),
    "csv-tab-cr": ("csv", _text(delimiter="\t", newline="\r"), "utf-8"),
    "csv-bar": ("csv", _text(delimiter="|"), "utf-8"),
    "csv-sep": ("csv", _text(delimiter=";", newline="\r\n", before="sep=;\r\n"), "utf-8"),
    "csv-title": ("csv", _text(before="REGISTRO DE EXENTOS\n\n"), "utf-8"),
    "csv-1252": ("csv", _text("cp1252"), "windows-1252"),
    "csv-utf16": ("csv", _text("utf-16", delimiter="\t"), "utf-16"),
    "csv-utf16le": ("csv", _text("utf-16-le"), "utf-16-le"),
    "xlsx": ("xlsx", _xlsx, "utf-8"),
    "ods": ("ods", _ods, "utf-8"),
    "json": ("json", _json, "utf-8"),
    "json-wrapped": ("json", _wrapped, "utf-8"),
    "ndjson": ("ndjson", _ndjson, "utf-8"),
    "parquet": ("parquet", _parquet, "utf-8"),
    "parquet-plain": ("parquet", lambda table: _parquet(table, use_dictionary=False, compression="none"), "utf-8"),
    "parquet-zstd": ("parquet", lambda table: _parquet(table, compression="zstd", data_page_version="2.0"), "utf-8"),
}
"""Name → kind of container, what writes a table, and the encoding to declare."""


def build_seeds(scratch: Path, real: Path | None = None) -> list[Seed]:
    """Every dataset in every container, the registry as programs that know types write it, and files that lie about."""
    seeds = [
        Seed(f"{dataset}-{name}", dataset, kind, write(table_of(dataset)), encoding, table_of(dataset))
        for dataset in Dataset
        for name, (kind, write, encoding) in WRITERS.items()
    ]
    for name, (write_file, encoding) in CONTAINERS.items():
        data = write_file(scratch / "typed", ROWS[Dataset.REGISTRY]).read_bytes()
        seeds.append(Seed(f"typed-{name}", Dataset.REGISTRY, name.partition("-")[0], data, encoding))
    books = sorted(BESIDE.glob("*.xls"))
    # The old workbooks are the only ones of their kind, and nothing here writes them.
    seeds += [Seed(path.name, Dataset.REGISTRY, "xls", path.read_bytes()) for path in books for _ in Dataset]
    return [*seeds, *(_as_often(list(_real_seeds(real)), seeds) if real else ())]


def _as_often(real: list[Seed], written: list[Seed]) -> Iterator[Seed]:
    """Real files, so many times that every other file of their kind begins from one."""
    for kind in sorted({seed.kind for seed in real}):
        of_kind = [seed for seed in real if seed.kind == kind]
        count = sum(seed.kind == kind for seed in written)
        yield from (of_kind[place % len(of_kind)] for place in range(max(count, len(of_kind))))


def _real_seeds(folder: Path) -> Iterator[Seed]:
    for path in sorted(folder.rglob("*")):
        name, kind = str(path.relative_to(folder)), path.suffix.lstrip(".").replace("jsonl", "ndjson")
        if not path.is_file() or kind not in ("csv", "gz", "xlsx", "xls", "ods", "json", "ndjson", "parquet"):
            continue
        data = path.read_bytes()
        if kind == "gz":
            data, kind = gzip.decompress(data), "csv"
        if kind in ("csv", "ndjson") and len(data) > LONGEST_BYTES:
            data = data[: data.rindex(b"\n", 0, LONGEST_BYTES // 8) + 1]
        if len(data) > 3 * LONGEST_BYTES:
            continue
        yield Seed(name, _dataset_of(path.name), kind, data, _encoding_of(data))


_NAMED = {
    "empleos": Dataset.JOBS,
    "montos": Dataset.AMOUNTS,
    "energia": Dataset.ENERGY,
    "eventos": Dataset.EVENTS,
    "gasto-tributario": Dataset.EXPENDITURE,
}


def _dataset_of(name: str) -> Dataset:
    return next((dataset for word, dataset in _NAMED.items() if name.startswith(word)), Dataset.REGISTRY)


def _encoding_of(data: bytes) -> str:
    try:
        data.decode()
    except UnicodeDecodeError:
        return "windows-1252"
    return "utf-8"
