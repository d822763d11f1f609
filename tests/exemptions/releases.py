"""Releases made by hand, for tests that read one and do not care how it was published.

    release = build_test_release(tmp_path)                       # tmp_path/1 and tmp_path/current.json, DEFAULT_ROWS
    build_test_release(tmp_path, [record(name="Ñandú, S.A.")], number=2)

A row is a dict of published columns (`exemptions.columns.KEYS`); `record()` fills what is not given, and the names of
codes come from the catalogues. Files, manifest, hashes, index and pointer are real: `open_release` and `ReleaseStore`
verify and open them.
Names are invented; NITs are valid ones of the unassigned range 8000000xxxxx.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
from stdnum.gt.nit import calc_check_digit

from exemptions.catalog_entries import CatalogName
from exemptions.catalog_export import catalog_rows
from exemptions.catalogs import PACKAGED, load_catalogs
from exemptions.columns import KEYS, table_schema
from exemptions.index import write_index
from exemptions.names import name_order

Row = dict[str, Any]

FACT_SCHEMAS: Mapping[str, pa.Schema] = {
    "jobs": pa.schema(
        [
            ("record_id", pa.string()), ("period", pa.string()), ("year", pa.int64()), ("kind", pa.string()),
            ("jobs", pa.int64()), ("source", pa.string()),
        ]
    ),
    "amounts": pa.schema(
        [
            ("record_id", pa.string()), ("year", pa.int64()), ("tax", pa.string()), ("mechanism", pa.string()),
            ("amount_cents", pa.int64()), ("source", pa.string()),
        ]
    ),
    "withheld_cells": pa.schema(
        [
            ("year", pa.int64()), ("category", pa.string()), ("person_kind", pa.string()), ("tax", pa.string()),
            ("state", pa.string()), ("taxpayers", pa.int64()), ("amount_cents", pa.int64()),
            ("since_release", pa.int64()), ("since_date", pa.date32()), ("ground", pa.string()),
            ("authority", pa.string()), ("decided_on", pa.date32()),
        ]
    ),
    "macro": pa.schema(
        [
            ("year", pa.int64()), ("deflator", pa.float64()), ("base_year", pa.int64()), ("gdp_cents", pa.int64()),
            ("source", pa.string()),
        ]
    ),
    "energy": pa.schema(
        [
            ("record_id", pa.string()), ("project", pa.string()), ("technology", pa.string()),
            ("capacity_kw", pa.int64()), ("municipality", pa.string()), ("valid_from", pa.date32()),
            ("valid_until", pa.date32()), ("source", pa.string()),
        ]
    ),
    "events": pa.schema(
        [
            ("record_id", pa.string()), ("event", pa.string()), ("date", pa.date32()), ("until", pa.date32()),
            ("reason", pa.string()), ("legal_basis", pa.string()), ("source", pa.string()),
        ]
    ),
    "expenditure": pa.schema(
        [
            ("year", pa.int64()), ("tax", pa.string()), ("partition", pa.string()), ("key", pa.string()),
            ("group", pa.string()), ("amount_cents", pa.int64()), ("pct_gdp", pa.float64()), ("report", pa.string()),
            ("method_version", pa.string()), ("note", pa.string()), ("source_url", pa.string()),
        ]
    ),
    "changes": pa.schema(
        [
            ("record_id", pa.string()), ("kind", pa.string()), ("field", pa.string()), ("before", pa.string()),
            ("after", pa.string()), ("reason", pa.string()), ("release", pa.int64()),
        ]
    ),
}  # fmt: skip


def invented_nit(number: int) -> str:
    """The `number`th valid NIT of the unassigned range, 12 characters."""
    body = f"8000000{number:04d}"
    return body + calc_check_digit(body)


def invented_record_id(number: int) -> str:
    """A record identifier of the right shape, another one for every number."""
    return hashlib.sha256(f"record {number}".encode()).hexdigest().translate(str.maketrans("01", "yz"))[:16]


def record(number: int = 1, **given: Any) -> Row:
    """One published row: an active permanent benefit of a legal person, changed as `given` says."""
    catalogs = load_catalogs()
    category = catalogs.categories[given.get("category", "ASOC")]
    department = given.get("department", (given.get("municipality") or "01")[:2])
    activity, municipality = given.get("activity"), given.get("municipality")
    jobs, amount = given.get("jobs"), given.get("amount_gtq")
    row: Row = {
        "record_id": invented_record_id(number),
        "nit": invented_nit(number),
        "name": f"ENTIDAD INVENTADA {number}",
        "person_kind": "legal",
        "exempt_type": category.exempt_type,
        "exempt_type_name": catalogs.types[category.exempt_type].name_es,
        "category": category.code,
        "category_name": category.name_es,
        "permanence": category.permanence.value,
        "legal_basis": "; ".join(category.legal_basis) or None,
        "authority": category.authority,
        "taxes": ";".join(category.taxes) or None,
        "resolution": None,
        "valid_from": None,
        "valid_until": None,
        "status": "active",
        "status_reason": None,
        "activity": activity,
        "activity_name": catalogs.activities[activity].name_es if activity else None,
        "department": department,
        "department_name": catalogs.departments[department].name_es if department else None,
        "municipality": municipality,
        "municipality_name": catalogs.municipalities[municipality].name_es if municipality else None,
        "jobs": jobs,
        "jobs_status": "not_reported" if jobs is None else "reported",
        "jobs_year": None if jobs is None else 2025,
        "jobs_kind": None if jobs is None else "reported",
        "amount_gtq": amount,
        "amount_status": "not_reported" if amount is None else "reported",
        "amount_year": None if amount is None else 2025,
        "withheld_fields": None,
        "first_release": 1,
        "changed_release": 1,
    }
    unknown = given.keys() - row.keys()
    if unknown:
        raise KeyError(f"no such columns: {sorted(unknown)}")
    return row | given


def default_rows() -> list[Row]:
    """Sixteen rows: accents, homonyms, ties, missing and withheld values, natural persons."""
    temporary = {"valid_from": date(2020, 1, 1), "valid_until": date(2029, 12, 31)}
    return [
        record(1, name="ASOCIACIÓN DE AGRICULTORES EL NÍSPERO", municipality="0101", activity="0111"),
        record(2, name="Cooperativa Agrícola Ñandú, R.L.", category="COOP", municipality="0901", jobs=12),
        record(3, name="NUBES DE OBSIDIANA, SOCIEDAD ANÓNIMA", category="MAQ_ADT_E", resolution="DPI-1-2020",
               **temporary, jobs=340, amount_gtq=123_456_789, activity="1410", department="01"),
        record(4, name="NUBES DE OBSIDIANA, SOCIEDAD ANÓNIMA", nit=invented_nit(3), category="ZF_IND",
               resolution="DPI-2-2021", valid_from=date(2021, 6, 1), valid_until=date(2031, 5, 31), jobs=340,
               jobs_kind="projected", amount_gtq=0, activity="1410", department="01"),
        record(5, name="Tejidos K'iche' del Viento, S. A.", category="MAQ_DEV", resolution="DPI-3-2022",
               valid_from=date(2022, 3, 15), valid_until=date(2023, 3, 14), status="expired", jobs=0, amount_gtq=1_050,
               amount_year=2024),
        record(6, name="COLEGIO LA LUCIÉRNAGA", category="CED_PRIV", municipality="0101"),
        record(7, name="COLEGIO LA LUCIÉRNAGA", category="CED_PRIV", municipality="0901"),
        record(8, name="Energía Papalote, Cía. Ltda.", category="ENR", resolution="MEM-9-2019", status="suspended",
               status_reason="Falta de informe anual", valid_from=date(2019, 5, 1), valid_until=date(2029, 4, 30),
               amount_gtq=9_900_000_001, activity="3510"),
        record(9, name="FUNDACIÓN \"ZAPOTE & CEREZO\"", category="FUND", department="16"),
        record(10, name="C.D.A.G. de los Ensayos", category="CDAG"),
        record(11, name="Fundación Ñame", category="FUND", jobs=7, jobs_year=2024),
        record(12, name="Fundación Nube", category="FUND", jobs=7, jobs_year=2024),
        # Of natural persons with a temporary benefit the name is public; of the others not even that.
        record(13, name="FICTICIO,EJEMPLAR,,PRIMERO,", nit=None, person_kind="natural", category="MAQ_REP",
               resolution="DPI-4-2023", **temporary, municipality=None, withheld_fields="nit;municipality;amount_gtq",
               amount_status="withheld"),
        record(14, name=None, nit=None, person_kind="natural", category="CED_PRIV", department="01",
               withheld_fields="nit;name;municipality"),
        record(15, name=None, nit=None, person_kind="natural", category="CED_PRIV", department="09",
               jobs_status="withheld", withheld_fields="nit;name;municipality;jobs"),
        record(16, name="Zona Futura de Pruebas, Limitada", category="ZDEEP_USU", resolution="ZD-1-2026",
               status="pending", valid_from=date(2027, 1, 1), valid_until=date(2036, 12, 31), jobs=25,
               jobs_kind="projected", jobs_year=2027),
    ]  # fmt: skip


def default_events() -> list[Row]:
    """The suspension of row 8, and an older one of row 3 that was lifted."""
    return [
        {"record_id": invented_record_id(8), "event": "suspension", "date": date(2025, 9, 1), "source": "registry",
         "reason": "Falta de informe anual"},
        {"record_id": invented_record_id(3), "event": "suspension", "date": date(2021, 2, 1), "source": "events"},
        {"record_id": invented_record_id(3), "event": "reactivation", "date": date(2021, 8, 1), "source": "events"},
    ]  # fmt: skip


def records_table(rows: Iterable[Row]) -> pa.RecordBatch:
    """The rows in name order as one record batch of the table's schema."""
    ordered = sorted(rows, key=_row_order)
    columns = {key: [row[key] for row in ordered] for key in KEYS}
    schema = table_schema()
    return pa.record_batch(
        [_column(columns[field.name], field.type) for field in schema],
        schema=schema,
    )


def build_test_release(
    folder: Path,
    rows: list[Row] | None = None,
    number: int = 1,
    *,
    jobs: Iterable[Row] | None = None,
    amounts: Iterable[Row] | None = None,
    energy: Iterable[Row] | None = (),
    events: Iterable[Row] | None = None,
    expenditure: Iterable[Row] = (),
    macro: Iterable[Row] | None = (),
    withheld_cells: Iterable[Row] | None = (),
    changes: Iterable[Row] = (),
    history: Iterable[Row] = (),
    count_only: Iterable[Row] = (),
    withheld: Iterable[Row] = (),
    policy: Iterable[Row] | None = None,
    downloads: Mapping[str, bytes] | None = None,
    published_at: str = "2026-01-15T12:00:00Z",
    status_date: str = "2026-01-15",
    demonstration: bool = True,
    restores: int | None = None,
    make_current: bool = True,
) -> Path:
    """Make release `number` below `folder` and point `current.json` at it; give the release's own folder.

    Jobs and amounts default to the rows' own figures, events to `default_events()` when the rows are the default ones.
    With `energy=None`, `macro=None` or `withheld_cells=None` the release is one made before there was such a table;
    with `policy=None` it does not tell its rules. `downloads` are file name → bytes.
    """
    release = folder / str(number)
    release.mkdir(parents=True)
    table = records_table(default_rows() if rows is None else rows)
    if events is None:
        events = default_events() if rows is None else []
    _write_arrow(release / "records.arrow", table)
    facts = {
        "jobs": _own_jobs(table) if jobs is None else jobs,
        "amounts": _own_amounts(table) if amounts is None else amounts,
        **({} if energy is None else {"energy": energy}),
        "events": events,
        "expenditure": expenditure,
        **({} if macro is None else {"macro": macro}),
        **({} if withheld_cells is None else {"withheld_cells": withheld_cells}),
        "changes": changes,
        "history": [*history, *changes],
    }
    for name, fact_rows in facts.items():
        schema = FACT_SCHEMAS["changes" if name == "history" else name]
        listed = sorted(fact_rows, key=lambda row: row.get("record_id", ""))
        _write_arrow(release / f"{name}.arrow", pa.RecordBatch.from_pylist(listed, schema=schema))
    account = {"count_only": list(count_only), "fields": list(withheld)}
    _write_json(release / "withheld.json", account | ({} if policy is None else {"policy": list(policy)}))
    shutil.copytree(PACKAGED, release / "catalogs", ignore=shutil.ignore_patterns("*.md"))
    for name in CatalogName:
        _write_json(release / "catalogs" / f"{name}.json", catalog_rows(load_catalogs(), name))
    write_index(table, release / "index")
    for name, content in (downloads or {}).items():
        (release / "downloads").mkdir(exist_ok=True)
        (release / "downloads" / name).write_bytes(content)
    _write_json(
        release / "manifest.json",
        {
            "format": 1, "release": number, "published_at": published_at, "status_date": status_date,
            "previous": number - 1 or None, "restores": restores, "note": None, "demonstration": demonstration,
            "two_person": True, "publisher": {"name": "Registro de ensayo", "url": "https://registro.example"},
            "license": {"name": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/"},
            "contact": "datos@registro.example", "software": "0.1.0",
            "counts": {"records": table.num_rows, "taxpayers": _taxpayers(table), "added": table.num_rows, "ended": 0,
                       "changed": 0},
            "files": [_file_entry(release, path) for path in sorted(release.rglob("*")) if path.is_file()],
        },
    )  # fmt: skip
    if make_current:
        point_at(folder, number)
    return release


def point_at(folder: Path, number: int | None, *, withdrawn: Iterable[int] = ()) -> None:
    """Write `current.json`: `number` is current, every release folder below `folder` and `withdrawn` are listed."""
    gone = {n: {"release": n, "state": "withdrawn", "published_at": "2026-01-01T12:00:00Z", "status_date": "2026-01-01",
                "manifest_sha256": "0" * 64, "restores": None} for n in withdrawn}  # fmt: skip
    listed = gone | {int(path.name): _pointer_entry(path) for path in folder.iterdir() if path.name.isdigit()} | gone
    pointer = {
        "release": number,
        "manifest_sha256": None if number is None else listed[number]["manifest_sha256"],
        "releases": [listed[n] for n in sorted(listed)],
    }
    staged = folder / ".current.json.new"
    _write_json(staged, pointer)
    staged.replace(folder / "current.json")


def _pointer_entry(release: Path) -> Row:
    content = (release / "manifest.json").read_bytes()
    manifest = json.loads(content)
    return {key: manifest[key] for key in ("release", "published_at", "status_date", "restores")} | {
        "manifest_sha256": hashlib.sha256(content).hexdigest(),
        "state": "published",
    }


def _row_order(row: Row) -> tuple[object, ...]:
    name = row["name"]
    return (
        name is None, name_order(name or ""), row["nit"] is None, row["nit"] or "", row["category"],
        row["resolution"] is None, row["resolution"] or "", row["record_id"],
    )  # fmt: skip


def _column(values: list[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(kind):
        return pa.array(values, pa.string()).dictionary_encode().cast(kind)
    return pa.array(values, kind)


def _own_jobs(table: pa.RecordBatch) -> list[Row]:
    rows = table.select(["record_id", "jobs", "jobs_year", "jobs_kind"]).to_pylist()
    return [
        {"record_id": row["record_id"], "period": str(row["jobs_year"]), "year": row["jobs_year"],
         "kind": row["jobs_kind"], "jobs": row["jobs"], "source": "registry"}
        for row in rows if row["jobs"] is not None
    ]  # fmt: skip


def _own_amounts(table: pa.RecordBatch) -> list[Row]:
    rows = table.select(["record_id", "amount_gtq", "amount_year"]).to_pylist()
    return [
        {"record_id": row["record_id"], "year": row["amount_year"], "amount_cents": row["amount_gtq"],
         "source": "registry"}
        for row in rows if row["amount_gtq"] is not None
    ]  # fmt: skip


def _taxpayers(table: pa.RecordBatch) -> int:
    nits = pl.Series(pl.from_arrow(table.column("nit")))
    return nits.drop_nulls().n_unique() + nits.null_count()


def _write_arrow(path: Path, batch: pa.RecordBatch) -> None:
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, batch.schema) as writer:
        writer.write_batch(batch)


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n", encoding="utf-8")


def _file_entry(release: Path, path: Path) -> Row:
    content = path.read_bytes()
    rows = None
    if path.suffix == ".arrow":
        rows = pa.ipc.open_file(pa.BufferReader(content)).get_batch(0).num_rows
    return {
        "path": path.relative_to(release).as_posix(),
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "media_type": "application/octet-stream",
        "rows": rows,
    }
