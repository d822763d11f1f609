"""What the demonstration registry holds of each category: how many, with which names, activities and figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import polars as pl

from exemptions.catalog_entries import Category
from exemptions.catalogs import load_catalogs
from exemptions.columns import PersonKind
from loaders.demo_draws import Draws
from loaders.demo_words import NATURAL_PERSON, PATTERNS


@dataclass(frozen=True, slots=True)
class Regime:
    """What only a temporary benefit has."""

    prefix: str
    """First part of the number of its qualifying resolution."""
    jobs: int
    """Median of the reported jobs."""
    second: str | None = None
    """Category of the second regime that a holder may have (D. 29-89, art. 19)."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of invented taxpayer; `share` is relative to the other profiles of the same kind of person."""

    category: str
    share: int
    activities: tuple[str, ...]
    """CIIU classes; one that is written twice is drawn twice as often."""
    person_kind: PersonKind = PersonKind.LEGAL
    most: int | None = None
    """There are never more taxpayers than this, where the class has one or a few members by nature."""
    regime: Regime | None = None
    amounts: tuple[int, int] = (0, 0)
    """Median in quetzales, and in how many of a thousand taxpayers there is an amount."""

    @property
    def patterns(self) -> tuple[str, ...]:
        """The patterns of its names."""
        return NATURAL_PERSON if self.person_kind is PersonKind.NATURAL else PATTERNS[self.category]


def _classes(codes: str) -> tuple[str, ...]:
    return tuple(codes.split())


_APPAREL = _classes("1410 1410 1410 1430 1312 1392")
_GOODS = _classes("1410 1512 1520 2220 2599 1079 1030 3100 2023 0119")
_CONTACT = _classes("8220 8220 6201 6202 6311")
_CRAFTS = _classes("0127 1030 1079 3100")
_LOGISTICS = _classes("4690 4649 4641 5210 5229")

_LEGAL: tuple[Profile, ...] = (
    Profile("UNIV_PUB", 1, _classes("8530"), most=1, amounts=(60_000_000, 1_000)),
    Profile("UNIV_PRIV", 6, _classes("8530"), most=40, amounts=(9_000_000, 900)),
    Profile("CED_PRIV", 4_010, _classes("8510 8521 8521 8521 8522"), amounts=(48_000, 300)),
    Profile("CED_PUB", 1_250, _classes("8510 8521 8521 8522")),
    Profile("CED_COOP", 320, _classes("8521 8521 8522")),
    Profile("IGSS", 1, _classes("8430"), most=1, amounts=(90_000_000, 1_000)),
    Profile("CDAG", 60, _classes("9312 9312 9319"), most=500),
    Profile("COG", 1, _classes("9319"), most=1),
    Profile("IGL_CAT", 70, _classes("9491")),
    Profile("CULTO", 520, _classes("9491")),
    Profile("EST", 420, _classes("8411 8411 8412 8413 8610 8422")),
    Profile("MUNI", 330, _classes("8411 8411 8411 3600 3510 4921")),
    Profile("ASOC", 830, _classes("9499 9499 9411 8890 8690 9000"), amounts=(22_000, 80)),
    Profile("FUND", 130, _classes("9499 8890 8690"), amounts=(75_000, 220)),
    Profile("ONG", 180, _classes("9499 8890"), amounts=(40_000, 150)),
    Profile("SIND", 40, _classes("9420")),
    Profile("GREM", 35, _classes("9411")),
    Profile("COLPROF", 12, _classes("9412"), most=60),
    Profile("PARTIDO", 16, _classes("9492"), most=80),
    Profile("COMITE", 110, _classes("9499")),
    Profile("OPF", 70, _classes("9499")),
    Profile("OCSAS", 60, _classes("3600")),
    Profile("BOMB", 15, _classes("8423")),
    Profile("COOP", 190, _classes("0161 0150 6492 4630 4711 0127"), amounts=(130_000, 450)),
    Profile("DIPL", 20, _classes("9900")),
    Profile("CONS", 14, _classes("9900")),
    Profile("ORGINT", 24, _classes("9900")),
    Profile("MAQ_ADT_M", 220, _APPAREL, regime=Regime("DPI", 110, "MAQ_DEV"), amounts=(480_000, 750)),
    Profile("MAQ_ADT_E", 250, _GOODS, regime=Regime("DPI", 70, "MAQ_REP"), amounts=(390_000, 750)),
    Profile("MAQ_ADT_P", 28, _classes("1311 1312 1392 1410"), regime=Regime("DPI", 150), amounts=(820_000, 750)),
    Profile("MAQ_SERV", 140, _CONTACT, regime=Regime("DPI", 130), amounts=(950_000, 750)),
    Profile("MAQ_DEV", 110, _GOODS, regime=Regime("DPI", 60, "MAQ_ADT_E"), amounts=(210_000, 650)),
    Profile("MAQ_REP", 58, _GOODS, regime=Regime("DPI", 55, "MAQ_ADT_M"), amounts=(240_000, 650)),
    Profile("MAQ_CANT", 32, _CRAFTS, regime=Regime("DPI", 65, "MAQ_ADT_E"), amounts=(260_000, 650)),
    Profile("ZF_ADM", 20, _classes("6810"), most=300, regime=Regime("ZF", 30), amounts=(1_400_000, 800)),
    Profile("ZF_IND", 140, _GOODS, regime=Regime("ZF", 90), amounts=(1_100_000, 750)),
    Profile("ZF_SERV", 160, _LOGISTICS, regime=Regime("ZF", 35), amounts=(870_000, 750)),
    Profile("ZOLIC_USU", 80, _classes("5229 5210 4690 2220"), regime=Regime("ZOLIC", 28), amounts=(640_000, 600)),
    Profile("ZDEEP_ADM", 9, _classes("6810"), most=100, regime=Regime("ZDEEP", 22), amounts=(900_000, 600)),
    Profile("ZDEEP_USU", 42, _classes("6201 2599 2610 5229"), regime=Regime("ZDEEP", 45), amounts=(710_000, 600)),
    Profile("ENR", 110, _classes("3510"), regime=Regime("MEM", 24), amounts=(3_200_000, 650)),
    Profile("MOVEL", 24, _classes("4510 4921 4540"), regime=Regime("MEM", 18), amounts=(310_000, 600)),
    Profile("HIDRO", 6, _classes("0610 0910"), most=60, regime=Regime("MEM", 60), amounts=(5_000_000, 600)),
)  # fmt: skip

_NATURAL_SHARES: Mapping[str, int] = {"CED_PRIV": 46, "MAQ_ADT_E": 17, "MAQ_ADT_M": 12, "DIPL": 25}


# A person's business is small: some report fewer jobs than may be published.
_NATURAL_JOBS = 6
_NATURAL_AMOUNT_DIVISOR = 8


def _natural(legal: Profile) -> Profile:
    median, per_mille = legal.amounts
    return replace(
        legal,
        share=_NATURAL_SHARES[legal.category],
        person_kind=PersonKind.NATURAL,
        regime=legal.regime and Regime(legal.regime.prefix, _NATURAL_JOBS),
        amounts=(median // _NATURAL_AMOUNT_DIVISOR, per_mille),
    )


PROFILES: tuple[Profile, ...] = (*_LEGAL, *(_natural(p) for p in _LEGAL if p.category in _NATURAL_SHARES))
"""Legal persons of every category first, in catalogue order; then the natural persons."""

_LONGEST_TERM_YEARS = 10
"""Term of a regime whose law sets none: the ceiling of Código Tributario, art. 63."""
_CONTRACT_TERM_YEARS = 25
"""Term of a petroleum contract (Decreto-Ley 109-83)."""


def category_of(profile: Profile) -> Category:
    """The profile's entry in the catalogue of categories."""
    return load_catalogs().categories[profile.category]


def term_years(profile: Profile) -> int:
    """The years for which the demonstration grants a benefit of the profile."""
    known = category_of(profile).term_years
    if known is not None:
        return known
    return _CONTRACT_TERM_YEARS if profile.category == "HIDRO" else _LONGEST_TERM_YEARS


def of_profile(value: Callable[[Profile], object]) -> pl.Expr:
    """A value of the profile whose number is in the column `profile`."""
    return pl.lit(pl.Series([value(profile) for profile in PROFILES])).gather(pl.col("profile"))


def pick_of_profile(texts: Callable[[Profile], Sequence[str]], draws: Draws, channel: str) -> pl.Expr:
    """One of the texts of the profile whose number is in the column `profile`."""
    lists = [texts(profile) for profile in PROFILES]
    starts = [end - len(part) for end, part in zip(accumulate(map(len, lists)), lists, strict=True)]
    start, count = (pl.lit(pl.Series(part)).gather(pl.col("profile")) for part in (starts, [len(p) for p in lists]))
    every = pl.lit(pl.Series([text for part in lists for text in part]))
    return every.gather(start + draws.below(channel, count))
