"""What a month brings to the demonstration registry: its next edition, with acts of the authorities in it."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import polars as pl

from exemptions.content import KEY
from exemptions.datasets import REGISTRY_COLUMNS
from loaders.demo_draws import Draws
from loaders.demo_rows import REASONS
from loaders.demo_update import write_demo_update

KEY_HEADERS = tuple(column.header for key in KEY for column in REGISTRY_COLUMNS if column.key == key)
"""The headers that together name a record."""

# Of the temporary benefits in force, one in so many; and of the suspended ones.
_PER_SUSPENSION = 40
_PER_REVOCATION = 80
_PER_CANCELLATION = 80
_PER_REACTIVATION = 4


def write_next_edition(path: Path, *, previous: Path, seed: int, since: date, today: date) -> None:
    """Write the edition of `today` that follows the one of `since`.

    It is that of `demo_update`, in which some benefits are suspended, revoked, cancelled or reactivated too, at least
    one of each where there is any to choose. Every second benefit whose term ended meanwhile is still told to be in
    force, as files often do: there the calendar tells the end.
    Shape: as the previous file; the same arguments give the same bytes.
    """
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        plain = Path(folder) / "edition.csv"
        write_demo_update(plain, previous=previous, seed=seed, today=today)
        decided = _decisions(_candidates(plain, previous), Draws(seed, "row"), since, today)
        (
            read_edition(plain)
            .join(decided.lazy(), on="row", how="left", maintain_order="left")
            .with_columns(
                ESTADO=pl.coalesce("decided", "ESTADO"),
                MOTIVO=pl.when(pl.col("decided").is_null()).then("MOTIVO").otherwise("why"),
            )
            .select(column.header for column in REGISTRY_COLUMNS)
            .sink_csv(path, maintain_order=True)
        )


def read_edition(path: Path) -> pl.LazyFrame:
    """The rows of an edition as text, numbered in the column `row`."""
    return pl.scan_csv(path, infer_schema=False).with_row_index("row")


def as_day(header: str) -> pl.Expr:
    """The column of that header as days."""
    return pl.col(header).str.to_date("%Y-%m-%d")


def _candidates(edition: Path, previous: Path) -> pl.DataFrame:
    """The temporary benefits of legal persons that both editions have, with the status of the one before."""
    before = read_edition(previous).select(*KEY_HEADERS, before="ESTADO")
    return (
        read_edition(edition)
        .filter(pl.col("VIGENTE_HASTA").is_not_null() & (pl.col("TIPO_PERSONA") == "JURIDICA"))
        .select("row", *KEY_HEADERS, "VIGENTE_DESDE", "VIGENTE_HASTA", "ESTADO")
        .join(before, on=KEY_HEADERS, how="inner")
        .sort("row")
        .collect()
    )


def _decisions(rows: pl.DataFrame, draws: Draws, since: date, today: date) -> pl.DataFrame:
    """Rows whose status is decided here: `row`, `decided` (an ESTADO) and `why` (its MOTIVO)."""
    # Law gives the export regime the most detailed rules on suspending and revoking, so its holders come first.
    order = (~pl.col("CATEGORIA_EXENTO").str.starts_with("MAQ_"), draws.bits("month"))
    standing = (pl.col("VIGENTE_HASTA") > today.isoformat()) & (pl.col("VIGENTE_DESDE") < since.isoformat())
    unmoved = rows.filter(standing & (pl.col("ESTADO") == pl.col("before"))).sort(order)
    in_force, suspended = (unmoved.filter(pl.col("ESTADO") == status) for status in ("VIGENTE", "SUSPENDIDO"))
    over = rows.filter(
        pl.col("VIGENTE_HASTA").is_between(pl.lit(since.isoformat()), pl.lit(today.isoformat()), closed="left")
        & (pl.col("ESTADO") == "VENCIDO")
        & (pl.col("before") == "VIGENTE")
    ).gather_every(2)
    suspensions, revocations, cancellations = (
        _share(in_force, per) for per in (_PER_SUSPENSION, _PER_REVOCATION, _PER_CANCELLATION)
    )
    parts = [
        (in_force.slice(0, suspensions), "SUSPENDIDO"),
        (in_force.slice(suspensions, revocations), "REVOCADO"),
        (in_force.slice(suspensions + revocations, cancellations), "CANCELADO"),
        (suspended.head(_share(suspended, _PER_REACTIVATION)), "VIGENTE"),
        (over, "VIGENTE"),
    ]
    return pl.concat(
        part.select(
            "row",
            decided=pl.lit(status),
            why=draws.pick("month/why", REASONS[status]) if status in REASONS else pl.lit(None, pl.String),
        )
        for part, status in parts
    )


def _share(rows: pl.DataFrame, per: int) -> int:
    return max(1, rows.height // per)
