"""What describes the files of a release: made from what is in it, and its own even where the data are shared."""

import csv
import gzip
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest

from exemptions.errors import PrivateIdentifierFound
from exemptions.published_tables import TABLES
from exporters import description
from exporters.published_files import PublishedFile, list_published
from tests.exemptions.releases import invented_nit
from tests.exporters.staging import Home, natural, row

EDITION = [row(1, name="Zapote"), row(2, name="Ñandú, S.A.", category="ENR"), row(3, name="Nutria")]


def read_package(folder: Path) -> dict[str, Any]:
    package: dict[str, Any] = json.loads((folder / "downloads/datapackage.json").read_bytes())
    return package


def header_of(path: Path) -> list[str]:
    content = path.read_bytes()
    text = gzip.decompress(content) if path.suffix == ".gz" else content
    return next(csv.reader(io.StringIO(text.decode("utf-8"), newline="")))


def test_description__tells_of_every_file_of_the_downloads(home: Home) -> None:
    folder = home.release(EDITION)
    downloads = folder / "downloads"
    told = {resource["path"]: resource for resource in read_package(folder)["resources"]}
    present = {path.name for path in downloads.iterdir() if path.suffix != ".zst"}
    assert present - told.keys() == {"datapackage.json", *(name for name in present if name.endswith("-metadata.json"))}
    for path, resource in told.items():
        content = (downloads / path).read_bytes()
        assert (resource["bytes"], resource["hash"]) == (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}")


def test_description__gives_the_columns_that_each_csv_has(home: Home) -> None:
    folder = home.release(EDITION)
    tables = [resource for resource in read_package(folder)["resources"] if resource["format"] == "csv"]
    assert {"records", "dictionary", "catalog_types"} <= {table["name"] for table in tables}
    for table in tables:
        header = header_of(folder / "downloads" / table["path"])
        assert [field["name"] for field in table["schema"]["fields"]] == header, table["name"]
        name = table["path"].removesuffix(".gz")
        metadata = json.loads((folder / "downloads" / f"{name}-metadata.json").read_bytes())
        assert metadata["url"] == name
        assert [column["name"] for column in metadata["tableSchema"]["columns"]] == header
        assert [column["titles"]["und"] for column in metadata["tableSchema"]["columns"]] == header


def test_dictionary__has_every_column_of_every_table_with_its_ground(home: Home) -> None:
    folder = home.release([*EDITION, natural(4)])
    with (folder / "downloads/dictionary.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [(line["table"], line["column"]) for line in lines] == [
        (table.name, column.key) for table in TABLES.values() for column in table.columns
    ]
    told = {(line["table"], line["column"]): line for line in lines}
    assert "Resolución SAT-DSI-393-2025" in told["records", "nit"]["ground_es"]
    assert "natural persons: not published" in told["records", "nit"]["ground_en"]
    assert told["amounts", "amount_gtq"]["ground_es"] == told["records", "amount_gtq"]["ground_es"]
    assert "below 5" in told["records", "jobs"]["ground_en"]
    for line in lines:
        assert all(line[key] for key in line if key not in ("unit", "catalog", "values", "values_es", "values_en"))
    content = json.loads((folder / "downloads/dictionary.json").read_bytes())
    assert (content["release"], [table["table"] for table in content["tables"]]) == (1, list(TABLES))


def test_terms__stand_beside_the_files(home: Home) -> None:
    downloads = home.release(EDITION) / "downloads"
    assert "todavía no ha declarado una licencia" in (downloads / "LICENSE.txt").read_text(encoding="utf-8")
    assert "licenses" not in read_package(downloads.parent)
    readme = (downloads / "README.txt").read_text(encoding="utf-8")
    assert readme.index("Publicación 1, del 2026-11-20") < readme.index("Release 1, of 2026-11-20")
    assert "records.csv (records.csv.gz)" in readme


def test_description__of_a_rollback_is_its_own(home: Home) -> None:
    home.release(EDITION)
    home.release(EDITION[:1])
    home.rollback(1)
    first, third = read_package(home.folder(1)), read_package(home.folder(3))
    assert (first["version"], third["version"]) == ("1", "3")
    hashes = [
        {r["path"]: r["hash"] for r in package["resources"] if r["name"].startswith("records")}
        for package in (first, third)
    ]
    assert hashes[0] == hashes[1]
    assert hashes[0]


def test_description__is_looked_through_for_private_numbers(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.approve([natural(1), row(2)])
    text = f"NIT {invented_nit(1)}".encode()
    monkeypatch.setattr(description, "write_readme", lambda manifest, files: text)
    with pytest.raises(PrivateIdentifierFound) as caught:
        home.publish()
    assert caught.value.places == ("downloads/README.txt:*:1",)


def entry(path: str, **more: object) -> dict[str, object]:
    return {"path": f"downloads/{path}", "bytes": 1, "sha256": "0" * 64, "rows": None, **more}


def listed(*paths: str) -> tuple[PublishedFile, ...]:
    return list_published({"files": [entry(path) for path in paths]})


def test_files__are_told_once_whatever_their_codings() -> None:
    files = listed("jobs.csv.zst", "jobs.csv.gz", "jobs.parquet", "records.csv.zst", "map.bin", "datapackage.json")
    assert [(file.name, file.path) for file in files] == [
        ("records.csv", "records.csv.zst"), ("jobs.csv", "jobs.csv.gz"), ("jobs.parquet", "jobs.parquet"),
        ("map.bin", "map.bin"),
    ]  # fmt: skip
    assert [file.table.name if file.table else None for file in files] == ["records", "jobs", "jobs", None]
