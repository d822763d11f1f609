"""The invented names: a pattern of the profile, filled from the word lists and not written too carefully."""

from __future__ import annotations

from functools import cache
from string import Formatter

import polars as pl

from exemptions.columns import PersonKind
from loaders.demo_draws import Draws
from loaders.demo_profiles import PROFILES, pick_of_profile
from loaders.demo_words import POOLS

_ACCENTED = ["Á", "É", "Í", "Ó", "Ú", "Ü"]
_BARE = ["A", "E", "I", "O", "U", "U"]

# In thousandths of the taxpayers: whose name others have too, is without accents, in small letters, has a double space.
_HOMONYMS = 30
_NO_ACCENTS = 400
_SMALL_LETTERS = 30
_DOUBLE_SPACES = 15
_TAXPAYERS_PER_SHARED_NAME = 250


def with_names(units: pl.DataFrame, *, seed: int, taxpayers: int) -> pl.DataFrame:
    """Add the column `name` to a frame of planned taxpayers; `taxpayers` is how many the whole registry has."""
    draws = Draws(seed)
    shared = draws.below("homonym/which", max(1, taxpayers // _TAXPAYERS_PER_SHARED_NAME))
    seeded = units.with_columns(
        name_seed=pl.when(draws.chance("homonym", _HOMONYMS)).then(shared).otherwise(pl.col("unit").cast(pl.Int64))
    )
    pattern = pick_of_profile(lambda p: p.patterns, Draws(seed, "name_seed"), "name/pattern")
    parts = [
        part.with_columns(name=_filled(part["pattern"][0], seed))
        for part in seeded.with_columns(pattern=pattern).partition_by("pattern", maintain_order=True)
    ]
    whole = pl.concat(parts).sort("unit").drop("name_seed", "pattern")
    return whole.with_columns(name=_as_written(draws))


@cache
def _filled(pattern: str, seed: int) -> pl.Expr:
    """The pattern with a text of the pool in each slot."""
    named = Draws(seed, "name_seed")
    parts: list[pl.Expr] = []
    for literal, slot, again, _ in Formatter().parse(pattern):
        parts.append(pl.lit(literal))
        if slot is not None:
            parts.append(named.pick(f"name/{slot}/{again}", POOLS[slot]))
    return pl.concat_str(parts)


def _as_written(draws: Draws) -> pl.Expr:
    persons = [number for number, p in enumerate(PROFILES) if p.person_kind is PersonKind.NATURAL]
    name = pl.col("name")
    bare = pl.when(draws.chance("name/accents", _NO_ACCENTS)).then(name.str.replace_many(_ACCENTED, _BARE))
    name = bare.otherwise(name)
    # Dots and glottal signs are where a title case goes wrong, so such names keep their capitals.
    small = draws.chance("name/letters", _SMALL_LETTERS) & ~name.str.contains("[.'’´,]")
    name = pl.when(small & ~pl.col("profile").is_in(persons)).then(name.str.to_titlecase()).otherwise(name)
    double = draws.chance("name/spaces", _DOUBLE_SPACES)
    return pl.when(double).then(name.str.replace(" ", "  ", literal=True)).otherwise(name)
