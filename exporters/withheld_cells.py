"""What is withheld, counted and added up from the book: the table `withheld_cells` of a release.

It is the only public number made from values that are not public; `exemptions.disclosure_control` decides which sums
may be told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
import pyarrow as pa
from sqlalchemy.orm import Session

from exemptions.catalogs import Catalogs
from exemptions.content import KEY
from exemptions.disclosure import RECORD, Level, Policy, Rule
from exemptions.disclosure_control import CELL, CELLS, TOLD, CellState, Edition, build_cells
from exemptions.history import read_earlier
from exporters.gather import counts_as_not_paid, gather_amounts
from exporters.tables import WITHHELD_CELLS, to_batch, to_plain_frame

TABLE = "withheld_cells"

_FACT = ("record_id", "year", "tax", "mechanism")
"""What names an amount."""
_HOLDER = ("record_id", "category", "person_kind", "nit")
_NEEDED = ("record_id", *KEY, "person_kind", "amount_cents", "amount_year")


@dataclass(frozen=True, slots=True)
class Earlier:
    """A release before the one that is made. What was withdrawn is gone: then both are None."""

    release: int
    cells: pa.RecordBatch | None
    """Its table of withheld cells, None if it has none."""
    amounts: Callable[[], pa.RecordBatch] | None
    """Gives its table of amounts."""
    amounts_sha256: str | None
    """Digest of that file: releases whose amounts are the same share it."""

    @property
    def is_gone(self) -> bool:
        """Whether it was withdrawn."""
        return self.amounts is None


@dataclass(frozen=True, slots=True)
class Withheld:
    """The amounts of a release: all that the book holds, and the table of those that are public."""

    content: pl.DataFrame
    """The records, which the book holds already, as `history.read_content` gives them."""
    amounts: pl.DataFrame
    public: pa.RecordBatch


def find_withheld_cells(
    session: Session,
    withheld: Withheld,
    earlier: Sequence[Earlier],
    *,
    catalogs: Catalogs,
    policy: Policy,
    release: int,
    day: date,
) -> pa.RecordBatch:
    """What is withheld of each year, category, kind of person and tax, as far as a sum of it may be told.

    Only tax not paid counts; what is suspended or paid back is none. `earlier` are all releases before, oldest first;
    what the book held at each is read from its history.
    Shape: `tables.WITHHELD_CELLS`. Order: year, category, kind of person, tax.
    """
    hidden = _without(withheld.amounts.filter(counts_as_not_paid(catalogs)), withheld.public)
    if hidden.is_empty():
        return to_batch(_with_grounds(pl.DataFrame(schema=CELLS), policy), WITHHELD_CELLS)
    known = _find_known(hidden, earlier)
    contributions = _contributions(hidden, withheld.content, known)
    told = _find_told(earlier)
    cells = build_cells(
        contributions,
        exempt={code for code, category in catalogs.categories.items() if category.state_body},
        told=told,
        earlier=_read_editions(session, withheld.content, earlier, contributions, catalogs),
        release=release,
        day=day,
    )
    return to_batch(_with_grounds(cells, policy), WITHHELD_CELLS)


def _without(amounts: pl.DataFrame, public: pa.RecordBatch) -> pl.DataFrame:
    """The amounts that are not among the public ones."""
    return amounts.join(to_plain_frame(public), on=_FACT, how="anti", nulls_equal=True)


def _contributions(hidden: pl.DataFrame, content: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    holders = content.select(pl.col(name).cast(pl.String) for name in _HOLDER)
    marked = hidden.join(known.with_columns(is_known=pl.lit(True)), on=_FACT, how="left", nulls_equal=True)
    return marked.join(holders, on="record_id", how="inner").select(
        "year",
        "category",
        "person_kind",
        "tax",
        pl.col("nit").alias("taxpayer"),
        "amount_cents",
        pl.col("is_known").fill_null(False),
    )


def _find_known(hidden: pl.DataFrame, earlier: Sequence[Earlier]) -> pl.DataFrame:
    """The amounts of `hidden` that some release told, perhaps otherwise, while the policy was another one."""
    tables = {one.amounts_sha256: one.amounts for one in earlier if one.amounts is not None}
    told = [
        hidden.select(_FACT).join(to_plain_frame(amounts()), on=_FACT, how="semi", nulls_equal=True)
        for amounts in tables.values()
    ]
    return pl.concat([hidden.select(_FACT).clear(), *told]).unique()


def _find_told(earlier: Sequence[Earlier]) -> pl.DataFrame:
    """The number that was told last of each cell."""
    tables = [_told_by(one.cells) for one in reversed(earlier) if one.cells is not None]
    return pl.concat([pl.DataFrame(schema=TOLD), *tables]).unique(CELL, keep="first", maintain_order=True)


def _told_by(cells: pa.RecordBatch) -> pl.DataFrame:
    frame = to_plain_frame(cells).filter(pl.col("state") == CellState.PUBLISHED.value)
    return frame.select(pl.col(name).cast(kind) for name, kind in TOLD.items())


def _read_editions(
    session: Session,
    standing: pl.DataFrame,
    earlier: Sequence[Earlier],
    contributions: pl.DataFrame,
    catalogs: Catalogs,
) -> list[Edition]:
    """The releases that told a number of one of today's cells first, and those that may have."""
    tables = [_told_by(one.cells) for one in earlier if one.cells is not None]
    told = (
        pl.concat([pl.DataFrame(schema=TOLD), *tables])
        .join(contributions, on=CELL, how="semi", nulls_equal=True)
        .unique((*CELL, "since_release"))
    )
    kept = {one.release: one for one in earlier if not one.is_gone}
    gone = {one.release for one in earlier if one.is_gone}
    firsts = {number: told.filter(pl.col("since_release") == number) for number in told["since_release"].unique()}
    return [
        Edition(
            number,
            # A withdrawn release may have told more than those that repeat its numbers.
            None if number in gone else firsts[number],
            _read_contributions(session, standing, number, kept.get(number), catalogs),
        )
        for number in sorted({*firsts, *gone})
    ]


def _read_contributions(
    session: Session, standing: pl.DataFrame, release: int, one: Earlier | None, catalogs: Catalogs
) -> pl.DataFrame:
    """What was withheld at an earlier release."""
    content = read_earlier(session, standing, release=release, columns=_NEEDED)
    amounts = gather_amounts(session, content, release=release).filter(counts_as_not_paid(catalogs))
    hidden = amounts if one is None or one.amounts is None else _without(amounts, one.amounts())
    return _contributions(hidden, content, hidden.select(_FACT).clear())


def _with_grounds(cells: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Add the rule that withholds each cell: its ground, who decided it and when."""
    pairs = cells.select("person_kind", "category").unique().sort("person_kind", "category")
    rules = [(kind, category, _deciding(policy, kind, category)) for kind, category in pairs.iter_rows()]
    grounds = pl.DataFrame(
        [(kind, category, rule.ground, rule.authority, rule.date) for kind, category, rule in rules],
        schema={
            "person_kind": pl.String, "category": pl.String, "ground": pl.String, "authority": pl.String,
            "decided_on": pl.Date,
        },
        orient="row",
    )  # fmt: skip
    return cells.join(grounds, on=("person_kind", "category"), how="left", maintain_order="left")


def _deciding(policy: Policy, kind: str, category: str) -> Rule:
    whole = policy.rule(RECORD, kind, category)
    return whole if whole.level is Level.COUNT_ONLY else policy.rule("amount_gtq", kind, category)
