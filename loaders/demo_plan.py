"""Who is in the demonstration registry: one row per invented taxpayer, before any column is filled."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import polars as pl

from exemptions.catalog_entries import TermStart
from exemptions.catalogs import load_catalogs
from exemptions.columns import PersonKind
from loaders.demo_draws import Draws
from loaders.demo_profiles import PROFILES

MAX_ROWS = 5_000_000
"""The unassigned range of NIT has ten million numbers, and an update needs free ones between those in use."""

_FULL = 500
"""From this many rows on, every category is present and there are a dozen natural persons."""

_FIRST_BODY = 80_000_001_000
"""The documents and tests of tax software use the thousand numbers before this one."""
_SHORT_RANGE = 9_000
_LONG_RANGE = 9_999_000
# CUI of nobody: serials from 9999 0001 on are not assigned. The check digit is computed, the place is 0101.
_CUI_SERIALS = range(99_990_001, 99_990_100)
_CUI_PLACE = "0101"


class Situation(StrEnum):
    """Where a temporary benefit stands on the day of the file."""

    ACTIVE = "active"
    NEW = "new"
    EXPIRED = "expired"
    EXPIRING = "expiring"
    PENDING = "pending"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    CANCELLED = "cancelled"


class Extra(StrEnum):
    """The second row that some taxpayers have."""

    REGIME = "regime"
    RENEWAL = "renewal"
    PART = "part"


_SITUATIONS: tuple[tuple[Situation, int], ...] = (
    (Situation.ACTIVE, 600),
    (Situation.NEW, 40),
    (Situation.EXPIRED, 250),
    (Situation.EXPIRING, 15),
    (Situation.PENDING, 15),
    (Situation.SUSPENDED, 25),
    (Situation.REVOKED, 25),
    (Situation.CANCELLED, 30),
)


def plan_taxpayers(*, rows: int, seed: int) -> pl.DataFrame:
    """Plan the taxpayers of a whole registry.

    Shape: `unit` (row number), `profile` (number in `PROFILES`), `situation` (null for a permanent benefit), `extra`
    (null without a second row), `zero_jobs`, `zero_amount`, `nit`. As many as make `rows` rows with the second ones.
    Order: NIT, but for the few that have a CUI.
    """
    if not 1 <= rows <= MAX_ROWS:
        raise ValueError(f"a demonstration registry has 1 to {MAX_ROWS} rows, not {rows}")
    extras = rows // 70 if rows >= _FULL else 0
    profiles = _draw_profiles(rows - extras, seed, complete=rows >= _FULL)
    units = _with_situations(profiles, extras, seed)
    step = (_SHORT_RANGE if units.height * 2 <= _SHORT_RANGE else _LONG_RANGE) // units.height
    body = _FIRST_BODY + pl.col("unit").cast(pl.Int64) * step + Draws(seed).below("nit", step)
    return _with_cui(_with_nit(units.with_columns(body=body)))


def plan_newcomers(*, count: int, bodies: pl.Series, seed: int) -> pl.DataFrame:
    """Plan taxpayers that enter a registry later; their temporary benefits have just begun.

    Shape: as `plan_taxpayers`, `count` rows. `bodies` are as many free numbers without check character.
    """
    units = _draw_profiles(count, seed, complete=False)
    situation = pl.when(pl.col("profile").is_in(_temporary())).then(pl.lit(Situation.NEW.value))
    units = units.with_columns(
        situation=situation, extra=pl.lit(None, pl.String), zero_jobs=False, zero_amount=False, body=bodies
    )
    return _with_nit(units)


def _with_nit(units: pl.DataFrame) -> pl.DataFrame:
    """Replace `body` by the NIT it makes with its check character; Source: as in `exemptions.nit`."""
    digits = [(pl.col("body") // 10**place % 10) * (place + 2) for place in range(11)]
    remainder = (11 - pl.sum_horizontal(digits) % 11) % 11
    check = pl.when(remainder == 10).then(pl.lit("K")).otherwise(remainder.cast(pl.String))
    return units.with_columns(nit=pl.concat_str(pl.col("body").cast(pl.String), check)).drop("body")


def _with_cui(units: pl.DataFrame) -> pl.DataFrame:
    """Give the first two natural persons with an activity of their own the number of an identity card for a NIT."""
    owners = [
        number for number, p in enumerate(PROFILES) if p.person_kind is PersonKind.NATURAL and p.category != "DIPL"
    ]
    first = units.filter(pl.col("profile").is_in(owners)).head(2)["unit"].to_list()
    cui = pl.col("unit").replace_strict(
        dict(zip(first, _unassigned_cui(), strict=False)), default=None, return_dtype=pl.String
    )
    return units.with_columns(nit=pl.coalesce(cui, "nit"))


def _unassigned_cui() -> list[str]:
    found: list[str] = []
    for serial in _CUI_SERIALS:
        check = sum(int(digit) * weight for weight, digit in enumerate(str(serial), start=2)) % 11
        if check < 10:
            found.append(f"{serial}{check}{_CUI_PLACE}")
    return found


def _draw_profiles(count: int, seed: int, *, complete: bool) -> pl.DataFrame:
    """Shuffled profiles in their shares; `complete` makes every one of them present."""
    natural = [number for number, p in enumerate(PROFILES) if p.person_kind is PersonKind.NATURAL]
    legal = [number for number in range(len(PROFILES)) if number not in natural]
    persons = max(12 if complete else 0, round(count * 0.003))
    numbers: list[pl.Series] = []
    for group, total in ((legal, count - persons), (natural, persons)):
        quotas = _quotas(total, [(PROFILES[n].share, PROFILES[n].most) for n in group], at_least=int(complete))
        numbers += [pl.repeat(n, quota, dtype=pl.UInt8, eager=True) for n, quota in zip(group, quotas, strict=True)]
    shuffled = pl.DataFrame({"profile": pl.concat(numbers)}).with_row_index("slot")
    return shuffled.sort(Draws(seed, "slot").bits("order")).drop("slot").with_row_index("unit")


def _temporary() -> list[int]:
    """The numbers of the profiles whose benefit ends by itself."""
    categories = load_catalogs().categories
    return [number for number, p in enumerate(PROFILES) if categories[p.category].is_temporary]


def _quotas(total: int, shares: Sequence[tuple[int, int | None]], *, at_least: int) -> list[int]:
    """Divide a total by shares, with a least and a greatest part; what rounding leaves goes to the largest share."""
    weight = sum(share for share, _ in shares)
    quotas = [min(max(at_least, round(total * share / weight)), most or total) for share, most in shares]
    largest = max(range(len(shares)), key=lambda number: shares[number][0])
    quotas[largest] += total - sum(quotas)
    while quotas[largest] < 0:
        other = max(range(len(shares)), key=lambda number: quotas[number])
        quotas[other] -= 1
        quotas[largest] += 1
    return quotas


def _with_situations(units: pl.DataFrame, extras: int, seed: int) -> pl.DataFrame:
    """Deal the situations, the reported zeros and the second rows to the temporary benefits."""
    order = Draws(seed).bits("situation")
    temporary = units.filter(pl.col("profile").is_in(_temporary())).sort(order)
    enough = temporary.height >= 50
    quotas = _quotas(temporary.height, [(share, None) for _, share in _SITUATIONS], at_least=2 if enough else 0)
    situations = [name.value for (name, _), quota in zip(_SITUATIONS, quotas, strict=True) for _ in range(quota)]
    # The benefits in force come first in the deal, so the few special cases are certain to be among them.
    zeros = max(2, temporary.height // 120) if enough else 0
    place = pl.col("place")
    dealt = temporary.select("unit", "profile", situation=pl.Series(situations, dtype=pl.String)).with_row_index(
        "place"
    )
    dealt = dealt.with_columns(
        zero_jobs=place < zeros,
        zero_amount=place.is_between(zeros, 2 * zeros - 1),
        extra=pl.when(place.is_between(2 * zeros, 2 * zeros + extras - 1)).then(_extra()),
    )
    return units.join(dealt.drop("place", "profile"), on="unit", how="left", maintain_order="left").with_columns(
        pl.col("zero_jobs", "zero_amount").fill_null(False)
    )


def _extra() -> pl.Expr:
    """Which second row a taxpayer gets: by turns, among those that its profile can have."""
    catalogs = load_catalogs()
    pairs = [number for number, p in enumerate(PROFILES) if p.regime and p.regime.second]
    entries = [catalogs.categories[p.category] for p in PROFILES]
    parts = [number for number, entry in enumerate(entries) if "ISR" in entry.taxes and len(entry.taxes) > 1]
    # Where the law's own entry starts every term, nobody can have had a former one.
    only_parts = [number for number, entry in enumerate(entries) if entry.term_start is TermStart.LAW_ENTRY]
    profile, turn = pl.col("profile"), pl.col("place") % 3
    return (
        pl.when((turn > 0) & profile.is_in(pairs))
        .then(pl.lit(Extra.REGIME.value))
        .when(((turn == 1) & profile.is_in(parts)) | profile.is_in(only_parts))
        .then(pl.lit(Extra.PART.value))
        .otherwise(pl.lit(Extra.RENEWAL.value))
    )
