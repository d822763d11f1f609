"""What the public asks for on a day of scandal, as visits drawn by a seed.

A visit is what one visitor asks for, in its order. How often a taxpayer is looked for falls with its rank as the use of
web pages does (a Zipf law with the exponent 0.8: Breslau and others, "Web caching and Zipf-like distributions", 1999),
so that some answers are asked for again and again and most are asked for once.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import polars as pl
import pyarrow as pa

from benchmarks.generator import request_bytes
from benchmarks.searches import FACETS
from exemptions.text import fold_text

BROWSER = "gzip, deflate, br, zstd"
PROGRAM = "gzip"
_EXPONENT = 0.8
_KNOWN = 20_000
_RANGE_BYTES = 16_384
_FEED = "/feeds/changes.atom"
_TOLD = ("record_id", "name", "department")
_KEY = ("nit", "category", "resolution")

Request = tuple[str, tuple[tuple[str, str], ...]]
"""A path and the headers beside those of every request."""
Ask = Callable[[str, str], tuple[dict[str, str], bytes]]
"""Asks the running service for a path in a coding: the headers, in small letters, and the body."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """One kind of visitor."""

    name: str
    of_a_hundred: int
    """Visits of this kind in a hundred."""
    asks: str
    """What it asks for, in words."""
    draw: Callable[[Scenario], Iterator[Request]]


class Scenario:
    """Draws visits to a release; the same seed gives the same ones."""

    def __init__(self, release: Path, ask: Ask, *, staying: pl.DataFrame, seed: int) -> None:
        self.random = random.Random(seed)
        self.release = release.name
        records = pa.ipc.open_file(pa.memory_map(str(release / "records.arrow"))).get_batch(0)
        frame = pl.DataFrame(pl.from_arrow(records.select([*_TOLD, *_KEY])))
        known = frame.with_columns(pl.col(pl.Categorical).cast(pl.String)).drop_nulls(["nit", "name", "department"])
        # Who is looked for most is the same whatever the seed.
        known = known.join(staying, on=_KEY, how="semi", nulls_equal=True).sort("record_id")
        self._known = known.sample(min(_KNOWN, known.height), shuffle=True, seed=1)
        self._weights = list(accumulate((rank + 1) ** -_EXPONENT for rank in range(self._known.height)))
        self._crawled = cycle(known["record_id"].sample(fraction=1, shuffle=True, seed=seed).to_list())
        self.in_the_news = self._known.row(0, named=True)
        _, home = ask("/", "identity")
        self.files = re.findall(r'"(/static/[^"]+\?v=[^"]+)"', home.decode())[:3]
        news = page_of(self.in_the_news)
        self.etags = {path: ask(path, coding)[0]["etag"] for path, coding in ((news, BROWSER), (_FEED, PROGRAM))}
        self.news = news

    def draw(self, count: int, *, visitors: Sequence[Visitor] = ()) -> list[Request]:
        """About `count` requests, whole visits in the order in which the visitors come."""
        coming = visitors or VISITORS
        weights = [visitor.of_a_hundred for visitor in coming]
        drawn: list[Request] = []
        while len(drawn) < count:
            drawn += self.random.choices(coming, weights)[0].draw(self)
        return drawn

    def chosen(self) -> dict[str, Any]:
        """A record of a legal person, the well-known ones more often."""
        (place,) = self.random.choices(range(self._known.height), cum_weights=self._weights)
        return self._known.row(place, named=True)

    def crawled(self) -> str:
        """The id of a record; each of the release once before any again."""
        return next(self._crawled)


def keys_of(edition: Path) -> pl.DataFrame:
    """The keys of the benefits of a file of the registry: who is still in it is asked for, before and after."""
    keys = pl.scan_csv(edition, infer_schema=False).select("NIT", "CATEGORIA_EXENTO", "RESOLUCION")
    return keys.collect().rename(dict(zip(("NIT", "CATEGORIA_EXENTO", "RESOLUCION"), _KEY, strict=True)))


def as_bytes(requests: Sequence[Request], *, addresses: random.Random | None = None) -> Iterator[bytes]:
    """The requests as they are sent; with `addresses`, each as a proxy passes it on that knows another visitor's."""
    for path, headers in requests:
        sender = () if addresses is None else (("X-Forwarded-For", _address(addresses)),)
        yield request_bytes(path, [*headers, *sender])


def page_of(row: dict[str, Any]) -> str:
    """The page of the taxpayer of a record."""
    return f"/contribuyente/{row['nit']}"


def _address(draw: random.Random) -> str:
    return f"10.{draw.randrange(256)}.{draw.randrange(256)}.{draw.randrange(1, 255)}"


def _page(path: str) -> Request:
    return (path, (("Accept-Encoding", BROWSER),))


def _data(path: str, *headers: tuple[str, str]) -> Request:
    return (path, (("Accept-Encoding", PROGRAM), *headers))


def _news(scenario: Scenario) -> Iterator[Request]:
    path = scenario.news
    if scenario.random.random() < 0.25:
        # Who was here before has the files, and asks whether the page is still the same.
        yield (path, (("Accept-Encoding", BROWSER), ("If-None-Match", scenario.etags[path])))
        return
    yield _page(path)
    yield from map(_page, scenario.files)
    if scenario.random.random() < 0.125:
        yield _page(f"/registro/{scenario.in_the_news['record_id']}")


def _search(scenario: Scenario) -> Iterator[Request]:
    draw, row = scenario.random, scenario.chosen()
    yield _page("/")
    yield from map(_page, scenario.files)
    if draw.random() < 0.25:
        params = {name: row[name] for name in draw.sample(("category", "department"), draw.randint(1, 2))}
    else:
        words = [word for word in fold_text(row["name"]).split() if len(word) > 2] or [row["nit"]]
        for letters in (3, 5, 7):
            yield _data("/api/v1/suggest?" + urlencode({"q": words[0][:letters]}))
        asked = row["nit"] if draw.random() < 0.125 else " ".join(words[:2])
        params = {"q": _misspelt(asked, draw) if draw.random() < 0.125 else asked}
    yield _page("/buscar?" + urlencode(params))
    yield _page(page_of(row) if draw.random() < 0.6 else f"/registro/{row['record_id']}")


def _explore(scenario: Scenario) -> Iterator[Request]:
    row = scenario.chosen()
    is_category = scenario.random.random() < 0.5
    subject = f"categoria/{row['category']}" if is_category else f"departamento/{row['department']}"
    yield _page("/explorar")
    yield _page(f"/{subject}")
    yield _page(f"/graficas/{subject}/{'mapa' if is_category else 'categorias'}.svg")
    yield _page(scenario.random.choice(("/gasto-tributario", "/datos", "/publicaciones", "/metodologia")))


def _program(scenario: Scenario) -> Iterator[Request]:
    draw = scenario.random
    for _ in range(3):
        row = scenario.chosen()
        asked = {"category": row["category"], "department": row["department"], "amount_min": draw.randrange(500_000)}
        yield _data("/api/v1/records?" + urlencode({**asked, "facets": FACETS}))
    row = scenario.chosen()
    yield _data(f"/api/v1/taxpayers/{row['nit']}")
    yield _data(f"/api/v1/records/{row['record_id']}")


def _export(scenario: Scenario) -> Iterator[Request]:
    row = scenario.chosen()
    params = urlencode({"category": row["category"], "department": row["department"]})
    yield _page(f"/buscar?{params}")
    yield _page(f"/api/v1/records.{'xlsx' if scenario.random.random() < 0.2 else 'csv'}?{params}")


def _download(scenario: Scenario) -> Iterator[Request]:
    files = f"/downloads/{scenario.release}"
    if scenario.random.random() < 0.5:
        yield _data(f"{files}/records.csv")
        return
    # A reader of Parquet takes the end of the file, then the columns that it wants.
    for bounds in (f"-{_RANGE_BYTES}", f"4-{_RANGE_BYTES}", f"{_RANGE_BYTES}-{3 * _RANGE_BYTES}"):
        yield _data(f"{files}/records.parquet", ("Range", f"bytes={bounds}"))


def _crawl(scenario: Scenario) -> Iterator[Request]:
    if scenario.random.random() < 0.05:
        yield _data("/robots.txt")
        yield _data("/sitemap.xml")
    for _ in range(10):
        yield _data(f"/registro/{scenario.crawled()}")


def _follow(scenario: Scenario) -> Iterator[Request]:
    yield _data(_FEED, ("If-None-Match", scenario.etags[_FEED]))


VISITORS = (
    Visitor(
        "la noticia", 52,
        "la página del contribuyente del que todos hablan, con sus archivos de diseño; uno de cada cuatro ya la tenía "
        "(304), uno de cada ocho abre además el beneficio", _news,
    ),
    Visitor(
        "quien busca", 30,
        "inicio y archivos de diseño, tres sugerencias mientras escribe, una búsqueda (una de cada cuatro por filtros; "
        "de las otras, una de cada ocho por NIT y una de cada ocho mal escrita) y la página de lo hallado", _search,
    ),
    Visitor("quien explora", 6, "la página de una categoría o de un departamento, una gráfica y otra página", _explore),
    Visitor(
        "un programa", 4, "tres búsquedas distintas con cinco facetas y sumas, un contribuyente, un beneficio", _program
    ),
    Visitor("un periodista", 2, "una búsqueda y su resultado entero: CSV, uno de cada cinco XLSX", _export),
    Visitor("quien descarga", 1, "el CSV entero, o tres partes del Parquet", _download),
    Visitor("un rastreador", 1, "diez páginas que nadie pidió antes; a veces el mapa del sitio", _crawl),
    Visitor("un lector de novedades", 4, "si el canal de cambios sigue igual (304)", _follow),
)  # fmt: skip
"""Who comes, in a hundred visits.

Half of all come for the one page in the news, as after a link that everybody shares. Programs, crawlers and downloads
keep a pace of their own however many people come: at 1,500 requests a second these crawlers still fetch thirty pages a
second that nobody asked for, ten times what search engines take of a site."""


def _misspelt(text: str, draw: random.Random) -> str:
    place = draw.randrange(len(text))
    return text[:place] + draw.choice("qwxkzj") + text[place + 1 :]
