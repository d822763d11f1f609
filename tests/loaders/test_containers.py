"""The same content in every container stages the same frame; rows are numbered as each container counts them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from exemptions.catalogs import load_catalogs
from exemptions.datasets import DATASET_COLUMNS, Dataset
from loaders.checks import Context
from loaders.isolation import ReaderLimits, read_isolated
from loaders.options import ReadingRefused, ReadOptions
from loaders.source import read_source
from loaders.validate import Validated, validate
from tests.loaders.containers import CONTAINERS
from tests.loaders.registry_files import CUTOFF, permanent, source_of, temporary

LIMIT = 10**9
RECORDS = (
    permanent(1, name="COLEGIO ÑANDÚ “LA NIEBLA”"),
    permanent(2, name="ESCUELA DEL FAROL, S.A.; Y | OTROS"),
    temporary(3),
    temporary(4, name="K’ICHE’ DE PAPEL", valid_until="2030-02-28", amount_gtq="0.10", jobs="0"),
)
XLS = Path(__file__).parent / "data" / "registro.xls"
"""RECORDS as Excel 97–2003 keeps them, with typed cells."""


def checked(path: Path, encoding: str = "utf-8") -> Validated:
    source = read_isolated(path, ReadOptions(encoding=encoding), ReaderLimits())
    return validate(source, dataset=Dataset.REGISTRY, context=Context(load_catalogs(), CUTOFF))


def expected() -> Validated:
    return validate(source_of(*RECORDS), dataset=Dataset.REGISTRY, context=Context(load_catalogs(), CUTOFF))


def staged(validated: Validated) -> pl.DataFrame:
    assert validated.content is not None, validated.findings
    return validated.content


@pytest.mark.parametrize("container", CONTAINERS)
def test_containers__the_same_content_stages_the_same_frame(container: str, tmp_path: Path) -> None:
    write, encoding = CONTAINERS[container]
    validated = checked(write(tmp_path / "registro", RECORDS), encoding)
    frame = staged(validated)
    first = 1 if container.startswith(("json", "ndjson", "parquet")) else 2
    assert frame.get_column("row").to_list() == list(range(first, first + len(RECORDS)))
    assert frame.drop("row").equals(staged(expected()).drop("row"))
    assert [finding.rule for finding in validated.findings] == [finding.rule for finding in expected().findings]


def test_containers__an_old_workbook_stages_the_same_frame() -> None:
    assert staged(checked(XLS)).equals(staged(expected()))


@pytest.mark.parametrize("sent", Dataset)
@pytest.mark.parametrize("declared", Dataset)
def test_containers__the_file_of_another_dataset_is_named(sent: Dataset, declared: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "archivo.csv"
    headers = [column.header for column in DATASET_COLUMNS[sent]]
    path.write_text(";".join(headers) + "\n" + ";".join("x" for _ in headers) + "\n", encoding="utf-8")
    if sent is declared:
        assert read_source(path, ReadOptions(declared), max_bytes=LIMIT).table.num_rows == 1
        return
    with pytest.raises(ReadingRefused) as refused:
        read_source(path, ReadOptions(declared), max_bytes=LIMIT)
    (finding,) = refused.value.findings
    assert (finding.rule, finding.value, finding.detail) == ("otro_conjunto", sent.value, {"dataset": declared.value})


def test_containers__options_that_say_nothing_of_a_container_are_told(tmp_path: Path) -> None:
    options = ReadOptions(encoding="windows-1252", sheet="Registro", header_row=1)
    told = {}
    for container in ("csv", "xlsx", "ods", "json", "parquet"):
        write, _ = CONTAINERS[container]
        source = read_source(write(tmp_path / container, (permanent(1),)), options, max_bytes=LIMIT)
        told[container] = [f.value for f in source.findings if f.rule == "opcion_sin_efecto"]
    assert told == {
        "csv": ["--sheet"],
        "xlsx": ["--encoding"],
        "ods": ["--encoding"],
        "json": ["--sheet", "--header-row"],
        "parquet": ["--encoding", "--sheet", "--header-row"],
    }
