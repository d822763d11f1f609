"""The next edition of a demonstration registry: the same file a month later, with what usually changes in between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.csv

from exemptions.datasets import REGISTRY_COLUMNS
from loaders.demo_draws import Draws
from loaders.demo_figures import money_text
from loaders.demo_places import neighbours
from loaders.demo_plan import plan_newcomers
from loaders.demo_profiles import PROFILES
from loaders.demo_rows import REASONS, build_rows

# One row of each so many goes or changes; as many come as go.
_PER_REMOVED = 200
_PER_CHANGED = 100
# A category with fewer rows loses none, since a load that loses a whole category is held back.
_FEWEST = 20

_BLOCK_BYTES = 16 << 20
_BODY_DIGITS = 11


@dataclass(frozen=True, slots=True)
class DemoUpdate:
    """What a new edition brought: `changed` rows have another value by decision, the term of `expired` ones ended."""

    rows: int
    added: int
    removed: int
    changed: int
    expired: int


def write_demo_update(path: Path, *, previous: Path, seed: int, today: date) -> DemoUpdate:
    """Write the edition of the day `today` that follows a file of `loaders.demo`.

    One row in 200 is gone and as many are new, one in 100 has another value, and benefits whose term ended say so.
    Shape: as the previous file; the same arguments give the same bytes.
    Order: that of the previous file, the new taxpayers at the end.
    """
    seed = int.from_bytes(sha256(f"{seed}/{today.isoformat()}".encode()).digest()[:8], "big")
    keys = pl.scan_csv(previous, infer_schema=False).select("NIT", "CATEGORIA_EXENTO").collect()
    large = keys.group_by("CATEGORIA_EXENTO").len().filter(pl.col("len") >= _FEWEST)["CATEGORIA_EXENTO"].to_list()
    bodies = _free_bodies(keys["NIT"], max(1, keys.height // _PER_REMOVED))
    units = plan_newcomers(count=bodies.len(), bodies=bodies, seed=seed)
    counts = {"kept": 0, "changed": 0, "expired": 0}
    with path.open("wb") as file:
        for number, frame in enumerate(_read(previous)):
            edited = _edited(frame, Draws(seed, "row"), large, today)
            counts["kept"] += edited.height
            counts["changed"] += int(edited["chosen"].sum())
            counts["expired"] += int(edited["ended"].sum())
            edited.drop("row", "chosen", "ended").write_csv(file, include_header=number == 0)
        build_rows(units, seed=seed, taxpayers=keys.height, today=today).write_csv(file, include_header=False)
    return DemoUpdate(
        rows=counts["kept"] + units.height,
        added=units.height,
        removed=keys.height - counts["kept"],
        changed=counts["changed"],
        expired=counts["expired"],
    )


def _read(previous: Path) -> Iterator[pl.DataFrame]:
    """The rows of a file piece by piece, all as text, numbered in the column `row`."""
    types = {column.header: pa.string() for column in REGISTRY_COLUMNS}
    convert = pa.csv.ConvertOptions(column_types=types, strings_can_be_null=True, null_values=[""])
    offset = 0
    with pa.csv.open_csv(
        previous, read_options=pa.csv.ReadOptions(block_size=_BLOCK_BYTES), convert_options=convert
    ) as reader:
        for batch in reader:
            frame = pl.DataFrame(pa.Table.from_batches([batch]))
            yield frame.with_row_index("row", offset=offset)
            offset += frame.height


def _free_bodies(nits: pl.Series, count: int) -> pl.Series:
    """Numbers without check character that no NIT of the registry has, spread over the range in use."""
    used = nits.filter(nits.str.len_chars() == _BODY_DIGITS + 1).str.head(_BODY_DIGITS).cast(pl.Int64).unique().sort()
    following = used + 1
    free = following.filter(~following.is_in(used.implode()))
    return free.gather_every(max(1, free.len() // count)).head(count)


def _edited(frame: pl.DataFrame, draws: Draws, large: list[str], today: date) -> pl.DataFrame:
    """The rows that stay, with the columns `chosen` (another value by decision) and `ended` (the term is over)."""
    removed = draws.one_of("removed", _PER_REMOVED) & pl.col("CATEGORIA_EXENTO").is_in(large)
    stays = frame.filter(~removed).with_columns(chosen=draws.one_of("changed", _PER_CHANGED))
    ended = (
        (pl.col("VIGENTE_HASTA") < today.isoformat()) & pl.col("ESTADO").is_in(["VIGENTE", "SUSPENDIDO"])
    ).fill_null(False)
    stays = stays.join(neighbours(), left_on="MUNICIPIO", right_on="municipality", how="left", maintain_order="left")
    stays = stays.with_columns(ended=ended, kind=pl.when("chosen").then(_kind(draws)))
    return (
        stays.with_columns(*_changes(draws))
        .drop("kind", "neighbour")
        .with_columns(
            ESTADO=pl.when("ended").then(pl.lit("VENCIDO")).otherwise("ESTADO"),
            MOTIVO=pl.when("ended").then(pl.lit(REASONS["VENCIDO"][0])).otherwise("MOTIVO"),
        )
    )


def _kind(draws: Draws) -> pl.Expr:
    """What changes in a row: drawn, but the place where the row has nothing of what was drawn."""
    drawn = draws.below("kind", 5)
    in_force = pl.col("ESTADO").is_in(["VIGENTE", "SUSPENDIDO"]) & pl.col("VIGENTE_HASTA").is_not_null()
    return (
        pl.when((drawn == 0) & (_cents() >= 100).fill_null(False))
        .then(pl.lit("amount"))
        .when((drawn == 1) & pl.col("EMPLEOS_GENERADOS").is_not_null())
        .then(pl.lit("jobs"))
        .when((drawn <= 2) & in_force)
        .then(pl.lit("status"))
        .when((drawn <= 3) & _next_activity().is_not_null())
        .then(pl.lit("activity"))
        .otherwise(pl.lit("place"))
    )


def _changes(draws: Draws) -> Iterator[pl.Expr]:
    # From a tenth less to a tenth more, but never the same.
    percent = 90 + draws.below("amount", 10) + draws.below("amount/up", 2) * 11
    more = pl.col("EMPLEOS_GENERADOS").cast(pl.Int64) + 1 + draws.below("jobs", 12)
    in_force = pl.col("ESTADO") == "VIGENTE"
    department = pl.col("DEPARTAMENTO").fill_null("01")
    head = pl.concat_str(department, pl.lit("01"))
    changes: tuple[tuple[str, str, pl.Expr], ...] = (
        ("amount", "MONTO_NO_PAGADO", money_text(_cents() * percent // 100)),
        ("jobs", "EMPLEOS_GENERADOS", more.cast(pl.String)),
        ("status", "ESTADO", pl.when(in_force).then(pl.lit("SUSPENDIDO")).otherwise(pl.lit("VIGENTE"))),
        ("status", "MOTIVO", pl.when(in_force).then(pl.lit(REASONS["SUSPENDIDO"][0]))),
        ("activity", "ACTIVIDAD_ECONOMICA", _next_activity()),
        ("place", "DEPARTAMENTO", department),
        ("place", "MUNICIPIO", pl.coalesce("neighbour", head)),
    )
    for kind, header, value in changes:
        yield pl.when(pl.col("kind") == kind).then(value).otherwise(header).alias(header)


def _cents() -> pl.Expr:
    return pl.col("MONTO_NO_PAGADO").str.replace(".", "", literal=True).cast(pl.Int64)


def _next_activity() -> pl.Expr:
    """The class that comes after the row's own among those of its category; null where there is no other."""
    following: dict[str, str] = {}
    for profile in PROFILES:
        classes = list(dict.fromkeys(profile.activities))
        following |= {
            f"{profile.category}/{own}": other
            for own, other in zip(classes, (*classes[1:], classes[0]), strict=True)
            if own != other
        }
    own = pl.concat_str("CATEGORIA_EXENTO", pl.lit("/"), "ACTIVIDAD_ECONOMICA")
    return own.replace_strict(following, default=None, return_dtype=pl.String)
