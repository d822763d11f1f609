"""Searches that differ all from each other, in five kinds of equal number, drawn from what a release holds."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from urllib.parse import urlencode

import polars as pl
import pyarrow as pa

from exemptions.text import fold_text

FACETS = "type,category,department,status,authority"
_ALL_FACETS = ("type", "category", "permanence", "status", "department", "municipality", "activity", "authority", "tax")
_SORTS = ("name", "-name", "amount_gtq", "-amount_gtq", "jobs", "-jobs", "-valid_from", "valid_until")
_SAMPLE = 50_000
_SHORTEST = 4
_CODES = ("category", "department", "municipality", "activity", "authority", "status", "person_kind")

Params = tuple[tuple[str, str], ...]


class Searches:
    """Draws searches; no two that it gives are the same."""

    def __init__(self, release: Path, *, seed: int = 1) -> None:
        records = pa.ipc.open_file(pa.memory_map(str(release / "records.arrow"))).get_batch(0)
        self.rows = records.num_rows
        self._draw = random.Random(seed)
        places = sorted(self._draw.sample(range(records.num_rows), min(_SAMPLE, records.num_rows)))
        columns = ["nit", "name", *_CODES]
        frame = pl.DataFrame(pl.from_arrow(records.select(columns).take(pa.array(places, pa.uint32()))))
        self._records = frame.with_columns(pl.col(pl.Categorical).cast(pl.String)).sample(
            fraction=1, shuffle=True, seed=seed
        )
        self._names = [fold_text(name).split() for name in self._records["name"].drop_nulls()]
        self._given: set[Params] = set()
        self._kinds: tuple[Iterator[Params], ...] = tuple(
            self._distinct(kind) for kind in (self._one_word, self._two_words, self._filters, self._nit, self._typo)
        )

    def draw(self, count: int) -> list[Params]:
        """`count` searches, as many of each kind, mixed."""
        drawn = [params for kind in self._kinds for params in islice(kind, count // len(self._kinds))]
        if len(drawn) < count:
            raise ValueError(f"the release gives {len(drawn)} different searches, not {count}")
        self._draw.shuffle(drawn)
        return drawn

    def draw_empty(self, count: int) -> list[Params]:
        """`count` searches without any condition: the same rows, but not the same answer."""
        return list(islice(self._distinct(self._no_condition), count))

    def _distinct(self, kind: Callable[[], Params]) -> Iterator[Params]:
        misses = 0
        while misses < 20_000:
            params = kind()
            if params and params not in self._given:
                self._given.add(params)
                misses = 0
                yield params
            else:
                misses += 1

    def _words(self, fewest: int, shortest: int = _SHORTEST) -> list[str]:
        while True:
            words = [word for word in self._draw.choice(self._names) if len(word) >= shortest]
            if len(words) >= fewest:
                return words

    def _one_word(self) -> Params:
        # A word or its beginning, as it is typed.
        word = self._draw.choice(self._words(1))
        return (("q", word[: self._draw.randint(_SHORTEST, len(word))]),)

    def _two_words(self) -> Params:
        return (("q", " ".join(self._draw.sample(self._words(2), 2))),)

    def _filters(self) -> Params:
        row = self._records.row(self._draw.randrange(self._records.height), named=True)
        chosen = self._draw.sample([code for code in _CODES if row[code]], self._draw.randint(1, 2))
        bounds = [("amount_min", str(self._draw.randrange(1, 500) * 1000))] if self._draw.random() < 0.3 else []
        return tuple(sorted([(code, row[code]) for code in chosen] + bounds))

    def _nit(self) -> Params:
        nit = self._records["nit"][self._draw.randrange(self._records.height)]
        return (("q", nit),) if nit else ()

    def _typo(self) -> Params:
        word = self._draw.choice(self._words(1, 6))
        place = self._draw.randrange(1, len(word) - 1)
        return (("q", word[:place] + self._draw.choice("qwxkzj") + word[place + 1 :]),)

    def _no_condition(self) -> Params:
        facets = ",".join(sorted(self._draw.sample(_ALL_FACETS, 5)))
        return (("facets", facets), ("sort", self._draw.choice(_SORTS)))


def api_path(params: Params) -> str:
    """The address of a search: twenty rows, five facets and the sums."""
    facets = () if any(name == "facets" for name, _ in params) else (("facets", FACETS),)
    return "/api/v1/records?" + urlencode([*params, *facets])


def page_path(params: Params) -> str:
    """The address of the same search as a page for people."""
    return "/buscar?" + urlencode(params)


def find_common_word(release: Path, *, hits: int) -> tuple[str, int]:
    """The word as written in names that about so many names hold, and how many do."""
    column = pa.ipc.open_file(pa.memory_map(str(release / "records.arrow"))).get_batch(0).column("name")
    names = pl.Series("name", pl.from_arrow(column), dtype=pl.String)
    sample = names.drop_nulls().sample(min(len(names) - names.null_count(), 100_000), seed=1)
    words = sample.str.extract_all(r"\p{L}{5,}").list.unique().explode().value_counts(name="rows")
    share = pl.col("rows") * (len(names) / len(sample))
    word: str = words.with_columns(off=(share - hits).abs()).sort("off", words.columns[0]).item(0, 0)
    return word, int(names.str.contains(word, literal=True).sum())
