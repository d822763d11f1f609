"""Describing a release: the files beside its data that tell what they are, made from the manifest's own list."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from exemptions.catalog_entries import CatalogName
from exemptions.catalog_export import catalog_table
from exemptions.catalogs import Catalogs
from exemptions.published_tables import CATALOG_PREFIX, TABLES
from exporters.csv_format import stream_csv
from exporters.csvw import build_csvw
from exporters.datapackage import build_data_package
from exporters.dictionary import Rules, write_dictionary_csv, write_dictionary_json
from exporters.for_people import write_licence, write_readme
from exporters.manifest import extend_files
from exporters.published_files import CSVW_SUFFIX, DATA_PACKAGE, FOLDER, LICENCE, README, list_published

_DICTIONARY = "dictionary"


def write_catalog_files(folder: Path, catalogs: Catalogs) -> dict[str, int]:
    """Write each catalogue as CSV into the downloads, for readers of the tables whose codes they list.

    Returns the number of rows by path.
    """
    rows: dict[str, int] = {}
    for name in CatalogName:
        path = f"{FOLDER}{CATALOG_PREFIX}{name.value}.csv"
        table = catalog_table(catalogs, name)
        (folder / path).write_bytes(b"".join(stream_csv(table.to_batches(), schema=table.schema)))
        rows[path] = table.num_rows
    return rows


def describe_release(folder: Path, manifest: Mapping[str, Any], rules: Rules) -> list[dict[str, Any]]:
    """Write what describes the files that `manifest` lists; gives the manifest's `files` with the new ones.

    They are the release's own, also where it shares its data with an earlier one.
    Shape: a data dictionary, the licence, a text for people, CSVW beside each CSV, and the Data Package last, because
    it lists the others too.
    """
    listed, number = manifest["files"], manifest["release"]
    csv = f"{FOLDER}{_DICTIONARY}.csv"
    _write(folder, csv, write_dictionary_csv(TABLES.values(), rules))
    _write(folder, f"{FOLDER}{_DICTIONARY}.json", write_dictionary_json(TABLES.values(), rules, release=number))
    _write(folder, f"{FOLDER}{LICENCE}", write_licence(manifest))
    rows = {csv: sum(len(table.columns) for table in TABLES.values())}
    files = list_published({"files": extend_files(folder, listed, rows)})
    _write(folder, f"{FOLDER}{README}", write_readme(manifest, files))
    for file in files:
        if file.form == "csv" and file.table is not None:
            metadata = build_csvw(file.table, url=file.name, manifest=manifest)
            _write(folder, f"{FOLDER}{file.name}{CSVW_SUFFIX}", encode_description(metadata))
    listed = extend_files(folder, listed, rows)
    _write(folder, f"{FOLDER}{DATA_PACKAGE}", encode_description(build_data_package({**manifest, "files": listed})))
    return extend_files(folder, listed, rows)


def list_descriptions(files: Iterable[Mapping[str, Any]]) -> list[str]:
    """The paths of the files that `describe_release` writes, among those of a manifest."""
    return [str(entry["path"]) for entry in files if _is_own(str(entry["path"]))]


def clear_description(folder: Path) -> None:
    """Take the description out of a release folder; where it is shared with another one, that keeps it."""
    for path in (folder / FOLDER).iterdir():
        if _is_own(f"{FOLDER}{path.name}"):
            path.unlink()


def encode_description(content: Mapping[str, Any]) -> bytes:
    """JSON that people can read too; equal content gives equal bytes."""
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _is_own(path: str) -> bool:
    name = path.removeprefix(FOLDER)
    own = (DATA_PACKAGE, README, LICENCE, f"{_DICTIONARY}.csv", f"{_DICTIONARY}.json")
    return path.startswith(FOLDER) and (name in own or name.endswith(CSVW_SUFFIX))


def _write(folder: Path, path: str, content: bytes) -> None:
    (folder / path).write_bytes(content)
